package gormmodel

import (
	"database/sql"
	"errors"
	"fmt"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/whimbreldb/whimbrel/gormmodel/sqlite"
	"github.com/whimbreldb/whimbrel/schema"
)

// App is what [Open] needs of an application.
type App interface {
	// DB returns the connection pool, open or not.
	DB() *sql.DB
	// Dialect returns the SQL family that it speaks.
	Dialect() schema.Dialect
}

// Open returns GORM on the application's connection. It runs no query, so the
// database may be absent. Each query names its columns, so that a column that
// is missing is an error and not a zero; errors of constraints are those of
// package gorm; GORM itself prints nothing. A configuration replaces all of
// that.
//
// For PostgreSQL, MySQL and MariaDB the application brings GORM's own driver,
// set up on its connection:
//
//	db := gormmodel.Open(a, &gorm.Config{Dialector: gormpostgres.New(gormpostgres.Config{Conn: a.DB()})})
//	db := gormmodel.Open(a, &gorm.Config{Dialector: gormmysql.New(gormmysql.Config{Conn: a.DB(), SkipInitializeWithVersion: true})})
//
// (gorm.io/driver/postgres is imported as gormpostgres because the driver of the
// app has the same name. Without SkipInitializeWithVersion, the MySQL driver asks
// for the version when it is opened.) Of a configuration in which nothing but the dialector is
// set, the rest is as if none had been given. A nil one is that of SQLite.
//
// Where the application has a method Provide(name string, value any), as app.App
// has, its shell knows the *gorm.DB as db.
//
// An application that Open cannot serve gets a *gorm.DB whose Error says why,
// and with which everything fails with that error.
func Open(a App, config ...*gorm.Config) *gorm.DB {
	cfg := &gorm.Config{QueryFields: true, TranslateError: true, Logger: logger.Discard}
	if len(config) > 0 && config[0] != nil {
		own := *config[0]
		if reflect.DeepEqual(own, gorm.Config{Dialector: own.Dialector}) {
			cfg.Dialector = own.Dialector
		} else {
			cfg = &own
		}
	}
	// Pinging would connect, and on SQLite make the file.
	cfg.DisableAutomaticPing = true

	pool, dialect := a.DB(), a.Dialect()
	switch {
	case pool == nil:
		return failed(errors.New("gorm: the application has no database"))
	case dialect != schema.SQLite && cfg.Dialector == nil:
		return failed(noDialector(dialect))
	case len(config) > 1:
		return failed(fmt.Errorf("gorm: one configuration, not %d", len(config)))
	}
	if cfg.Dialector == nil {
		cfg.Dialector = sqlite.Open(pool)
	}
	db, err := gorm.Open(cfg.Dialector, cfg)
	switch {
	case err == nil:
		if p, ok := a.(interface{ Provide(name string, value any) }); ok {
			p.Provide("db", db) // in the shell
		}
		return db
	case dialectOf(cfg.Dialector) == schema.MySQL:
		return failed(fmt.Errorf("gorm: %w\n"+
			"without SkipInitializeWithVersion: true in mysql.Config, the driver asks the server when it is opened", err))
	}
	return failed(fmt.Errorf("gorm: %w", err))
}

// noDialector says how to bring a driver: this module has none for servers,
// because each comes with a client for its server.
func noDialector(d schema.Dialect) error {
	path, config := "", ""
	switch d {
	case schema.Postgres:
		path, config = "postgres", "Conn: a.DB()"
	case schema.MySQL, schema.MariaDB:
		path, config = "mysql", "Conn: a.DB(), SkipInitializeWithVersion: true"
	case schema.SQLite:
	}
	if path == "" {
		return fmt.Errorf("gorm: no dialector for %q here: give one in the configuration", d)
	}
	name := "gorm" + path // the driver of the app has the plain one
	return fmt.Errorf("gorm: no dialector for %q here: import %s %q, and open GORM with\n"+
		"gormmodel.Open(a, &gorm.Config{Dialector: %s.New(%s.Config{%s})})", d, name, "gorm.io/driver/"+path, name, name, config)
}

// failed returns a *gorm.DB that is complete, so that nothing done with it
// panics, and that gives err for everything.
func failed(err error) *gorm.DB {
	db, openErr := gorm.Open(sqlite.Dialector{Conn: offlinePool{}}, &gorm.Config{DisableAutomaticPing: true, Logger: logger.Discard})
	db.Error = errors.Join(err, openErr)
	return db
}
