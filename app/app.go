// Package app is what is around an application: its configuration, its instance
// folder, its databases, its routes on net/http, and its command line, which
// holds the db commands, serve, run, shell, routes and the app's own.
//
// It has no template language of its own, no ORM, no router and no magic:
// handlers are plain [http.Handler]s, templates are html/template, models come
// from a provider such as gormmodel, and nothing happens before [App.Main]. It
// opens no database before it is needed; looking at one that does not exist does
// not make it.
//
// Only [App.Main] exits. Two apps in one process do not disturb each other.
// Start at [New].
package app

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/connect"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A Config says how an app is set up. What the environment says comes first,
// then the file .env, then what is written here: DATABASE_URL and WHIM_INSTANCE,
// where they are set and not empty, override Database and Instance.
type Config struct {
	// Database is the URL of the database. Required.
	//
	//	sqlite:///shop.db        a file in the instance folder
	//	sqlite:////srv/shop.db   a file anywhere: four slashes
	//	sqlite://                in memory, gone when the process ends
	//
	// What follows the three slashes is the path as it is: no character in it
	// has a meaning, and none is escaped.
	//
	// A relative path is one in the instance folder, and with it relative to
	// the working directory: who starts the program elsewhere has another
	// database there. On a server, say where it is.
	//
	// A database on a server is known by the URLs that other programs take too:
	//
	//	postgres://shop:secret@db.example:5432/shop?sslmode=verify-full
	//	mysql://shop:secret@db.example:3306/shop
	//	mariadb://shop:secret@db.example/shop
	//
	// What such a URL leaves out, the password above all, is taken from where
	// the server's own programs look: PGPASSWORD and ~/.pgpass, ~/.my.cnf and
	// MYSQL_PWD. docs/databases.md has the options.
	Database string

	// Instance is the folder of data that belongs to this machine and not to
	// the program. It is made, with a .gitignore, when a database in it is.
	// "" is instance, in the working directory.
	Instance string

	// Migrations is the folder of the revision files, for the commands that
	// write one. "" is migrations, in the working directory.
	Migrations string

	// EnvFile is a file of NAME=value lines that [New] adds to the environment
	// of the process, for what is not set there yet. "" is .env, in the working
	// directory, if there is one; a file that is named here must be there.
	// [os.DevNull] is none.
	EnvFile string
}

// An App is an application. It is put together by one goroutine; after that it
// may be used by many.
type App struct {
	name     string
	prog     string // how people call it: "shop", "whim", "go run ."
	instance string
	drivers  []Driver

	own   *Bind   // the main one
	binds []*Bind // the others

	routes   []route
	commands []*cobra.Command
	provided map[string]any // names in the shell
}

// A Driver opens the databases of some URLs. There are three: sqlite.Driver,
// postgres.Driver and mysql.Driver (MariaDB too), in packages below driver/.
type Driver = connect.Driver

// New makes an app, with the drivers of the databases that it opens: those that
// it is not given are not in the program. A configuration that cannot work, a
// URL without a driver too, is reported by the first command or query that needs
// it.
func New(name string, cfg Config, drivers ...Driver) *App {
	a := &App{name: name, prog: prog(name), drivers: drivers}
	err := readEnv(cfg.EnvFile)
	instance, e := filepath.Abs(cmp.Or(os.Getenv("WHIM_INSTANCE"), cmp.Or(cfg.Instance, "instance")))
	if e != nil {
		err = &whimbrel.Error{Code: whimbrel.Unreachable, Msg: "the working directory cannot be found", Detail: []string{e.Error()}, Err: e}
	}
	a.instance = instance
	a.own = a.bind("db", cfg, "DATABASE_URL", "migrations", err)
	a.Provide("db", a.own.db)
	return a
}

// Name returns the name of the app.
func (a *App) Name() string { return a.name }

// String is how a shell prints the app.
func (a *App) String() string { return "<App " + a.name + ">" }

// DB returns the database of the app: the same for its handlers, its ORM and
// its migrations. Nothing is opened before the first query.
func (a *App) DB() *sql.DB { return a.own.DB() }

// Dialect returns the dialect of the database, as its URL says it, so that
// nobody has to connect: behind mysql:// there may be a MariaDB.
func (a *App) Dialect() schema.Dialect { return a.own.Dialect() }

// Models adds sources of models: what the database shall be.
func (a *App) Models(sources ...model.Source) { a.own.Models(sources...) }

// History sets the history of the app: the variable History of its migrations
// package.
func (a *App) History(h *op.History) { a.own.History(h) }

// Command adds commands of the app's own.
func (a *App) Command(cmds ...*cobra.Command) { a.commands = append(a.commands, cmds...) }

// Handle adds a handler for a pattern of [http.ServeMux].
func (a *App) Handle(pattern string, h http.Handler) {
	a.routes = append(a.routes, newRoute(pattern, h))
}

// HandleFunc adds a function as a handler.
func (a *App) HandleFunc(pattern string, f func(http.ResponseWriter, *http.Request)) {
	a.routes = append(a.routes, newRoute(pattern, http.HandlerFunc(f)))
}

// Handler returns the routes as one handler. Patterns that are malformed, or
// that conflict, are an error.
func (a *App) Handler() (http.Handler, error) { return mux(a.routes) }

// Project returns the history, the models and the database, for migrations
// from the app's own code and tests.
func (a *App) Project() (*whimbrel.Project, error) { return a.own.Project() }

// Run runs a command line, without the program's name, and returns its exit
// code. Errors are printed on stderr.
func (a *App) Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return a.run(ctx, slices.Clone(args), stdin, stdout, stderr)
}

// Close closes the databases.
func (a *App) Close() error {
	var err error
	for _, b := range a.Databases() {
		err = errors.Join(err, b.db.Close())
	}
	return err
}

// Databases returns the databases of the app: the main one, and those of Bind in
// the order in which they were added.
func (a *App) Databases() []*Bind { return append([]*Bind{a.own}, a.binds...) }

// Main runs the command line of the process and exits.
func (a *App) Main() { os.Exit(a.main()) } //nolint:forbidigo // what an app calls instead of having a main of its own

func (a *App) main() int {
	code := a.Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	if err := a.Close(); err != nil && code == 0 {
		fmt.Fprintf(os.Stderr, "%s: error: the database was not closed: %v\n", a.name, err)
		return 1
	}
	return code
}
