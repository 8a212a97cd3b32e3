package diff

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/whimbreldb/whimbrel/schema"
)

// nullMeans is the answer for a column that has no NULL in it already: the
// upgrade then stops if it finds one.
const nullMeans = "NULL"

func (s *session) fill(table string, c schema.Column, altered bool) (schema.Default, error) {
	subject := table + "." + c.Name
	text, ok := s.value("default", s.answers.Default, subject)
	if !ok && s.asked[subject] {
		return schema.Default{}, nil // perhaps it is renamed, and has its values
	}
	if !ok {
		q := Question{
			Kind:    FillQuestion,
			Subject: subject,
			Text:    "column " + subject + " is NOT NULL without default: what do the rows get that exist already?",
			Flags:   []string{flag("default", subject+"="+cmp.Or(zero(c.Type).Text, "VALUE"))},
		}
		if altered {
			q.Text = "column " + subject + " becomes NOT NULL: what replaces the NULLs in it? (NULL: there are none; the upgrade stops if it finds one)"
			q.Flags = append(q.Flags, flag("default", subject+"="+nullMeans))
		}
		s.ask(q)
		return schema.Default{}, nil
	}
	if altered && strings.EqualFold(text, nullMeans) {
		return schema.Default{}, nil
	}
	d, why := parseFill(c.Type, text)
	if why != "" {
		return d, &AnswerError{"default", subject + "=" + text, why}
	}
	return d, nil
}

// parseFill reads a value as it is typed in a flag.
func parseFill(t schema.Type, text string) (_ schema.Default, why string) {
	if strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") {
		return schema.Expression(text), ""
	}
	if strings.EqualFold(text, nullMeans) {
		return schema.Default{}, "a NOT NULL column cannot be filled with NULL; NULL is an answer only for a column that is there and has none"
	}
	switch {
	case t.Kind == schema.KindBool:
		if b, err := strconv.ParseBool(strings.ToLower(text)); err == nil {
			return schema.Literal(strconv.FormatBool(b)), ""
		}
		return schema.Default{}, "a bool is true or false"
	case family(t) == "number":
		if _, err := strconv.ParseFloat(text, 64); err == nil && !strings.ContainsAny(text, "xXnNpP_") {
			return schema.Literal(text), ""
		}
		return schema.Default{}, "a number is wanted, or SQL in parentheses"
	}
	return schema.StringValue(text), ""
}

// zero is the neutral value of a type, for a column that a downgrade brings
// back NOT NULL and without values.
func zero(t schema.Type) schema.Default {
	switch t.Kind {
	case schema.KindBool:
		return schema.Literal("false")
	case schema.KindTinyInt, schema.KindSmallInt, schema.KindInt, schema.KindBigInt, schema.KindFloat,
		schema.KindDouble, schema.KindDecimal:
		return schema.Literal("0")
	case schema.KindDate:
		return schema.StringValue("1970-01-01")
	case schema.KindTime:
		return schema.StringValue("00:00:00")
	case schema.KindDateTime, schema.KindLocalDateTime:
		return schema.StringValue("1970-01-01 00:00:00")
	case schema.KindJSON:
		return schema.StringValue("{}")
	case schema.KindUUID:
		return schema.StringValue("00000000-0000-0000-0000-000000000000")
	case schema.KindString, schema.KindChar, schema.KindText, schema.KindBytes:
		return schema.StringValue("")
	case schema.KindNative:
		return nativeZero(t.Text)
	}
	return schema.StringValue("")
}

// nativeZero is zero for a type as a database spells it: by the word that it
// begins with, which means the same wherever it is one. Of any other type the
// empty string is tried.
func nativeZero(text string) schema.Default {
	word := text
	if i := strings.IndexFunc(text, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }); i >= 0 {
		word = text[:i]
	}
	switch {
	case strings.HasSuffix(text, "[]"):
		return schema.StringValue("{}")
	case strings.HasSuffix(word, "range"): // a multirange too, where {} is what is meant
		return schema.StringValue(map[bool]string{true: "{}", false: "empty"}[strings.HasSuffix(word, "multirange")])
	}
	switch word = strings.ToLower(word); word {
	case "boolean", "bool":
		return zero(schema.Type{Kind: schema.KindBool})
	case "int", "integer", "tinyint", "smallint", "mediumint", "bigint", "serial", "smallserial", "bigserial",
		"numeric", "decimal", "float", "double", "real", "money", "oid", "bit":
		return schema.Literal("0")
	case "date", "time", "uuid", "json", "jsonb":
		return zero(schema.Type{Kind: schema.Kind(strings.TrimSuffix(word, "b"))})
	case "datetime", "timestamp", "timestamptz": // MySQL's begin with the second of 1970, in every zone
		return schema.StringValue("1970-01-02 00:00:00")
	case "interval":
		return schema.StringValue("0")
	case "year":
		return schema.Literal("1970")
	case "point", "linestring", "polygon", "geometry", "multipoint", "multilinestring", "multipolygon", "geometrycollection", "geomcollection":
		return zeroShape(word, text)
	case "inet", "cidr", "inet4", "inet6", "macaddr", "macaddr8", "pg_lsn", "box", "circle", "jsonpath":
		return schema.StringValue(map[string]string{
			"inet": "0.0.0.0", "cidr": "0.0.0.0/0", "inet4": "0.0.0.0", "inet6": "::", "macaddr": "00:00:00:00:00:00", "macaddr8": "00:00:00:00:00:00:00:00",
			"pg_lsn": "0/0", "box": "(0,0),(0,0)", "circle": "<(0,0),0>", "jsonpath": "$",
		}[word])
	case "enum":
		if _, rest, ok := strings.Cut(text, "'"); ok {
			value, _, _ := strings.Cut(strings.ReplaceAll(rest, "''", "\x00"), "'")
			return schema.StringValue(strings.ReplaceAll(value, "\x00", "'"))
		}
	}
	return schema.StringValue("")
}

// zeroShape is zero for a geometry of MySQL, in the system of reference that its
// column has. PostgreSQL has types of its own by two of these names.
func zeroShape(word, text string) schema.Default {
	shape := map[string]string{
		"linestring": "LINESTRING(0 0,1 1)", "polygon": "POLYGON((0 0,1 0,1 1,0 0))", "multipoint": "MULTIPOINT(0 0)",
		"multilinestring": "MULTILINESTRING((0 0,1 1))", "multipolygon": "MULTIPOLYGON(((0 0,1 0,1 1,0 0)))",
		"geometrycollection": "GEOMETRYCOLLECTION EMPTY", "geomcollection": "GEOMETRYCOLLECTION EMPTY",
	}[word]
	fields := strings.Fields(strings.ToLower(text))
	system := ""
	if i := slices.Index(fields, "srid"); i >= 0 && i+1 < len(fields) {
		system = ", " + fields[i+1]
	}
	zero := schema.StringValue(map[string]string{"point": "(0,0)", "polygon": "((0,0))"}[word])
	zero.Variants.MySQL = "ST_GeomFromText('" + cmp.Or(shape, "POINT(0 0)") + "'" + system + ")"
	return zero
}
