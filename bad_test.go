package whimbrel_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

func TestTwoUpgraders(t *testing.T) {
	var revisions []op.Revision
	for i := range 20 {
		id, down, table := fmt.Sprintf("rev%03d", i), "", fmt.Sprintf("t%d", i)
		if i > 0 {
			down = fmt.Sprintf("rev%03d", i-1)
		}
		revisions = append(revisions, rev(id, down, func(m *op.Script) { m.CreateTable(table, schema.Int("id").PrimaryKey()) }, nil))
	}
	for range 5 {
		w := newWorld(t)
		var wg sync.WaitGroup
		errs, counts := make([]error, 4), make([]int, 4)
		for i := range errs {
			cfg := w.config(history(revisions...))
			cfg.DB, cfg.LockWait, cfg.OnEvent = w.open("busy_timeout(1)"), time.Minute, func(e whimbrel.Event) {
				if e.Kind == whimbrel.StepDone {
					counts[i]++
				}
			}
			p, err := whimbrel.Open(cfg)
			w.ok(err)
			wg.Go(func() { _, errs[i] = p.Upgrade(context.Background(), "head") })
		}
		wg.Wait()
		for _, err := range errs {
			w.ok(err)
		}
		if sum := counts[0] + counts[1] + counts[2] + counts[3]; sum != 20 {
			t.Errorf("each revision must run once: %v", counts)
		}
		w.want(w.query("SELECT count(*), count(DISTINCT revision) FROM whimbrel_journal"), "20 20")
	}
}

func TestLocked(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	p := w.project(history(createProducts))
	other, err := w.open().Conn(ctx)
	w.ok(err)
	defer other.Close()
	_, err = other.ExecContext(ctx, "BEGIN IMMEDIATE")
	w.ok(err)
	_, err = p.Upgrade(ctx, "head")
	w.wantCode(err, whimbrel.Locked)
	_, err = other.ExecContext(ctx, "ROLLBACK")
	w.ok(err)
	_, err = p.Upgrade(ctx, "head")
	w.ok(err)
}

func TestBadDatabaseFiles(t *testing.T) {
	ctx := context.Background()
	for _, tt := range []struct {
		name  string
		make  func(w *world)
		codes []whimbrel.Code
	}{
		{"not a database", func(w *world) { w.ok(os.WriteFile(w.path, []byte(strings.Repeat("this is text\n", 100)), 0o600)) }, []whimbrel.Code{whimbrel.NotADatabase}},
		{"a directory", func(w *world) { w.ok(os.Mkdir(w.path, 0o700)) }, []whimbrel.Code{whimbrel.Unreachable}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			tt.make(w)
			p := w.project(history(createProducts))
			for name, call := range map[string]func() error{
				"upgrade": func() error { _, err := p.Upgrade(ctx, "head"); return err },
				"current": func() error { _, err := p.Current(ctx); return err },
				"stamp":   func() error { _, err := p.Stamp(ctx, "head", true); return err },
				"drift":   func() error { _, err := p.Drift(ctx); return err },
				"plan":    func() error { _, err := p.Plan(ctx, "head", false); return err },
			} {
				if err := call(); !slices.Contains(tt.codes, whimbrel.CodeOf(err)) {
					t.Errorf("%s: %v (%q), want %q", name, err, whimbrel.CodeOf(err), tt.codes)
				}
			}
		})
	}
	t.Run("read-only", func(t *testing.T) {
		w := newWorld(t)
		_, err := w.project(history(createProducts)).Upgrade(ctx, "head")
		w.ok(err)
		w.db = w.open("query_only(1)")
		_, err = w.project(history(createProducts, addPrice)).Upgrade(ctx, "head")
		w.wantCode(err, whimbrel.ReadOnly)
	})
}

func TestBadHistories(t *testing.T) {
	w := newWorld(t)
	nop := func(*op.Script) {}
	for _, tt := range []struct {
		name      string
		revisions []op.Revision
		text      string
	}{
		{"duplicate id", []op.Revision{rev("aaa1", "", nop, nil), rev("aaa1", "", nop, nil)}, "aaa1"},
		{"missing parent", []op.Revision{rev("aaa1", "zzz9", nop, nil)}, "zzz9"},
		{"cycle", []op.Revision{rev("aaa1", "bbb2", nop, nil), rev("bbb2", "aaa1", nop, nil)}, "cycle"},
		{"empty id", []op.Revision{rev("", "", nop, nil)}, "id"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := whimbrel.Open(w.config(history(tt.revisions...)))
			w.wantCode(err, whimbrel.BadHistory, tt.text)
		})
	}
	_, err := w.project(history(createProducts, rev("bbb2", "aaa1", func(m *op.Script) { m.DropColumn("nope", "x") }, nil))).Check(context.Background())
	w.wantCode(err, whimbrel.BadReplay, "bbb2", "project_test.go")
}

func TestIrreversible(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t)
	p := w.project(history(createProducts, rev("bbb2", "aaa1", addPrice.Upgrade, nil)))
	_, err := p.Upgrade(ctx, "head")
	w.ok(err)
	_, err = p.Downgrade(ctx, "base")
	w.wantCode(err, whimbrel.Irreversible, "bbb2")
	w.want(w.query("SELECT count(*) FROM whimbrel_version"), "2")
}
