package mysql

import (
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// defaultText returns what stands after DEFAULT, or "".
func (d Dialect) defaultText(c schema.Column) string {
	value := c.Default
	if text := value.Variants.On(d.flavor.Dialect); text != "" {
		return d.defaultExpr(c, text)
	}
	switch value.Kind {
	case schema.NoDefault:
		return ""
	case schema.StringDefault:
		return d.inParentheses(c, quoteString(value.Text))
	case schema.LiteralDefault:
		if strings.EqualFold(value.Text, "null") {
			return "NULL"
		}
		return d.inParentheses(c, value.Text)
	case schema.ExpressionDefault:
		return d.defaultExpr(c, value.Text)
	}
	panic(fmt.Sprintf("unhandled schema.DefaultKind %q", value.Kind))
}

// inParentheses makes an expression of a constant where the type takes no other
// default: MySQL refuses a constant for BLOB, TEXT, JSON and GEOMETRY (error
// 1101), and takes the same in parentheses.
func (d Dialect) inParentheses(c schema.Column, constant string) string {
	if d.flavor.Dialect == schema.MySQL && isLarge(d.typeText(c.Type)) {
		return "(" + constant + ")"
	}
	return constant
}

// defaultExpr writes a default that is SQL. DEFAULT wants parentheses around
// everything but constants and, for a date with time, the clock.
func (d Dialect) defaultExpr(c schema.Column, text string) string {
	toks := significant(text)
	switch {
	case len(toks) == 1 && toks[0].isWord("null"):
		return "NULL"
	case isConstant(toks):
		return d.inParentheses(c, text)
	case isClock(toks) && hasClock(d.typeText(c.Type)):
		return d.clockText(c, text)
	case isParenthesized(toks):
		return endLine(text)
	}
	return "(" + endLine(text) + ")"
}

// clockText returns CURRENT_TIMESTAMP as it must be for the column: with as many
// digits as the type has. MySQL refuses any other number; MariaDB takes it, so
// there a text that a server has written stays as it is.
func (d Dialect) clockText(c schema.Column, text string) string {
	toks := significant(text)
	if !isClock(toks) || d.flavor.Dialect == schema.MariaDB && c.Type.Kind == schema.KindNative {
		return text
	}
	if t := parseType(d.typeText(c.Type)); len(t.args) == 1 && t.args[0] != "0" {
		return "CURRENT_TIMESTAMP(" + t.args[0] + ")"
	}
	return "CURRENT_TIMESTAMP"
}

// isClock reports whether the tokens are CURRENT_TIMESTAMP or another name of
// it, with or without digits.
func isClock(toks []token) bool {
	if len(toks) == 0 || !toks[0].isWord("current_timestamp", "now", "localtime", "localtimestamp") {
		return false
	}
	rest := toks[1:]
	if len(rest) == 0 {
		return !toks[0].isWord("now")
	}
	return rest[0].is("(") && rest[len(rest)-1].is(")") && (len(rest) == 2 || len(rest) == 3 && rest[1].kind == tokNumber)
}

// isConstant reports whether the tokens are one constant: a number, a string,
// TRUE, x'00', _utf8mb4'x'.
func isConstant(toks []token) bool {
	if len(toks) == 2 && (toks[0].is("-") || toks[0].is("+")) {
		return toks[1].kind == tokNumber
	}
	if len(toks) == 2 && toks[1].kind == tokString && toks[0].kind == tokWord {
		w := strings.ToLower(toks[0].text)
		return w == "x" || w == "b" || w == "n" || w[0] == '_' || w == "date" || w == "time" || w == "timestamp"
	}
	return len(toks) == 1 && (toks[0].kind == tokNumber || toks[0].kind == tokString || toks[0].isWord("true", "false"))
}

// isParenthesized reports whether one pair of parentheses encloses all tokens.
func isParenthesized(toks []token) bool {
	if len(toks) < 2 || !toks[0].is("(") {
		return false
	}
	depth := 0
	for i, t := range toks {
		if t.is("(") {
			depth++
		}
		if t.is(")") {
			if depth--; depth == 0 {
				return i == len(toks)-1
			}
		}
	}
	return false
}

// hasNoDefault reports whether rows that are there already get nothing that the
// new column says by itself.
func (d Dialect) hasNoDefault(c schema.Column) bool {
	text := d.defaultText(c)
	return (text == "" || text == "NULL") && !c.AutoIncrement && !isGenerated(c, d.flavor.Dialect)
}
