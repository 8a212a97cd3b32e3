// Package sqlite is a GORM dialector for SQLite that works with any
// database/sql driver of it and imports none, so that no C compiler is needed.
// Column types are what Whimbrel compiles for the same field.
//
// It opens no connection and runs no query of its own accord. It has no
// methods that alter tables: that is what revisions are for. AutoMigrate
// creates tables and adds columns and indexes, and refuses the rest. Start at
// [Open].
package sqlite

import (
	"database/sql"
	"fmt"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/migrator"
	gs "gorm.io/gorm/schema"

	"github.com/whimbreldb/whimbrel/gormmodel/internal/fieldtype"
	"github.com/whimbreldb/whimbrel/internal/coltype"
	"github.com/whimbreldb/whimbrel/internal/typetext"
	"github.com/whimbreldb/whimbrel/schema"
)

// Dialector speaks SQLite, 3.35 or newer.
type Dialector struct {
	Conn gorm.ConnPool // usually a *sql.DB
}

// Open returns a dialector on a connection pool.
func Open(db *sql.DB) gorm.Dialector {
	if db == nil {
		return &Dialector{}
	}
	return &Dialector{Conn: db}
}

// Name is the name that GORM and custom types know SQLite by.
func (Dialector) Name() string { return string(schema.SQLite) }

// Initialize prepares db. It does not touch the database.
func (d Dialector) Initialize(db *gorm.DB) error {
	if d.Conn == nil {
		return fmt.Errorf("sqlite: there is no connection")
	}
	db.ConnPool = d.Conn
	callbacks.RegisterDefaultCallbacks(db, &callbacks.Config{
		CreateClauses:        []string{"INSERT", "VALUES", "ON CONFLICT", "RETURNING"},
		UpdateClauses:        []string{"UPDATE", "SET", "FROM", "WHERE", "RETURNING"},
		DeleteClauses:        []string{"DELETE", "FROM", "WHERE", "RETURNING"},
		LastInsertIDReversed: true,
	})
	for name, build := range clauseBuilders() {
		if _, ok := db.ClauseBuilders[name]; !ok {
			db.ClauseBuilders[name] = build
		}
	}
	return nil
}

// Migrator returns the migrator that AutoMigrate uses.
func (d Dialector) Migrator(db *gorm.DB) gorm.Migrator {
	return Migrator{migrator.Migrator{Config: migrator.Config{
		DB: db, Dialector: d, CreateIndexAfterCreateTable: true,
	}}}
}

// DataTypeOf returns the type of a column, and behind it what the field's tag
// has written behind the type.
func (Dialector) DataTypeOf(f *gs.Field) string {
	if countsUp(f) {
		return "integer PRIMARY KEY AUTOINCREMENT"
	}
	text, _ := typetext.On(schema.SQLite, fieldtype.Of(f))
	var rest string
	switch f.DataType {
	case gs.Bool, gs.Int, gs.Uint, gs.Float, gs.String, gs.Bytes, gs.Time:
	default:
		d := coltype.Parse(string(f.DataType))
		rest = d.Rest
		if d.Type == "" {
			text = ""
		}
	}
	if g := f.TagSettings["GENERATED"]; g != "" && rest == "" && !strings.HasPrefix(strings.ToLower(g), "identity") {
		rest = "GENERATED ALWAYS AS (" + g + ") STORED"
	}
	return strings.TrimSpace(text + " " + rest)
}

// countsUp reports whether a field is AUTOINCREMENT, which SQLite has for a
// key of one integer column only.
func countsUp(f *gs.Field) bool {
	if !f.AutoIncrement || !f.PrimaryKey || f.DataType != gs.Int && f.DataType != gs.Uint {
		return false
	}
	return f.Schema == nil || len(f.Schema.PrimaryFields) <= 1
}

// DefaultValueOf returns what stands in VALUES for a field that is left to the
// database. SQLite has no DEFAULT there: NULL gives a key its number, and other
// columns their default is written out.
func (Dialector) DefaultValueOf(f *gs.Field) clause.Expression {
	if f.AutoIncrement || !f.HasDefaultValue || f.DefaultValue == "" || f.DefaultValue == "(-)" {
		return clause.Expr{SQL: "NULL"}
	}
	if v := f.DefaultValueInterface; v != nil {
		return clause.Expr{SQL: "?", Vars: []any{v}, WithoutParentheses: true}
	}
	return clause.Expr{SQL: f.DefaultValue}
}

// BindVarTo writes a placeholder.
func (Dialector) BindVarTo(w clause.Writer, _ *gorm.Statement, _ any) { _ = w.WriteByte('?') }

// Explain returns a statement with its values, for a log and for defaults.
func (Dialector) Explain(query string, vars ...any) string {
	return logger.ExplainSQL(query, nil, `'`, vars...)
}

// SavePoint starts a nested transaction.
func (d Dialector) SavePoint(tx *gorm.DB, name string) error {
	return tx.Exec("SAVEPOINT " + quote(name)).Error
}

// RollbackTo undoes a nested transaction.
func (d Dialector) RollbackTo(tx *gorm.DB, name string) error {
	return tx.Exec("ROLLBACK TO SAVEPOINT " + quote(name)).Error
}

// Translate turns the violation of a constraint into GORM's error for it, which
// Config.TranslateError asks for. Drivers give SQLite's extended result code
// with a method Code.
func (Dialector) Translate(err error) error {
	return translate(err)
}
