// Package offline says which column types GORM's own PostgreSQL and MySQL
// drivers write, without the drivers: they bring a client for their server,
// which an application that only names a dialect need not have.
//
// The rules are those of gorm.io/driver/postgres 1.6.3 and of
// gorm.io/driver/mysql 1.6.0. The tests of the module gormmodel/compat hold
// them to the drivers. Nothing here runs a query. Start at [For].
package offline

import (
	"strconv"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/migrator"
	gs "gorm.io/gorm/schema"

	"github.com/whimbreldb/whimbrel/gormmodel/sqlite"
	"github.com/whimbreldb/whimbrel/schema"
)

// For returns a dialector that knows the column types of a dialect, or nil
// where there are no rules for it. For SQLite it is the one of this module.
// MySQL and MariaDB are one to GORM.
func For(d schema.Dialect) gorm.Dialector {
	switch d {
	case schema.SQLite:
		return sqlite.Dialector{}
	case schema.Postgres:
		return dialector{name: "postgres", typeOf: postgresType}
	case schema.MySQL, schema.MariaDB:
		return dialector{name: "mysql", typeOf: mysqlType}
	}
	return nil
}

// A dialector has as much of a driver as mapping a model needs: its name, which
// custom types ask for, and the types.
type dialector struct {
	name   string
	typeOf func(*gs.Field) string
}

func (d dialector) Name() string { return d.name }

// Initialize has nothing to prepare: no statement is ever built.
func (dialector) Initialize(*gorm.DB) error { return nil }

// Migrator returns GORM's own one, which makes definitions of types.
func (d dialector) Migrator(db *gorm.DB) gorm.Migrator {
	return migrator.Migrator{Config: migrator.Config{DB: db, Dialector: d}}
}

// DataTypeOf returns the type of a column, and behind it what belongs to it.
func (d dialector) DataTypeOf(f *gs.Field) string { return d.typeOf(f) }

// DefaultValueOf is what stands in VALUES for a field that is left out.
func (dialector) DefaultValueOf(*gs.Field) clause.Expression { return clause.Expr{SQL: "DEFAULT"} }

// BindVarTo writes a placeholder, for Explain.
func (dialector) BindVarTo(w clause.Writer, _ *gorm.Statement, _ any) { _ = w.WriteByte('?') }

// QuoteTo writes a name as it is: what is quoted here goes nowhere.
func (dialector) QuoteTo(w clause.Writer, name string) { _, _ = w.WriteString(name) }

// Explain writes values into SQL as both drivers do.
func (dialector) Explain(sql string, vars ...any) string {
	return logger.ExplainSQL(sql, nil, `'`, vars...)
}

// digits returns the precision in a field's tag. The MySQL driver writes its
// default into Field.Precision, so that one says nothing.
func digits(f *gs.Field) (n int, tagged bool) {
	tag, ok := f.TagSettings["PRECISION"]
	n, err := strconv.Atoi(tag)
	if err != nil {
		n = 0
	}
	return n, ok && tag != ""
}

// withDigits appends a precision to a type.
func withDigits(word string, n int) string {
	if n <= 0 {
		return word
	}
	return word + "(" + strconv.Itoa(n) + ")"
}
