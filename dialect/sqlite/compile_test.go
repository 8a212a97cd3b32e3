package sqlite

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

var update = flag.Bool("update", false, "write the golden files")

// A compileCase is a change of a database, whose statements are in
// testdata/compile/<name>.golden.
type compileCase struct {
	name  string
	setup []string
	ops   []op.Op
	since string // oldest SQLite that the setup needs; also compiled for 3.35 if empty
}

var (
	base = []string{
		"CREATE TABLE p (id INTEGER PRIMARY KEY, name text)",
		"CREATE TABLE t (id INTEGER PRIMARY KEY, a text, b int DEFAULT 3, CONSTRAINT k CHECK (b > 0))",
		"CREATE INDEX i ON t (a)",
		"INSERT INTO p VALUES (1, 'one')", "INSERT INTO t VALUES (1, 'x', 5), (2, 'y', NULL)",
	}
	person = schema.NewTable("person",
		schema.BigInt("id").PrimaryKey().AutoIncrement(),
		schema.String("name", 50).NotNull().Default("no 'name'"),
		schema.DateTime("at").DefaultExpr("CURRENT_TIMESTAMP"),
		schema.Decimal("price", 10, 2).Default(0),
		schema.Int("boss"),
		schema.Text("shout").Generated(schema.Expr("upper(name)")),
		schema.Unique{Name: "uni_person_name", Parts: schema.Columns("name")},
		schema.Check{Name: "chk_price", Expr: schema.Expr("price >= 0")},
		schema.ForeignKey{Name: "fk_boss", Columns: []string{"boss"}, RefTable: "person", OnDelete: schema.SetNull},
		schema.Index{Name: "idx_at", Parts: []schema.Part{{Column: "at", Desc: true}}, Where: schema.Expr("boss IS NULL")},
	)
	viewV = schema.Object{Kind: schema.View, Name: "v", Definition: schema.Expr("CREATE VIEW v AS SELECT a FROM t")}
)

func compileCases() []compileCase {
	record := func(name string, f func(*op.Script)) compileCase {
		return compileCase{name: name, setup: base, ops: script(f)}
	}
	with := func(c compileCase, more ...string) compileCase {
		c.setup = append(append([]string{}, base...), more...)
		return c
	}
	a, b := schema.Text("a"), schema.Native("b", "int").Default(3)
	return []compileCase{
		record("create_table", func(m *op.Script) { m.Add(op.CreateTable{Table: person}) }),
		record("create_table_folds", func(m *op.Script) {
			m.CreateTable("x", schema.Int("id").PrimaryKey(), schema.Int("y"))
			m.CreateTable("y", schema.Int("id").PrimaryKey(), schema.Int("x"))
			m.CreateIndex("x", schema.Index{Name: "ix", Parts: schema.Columns("y")})
			m.AddForeignKey("x", schema.ForeignKey{Name: "fx", Columns: []string{"y"}, RefTable: "y"})
			m.AddForeignKey("y", schema.ForeignKey{Name: "fy", Columns: []string{"x"}, RefTable: "x"})
			m.AddUnique("y", schema.Unique{Name: "uy", Parts: schema.Columns("x")})
			m.AddColumn("y", schema.Text("more").NotNull())
		}),
		record("drop_table", func(m *op.Script) { m.DropTable("t") }),
		with(record("drop_table_with_children", func(m *op.Script) { m.DropTable("c"); m.DropTable("p") }),
			"CREATE TABLE c (id INTEGER PRIMARY KEY, p int REFERENCES p ON DELETE CASCADE)"),
		with(record("drop_parent_first", func(m *op.Script) { m.DropTable("p"); m.DropTable("c") }),
			"CREATE TABLE c (id INTEGER PRIMARY KEY, p int REFERENCES p ON DELETE CASCADE)"),
		with(record("rename_table", func(m *op.Script) { m.RenameTable("t", "z z") }),
			"CREATE VIEW v AS SELECT a FROM t", "CREATE TABLE c (t int REFERENCES t(id))"),
		record("rename_table_case", func(m *op.Script) { m.RenameTable("t", "T") }),
		record("alter_table_comment", func(m *op.Script) {
			m.AlterTable("t", schema.TableOptions{}, schema.TableOptions{Comment: "hello"})
		}),
		{"alter_table_strict", base, script(func(m *op.Script) {
			m.AlterTable("t", schema.TableOptions{}, schema.TableOptions{Strict: true})
		}), "3.37"},
		record("alter_table_without_rowid", func(m *op.Script) {
			m.AlterTable("t", schema.TableOptions{}, schema.TableOptions{WithoutRowID: true})
		}),
		record("add_column", func(m *op.Script) { m.AddColumn("t", schema.Int("c")) }),
		record("add_column_default", func(m *op.Script) { m.AddColumn("t", schema.String("c", 9).NotNull().Default("it's")) }),
		record("add_column_expression_default", func(m *op.Script) {
			m.AddColumn("t", schema.DateTime("c").NotNull().DefaultExpr("CURRENT_TIMESTAMP"))
		}),
		record("add_column_fill", func(m *op.Script) { m.AddColumn("t", schema.Int("c").NotNull(), op.Fill(7)) }),
		record("add_column_fill_expr", func(m *op.Script) { m.AddColumn("t", schema.Text("c").NotNull(), op.FillExpr("upper(a)")) }),
		with(record("add_column_not_null_empty", func(m *op.Script) { m.AddColumn("t", schema.Int("c").NotNull()) }), "DELETE FROM t"),
		record("add_column_virtual", func(m *op.Script) { m.AddColumn("t", schema.Int("c").Generated(schema.Expr("b * 2"))) }),
		record("add_column_stored", func(m *op.Script) { m.AddColumn("t", schema.Int("c").GeneratedStored(schema.Expr("b * 2"))) }),
		record("add_column_reference", func(m *op.Script) {
			m.AddColumn("t", schema.Int("p"))
			m.AddForeignKey("t", schema.ForeignKey{Name: "fk", Columns: []string{"p"}, RefTable: "p", RefColumns: []string{"id"}, OnDelete: schema.Cascade})
			m.CreateIndex("t", schema.Index{Name: "ip", Parts: schema.Columns("p")})
		}),
		record("drop_column", func(m *op.Script) { m.DropIndex("t", "i"); m.DropColumn("t", "a") }),
		record("drop_column_with_check", func(m *op.Script) {
			m.DropCheck("t", schema.Check{Name: "k"})
			m.DropColumn("t", "b")
		}),
		with(record("drop_and_add_column", func(m *op.Script) {
			m.DropColumn("t", "c")
			m.AddColumn("t", schema.Int("c").NotNull(), op.Fill(1))
		}), "ALTER TABLE t ADD COLUMN c text"),
		with(record("rename_column", func(m *op.Script) { m.RenameColumn("t", "a", "order by") }),
			"CREATE VIEW v AS SELECT a FROM t", "CREATE TRIGGER tr AFTER UPDATE OF a ON t WHEN NEW.a > OLD.a BEGIN SELECT 1; END",
			"CREATE TRIGGER vt INSTEAD OF DELETE ON v BEGIN DELETE FROM t WHERE id = 1; END"),
		with(record("rename_column_and_rebuild", func(m *op.Script) {
			m.RenameColumn("t", "a", "z")
			m.Add(retype("t", "z", "text", "blob"))
		}), "CREATE TRIGGER tr AFTER UPDATE OF a ON t WHEN NEW.a > OLD.a BEGIN SELECT 1; END"),
		record("alter_column_same_text", func(m *op.Script) {
			m.AlterColumn("t", schema.String("a", 50), schema.String("a", 100).Comment("longer"))
		}),
		record("alter_column_type", func(m *op.Script) { m.AlterColumn("t", schema.Native("b", "int"), schema.Double("b")) }),
		record("alter_column_default", func(m *op.Script) { m.AlterColumn("t", b, schema.Native("b", "int").Default(4)) }),
		{"alter_column_set_not_null", append(base[:3:3], "INSERT INTO t VALUES (1, 'x', 5)"), script(func(m *op.Script) {
			m.AlterColumn("t", a, a.NotNull())
		}), ""},
		record("alter_column_fill", func(m *op.Script) { m.AlterColumn("t", b, b.NotNull(), op.Fill(9)) }),
		{"alter_column_drop_not_null", append(base[:1:1], "CREATE TABLE t (a text NOT NULL, b int)"), script(func(m *op.Script) {
			m.AlterColumn("t", a.NotNull(), a)
		}), ""},
		record("alter_column_collation", func(m *op.Script) { m.AlterColumn("t", a, a.Collate(schema.SQLite, "NOCASE")) }),
		record("alter_column_autoincrement", func(m *op.Script) {
			m.AlterColumn("t", schema.BigInt("id"), schema.BigInt("id").AutoIncrement())
		}),
		record("alter_primary_key", func(m *op.Script) {
			m.AlterPrimaryKey("t", schema.PrimaryKey{Parts: schema.Columns("id")}, schema.PrimaryKey{Parts: schema.Columns("id", "a")})
		}),
		record("drop_primary_key", func(m *op.Script) {
			m.AlterPrimaryKey("t", schema.PrimaryKey{Parts: schema.Columns("id")}, schema.PrimaryKey{})
		}),
		record("add_unique", func(m *op.Script) { m.AddUnique("t", schema.Unique{Name: "u", Parts: schema.Columns("b", "a")}) }),
		{"drop_unique", []string{"CREATE TABLE t (a text UNIQUE, b int)", "INSERT INTO t VALUES ('x', 1)"}, script(func(m *op.Script) {
			m.DropUnique("t", schema.Unique{Name: "uni_t_a", Parts: schema.Columns("a")})
		}), ""},
		record("add_foreign_key", func(m *op.Script) {
			m.AddColumn("t", schema.Int("p"))
			m.CreateIndex("t", schema.Index{Name: "ip", Parts: schema.Columns("p")})
			m.AddForeignKey("t", schema.ForeignKey{Name: "fk", Columns: []string{"p"}, RefTable: "p"})
		}),
		{"drop_foreign_key", append(base[:1:1], "CREATE TABLE t (p int REFERENCES p(id) ON DELETE CASCADE)"), script(func(m *op.Script) {
			m.DropForeignKey("t", schema.ForeignKey{Name: "fk", Columns: []string{"p"}, RefTable: "p", RefColumns: []string{"id"}, OnDelete: schema.Cascade})
		}), ""},
		record("add_check", func(m *op.Script) { m.AddCheck("t", schema.Check{Name: "kk", Expr: schema.Expr("b < 10")}) }),
		record("drop_check", func(m *op.Script) { m.DropCheck("t", schema.Check{Name: "k"}) }),
		record("create_index", func(m *op.Script) {
			m.CreateIndex("t", schema.Index{Name: "j", Unique: true, Parts: []schema.Part{{Column: "b", Desc: true}, {Expr: schema.Expr("lower(a)")}}, Where: schema.Expr("b > 0")})
		}),
		record("drop_index", func(m *op.Script) { m.DropIndex("t", "i") }),
		record("one_rebuild", func(m *op.Script) {
			m.AddColumn("t", schema.Int("c"))
			m.AlterColumn("t", schema.Int("b"), schema.Double("b"))
			m.DropIndex("t", "i")
			m.AddUnique("t", schema.Unique{Name: "u", Parts: schema.Columns("a")})
			m.CreateIndex("t", schema.Index{Name: "ic", Parts: schema.Columns("c")})
		}),
		record("create_view", func(m *op.Script) { m.CreateObject(viewV) }),
		with(record("drop_view_then_table", func(m *op.Script) {
			m.DropObject(schema.View, "v")
			m.DropTable("t")
		}), "CREATE VIEW v AS SELECT a FROM t"),
		with(record("drop_trigger", func(m *op.Script) { m.DropObject(schema.Trigger, "tr") }),
			"CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END"),
		record("virtual_table", func(m *op.Script) {
			m.CreateObject(schema.Object{Kind: schema.VirtualTable, Name: "f", Definition: schema.Expr("CREATE VIRTUAL TABLE f USING fts5(x)")})
			m.DropObject(schema.VirtualTable, "f")
		}),
		record("object_of_another_dialect", func(m *op.Script) {
			m.CreateObject(schema.Object{Kind: schema.View, Name: "pg", Definition: schema.SQL{}.On(schema.Postgres, "CREATE VIEW pg AS SELECT 1")})
		}),
		record("exec", func(m *op.Script) {
			m.Exec("UPDATE t SET a = 'x;y' WHERE id = 1; -- and\nINSERT INTO t (a) VALUES ('z');")
			m.ExecOn(schema.Postgres, "SELECT nothing")
			m.Exec("PRAGMA user_version = 4")
		}),
	}
}

// TestCompile compiles each case for the SQLite at hand and for an old one,
// compares the statements with the golden file, carries them out, and compares
// what the database has then with what the state says.
func TestCompile(t *testing.T) {
	for _, c := range compileCases() {
		t.Run(c.name, func(t *testing.T) {
			golden := ""
			versions := []string{"3.53.4", "3.35.5"}
			if c.since != "" {
				versions[1] = c.since
			}
			for _, version := range versions {
				text := runCase(t, c, New(version))
				if !strings.HasSuffix(golden, text) {
					golden += "-- SQLite " + version + "\n" + text
				}
			}
			path := filepath.Join("testdata", "compile", c.name+".golden")
			if *update {
				if err := os.WriteFile(path, []byte(golden), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), golden); diff != "" {
				t.Errorf("statements (-want +got):\n%s", diff)
			}
		})
	}
}

func runCase(t *testing.T, c compileCase, d Dialect) string {
	t.Helper()
	ctx := context.Background()
	conn := pin(t, openFile(t, c.setup...))
	s, err := d.Inspect(ctx, conn)
	if err != nil {
		t.Fatal(err)
	}
	full := completed(t, s, c.ops)
	if len(full) == 1 {
		wantOutcome(t, d, conn, full[0], dialect.Absent)
	}
	state := op.LiveState(s)
	stmts, err := d.Compile(c.ops, state)
	if err != nil {
		t.Fatal(err)
	}
	if err := perform(ctx, conn, stmts, nil); err != nil {
		t.Fatal(err)
	}
	for _, s := range stmts {
		if s.Op < 0 || s.Op >= len(c.ops) {
			t.Errorf("a statement belongs to operation %d", s.Op)
		}
	}
	got, err := d.Inspect(ctx, conn)
	if err != nil {
		t.Fatal(err)
	}
	want := byName(d.Normalize(only(state.Schema())))
	if diff := cmp.Diff(want, byName(d.Normalize(got)), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the database is not what the state says (-state +database):\n%s", diff)
	}
	if len(full) == 1 {
		wantOutcome(t, d, conn, full[0], dialect.Applied)
	}
	return show(stmts)
}

// fillOps returns the operations as replay completes them.
func fillOps(state *op.State, ops []op.Op) ([]op.Op, error) {
	var out []op.Op
	for _, o := range ops {
		full, err := state.Apply(o)
		if err != nil {
			return nil, err
		}
		out = append(out, full)
	}
	return out, nil
}

func completed(t *testing.T, s schema.Schema, ops []op.Op) []op.Op {
	t.Helper()
	full, err := fillOps(op.LiveState(s), ops)
	if err != nil {
		t.Fatal(err)
	}
	return full
}

// only leaves out the objects that SQLite does not have.
func only(s schema.Schema) schema.Schema {
	var objects []schema.Object
	for _, o := range s.Objects {
		if o.Definition.For(schema.SQLite) != "" {
			objects = append(objects, o)
		}
	}
	s.Objects = objects
	return s
}

func wantOutcome(t *testing.T, d Dialect, q dialect.Queryer, o op.Op, want dialect.Outcome) {
	t.Helper()
	got, err := d.Probe(context.Background(), q, o)
	if err != nil {
		t.Fatal(err)
	}
	switch verb, object := op.Describe(o); {
	case got == dialect.Unknown && op.TableOf(o) == "": // SQL written by hand
	case got == dialect.Applied && want == dialect.Absent && invisible(o):
	case got != want:
		t.Errorf("probe of %s %s: outcome %d, want %d", verb, object, got, want)
	}
}

// invisible reports whether an operation makes no difference to SQLite.
func invisible(o op.Op) bool {
	switch o := o.(type) {
	case op.AlterTable:
		return o.From.Strict == o.To.Strict && o.From.WithoutRowID == o.To.WithoutRowID
	case op.AlterColumn:
		return columnDef(o.From) == columnDef(o.To)
	case op.CreateObject:
		return o.Object.Definition.For(schema.SQLite) == ""
	default:
		return false
	}
}

// show prints statements as a person reads them.
func show(stmts []dialect.Stmt) string {
	var b strings.Builder
	for _, s := range stmts {
		mark := ""
		if s.Rebuild {
			mark = ", rebuild"
		}
		switch s.Kind {
		case dialect.Exec:
			fmt.Fprintf(&b, "[%d%s] ", s.Op, mark)
		case dialect.Remember:
			fmt.Fprintf(&b, "[%d%s] remember %q: ", s.Op, mark, s.Key)
		case dialect.Same:
			fmt.Fprintf(&b, "[%d%s] same %q, or: %s\n", s.Op, mark, s.Key, s.Must)
		case dialect.NoNew:
			fmt.Fprintf(&b, "[%d%s] no more than %q, or: %s\n", s.Op, mark, s.Key, s.Must)
		case dialect.None:
			fmt.Fprintf(&b, "[%d%s] none, or: %s\n", s.Op, mark, s.Must)
		}
		b.WriteString(s.SQL + ";\n")
	}
	if b.Len() == 0 {
		return "(nothing)\n"
	}
	return b.String()
}

func TestCompileRefuses(t *testing.T) {
	tests := []struct {
		name  string
		setup []string
		ops   []op.Op
		want  []string
	}{
		{"a table under a view", []string{"CREATE VIEW v AS SELECT a FROM main.t"}, script(func(m *op.Script) { m.DropTable("t") }), []string{`"t"`, `view "v"`}},
		{"a table in a trigger", []string{"CREATE TRIGGER tr AFTER INSERT ON p BEGIN DELETE FROM t; END"}, script(func(m *op.Script) { m.DropTable("t") }), []string{`"t"`, `trigger "tr"`}},
		{"a parent", []string{"CREATE TABLE c (p int REFERENCES p)"}, script(func(m *op.Script) { m.DropTable("p") }), []string{`"p"`, `"c"`}},
		{"a column in a check", nil, script(func(m *op.Script) { m.DropColumn("t", "b") }), []string{`"b"`, `check "k"`}},
		{"a column in an index expression", []string{"CREATE INDEX e ON t (id, lower(c))"}, script(func(m *op.Script) { m.DropColumn("t", "c") }), []string{`index "e"`}},
		{"a column in a partial index", []string{"CREATE INDEX e ON t (id) WHERE c > ''"}, script(func(m *op.Script) { m.DropColumn("t", "c") }), []string{`index "e"`}},
		{"a column in a generated column", []string{"ALTER TABLE t ADD COLUMN g AS (c || 'x')"}, script(func(m *op.Script) { m.DropColumn("t", "c") }), []string{`generated column "g"`}},
		{"a column in a trigger", []string{"CREATE TRIGGER tr AFTER UPDATE ON t BEGIN SELECT OLD.[c]; END"}, script(func(m *op.Script) { m.DropColumn("t", "c") }), []string{`trigger "tr"`}},
		{"a column that a trigger waits for", []string{"CREATE TRIGGER tr AFTER UPDATE OF b, C ON t BEGIN SELECT 1; END"}, script(func(m *op.Script) { m.DropColumn("t", "c") }), []string{`trigger "tr"`}},
		{"BEGIN", nil, script(func(m *op.Script) { m.Exec("begin immediate") }), []string{"transaction"}},
		{"COMMIT in the middle", nil, script(func(m *op.Script) { m.Exec("DELETE FROM t; /* now */ COMMIT; DELETE FROM p") }), []string{"COMMIT"}},
		{"SAVEPOINT", nil, script(func(m *op.Script) { m.Exec("SAVEPOINT x") }), []string{"SAVEPOINT"}},
		{"ATTACH", nil, script(func(m *op.Script) { m.Exec("ATTACH 'x' AS y") }), []string{"ATTACH"}},
		{"VACUUM", nil, script(func(m *op.Script) { m.Exec("VACUUM") }), []string{"VACUUM"}},
		{"writable_schema", nil, script(func(m *op.Script) { m.Exec("PRAGMA main.Writable_Schema=1") }), []string{"destroy"}},
		{"foreign_keys", nil, script(func(m *op.Script) { m.Exec("PRAGMA foreign_keys(0)") }), []string{"session"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			setup := append(append([]string{}, base...), "ALTER TABLE t ADD COLUMN c text")
			_, _, err := compileLive(t, openFile(t, append(setup, tt.setup...)...), tt.ops...)
			mention(t, err, tt.want...)
			var unsupported *dialect.UnsupportedError
			var statement *dialect.StatementError
			if !errors.As(err, &unsupported) && !errors.As(err, &statement) {
				t.Errorf("the error is a %T", err)
			}
		})
	}
}

// TestCompileUnsupported: a table that is not understood can be dropped, and
// nothing else.
func TestCompileUnsupported(t *testing.T) {
	table := schema.NewTable("t", schema.Int("a"), schema.Int("b"))
	table.Unsupported = "it has a thing that nobody knows"
	for _, o := range script(func(m *op.Script) {
		m.RenameTable("t", "u")
		m.RenameColumn("t", "a", "c")
		m.AddColumn("t", schema.Int("c"))
		m.DropColumn("t", "a")
		m.AlterTable("t", schema.TableOptions{}, schema.TableOptions{Comment: "x"})
		m.CreateIndex("t", schema.Index{Name: "i", Parts: schema.Columns("a")})
		m.AddCheck("t", schema.Check{Expr: schema.Expr("a > 0")})
	}) {
		_, err := New("").Compile([]op.Op{o}, op.LiveState(schema.Schema{Tables: []schema.Table{table}}))
		var unsupported *dialect.UnsupportedError
		if !errors.As(err, &unsupported) || unsupported.Object != `table "t"` || unsupported.Why != table.Unsupported {
			t.Errorf("%T: %v", o, err)
		}
	}
	stmts, err := New("").Compile(script(func(m *op.Script) { m.DropTable("t") }), op.LiveState(schema.Schema{Tables: []schema.Table{table}}))
	if err != nil || len(stmts) != 1 {
		t.Errorf("drop: %v, %v", stmts, err)
	}
}

// TestCompileKeepsWhatIsByHand: operations of a history change on a database
// only what they are about.
func TestCompileKeepsWhatIsByHand(t *testing.T) {
	db := openFile(t, "CREATE TABLE t (id INTEGER PRIMARY KEY, a varchar(50) COLLATE NOCASE CHECK (a <> ''), b int) STRICT"[:0]+
		"CREATE TABLE t (id INTEGER PRIMARY KEY, a varchar(50) COLLATE NOCASE CHECK (a <> ''), b int)", "CREATE INDEX byhand ON t (b)")
	stmts, _, err := compileLive(t, db, script(func(m *op.Script) {
		m.AlterColumn("t", schema.String("a", 50), schema.String("a", 100))
	})...)
	if err != nil || len(stmts) > 0 {
		t.Fatalf("string(50) to string(100) is nothing to SQLite: %v, %v", show(stmts), err)
	}
	mustChange(t, db, script(func(m *op.Script) {
		m.AlterColumn("t", schema.String("a", 50), schema.String("a", 100).Default("x"))
	})...)
	s, err := New("").Inspect(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	got := written(s.Tables[0])
	for _, want := range []string{"varchar(50)", "COLLATE NOCASE", "DEFAULT 'x'", "CHECK (a <> '')"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is lost: %s", want, got)
		}
	}
	if _, ok := s.Tables[0].Index("byhand"); !ok {
		t.Error("the index is lost")
	}
}

// TestRenameBesideBroken: SQLite refuses to rename while any view is broken,
// and says which.
func TestRenameBesideBroken(t *testing.T) {
	db := openFile(t, append(base[:len(base):len(base)], "CREATE VIEW bad AS SELECT * FROM nowhere")...)
	for _, o := range script(func(m *op.Script) {
		m.RenameTable("t", "u")
		m.RenameColumn("t", "a", "c")
	}) {
		mention(t, change(t, db, o), "bad")
	}
}
