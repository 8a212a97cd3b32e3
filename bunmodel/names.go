package bunmodel

import (
	"strings"

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
