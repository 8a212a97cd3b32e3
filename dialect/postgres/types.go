package postgres

import (
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/internal/typetext"
	"github.com/whimbreldb/whimbrel/schema"
)

// typeText returns the type that a column is declared with.
func typeText(t schema.Type) string { return typetext.Postgres(t) }

// neutral is the inverse of typeText, as far as it has one: what format_type
// prints becomes the kind that compiles to exactly that again. Everything else
// stays native.
func neutral(text string) schema.Type {
	t := schema.NativeType(text)
	word, args, rest, ok := typeParts(text)
	switch {
	case !ok:
		return t
	case word == "numeric" && rest == "" && len(args) == 2:
		t = schema.Type{Kind: schema.KindDecimal, Precision: args[0], Scale: args[1]}
	case len(args) > 1:
		return t
	}
	size := 0
	if len(args) == 1 {
		size = args[0]
	}
	switch word + rest {
	case "boolean":
		t = schema.Type{Kind: schema.KindBool}
	case "smallint":
		t = schema.Type{Kind: schema.KindSmallInt}
	case "integer":
		t = schema.Type{Kind: schema.KindInt}
	case "bigint":
		t = schema.Type{Kind: schema.KindBigInt}
	case "real":
		t = schema.Type{Kind: schema.KindFloat}
	case "double precision":
		t = schema.Type{Kind: schema.KindDouble}
	case "numeric":
		if len(args) == 0 {
			t = schema.Type{Kind: schema.KindDecimal}
		}
	case "character varying":
		t = schema.Type{Kind: schema.KindString, Size: size}
	case "character":
		t = schema.Type{Kind: schema.KindChar, Size: size}
	case "text":
		t = schema.Type{Kind: schema.KindText}
	case "bytea":
		t = schema.Type{Kind: schema.KindBytes}
	case "date":
		t = schema.Type{Kind: schema.KindDate}
	case "time without time zone":
		t = schema.Type{Kind: schema.KindTime, Precision: size}
	case "timestamp with time zone":
		t = schema.Type{Kind: schema.KindDateTime, Precision: size}
	case "timestamp without time zone":
		t = schema.Type{Kind: schema.KindLocalDateTime, Precision: size}
	case "jsonb":
		t = schema.Type{Kind: schema.KindJSON}
	case "uuid":
		t = schema.Type{Kind: schema.KindUUID}
	}
	// A precision of 0 is not the same as none, and a scale may be negative
	// (PostgreSQL ≥ 15): no neutral kind says so.
	if typeText(t) != text || t.Kind == schema.KindDecimal && (t.Scale < 0 || t.Scale > t.Precision) {
		return schema.NativeType(text)
	}
	return t
}

// typeParts splits what format_type prints: the words before the numbers in
// parentheses, the numbers, and what follows: "timestamp", 3, " with time zone".
func typeParts(text string) (word string, args []int, rest string, ok bool) {
	open := strings.IndexByte(text, '(')
	if open < 0 {
		return text, nil, "", true
	}
	end := strings.IndexByte(text, ')')
	if end < open {
		return "", nil, "", false
	}
	for arg := range strings.SplitSeq(text[open+1:end], ",") {
		n, err := strconv.Atoi(arg)
		if err != nil {
			return "", nil, "", false
		}
		args = append(args, n)
	}
	return text[:open], args, text[end+1:], true
}

// constantType returns the type that PostgreSQL writes behind a constant of a
// column's type: the type without its limits.
func constantType(text string) string {
	word, args, rest, ok := typeParts(text)
	switch {
	case word == "interval" || strings.HasPrefix(word, "interval "):
		return "interval"
	case !ok || len(args) == 0:
		return text
	case word == "character":
		return "bpchar" // character alone means character(1)
	}
	return word + rest
}

// serialOf returns the word for a column of a type, or "".
func serialOf(text string) string {
	switch text {
	case "smallint":
		return "smallserial"
	case "integer":
		return "serial"
	case "bigint":
		return "bigserial"
	}
	return ""
}
