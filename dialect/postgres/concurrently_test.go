package postgres

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestConcurrentlyWaits: an index is built and dropped beside a transaction
// that lasts longer than a statement waits for a lock otherwise, in the words
// of operations and in those of people.
func TestConcurrentlyWaits(t *testing.T) {
	index := schema.Index{Name: "i", Parts: schema.Columns("a")}
	onServers(t, func(t *testing.T, s *dbtest.Server, address string) {
		db := s.Open(t, address)
		d, err := Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		h := &op.History{}
		h.Add(op.Revision{ID: "aaa1", Upgrade: func(m *op.Script) { m.CreateTable("t", schema.Int("a")) }})
		h.Add(op.Revision{ID: "bbb2", Revises: []string{"aaa1"}, Upgrade: func(m *op.Script) {
			m.CreateIndex("t", index, op.Concurrently)
			m.Exec("REINDEX INDEX CONCURRENTLY i")
		}, Downgrade: func(m *op.Script) { m.DropIndex("t", "i", op.Concurrently) }})
		p, err := whimbrel.Open(whimbrel.Config{History: h, DB: db, Dialect: d, Dir: filepath.Join(t.TempDir(), "migrations"), LockWait: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Upgrade(t.Context(), "aaa1"); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			name, valid string
			run         func(context.Context) error
		}{
			{"build", "true", func(ctx context.Context) error { _, err := p.Upgrade(ctx, "head"); return err }},
			{"drop", "", func(ctx context.Context) error { _, err := p.Downgrade(ctx, "-1"); return err }},
		} {
			other := pin(t, db)
			must(t, other, "BEGIN", "INSERT INTO t VALUES (1)")
			ended := make(chan error, 1)
			began := time.Now()
			go func() { ended <- step.run(context.WithoutCancel(t.Context())) }()
			time.Sleep(3 * time.Second)
			must(t, other, "COMMIT")
			if err := <-ended; err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			if took := time.Since(began); took < 3*time.Second {
				t.Errorf("%s has not waited: %s", step.name, took)
			}
			wantText(t, db, "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('i')", step.valid)
		}
		wantText(t, db, "SELECT current_setting('lock_timeout')", "0")
	})
}

// TestInvalidIndex: what a build that failed has left behind goes when it is
// tried again.
func TestInvalidIndex(t *testing.T) {
	onServers(t, func(t *testing.T, s *dbtest.Server, address string) {
		l := newLive(t, s.Open(t, address))
		must(t, l.conn, "CREATE TABLE t (a int)", "INSERT INTO t VALUES (1), (1)")
		ops := record(func(m *op.Script) {
			m.CreateIndex("t", schema.Index{Name: "i", Unique: true, Parts: schema.Columns("a")}, op.Concurrently)
		})
		stmts, err := l.d.Compile(ops, op.LiveState(l.inspect()))
		if err != nil {
			t.Fatal(err)
		}
		mention(t, perform(l.d, l.conn, stmts), "23505")
		wantText(t, l.conn, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass", "false")
		must(t, l.conn, "DELETE FROM t WHERE ctid = '(0,1)'")
		stmts, err = l.d.Compile(ops, op.LiveState(l.inspect()))
		if err != nil {
			t.Fatal(err)
		}
		if text := show(stmts); strings.Count(text, "lock_timeout") != 2 {
			t.Errorf("what is set:\n%s", text)
		}
		if err := perform(l.d, l.conn, stmts); err != nil {
			t.Fatal(err)
		}
		wantText(t, l.conn, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass", "true")
	})
}
