package typetext

import (
	"fmt"
	"strconv"

	"github.com/whimbreldb/whimbrel/schema"
)

// Postgres returns the type that a column is declared with, spelled as
// format_type prints it, so that what is asked for and what is read are the
// same text.
//
// PostgreSQL has no unsigned integers and none of one byte: a neutral type that
// is one becomes the next larger signed type, whose values include all of it.
func Postgres(t schema.Type) string {
	if t.Variants.Postgres != "" {
		return t.Variants.Postgres
	}
	switch t.Kind {
	case schema.KindBool:
		return "boolean"
	case schema.KindTinyInt:
		return "smallint"
	case schema.KindSmallInt:
		return signed(t, "smallint", "integer")
	case schema.KindInt:
		return signed(t, "integer", "bigint")
	case schema.KindBigInt:
		return signed(t, "bigint", "numeric(20,0)")
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
		return "character varying" + limit(t.Size)
	case schema.KindChar:
		return "character" + limit(max(t.Size, 1))
	case schema.KindText:
		return "text"
	case schema.KindBytes:
		return "bytea"
	case schema.KindDate:
		return "date"
	case schema.KindTime:
		return "time" + limit(t.Precision) + " without time zone"
	case schema.KindDateTime:
		return "timestamp" + limit(t.Precision) + " with time zone"
	case schema.KindLocalDateTime:
		return "timestamp" + limit(t.Precision) + " without time zone"
	case schema.KindJSON:
		return "jsonb"
	case schema.KindUUID:
		return "uuid"
	case schema.KindNative:
		return t.Text
	}
	panic(fmt.Sprintf("unhandled schema.Kind %q", t.Kind))
}

func signed(t schema.Type, plain, larger string) string {
	if t.Unsigned {
		return larger
	}
	return plain
}

func limit(n int) string {
	if n == 0 {
		return ""
	}
	return "(" + strconv.Itoa(n) + ")"
}
