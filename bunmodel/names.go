package bunmodel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect/postgres"
	"github.com/whimbreldb/whimbrel/schema"
)

// longestName is how many bytes of a name PostgreSQL keeps.
const longestName = 63

// tableName returns the name that a table has in the database. To SQLite main is
// the database file itself; PostgreSQL's default schema is public, unless
// somebody has changed the search path.
func tableName(d schema.Dialect, namespace, name string) string {
	switch {
	case d == schema.SQLite && strings.EqualFold(namespace, "main"), d == schema.Postgres && namespace == "public":
		namespace = ""
	}
	if d == schema.SQLite && namespace == "" {
		return name
	}
	return schema.Qualify(namespace, name)
}

// nameAll gives names to the constraints for which Bun has written none. They are
// those that PostgreSQL gives; the other databases give some of their own, or
// none, and the difference is noise.
func nameAll(t *schema.Table) {
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
	give := func(name *string, label string, columns ...string) {
		if *name != "" {
			return
		}
		for n := 0; *name == "" || taken[*name]; n++ {
			l := label
			if n > 0 {
				l += fmt.Sprint(n)
			}
			*name = madeName(local, strings.Join(columns, "_"), l)
		}
		taken[*name] = true
	}
	for i := range t.Uniques {
		var columns []string
		for _, p := range t.Uniques[i].Parts {
			columns = append(columns, p.Column)
		}
		give(&t.Uniques[i].Name, "key", columns...)
	}
	for i := range t.Checks {
		give(&t.Checks[i].Name, "check")
	}
	for i := range t.ForeignKeys {
		give(&t.ForeignKeys[i].Name, "fkey", t.ForeignKeys[i].Columns...)
	}
}

// madeName joins the parts of a name with _, and cuts the longer of the first two
// until the whole has as many bytes as PostgreSQL keeps.
func madeName(table, columns, label string) string {
	parts := []string{table, columns}
	if columns == "" {
		parts = parts[:1]
	}
	room := longestName - len(label) - len(parts)
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

// namespaces returns the schemas that tables are in, which PostgreSQL makes no
// table without. On MySQL they are databases, which are not made in passing.
func (l *loader) namespaces() (objects []schema.Object) {
	if _, ok := l.on(schema.Postgres); !ok {
		return nil
	}
	var names []string
	for _, t := range l.tables {
		if namespace, _ := schema.Split(t.Name); namespace != "" {
			names = append(names, namespace)
		}
	}
	slices.Sort(names)
	for _, n := range slices.Compact(names) {
		if _, made := l.objects[schema.ObjectID{Kind: schema.Namespace, Name: schema.Qualify("", n)}]; made {
			continue // by a hook
		}
		create := schema.SQL{}.On(schema.Postgres, "CREATE SCHEMA "+postgres.New("").Quote(n))
		objects = append(objects, schema.Object{Kind: schema.Namespace, Name: schema.Qualify("", n), Definition: create})
	}
	return objects
}
