package app

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/cli"
	"github.com/whimbreldb/whimbrel/internal/connect"
	"github.com/whimbreldb/whimbrel/internal/testbind"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A Bind is one database of an app, with the models that it holds and their
// history. The app has one under its own name; [App.Bind] adds others. It may
// stand wherever an adapter takes the app: gormmodel.Open(bind).
type Bind struct {
	app        *App
	name       string // "db", or as it was given to App.Bind
	migrations string

	database connect.Database // empty where the configuration is wrong
	db       *sql.DB
	broken   error         // what is wrong with the configuration
	lockWait time.Duration // 0: the library's; tests wait less

	models  []model.Source
	history *op.History
}

// Bind adds a database of its own to the app, with models and a history of its
// own, and the command "db:NAME", which is what "db" is for the main one. Its
// relative SQLite paths are in the app's instance folder; of the configuration,
// Instance and EnvFile count for the main database alone.
//
// The variable NAME_DATABASE_URL, in capitals, overrides cfg.Database;
// "" for cfg.Migrations is migrations/NAME. A name is made of the letters a to
// z, digits and _, and is not "db", which is the main one.
func (a *App) Bind(name string, cfg Config) *Bind {
	err := a.own.broken
	if code := whimbrel.CodeOf(err); code == whimbrel.BadDatabase || code == whimbrel.NoDriver {
		err = nil // the other one's
	}
	switch {
	case name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
		err = badBind(fmt.Sprintf("%q cannot be the name of a database", name), "a name is made of a to z, 0 to 9 and _")
	case slices.ContainsFunc(a.Databases(), func(b *Bind) bool { return b.name == name }):
		err = badBind(fmt.Sprintf("there are two databases of the name %q", name))
	}
	b := a.bind(name, cfg, strings.ToUpper(name)+"_DATABASE_URL", "migrations/"+name, err)
	a.binds = append(a.binds, b)
	b.Provide("db", b.db)
	return b
}

func badBind(msg string, hint ...string) error {
	return &whimbrel.Error{Code: whimbrel.BadConfig, Msg: msg, Detail: []string{"it was given to App.Bind"}, Hint: hint}
}

// bind opens nothing: it only says where the database is. With broken, every
// use of it is that error.
func (a *App) bind(name string, cfg Config, variable, migrations string, broken error) *Bind {
	b := &Bind{app: a, name: name, migrations: cmp.Or(cfg.Migrations, migrations), broken: broken}
	if b.broken == nil {
		if testbind.Before != nil {
			testbind.Before(variable, cfg.Database, a.drivers)
		}
		url, from := os.Getenv(variable), variable
		if url == "" {
			url, from = cfg.Database, "Config.Database"
		}
		id := a.name
		if a.own != nil {
			id += "-" + name
		}
		b.database, b.broken = connect.Open(from, connect.Request{URL: url, Instance: a.instance, Name: id}, a.drivers)
	}
	if b.broken != nil {
		b.database.Connector = noDatabase{b.broken}
	}
	b.db = sql.OpenDB(observed(b.database.Connector))
	return b
}

// A noDatabase connector stands for a database whose configuration is wrong, so
// that DB needs no error: the first use reports it.
type noDatabase struct{ err error }

func (b noDatabase) Connect(context.Context) (driver.Conn, error) { return nil, b.err }
func (b noDatabase) Driver() driver.Driver                        { return b }
func (b noDatabase) Open(string) (driver.Conn, error)             { return nil, b.err }

// Name returns "db" for the app's main database, and else what Bind was given.
func (b *Bind) Name() string { return b.name }

// DB returns the database, of which nothing is opened before the first query.
func (b *Bind) DB() *sql.DB { return b.db }

// Dialect returns the dialect of the database, as its URL says it.
func (b *Bind) Dialect() schema.Dialect { return b.database.Dialect }

// Models adds sources of models: what the database shall be.
func (b *Bind) Models(sources ...model.Source) { b.models = append(b.models, sources...) }

// History sets the history: the variable History of the migrations package.
func (b *Bind) History(h *op.History) { b.history = h }

// Project returns the history, the models and the database, for migrations
// from the app's own code and tests.
func (b *Bind) Project() (*whimbrel.Project, error) { return b.project(nil) }

func (b *Bind) project(on func(whimbrel.Event)) (*whimbrel.Project, error) {
	if b.broken != nil {
		return nil, b.broken
	}
	h := b.history
	if h == nil {
		h = new(op.History)
	}
	var others []model.Source
	for _, o := range b.app.Databases() {
		if o != b {
			others = append(others, o.models...)
		}
	}
	return whimbrel.Open(whimbrel.Config{
		History:  h,
		Models:   b.models,
		Others:   others,
		DB:       b.db,
		Dialect:  b.database.Here,
		Script:   b.database.Script,
		Database: b.database.Shown,
		Missing:  b.database.Missing,
		Dir:      b.migrations,
		OnEvent:  on,
		LockWait: b.lockWait,
	})
}

// word returns the name of the migration commands: "db", or "db:NAME".
func (b *Bind) word() string {
	if b == b.app.own {
		return "db"
	}
	return "db:" + b.name
}

// command returns the migration commands of the database.
func (b *Bind) command() *cobra.Command {
	var events cli.Events
	db := cli.DB(func() (*whimbrel.Project, error) { return b.project(events.On) },
		cli.Prog(b.app.prog), cli.Folder(b.migrations), cli.WithEvents(&events))
	db.Use = b.word()
	if b != b.app.own {
		db.Short = "The same for the database " + b.name
	}
	b.guard(db)
	return db
}
