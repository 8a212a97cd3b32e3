package sqlite

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/migrator"
	gs "gorm.io/gorm/schema"

	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/internal/coltype"
)

// Migrator creates tables, and adds columns and indexes to them.
type Migrator struct {
	migrator.Migrator
}

var errAlter = errors.New("AutoMigrate does not change what a table has: write a revision")

// count runs a query for one number about the table of value.
func (m Migrator) count(value any, f func(*gorm.Statement) (query string, args []any)) int {
	var n int
	err := m.RunWithValue(value, func(stmt *gorm.Statement) error {
		query, args := f(stmt)
		tx := m.DB.Raw(query, args...)
		row := tx.Row()
		if row == nil { // the database has failed before, or nothing is to be run
			return cmp.Or(tx.Error, gorm.ErrDryRunModeUnsupported)
		}
		return row.Scan(&n)
	})
	m.note(err)
	return n
}

// note keeps the first error: with a database that has failed before, each is the
// same again.
func (m Migrator) note(err error) {
	if err != nil && m.DB.Error == nil {
		_ = m.DB.AddError(err)
	}
}

// HasTable reports whether there is a table. SQLite compares names without case.
func (m Migrator) HasTable(value any) bool {
	return m.count(value, func(stmt *gorm.Statement) (string, []any) {
		return "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE", []any{stmt.Table}
	}) > 0
}

// HasColumn reports whether a table has a column, generated ones included.
func (m Migrator) HasColumn(value any, name string) bool {
	return m.count(value, func(stmt *gorm.Statement) (string, []any) {
		if stmt.Schema != nil {
			if f := stmt.Schema.LookUpField(name); f != nil {
				name = f.DBName
			}
		}
		return "SELECT count(*) FROM pragma_table_xinfo(?) WHERE name = ? COLLATE NOCASE", []any{stmt.Table, name}
	}) > 0
}

// HasIndex reports whether there is an index on a table.
func (m Migrator) HasIndex(value any, name string) bool {
	return m.count(value, func(stmt *gorm.Statement) (string, []any) {
		if stmt.Schema != nil {
			if ix := stmt.Schema.LookIndex(name); ix != nil {
				name = ix.Name
			}
		}
		return "SELECT count(*) FROM pragma_index_list(?) WHERE name = ? COLLATE NOCASE", []any{stmt.Table, name}
	}) > 0
}

// HasConstraint reports whether a table has a constraint of that name.
func (m Migrator) HasConstraint(value any, name string) bool {
	found := false
	err := m.RunWithValue(value, func(stmt *gorm.Statement) error {
		constraint, table := m.GuessConstraintInterfaceAndTable(stmt, name)
		if constraint != nil {
			name = constraint.GetName()
		}
		live, err := sqlite.New("").Inspect(stmt.DB.Statement.Context, stmt.DB.Statement.ConnPool)
		if err != nil {
			return err
		}
		t, _ := live.Table(table)
		found = named(t.Uniques, name) || named(t.Checks, name) || named(t.ForeignKeys, name)
		return nil
	})
	m.note(err)
	return found
}

func named[T interface{ GetName() string }](items []T, name string) bool {
	return slices.ContainsFunc(items, func(it T) bool { return strings.EqualFold(it.GetName(), name) })
}

// GetTables returns the names of all tables, SQLite's own left out.
func (m Migrator) GetTables() (names []string, err error) {
	err = m.DB.Raw(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name`).
		Scan(&names).Error
	return names, err
}

// CurrentDatabase returns the name that SQLite has for the main database.
func (m Migrator) CurrentDatabase() string { return "main" }

// ColumnTypes describes the columns of a table.
func (m Migrator) ColumnTypes(value any) (types []gorm.ColumnType, err error) {
	err = m.RunWithValue(value, func(stmt *gorm.Statement) error {
		rows, err := m.DB.Raw("SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_xinfo(?) WHERE hidden <> 1", stmt.Table).Rows()
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name, typ string
			var notNull bool
			var def sql.NullString
			var pk int
			if err := rows.Scan(&name, &typ, &notNull, &def, &pk); err != nil {
				return err
			}
			types = append(types, migrator.ColumnType{
				NameValue:         sql.NullString{String: name, Valid: true},
				DataTypeValue:     sql.NullString{String: typ, Valid: true},
				ColumnTypeValue:   sql.NullString{String: typ, Valid: true},
				PrimaryKeyValue:   sql.NullBool{Bool: pk > 0, Valid: true},
				NullableValue:     sql.NullBool{Bool: !notNull, Valid: true},
				DefaultValueValue: def,
			})
		}
		return rows.Err()
	})
	return types, err
}

// MigrateColumn leaves a column that is what the model says as it is, and
// refuses the others.
func (m Migrator) MigrateColumn(value any, f *gs.Field, live gorm.ColumnType) error {
	if f.IgnoreMigration {
		return nil
	}
	nullable, _ := live.Nullable()
	want := coltype.Parse(m.FullDataTypeOf(f).SQL)
	if strings.EqualFold(want.Type, live.DatabaseTypeName()) && (nullable != want.NotNull || f.PrimaryKey) {
		return nil
	}
	return fmt.Errorf("column %q is %s in the database and %s in the model: %w", f.DBName, live.DatabaseTypeName(), want.Type, errAlter)
}

// BuildIndexOptions writes the parts of an index.
func (m Migrator) BuildIndexOptions(opts []gs.IndexOption, stmt *gorm.Statement) (parts []any) {
	for _, o := range opts {
		text := stmt.Quote(o.DBName)
		if o.Expression != "" {
			text = o.Expression
		}
		if o.Collate != "" {
			text += " COLLATE " + o.Collate
		}
		if o.Sort != "" {
			text += " " + o.Sort
		}
		parts = append(parts, clause.Expr{SQL: text})
	}
	return parts
}

// CreateIndex creates an index that a model has.
func (m Migrator) CreateIndex(value any, name string) error {
	return m.RunWithValue(value, func(stmt *gorm.Statement) error {
		if stmt.Schema == nil {
			return fmt.Errorf("sqlite: there is no model of table %q", stmt.Table)
		}
		ix := stmt.Schema.LookIndex(name)
		if ix == nil {
			return fmt.Errorf("sqlite: %s has no index %q", stmt.Schema.Name, name)
		}
		query := "CREATE "
		if ix.Class != "" {
			query += ix.Class + " "
		}
		query += "INDEX ? ON ??"
		if ix.Where != "" {
			query += " WHERE " + ix.Where
		}
		return m.DB.Exec(query, clause.Column{Name: ix.Name}, clause.Table{Name: stmt.Table},
			m.BuildIndexOptions(ix.Fields, stmt)).Error
	})
}

// DropIndex drops an index.
func (m Migrator) DropIndex(value any, name string) error {
	return m.RunWithValue(value, func(stmt *gorm.Statement) error {
		if stmt.Schema != nil {
			if ix := stmt.Schema.LookIndex(name); ix != nil {
				name = ix.Name
			}
		}
		return m.DB.Exec("DROP INDEX ?", clause.Column{Name: name}).Error
	})
}

// DropTable drops tables, referring ones first.
func (m Migrator) DropTable(values ...any) error {
	values = m.ReorderModels(values, false)
	for i := len(values) - 1; i >= 0; i-- {
		err := m.RunWithValue(values[i], func(stmt *gorm.Statement) error {
			return m.DB.Exec("DROP TABLE IF EXISTS ?", clause.Table{Name: stmt.Table}).Error
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// AlterColumn is refused: SQLite would have to build the table anew.
func (m Migrator) AlterColumn(any, string) error { return errAlter }

// CreateConstraint is refused.
func (m Migrator) CreateConstraint(any, string) error { return errAlter }

// DropConstraint is refused.
func (m Migrator) DropConstraint(any, string) error { return errAlter }

// RenameIndex is refused: SQLite has no such statement.
func (m Migrator) RenameIndex(any, string, string) error { return errAlter }
