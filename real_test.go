package whimbrel_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestRealSchemas takes databases from the field through a baseline: an empty
// database upgraded from it is the same, and a rebuild of every table, there
// and back, loses nothing. The files are given by WHIM_REAL_SCHEMAS.
func TestRealSchemas(t *testing.T) {
	root := os.Getenv("WHIM_REAL_SCHEMAS")
	if root == "" {
		t.Skip("WHIM_REAL_SCHEMAS names no folder") // asked for by make test-real only
	}
	files, err := filepath.Glob(filepath.Join(root, "sqlite", "*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no %s/sqlite/*.sql (%v)", root, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".sql"), func(t *testing.T) { realSchema(t, file) })
	}
}

func realSchema(t *testing.T, file string) {
	ctx := context.Background()
	script, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	w.db = w.open() // the scripts load children before their parents
	w.exec(string(script))
	_, err = w.project(history()).Init()
	w.ok(err)
	b, err := w.project(history()).Baseline(ctx, whimbrel.BaselineOptions{FromDB: true})
	w.ok(err)
	baseline := rev(b.ID, "", func(m *op.Script) { m.Add(b.Changes.Ops...) }, nil)

	empty := newWorld(t)
	_, err = empty.project(history(baseline)).Upgrade(ctx, "head")
	empty.ok(err)
	if d := cmp.Diff(bare(w), bare(empty)); d != "" {
		t.Errorf("sqlite_schema (-real +upgraded)\n%s", d)
	}
	report, err := empty.project(history(baseline)).Drift(ctx)
	empty.ok(err)
	if !report.Empty() || report.Noise != nil || report.Foreign != nil {
		t.Errorf("drift: %q %q %q", report.Lines(), report.Noise, report.Foreign)
	}

	there, back := changeEveryTable(b.Changes.Ops)
	w.ok(os.RemoveAll(w.dir))
	rebuild := rev("rebuild", b.ID, func(m *op.Script) { m.Add(there...) }, func(m *op.Script) { m.Add(back...) })
	before := contents(w)
	p := w.project(history(baseline, rebuild))
	_, err = p.Upgrade(ctx, "head")
	w.ok(err)
	_, err = p.Downgrade(ctx, "-1")
	w.ok(err)
	if d := cmp.Diff(before, contents(w)); d != "" {
		t.Errorf("after rebuilding every table (-before +after)\n%s", d)
	}
	t.Logf("%d tables rebuilt twice; %s", len(there), w.query(
		"SELECT count(*) || ' ' || type FROM sqlite_schema WHERE name NOT LIKE 'whimbrel%' AND name NOT LIKE 'sqlite_%' GROUP BY type ORDER BY type"))
}

// bare is sqlite_schema without white space and quotes.
func bare(w *world) map[string]string {
	out := map[string]string{}
	strip := strings.NewReplacer(" ", "", "\n", "", "\t", "", "\r", "", `"`, "", "`", "", "[", "", "]", "")
	for row := range strings.SplitSeq(w.query("SELECT type || ' ' || name || char(31) || coalesce(sql, '') || char(30) FROM sqlite_schema WHERE name NOT LIKE '%whimbrel%'"), "\x1e") {
		if name, sql, ok := strings.Cut(strings.TrimPrefix(row, ", "), "\x1f"); ok {
			out[name] = strip.Replace(sql)
		}
	}
	return out
}

// changeEveryTable alters the type of one column of each table, which SQLite
// can only do by a rebuild.
func changeEveryTable(baseline []op.Op) (there, back []op.Op) {
	for _, o := range baseline {
		create, ok := o.(op.CreateTable)
		if !ok {
			continue
		}
		from := create.Table.Columns[len(create.Table.Columns)-1]
		to := from
		to.Type = schema.NativeType("blob_for_a_moment")
		there = append(there, op.AlterColumn{Table: create.Table.Name, From: from, To: to})
		back = append(back, op.AlterColumn{Table: create.Table.Name, From: to, To: from})
	}
	return there, back
}

// contents is everything in a database but the texts of its CREATE TABLE
// statements: rows by checksum, what the pragmas say of columns and keys, and
// the text of every other statement.
func contents(w *world) map[string]string {
	out := map[string]string{
		"sequence": w.query("SELECT name, seq FROM sqlite_sequence WHERE name NOT LIKE 'whimbrel%' ORDER BY name"),
		"violated": w.query(`SELECT "table", rowid, parent FROM pragma_foreign_key_check ORDER BY 1, 2, 3`),
	}
	tables := strings.Split(w.query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'whimbrel%' AND name NOT LIKE 'sqlite_%'"), ", ")
	for _, name := range tables {
		q := `"` + name + `"`
		rows := w.query("SELECT rowid, * FROM " + q + " ORDER BY rowid")
		if strings.Contains(rows, "no such column: rowid") {
			rows = w.query("SELECT * FROM " + q)
			lines := strings.Split(rows, ", ")
			sort.Strings(lines)
			rows = strings.Join(lines, ", ")
		}
		out["rows "+name] = fmt.Sprintf("%s rows, %x", w.query("SELECT count(*) FROM "+q), sha256.Sum256([]byte(rows)))
		for _, pragma := range []string{"table_xinfo", "foreign_key_list"} {
			out[pragma+" "+name] = strings.ToLower(w.query("SELECT * FROM pragma_" + pragma + "('" + name + "')"))
		}
		out["indexes "+name] = w.query(`SELECT origin, "unique", partial, x.name, "desc", coll FROM pragma_index_list('` + name + `') i JOIN pragma_index_xinfo(i.name) x ORDER BY i.name, seqno`)
	}
	for row := range strings.SplitSeq(w.query("SELECT type || ' ' || name || char(31) || sql || char(30) FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL"), "\x1e") {
		if name, sql, ok := strings.Cut(strings.TrimPrefix(row, ", "), "\x1f"); ok {
			out[name] = sql
		}
	}
	return out
}
