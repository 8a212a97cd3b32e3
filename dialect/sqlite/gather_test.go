package sqlite

import (
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestGather: a table is made anew once, whatever comes and goes of the indexes
// of other tables meanwhile, unless it needs one of those.
func TestGather(t *testing.T) {
	key := func(table, column string) schema.ForeignKey {
		return schema.ForeignKey{Name: "to_" + table, Columns: []string{"pid"}, RefTable: table, RefColumns: []string{column}}
	}
	index := func(name string, unique bool, column string) schema.Index {
		return schema.Index{Name: name, Unique: unique, Parts: schema.Columns(column)}
	}
	for name, tt := range map[string]struct {
		ops      func(*op.Script)
		rebuilds int
	}{
		"a referenced table gets another name": {func(m *op.Script) {
			m.RenameTable("p", "parent")
			m.DropForeignKey("t", schema.ForeignKey{Name: "fk"})
			m.DropIndex("parent", "p_name")
			m.AddColumn("t", schema.Int("n").NotNull(), op.FillExpr("id + 1"))
			m.CreateIndex("parent", index("parent_name", true, "name"))
			m.CreateIndex("t", index("t_n", true, "n"))
			m.AddForeignKey("t", key("parent", "id"))
		}, 1},
		"a key to refer to": {func(m *op.Script) {
			m.DropForeignKey("t", schema.ForeignKey{Name: "fk"})
			m.CreateIndex("p", index("p_number", true, "number"))
			m.AddForeignKey("t", key("p", "number"))
		}, 2},
		"a name that is free": {func(m *op.Script) {
			m.AddCheck("t", schema.Check{Name: "k", Expr: schema.Expr("pid > 0")})
			m.DropIndex("p", "p_name")
			m.CreateIndex("t", index("p_name", false, "pid"))
		}, 1},
		"rows between": {func(m *op.Script) {
			m.DropForeignKey("t", schema.ForeignKey{Name: "fk"})
			m.Exec("UPDATE t SET pid = 1")
			m.AddForeignKey("t", key("p", "id"))
		}, 2},
		"another table between": {func(m *op.Script) {
			m.DropForeignKey("t", schema.ForeignKey{Name: "fk"})
			m.AddColumn("p", schema.Int("more"))
			m.AddForeignKey("t", key("p", "id"))
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			db := openFile(t, "CREATE TABLE p (id integer PRIMARY KEY, name text, number integer)", "CREATE INDEX p_name ON p (name)",
				"CREATE TABLE t (id integer PRIMARY KEY, pid integer, CONSTRAINT fk FOREIGN KEY (pid) REFERENCES p (id))",
				"INSERT INTO p VALUES (1, 'a', 1), (2, 'b', 2)", "INSERT INTO t VALUES (1, 1), (2, 2)")
			conn := pin(t, db)
			stmts, want, err := compileLive(t, conn, op.Record(tt.ops)...)
			if err != nil {
				t.Fatal(err)
			}
			if err := perform(t.Context(), conn, stmts, nil); err != nil {
				t.Fatal(err)
			}
			rebuilds := 0
			for _, s := range stmts {
				if strings.HasPrefix(s.SQL, `CREATE TABLE "_whim_new_t"`) {
					rebuilds++
				}
			}
			if rebuilds != tt.rebuilds {
				t.Errorf("made anew %d times, want %d:\n%v", rebuilds, tt.rebuilds, stmts)
			}
			d := New("3.53.4")
			got, err := d.Inspect(t.Context(), conn)
			if err != nil {
				t.Fatal(err)
			}
			if ops := diff.Diff(d.Normalize(got), d.Normalize(want.Schema())); len(ops) > 0 {
				t.Errorf("the database lacks %v", ops)
			}
		})
	}
}
