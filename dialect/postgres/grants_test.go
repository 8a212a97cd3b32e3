package postgres

import (
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestGrantsBetweenPieces: an object keeps its grants where it goes in one
// transaction and comes back in another; and where they are lost on the way,
// that is not passed over.
func TestGrantsBetweenPieces(t *testing.T) {
	view := func(column string) schema.Object {
		return object(schema.View, "v", "CREATE VIEW v AS SELECT "+column+" FROM t")
	}
	onServers(t, func(t *testing.T, s *dbtest.Server, address string) {
		role, _ := s.Role(t, address)
		l := newLive(t, s.Open(t, address))
		must(t, l.conn, "CREATE TABLE t (a int, b int)", "CREATE VIEW v AS SELECT a FROM t", "CREATE VIEW plain AS SELECT a FROM t",
			"GRANT SELECT ON v TO PUBLIC", "ALTER VIEW v OWNER TO "+role)
		const owned = "SELECT relacl::text, relowner::regrole::text FROM pg_class WHERE relname = 'v'"
		before, err := texts(l.conn, owned)
		if err != nil {
			t.Fatal(err)
		}
		plain := object(schema.View, "plain", "CREATE VIEW plain AS SELECT a FROM t")
		stmts, err := l.d.Compile(record(func(m *op.Script) {
			m.DropObject(schema.View, "v")
			m.DropObject(schema.View, "plain")
			m.CreateIndex("t", schema.Index{Name: "i", Parts: schema.Columns("a")}, op.Concurrently)
			m.CreateObject(view("b"))
			m.CreateObject(plain)
		}), op.LiveState(l.inspect()))
		if err != nil {
			t.Fatal(err)
		}
		if err := perform(l.d, l.conn, stmts); err != nil {
			t.Fatalf("%v\n%s", err, show(stmts))
		}
		wantText(t, l.conn, owned, strings.Join(before, "; "))
		wantText(t, l.conn, "SELECT current_setting('whimbrel.grants_1')", "")

		// Somebody goes on in another session, where they are not known.
		must(t, l.conn, "DROP VIEW v", "DROP VIEW plain")
		for i, s := range stmts {
			if s.SQL == "DROP VIEW \"plain\"" {
				stmts = stmts[i+1:]
				break
			}
		}
		must(t, l.conn, "DROP INDEX i")
		mention(t, perform(l.d, l.conn, stmts), "session that has ended")
		wantText(t, l.conn, "SELECT to_regclass('v')::text", "<nil>")
	})
}
