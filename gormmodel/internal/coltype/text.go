package coltype

import (
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/schema"
)

// Text returns the column type that t compiles to on a dialect. It is not ok
// for a dialect that this version of Whimbrel has no compiler for.
func Text(d schema.Dialect, t schema.Type) (text string, ok bool) {
	if d != schema.SQLite {
		return "", false
	}
	return sqlite.New("").Type(t), true
}
