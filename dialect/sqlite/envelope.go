package sqlite

import (
	"slices"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// Neutral returns t with neutral types where SQLite writes them the same.
func (Dialect) Neutral(t schema.Table) schema.Table { return Neutral(t) }

// Envelope is what Begin and Commit do, as a script. The session keeps
// foreign_keys as a rebuild needs it: what it was before, a script cannot know.
func (Dialect) Envelope(stmts []dialect.Stmt) (begin, end []string) {
	if slices.ContainsFunc(stmts, func(s dialect.Stmt) bool { return s.Rebuild }) {
		begin = []string{"PRAGMA foreign_keys = OFF"}
	}
	return append(begin, "BEGIN IMMEDIATE"), []string{"COMMIT"}
}
