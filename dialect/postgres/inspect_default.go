package postgres

import (
	"math/big"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// defaultOf returns what the text of a default means, for a column of a type.
// It is a value only where the value, written as DEFAULT takes it, comes back
// as exactly this text; else it is an expression, the text itself.
func defaultOf(text, columnType string) schema.Default {
	if text == "" {
		return schema.Default{}
	}
	toks := tokenize(text)
	constant := constantType(columnType)
	if len(toks) == 1 {
		switch t := toks[0]; {
		case t.kind == tokNumber && isNumber(t.text):
			return schema.Literal(text)
		case (t.text == "true" || t.text == "false") && constant == "boolean":
			return schema.Literal(text)
		}
		return schema.Expression(text)
	}
	label := join(toks[min(2, len(toks)):])
	if !toks[1].is("::") {
		return schema.Expression(text)
	}
	if toks[0].text == "NULL" && label == constant {
		return schema.Literal("null")
	}
	value, ok := stringValue(toks[0])
	switch {
	case !ok || toks[0].text[0] == '$' || quoteString(value) != toks[0].text:
	case writtenAsNumber(value, label):
		return schema.Literal(value)
	case label == constant:
		return schema.StringValue(value)
	}
	return schema.Expression(text)
}

// isNumber reports whether a text is a number that the server would print so.
func isNumber(text string) bool {
	return strings.Trim(text, "0123456789.") == "" && strings.Count(text, ".") <= 1 && text != "."
}

// writtenAsNumber reports whether a number, written without quotes, is shown as
// this constant of a type: negative ones are, and those that need 64 bits.
func writtenAsNumber(value, label string) bool {
	digits := strings.TrimPrefix(value, "-")
	if digits == "" || !isDigit(digits[0]) || !isNumber(digits) {
		return false
	}
	if strings.Contains(digits, ".") {
		return label == "numeric" && digits != value
	}
	n, ok := new(big.Int).SetString(value, 10)
	if !ok || n.String() != value {
		return false
	}
	switch {
	case n.IsInt64() && int64(int32(n.Int64())) == n.Int64():
		return label == "integer" && digits != value
	case n.IsInt64():
		return label == "bigint"
	}
	return label == "numeric"
}
