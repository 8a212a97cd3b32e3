package postgres

// What the reading half declares. Each goes from here when it is there.

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// scratchNames says where names are really put (scratch.go).
type scratchNames struct{}

// namespace returns the real namespace of one that a schema names. "" is the
// default one, which is not written: "" comes back.
func (scratchNames) namespace(name string) string { return name }

// sql returns a text in SQL (an expression, a definition) with the names in it
// where they are really put.
func (scratchNames) sql(text string) string { return text }

// active reports whether this is a scratch place: inside a transaction already.
func (scratchNames) active() bool { return false }

func inspect(context.Context, dialect.Queryer, Dialect) (schema.Schema, error) {
	return schema.Schema{}, errors.New("not there yet")
}

func neutralTable(t schema.Table) schema.Table { return t }

func normalize(s schema.Schema) schema.Schema { return s }

// Scratch is not there yet.
func (Dialect) Scratch(context.Context, *sql.DB, func(context.Context, *sql.Conn, dialect.Dialect) error) error {
	return errors.New("not there yet")
}

// typeText will be in types.go.
func typeText(t schema.Type) string {
	if t.Variants.Postgres != "" {
		return t.Variants.Postgres
	}
	precision := ""
	if t.Precision > 0 {
		precision = fmt.Sprintf("(%d)", t.Precision)
	}
	switch t.Kind {
	case schema.KindBool:
		return "boolean"
	case schema.KindTinyInt, schema.KindSmallInt:
		return "smallint"
	case schema.KindInt:
		return "integer"
	case schema.KindBigInt:
		return "bigint"
	case schema.KindFloat:
		return "real"
	case schema.KindDouble:
		return "double precision"
	case schema.KindDecimal:
		if t.Precision > 0 {
			return fmt.Sprintf("numeric(%d,%d)", t.Precision, t.Scale)
		}
		return "numeric"
	case schema.KindString:
		if t.Size > 0 {
			return fmt.Sprintf("character varying(%d)", t.Size)
		}
		return "character varying"
	case schema.KindChar:
		return fmt.Sprintf("character(%d)", t.Size)
	case schema.KindText:
		return "text"
	case schema.KindBytes:
		return "bytea"
	case schema.KindDate:
		return "date"
	case schema.KindTime:
		return "time" + precision + " without time zone"
	case schema.KindDateTime:
		return "timestamp" + precision + " with time zone"
	case schema.KindLocalDateTime:
		return "timestamp" + precision + " without time zone"
	case schema.KindJSON:
		return "jsonb"
	case schema.KindUUID:
		return "uuid"
	case schema.KindNative:
		return t.Text
	}
	panic("unhandled")
}
