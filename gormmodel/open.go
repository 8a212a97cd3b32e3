package gormmodel

import (
	"database/sql"
	"errors"
	"fmt"

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
// An application that Open cannot serve gets a *gorm.DB whose Error says why,
// and with which everything fails with that error.
func Open(a App, config ...*gorm.Config) *gorm.DB {
	cfg := &gorm.Config{QueryFields: true, TranslateError: true, Logger: logger.Discard}
	if len(config) > 0 && config[0] != nil {
		own := *config[0]
		cfg = &own
	}
	// Pinging would connect, and on SQLite make the file.
	cfg.DisableAutomaticPing = true

	pool, dialect := a.DB(), a.Dialect()
	switch {
	case pool == nil:
		return failed(errors.New("gorm: the application has no database"))
	case dialect != schema.SQLite && cfg.Dialector == nil:
		return failed(fmt.Errorf("gorm: no dialector for %q here: open GORM with that dialect's own driver on the application's connection", dialect))
	case len(config) > 1:
		return failed(fmt.Errorf("gorm: one configuration, not %d", len(config)))
	}
	if cfg.Dialector == nil {
		cfg.Dialector = sqlite.Open(pool)
	}
	db, err := gorm.Open(cfg.Dialector, cfg)
	if err != nil {
		return failed(fmt.Errorf("gorm: %w", err))
	}
	return db
}

// failed returns a *gorm.DB that is complete, so that nothing done with it
// panics, and that gives err for everything.
func failed(err error) *gorm.DB {
	db, openErr := gorm.Open(sqlite.Dialector{Conn: offline{}}, &gorm.Config{DisableAutomaticPing: true, Logger: logger.Discard})
	db.Error = errors.Join(err, openErr)
	return db
}
