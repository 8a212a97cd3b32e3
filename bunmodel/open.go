package bunmodel

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"
	bs "github.com/uptrace/bun/schema"

	"github.com/whimbreldb/whimbrel/bunmodel/internal/offline"
	"github.com/whimbreldb/whimbrel/schema"
)

// App is what [Open] needs of an application.
type App interface {
	// DB returns the connection pool, open or not.
	DB() *sql.DB
	// Dialect returns the SQL family that it speaks.
	Dialect() schema.Dialect
}

// Open returns Bun on the application's connection. It runs no query, so the
// database may be absent.
//
// For PostgreSQL, MySQL and MariaDB the application brings Bun's own dialect:
//
//	db := bunmodel.Open(a, pgdialect.New())
//	db := bunmodel.Open(a, mysqldialect.New())
//
// Bun's dialect for MySQL asks the server for its version when it is opened. Here
// that waits for the first query that depends on it.
//
// On SQLite the dialect of this module serves, which does what Bun's own does,
// unless another one is given. A nil dialect is none.
//
// Where the application has a method Provide(name string, value any), as app.App
// has, its shell knows the *bun.DB as db.
//
// An application that Open cannot serve gets a *bun.DB with which every query
// fails with an error that says why.
func Open(a App, dialects ...bs.Dialect) *bun.DB {
	pool, family := a.DB(), a.Dialect()
	var own bs.Dialect
	for _, d := range dialects {
		switch {
		case d == nil:
		case own != nil:
			return failed(errors.New("bun: one dialect, not several"))
		default:
			own = d
		}
	}
	switch {
	case pool == nil:
		return failed(errors.New("bun: the application has no database"))
	case own == nil && family == schema.SQLite:
		own = offline.For(family)
	case own == nil:
		return failed(noDialect(family))
	case !speaks(own, family):
		return failed(fmt.Errorf("bun: the dialect is for %s, and the database is one of %s", own.Name(), family))
	case own.Name() == dialect.MySQL:
		own = &asksLater{Dialect: own, pool: pool}
	}
	return provide(a, bun.NewDB(pool, own))
}

// provide gives db its name in the shell of an application that has one.
func provide(a App, db *bun.DB) *bun.DB {
	if p, ok := a.(interface{ Provide(name string, value any) }); ok {
		p.Provide("db", db)
	}
	return db
}

// speaks reports whether a dialect of Bun is one for a family. MySQL and MariaDB
// are one to Bun.
func speaks(d bs.Dialect, family schema.Dialect) bool {
	named, ok := nameOf(d)
	return ok && named == bunFamily(family)
}

// nameOf returns the family that a dialect of Bun is for. It is not ok for one
// that Whimbrel does not have.
func nameOf(d bs.Dialect) (schema.Dialect, bool) {
	switch d.Name() { //nolint:exhaustive // the others are not ours
	case dialect.SQLite:
		return schema.SQLite, true
	case dialect.PG:
		return schema.Postgres, true
	case dialect.MySQL:
		return schema.MySQL, true
	}
	return "", false
}

// bunFamily returns the dialect as Bun counts them.
func bunFamily(d schema.Dialect) schema.Dialect {
	if d == schema.MariaDB {
		return schema.MySQL
	}
	return d
}

// noDialect says how to bring a dialect.
func noDialect(d schema.Dialect) error {
	name := map[schema.Dialect]string{schema.Postgres: "pgdialect", schema.MySQL: "mysqldialect", schema.MariaDB: "mysqldialect"}[d]
	if name == "" {
		return fmt.Errorf("bun: no dialect for %q here: give one", d)
	}
	return fmt.Errorf("bun: no dialect for %q here: import %q, and open Bun with\nbunmodel.Open(a, %s.New())",
		d, "github.com/uptrace/bun/dialect/"+name, name)
}

// A failedDialect is the dialect of a *bun.DB that can do nothing.
type failedDialect struct {
	*offline.Dialect
	err error
}

// failed returns a *bun.DB that is complete, so that nothing done with it panics,
// and of which every query gives err.
func failed(err error) *bun.DB {
	return bun.NewDB(sql.OpenDB(refuses{err}), failedDialect{offline.For(schema.SQLite), err})
}

// A refuses never connects.
type refuses struct{ err error }

func (r refuses) Connect(context.Context) (driver.Conn, error) { return nil, r.err }
func (r refuses) Driver() driver.Driver                        { return r }
func (r refuses) Open(string) (driver.Conn, error)             { return nil, r.err }
