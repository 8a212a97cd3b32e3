package sqlite

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestUniqueSays: rows that a new key does not allow are shown, under the names
// of the table and the columns that people know.
func TestUniqueSays(t *testing.T) {
	for name, tt := range map[string]struct {
		ops  func(*op.Script)
		says string // "": the rows are no matter
	}{
		"index": {func(m *op.Script) {
			m.CreateIndex("t", schema.Index{Name: "u", Unique: true, Parts: schema.Columns("a")})
		}, `rows of table "t" have the same a: []interface {}{"x", 2}`},
		"index beside a rebuild": {func(m *op.Script) {
			m.RenameColumn("t", "a", "b")
			m.AlterColumn("t", schema.Text("b"), schema.Text("b").NotNull())
			m.CreateIndex("t", schema.Index{Name: "u", Unique: true, Parts: schema.Columns("b", "n")})
		}, `rows of table "t" have the same b, n: []interface {}{"x", 1, 2}`},
		"constraint": {func(m *op.Script) {
			m.AddUnique("t", schema.Unique{Name: "u", Parts: schema.Columns("a", "n")})
		}, `rows of table "t" have the same a, n: []interface {}{"x", 1, 2}`},
		"collation": {func(m *op.Script) {
			m.CreateIndex("t", schema.Index{Name: "u", Unique: true, Parts: []schema.Part{{Column: "c", Collation: schema.Variants{SQLite: "nocase"}}}})
		}, `rows of table "t" have the same c`},
		"not in that collation": {func(m *op.Script) {
			m.CreateIndex("t", schema.Index{Name: "u", Unique: true, Parts: schema.Columns("c")})
		}, ""},
		"not those": {func(m *op.Script) {
			m.CreateIndex("t", schema.Index{Name: "u", Unique: true, Parts: schema.Columns("a"), Where: schema.Expr("n > 1")})
		}, ""},
		"NULLs": {func(m *op.Script) { m.AddUnique("t", schema.Unique{Name: "u", Parts: schema.Columns("a", "o")}) }, ""},
		"one goes": {func(m *op.Script) {
			m.Exec("DELETE FROM t WHERE id = 2")
			m.AddUnique("t", schema.Unique{Name: "u", Parts: schema.Columns("a", "n")})
		}, ""},
		"a key that was there": {func(m *op.Script) { m.AlterColumn("t", schema.Text("c"), schema.Text("c").NotNull()) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			db := openFile(t, "CREATE TABLE t (id integer PRIMARY KEY, a text, c text, n integer, o integer, UNIQUE (id, a))",
				"INSERT INTO t (id, a, c, n) VALUES (1, 'x', 'y', 1), (2, 'x', 'Y', 1)")
			conn := pin(t, db)
			stmts, _, err := compileLive(t, conn, op.Record(tt.ops)...)
			if err != nil {
				t.Fatal(err)
			}
			before := snapshot(t, conn)
			err = perform(t.Context(), conn, stmts, nil)
			if tt.says == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v\nwant %s", err, tt.says)
			}
			if diff := cmp.Diff(before, snapshot(t, conn)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
