package coltype

import (
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// SameDefault reports whether SQL is the value, whichever quotes it has: GORM's
// SQLite driver writes strings in double quotes. MySQL reads a
// backslash in a string, which GORM does not escape, as the start of an escape.
func SameDefault(def schema.Default, sql string, d schema.Dialect) bool {
	text, quoted := Unquote(sql)
	switch def.Kind {
	case schema.StringDefault:
		return quoted && text == def.Text && (d != schema.MySQL || !strings.Contains(text, `\`))
	case schema.LiteralDefault:
		return strings.EqualFold(sql, def.Text)
	case schema.NoDefault, schema.ExpressionDefault:
	}
	return sql == def.Text
}

// Default returns the default that SQL is. It tells constants from expressions.
func Default(sql string) schema.Default {
	if strings.HasPrefix(sql, "'") {
		if text, ok := Unquote(sql); ok {
			return schema.StringValue(text)
		}
	}
	switch strings.ToLower(sql) {
	case "null", "true", "false":
		return schema.Literal(strings.ToLower(sql))
	}
	if isNumber(sql) {
		return schema.Literal(sql)
	}
	return schema.Expression(sql)
}

// isNumber reports whether text is a decimal number. What Go takes for one
// beside that (0x10, 1_000, Inf) is not one to every database.
func isNumber(text string) bool {
	if strings.Trim(text, "+-.0123456789eE") != "" {
		return false
	}
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}
