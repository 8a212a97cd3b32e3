package whimbrel_test

import (
	"context"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestConcurrentIndexAfterDeadlock: an index that is built beside others, and
// ends in a deadlock with one of them, leaves something behind that is not
// valid. It is built again.
func TestConcurrentIndexAfterDeadlock(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		if s.Dialect != schema.Postgres {
			return
		}
		ctx := context.Background()
		url := s.URL(t)
		db := s.Open(t, url)
		h := history(
			rev("first", "", func(m *op.Script) { m.CreateTable("people", schema.Int("id")) }, nil),
			rev("second", "first", func(m *op.Script) {
				m.CreateIndex("people", schema.Index{Name: "people_id", Parts: schema.Columns("id")}, op.Concurrently)
			}, nil),
		)
		p, err := whimbrel.Open(whimbrel.Config{History: h, DB: db, Dialect: speaks(t, s, db), Dir: folder(t), LockWait: 30 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Upgrade(ctx, "first"); err != nil {
			t.Fatal(err)
		}
		// Who waits for longer does not give up first.
		other, err := s.Open(t, url).BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range []string{"SET LOCAL deadlock_timeout = '1min'", "INSERT INTO people VALUES (1)"} {
			if _, err := other.ExecContext(ctx, q); err != nil {
				t.Fatal(err)
			}
		}
		done := make(chan error, 1)
		go func() {
			_, err := p.Upgrade(ctx, "head")
			done <- err
		}()
		for begun := false; !begun; time.Sleep(10 * time.Millisecond) {
			if err := db.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'people_id')").Scan(&begun); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := other.ExecContext(ctx, "LOCK TABLE people IN SHARE UPDATE EXCLUSIVE MODE"); err != nil {
			t.Fatal(err)
		}
		if err := other.Commit(); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		var valid bool
		if err := db.QueryRow("SELECT indisvalid FROM pg_index WHERE indexrelid = 'people_id'::regclass").Scan(&valid); err != nil || !valid {
			t.Errorf("valid: %v, %v", valid, err)
		}
	})
}
