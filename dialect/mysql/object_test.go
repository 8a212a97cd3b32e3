package mysql

import (
	"database/sql"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestRedefineInItsSession: what was made with a sql_mode of its own is made
// again with it, by whatever operation.
func TestRedefineInItsSession(t *testing.T) {
	const own = "SET sql_mode = 'ANSI_QUOTES';\n"
	each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
		conn := pin(t, d, db)
		proc := object(schema.Procedure, "p", "", own+"CREATE PROCEDURE `p`() SELECT 1 AS \"one\"")
		trigger := object(schema.Trigger, "tr", "t", own+"CREATE TRIGGER `tr` BEFORE INSERT ON `t` FOR EACH ROW SET NEW.\"b\" = (SELECT count(*) FROM t)")
		run := func(f func(m *op.Script)) {
			t.Helper()
			if stmts, err := change(t, d, conn, op.Record(f)); err != nil {
				t.Fatalf("%v\n%s", err, show(stmts))
			}
		}
		run(func(m *op.Script) {
			m.CreateTable("t", schema.Int("a"), schema.Int("b"))
			m.CreateObject(proc)
			m.CreateObject(trigger)
		})
		live, _ := inspect(t, d, conn).Object(proc.ID())
		run(func(m *op.Script) {
			m.AlterObject(live, object(schema.Procedure, "p", "", own+"CREATE PROCEDURE `p`() SELECT 2 AS \"two\""))
		})
		run(func(m *op.Script) { m.RenameTable("t", "renamed") })
		exec(t, conn, "INSERT INTO renamed (a) VALUES (1)", "INSERT INTO renamed (a) VALUES (2)")
		if got := column1(t, conn, "SELECT b FROM renamed ORDER BY a"); len(got) != 2 || got[1] != "1" {
			t.Errorf("the trigger wrote %v", got)
		}
		for _, query := range []string{
			"SELECT sql_mode FROM information_schema.triggers WHERE trigger_schema = DATABASE()",
			"SELECT sql_mode FROM information_schema.routines WHERE routine_schema = DATABASE()",
		} {
			if got := column1(t, conn, query); len(got) != 1 || got[0] != "ANSI_QUOTES" {
				t.Errorf("%s: %v", query, got)
			}
		}
		if got := column1(t, conn, "SELECT @@sql_mode"); got[0] == "ANSI_QUOTES" {
			t.Error("the session keeps the mode")
		}
		if got := column1(t, conn, "CALL p()"); got[0] != "2" {
			t.Errorf("the procedure gives %v", got)
		}
	})
}
