package mysql

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/schema"
)

// typeText returns the type that a column is declared with.
func (d Dialect) typeText(t schema.Type) string {
	if v := t.Variants.On(d.flavor.Dialect); v != "" {
		return v
	}
	text := d.kindText(t)
	if t.Unsigned {
		text += " unsigned"
	}
	return text
}

func (d Dialect) kindText(t schema.Type) string {
	digits := ""
	if t.Precision > 0 {
		digits = fmt.Sprintf("(%d)", t.Precision)
	}
	switch t.Kind {
	case schema.KindBool:
		return "tinyint(1)"
	case schema.KindTinyInt:
		return "tinyint"
	case schema.KindSmallInt:
		return "smallint"
	case schema.KindInt:
		return "int"
	case schema.KindBigInt:
		return "bigint"
	case schema.KindFloat:
		return "float"
	case schema.KindDouble:
		return "double"
	case schema.KindDecimal:
		if t.Precision > 0 {
			return fmt.Sprintf("decimal(%d,%d)", t.Precision, t.Scale)
		}
		return "decimal(65,30)"
	case schema.KindString:
		if t.Size > 0 {
			return fmt.Sprintf("varchar(%d)", t.Size)
		}
		return "longtext"
	case schema.KindChar:
		return fmt.Sprintf("char(%d)", max(t.Size, 1))
	case schema.KindText:
		return "longtext"
	case schema.KindBytes:
		if t.Size > 0 {
			return fmt.Sprintf("varbinary(%d)", t.Size)
		}
		return "longblob"
	case schema.KindDate:
		return "date"
	case schema.KindTime:
		return "time" + digits
	case schema.KindDateTime, schema.KindLocalDateTime:
		return "datetime" + digits
	case schema.KindJSON:
		return "json"
	case schema.KindUUID:
		return "char(36)"
	case schema.KindNative:
		return t.Text
	}
	panic(fmt.Sprintf("unhandled schema.Kind %q", t.Kind))
}
