package coltype

import "github.com/whimbreldb/whimbrel/schema"

// Text returns the column type that t compiles to on a dialect. It is not ok
// for a dialect that this version of Whimbrel has no compiler for.
func Text(d schema.Dialect, t schema.Type) (text string, ok bool) {
	if d != schema.SQLite {
		return "", false
	}
	switch t.Kind { // TODO: dialect/sqlite
	case schema.KindBool:
		return "boolean", true
	case schema.KindTinyInt, schema.KindSmallInt, schema.KindInt, schema.KindBigInt:
		return "integer", true
	case schema.KindFloat, schema.KindDouble:
		return "real", true
	case schema.KindDecimal:
		return "numeric", true
	case schema.KindString, schema.KindChar, schema.KindText, schema.KindJSON, schema.KindUUID:
		return "text", true
	case schema.KindBytes:
		return "blob", true
	case schema.KindDate:
		return "date", true
	case schema.KindTime:
		return "time", true
	case schema.KindDateTime, schema.KindLocalDateTime:
		return "datetime", true
	}
	return t.Text, true
}
