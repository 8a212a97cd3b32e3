package sqlite

import (
	"slices"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/internal/typetext"
	"github.com/whimbreldb/whimbrel/schema"
)

// typeText returns the type that a column is declared with.
func typeText(t schema.Type) string { return typetext.SQLite(t) }

// neutral is the inverse of typeText, as far as it has one: a declared type
// becomes the widest kind that compiles to it again, apart from the case of
// letters. Everything else stays native.
func neutral(text string) schema.Type {
	switch word := fold(strings.TrimSpace(text)); word {
	case "integer":
		return schema.Type{Kind: schema.KindBigInt}
	case "text":
		return schema.Type{Kind: schema.KindText}
	case "real":
		return schema.Type{Kind: schema.KindDouble}
	case "boolean":
		return schema.Type{Kind: schema.KindBool}
	case "blob":
		return schema.Type{Kind: schema.KindBytes}
	case "date":
		return schema.Type{Kind: schema.KindDate}
	case "time":
		return schema.Type{Kind: schema.KindTime}
	case "datetime":
		return schema.Type{Kind: schema.KindDateTime}
	case "numeric":
		return schema.Type{Kind: schema.KindDecimal}
	default:
		if t, ok := decimal(word); ok {
			return t
		}
	}
	return schema.NativeType(text)
}

// decimal reads "numeric(p,s)". Only what typeText writes again counts: a
// scale without precision, or a sign, stays native.
func decimal(word string) (schema.Type, bool) {
	args, ok := strings.CutPrefix(word, "numeric")
	if !ok {
		return schema.Type{}, false
	}
	args = strings.TrimSpace(args)
	if len(args) < 2 || args[0] != '(' || args[len(args)-1] != ')' {
		return schema.Type{}, false
	}
	p, s, ok := strings.Cut(args[1:len(args)-1], ",")
	if !ok {
		return schema.Type{}, false
	}
	precision, err1 := strconv.ParseUint(strings.TrimSpace(p), 10, 31)
	scale, err2 := strconv.ParseUint(strings.TrimSpace(s), 10, 31)
	if err1 != nil || err2 != nil || precision == 0 {
		return schema.Type{}, false
	}
	return schema.Type{Kind: schema.KindDecimal, Precision: int(precision), Scale: int(scale)}, true
}

// declaredType returns the type that SQLite understands by a declared text:
// what table_xinfo shows, and what the affinity comes from. A text that begins
// with a quote loses it, and everything behind its end: "varchar"(10) is
// varchar (SQLite 3.53.4 seen).
func declaredType(text string) string {
	if t := unquoteType(text); t != text || text == "" {
		return t
	}
	if first := tokenize(text)[0]; first.kind == tokQuoted || first.kind == tokString {
		return first.name()
	}
	return text
}

// unquoteType returns the text without quotes that enclose all of it. Only
// these keep "INTEGER" the type of a rowid.
func unquoteType(text string) string {
	if len(text) < 2 || !isQuote(text[0]) {
		return text
	}
	for i := 1; i < len(text)-1; i++ {
		if isQuote(text[i]) {
			return text
		}
	}
	return text[1 : len(text)-1]
}

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' || c == '[' }

// neutralTable returns t, as the inspector read it, with neutral types where a
// declared type is what a neutral kind compiles to on SQLite. The result
// compiles to the same table again, apart from the case of letters.
func neutralTable(t schema.Table) schema.Table {
	t.Columns = slices.Clone(t.Columns)
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Type.Kind == schema.KindNative && c.Type.Variants == (schema.Variants{}) {
			c.Type = neutral(c.Type.Text)
		}
	}
	return t
}
