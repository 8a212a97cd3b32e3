package typetext

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/schema"
)

// SQLite returns the type that a column is declared with.
//
// SQLite looks at a declared type for its affinity only, so the texts are
// chosen for two things: the affinity, and that drivers make of the value what
// the kind says (they go by the declared type: boolean, date, datetime).
// Integers of every width are "integer", because only that word makes a
// primary key the rowid.
func SQLite(t schema.Type) string {
	if t.Variants.SQLite != "" {
		return t.Variants.SQLite
	}
	switch t.Kind {
	case schema.KindBool:
		return "boolean"
	case schema.KindTinyInt, schema.KindSmallInt, schema.KindInt, schema.KindBigInt:
		return "integer"
	case schema.KindFloat, schema.KindDouble:
		return "real"
	case schema.KindDecimal:
		if t.Precision > 0 {
			return fmt.Sprintf("numeric(%d,%d)", t.Precision, t.Scale)
		}
		return "numeric"
	case schema.KindString, schema.KindChar, schema.KindText, schema.KindJSON, schema.KindUUID:
		return "text"
	case schema.KindBytes:
		return "blob"
	case schema.KindDate:
		return "date"
	case schema.KindTime:
		return "time"
	case schema.KindDateTime, schema.KindLocalDateTime:
		return "datetime"
	case schema.KindNative:
		return t.Text
	}
	panic(fmt.Sprintf("unhandled schema.Kind %q", t.Kind))
}
