package coltype

import (
	"strings"

	"github.com/whimbreldb/whimbrel/internal/typetext"
	"github.com/whimbreldb/whimbrel/schema"
)

// servers returns the servers that an ORM has one dialect for: MySQL and MariaDB
// are one to it.
func servers(d schema.Dialect) []schema.Dialect {
	if d == schema.MySQL || d == schema.MariaDB {
		return []schema.Dialect{schema.MySQL, schema.MariaDB}
	}
	return []schema.Dialect{d}
}

// Says reports whether t compiles, on every server of a dialect, to the type
// that an ORM has written.
func Says(d schema.Dialect, t schema.Type, written string) bool {
	for _, server := range servers(d) {
		text, ok := typetext.On(server, t)
		if !ok || !Same(server, text, written) {
			return false
		}
	}
	return true
}

// IsSerial reports whether the type is PostgreSQL's word for an integer that
// counts up.
func IsSerial(text string) bool {
	switch strings.ToLower(text) {
	case "smallserial", "serial", "bigserial", "serial2", "serial4", "serial8":
		return true
	}
	return false
}
