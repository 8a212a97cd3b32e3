package postgres

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestEveryType turns each type into each other one: in a table without rows
// nothing stands in the way.
func TestEveryType(t *testing.T) {
	names := append(slices.Sorted(maps.Keys(builtin)), "integer[]", "text[]", "jsonb[]", "uuid[]")
	each(t, func(t *testing.T, s *dbtest.Server) {
		db, d := database(t, s)
		names := slices.DeleteFunc(slices.Clone(names), func(name string) bool { // citext is an extension's, multiranges came with 14
			known, err := one[bool](t.Context(), db, "SELECT to_regtype("+quoteString(name)+") IS NOT NULL")
			if err != nil {
				t.Fatal(err)
			}
			return !known
		})
		for _, from := range names {
			var create, alter string
			for i, to := range names {
				column := fmt.Sprintf("c%d", i)
				create += fmt.Sprintf(", %s %s", column, from)
				alter += fmt.Sprintf(", ALTER COLUMN %s TYPE %s", column, to)
				if using := (&compiler{d: d, state: op.NewState(schema.Schema{})}).using(column, from, to); using != "" {
					alter += " USING " + using
				}
			}
			if _, err := db.ExecContext(t.Context(), "DROP TABLE IF EXISTS t"); err != nil {
				t.Fatal(err)
			}
			if _, err := db.ExecContext(t.Context(), "CREATE TABLE t ("+create[2:]+")"); err != nil {
				t.Fatal(err)
			}
			if _, err := db.ExecContext(t.Context(), "ALTER TABLE t "+alter[2:]); err != nil {
				t.Errorf("from %s: %v", from, err)
			}
		}
	})
}
