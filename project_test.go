package whimbrel_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A world is a folder with a database and a folder for revisions.
type world struct {
	t      *testing.T
	path   string
	dir    string
	db     *sql.DB
	models schema.Schema
	n      int
	events []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{t: t, path: filepath.Join(dir, "shop.db"), dir: filepath.Join(dir, "migrations")}
	w.db = w.open("foreign_keys(1)")
	return w
}

func (w *world) open(pragmas ...string) *sql.DB {
	w.t.Helper()
	db, err := sql.Open("sqlite", dsn(w.path, pragmas...))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { db.Close() })
	return db
}

func dsn(path string, pragmas ...string) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: url.Values{"_pragma": pragmas}.Encode()}).String()
}

func (w *world) config(h *op.History) whimbrel.Config {
	return whimbrel.Config{
		History: h, Models: []model.Source{model.Static(w.models)}, DB: w.db, Dialect: sqlite.New(""),
		Missing:  func() bool { _, err := os.Stat(w.path); return os.IsNotExist(err) },
		Dir:      w.dir,
		LockWait: -1,
		NewID:    func() string { w.n++; return fmt.Sprintf("id%04d", w.n) },
		Now:      func() time.Time { return time.Date(2026, 11, 22, 16, 40, 12, 0, time.UTC) },
		OnEvent: func(e whimbrel.Event) {
			if e.Kind == whimbrel.StepDone {
				w.events = append(w.events, e.Step.Revision.ID)
			}
		},
	}
}

func (w *world) project(h *op.History) *whimbrel.Project {
	w.t.Helper()
	p, err := whimbrel.Open(w.config(h))
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) exec(statements ...string) {
	w.t.Helper()
	for _, s := range statements {
		if _, err := w.db.Exec(s); err != nil {
			w.t.Fatalf("%s: %v", s, err)
		}
	}
}

func (w *world) query(q string) string {
	w.t.Helper()
	rows, err := w.db.Query(q)
	if err != nil {
		return err.Error()
	}
	defer rows.Close()
	columns, _ := rows.Columns()
	var out []string
	for rows.Next() {
		values, pointers := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			pointers[i] = &values[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			w.t.Fatal(err)
		}
		var cells []string
		for _, v := range values {
			cells = append(cells, fmt.Sprint(v))
		}
		out = append(out, strings.Join(cells, " "))
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return strings.Join(out, ", ")
}

// schema is everything in the database but our own tables.
func (w *world) schema() string {
	return w.query("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'whimbrel%' AND name NOT LIKE 'sqlite_%' ORDER BY name")
}

func (w *world) want(got, want string) {
	w.t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		w.t.Error(d)
	}
}

func (w *world) wantCode(err error, code whimbrel.Code, texts ...string) {
	w.t.Helper()
	if whimbrel.CodeOf(err) != code {
		w.t.Errorf("error %v (%q), want code %q", err, whimbrel.CodeOf(err), code)
		return
	}
	var e *whimbrel.Error
	errors.As(err, &e)
	all := e.Msg + "\n" + strings.Join(e.Detail, "\n") + "\n" + strings.Join(e.Hint, "\n")
	for _, text := range texts {
		if !strings.Contains(all, text) {
			w.t.Errorf("the error does not say %q:\n%s", text, all)
		}
	}
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		var e *whimbrel.Error
		if errors.As(err, &e) {
			w.t.Fatalf("%s\n%q\n%q", e.Msg, e.Detail, e.Hint)
		}
		w.t.Fatal(err)
	}
}

func history(revisions ...op.Revision) *op.History {
	h := &op.History{}
	for _, r := range revisions {
		h.Add(r)
	}
	return h
}

func rev(id, down string, up, back func(*op.Script)) op.Revision {
	r := op.Revision{ID: id, Message: "revision " + id, Created: "2026-11-22T16:40:12Z", Upgrade: up, Downgrade: back}
	if down != "" {
		r.Revises = []string{down}
	}
	return r
}

var (
	createProducts = rev("aaa1", "", func(m *op.Script) {
		m.CreateTable("products", schema.BigInt("id").NotNull().AutoIncrement().PrimaryKey(), schema.String("name", 50))
	}, func(m *op.Script) { m.DropTable("products") })
	addPrice = rev("bbb2", "aaa1", func(m *op.Script) { m.AddColumn("products", schema.Int("price")) },
		func(m *op.Script) { m.DropColumn("products", "price") })
)

func TestUpgradeDowngrade(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	p := w.project(history(createProducts, addPrice))

	pending, err := p.Pending(ctx)
	w.ok(err)
	if len(pending) != 2 {
		t.Errorf("pending: %v", pending)
	}
	if _, err := os.Stat(w.path); !os.IsNotExist(err) {
		t.Error("reading made the database")
	}
	_, err = p.Upgrade(ctx, "aaa1")
	w.ok(err)
	w.exec("INSERT INTO products(name) VALUES ('Apple'), ('Orange'), ('Banana')")
	steps, err := p.Upgrade(ctx, "head")
	w.ok(err)
	if len(steps) != 1 || steps[0].From[0] != "aaa1" || steps[0].To[0] != "bbb2" {
		t.Errorf("steps: %+v", steps)
	}
	w.want(w.query("SELECT id, name, price FROM products"), "1 Apple <nil>, 2 Orange <nil>, 3 Banana <nil>")

	steps, err = p.Upgrade(ctx, "head")
	w.ok(err)
	if len(steps) != 0 {
		t.Errorf("a second upgrade did %+v", steps)
	}
	_, err = p.Downgrade(ctx, "-1")
	w.ok(err)
	w.want(w.query("SELECT * FROM products"), "1 Apple, 2 Orange, 3 Banana")
	current, err := p.Current(ctx)
	w.ok(err)
	if len(current) != 1 || current[0].ID != "aaa1" || current[0].AppliedAt.IsZero() {
		t.Errorf("current: %+v", current)
	}
	_, err = p.Downgrade(ctx, "base")
	w.ok(err)
	w.want(w.schema(), "")
	w.want(w.query("SELECT revision, action FROM whimbrel_journal ORDER BY id"),
		"aaa1 upgrade, bbb2 upgrade, bbb2 downgrade, aaa1 downgrade")
	w.want(strings.Join(w.events, " "), "aaa1 bbb2 bbb2 aaa1")
}

// TestFailureLeavesNothing fails a revision in each of the ways it can fail:
// what came before it stays, and of itself nothing does.
func TestFailureLeavesNothing(t *testing.T) {
	late := func(m *op.Script) { m.CreateTable("late", schema.Int("id").PrimaryKey()) }
	for _, tt := range []struct {
		name string
		up   func(*op.Script)
		code whimbrel.Code
		text string
	}{
		{"second statement", func(m *op.Script) { late(m); m.Exec("INSERT INTO nowhere VALUES (1)") }, whimbrel.StatementFailed, "no such table: nowhere"},
		{"second of several", func(m *op.Script) { late(m); m.Exec("DELETE FROM products; SELECT * FROM nowhere") }, whimbrel.StatementFailed, "SQL: SELECT * FROM nowhere"},
		{"go step fails", func(m *op.Script) {
			late(m)
			m.Run("fill", func(ctx context.Context, db op.DB) error {
				_, err := db.ExecContext(ctx, "DELETE FROM products")
				return errors.Join(err, errors.New("no luck"))
			})
		}, whimbrel.StepFailed, "no luck"},
		{"go step panics", func(m *op.Script) {
			late(m)
			m.Run("fill", func(context.Context, op.DB) error { var s []int; _ = s[3]; return nil })
		}, whimbrel.StepFailed, "project_test.go:"},
		{"schema does not fit", func(m *op.Script) { late(m); m.DropColumn("products", "nope") }, whimbrel.BadReplay, "no such column"},
		{"transaction by hand", func(m *op.Script) { late(m); m.Exec("COMMIT") }, whimbrel.StatementFailed, "COMMIT"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx := context.Background()
			w := newWorld(t)
			p := w.project(history(createProducts, rev("bad1", "aaa1", tt.up, nil)))
			_, err := p.Upgrade(ctx, "aaa1")
			w.ok(err)
			w.exec("INSERT INTO products(name) VALUES ('Apple')")
			before := w.schema()
			steps, err := p.Upgrade(ctx, "head")
			w.wantCode(err, tt.code, tt.text)
			if len(steps) != 0 {
				t.Errorf("steps: %+v", steps)
			}
			w.want(w.schema(), before)
			w.want(w.query("SELECT * FROM products"), "1 Apple")
			w.want(w.query("SELECT revision FROM whimbrel_version"), "aaa1")
			w.want(w.query("PRAGMA foreign_keys"), "1")
		})
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	w := newWorld(t)
	p := w.project(history(createProducts, rev("slow1", "aaa1", func(m *op.Script) {
		m.AddColumn("products", schema.Int("n"))
		m.Run("stop here", func(ctx context.Context, db op.DB) error {
			cancel()
			_, err := db.ExecContext(ctx, "UPDATE products SET n = 1")
			return err
		})
	}, nil)))
	_, err := p.Upgrade(ctx, "head")
	w.wantCode(err, whimbrel.Interrupted, "Nothing of this revision remains")
	w.want(w.query("SELECT revision FROM whimbrel_version"), "aaa1")
	w.want(w.query("SELECT name FROM pragma_table_info('products')"), "id, name")
}

// TestRebuildKeepsChildren changes a table that others refer to with ON DELETE
// CASCADE, on a connection that enforces foreign keys.
func TestRebuildKeepsChildren(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	orders := rev("ccc3", "aaa1", func(m *op.Script) {
		m.CreateTable("orders", schema.BigInt("id").AutoIncrement().PrimaryKey(), schema.BigInt("product_id"),
			schema.ForeignKey{Name: "fk_p", Columns: []string{"product_id"}, RefTable: "products", RefColumns: []string{"id"}, OnDelete: schema.Cascade})
	}, func(m *op.Script) { m.DropTable("orders") })
	name, wide := schema.String("name", 50), schema.String("name", 50).NotNull().Default("?")
	rebuild := rev("ddd4", "ccc3", func(m *op.Script) { m.AlterColumn("products", name, wide, op.Fill("?")) },
		func(m *op.Script) { m.AlterColumn("products", wide, name) })
	p := w.project(history(createProducts, orders, rebuild))
	_, err := p.Upgrade(ctx, "ccc3")
	w.ok(err)
	w.exec("INSERT INTO products(name) VALUES ('Apple'), (NULL)", "INSERT INTO orders(product_id) VALUES (1), (2), (2)",
		"CREATE TRIGGER touched AFTER UPDATE ON products BEGIN SELECT 1; END", "CREATE INDEX by_name ON products(name) WHERE name <> ''")
	_, err = p.Upgrade(ctx, "head")
	w.ok(err)
	w.want(w.query("SELECT id, name FROM products"), "1 Apple, 2 ?")
	w.want(w.query("SELECT id, product_id FROM orders"), "1 1, 2 2, 3 2")
	w.want(w.query("SELECT name FROM sqlite_schema WHERE tbl_name = 'products' AND type IN ('index', 'trigger') ORDER BY 1"), "by_name, touched")
	w.want(w.query("PRAGMA foreign_keys"), "1")
	_, err = p.Downgrade(ctx, "-1")
	w.ok(err)
	w.want(w.query("SELECT id, product_id FROM orders"), "1 1, 2 2, 3 2")
}

func TestUntracked(t *testing.T) {
	w := newWorld(t)
	w.exec("CREATE TABLE products (id integer)")
	_, err := w.project(history(createProducts)).Upgrade(context.Background(), "head")
	w.wantCode(err, whimbrel.Untracked, "products", "whim db stamp head")
	w.want(w.schema(), "table products CREATE TABLE products (id integer)")

	// A table of somebody else is no obstacle.
	w = newWorld(t)
	w.exec("CREATE TABLE other (id integer)")
	_, err = w.project(history(createProducts)).Upgrade(context.Background(), "head")
	w.ok(err)
}

func TestUnknownApplied(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	_, err := w.project(history(createProducts, addPrice)).Upgrade(ctx, "head")
	w.ok(err)
	old := w.project(history(createProducts))
	for name, call := range map[string]func() error{
		"upgrade":   func() error { _, err := old.Upgrade(ctx, "head"); return err },
		"downgrade": func() error { _, err := old.Downgrade(ctx, "-1"); return err },
		"current":   func() error { _, err := old.Current(ctx); return err },
		"drift":     func() error { _, err := old.Drift(ctx); return err },
	} {
		t.Run(name, func(t *testing.T) { w.wantCode(call(), whimbrel.UnknownApplied, "bbb2", "whim db stamp") })
	}
	// The way back after a change of branches: what the database has besides is known.
	_, err = old.Current(ctx)
	w.wantCode(err, whimbrel.UnknownApplied, "to undo it, where its file is (another branch of the code): whim db downgrade aaa1")
	_, err = w.project(history()).Current(ctx)
	w.wantCode(err, whimbrel.UnknownApplied, "whim db downgrade base")
	_, err = old.Stamp(ctx, "aaa1", true)
	w.ok(err)
	w.want(w.query("SELECT revision FROM whimbrel_version"), "aaa1")
}

func TestStamp(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	p := w.project(history(createProducts, addPrice))
	w.exec("CREATE TABLE products (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, name text)")
	_, err := p.Stamp(ctx, "head", false)
	w.wantCode(err, whimbrel.Mismatch, "column products.price is in the revisions and not in the database")
	w.want(w.query("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'whimbrel%'"), "0")
	_, err = p.Stamp(ctx, "aaa1", false)
	w.ok(err)
	_, err = p.Upgrade(ctx, "head")
	w.ok(err)
	w.want(w.query("SELECT revision FROM whimbrel_version ORDER BY 1"), "aaa1, bbb2")
	_, err = p.Stamp(ctx, "base", true)
	w.ok(err)
	w.want(w.query("SELECT count(*) FROM whimbrel_version"), "0")
}

func TestDrift(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	p := w.project(history(createProducts, addPrice))
	_, err := p.Drift(ctx)
	w.wantCode(err, whimbrel.NoDatabase)
	_, err = p.Upgrade(ctx, "head")
	w.ok(err)
	report, err := p.Drift(ctx)
	w.ok(err)
	if !report.Empty() || report.Foreign != nil {
		t.Errorf("drift after upgrade: %q %q", report.Lines(), report.Foreign)
	}
	w.exec("ALTER TABLE products ADD COLUMN nick text", "CREATE TABLE stranger (id integer)", "CREATE VIEW v AS SELECT 1",
		"CREATE TRIGGER trg AFTER INSERT ON products BEGIN SELECT 1; END", "ALTER TABLE products DROP COLUMN price")
	report, err = p.Drift(ctx)
	w.ok(err)
	got := strings.Join(append(report.Lines(), report.Foreign...), "\n")
	w.want(got, `column products.nick is in the database and not in the revisions
column products.price is in the revisions and not in the database
trigger trg on products is in the database and not in the revisions
table stranger
view v`)
}

// What was dropped and made in another way is one difference, and a line says
// what it is.
func TestDriftLines(t *testing.T) {
	index := schema.Index{Name: "i", Parts: schema.Columns("a")}
	other := schema.Index{Name: "i", Unique: true, Parts: []schema.Part{{Column: "a", Desc: true}, {Column: "b"}}, Where: schema.Expr("a > 0")}
	view := func(text string) schema.Object {
		return schema.Object{Kind: schema.View, Name: "v", Definition: schema.Expr(text)}
	}
	above := schema.Object{Kind: schema.View, Name: "above", Definition: schema.Expr("CREATE VIEW above AS SELECT * FROM v")}
	trigger := schema.Object{Kind: schema.Trigger, Name: "trg", Table: "t", Definition: schema.Expr("x")}
	key := schema.ForeignKey{Columns: []string{"a"}, RefTable: "u"}
	cascades := key
	cascades.OnDelete = schema.Cascade
	enum := schema.Object{Kind: schema.Enum, Name: "e", Definition: schema.Expr("CREATE TYPE e AS ENUM ('" + strings.Repeat("a", 70) + "')")}
	longer := enum
	longer.Definition.Text += " -- and more"
	r := whimbrel.DriftReport{Ops: []op.Op{
		op.DropObject{Object: above},
		op.DropObject{Object: view("CREATE VIEW v AS SELECT 1")},
		op.DropObject{Object: trigger},
		op.DropForeignKey{Table: "t", ForeignKey: key},
		op.DropIndex{Table: "t", Index: index},
		op.DropUnique{Table: "t", Unique: schema.Unique{Name: "u", Parts: schema.Columns("a")}},
		op.DropCheck{Table: "t", Check: schema.Check{Name: "c", Expr: schema.Expr("a > 0")}},
		op.DropIndex{Table: "t", Index: schema.Index{Name: "gone"}},
		op.AlterObject{From: enum, To: longer},
		op.AddUnique{Table: "t", Unique: schema.Unique{Name: "u", Parts: schema.Columns("a", "b")}},
		op.AddCheck{Table: "t", Check: schema.Check{Name: "c", Expr: schema.Expr("a > 1")}},
		op.CreateIndex{Table: "t", Index: other},
		op.CreateIndex{Table: "t", Index: schema.Index{Name: "new"}},
		op.AddForeignKey{Table: "t", ForeignKey: cascades},
		op.CreateObject{Object: view("CREATE VIEW v AS SELECT 2")},
		op.CreateObject{Object: above},
	}}
	if got, want := strings.Join(r.Lines(), "\n"), `trigger trg on t is in the revisions and not in the database
index t.gone is in the revisions and not in the database
enum e: definition in the database
unique constraint t.u: (a) to (a, b) in the database
check t.c: expr a > 0 to a > 1 in the database
index t.i: unique no to yes, (a) to (a DESC, b), where none to a > 0 in the database
index t.new is in the database and not in the revisions
foreign key t.(a) to u: on delete none to CASCADE in the database
view v: definition CREATE VIEW v AS SELECT 1 to CREATE VIEW v AS SELECT 2 in the database`; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestRenameReachesViews renames a column that a view and a trigger use: the
// database follows, and that is no drift.
func TestRenameReachesViews(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	objects := rev("bbb2", "aaa1", func(m *op.Script) {
		m.CreateObject(schema.Object{Kind: schema.View, Name: "v", Definition: schema.Expr("CREATE VIEW v AS SELECT p.name, count(*) FROM products p GROUP BY name")})
		m.CreateObject(schema.Object{
			Kind: schema.Trigger, Name: "trg", Table: "products",
			Definition: schema.Expr("CREATE TRIGGER trg AFTER UPDATE OF name ON products BEGIN SELECT new.name; END"),
		})
	}, nil)
	rename := rev("ccc3", "bbb2", func(m *op.Script) { m.RenameColumn("products", "name", "title") },
		func(m *op.Script) { m.RenameColumn("products", "title", "name") })
	p := w.project(history(createProducts, objects, rename))
	for range 2 {
		_, err := p.Upgrade(ctx, "head")
		w.ok(err)
		report, err := p.Drift(ctx)
		w.ok(err)
		if !report.Empty() {
			t.Errorf("drift: %q", report.Lines())
		}
		_, err = p.Downgrade(ctx, "-1")
		w.ok(err)
	}
}

func TestMigrateNeedsNoDatabase(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	w.models.Tables = []schema.Table{schema.NewTable("products", schema.BigInt("id").NotNull().AutoIncrement().PrimaryKey(), schema.String("name", 50))}
	p := w.project(history())
	_, err := p.Migrate(ctx, whimbrel.MigrateOptions{})
	w.wantCode(err, whimbrel.NoFolder, "whim db init")
	_, err = p.Init()
	w.ok(err)
	written, err := p.Migrate(ctx, whimbrel.MigrateOptions{Message: "initial  migration\n"})
	w.ok(err)
	w.want(filepath.Base(written.Path), "20261122T164012_id0001_initial_migration.go")
	src, err := os.ReadFile(written.Path)
	w.ok(err)
	for _, want := range []string{`ID:      "id0001"`, `Message: "initial migration"`, `schema.String("name", 50)`, `m.DropTable("products")`} {
		if !strings.Contains(string(src), want) {
			t.Errorf("the file has no %s:\n%s", want, src)
		}
	}
	if _, err := os.Stat(w.path); !os.IsNotExist(err) {
		t.Error("migrate made the database")
	}
	// The file is there, and this program was built without it.
	_, err = whimbrel.Open(w.config(history()))
	w.wantCode(err, whimbrel.BadHistory, filepath.Base(written.Path))
}

func TestQuestions(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	w.models.Tables = []schema.Table{schema.NewTable("products", schema.BigInt("id").NotNull().AutoIncrement().PrimaryKey(), schema.String("title", 50))}
	p := w.project(history(createProducts))
	_, err := p.Init()
	w.ok(err)
	_, err = p.Migrate(ctx, whimbrel.MigrateOptions{Message: "x"})
	w.wantCode(err, whimbrel.OpenQuestions, "--rename products.name=title", "--no-rename products.name")
	var open *diff.OpenError
	if !errors.As(err, &open) || len(open.Questions) != 1 {
		t.Fatalf("open: %v", err)
	}
	files, _ := os.ReadDir(w.dir)
	if len(files) != 2 {
		t.Errorf("something was written: %v", files)
	}
	written, err := p.Migrate(ctx, whimbrel.MigrateOptions{Message: "x", Answers: diff.Answers{Rename: []string{"products.name=title"}}})
	w.ok(err)
	src, _ := os.ReadFile(written.Path)
	if !strings.Contains(string(src), `m.RenameColumn("products", "name", "title")`) || !strings.Contains(string(src), `m.RenameColumn("products", "title", "name")`) {
		t.Errorf("%s", src)
	}
	_, err = p.Migrate(ctx, whimbrel.MigrateOptions{Message: "x", Answers: diff.Answers{Rename: []string{"products.nope=title"}}})
	w.wantCode(err, whimbrel.BadAnswer, "products.nope")
}

func TestBaseline(t *testing.T) {
	ctx := context.Background()
	create := "CREATE TABLE products (\n  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, -- the key\n  name text, price int\n)"
	for _, fromDB := range []bool{true, false} {
		w := newWorld(t)
		w.exec(create)
		w.models.Tables = []schema.Table{schema.NewTable("products", schema.BigInt("id").NotNull().AutoIncrement().PrimaryKey(), schema.String("name", 50))}
		p := w.project(history())
		_, err := p.Init()
		w.ok(err)
		b, err := p.Baseline(ctx, whimbrel.BaselineOptions{FromDB: fromDB})
		if !fromDB {
			w.wantCode(err, whimbrel.Mismatch, "column products.price is in the database", b.Path)
			w.want(w.query("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'whimbrel%'"), "0")
			continue
		}
		w.ok(err)
		w.want(w.query("SELECT revision, action FROM whimbrel_journal"), b.ID+" stamp")
		src, _ := os.ReadFile(b.Path)
		if !strings.Contains(string(src), "-- the key") {
			t.Errorf("the baseline lost the text:\n%s", src)
		}
	}
}

func TestPlanChangesNothing(t *testing.T) {
	w := newWorld(t)
	p := w.project(history(createProducts, addPrice))
	steps, err := p.Plan(context.Background(), "head", false)
	w.ok(err)
	if len(steps) != 2 || len(steps[1].Parts) != 1 || !strings.Contains(steps[1].Parts[0].SQL, "ADD COLUMN") {
		t.Errorf("plan: %+v", steps)
	}
	if _, err := os.Stat(w.path); !os.IsNotExist(err) {
		t.Error("planning made the database")
	}
}

// TestOfflineBadHistory: no database is read, so none is blamed.
func TestOfflineBadHistory(t *testing.T) {
	w := newWorld(t)
	again := createProducts
	again.ID, again.Revises = "bbb2", []string{"aaa1"}
	var b strings.Builder
	err := w.project(history(createProducts, again)).SQL(&b, "base:head", false)
	w.wantCode(err, whimbrel.BadReplay, "products", "revision bbb2")
	w.wantCode(w.project(history(createProducts)).SQL(&b, "-1", true), whimbrel.BadRange, "head:-1")
	if b.Len() > 0 {
		t.Error(b.String())
	}
}

// TestOfflineIsOnline runs the script that SQL writes, and finds what Upgrade
// makes.
func TestOfflineIsOnline(t *testing.T) {
	ctx := context.Background()
	h := history(createProducts, addPrice, rev("ccc3", "bbb2", func(m *op.Script) {
		m.CreateTable("lines", schema.BigInt("product"), schema.ForeignKey{Name: "fk", Columns: []string{"product"}, RefTable: "products"})
		m.AlterColumn("products", schema.Int("price"), schema.Int("price").NotNull(), op.Fill(0))
		m.CreateObject(schema.Object{Kind: schema.Trigger, Name: "trg", Table: "products", Definition: schema.Expr("CREATE TRIGGER trg AFTER INSERT ON products BEGIN SELECT 1; SELECT 2; END")})
		m.Exec("UPDATE products SET price = 1") // so the next is a rebuild of its own
		m.AlterColumn("products", schema.String("name", 50), schema.Text("name"))
		m.AddCheck("products", schema.Check{Name: "chk", Expr: schema.Expr("price > 0")})
	}, nil))
	online, offline := newWorld(t), newWorld(t)
	_, err := online.project(h).Upgrade(ctx, "head")
	online.ok(err)
	var b strings.Builder
	online.ok(online.project(h).SQL(&b, "base:head", false))
	conn, err := offline.db.Conn(ctx)
	offline.ok(err)
	_, err = conn.ExecContext(ctx, strings.ReplaceAll(b.String(), ".bail on\n", "")) // a word for the shell
	offline.ok(err)
	conn.Close()
	offline.want(offline.schema(), online.schema())
	offline.want(offline.query("SELECT revision, hash FROM whimbrel_version"), online.query("SELECT revision, hash FROM whimbrel_version"))
	if n, err := offline.project(h).Upgrade(ctx, "head"); err != nil || len(n) > 0 {
		t.Errorf("after the script there is more to do: %v %v", n, err)
	}
}
