// Package tables has what every provider of models does with the tables that it
// has made: names for the constraints that have none, and an order.
//
// The modules gormmodel and bunmodel use it too, of another version perhaps: the
// signatures stay.
package tables

import (
	"slices"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/internal/coltype"
	"github.com/whimbreldb/whimbrel/schema"
)

// LongestName is how many bytes of a name PostgreSQL keeps. The other databases
// keep more.
const LongestName = 63

// Name gives names to the constraints of a table that have none. They are those
// that PostgreSQL gives: users_email_key, users_shop_id_fkey, users_age_check.
// Of indexes, which always have a name there, the one that is given is that of
// CREATE INDEX without one: users_email_idx.
func Name(t *schema.Table) {
	_, local := schema.Split(t.Name)
	taken := map[string]bool{}
	for _, u := range t.Uniques {
		taken[u.Name] = true
	}
	for _, c := range t.Checks {
		taken[c.Name] = true
	}
	for _, f := range t.ForeignKeys {
		taken[f.Name] = true
	}
	for _, x := range t.Indexes {
		taken[x.Name] = true
	}
	give := func(name *string, label string, columns []string) {
		for n := 0; *name == ""; n++ {
			l := label
			if n > 0 {
				l += strconv.Itoa(n)
			}
			if made := join(local, strings.Join(columns, "_"), l); !taken[made] {
				*name, taken[made] = made, true
			}
		}
	}
	for i := range t.Uniques {
		give(&t.Uniques[i].Name, "key", columns(t.Uniques[i].Parts))
	}
	for i := range t.Checks {
		give(&t.Checks[i].Name, "check", only(t, t.Checks[i].Expr.Text))
	}
	for i := range t.ForeignKeys {
		give(&t.ForeignKeys[i].Name, "fkey", t.ForeignKeys[i].Columns)
	}
	for i := range t.Indexes {
		give(&t.Indexes[i].Name, "idx", columns(t.Indexes[i].Parts))
	}
}

// only returns the column that an expression is about, if it is about one.
func only(t *schema.Table, expr string) []string {
	var found []string
	var look func(string)
	look = func(text string) {
		for _, tok := range coltype.Scan(text) {
			name := tok.Text
			switch tok.Kind {
			case coltype.Group:
				look(coltype.Inner(name))
				continue
			case coltype.Quoted:
				if name[0] == '\'' {
					continue
				}
				name, _ = coltype.Unquote(name)
			case coltype.Word, coltype.Other, coltype.End:
			}
			if i := slices.IndexFunc(t.Columns, func(c schema.Column) bool { return strings.EqualFold(c.Name, name) }); i >= 0 {
				found = append(found, t.Columns[i].Name)
			}
		}
	}
	look(expr)
	slices.Sort(found)
	if found = slices.Compact(found); len(found) == 1 {
		return found
	}
	return nil
}

func columns(parts []schema.Part) []string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.Column
	}
	return names
}

// Constraint returns the name of a constraint over columns of a table, with a
// label at its end: tables.Constraint("users", "age", "check").
func Constraint(table, columns, label string) string {
	_, local := schema.Split(table)
	return join(local, columns, label)
}

// join puts _ between the parts of a name, and cuts the longer of the first two
// until the whole is short enough.
func join(table, columns, label string) string {
	parts := []string{table, columns}
	if columns == "" {
		parts = parts[:1]
	}
	room := LongestName - len(label) - len(parts)
	for len(strings.Join(parts, "")) > room {
		longer := 0
		if len(parts) > 1 && len(parts[1]) >= len(parts[0]) {
			longer = 1
		}
		parts[longer] = parts[longer][:len(parts[longer])-1]
	}
	for i := range parts { // not within a letter
		parts[i] = strings.ToValidUTF8(parts[i], "")
	}
	return strings.Join(append(parts, label), "_")
}

// Order sorts tables by name, and puts those that a foreign key refers to before
// the referring one, as far as there is no circle.
func Order(all map[string]*schema.Table) []schema.Table {
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	out := make([]schema.Table, 0, len(names))
	visited := map[string]bool{}
	var visit func(string)
	visit = func(name string) {
		t, ok := all[name]
		if !ok || visited[name] {
			return
		}
		visited[name] = true
		refs := make([]string, len(t.ForeignKeys))
		for i, f := range t.ForeignKeys {
			refs[i] = f.RefTable
		}
		slices.Sort(refs)
		for _, r := range refs {
			visit(r)
		}
		out = append(out, *t)
	}
	for _, name := range names {
		visit(name)
	}
	return out
}

// Merge adds to a table what a second model of it has, and the table has not.
func Merge(t, more *schema.Table) {
	t.Columns = union(t.Columns, more.Columns)
	t.Uniques = union(t.Uniques, more.Uniques)
	t.Checks = union(t.Checks, more.Checks)
	t.Indexes = union(t.Indexes, more.Indexes)
	t.ForeignKeys = union(t.ForeignKeys, more.ForeignKeys)
}

func union[T interface{ GetName() string }](have, more []T) []T {
	for _, m := range more {
		if !slices.ContainsFunc(have, func(h T) bool { return h.GetName() == m.GetName() }) {
			have = append(have, m)
		}
	}
	return have
}

// Namespaces returns the schemas that tables are in, which PostgreSQL makes no
// table without. On MySQL they are databases, which are not made in passing.
func Namespaces(of []schema.Table) (objects []schema.Object) {
	var names []string
	for _, t := range of {
		if namespace, _ := schema.Split(t.Name); namespace != "" {
			names = append(names, namespace)
		}
	}
	slices.Sort(names)
	for _, n := range slices.Compact(names) {
		quoted := `"` + strings.ReplaceAll(n, `"`, `""`) + `"`
		create := schema.SQL{}.On(schema.Postgres, "CREATE SCHEMA "+quoted)
		objects = append(objects, schema.Object{Kind: schema.Namespace, Name: schema.Qualify("", n), Definition: create})
	}
	return objects
}
