package whimbrel_test

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestHalfDoneIsSaid holds that every look at a database in which a revision is
// half done says so, what is done of it, and how to settle it, both ways; and
// that the deletion of its file changes nothing in that.
func TestHalfDoneIsSaid(t *testing.T) {
	first := rev("first", "", func(m *op.Script) {
		m.CreateTable("a", schema.Int("id").NotNull().PrimaryKey(), schema.Int("n"))
	}, func(m *op.Script) { m.DropTable("a") })
	second := rev("second", "first", func(m *op.Script) {
		m.AddColumn("a", schema.Int("more"))
		m.CreateIndex("a", schema.Index{Name: "an", Parts: schema.Columns("n")}, op.Concurrently)
		m.Exec("INSERT INTO nowhere VALUES (1)")
	}, func(m *op.Script) {
		m.DropIndex("a", "an", op.Concurrently)
		m.Exec("INSERT INTO nowhere VALUES (1)")
		m.DropColumn("a", "more")
	})
	onServers(t, func(t *testing.T, s *dbtest.Server, db *sql.DB) {
		ctx := context.Background()
		exec := func(q string) {
			t.Helper()
			if _, err := db.Exec(q); err != nil {
				t.Fatal(q, err)
			}
		}
		p := serverProject(t, s, db, first, second)
		if h, err := p.HalfDone(ctx); h != nil || err != nil {
			t.Fatalf("before anything: %v, %v", h, err)
		}
		if _, err := p.Upgrade(ctx, "head"); whimbrel.CodeOf(err) != whimbrel.HalfDone {
			t.Fatal(err)
		}
		looks := func(p *whimbrel.Project, forward, back string) {
			t.Helper()
			h, err := p.HalfDone(ctx)
			if err != nil || h == nil {
				t.Fatalf("%v, %v", h, err)
			}
			e := h.Err()
			hints := strings.Join(e.Hint, "\n")
			if e.Code != whimbrel.HalfDone || h.Holder != "" || !strings.Contains(hints, "whim db stamp "+back) || !strings.Contains(hints, "then: whim db stamp "+forward) {
				t.Errorf("%v\n%s", e, hints)
			}
			if r, err := p.Drift(ctx); err != nil || r.Empty() || r.HalfDone == nil || r.Untracked {
				t.Errorf("drift: %q, %v", r.Lines(), err)
			}
			if c, err := p.Check(ctx); err != nil || c.Drift == nil || c.Drift.HalfDone == nil {
				t.Errorf("check: %v, %v, %v", c.Drift, c.DriftErr, err)
			}
		}
		looks(p, "second", "first")
		h, err := p.HalfDone(ctx)
		if err != nil {
			t.Fatal(err)
		}
		said := strings.Join(h.Lines(), "\n")
		if !strings.Contains(said, "2 of 3 statements are done") || !strings.Contains(said, "not done: INSERT INTO nowhere") || strings.Count(said, "\ndone: ") != 2 {
			t.Error(said)
		}
		if _, err := p.Plan(ctx, "head", false); whimbrel.CodeOf(err) != whimbrel.HalfDone {
			t.Errorf("the plan: %v", err)
		}

		// Whoever is at it holds the lock.
		conn, err := db.Conn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		unlock, err := speaks(t, s, db).Lock(ctx, conn, 0)
		if err != nil {
			t.Fatal(err)
		}
		if h, err := p.HalfDone(ctx); err != nil || h.Holder == "" || strings.Contains(h.Err().Msg, "stopped") {
			t.Errorf("while it runs: %v, %v", h, err)
		}
		if err := unlock(ctx); err != nil {
			t.Fatal(err)
		}

		gone := serverProject(t, s, db, first)
		h, err = gone.HalfDone(ctx)
		if err != nil || h == nil || !h.Gone || !slices.Contains(h.Err().Hint, "after undoing by hand what is done of it: whim db stamp first") {
			t.Errorf("without its file: %v, %v", h, err)
		}
		for _, q := range []string{"ALTER TABLE a DROP COLUMN more", map[bool]string{true: "DROP INDEX an", false: "ALTER TABLE a DROP INDEX an"}[s.Dialect == schema.Postgres]} {
			exec(q)
		}
		if _, err := gone.Stamp(ctx, "first", false); err != nil {
			t.Fatal(err)
		}
		if r, err := gone.Drift(ctx); err != nil || !r.Empty() {
			t.Errorf("settled: %q, %v", r.Lines(), err)
		}

		exec("CREATE TABLE nowhere (id int)")
		if _, err := p.Upgrade(ctx, "head"); err != nil {
			t.Fatal(err)
		}
		exec("DROP TABLE nowhere")
		if _, err := p.Downgrade(ctx, "first"); whimbrel.CodeOf(err) != whimbrel.HalfDone {
			t.Fatal(err)
		}
		looks(p, "first", "second")
		if _, err := gone.Current(ctx); whimbrel.CodeOf(err) != whimbrel.UnknownApplied || !strings.Contains(err.Error(), "the downgrade of revision second was stopped half-way") {
			t.Errorf("a downgrade without its file: %v", err)
		}
	})
}
