package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	_ "modernc.org/sqlite"

	"github.com/whimbreldb/whimbrel/schema"
)

// memory returns a connection to a database of its own, with scripts executed.
func memory(t testing.TB, scripts ...string) *sql.Conn {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	for _, s := range scripts {
		if _, err := conn.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	return conn
}

func mustInspect(t testing.TB, scripts ...string) schema.Schema {
	t.Helper()
	conn := memory(t, scripts...)
	s, err := inspect(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	members(t, conn, s)
	return s
}

// rebuilt returns the statements that make s again from its fields.
func rebuilt(s schema.Schema) []string {
	var out []string
	for _, t := range s.Tables {
		t.Verbatim = schema.Variants{}
		out = append(out, createTable(t))
		for _, x := range t.Indexes {
			x.Verbatim = schema.Variants{}
			out = append(out, createIndex(t.Name, x))
		}
	}
	for _, o := range s.Objects {
		out = append(out, o.Definition.For(schema.SQLite))
	}
	return out
}

// Whatever SQLite takes is read in full, and the table that its fields make is
// the same table.
func TestInspectRoundTrip(t *testing.T) {
	for _, script := range awkwardTables {
		t.Run("", func(t *testing.T) {
			first := mustInspect(t, script)
			for _, table := range first.Tables {
				if table.Unsupported != "" {
					t.Errorf("%s\nis not supported: %s", script, table.Unsupported)
				}
			}
			second := mustInspect(t, rebuilt(first)...)
			if d := cmp.Diff(normalize(first), normalize(second), cmpopts.EquateEmpty()); d != "" {
				t.Errorf("%s\nbecame\n%s\n(-first +second)\n%s", script, strings.Join(rebuilt(first), ";\n"), d)
			}
		})
	}
}

// Each word is asked of the SQLite at hand: can it be the name of a column, a
// part of a type?
func TestKeywords(t *testing.T) {
	conn := memory(t)
	accepts := func(script string) bool {
		_, err := conn.ExecContext(t.Context(), script)
		if err == nil {
			_, err = conn.ExecContext(t.Context(), "DROP TABLE t")
		}
		return err == nil
	}
	constraint := map[string]bool{"null": true, "unique": true, "deferrable": true} // complete as they stand
	for word, class := range keywords {
		if got, want := accepts("CREATE TABLE t("+word+")"), class != reserved; got != want {
			t.Errorf("%s as a name: SQLite says %t, its class %d says %t", word, got, class, want)
		}
		if got, want := accepts("CREATE TABLE t(a "+word+")"), class == softWord || constraint[word]; got != want {
			t.Errorf("%s as a type: SQLite says %t, its class %d says %t", word, got, class, want)
		}
	}
}

func TestInspectObjects(t *testing.T) {
	script := []string{
		"CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a)",
		"INSERT INTO t(a) VALUES (1)",
		"CREATE INDEX i ON t(a)",
		"ANALYZE",
		"CREATE VIEW v AS SELECT a FROM t",
		"CREATE TRIGGER tr AFTER INSERT ON t BEGIN UPDATE t SET a = CASE WHEN 1 THEN 2 END; END",
		"CREATE TRIGGER vt INSTEAD OF INSERT ON v BEGIN SELECT 1; END",
		"CREATE VIRTUAL TABLE f USING fts5(body)",
		"CREATE VIRTUAL TABLE r USING rtree(id, x0, x1)",
		"CREATE TABLE f_other(a)",
		"CREATE TEMP TABLE t(not_this_one)",
		"CREATE TEMP TABLE tt(not_this_one)",
		"CREATE TABLE whimbrel_version(revision text PRIMARY KEY)",
	}
	got := mustInspect(t, script...)
	var tables, objects []string
	for _, x := range got.Tables {
		tables = append(tables, x.Name)
		if x.Unsupported != "" {
			t.Errorf("%s: %s", x.Name, x.Unsupported)
		}
	}
	for _, o := range got.Objects {
		objects = append(objects, fmt.Sprintf("%s %s %s", o.Kind, o.Name, o.Table))
	}
	if d := cmp.Diff([]string{"t", "f_other", "whimbrel_version"}, tables); d != "" {
		t.Error(d)
	}
	want := []string{"virtual table f ", "virtual table r ", "view v ", "trigger tr t", "trigger vt v"}
	if d := cmp.Diff(want, objects); d != "" {
		t.Error(d)
	}
	if text := got.Objects[3].Definition.For(schema.SQLite); text != script[5] {
		t.Errorf("the trigger's definition is %q", text)
	}
	x := got.Tables[0].Indexes[0]
	if got.Tables[0].Verbatim.SQLite != script[0] || x.Verbatim.SQLite != script[2] {
		t.Errorf("not verbatim: %q, %q", got.Tables[0].Verbatim.SQLite, x.Verbatim.SQLite)
	}
	shadows := shadowNames([]entry{{virtual: true, sql: script[7]}, {virtual: true, sql: script[8]}})
	for _, name := range []string{"f_config", "f_content", "f_data", "f_docsize", "f_idx", "r_node", "r_parent", "r_rowid"} {
		if !shadows[name] {
			t.Errorf("%s is not taken for a shadow table", name)
		}
	}
}

// A view that no longer works, and a virtual table whose module is not there,
// are no reason to read nothing.
func TestInspectBroken(t *testing.T) {
	conn := memory(t, "CREATE TABLE t(a)", "CREATE VIEW v AS SELECT nope FROM t", "CREATE VIEW w AS SELECT * FROM gone",
		"PRAGMA writable_schema = ON",
		"INSERT INTO sqlite_schema VALUES ('table', 'x', 'x', 0, 'CREATE VIRTUAL TABLE x USING no_such_module(a)')",
		"PRAGMA writable_schema = RESET")
	s, err := inspect(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Tables) != 1 || len(s.Objects) != 3 || s.Tables[0].Unsupported != "" {
		t.Errorf("read as %+v", s)
	}
}

// Where the parser and SQLite disagree, the table is not supported, and says
// why.
func TestUnsupported(t *testing.T) {
	base := "CREATE TABLE p(x PRIMARY KEY); CREATE TABLE t(id int NOT NULL DEFAULT 1, b AS (id), c UNIQUE REFERENCES p, PRIMARY KEY (id)); CREATE INDEX i ON t(b)"
	conn := memory(t, base)
	f, err := readFacts(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	read := func() schema.Table {
		s, err := inspect(context.Background(), conn)
		if err != nil {
			t.Fatal(err)
		}
		return s.Tables[1]
	}
	if why := f.check(read()); why != "" {
		t.Fatal(why)
	}
	for want, change := range map[string]func(*schema.Table){
		"WITHOUT ROWID false":        func(x *schema.Table) { x.Options.WithoutRowID = true },
		"3 columns":                  func(x *schema.Table) { x.Columns = x.Columns[:2] },
		"its name is id":             func(x *schema.Table) { x.Columns[0].Name = "x" },
		"its type is INT":            func(x *schema.Table) { x.Columns[0].Type.Text = "text" },
		"NOT NULL is true":           func(x *schema.Table) { x.Columns[0].NotNull = false },
		"its default is 1":           func(x *schema.Table) { x.Columns[0].Default = schema.StringValue("1") },
		"that it has a default":      func(x *schema.Table) { x.Columns[1].Default = schema.StringValue("1") },
		"its kind":                   func(x *schema.Table) { x.Columns[1].Generated.Stored = true },
		"place in the primary key":   func(x *schema.Table) { x.PrimaryKey.Parts[0].Column = "c" },
		"1 foreign keys":             func(x *schema.Table) { x.ForeignKeys = nil },
		"on delete NO ACTION":        func(x *schema.Table) { x.ForeignKeys[0].OnDelete = schema.Cascade },
		"not found in its statement": func(x *schema.Table) { x.Uniques = nil },
		"and SQLite has none":        func(x *schema.Table) { x.Uniques = append(x.Uniques, schema.Unique{Parts: schema.Columns("b")}) },
		`an index "i" that has no`:   func(x *schema.Table) { x.Indexes = nil },
		`index "i" is unique false`:  func(x *schema.Table) { x.Indexes[0].Unique = true },
		"1 indexes, and 2": func(x *schema.Table) {
			x.Indexes = append(x.Indexes, schema.Index{Name: "j", Parts: schema.Columns("b")})
		},
	} {
		x := read().Clone()
		change(&x)
		if why := f.check(x); !strings.Contains(why, want) {
			t.Errorf("check says %q, want %q", why, want)
		}
	}
	// What the fields cannot carry is found by building the definition again.
	x := read().Clone()
	x.Columns[0].AutoIncrement = true
	x.PrimaryKey.Parts = nil
	if why := new(inspector).selfCheck(x, newNames(x.Columns)); !strings.Contains(why, "built again") {
		t.Errorf("selfCheck says %q", why)
	}
}

// A statement that the parser does not understand leaves the table there, with
// what the pragmas know.
func TestInspectNotUnderstood(t *testing.T) {
	conn := memory(t, "CREATE TABLE t(a int PRIMARY KEY, b text NOT NULL DEFAULT 'x')")
	f, err := readFacts(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	in := &inspector{facts: f, tables: map[string]int{}}
	in.table(entry{kind: "table", name: "t", table: "t", sql: "CREATE TABLE t(a int PRIMARY KEY, b text FROB 1)"})
	got := in.out.Tables[0]
	want := schema.NewTable("t", schema.Native("a", "INT").PrimaryKey(), schema.Native("b", "TEXT").NotNull().DefaultExpr("'x'"))
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(schema.Table{}, "Verbatim", "Unsupported"), cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
	if !strings.Contains(got.Unsupported, "is not understood: line 1, column 47") {
		t.Errorf("the reason is %q", got.Unsupported)
	}
}

// Real schemas, where they are: a folder with sqlite/*.sql.
func TestRealSchemas(t *testing.T) {
	root := os.Getenv("WHIM_REAL_SCHEMAS")
	if root == "" {
		t.Skip("WHIM_REAL_SCHEMAS is not set")
	}
	files, err := filepath.Glob(filepath.Join(root, "sqlite", "*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no *.sql in %s (%v)", root, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			statements, err := splitStatements(string(text))
			if err != nil {
				t.Fatal(err)
			}
			first := mustInspect(t, statements...)
			indexes, unsupported := 0, 0
			for _, x := range first.Tables {
				indexes += len(x.Indexes)
				if x.Unsupported != "" {
					unsupported++
					t.Errorf("%s: %s", x.Name, x.Unsupported)
				}
			}
			second := mustInspect(t, rebuilt(first)...)
			if d := cmp.Diff(normalize(first), normalize(second), cmpopts.EquateEmpty()); d != "" {
				t.Errorf("(-first +second)\n%s", d)
			}
			t.Logf("%d statements, %d tables, %d indexes, %d objects, %d unsupported",
				len(statements), len(first.Tables), indexes, len(first.Objects), unsupported)
		})
	}
}
