package bunmodel

import (
	"maps"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/internal/coltype"
	"github.com/whimbreldb/whimbrel/schema"
)

// statements splits what a hook has run in one call. What has a body is one
// statement, whatever is in it.
func statements(text string) (out []string) {
	text = withoutComment(text)
	r := read("", text)
	if strings.Contains(text, "$") && strings.Count(text, "$") >= 4 || hasBody(r) {
		return []string{strings.TrimSuffix(strings.TrimSpace(text), ";")}
	}
	from := 0
	add := func(part string) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	for _, t := range r.toks {
		if t.Text == ";" {
			add(text[from:t.Pos])
			from = t.Pos + 1
		}
	}
	add(text[from:])
	return out
}

// hasBody reports whether a statement makes something that has statements in it.
func hasBody(r *reader) bool {
	if !r.take("CREATE") {
		return false
	}
	for range 8 {
		if r.oneOf("TRIGGER", "FUNCTION", "PROCEDURE", "EVENT") != "" {
			return true
		}
		r.i++
	}
	return false
}

// withoutComment takes the comment off the front that Bun puts there.
func withoutComment(text string) string {
	text = strings.TrimSpace(text)
	for strings.HasPrefix(text, "/*") {
		i := strings.Index(text, "*/")
		if i < 0 {
			return text
		}
		text = strings.TrimSpace(text[i+2:])
	}
	return text
}

// hook reads a statement of a hook into the tables of its dialect, and reports
// whether it is part of a schema that Whimbrel can hold.
func (m *made) hook(text string) bool {
	r := read(m.dialect, text)
	switch {
	case r.take("CREATE"):
		return m.create(r)
	case r.take("ALTER", "TABLE"):
		return m.alter(r)
	case r.take("COMMENT", "ON"):
		return m.commentOn(r)
	}
	return false
}

func (m *made) create(r *reader) bool {
	replace := r.take("OR", "REPLACE")
	start := r.i
	class := r.oneOf("UNIQUE", "FULLTEXT", "SPATIAL")
	if r.take("INDEX") {
		return !replace && m.index(r, class)
	}
	r.i = start
	r.take("CONSTRAINT")
	o, ok := m.object(r)
	if ok && !slices.ContainsFunc(m.objects, func(have schema.Object) bool { return have.ID() == o.ID() }) {
		m.objects = append(m.objects, o)
	}
	return ok
}

// objectKinds are the objects that a hook can make, by the word for them.
var objectKinds = map[string]schema.ObjectKind{
	"VIEW": schema.View, "MATERIALIZED": schema.MaterializedView, "TRIGGER": schema.Trigger, "FUNCTION": schema.Function,
	"PROCEDURE": schema.Procedure, "TYPE": schema.Enum, "EXTENSION": schema.Extension, "SCHEMA": schema.Namespace,
	"SEQUENCE": schema.Sequence, "DOMAIN": schema.Domain,
}

// object reads what follows CREATE, where that is no table and no index.
func (m *made) object(r *reader) (o schema.Object, ok bool) {
	word := r.oneOf(slices.Collect(maps.Keys(objectKinds))...)
	o = schema.Object{Kind: objectKinds[word], Definition: schema.SQL{}.On(m.dialect, r.text)}
	if word == "" || word == "MATERIALIZED" && !r.take("VIEW") {
		return o, false
	}
	r.take("IF", "NOT", "EXISTS")
	namespace, name, ok := r.qualified()
	if !ok {
		return o, false
	}
	o.Name = tableName(m.dialect, namespace, name)
	switch o.Kind { //nolint:exhaustive // the others are their name
	case schema.Namespace:
		o.Name = schema.Qualify("", name)
	case schema.Enum:
		return o, r.take("AS", "ENUM")
	case schema.Function, schema.Procedure:
		// With arguments, what it is called depends on how the server writes
		// their types.
		if args, ok := r.group(); !ok || args != "" {
			return o, false
		}
		if m.dialect == schema.Postgres {
			o.Name += "()"
		}
	case schema.Trigger:
		for !r.take("ON") {
			if r.at(0).Kind == coltype.End {
				return o, false
			}
			r.i++
		}
		namespace, table, ok := r.qualified()
		o.Table = tableName(m.dialect, namespace, table)
		return o, ok
	}
	return o, true
}

// index reads what follows the word INDEX.
func (m *made) index(r *reader, class string) bool {
	r.take("CONCURRENTLY")
	r.take("IF", "NOT", "EXISTS")
	ix := schema.Index{Unique: class == "UNIQUE"}
	if class == "FULLTEXT" || class == "SPATIAL" {
		ix.Method = ix.Method.With(m.dialect, strings.ToLower(class))
	}
	_, name, ok := r.qualified() // SQLite writes the database before it
	if !ok || strings.EqualFold(name, "ON") {
		return false
	}
	ix.Name = name
	method := ""
	using := func() {
		if r.take("USING") {
			method, _ = r.name()
		}
	}
	using()
	if !r.take("ON") {
		return false
	}
	r.take("ONLY")
	namespace, table, ok := r.qualified()
	w := m.tables[tableName(m.dialect, namespace, table)]
	if !ok || w == nil {
		return false
	}
	using()
	if method != "" && !strings.EqualFold(method, "btree") {
		ix.Method = ix.Method.With(m.dialect, strings.ToLower(method))
	}
	list, ok := r.group()
	if !ok {
		return false
	}
	for _, item := range coltype.List(list) {
		ix.Parts = append(ix.Parts, m.part(item))
	}
	if r.take("INCLUDE") {
		if ix.Include, ok = r.names(); !ok {
			return false
		}
	}
	ix.NullsNotDistinct = r.take("NULLS", "NOT", "DISTINCT")
	if r.take("WITH") {
		if ix.Storage, ok = r.group(); !ok {
			return false
		}
	}
	if r.take("TABLESPACE") {
		ix.Tablespace, _ = r.name()
	}
	if r.take("WHERE") {
		ix.Where = schema.SQL{}.On(m.dialect, withoutParens(r.rest()))
	} else if r.rest() != "" {
		return false
	}
	w.indexes = append(w.indexes, ix)
	return true
}

// part reads a member of an index.
func (m *made) part(item string) schema.Part {
	expr, collation, nulls, desc := coltype.Tail(item)
	p := schema.Part{Nulls: nulls, Desc: desc}
	if m.dialect == schema.Postgres {
		if rest, class := coltype.OpClass(expr); class != "" {
			p.OpClass = class
			expr, collation, _, _ = coltype.Tail(rest)
		}
	}
	if collation != "" {
		p.Collation = p.Collation.With(m.dialect, collation)
	}
	r := read(m.dialect, expr)
	if name, ok := r.name(); ok {
		if r.rest() == "" {
			p.Column = name
			return p
		}
		if n, ok := r.group(); ok && m.dialect == schema.MySQL && r.rest() == "" && isNumber(n) {
			p.Column, p.Length = name, number(n)
			return p
		}
	}
	p.Expr = schema.SQL{}.On(m.dialect, withoutParens(expr))
	return p
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" && len(s) < 9 }

func number(s string) (n int) {
	for _, c := range s {
		n = 10*n + int(c-'0')
	}
	return n
}

// withoutParens takes the parentheses off that are around the whole of an
// expression. Bun puts some around each condition.
func withoutParens(expr string) string {
	expr = strings.TrimSpace(expr)
	for {
		toks := coltype.Scan(expr)
		if len(toks) != 1 || toks[0].Kind != coltype.Group {
			return expr
		}
		expr = coltype.Inner(expr)
	}
}

// alter reads what follows ALTER TABLE.
func (m *made) alter(r *reader) bool {
	r.take("ONLY")
	namespace, table, ok := r.qualified()
	w := m.tables[tableName(m.dialect, namespace, table)]
	if !ok || w == nil {
		return false
	}
	changed := *w
	for _, action := range coltype.List(r.rest()) {
		in := read(m.dialect, action)
		if !in.take("ADD") {
			return false
		}
		if in.take("COLUMN") {
			in.take("IF", "NOT", "EXISTS")
		}
		if err := changed.element(m.dialect, in.rest()); err != nil {
			return false
		}
	}
	*w = changed
	return true
}

// commentOn reads what follows COMMENT ON.
func (m *made) commentOn(r *reader) bool {
	of := r.oneOf("TABLE", "COLUMN")
	var names []string
	for {
		n, ok := r.name()
		if !ok {
			return false
		}
		names = append(names, n)
		if r.at(0).Text != "." {
			break
		}
		r.i++
	}
	if !r.take("IS") {
		return false
	}
	text, ok := coltype.Unquote(r.rest())
	if !ok {
		return false
	}
	column := ""
	if of == "COLUMN" {
		column, names = names[len(names)-1], names[:len(names)-1]
	}
	namespace := ""
	if len(names) == 2 {
		namespace, names = names[0], names[1:]
	}
	if of == "" || len(names) != 1 {
		return false
	}
	w := m.tables[tableName(m.dialect, namespace, names[0])]
	switch {
	case w == nil:
		return false
	case of == "TABLE":
		w.comment = text
		return true
	}
	c := w.column(column)
	if c == nil {
		return false
	}
	c.comment = text
	return true
}
