package coltype

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// Same reports whether two texts are one type to a server: the same words, or
// words that the server itself takes for the same. When in doubt they are not,
// which costs a revision a word more and is never wrong.
func Same(d schema.Dialect, a, b string) bool {
	if d == schema.SQLite {
		return strings.EqualFold(a, b) // the text is all that SQLite keeps of a type
	}
	return canonical(d, a) == canonical(d, b)
}

// synonyms are what a server reads as another word.
var synonyms = map[schema.Dialect]map[string]string{
	schema.Postgres: {
		"int": "integer", "int4": "integer", "int2": "smallint", "int8": "bigint", "bool": "boolean",
		"decimal": "numeric", "dec": "numeric", "varchar": "character varying", "char varying": "character varying",
		"char": "character", "float4": "real", "float8": "double precision", "float": "double precision",
		"timestamptz": "timestamp with time zone", "timestamp": "timestamp without time zone",
		"timetz": "time with time zone", "time": "time without time zone", "varbit": "bit varying",
	},
	schema.MySQL: {
		"integer": "int", "dec": "decimal", "numeric": "decimal", "fixed": "decimal",
		"double precision": "double", "real": "double", "character varying": "varchar", "character": "char",
	},
}

// defaultArgs are the numbers that a server adds where none are written.
var defaultArgs = map[schema.Dialect]map[string]string{
	schema.Postgres: {"character": "1", "bit": "1"},
	schema.MySQL:    {"char": "1", "binary": "1", "bit": "1", "decimal": "10,0", "year": "4"},
}

// canonical returns a type as a server would name it: its words, with numbers
// behind the last of them wherever they were written.
func canonical(d schema.Dialect, text string) string {
	if d == schema.MariaDB {
		d = schema.MySQL
	}
	var words []string
	args, array := "", ""
	for _, t := range Scan(text) {
		switch t.Kind {
		case Group:
			args = withoutSpaces(Inner(t.Text))
		case Word:
			words = append(words, strings.ToLower(t.Text))
		case Other: // the brackets of an array
			array += t.Text
		case Quoted, End:
			return text
		}
	}
	unsigned := d == schema.MySQL && slices.Contains(words, "unsigned")
	if unsigned {
		words = slices.DeleteFunc(words, func(w string) bool { return w == "unsigned" })
	}
	name := strings.Join(words, " ")
	if d == schema.MySQL && (name == "bool" || name == "boolean") {
		name, args = "tinyint", "1"
	}
	if other, ok := synonyms[d][name]; ok {
		name = other
	}
	switch {
	case args == "":
		args = defaultArgs[d][name]
	case name == "numeric" || name == "decimal":
		if !strings.Contains(args, ",") {
			args += ",0"
		}
	case d == schema.MySQL && (args == "0" || isInteger(name) && (name != "tinyint" || args != "1")):
		args = "" // no digits of the second; the width that a number was shown with
	}
	if unsigned {
		name += " unsigned"
	}
	return name + "(" + args + ")" + array
}

// withoutSpaces returns a list of numbers, words or strings in one spelling.
func withoutSpaces(text string) string {
	var b strings.Builder
	for _, t := range Scan(text) {
		if t.Kind == Word {
			t.Text = strings.ToLower(t.Text)
		}
		b.WriteString(t.Text)
	}
	return b.String()
}

func isInteger(name string) bool {
	switch name {
	case "tinyint", "smallint", "mediumint", "int", "bigint":
		return true
	}
	return false
}
