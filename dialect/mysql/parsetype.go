package mysql

import "strings"

// A columnType is a type text, taken apart.
type columnType struct {
	base     string   // the first word, in lower case, and by the name that the servers use
	args     []string // what stands in parentheses
	unsigned bool
	zerofill bool
	rest     []string // further words, in lower case
}

// parseType takes a type text apart: "decimal(10,2) unsigned".
func parseType(text string) columnType {
	toks := significant(text)
	if len(toks) == 0 {
		return columnType{}
	}
	t := columnType{base: baseName(toks)}
	depth := 0
	for _, tok := range toks[1:] {
		switch {
		case tok.is("("):
			depth++
		case tok.is(")"):
			depth--
		case depth > 0:
			if !tok.is(",") {
				t.args = append(t.args, tok.text)
			}
		case tok.isWord("unsigned"):
			t.unsigned = true
		case tok.isWord("zerofill"):
			t.zerofill, t.unsigned = true, true
		case tok.isWord("signed", "precision", "varying"):
		default:
			t.rest = append(t.rest, strings.ToLower(tok.text))
		}
	}
	return t
}

// baseName returns the server's name of a type for each of its other names.
func baseName(toks []token) string {
	first := strings.ToLower(toks[0].text)
	second := ""
	if len(toks) > 1 {
		second = strings.ToLower(toks[1].text)
	}
	switch first {
	case "bool", "boolean", "int1":
		return "tinyint"
	case "int2":
		return "smallint"
	case "int3", "middleint":
		return "mediumint"
	case "integer", "int4":
		return "int"
	case "int8":
		return "bigint"
	case "dec", "numeric", "fixed", "number":
		return "decimal"
	case "real", "float8":
		return "double"
	case "float4":
		return "float"
	case "character", "nchar":
		if second == "varying" {
			return "varchar"
		}
		return "char"
	case "nvarchar", "varcharacter":
		return "varchar"
	case "long":
		return "mediumtext"
	}
	return first
}

// isTree reports whether an index method is the usual one.
func isTree(method string) bool {
	return method == "" || strings.EqualFold(method, "btree") || strings.EqualFold(method, "hash")
}

// isLarge reports whether columns of the type are kept apart from their rows.
func isLarge(text string) bool {
	switch parseType(text).base {
	case "tinytext", "text", "mediumtext", "longtext", "tinyblob", "blob", "mediumblob", "longblob", "json", "geometry", "point", "linestring",
		"polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection", "geomcollection", "vector":
		return true
	}
	return false
}

// hasClock reports whether a column of the type can have CURRENT_TIMESTAMP as
// its default without parentheses.
func hasClock(text string) bool {
	base := parseType(text).base
	return base == "timestamp" || base == "datetime"
}

func isTimestamp(text string) bool { return parseType(text).base == "timestamp" }

// isTextType reports whether values of the type have a charset and a collation.
func isTextType(text string) bool {
	t := parseType(text)
	for _, w := range t.rest {
		if w == "binary" || w == "byte" {
			return false
		}
	}
	switch t.base {
	case "char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set":
		return true
	}
	return false
}

// canonType returns a type text as MySQL 9 writes it, so that two texts of one
// type are equal: without the width of integers, with the sizes that hold where
// none is stated.
func canonType(text string) string {
	if plain, _, ok := strings.Cut(text, " /*"); ok { // MariaDB's COMPRESSED, which is an option
		text = plain
	}
	t := parseType(text)
	args := "(" + strings.Join(t.args, ",") + ")"
	switch t.base {
	case "tinyint", "smallint", "mediumint", "int", "bigint":
		if !t.zerofill {
			args = ""
		}
	case "year":
		args = ""
	case "decimal":
		switch len(t.args) {
		case 0:
			args = "(10,0)"
		case 1:
			args = "(" + t.args[0] + ",0)"
		}
	case "char", "binary", "bit":
		if len(t.args) == 0 {
			args = "(1)"
		}
	case "float":
		if len(t.args) == 1 { // digits of the mantissa, which only choose the size
			if t.arg(0, 0) > 24 {
				t.base = "double"
			}
			args = ""
		}
	case "time", "datetime", "timestamp":
		if args == "(0)" {
			args = ""
		}
	case "geomcollection":
		t.base = "geometrycollection"
	case "enum", "set":
		for i, a := range t.args {
			t.args[i] = quoteString(stringValue(a))
		}
		args = "(" + strings.Join(t.args, ",") + ")"
	}
	if args == "()" {
		args = ""
	}
	s := t.base + args
	if t.unsigned {
		s += " unsigned"
	}
	if t.zerofill {
		s += " zerofill"
	}
	if len(t.rest) > 0 {
		s += " " + strings.Join(t.rest, " ")
	}
	return s
}
