package typetext

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/schema"
)

// MySQL returns the type that a column of MySQL or MariaDB is declared with, in
// the spelling that both servers take: without the display widths that MariaDB shows.
func MySQL(d schema.Dialect, t schema.Type) string {
	if v := t.Variants.On(d); v != "" {
		return v
	}
	text := mysqlKind(t)
	if t.Unsigned {
		text += " unsigned"
	}
	return text
}

// mysqlKind returns the text of a neutral kind. Where there is a choice, it is
// for no silent loss, and for one history that means the same everywhere:
//
//   - text, and a string without a limit, is longtext: text ends at 64 KB, and
//     varchar at any number would be a limit that nobody asked for. (GORM
//     chooses the same.) Such a column needs a prefix length in an index, and
//     MySQL takes a constant as its default only in parentheses.
//   - bytes without a limit are longblob, for the same reason.
//   - an instant is a datetime, not a timestamp: that ends in 2038 (before
//     MariaDB 11.5), is read and written in the time zone of the session, and
//     in old servers gets defaults of its own. Drivers write and read UTC.
//   - a datetime without precision has whole seconds, as the servers have it.
//   - a uuid is char(36), although MariaDB ≥ 10.7 has a type for it: the same
//     history runs on MySQL and on older servers, and drivers give a string.
//   - a bool is tinyint(1), the one integer whose width means something.
func mysqlKind(t schema.Type) string {
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
		return "decimal(65,30)" // a bare decimal is decimal(10,0)
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
		return "json" // on MariaDB another name of longtext, with a check
	case schema.KindUUID:
		return "char(36)"
	case schema.KindNative:
		return t.Text
	}
	panic(fmt.Sprintf("unhandled schema.Kind %q", t.Kind))
}
