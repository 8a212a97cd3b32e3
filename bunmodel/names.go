package bunmodel

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect/postgres"
	"github.com/whimbreldb/whimbrel/schema"
)

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
