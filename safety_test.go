package whimbrel_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"runtime"
	"testing"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestUnknownColumnStopsRebuild: a column that came by hand, in the same
// revision or from another process between two revisions, is not lost.
func TestUnknownColumnStopsRebuild(t *testing.T) {
	ctx := context.Background()
	retype := func(m *op.Script) { m.AlterColumn("products", schema.String("name", 50), schema.Int("name")) }
	w := newWorld(t)
	p := w.project(history(createProducts, rev("bbb2", "aaa1", func(m *op.Script) {
		m.Exec("ALTER TABLE products ADD COLUMN byhand text; INSERT INTO products(byhand) VALUES ('kept')")
		retype(m)
	}, nil)))
	_, err := p.Upgrade(ctx, "head")
	w.wantCode(err, whimbrel.CheckFailed, "byhand")
	w.want(w.query("SELECT revision FROM whimbrel_version"), "aaa1")

	w = newWorld(t)
	cfg := w.config(history(createProducts, rev("bbb2", "aaa1", retype, nil)))
	cfg.OnEvent = func(e whimbrel.Event) {
		if e.Kind == whimbrel.StepDone && e.Index == 0 {
			w.exec("ALTER TABLE products ADD COLUMN byhand text", "INSERT INTO products(byhand) VALUES ('kept')")
		}
	}
	p, err = whimbrel.Open(cfg)
	w.ok(err)
	_, err = p.Upgrade(ctx, "head")
	w.ok(err)
	w.want(w.query("SELECT byhand, name FROM products"), "kept <nil>")
}

// TestStepEndsTransaction: nobody is told that nothing remains.
func TestStepEndsTransaction(t *testing.T) {
	for _, end := range []string{"COMMIT", "ROLLBACK", "COMMIT; BEGIN IMMEDIATE"} {
		w := newWorld(t)
		p := w.project(history(createProducts, rev("bbb2", "aaa1", func(m *op.Script) {
			m.AddColumn("products", schema.Int("n"))
			m.Run("ends it", func(ctx context.Context, db op.DB) error { _, err := db.ExecContext(ctx, end); return err })
		}, nil)))
		_, err := p.Upgrade(context.Background(), "head")
		w.wantCode(err, whimbrel.StepFailed, "ended the transaction", "may be in the database")
		w.want(w.query("SELECT revision FROM whimbrel_version"), "aaa1")
	}
}

// TestLostJournal: the log can be lost without harm to anything else.
func TestLostJournal(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	p := w.project(history(createProducts, addPrice))
	_, err := p.Upgrade(ctx, "aaa1")
	w.ok(err)
	w.exec("DROP TABLE whimbrel_journal")
	_, err = p.Upgrade(ctx, "head")
	w.ok(err)
	w.want(w.query("SELECT revision FROM whimbrel_version ORDER BY 1"), "aaa1, bbb2")
	w.want(w.query("SELECT id, revision, action FROM whimbrel_journal"), "1 bbb2 upgrade")
	w.exec("DROP TABLE whimbrel_journal")
	_, err = p.Stamp(ctx, "aaa1", true)
	w.ok(err)
}

// TestLostRecord: a revision whose row was deleted does not run again.
func TestLostRecord(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	p := w.project(history(createProducts, rev("bbb2", "aaa1", func(m *op.Script) { m.Exec("INSERT INTO products(name) VALUES ('once')") }, nil)))
	_, err := p.Upgrade(ctx, "head")
	w.ok(err)
	w.exec("DELETE FROM whimbrel_version WHERE revision = 'bbb2'")
	_, err = p.Upgrade(ctx, "head")
	w.wantCode(err, whimbrel.LostRecord, "bbb2", "whim db stamp")
	w.want(w.query("SELECT count(*) FROM products"), "1")
	_, err = p.Stamp(ctx, "head", false)
	w.ok(err)
	_, err = p.Upgrade(ctx, "head")
	w.ok(err)
}

// TestStampSettlesLostRecord: the one command that the error names is enough.
func TestStampSettlesLostRecord(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	p := w.project(history(createProducts, addPrice))
	_, err := p.Upgrade(ctx, "head")
	w.ok(err)
	w.exec("DELETE FROM whimbrel_version WHERE revision = 'bbb2'", "ALTER TABLE products DROP COLUMN price")
	_, err = p.Upgrade(ctx, "head")
	w.wantCode(err, whimbrel.LostRecord, "whim db stamp")
	_, err = p.Stamp(ctx, "aaa1", false)
	w.ok(err)
	w.want(w.query("SELECT revision FROM whimbrel_version"), "aaa1")
	_, err = p.Upgrade(ctx, "head")
	w.ok(err)
	w.want(w.query("SELECT revision FROM whimbrel_version ORDER BY 1"), "aaa1, bbb2")
}

// TestEditedRevision: whose change it was is told right.
func TestEditedRevision(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	_, err := w.project(history(createProducts, addPrice)).Upgrade(ctx, "head")
	w.ok(err)
	edited := rev("bbb2", "aaa1", func(m *op.Script) { m.AddColumn("products", schema.BigInt("price")) }, addPrice.Downgrade)
	report, err := w.project(history(createProducts, edited)).Drift(ctx)
	w.ok(err)
	if len(report.Ops) > 0 || len(report.Edited) != 1 || report.Edited[0].ID != "bbb2" || report.Empty() {
		t.Errorf("drift: %q, edited %v", report.Lines(), report.Edited)
	}
}

// TestInterruptedRebuild stops in the middle of copying many rows.
func TestInterruptedRebuild(t *testing.T) {
	w := newWorld(t)
	p := w.project(history(createProducts, rev("bbb2", "aaa1", func(m *op.Script) {
		m.AlterColumn("products", schema.String("name", 50), schema.String("name", 50).NotNull().Default("x"), op.Fill("x"))
	}, nil)))
	_, err := p.Upgrade(context.Background(), "aaa1")
	w.ok(err)
	w.exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) INSERT INTO products(name) SELECT 'name ' || i FROM n")
	before := w.schema()
	ctx, cancel := context.WithCancel(context.Background())
	cfg := w.config(history(createProducts, rev("bbb2", "aaa1", func(m *op.Script) {
		m.AlterColumn("products", schema.String("name", 50), schema.String("name", 50).NotNull().Default("x"), op.Fill("x"))
	}, nil)))
	cfg.OnEvent = func(e whimbrel.Event) {
		if e.Kind == whimbrel.StepStarted {
			cancel() // before the first statement; what is cancelled is the copy or something around it
		}
	}
	p, err = whimbrel.Open(cfg)
	w.ok(err)
	_, err = p.Upgrade(ctx, "head")
	w.wantCode(err, whimbrel.Interrupted, "Nothing of this revision remains")
	w.want(w.schema(), before)
	w.want(w.query("SELECT count(*), max(id), count(name) FROM products"), "200000 200000 200000")
	w.want(w.query("PRAGMA integrity_check"), "ok")
	w.want(w.query("PRAGMA foreign_keys"), "1")
}

// TestRenameThenRebuild: what a rename reaches in checks and triggers is what a
// rebuild in the same revision, or in a later one of the same run, works on.
func TestRenameThenRebuild(t *testing.T) {
	ctx := context.Background()
	for _, tt := range []struct{ check, from, to, allows, refuses string }{
		{`"N" > 0`, "n", "m", "1", "-5"},
		{"n > 0", "n", "order", "1", "-5"},
		{"n > 0", "n", "null", "1", "-5"},
		{"CAST(integer AS integer) > 0", "integer", "text", "1", "-5"},
		{"nocase COLLATE nocase <> 'x'", "nocase", "m", "1", "'X'"},
		{`"like" like 'a%'`, "like", "m", "'abc'", "'b'"},
	} {
		create := rev("aaa1", "", func(m *op.Script) {
			m.CreateTable("t", schema.Int("id").PrimaryKey(), schema.Native(tt.from, ""), schema.Check{Name: "ck", Expr: schema.Expr(tt.check)})
		}, nil)
		unique := func(m *op.Script) { m.AddUnique("t", schema.Unique{Name: "u", Parts: schema.Columns("id")}) }
		for name, later := range map[string][]op.Revision{
			"one revision": {rev("bbb2", "aaa1", func(m *op.Script) { m.RenameColumn("t", tt.from, tt.to); unique(m) }, nil)},
			"one run": {
				rev("bbb2", "aaa1", func(m *op.Script) { m.RenameColumn("t", tt.from, tt.to) }, nil),
				rev("ccc3", "bbb2", unique, nil),
			},
		} {
			w := newWorld(t)
			p := w.project(history(append([]op.Revision{create}, later...)...))
			_, err := p.Upgrade(ctx, "head")
			w.ok(err)
			w.exec("INSERT INTO t VALUES (1, " + tt.allows + ")")
			if _, err := w.db.Exec("INSERT INTO t VALUES (2, " + tt.refuses + ")"); err == nil {
				t.Errorf("%s, %s to %s, %s: the check is gone:\n%s", tt.check, tt.from, tt.to, name, w.schema())
			}
			report, err := p.Drift(ctx)
			w.ok(err)
			if !report.Empty() {
				t.Errorf("%s, %s: drift %q", tt.check, name, report.Lines())
			}
		}
	}
}

// TestStepsThatLookUndone: what one operation does, and a later one of the same
// revision takes away or renames, is no failure.
func TestStepsThatLookUndone(t *testing.T) {
	ctx := context.Background()
	two := rev("aaa1", "", func(m *op.Script) {
		m.CreateTable("a", schema.Int("id").PrimaryKey(), schema.Int("x"))
		m.CreateTable("b", schema.Int("id").PrimaryKey(), schema.Int("y"))
	}, nil)
	view := schema.Object{Kind: schema.View, Name: "v", Definition: schema.Expr("CREATE VIEW v AS SELECT x FROM a")}
	equal := schema.Check{Expr: schema.Expr("x > 0")}
	for name, up := range map[string]func(*op.Script){
		"swap": func(m *op.Script) { m.RenameTable("a", "tmp"); m.RenameTable("b", "a"); m.RenameTable("tmp", "b") },
		"by hand": func(m *op.Script) {
			m.CreateTable("a_new", schema.Int("id").PrimaryKey(), schema.Int("x"))
			m.Exec("INSERT INTO a_new SELECT * FROM a")
			m.DropTable("a")
			m.RenameTable("a_new", "a")
		},
		"view, renamed in":    func(m *op.Script) { m.CreateObject(view); m.RenameColumn("a", "x", "z") },
		"view, dropped again": func(m *op.Script) { m.CreateObject(view); m.DropObject(schema.View, "v") },
		"one of two equal":    func(m *op.Script) { m.AddCheck("a", equal); m.AddCheck("a", equal); m.DropCheck("a", equal) },
		"reference, then rename": func(m *op.Script) {
			m.AddForeignKey("a", schema.ForeignKey{Name: "f", Columns: []string{"x"}, RefTable: "b", RefColumns: []string{"id"}})
			m.RenameTable("b", "c")
		},
	} {
		w := newWorld(t)
		p := w.project(history(two, rev("bbb2", "aaa1", up, nil)))
		if _, err := p.Upgrade(ctx, "head"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if report, err := p.Drift(ctx); err != nil || !report.Empty() {
			t.Errorf("%s: drift %v %q", name, err, report.Lines())
		}
	}
}

// TestStepLeavesThingsOpen: the run goes on, or fails; it never hangs.
func TestStepLeavesThingsOpen(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	p := w.project(history(createProducts, rev("bbb2", "aaa1", func(m *op.Script) {
		m.Run("leaves rows open", func(ctx context.Context, db op.DB) error {
			rows, err := db.QueryContext(ctx, "SELECT name FROM sqlite_schema")
			if err == nil {
				rows.Next()
			}
			db.QueryRowContext(ctx, "SELECT count(*) FROM products UNION ALL SELECT 2")
			return err
		})
		m.DropTable("products") // which SQLite refuses while anything is read
		m.CreateTable("products", schema.Int("n"))
	}, nil), rev("ccc3", "bbb2", func(m *op.Script) {
		m.Run("goes away", func(context.Context, op.DB) error { runtime.Goexit(); return nil })
	}, nil)))
	_, err := p.Upgrade(ctx, "head")
	w.wantCode(err, whimbrel.StepFailed, "Goexit")
	w.want(w.query("SELECT revision FROM whimbrel_version ORDER BY 1"), "aaa1, bbb2")
}

// TestStepCommitsAndIsInterrupted: what cannot be known is not promised.
func TestStepCommitsAndIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	w := newWorld(t)
	p := w.project(history(createProducts, rev("bbb2", "aaa1", func(m *op.Script) {
		m.CreateTable("c", schema.Int("n"))
		m.Run("commits", func(ctx context.Context, db op.DB) error {
			if _, err := db.ExecContext(ctx, "COMMIT"); err != nil {
				return err
			}
			cancel()
			return ctx.Err()
		})
	}, nil)))
	_, err := p.Upgrade(ctx, "head")
	w.wantCode(err, whimbrel.Interrupted, "may be in the database")
	w.want(w.query("SELECT count(*) FROM c"), "0") // it is
}

// TestStepKeepsItsConnection: what a step has kept of it is of no use to others.
func TestStepKeepsItsConnection(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	var kept op.DB
	p := w.project(history(createProducts, rev("bbb2", "aaa1", func(m *op.Script) {
		m.Run("keeps it", func(_ context.Context, db op.DB) error { kept = db; return nil })
		m.Run("uses it", func(ctx context.Context, _ op.DB) error {
			_, err := kept.ExecContext(ctx, "DELETE FROM whimbrel_version")
			return err
		})
	}, nil)))
	_, err := p.Upgrade(ctx, "head")
	w.wantCode(err, whimbrel.StepFailed, "uses it")
	if !errors.Is(err, sql.ErrConnDone) {
		t.Error(err)
	}
	w.want(w.query("SELECT revision FROM whimbrel_version"), "aaa1")
}

// TestDropSelfReference drops a tree whose rows stand in each other's way.
func TestDropSelfReference(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	p := w.project(history(rev("aaa1", "", func(m *op.Script) {
		m.CreateTable("t", schema.Int("id").PrimaryKey(), schema.Int("p"),
			schema.ForeignKey{Name: "f", Columns: []string{"p"}, RefTable: "t", RefColumns: []string{"id"}, OnDelete: schema.Restrict})
	}, func(m *op.Script) { m.DropTable("t") })))
	_, err := p.Upgrade(ctx, "head")
	w.ok(err)
	w.exec("INSERT INTO t VALUES (1, NULL), (2, 1)")
	_, err = p.Downgrade(ctx, "base")
	w.ok(err)
}

// TestKeyOfForeignKeyStays: nothing takes the key away that others refer to.
func TestKeyOfForeignKeyStays(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	p := w.project(history(rev("aaa1", "", func(m *op.Script) {
		m.CreateTable("p", schema.Int("id").PrimaryKey(), schema.Int("code"), schema.Index{Name: "ux", Unique: true, Parts: schema.Columns("code")})
		m.CreateTable("c", schema.Int("id").PrimaryKey(), schema.Int("pc"),
			schema.ForeignKey{Name: "f", Columns: []string{"pc"}, RefTable: "p", RefColumns: []string{"code"}})
	}, nil), rev("bbb2", "aaa1", func(m *op.Script) { m.DropIndex("p", "ux") }, nil)))
	_, err := p.Upgrade(ctx, "head")
	w.wantCode(err, whimbrel.Unsupported, `"c" has a foreign key`)
}

// TestIndexOfAnotherName: a baseline takes another name for noise, and the
// index can be dropped all the same.
func TestIndexOfAnotherName(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	h := history(rev("aaa1", "", func(m *op.Script) {
		m.CreateTable("t", schema.Int("id").PrimaryKey(), schema.Int("k"), schema.Index{Name: "idx_t_k", Parts: schema.Columns("k")})
	}, nil), rev("bbb2", "aaa1", func(m *op.Script) { m.DropIndex("t", "idx_t_k") },
		func(m *op.Script) { m.CreateIndex("t", schema.Index{Name: "idx_t_k", Parts: schema.Columns("k")}) }))
	w.exec("CREATE TABLE t (id integer PRIMARY KEY, k integer)", "CREATE INDEX other ON t (k)")
	_, err := w.project(h).Stamp(ctx, "aaa1", false)
	w.ok(err)
	_, err = w.project(h).Upgrade(ctx, "head")
	w.ok(err)
	w.want(w.query("SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND tbl_name = 't'"), "0")
	_, err = w.project(h).Downgrade(ctx, "-1")
	w.ok(err)
}

// TestRenamesAroundObjects: models are renamed while the history has a view and
// a trigger on them. What migrate writes runs, both ways.
func TestRenamesAroundObjects(t *testing.T) {
	ctx := context.Background()
	base := rev("aaa1", "", func(m *op.Script) {
		m.CreateTable("t", schema.Int("id").NotNull().PrimaryKey(), schema.Int("a"))
		m.CreateObject(schema.Object{Kind: schema.View, Name: "v", Definition: schema.Expr("CREATE VIEW v AS SELECT t.a FROM t")})
		m.CreateObject(schema.Object{
			Kind: schema.Trigger, Name: "tr", Table: "t",
			Definition: schema.Expr("CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT new.a; END"),
		})
	}, nil)
	for name, tt := range map[string]struct {
		table   schema.Table
		answers []string
	}{
		"column": {schema.NewTable("t", schema.Int("id").NotNull().PrimaryKey(), schema.Int("b")), []string{"t.a=b"}},
		"table":  {schema.NewTable("u", schema.Int("id").NotNull().PrimaryKey(), schema.Int("a")), []string{"t=u"}},
		"table, and a rebuild": {
			schema.NewTable("u", schema.Int("id").NotNull().PrimaryKey(), schema.Int("a"), schema.Check{Name: "c", Expr: schema.Expr("a <> 5")}),
			[]string{"t=u"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.models.Tables = []schema.Table{tt.table}
			p := w.project(history(base))
			_, err := p.Init()
			w.ok(err)
			_, err = p.Upgrade(ctx, "head")
			w.ok(err)
			w.exec("INSERT INTO t VALUES (1, 2)")
			written, err := p.Migrate(ctx, whimbrel.MigrateOptions{Message: "x", Answers: diff.Answers{Rename: tt.answers}})
			w.ok(err)
			back, ok := diff.Downgrade(written.Changes.Ops)
			if !ok {
				t.Fatal("no way back")
			}
			w.ok(os.RemoveAll(w.dir))
			p = w.project(history(base, rev("bbb2", "aaa1", func(m *op.Script) { m.Add(written.Changes.Ops...) }, func(m *op.Script) { m.Add(back...) })))
			for range 2 {
				_, err = p.Upgrade(ctx, "head")
				w.ok(err)
				w.want(w.query("SELECT * FROM v"), "2")
				changes, err := p.Check(ctx)
				w.ok(err)
				if len(changes.Ops) > 0 || !changes.Drift.Empty() {
					t.Errorf("after the upgrade: %v, drift %q", changes.Ops, changes.Drift.Lines())
				}
				_, err = p.Downgrade(ctx, "-1")
				w.ok(err)
				w.want(w.query("SELECT * FROM v"), "2")
				report, err := p.Drift(ctx)
				w.ok(err)
				if !report.Empty() {
					t.Errorf("after the downgrade: drift %q", report.Lines())
				}
			}
		})
	}
}
