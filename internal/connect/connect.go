// Package connect finds out what a database URL means. It reads URLs, knows who
// can open them, and says why a server lets nobody in; the drivers themselves are
// in packages below driver/, of which a program gives an app those that it needs.
// Start at [Open].
package connect

import (
	"database/sql/driver"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// Timeout is how long a server may take to let somebody in, unless the URL says
// otherwise. The drivers would wait for minutes, or for ever.
const Timeout = 10 * time.Second

// A Database is what a URL leads to.
type Database struct {
	Dialect   schema.Dialect // as far as the URL says it: mysql:// may lead to MariaDB
	Shown     string         // how people know it: a path, or a URL without its secrets
	Connector driver.Connector
	Missing   func() bool     // whether it has still to be made; nil: that is not ours to do
	Here      dialect.Dialect // what speaks to it
	Script    dialect.Dialect // the oldest server that a script may meet
}

// A Request is what a driver is asked to open.
type Request struct {
	URL      string
	Instance string // the folder that relative paths are in
	Name     string // by which a server may know the program
}

// A Driver opens the databases of some URLs.
type Driver interface {
	// Name is that of its package below driver/.
	Name() string
	// Open returns the database of a URL, of which nothing is opened yet. A URL
	// that cannot be used is an error of [Bad].
	Open(Request) (Database, error)
}

// A scheme is what a URL begins with.
type scheme struct {
	dialect schema.Dialect
	driver  string
	server  string // as people know what is there
}

var schemes = map[string]scheme{
	"sqlite":     {schema.SQLite, "sqlite", "SQLite"},
	"postgres":   {schema.Postgres, "postgres", "PostgreSQL"},
	"postgresql": {schema.Postgres, "postgres", "PostgreSQL"},
	"mysql":      {schema.MySQL, "mysql", "MySQL"},
	"mariadb":    {schema.MariaDB, "mysql", "MariaDB"},
}

// Open reads a database URL, and has one of the drivers open it. from says where
// the URL was found. Of one that cannot be used, the dialect is known all the
// same where its scheme says it.
func Open(from string, r Request, drivers []Driver) (Database, error) {
	name, _, _ := strings.Cut(r.URL, ":")
	s, ok := schemes[name]
	if !ok || strings.TrimSpace(r.URL) != r.URL {
		return Database{Dialect: schema.SQLite}, explainURL(noURL(r.URL), r.URL, from)
	}
	i := slices.IndexFunc(drivers, func(d Driver) bool { return d != nil && d.Name() == s.driver })
	if i < 0 {
		return Database{Dialect: s.dialect}, noDriver(s, r.URL, from)
	}
	db, err := drivers[i].Open(r)
	if err != nil {
		return Database{Dialect: s.dialect}, explainURL(err, r.URL, from)
	}
	return db, nil
}

// noDriver says how a program gets the driver that a URL needs.
func noDriver(s scheme, raw, from string) error {
	return &whimbrel.Error{
		Code: whimbrel.NoDriver, Msg: "the app has no driver for " + s.server,
		Detail: []string{"given: " + redact(raw), "it is from " + from},
		Hint: []string{
			"give it one: app.New(name, config, " + s.driver + ".Driver{})",
			`with import "github.com/whimbreldb/whimbrel/driver/` + s.driver + `", then: go mod tidy`,
		},
	}
}

// Reason returns what the system said of a file, without its path.
func Reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
