// Package compiled compares the type that an ORM has written with what a neutral
// type compiles to.
package compiled

import (
	"github.com/whimbreldb/whimbrel/dialect/mysql"
	"github.com/whimbreldb/whimbrel/dialect/postgres"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/internal/coltype"
	"github.com/whimbreldb/whimbrel/schema"
)

// Text returns the column type that t compiles to on a dialect. It is not ok
// for a dialect that Whimbrel does not have.
func Text(d schema.Dialect, t schema.Type) (text string, ok bool) {
	switch d {
	case schema.SQLite:
		return sqlite.New("").Type(t), true
	case schema.Postgres:
		return postgres.New("").Type(t), true
	case schema.MySQL, schema.MariaDB:
		return mysql.New(d, "").Type(t), true
	}
	return "", false
}

// Servers returns the servers that an ORM has one dialect for: MySQL and MariaDB
// are one to it.
func Servers(d schema.Dialect) []schema.Dialect {
	if d == schema.MySQL || d == schema.MariaDB {
		return []schema.Dialect{schema.MySQL, schema.MariaDB}
	}
	return []schema.Dialect{d}
}

// Says reports whether t compiles, on every server of a dialect, to the type
// that an ORM has written.
func Says(d schema.Dialect, t schema.Type, written string) bool {
	for _, server := range Servers(d) {
		text, ok := Text(server, t)
		if !ok || !coltype.Same(server, text, written) {
			return false
		}
	}
	return true
}
