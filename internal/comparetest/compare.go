// Package comparetest compares models with live databases, for the tests of
// gormmodel and bunmodel. It is imported by tests alone. Start at [Live].
package comparetest

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // every test here is about SQLite

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// Open opens a database file of the test's own, which does not exist yet.
func Open(t testing.TB) *sql.DB {
	t.Helper()
	// Without waiting for the disk: nothing here outlives its test.
	return OpenFile(t, "file:"+filepath.Join(t.TempDir(), "test.db")+"?_pragma=synchronous(0)&_pragma=journal_mode(memory)")
}

// OpenFile opens a database file.
func OpenFile(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// Absent opens a database that cannot be opened: any query is an error.
func Absent(t testing.TB) *sql.DB {
	t.Helper()
	return OpenFile(t, filepath.Join(t.TempDir(), "no", "such", "folder", "x.db"))
}

// Live returns what turns a live database into the wanted schema, as lines,
// noise included: both are read with one inspector, the wanted one from where
// it was built out of nothing.
func Live(t testing.TB, live *sql.DB, want schema.Schema) []string {
	t.Helper()
	ctx := context.Background()
	d := sqlite.New("")
	scratch, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer scratch.Close()
	scratch.SetMaxOpenConns(1)
	for _, s := range Statements(t, want) {
		if _, err := scratch.ExecContext(ctx, s); err != nil {
			t.Fatalf("%v: %s", err, s)
		}
	}
	from, to := inspect(t, d, live), inspect(t, d, scratch)
	ops, noise := diff.Structural(from, to)
	return append(Lines(ops), noise...)
}

// Statements returns what creates a schema in an empty database.
func Statements(t testing.TB, want schema.Schema) []string {
	t.Helper()
	stmts, err := sqlite.New("").Compile(diff.Diff(schema.Schema{}, want), op.NewState(schema.Schema{}))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range stmts {
		if s.Kind == dialect.Exec {
			out = append(out, s.SQL)
		}
	}
	return out
}

func inspect(t testing.TB, d sqlite.Dialect, db *sql.DB) schema.Schema {
	t.Helper()
	s, err := d.Inspect(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range s.Tables {
		if table.Unsupported != "" {
			t.Errorf("table %s is unsupported: %s", table.Name, table.Unsupported)
		}
	}
	return d.Normalize(s)
}

// Lines describes operations.
func Lines(ops []op.Op) []string {
	out := make([]string, len(ops))
	for i, o := range ops {
		verb, object := op.Describe(o)
		out[i] = verb + " " + object
	}
	return out
}

// LiveNames lists what a database has, by asking SQLite's pragmas and the
// stored statements, not our inspector.
func LiveNames(t testing.TB, db *sql.DB) []string {
	t.Helper()
	var out []string
	stored := map[string]string{}
	rows, err := db.Query(`
		SELECT m.name, m.sql, 'column', c.name FROM sqlite_schema m, pragma_table_xinfo(m.name) c WHERE m.type = 'table'
		UNION ALL
		SELECT m.name, m.sql, 'key', c.name || ' ' || c.pk FROM sqlite_schema m, pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND c.pk > 0
		UNION ALL
		SELECT m.name, m.sql, 'index', i.name FROM sqlite_schema m, pragma_index_list(m.name) i WHERE m.type = 'table' AND i.origin = 'c'
		UNION ALL
		SELECT m.name, m.sql, 'reference', f."from" || ' to ' || f."table" || ' ' || f.on_delete || ' ' || f.on_update
		FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var table, text, kind, name string
		if err := rows.Scan(&table, &text, &kind, &name); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(table, "sqlite_") {
			continue
		}
		stored[table] = text
		out = append(out, fmt.Sprintf("%s %s %s", table, kind, name))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for table, text := range stored {
		for _, name := range constraintNames(text) {
			out = append(out, table+" constraint "+name)
		}
	}
	slices.Sort(out)
	return out
}

// constraintNames finds the names in a CREATE TABLE statement that GORM wrote:
// it quotes every name with backticks.
func constraintNames(text string) (names []string) {
	for {
		_, after, ok := strings.Cut(text, "CONSTRAINT `")
		if !ok {
			return names
		}
		name, rest, _ := strings.Cut(after, "`")
		names, text = append(names, name), rest
	}
}

// Names lists what a schema has in the same lines as [LiveNames].
func Names(s schema.Schema) []string {
	var out []string
	for _, t := range s.Tables {
		add := func(kind, name string) { out = append(out, fmt.Sprintf("%s %s %s", t.Name, kind, name)) }
		for _, c := range t.Columns {
			add("column", c.Name)
		}
		for i, p := range t.PrimaryKey.Parts {
			add("key", fmt.Sprintf("%s %d", p.Column, i+1))
		}
		for _, x := range t.Indexes {
			add("index", x.Name)
		}
		for _, f := range t.ForeignKeys {
			add("constraint", f.Name)
			for _, c := range f.Columns {
				add("reference", c+" to "+f.RefTable+" "+action(f.OnDelete)+" "+action(f.OnUpdate))
			}
		}
		for _, u := range t.Uniques {
			add("constraint", u.Name)
		}
		for _, c := range t.Checks {
			add("constraint", c.Name)
		}
	}
	slices.Sort(out)
	return out
}

func action(a schema.Action) string {
	if a == schema.NoAction {
		return "NO ACTION"
	}
	return string(a)
}
