package mysql

import (
	"database/sql"
	"testing"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestProbeForeignKeyOfAnyTable: the name of a table may have in it what the
// columns of the catalog are called.
func TestProbeForeignKeyOfAnyTable(t *testing.T) {
	each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
		conn := pin(t, d, db)
		for _, name := range []string{"table_orders", "timetable_entries"} {
			exec(t, conn, "CREATE TABLE "+quoteIdent(name)+" (id int PRIMARY KEY, up int)")
			o := op.AddForeignKey{Table: name, ForeignKey: schema.ForeignKey{Name: "fk_" + name, Columns: []string{"up"}, RefTable: name, RefColumns: []string{"id"}}}
			probed := func(want dialect.Outcome) {
				t.Helper()
				if got, err := d.Probe(t.Context(), conn, o); got != want || err != nil {
					t.Errorf("%s: %d, %v; want %d", name, got, err, want)
				}
			}
			probed(dialect.Absent)
			if stmts, err := change(t, d, conn, []op.Op{o}); err != nil {
				t.Fatalf("%v\n%s", err, show(stmts))
			}
			probed(dialect.Applied)
		}
	})
}
