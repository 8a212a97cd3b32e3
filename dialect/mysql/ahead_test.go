package mysql

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestConstraintsComeFirst: rows that a constraint does not allow stop a
// revision before its first statement that changes something, where that is
// another one, and only where it would stop at them.
func TestConstraintsComeFirst(t *testing.T) {
	unique := schema.Unique{Name: "u", Parts: schema.Columns("a", "n")}
	check := schema.Check{Name: "k", Expr: schema.Expr("n > 0")}
	key := schema.ForeignKey{Name: "f", Columns: []string{"p"}, RefTable: "p", RefColumns: []string{"id"}}
	other := func(m *op.Script) { m.CreateTable("u", schema.Int("id")) }
	for name, tt := range map[string]struct {
		rows string // of t
		ops  func(*op.Script)
		says string // "": the rows are no matter
	}{
		"unique": {"(1, 'a', 1, NULL), (2, 'a', 1, NULL)", func(m *op.Script) {
			other(m)
			m.AddUnique("t", unique)
		}, `rows of table "t" have the same a, n`},
		"unique index": {"(1, 'a', 1, NULL), (2, 'a', 1, NULL)", func(m *op.Script) {
			other(m)
			m.CreateIndex("t", schema.Index{Name: "u", Unique: true, Parts: unique.Parts})
		}, `rows of table "t" have the same a, n`},
		"of another type before": {"(1, 'a', 1, NULL), (2, 'a', 1, NULL)", func(m *op.Script) {
			m.AlterColumn("t", schema.String("a", 60), schema.String("a", 30))
			m.AddUnique("t", unique)
		}, "have the same a, n"},
		"under another name": {"(1, 'a', 1, NULL), (2, 'a', 1, NULL)", func(m *op.Script) {
			m.RenameColumn("t", "a", "b")
			m.RenameTable("t", "s")
			m.AddUnique("s", schema.Unique{Name: "u", Parts: schema.Columns("b", "n")})
		}, `rows of table "t" have the same a, n`},
		"NULLs": {"(1, 'a', NULL, NULL), (2, 'a', NULL, NULL)", func(m *op.Script) {
			other(m)
			m.AddUnique("t", unique)
		}, ""},
		"mended before": {"(1, 'a', 1, NULL), (2, 'a', 1, NULL)", func(m *op.Script) {
			m.Exec("UPDATE t SET n = id")
			m.AddUnique("t", unique)
		}, ""},
		"of another collation before": {"(1, 'a', 1, NULL), (2, 'A', 1, NULL)", func(m *op.Script) {
			m.AlterColumn("t", schema.String("a", 60), schema.String("a", 30).Collate(schema.MySQL, "utf8mb4_bin").Collate(schema.MariaDB, "utf8mb4_bin"))
			m.AddUnique("t", unique)
		}, ""},
		"check": {"(1, 'a', 0, NULL)", func(m *op.Script) {
			m.RenameTable("t", "s")
			m.AddCheck("s", check)
		}, `rows of table "t" do not meet n > 0`},
		"check of another value before": {"(1, 'a', 0, NULL)", func(m *op.Script) {
			m.Exec("UPDATE t SET n = 1")
			m.AddCheck("t", check)
		}, ""},
		"check of a new column": {"(1, 'a', NULL, NULL)", func(m *op.Script) {
			m.AddColumn("t", schema.Int("m").NotNull().Default(1))
			m.AddCheck("t", schema.Check{Name: "k", Expr: schema.Expr("m > 0")})
		}, ""},
		"foreign key": {"(1, 'a', 1, 1), (2, 'a', 1, 7)", func(m *op.Script) {
			other(m)
			m.AddForeignKey("t", key)
		}, `rows of table "t" refer to no row of p`},
		"foreign key without columns": {"(1, 'a', 1, 1), (2, 'a', 1, 7)", func(m *op.Script) {
			other(m)
			m.AddForeignKey("t", schema.ForeignKey{Name: "f", Columns: []string{"p"}, RefTable: "p"})
		}, `rows of table "t" refer to no row of p`},
		"foreign key to rows of this revision": {"(1, 'a', 1, 1), (2, 'a', 1, 7)", func(m *op.Script) {
			m.Exec("INSERT INTO p VALUES (7)")
			m.AddForeignKey("t", key)
		}, ""},
		"foreign key of a new column": {"(1, 'a', 1, 1), (2, 'a', 1, 7)", func(m *op.Script) {
			m.AddColumn("t", schema.Int("q"))
			m.AddForeignKey("t", schema.ForeignKey{Name: "f", Columns: []string{"q"}, RefTable: "p", RefColumns: []string{"id"}})
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
				conn := pin(t, d, db)
				exec(t, conn, "CREATE TABLE p (id int PRIMARY KEY)", "INSERT INTO p VALUES (1)",
					"CREATE TABLE t (id int, a varchar(60), n int, p int) DEFAULT CHARSET=utf8mb4", "INSERT INTO t VALUES "+tt.rows)
				before, ops := inspect(t, d, conn), op.Record(tt.ops)
				stmts, err := change(t, d, conn, ops)
				if tt.says == "" {
					if err != nil {
						t.Errorf("%v\n%s", err, show(stmts))
					}
					return
				}
				if !errors.Is(err, errGuard) || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("%v\n%s", err, show(stmts))
				}
				if diff := unlike(d, before, inspect(t, d, conn)); diff != "" {
					t.Error(diff)
				}
				exec(t, conn, "DELETE FROM t")
				if stmts, err := change(t, d, conn, ops); err != nil {
					t.Errorf("%v\n%s", err, show(stmts))
				}
			})
		})
	}
}

// TestConstraintAlone: nothing is asked where the server's own refusal leaves
// nothing behind.
func TestConstraintAlone(t *testing.T) {
	d := newest[schema.MySQL]
	for _, add := range []func(*op.Script){
		func(m *op.Script) { m.AddUnique("t", schema.Unique{Name: "u", Parts: schema.Columns("n")}) },
		func(m *op.Script) { m.AddCheck("t", schema.Check{Name: "k", Expr: schema.Expr("n > 0")}) },
		func(m *op.Script) {
			m.AddForeignKey("t", schema.ForeignKey{Name: "f", Columns: []string{"n"}, RefTable: "p", RefColumns: []string{"id"}})
		},
	} {
		s, err := op.Replay(op.Record(func(m *op.Script) {
			m.CreateTable("p", schema.Int("id").NotNull().PrimaryKey())
			m.CreateTable("t", schema.Int("n"))
		}))
		if err != nil {
			t.Fatal(err)
		}
		if stmts, err := d.Compile(op.Record(add), op.NewState(s)); err != nil || len(stmts) != 1 {
			t.Errorf("%v\n%s", err, show(stmts))
		}
	}
}
