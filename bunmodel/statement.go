package bunmodel

import (
	"errors"
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/internal/coltype"
	"github.com/whimbreldb/whimbrel/schema"
)

// written is a table as Bun writes it for one dialect: in the order of the text,
// with names only where it has written some.
type written struct {
	namespace, name string
	columns         []writtenColumn
	key             []string
	uniques         []schema.Unique
	checks          []schema.Check
	foreignKeys     []schema.ForeignKey
	partitionBy     string
	tablespace      string
	indexes         []schema.Index
	comment         string
}

type writtenColumn struct {
	name string
	coltype.Definition
	comment string
}

func (w *written) column(name string) *writtenColumn {
	for i := range w.columns {
		if w.columns[i].name == name {
			return &w.columns[i]
		}
	}
	return nil
}

// A reader reads one statement. The dialect says how names without quotes are
// folded.
type reader struct {
	dialect schema.Dialect
	text    string
	toks    []coltype.Token
	i       int
}

func read(d schema.Dialect, text string) *reader {
	return &reader{dialect: d, text: text, toks: coltype.Scan(text)}
}

func (r *reader) at(ahead int) coltype.Token {
	if r.i+ahead < len(r.toks) {
		return r.toks[r.i+ahead]
	}
	return coltype.Token{Pos: len(r.text)}
}

// take skips the given words if they come next.
func (r *reader) take(words ...string) bool {
	for i, w := range words {
		if t := r.at(i); t.Kind != coltype.Word || !strings.EqualFold(t.Text, w) {
			return false
		}
	}
	r.i += len(words)
	return true
}

// oneOf skips and returns the word that comes next, if it is one of those given.
func (r *reader) oneOf(words ...string) string {
	for _, w := range words {
		if r.take(w) {
			return w
		}
	}
	return ""
}

// rest returns what is left of the text.
func (r *reader) rest() string { return strings.TrimSpace(r.text[min(r.at(0).Pos, len(r.text)):]) }

func (r *reader) group() (string, bool) {
	t := r.at(0)
	if t.Kind != coltype.Group {
		return "", false
	}
	r.i++
	return coltype.Inner(t.Text), true
}

// name reads a name, with or without quotes.
func (r *reader) name() (string, bool) {
	t := r.at(0)
	switch {
	case t.Kind == coltype.Quoted && t.Text[0] != '\'':
		text, ok := coltype.Unquote(t.Text)
		r.i++
		return text, ok
	case t.Kind == coltype.Word:
		r.i++
		if r.dialect == schema.Postgres {
			return strings.ToLower(t.Text), true
		}
		return t.Text, true
	}
	return "", false
}

// qualified reads a name that may have a namespace before it.
func (r *reader) qualified() (namespace, name string, ok bool) {
	if name, ok = r.name(); !ok {
		return "", "", false
	}
	if r.at(0).Text == "." {
		r.i++
		namespace = name
		name, ok = r.name()
	}
	return namespace, name, ok
}

// names reads a list of names in parentheses.
func (r *reader) names() ([]string, bool) {
	list, ok := r.group()
	if !ok {
		return nil, false
	}
	var out []string
	for _, item := range coltype.List(list) {
		in := read(r.dialect, item)
		n, ok := in.name()
		if !ok || in.rest() != "" {
			return nil, false
		}
		out = append(out, n)
	}
	return out, len(out) > 0
}

var errNotRead = errors.New("it is not understood")

// readTable reads a CREATE TABLE statement of Bun's.
func readTable(d schema.Dialect, text string) (*written, error) {
	r := read(d, text)
	w := &written{}
	if !r.take("CREATE") {
		return nil, errNotRead
	}
	if r.oneOf("TEMP", "TEMPORARY") != "" {
		return nil, errors.New("a temporary table is not part of a schema")
	}
	if !r.take("TABLE") {
		return nil, errNotRead
	}
	r.take("IF", "NOT", "EXISTS")
	var ok bool
	if w.namespace, w.name, ok = r.qualified(); !ok {
		return nil, errNotRead
	}
	list, ok := r.group()
	if !ok {
		return nil, errNotRead
	}
	for _, item := range coltype.List(list) {
		if err := w.element(d, item); err != nil {
			return nil, err
		}
	}
	if i := indexFold(r.rest(), "PARTITION BY "); i == 0 {
		rest := r.rest()[len("PARTITION BY "):]
		if j := indexFold(rest, " TABLESPACE "); j >= 0 {
			rest = rest[:j]
		}
		w.partitionBy = strings.TrimSpace(rest)
		for r.at(0).Kind != coltype.End && !strings.EqualFold(r.at(0).Text, "TABLESPACE") {
			r.i++
		}
	}
	if r.take("TABLESPACE") {
		w.tablespace, _ = r.name()
	}
	if left := r.rest(); left != "" {
		return nil, fmt.Errorf("%q behind the columns is not understood", left)
	}
	return w, nil
}

func indexFold(s, part string) int { return strings.Index(strings.ToUpper(s), part) }

// element reads a column or a constraint.
func (w *written) element(d schema.Dialect, text string) error {
	r := read(d, text)
	name := ""
	constraint := r.take("CONSTRAINT")
	if constraint {
		var ok bool
		if name, ok = r.name(); !ok {
			return fmt.Errorf("%q is not understood", text)
		}
	}
	ok := false
	switch first := r.oneOf("PRIMARY", "UNIQUE", "CHECK", "FOREIGN"); {
	case first == "PRIMARY" && r.take("KEY"):
		w.key, ok = r.names()
	case first == "UNIQUE":
		u := schema.Unique{Name: name}
		u.NullsNotDistinct = r.take("NULLS", "NOT", "DISTINCT")
		var columns []string
		columns, ok = r.names()
		u.Parts = schema.Columns(columns...)
		w.uniques = append(w.uniques, u)
	case first == "CHECK":
		var expr string
		expr, ok = r.group()
		w.checks = append(w.checks, schema.Check{Name: name, Expr: schema.Expr(expr)})
	case first == "FOREIGN" && r.take("KEY"):
		var columns []string
		if columns, ok = r.names(); ok {
			ok = w.references(r, name, columns)
		}
	case first == "" && !constraint:
		return w.readColumn(r, text)
	}
	if !ok || r.rest() != "" {
		return fmt.Errorf("%q is not understood", text)
	}
	return nil
}

// references reads what follows the columns of a foreign key.
func (w *written) references(r *reader, name string, columns []string) bool {
	if !r.take("REFERENCES") {
		return false
	}
	namespace, table, ok := r.qualified()
	if !ok {
		return false
	}
	f := schema.ForeignKey{Name: name, Columns: columns, RefTable: w.refer(r.dialect, namespace, table)}
	if r.at(0).Kind == coltype.Group {
		if f.RefColumns, ok = r.names(); !ok {
			return false
		}
	}
	for {
		switch {
		case r.take("ON", "DELETE"):
			f.OnDelete, ok = r.action()
		case r.take("ON", "UPDATE"):
			f.OnUpdate, ok = r.action()
		case r.take("DEFERRABLE"):
			f.Deferrable = true
		case r.take("INITIALLY", "DEFERRED"):
			f.InitiallyDeferred = true
		case r.take("INITIALLY", "IMMEDIATE"), r.take("NOT", "DEFERRABLE"):
		default:
			w.foreignKeys = append(w.foreignKeys, f)
			return ok
		}
		if !ok {
			return false
		}
	}
}

// refer returns the name of the table that a foreign key refers to.
func (*written) refer(d schema.Dialect, namespace, table string) string {
	return tableName(d, namespace, table)
}

func (r *reader) action() (schema.Action, bool) {
	for _, a := range [...]schema.Action{schema.Restrict, schema.Cascade, schema.SetNull, schema.SetDefault} {
		if r.take(strings.Fields(string(a))...) {
			return a, true
		}
	}
	return schema.NoAction, r.take("NO", "ACTION")
}

// readColumn reads a column. What it refers to becomes a foreign key.
func (w *written) readColumn(r *reader, text string) error {
	name, ok := r.name()
	if !ok {
		return fmt.Errorf("%q is not understood", text)
	}
	c := writtenColumn{name: name, Definition: coltype.Parse(r.rest())}
	if in := read(r.dialect, c.Unknown); indexFold(c.Unknown, "REFERENCES") == 0 && w.references(in, "", []string{name}) {
		c.Unknown = ""
		after := coltype.Parse("x " + in.rest())
		c.NotNull, c.Unique, c.Unknown = c.NotNull || after.NotNull, c.Unique || after.Unique, after.Unknown
	}
	if c.Unknown != "" {
		return fmt.Errorf("column %q: the column type %q holds %q, which is not part of a type", name, r.rest(), c.Unknown)
	}
	w.columns = append(w.columns, c)
	return nil
}
