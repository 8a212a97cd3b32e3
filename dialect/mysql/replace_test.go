package mysql

import (
	"database/sql"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestReplaceWithDependents: a generated column that others are made of changes
// what only a new column can, and everything that is made of it is there again.
func TestReplaceWithDependents(t *testing.T) {
	virtual, stored := schema.Native("b", "int").Generated(schema.Expr("`a` + 1")).Column(), schema.Native("b", "int").GeneratedStored(schema.Expr("`a` + 1")).Column()
	other, plain := schema.Native("b", "int").Generated(schema.Expr("`a` + 2")).Column(), schema.Native("b", "int").Column()
	bigger := schema.Native("b", "bigint").Generated(schema.Expr("`a` + 1")).Column()
	for name, tt := range map[string][]op.Op{
		"stored and back": {op.AlterColumn{Table: "t", From: virtual, To: stored}, op.AlterColumn{Table: "t", From: stored, To: virtual}},
		"expression":      {op.AlterColumn{Table: "t", From: virtual, To: other}},
		"type":            {op.AlterColumn{Table: "t", From: virtual, To: bigger}},
		"ordinary":        {op.AlterColumn{Table: "t", From: virtual, To: plain}},
		"and back":        {op.AlterColumn{Table: "t", From: virtual, To: plain}, op.AlterColumn{Table: "t", From: plain, To: virtual}},
		"rename":          {op.RenameColumn{Table: "t", From: "a", To: "x"}, op.RenameColumn{Table: "t", From: "x", To: "a"}},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
				conn := pin(t, d, db)
				exec(t, conn, "CREATE TABLE t (a int, b int AS (a + 1) VIRTUAL, c int AS (b * 2) VIRTUAL COMMENT 'c', o int, d int AS (c * 3) STORED,"+
					" KEY ib (b, a), UNIQUE KEY ic (c), KEY id (d), CONSTRAINT k CHECK (c > 0), CONSTRAINT l CHECK (b > 0), CONSTRAINT m CHECK (a > 0))",
					"INSERT INTO t (a, o) VALUES (1, 7), (2, 8)")
				want := inspect(t, d, conn)
				for i, o := range tt {
					if stmts, err := change(t, d, conn, []op.Op{o}); err != nil {
						t.Fatalf("%v\n%s", err, show(stmts))
					}
					if alter, ok := o.(op.AlterColumn); ok {
						want.Tables[0].Columns[1] = alter.To
					} else if i == 0 {
						continue // renamed back next
					}
					is := inspect(t, d, conn)
					is.Tables[0].Columns[1].Generated, want.Tables[0].Columns[1].Generated = schema.Generated{}, schema.Generated{}
					if diff := unlike(d, want, is); diff != "" {
						t.Errorf("%d: %s", i, diff)
					}
				}
				if got := column1(t, conn, "SELECT count(*) FROM t WHERE d = b * 6 AND c = b * 2 AND o = a + 6"); got[0] != "2" {
					t.Errorf("%s rows are right", got)
				}
			})
		})
	}
}
