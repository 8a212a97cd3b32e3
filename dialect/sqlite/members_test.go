package sqlite

import (
	"database/sql"
	"testing"

	"github.com/whimbreldb/whimbrel/schema"
)

// members compares the members of every index with what SQLite says they are:
// what inspect takes from the statement alone.
func members(t testing.TB, conn *sql.Conn, s schema.Schema) {
	t.Helper()
	for _, table := range s.Tables {
		if table.Unsupported != "" {
			continue
		}
		collations := map[string]string{}
		for _, c := range table.Columns {
			if c.Collation.SQLite != "" {
				collations[c.Name] = c.Collation.SQLite
			}
		}
		for _, i := range table.Indexes {
			var facts []partFact
			var f partFact
			err := query(t.Context(), conn, "SELECT CASE WHEN cid >= 0 THEN name ELSE '' END, coalesce(coll, ''), \"desc\" FROM pragma_index_xinfo("+
				quoteString(i.Name)+", 'main') WHERE key", []any{&f.column, &f.coll, &f.desc}, func() { facts = append(facts, f) })
			if err != nil {
				t.Fatal(err)
			}
			if !sameParts(i.Parts, facts, collations, true) {
				t.Errorf("table %q, index %q: read as %s, and SQLite says %s", table.Name, i.Name, partsText(i.Parts), partNames(facts))
			}
		}
	}
}
