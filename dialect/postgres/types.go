package postgres

import (
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/internal/typetext"
	"github.com/whimbreldb/whimbrel/schema"
)

// typeText returns the type that a column is declared with.
func typeText(t schema.Type) string { return typetext.Postgres(t) }

// kinds are the neutral kinds, by what format_type prints for them without numbers.
var kinds = map[string]schema.Kind{
	"boolean": schema.KindBool, "smallint": schema.KindSmallInt, "integer": schema.KindInt, "bigint": schema.KindBigInt,
	"real": schema.KindFloat, "double precision": schema.KindDouble, "numeric": schema.KindDecimal,
	"character varying": schema.KindString, "character": schema.KindChar, "text": schema.KindText, "bytea": schema.KindBytes,
	"date": schema.KindDate, "time without time zone": schema.KindTime, "timestamp with time zone": schema.KindDateTime,
	"timestamp without time zone": schema.KindLocalDateTime, "jsonb": schema.KindJSON, "uuid": schema.KindUUID,
}

// neutral is the inverse of typeText, as far as it has one: what format_type
// prints becomes the kind that compiles to exactly that again. Everything else
// stays native.
func neutral(text string) schema.Type {
	word, args, rest, _ := typeParts(text)
	t := schema.Type{Kind: kinds[word+rest]}
	switch {
	case t.Kind == "":
		return schema.NativeType(text)
	case len(args) == 2:
		t.Precision, t.Scale = args[0], args[1]
	case len(args) == 1 && (t.Kind == schema.KindString || t.Kind == schema.KindChar):
		t.Size = args[0]
	case len(args) == 1:
		t.Precision = args[0]
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
