package mysql

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestRefused: what a server cannot do, or would do to something else, is an
// error that says so by name.
func TestRefused(t *testing.T) {
	my, maria := newest[schema.MySQL], newest[schema.MariaDB]
	old := New(schema.MySQL, "8.0.11")
	m10 := New(schema.MariaDB, "10.6.3")
	index := func(i schema.Index) func(*op.Script) {
		i.Name = "i"
		return func(m *op.Script) { m.CreateIndex("t", i) }
	}
	key := func(f schema.ForeignKey) func(*op.Script) {
		f.Name, f.Columns, f.RefTable = "f", []string{"b"}, "p"
		return func(m *op.Script) { m.AddForeignKey("t", f) }
	}
	long := strings.Repeat("é", 65)
	windows := my
	windows.settings.lowerCase = 1
	for _, tt := range []struct {
		name string
		d    Dialect
		ops  func(*op.Script)
		says string
	}{
		{"partial index", my, index(schema.Index{Parts: schema.Columns("a"), Where: schema.Expr("b > 0")}), "no partial indexes"},
		{"index on an expression", maria, index(schema.Index{Parts: []schema.Part{{Expr: schema.Expr("a + 1")}}}), "MariaDB 10.11.19 has no indexes on expressions"},
		{"index on an expression, old", old, index(schema.Index{Parts: []schema.Part{{Expr: schema.Expr("a + 1")}}}), "MySQL 8.0.11 has no indexes on expressions"},
		{"descending index", m10, index(schema.Index{Parts: []schema.Part{{Column: "a", Desc: true}}}), "MariaDB 10.6.3 has no descending indexes"},
		{"nulls first", my, index(schema.Index{Parts: []schema.Part{{Column: "a", Desc: true, Nulls: "FIRST"}}}), "NULLs"},
		{"nulls not distinct", my, index(schema.Index{Parts: schema.Columns("a"), NullsNotDistinct: true}), "NULLs"},
		{"check, old", old, func(m *op.Script) { m.AddCheck("t", schema.Check{Name: "c", Expr: schema.Expr("1")}) }, "MySQL 8.0.11 has no check constraints"},
		{"not enforced", maria, func(m *op.Script) {
			m.AddCheck("t", schema.Check{Name: "c", Expr: schema.Expr("1"), NotEnforced: true})
		}, "not enforced"},
		{"default expression, old", old, func(m *op.Script) { m.AddColumn("t", schema.Int("c").DefaultExpr("1 + 1")) }, "defaults that are expressions"},
		{"invisible, old", old, func(m *op.Script) {
			m.AddColumn("t", schema.FromColumn(schema.Column{Name: "c", Type: schema.NativeType("int"), Invisible: true}))
		}, "invisible columns"},
		{"sequence", my, func(m *op.Script) { m.CreateObject(object(schema.Sequence, "s", "", "CREATE SEQUENCE s")) }, "MySQL 9.7.4 has no sequences"},
		{"system versioning", my, func(m *op.Script) {
			m.AlterTable("t", schema.TableOptions{}, schema.TableOptions{MySQL: schema.MySQLTable{Options: "WITH SYSTEM VERSIONING"}})
		}, "system-versioned"},
		{"generated not null", maria, func(m *op.Script) { m.AddColumn("t", schema.Int("c").NotNull().Generated(schema.Expr("1"))) }, "NOT NULL of generated"},
		{"table in capitals", windows, func(m *op.Script) { m.CreateTable("Größe", schema.Int("id").PrimaryKey()) }, `it would be "größe"`},
		{"table to capitals", windows, func(m *op.Script) { m.RenameTable("t", "T2") }, "lower_case_table_names is 1"},
		{"view in capitals", windows, func(m *op.Script) { m.CreateObject(object(schema.View, "V", "", "CREATE VIEW `V` AS SELECT 1")) }, `it would be "v"`},
		{"deferrable key", my, key(schema.ForeignKey{Deferrable: true}), "deferrable"},
		{"match full", my, key(schema.ForeignKey{Match: "FULL"}), "MATCH SIMPLE"},
		{"set columns", my, key(schema.ForeignKey{SetColumns: []string{"b"}, OnDelete: schema.SetNull}), "all columns"},
		{"deferrable unique", my, func(m *op.Script) {
			m.AddUnique("t", schema.Unique{Name: "u", Parts: schema.Columns("a"), ConstraintOptions: schema.ConstraintOptions{Deferrable: true}})
		}, "deferrable"},
		{"object of another kind", my, func(m *op.Script) {
			m.CreateObject(schema.Object{Kind: schema.Enum, Name: "e", Definition: schema.Expr("CREATE TYPE")})
		}, "has none"},
		{"long column", my, func(m *op.Script) { m.AddColumn("t", schema.Int(long)) }, "65 characters, and 64 is the limit"},
		{"long table", my, func(m *op.Script) { m.CreateTable(long, schema.Int("a")) }, "65 characters"},
		{"long index", my, func(m *op.Script) { m.CreateIndex("t", schema.Index{Name: long, Parts: schema.Columns("a")}) }, "65 characters"},
		{"trailing space", my, func(m *op.Script) { m.RenameColumn("t", "a", "a ") }, "ends with a space"},
		{"four bytes in a name", my, func(m *op.Script) { m.RenameTable("t", "t😀") }, "four bytes"},
		{"four bytes in a comment", my, func(m *op.Script) { m.AddColumn("t", schema.Int("c").Comment("😀")) }, "question mark"},
		{"referenced table", my, func(m *op.Script) { m.DropTable("p") }, `table "c" has a foreign key to it`},
		{"table of a view", my, func(m *op.Script) { m.DropTable("t") }, "view v uses it"},
		{"referenced key", my, func(m *op.Script) {
			m.AlterPrimaryKey("p", schema.PrimaryKey{Parts: schema.Columns("id")}, schema.PrimaryKey{})
		}, "needs the key that goes"},
		{"column of a check", my, func(m *op.Script) { m.DropColumn("t", "b") }, "check k uses it"},
		{"no such table", my, func(m *op.Script) {
			m.AddForeignKey("t", schema.ForeignKey{Name: "f", Columns: []string{"b"}, RefTable: "nowhere"})
		}, `refers to table "nowhere", which does not exist`},
		{"text in a unique constraint", my, func(m *op.Script) {
			m.CreateTable("n", schema.Int("id").PrimaryKey(), schema.Text("word"), schema.Unique{Name: "u", Parts: schema.Columns("id", "word")})
		}, `takes column "word", which is longtext, into a key only with a length`},
		{"text in an index", my, func(m *op.Script) {
			m.CreateTable("n", schema.Text("word"), schema.Index{Name: "i", Parts: schema.Columns("word")})
		}, "only with a length"},
		{"text in a primary key", maria, func(m *op.Script) { m.CreateTable("n", schema.Text("word").NotNull().PrimaryKey()) }, "MariaDB takes column"},
		{"text in a unique constraint, added", my, func(m *op.Script) { m.AddUnique("t", schema.Unique{Name: "u", Parts: schema.Columns("x")}) }, "only with a length"},
		{"text in an index, added", my, func(m *op.Script) { m.CreateIndex("t", schema.Index{Name: "i", Parts: schema.Columns("x")}) }, "only with a length"},
		{"text in a primary key, added", maria, func(m *op.Script) {
			m.AlterPrimaryKey("t", schema.PrimaryKey{Parts: schema.Columns("id")}, schema.PrimaryKey{Parts: schema.Columns("id", "x")})
		}, "only with a length"},
		{"a column of a key becomes text", my, func(m *op.Script) {
			m.CreateIndex("t", schema.Index{Name: "i", Parts: schema.Columns("s")})
			m.AlterColumn("t", schema.String("s", 10), schema.Text("s"))
		}, "only with a length"},
		{"bytes in an index", my, func(m *op.Script) {
			m.CreateTable("n", schema.Bytes("b", 0), schema.Index{Name: "i", Parts: schema.Columns("b")})
		}, "only with a length"},
		{"json in an index", my, func(m *op.Script) {
			m.CreateTable("n", schema.JSON("j"), schema.Index{Name: "i", Parts: schema.Columns("j")})
		}, "takes no json into a key"},
		{"column in a procedure", my, func(m *op.Script) { m.RenameColumn("t", "id", "key") }, "procedure pr has the name in its text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := op.Replay(op.Record(func(m *op.Script) {
				m.CreateTable("p", schema.Int("id").NotNull().PrimaryKey())
				m.CreateTable("t", schema.Int("id").NotNull().PrimaryKey(), schema.Int("a"), schema.Int("b"), schema.Text("x"), schema.String("s", 10), schema.Check{Name: "k", Expr: schema.Expr("b > 0")})
				m.CreateTable("c", schema.Int("p"), schema.ForeignKey{Name: "fk", Columns: []string{"p"}, RefTable: "p", RefColumns: []string{"id"}})
				m.CreateObject(object(schema.View, "v", "", "CREATE VIEW `v` AS select `t`.`a` AS `a` from `t`"))
				m.CreateObject(object(schema.Procedure, "pr", "", "CREATE PROCEDURE pr() SELECT id FROM t"))
			}))
			if err != nil {
				t.Fatal(err)
			}
			stmts, err := tt.d.Compile(op.Record(tt.ops), op.NewState(s))
			var unsupported *dialect.UnsupportedError
			if !errors.As(err, &unsupported) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v\n%s", err, show(stmts))
			}
		})
	}
}

// TestLargeKeys: what a server takes of texts in keys is refused by nobody.
func TestLargeKeys(t *testing.T) {
	each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
		conn := pin(t, d, db)
		stmts, err := change(t, d, conn, op.Record(func(m *op.Script) {
			m.CreateTable("t", schema.Text("word").NotNull(), schema.Bytes("bytes", 0), schema.String("name", 100).NotNull().PrimaryKey(),
				schema.Unique{Name: "u", Parts: []schema.Part{{Column: "word", Length: 20}}},
				schema.Index{Name: "i", Parts: []schema.Part{{Column: "bytes", Length: 20}}},
				schema.Index{Name: "f", Parts: schema.Columns("word"), Method: schema.Variants{}.With(d.flavor.Dialect, "fulltext")})
			if d.flavor.Dialect == schema.MariaDB {
				m.AddUnique("t", schema.Unique{Name: "hash", Parts: schema.Columns("word")})
				m.CreateIndex("t", schema.Index{Name: "first", Parts: schema.Columns("word")})
			}
		}))
		if err != nil {
			t.Errorf("%v\n%s", err, show(stmts))
		}
	})
}

// TestAssumed: without a version nothing is refused that some server can do.
func TestAssumed(t *testing.T) {
	d := New(schema.MySQL, "")
	ops := op.Record(func(m *op.Script) {
		m.CreateTable("t", schema.Int("a").DefaultExpr("1 + 1"), schema.Check{Name: "k", Expr: schema.Expr("a > 0")})
	})
	if _, err := d.Compile(ops, op.NewState(schema.Schema{})); err != nil {
		t.Error(err)
	}
}

// TestUnderstood: a table that is not understood can be dropped, and nothing
// else.
func TestUnderstood(t *testing.T) {
	table := schema.NewTable("t", schema.Int("a"), schema.Int("b"))
	table.Unsupported = "it has a thing that nobody knows"
	state := func() *op.State { return op.LiveState(schema.Schema{Tables: []schema.Table{table}}) }
	for _, o := range op.Record(func(m *op.Script) {
		m.RenameTable("t", "u")
		m.RenameColumn("t", "a", "c")
		m.AddColumn("t", schema.Int("c"))
		m.DropColumn("t", "a")
		m.CreateIndex("t", schema.Index{Name: "i", Parts: schema.Columns("a")})
	}) {
		var unsupported *dialect.UnsupportedError
		if _, err := New(schema.MySQL, "").Compile([]op.Op{o}, state()); !errors.As(err, &unsupported) || unsupported.Why != table.Unsupported {
			t.Errorf("%T: %v", o, err)
		}
	}
	if _, err := New(schema.MySQL, "").Compile([]op.Op{op.DropTable{Table: table}}, state()); err != nil {
		t.Error(err)
	}
}

// TestNames: every operation works with names that need quotes, and up to the
// limit.
func TestNames(t *testing.T) {
	for _, name := range []string{
		strings.Repeat("n", 64), strings.Repeat("é", 40), "select", "a b", "a`b", `a"b`, "a'b", `a\b`, "a;b", "a-- b", "Über", "UPPER", "a%b", "日本", "1st", "a(b",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
				conn := pin(t, d, db)
				table := schema.Qualify("", name)
				up := op.Record(func(m *op.Script) {
					m.CreateTable("p", schema.Int("id").NotNull().PrimaryKey())
					m.CreateTable(table, schema.Int(name).NotNull().PrimaryKey(), schema.String("a", 10), schema.Int("p"))
					m.AddColumn(table, schema.String("x", 10).NotNull().Comment(name), op.Fill(`x'\y`))
					m.RenameColumn(table, "x", "renamed")
					m.AddCheck(table, schema.Check{Name: name, Expr: schema.Expr("a <> 'x'")})
					m.CreateIndex(table, schema.Index{Name: name, Parts: schema.Columns("a")})
					m.AddForeignKey(table, schema.ForeignKey{Name: "fk", Columns: []string{"p"}, RefTable: "p"})
				})
				stmts, err := change(t, d, conn, up)
				if err != nil {
					t.Fatalf("%v\n%s", err, show(stmts))
				}
				if diff := unlike(d, built(t, d, db, up), inspect(t, d, conn)); diff != "" {
					t.Error(diff)
				}
				down, _ := op.InvertAll(filledIn(t, nil, up))
				if stmts, err = change(t, d, conn, down); err != nil {
					t.Fatalf("%v\n%s", err, show(stmts))
				}
			})
		})
	}
}
