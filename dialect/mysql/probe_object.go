package mysql

import (
	"database/sql"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// lists says where the objects of each kind are listed.
var lists = map[schema.ObjectKind]struct{ table, prefix, where string }{
	schema.View:      {"views", "table_", ""},
	schema.Trigger:   {"triggers", "trigger_", ""},
	schema.Function:  {"routines", "routine_", " AND routine_type = 'FUNCTION'"},
	schema.Procedure: {"routines", "routine_", " AND routine_type = 'PROCEDURE'"},
	schema.Event:     {"events", "event_", ""},
	schema.Sequence:  {"tables", "table_", " AND table_type = 'SEQUENCE'"},
}

func (p prober) hasObject(o schema.Object) (bool, error) {
	l, ok := lists[o.Kind]
	if !ok {
		return false, nil
	}
	return p.counts(l.table + " WHERE " + place(l.prefix, o.Name) + l.where)
}

// object looks for an object. The servers keep routines, triggers and events
// as they were written, so their bodies can be compared; a view is written
// anew.
func (p prober) object(o schema.Object) (dialect.Outcome, error) {
	want := o.Definition.For(p.name)
	if want == "" {
		return dialect.Applied, nil
	}
	there, err := p.hasObject(o)
	if err != nil || !there {
		return dialect.Absent, err
	}
	l := lists[o.Kind]
	column := map[schema.ObjectKind]string{
		schema.Trigger: "action_statement", schema.Function: "routine_definition", schema.Procedure: "routine_definition", schema.Event: "event_definition",
	}[o.Kind]
	if column == "" {
		return dialect.Applied, nil // a view is written anew by the server, and CREATE fails where there is one
	}
	body, err := dialect.One[sql.NullString](p.ctx, p.q, "SELECT "+column+" FROM information_schema."+l.table+" WHERE "+place(l.prefix, o.Name)+l.where)
	if err != nil || !body.Valid {
		return dialect.Applied, err
	}
	_, name := schema.Split(o.Name)
	is, err := newInspector(p.ctx, p.d, p.q).body(o.Kind, name, body.String)
	if err != nil || is == "" {
		return dialect.Applied, err
	}
	if _, statement := splitSettings(want); !endsWith(statement, is) {
		return dialect.Other, nil
	}
	return dialect.Applied, nil
}

// endsWith reports whether a definition has that body, white space and comments
// apart.
func endsWith(definition, body string) bool {
	definition, body = strings.TrimRight(definition, "; \n\t"), strings.TrimRight(body, "; \n\t")
	a, b := significant(definition), significant(body)
	return len(b) <= len(a) && slices.EqualFunc(a[len(a)-len(b):], b, func(x, y token) bool { return x.text == y.text })
}

// altered compares an object with both sides of a change. Of a view that the
// server writes in another way than both, and of a sequence, nobody can say.
func (p prober) altered(o op.AlterObject) (dialect.Outcome, error) {
	if o.To.Kind != schema.View && o.To.Kind != schema.Sequence {
		return p.object(o.To)
	}
	there, err := p.hasObject(o.To)
	if err != nil || !there || o.To.Kind == schema.Sequence {
		if there {
			return dialect.Unknown, err
		}
		return dialect.Absent, err
	}
	reader := newInspector(p.ctx, p.d, p.q)
	if err := reader.session(); err != nil {
		return dialect.Unknown, err
	}
	text, err := dialect.One[sql.NullString](p.ctx, p.q, "SELECT view_definition FROM information_schema.views WHERE "+in(o.To.Name))
	if err != nil {
		return dialect.Unknown, err
	}
	is := reader.canonical(text.String, ignore)
	switch {
	case isBody(o.To.Definition.For(p.name), is):
		return dialect.Applied, nil
	case isBody(o.From.Definition.For(p.name), is):
		return dialect.Absent, nil
	}
	return dialect.Unknown, nil
}

// isBody reports whether a view with that definition has that body.
func isBody(definition, body string) bool {
	toks := significant(definition)
	for i, t := range toks {
		if t.isWord("as") {
			rest := definition[toks[i].pos+len(t.text):]
			return sameText(strings.TrimSpace(rest), body) == equal
		}
	}
	return false
}
