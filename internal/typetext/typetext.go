// Package typetext writes neutral types as each dialect declares them. It is
// apart from the dialects because adapters of ORMs compare types of all of them,
// and a program shall not hold three dialects for that.
package typetext

import "github.com/whimbreldb/whimbrel/schema"

// On returns the column type that t compiles to on a dialect. It is not ok for a
// dialect that Whimbrel does not have.
func On(d schema.Dialect, t schema.Type) (text string, ok bool) {
	switch d {
	case schema.SQLite:
		return SQLite(t), true
	case schema.Postgres:
		return Postgres(t), true
	case schema.MySQL, schema.MariaDB:
		return MySQL(d, t), true
	}
	return "", false
}
