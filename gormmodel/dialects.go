package gormmodel

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/migrator"

	"github.com/whimbreldb/whimbrel/gormmodel/internal/offline"
	"github.com/whimbreldb/whimbrel/schema"
)

// For names every dialect that the history shall run on, that of db included.
// Where GORM writes another column type on one of them than the neutral type
// compiles to, the column says so for that dialect; and names are such that
// each of them takes them. The answer is the same whichever of the databases is
// open, so it is what an application with several must call.
//
// For the dialects that are not that of db, the column types are those of
// GORM's own drivers (postgres 1.6.3, mysql 1.6.0) and, for SQLite, of the
// dialector of this module. [Source.With] gives another one. MySQL and MariaDB
// are one dialect to GORM: naming either is naming both.
func (s Source) For(dialects ...schema.Dialect) Source {
	s.dialects = slices.Concat(s.dialects, dialects)
	return s
}

// With gives the driver that the application has for a dialect which is not
// the one of db, where that differs from what [Source.For] assumes: another
// version, or other defaults. It is asked for column types, and never
// connected. Its dialect is named by that.
func (s Source) With(drivers ...gorm.Dialector) Source {
	s.dialectors = slices.Concat(s.dialectors, drivers)
	return s
}

// A target is a dialect that the schema is for, with GORM set up for it.
type target struct {
	dialect schema.Dialect // MySQL for MariaDB too
	db      *gorm.DB       // a session that cannot query
	base    migrator.Migrator
}

// targets returns the dialects in the order of schema.Dialects, so that the
// answer does not depend on the order in which they were named.
func (s Source) targets() ([]target, error) {
	open := dialectOf(s.db.Dialector)
	named := []schema.Dialect{}
	for _, d := range s.dialects {
		if !slices.Contains(schema.Dialects[:], d) {
			return nil, fmt.Errorf("no dialect is called %q", d)
		}
		named = append(named, family(d))
	}
	drivers := map[schema.Dialect]gorm.Dialector{}
	for _, d := range s.dialectors {
		if d == nil {
			return nil, fmt.Errorf("a dialector is nil")
		}
		if d := dialectOf(d); !slices.Contains(named, d) {
			named = append(named, d)
		}
		drivers[dialectOf(d)] = d
	}
	switch {
	case len(named) == 0:
		named = []schema.Dialect{open}
	case !slices.Contains(named, open):
		return nil, fmt.Errorf("the database is one of %s, and the models are for %s: name every dialect that the application uses",
			open, list(named))
	}
	drivers[open] = nil // the driver of the application's own database knows best
	var out []target
	for _, d := range slices.Concat(schema.Dialects[:], []schema.Dialect{open}) {
		if !slices.Contains(named, d) || slices.ContainsFunc(out, func(t target) bool { return t.dialect == d }) {
			continue
		}
		driver := drivers[d]
		if driver == nil && d != open {
			driver = offline.For(d)
		}
		out = append(out, newTarget(s.db, d, driver))
	}
	return out, nil
}

func newTarget(app *gorm.DB, d schema.Dialect, driver gorm.Dialector) target {
	// The MySQL driver gets its defaults here (1.6.0).
	if a, ok := driver.(interface{ Apply(*gorm.Config) error }); ok {
		_ = a.Apply(&gorm.Config{}) // it is asked for nothing that can fail
	}
	db := session(app, driver)
	return target{d, db, migrator.Migrator{Config: migrator.Config{DB: db, Dialector: db.Dialector}}}
}

// session returns a session of the application's that cannot query, with
// another driver if one is given.
func session(app *gorm.DB, driver gorm.Dialector) *gorm.DB {
	// No DryRun: with it, Row returns nil, and code that asks the database for
	// a type would panic where it now gets an error.
	db := app.Session(&gorm.Session{NewDB: true, Logger: logger.Discard})
	db.ConnPool = offlinePool{} // the session has a copy of the settings
	if driver != nil {
		db.Dialector = driver
	}
	db.Statement = &gorm.Statement{
		DB: db, ConnPool: offlinePool{}, Context: context.Background(),
		Clauses: map[string]clause.Clause{},
	}
	return db
}

// dialectOf returns the dialect that a driver speaks. GORM has one for MySQL
// and MariaDB.
func dialectOf(d gorm.Dialector) schema.Dialect { return schema.Dialect(d.Name()) }

// family returns the dialect as GORM counts them.
func family(d schema.Dialect) schema.Dialect {
	if d == schema.MariaDB {
		return schema.MySQL
	}
	return d
}

func list(dialects []schema.Dialect) string {
	words := make([]string, len(dialects))
	for i, d := range dialects {
		words[i] = string(d)
	}
	return strings.Join(words, ", ")
}

// speaks reports whether the schema is for a dialect.
func (l *loader) speaks(d schema.Dialect) bool {
	return slices.ContainsFunc(l.targets, func(t target) bool { return t.dialect == d })
}

// only reports whether the schema is for that dialect and for no other one.
func (l *loader) only(d schema.Dialect) bool { return len(l.targets) == 1 && l.targets[0].dialect == d }

// on returns what GORM is set up with for a dialect.
func (l *loader) on(d schema.Dialect) (target, bool) {
	i := slices.IndexFunc(l.targets, func(t target) bool { return t.dialect == d })
	if i < 0 {
		return target{}, false
	}
	return l.targets[i], true
}
