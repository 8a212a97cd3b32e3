package mysql

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

// The character set that a routine was made in is that of its strings, and part
// of it, and so are modes that change what it does.
func TestRoutineOfAnotherSession(t *testing.T) {
	each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
		conn := connOf(t, db)
		exec(t, conn, "CREATE TABLE t (a varchar(20), n int)",
			"SET collation_connection = 'latin1_german1_ci', time_zone = '+00:00'",
			"CREATE FUNCTION f () RETURNS varchar(20) DETERMINISTIC RETURN collation('x')",
			"CREATE PROCEDURE p () SELECT collation('x')",
			"CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = collation('x')",
			"CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO INSERT INTO t (a) VALUES (collation('x'))",
			"SET collation_connection = 'utf8mb4_general_ci', sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_VALUE_ON_ZERO'",
			"CREATE PROCEDURE zero () SELECT 1",
			"SET sql_mode = 'STRICT_ALL_TABLES,STRICT_TRANS_TABLES'",
			"CREATE PROCEDURE divides () INSERT INTO t (n) VALUES (1 / 0)")
		live := inspect(t, d, db)
		settings := map[string]string{}
		for _, o := range live.Objects {
			settings[o.Name], _ = splitSettings(o.Definition.For(d.flavor.Dialect))
		}
		const german = "SET collation_connection = 'latin1_german1_ci'"
		for name, want := range map[string]string{
			"f": german, "p": german, "tr": german, "e": german,
			"zero":    "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO'",
			"divides": "SET sql_mode = 'STRICT_TRANS_TABLES,STRICT_ALL_TABLES'",
		} {
			if got := settings[name]; got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
		same(t, d, db, live)
		exec(t, conn, "SET sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO', collation_connection = 'utf8mb4_general_ci'")
		for _, o := range live.Objects { // made again in our session, and in no other way
			if o.Kind == schema.Function {
				exec(t, conn, "DROP FUNCTION f", "CREATE FUNCTION f () RETURNS varchar(20) DETERMINISTIC RETURN collation('x')")
			}
		}
		ops, _ := scratch.Compare(d, live, inspect(t, d, db))
		if len(ops) != 1 {
			t.Errorf("a function that has another character set is no difference: %v", ops)
		}
		pinned := pin(t, d, db)
		f, _ := live.Object(schema.ObjectID{Kind: schema.Function, Name: "f"})
		is, _ := inspect(t, d, db).Object(f.ID())
		if stmts, err := change(t, d, pinned, op.Record(func(m *op.Script) { m.AlterObject(is, f) })); err != nil {
			t.Fatalf("%v\n%s", err, show(stmts))
		}
		if got := column1(t, pinned, "SELECT f()"); got[0] != "latin1_german1_ci" {
			t.Errorf("put back, it is %s", got[0])
		}
		if got := column1(t, pinned, "SELECT @@collation_connection"); got[0] != "utf8mb4_general_ci" {
			t.Errorf("the session keeps %s", got[0])
		}
	})
}

// The engine and the comment of a sequence are part of it, and changed without
// its values being given out again.
func TestSequenceAsTable(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server, db *sql.DB, d Dialect) {
		if s.Dialect != schema.MariaDB {
			return
		}
		exec(t, db, "CREATE SEQUENCE plain", "CREATE SEQUENCE s START WITH 5 ENGINE = MyISAM COMMENT = 'it''s'", "SELECT nextval(s)")
		live := inspect(t, d, db)
		text := func(live schema.Schema, name string) string {
			o, _ := live.Object(schema.ObjectID{Kind: schema.Sequence, Name: name})
			return o.Definition.For(schema.MariaDB)
		}
		if got := text(live, "s"); !strings.HasSuffix(got, " NOCYCLE ENGINE = MyISAM COMMENT = 'it''s'") {
			t.Error(got)
		}
		if got := text(live, "plain"); !strings.HasSuffix(got, " NOCYCLE") {
			t.Error(got)
		}
		same(t, d, db, live)
		conn := pin(t, d, db)
		was, _ := live.Object(schema.ObjectID{Kind: schema.Sequence, Name: "s"})
		for _, text := range []string{
			"CREATE SEQUENCE `s` START WITH 5 MINVALUE 1 MAXVALUE 9999 INCREMENT BY 1 CACHE 10 NOCYCLE COMMENT = 'other'",
			"CREATE SEQUENCE `s` START WITH 5 MINVALUE 1 MAXVALUE 9999 INCREMENT BY 1 CACHE 10 NOCYCLE ENGINE = MyISAM",
		} {
			to := object(schema.Sequence, "s", "", text)
			stmts, err := change(t, d, conn, op.Record(func(m *op.Script) { m.AlterObject(was, to) }))
			if err != nil {
				t.Fatalf("%v\n%s", err, show(stmts))
			}
			was, _ = inspect(t, d, db).Object(was.ID())
			if got := was.Definition.For(schema.MariaDB); got != text {
				t.Errorf("got\n%s\nwant\n%s", got, text)
			}
		}
		if got := column1(t, conn, "SELECT nextval(s)"); got[0] == "5" {
			t.Error("it gives out its values again")
		}
	})
}

// The KEY_BLOCK_SIZE of an index is read where the engine heeds it.
func TestKeyBlockSize(t *testing.T) {
	each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
		exec(t, db, "CREATE TABLE t (id int PRIMARY KEY, a int, KEY a (a) KEY_BLOCK_SIZE=4096, KEY b (a, id)) ENGINE=MyISAM")
		live := inspect(t, d, db)
		x, _ := live.Tables[0].Index("a")
		if x.Storage != "KEY_BLOCK_SIZE=4096" {
			t.Errorf("%q", x.Storage)
		}
		same(t, d, db, live)
		exec(t, db, "ALTER TABLE t DROP INDEX a", "ALTER TABLE t ADD INDEX a (a) KEY_BLOCK_SIZE=2048") // at once, MySQL 9.7 takes it for no change
		if ops, _ := scratch.Compare(d, live, inspect(t, d, db)); !slices.ContainsFunc(ops, func(o op.Op) bool { _, is := o.(op.CreateIndex); return is }) {
			t.Errorf("another size is no difference: %v", ops)
		}
	})
}
