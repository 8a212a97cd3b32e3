package model

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/internal/coltype"
	"github.com/whimbreldb/whimbrel/schema"
)

// An option is a word of a tag ddl, with what its parentheses hold.
type option struct {
	word, arg string
	hasArg    bool
}

// readTag splits a tag into its words.
func readTag(tag string) (out []option, err error) {
	if !coltype.Balanced(tag) {
		return nil, fmt.Errorf("a parenthesis or a quote is not closed in %q", tag)
	}
	toks := coltype.Scan(tag)
	for i := 0; i < len(toks); i++ {
		t := toks[i]
		switch {
		case t.Text == "," || t.Text == ";":
			return nil, fmt.Errorf("the words of %q stand apart with blanks, not with %s", tag, t.Text)
		case t.Kind != coltype.Word && t.Text != "-":
			return nil, fmt.Errorf("%s is no word in %q", t.Text, tag)
		}
		o := option{word: strings.ToLower(t.Text)}
		if i+1 < len(toks) && toks[i+1].Kind == coltype.Group && toks[i+1].Pos == t.Pos+len(t.Text) {
			i++
			o.arg, o.hasArg = coltype.Inner(toks[i].Text), true
		}
		if slices.ContainsFunc(out, func(p option) bool { return p.word == o.word && !slices.Contains(several, o.word) }) {
			return nil, fmt.Errorf("the word %q stands there twice", o.word)
		}
		out = append(out, o)
	}
	return out, nil
}

// several are the words that may stand in a tag more than once.
var several = []string{"unique", "index", "check", "on", "collate"}

// words are the words of a tag, and whether each has an argument: '0' none, '1'
// one, '?' maybe.
var words = map[string]byte{
	"pk": '0', "auto": '0', "null": '0', "notnull": '0', "-": '0', "size": '1', "type": '1', "on": '1', "default": '1', "generated": '1',
	"virtual": '1', "unique": '?', "index": '?', "check": '1', "references": '1', "collate": '1', "comment": '1', "embed": '?',
}

// spelt are words of other tags, and what they are here.
var spelt = map[string]string{
	"primarykey": "pk", "primary_key": "pk", "primary": "pk", "autoincrement": "auto", "auto_increment": "auto", "serial": "auto",
	"not_null": "notnull", "not": "notnull", "nullable": "null", "fk": "references", "foreignkey": "references", "foreign_key": "references",
	"uniqueindex": "index", "unique_index": "index", "column": "db", "varchar": "size", "embedded": "embed",
}

// typeWords are types that somebody may write where a word stands.
var typeWords = []string{
	"bigint", "bit", "blob", "bool", "boolean", "bytea", "char", "citext", "date", "datetime", "decimal", "double", "enum", "float", "inet", "int",
	"integer", "interval", "json", "jsonb", "longtext", "money", "numeric", "real", "set", "smallint", "string", "text", "time", "timestamp",
	"timestamptz", "tinyint", "uuid", "varbinary",
}

// String is the option as it is written.
func (o option) String() string {
	if o.hasArg {
		return o.word + "(" + o.arg + ")"
	}
	return o.word
}

// checkOptions reports what is wrong with the words of a tag.
func (m *mapper) checkOptions(field string, options []option) (ok bool) {
	ok = true
	has := func(word string) bool {
		return slices.ContainsFunc(options, func(o option) bool { return o.word == word })
	}
	for _, o := range options {
		takes, known := words[o.word]
		switch {
		case !known && spelt[o.word] == "db":
			m.fail(field, "unknown word %q in the tag ddl: the name of the column stands in the tag db", o.word)
		case !known && spelt[o.word] != "":
			m.fail(field, "unknown word %q in the tag ddl: did you mean %q?", o.word, spelt[o.word])
		case !known && slices.Contains(typeWords, o.word):
			m.fail(field, "unknown word %q in the tag ddl: a type is written type(%s)", o.word, o)
		case !known:
			near := meant(o.word, slices.Collect(maps.Keys(words)))
			m.fail(field, "unknown word %q in the tag ddl%s", o.word, cmp.Or(near, ": go doc github.com/whimbreldb/whimbrel/model Structs has them all"))
		case takes == '0' && o.hasArg:
			m.fail(field, "the word %s takes nothing in parentheses", o.word)
		case takes == '1' && o.arg == "":
			m.fail(field, "the word %s needs something in parentheses", o.word)
		default:
			continue
		}
		ok = false
	}
	for _, pair := range [...][2]string{{"null", "notnull"}, {"pk", "null"}, {"generated", "virtual"}, {"generated", "default"}, {"virtual", "default"}, {"auto", "default"}, {"size", "type"}} {
		if has(pair[0]) && has(pair[1]) {
			m.fail(field, "the words %s and %s exclude each other", pair[0], pair[1])
			ok = false
		}
	}
	return ok
}

// fields maps the fields of a struct to columns.
func (m *mapper) fields(t reflect.Type, path, prefix string, around []reflect.Type) {
	if slices.Contains(around, t) {
		m.fail(path, "the struct %s is embedded in itself", t)
		return
	}
	around = append(slices.Clone(around), t)
	for i := range t.NumField() {
		f := t.Field(i)
		field := f.Name
		if path != "" {
			field = path + "." + f.Name
		}
		name, _, _ := strings.Cut(f.Tag.Get("db"), ",")
		name = strings.TrimSpace(name)
		inner := f.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		embedded := f.Anonymous && name == "" && inner.Kind() == reflect.Struct && !isColumn(inner)
		if name == "-" || !f.IsExported() && !embedded {
			continue
		}
		options, err := readTag(f.Tag.Get("ddl"))
		if err != nil {
			m.fail(field, "%s", err)
			continue
		}
		if !m.checkOptions(field, options) {
			continue
		}
		if at := slices.IndexFunc(options, func(o option) bool { return o.word == "embed" }); at >= 0 || embedded {
			switch {
			case inner.Kind() != reflect.Struct:
				m.fail(field, "embed is for a struct, and this is %s", f.Type)
			case len(options) > 1:
				m.fail(field, "beside embed, no other word has a meaning")
			default:
				p := prefix
				if at >= 0 {
					p += strings.Trim(options[at].arg, `'"`)
				}
				m.fields(inner, field, p, around)
			}
			continue
		}
		if name == "" {
			name = snake(f.Name)
		}
		m.column(f.Type, field, prefix+name, options)
	}
}

// column maps one field.
func (m *mapper) column(t reflect.Type, field, name string, options []option) {
	if slices.ContainsFunc(options, func(o option) bool { return o.word == "-" }) {
		m.keep = append(m.keep, m.table.Name+"."+name)
		return
	}
	for _, have := range m.table.Columns {
		if strings.EqualFold(have.Name, name) {
			m.fail(field, "column %q is there already%s", name, map[bool]string{true: "", false: ", but for the case of its letters"}[have.Name == name])
			return
		}
	}
	typ, null, known := typeOf(t)
	c := schema.Column{Name: name, Type: typ, NotNull: !null}
	for _, o := range options {
		m.apply(&c, &known, field, o)
	}
	if !known {
		m.fail(field, "no column type is obvious for %s: give it one, as ddl:\"type(json)\"", t)
	}
	if c.AutoIncrement && !isInteger(c.Type) {
		m.fail(field, "the word auto is for an integer, and this is %s", t)
	}
	m.table.Columns = append(m.table.Columns, c)
}

// apply does what one word says.
func (m *mapper) apply(c *schema.Column, known *bool, field string, o option) {
	switch o.word {
	case "pk":
		c.NotNull = true
		m.table.PrimaryKey.Parts = append(m.table.PrimaryKey.Parts, schema.Part{Column: c.Name})
	case "auto":
		c.AutoIncrement = true
	case "null":
		c.NotNull = false
	case "notnull":
		c.NotNull = true
	case "size":
		m.size(c, field, o.arg)
	case "type":
		m.typed(c, field, o.arg)
		*known = true
	case "on":
		d, text, ok := m.onDialect(field, o)
		if ok {
			c.Type.Variants = c.Type.Variants.With(d, text)
			if !*known { // elsewhere it is a text
				c.Type.Kind, *known = schema.KindText, true
			}
		}
	case "default":
		c.Default = coltype.Default(o.arg)
	case "generated", "virtual":
		c.Generated = schema.Generated{Expr: schema.Expr(o.arg), Stored: o.word == "generated"}
	case "unique":
		m.unique(c.Name, field, o.arg)
	case "index":
		m.index(c.Name, field, o.arg)
	case "check":
		m.table.Checks = append(m.table.Checks, schema.Check{Name: m.checkName(c.Name), Expr: schema.Expr(o.arg)})
	case "references":
		m.references(c.Name, field, o.arg)
	case "collate":
		if d, text, ok := m.onDialect(field, o); ok {
			c.Collation = c.Collation.With(d, text)
		}
	case "comment":
		c.Comment = unquoted(o.arg)
	}
}

// unquoted takes the quotes off a text that is in some.
func unquoted(text string) string {
	if s, ok := coltype.Unquote(text); ok {
		return s
	}
	return text
}

// onDialect reads the argument of a word that is about one dialect.
func (m *mapper) onDialect(field string, o option) (d schema.Dialect, text string, ok bool) {
	name, text, ok := strings.Cut(o.arg, ",")
	d, text = schema.Dialect(strings.TrimSpace(name)), strings.TrimSpace(text)
	names := make([]string, len(schema.Dialects))
	for i, known := range schema.Dialects {
		names[i] = string(known)
	}
	switch {
	case !ok || text == "":
		m.fail(field, "the word %s takes a dialect and what is so there: %s(postgres, …)", o.word, o.word)
		return "", "", false
	case !slices.Contains(schema.Dialects[:], d):
		m.fail(field, "no dialect is called %q%s", d, meant(string(d), names))
		return "", "", false
	}
	return d, text, true
}

func (m *mapper) size(c *schema.Column, field, arg string) {
	n, err := strconv.Atoi(arg)
	switch {
	case err != nil || n <= 0:
		m.fail(field, "size(%s) is no size: it is a number above 0", arg)
	case c.Type.Kind == schema.KindText:
		c.Type = schema.Type{Kind: schema.KindString, Size: n, Variants: c.Type.Variants}
	case c.Type.Kind == schema.KindBytes:
		c.Type.Size = n
	default:
		m.fail(field, "size is for texts and bytes, and the column is %s", c.Type)
	}
}

// typed reads a column type. What else stands behind a type in SQL has a word of
// its own here.
func (m *mapper) typed(c *schema.Column, field, text string) {
	d := coltype.Parse(text)
	switch {
	case d.Type == "" || d.Unknown != "":
		m.fail(field, "type(%s) is no column type", text)
	case d.Rest != "":
		m.fail(field, "type(%s) is more than a type: %q has words of its own", text, d.Rest)
	default:
		variants := c.Type.Variants
		c.Type = coltype.FromText(d.Type)
		c.Type.Variants = variants
	}
}
