package whimbrel_test

import (
	"context"
	"testing"

	"github.com/whimbreldb/whimbrel"
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
