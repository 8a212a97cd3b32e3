package whimbrel_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// onServers runs f for each server but SQLite that is asked for.
func onServers(t *testing.T, f func(t *testing.T, s *dbtest.Server, db *sql.DB)) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		if s.Dialect != schema.SQLite {
			f(t, s, s.Database(t))
		}
	})
}

func serverProject(t *testing.T, s *dbtest.Server, db *sql.DB, revisions ...op.Revision) *whimbrel.Project {
	t.Helper()
	p, err := whimbrel.Open(whimbrel.Config{
		History: history(revisions...), DB: db, Dialect: speaks(t, s, db), Dir: folder(t), LockWait: time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// steps returns the journal's rows about statements: "0 started, 0 done, …".
func steps(t *testing.T, db *sql.DB) string {
	t.Helper()
	rows, err := db.Query("SELECT step, state FROM whimbrel_journal WHERE step >= 0 ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var step, state string
		if err := rows.Scan(&step, &state); err != nil {
			t.Fatal(err)
		}
		out = append(out, step+" "+state)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, ", ")
}

// TestHalfDone holds that a revision which cannot be one transaction says how
// far it is when it is stopped, that nothing goes on from there by accident,
// and that stamp settles it when the rest is done by hand. On PostgreSQL, where
// a revision is one transaction, it is an index built concurrently.
func TestHalfDone(t *testing.T) {
	first := rev("first", "", func(m *op.Script) {
		m.CreateTable("a", schema.Int("id").NotNull().PrimaryKey(), schema.Int("n"))
		m.Exec("INSERT INTO a VALUES (1, 7), (2, 7)")
	}, func(m *op.Script) { m.DropTable("a") })
	second := func(index schema.Index) op.Revision {
		return rev("second", "first", func(m *op.Script) {
			m.AddColumn("a", schema.Int("more").NotNull().Default(7))
			m.CreateIndex("a", index, op.Concurrently)
		}, func(m *op.Script) { m.DropColumn("a", "more") })
	}
	// The rows do not fit, which cannot be known beforehand.
	unique := schema.Index{Name: "twice", Unique: true, Parts: schema.Columns("more")}
	onServers(t, func(t *testing.T, s *dbtest.Server, db *sql.DB) {
		ctx := context.Background()
		p := serverProject(t, s, db, first, second(unique))
		done, err := p.Upgrade(ctx, "head")
		if whimbrel.CodeOf(err) != whimbrel.HalfDone || len(done) != 1 {
			t.Fatalf("%d steps, %v", len(done), err)
		}
		for _, part := range []string{"1 of 2 statements", "second", "; done: ALTER TABLE", "; not done: "} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q is not in: %v", part, err)
			}
		}
		// PostgreSQL puts what can be into a transaction with its row.
		want := "0 done, 2 started, 2 failed"
		if s.Dialect != schema.Postgres {
			want = "0 started, 0 done, 1 started, 1 done, " + "0 started, 0 done, 1 started, 1 failed"
		}
		if got := steps(t, db); got != want {
			t.Errorf("the journal has %s, want %s", got, want)
		}
		for _, run := range []func() ([]whimbrel.Step, error){
			func() ([]whimbrel.Step, error) { return p.Upgrade(ctx, "head") },
			func() ([]whimbrel.Step, error) { return p.Downgrade(ctx, "base") },
		} {
			if done, err := run(); whimbrel.CodeOf(err) != whimbrel.HalfDone || len(done) > 0 {
				t.Errorf("going on: %d steps, %v", len(done), err)
			}
		}
		if _, err := p.Stamp(ctx, "second", false); whimbrel.CodeOf(err) != whimbrel.Mismatch {
			t.Errorf("stamping what is not there: %v", err)
		}
		for _, q := range []string{"UPDATE a SET more = id", "CREATE UNIQUE INDEX twice2 ON a (more)"} {
			if _, err := db.Exec(q); err != nil {
				t.Fatal(q, err)
			}
		}
		if s.Dialect == schema.Postgres { // the index that could not be built is there, and invalid
			if _, err := db.Exec("DROP INDEX twice"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := p.Stamp(ctx, "second", false); err != nil {
			t.Fatalf("stamp: %v", err)
		}
		if done, err := p.Upgrade(ctx, "head"); err != nil || len(done) > 0 {
			t.Errorf("after the stamp: %d steps, %v", len(done), err)
		}
	})
}

// TestRefusedAtOnce holds that a revision whose first statement is refused has
// left nothing, and can be mended and run again.
func TestRefusedAtOnce(t *testing.T) {
	onServers(t, func(t *testing.T, s *dbtest.Server, db *sql.DB) {
		ctx := context.Background()
		bad := rev("one", "", func(m *op.Script) { m.Exec("INSERT INTO nowhere VALUES (1)") }, nil)
		if _, err := serverProject(t, s, db, bad).Upgrade(ctx, "head"); whimbrel.CodeOf(err) != whimbrel.StatementFailed {
			t.Fatal(err)
		}
		good := rev("one", "", func(m *op.Script) { m.CreateTable("a", schema.Int("id").NotNull().PrimaryKey()) }, nil)
		if done, err := serverProject(t, s, db, good).Upgrade(ctx, "head"); err != nil || len(done) != 1 {
			t.Fatalf("%d steps, %v", len(done), err)
		}
	})
}

// TestLockedTable holds that a table which another session holds is waited for
// no longer than LockWait, that the holder is told, and that nothing happens.
func TestLockedTable(t *testing.T) {
	onServers(t, func(t *testing.T, s *dbtest.Server, db *sql.DB) {
		ctx := context.Background()
		first := rev("first", "", func(m *op.Script) { m.CreateTable("a", schema.Int("id").NotNull().PrimaryKey()) }, nil)
		second := rev("second", "first", func(m *op.Script) { m.AddColumn("a", schema.Int("n")) }, nil)
		if _, err := serverProject(t, s, db, first).Upgrade(ctx, "head"); err != nil {
			t.Fatal(err)
		}
		holder, err := db.Conn(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer holder.Close()
		for _, q := range []string{"BEGIN", "SELECT * FROM a", "INSERT INTO a VALUES (1)"} {
			if _, err := holder.ExecContext(ctx, q); err != nil {
				t.Fatal(err)
			}
		}
		awaited := 0
		p, err := whimbrel.Open(whimbrel.Config{
			History: history(first, second), DB: db, Dialect: speaks(t, s, db), Dir: folder(t), LockWait: 3 * time.Second,
			OnEvent: func(e whimbrel.Event) {
				if e.Kind == whimbrel.LockAwaited && e.Object == "a" {
					awaited++
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		if done, err := p.Upgrade(ctx, "head"); whimbrel.CodeOf(err) != whimbrel.Locked || len(done) > 0 {
			t.Fatalf("%d steps, %v", len(done), err)
		}
		if awaited == 0 {
			t.Error("nobody was told")
		}
		if _, err := holder.ExecContext(ctx, "COMMIT"); err != nil {
			t.Fatal(err)
		}
		if done, err := p.Upgrade(ctx, "head"); err != nil || len(done) != 1 {
			t.Errorf("when it is free: %d steps, %v", len(done), err)
		}
	})
}

// TestGoStepOnServers holds that a Go step is told when it goes on after a
// failed statement, and that what it did is gone with it.
func TestGoStepOnServers(t *testing.T) {
	onServers(t, func(t *testing.T, s *dbtest.Server, db *sql.DB) {
		ctx := context.Background()
		first := rev("first", "", func(m *op.Script) { m.CreateTable("a", schema.Int("id").NotNull().PrimaryKey()) }, nil)
		second := rev("second", "first", func(m *op.Script) {
			m.Run("fill", func(ctx context.Context, db op.DB) error {
				if _, err := db.ExecContext(ctx, "INSERT INTO a VALUES (1)"); err != nil {
					return err
				}
				_, err := db.ExecContext(ctx, "INSERT INTO nowhere VALUES (1)")
				return err
			})
		}, nil)
		done, err := serverProject(t, s, db, first, second).Upgrade(ctx, "head")
		if whimbrel.CodeOf(err) != whimbrel.StepFailed || len(done) != 1 {
			t.Fatalf("%d steps, %v", len(done), err)
		}
		var n int
		if err := db.QueryRow("SELECT count(*) FROM a").Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows stay, %v", n, err)
		}
	})
}

// TestOutOfTheKey holds that a column which leaves the primary key may be NULL
// again where nobody said otherwise, and only there.
func TestOutOfTheKey(t *testing.T) {
	onServers(t, func(t *testing.T, s *dbtest.Server, db *sql.DB) {
		ctx := context.Background()
		from, to := schema.PrimaryKey{Parts: schema.Columns("a", "b", "c")}, schema.PrimaryKey{Parts: schema.Columns("c")}
		first := rev("first", "", func(m *op.Script) {
			m.CreateTable("t", schema.Int("a"), schema.Int("b").NotNull(), schema.Int("c"), from)
		}, nil)
		second := rev("second", "first", func(m *op.Script) { m.AlterPrimaryKey("t", from, to) },
			func(m *op.Script) { m.AlterPrimaryKey("t", to, from) })
		p := serverProject(t, s, db, first, second)
		if _, err := p.Upgrade(ctx, "head"); err != nil {
			t.Fatal(err)
		}
		if r, err := p.Drift(ctx); err != nil || !r.Empty() {
			t.Errorf("%q, %v", r.Lines(), err)
		}
		if _, err := db.Exec("INSERT INTO t VALUES (NULL, 1, 1)"); err != nil {
			t.Errorf("a: %v", err)
		}
		if _, err := db.Exec("INSERT INTO t VALUES (1, NULL, 2)"); err == nil {
			t.Error("b may be NULL")
		}
	})
}

// TestHalfDoneUndone holds that a revision which was stopped half-way and is
// undone by hand is settled by stamping what the database is, and that a
// downgrade which was stopped half-way is noticed by an upgrade that has nothing
// else to do.
func TestHalfDoneUndone(t *testing.T) {
	onServers(t, func(t *testing.T, s *dbtest.Server, db *sql.DB) {
		ctx := context.Background()
		exec := func(q string) {
			t.Helper()
			if _, err := db.Exec(q); err != nil {
				t.Fatal(q, err)
			}
		}
		first := rev("first", "", func(m *op.Script) {
			m.CreateTable("a", schema.Int("id").NotNull().PrimaryKey(), schema.Int("n"), schema.Index{Name: "an", Parts: schema.Columns("n")})
		}, nil)
		second := rev("second", "first", func(m *op.Script) {
			m.AddColumn("a", schema.Int("more"))
			m.DropIndex("a", "an", op.Concurrently)
			m.Exec("INSERT INTO nowhere VALUES (1)")
		}, func(m *op.Script) {
			m.CreateIndex("a", schema.Index{Name: "an", Parts: schema.Columns("n")}, op.Concurrently)
			m.Exec("INSERT INTO nowhere VALUES (1)")
			m.DropColumn("a", "more")
		})
		p := serverProject(t, s, db, first, second)
		if _, err := p.Upgrade(ctx, "head"); whimbrel.CodeOf(err) != whimbrel.HalfDone {
			t.Fatal(err)
		}
		exec("ALTER TABLE a DROP COLUMN more")
		exec("CREATE INDEX an ON a (n)")
		if _, err := p.Stamp(ctx, "first", false); err != nil {
			t.Fatal(err)
		}
		exec("CREATE TABLE nowhere (id int)")
		if done, err := p.Upgrade(ctx, "head"); err != nil || len(done) != 1 {
			t.Fatalf("after it was undone and settled: %d steps, %v", len(done), err)
		}
		exec("DROP TABLE nowhere")
		if _, err := p.Downgrade(ctx, "-1"); whimbrel.CodeOf(err) != whimbrel.HalfDone {
			t.Fatal(err)
		}
		if _, err := p.Upgrade(ctx, "head"); whimbrel.CodeOf(err) != whimbrel.HalfDone {
			t.Errorf("an upgrade with nothing to do: %v", err)
		}
		exec(map[bool]string{true: "DROP INDEX an", false: "ALTER TABLE a DROP INDEX an"}[s.Dialect == schema.Postgres])
		if _, err := p.Stamp(ctx, "second", false); err != nil {
			t.Fatal(err)
		}
		if done, err := p.Upgrade(ctx, "head"); err != nil || len(done) > 0 {
			t.Errorf("after it was settled: %d steps, %v", len(done), err)
		}
	})
}

// TestEveryStatementIsCarriedOut holds that no statement is passed over where a
// check stands before it and another statement cannot be in a transaction.
func TestEveryStatementIsCarriedOut(t *testing.T) {
	onServers(t, func(t *testing.T, s *dbtest.Server, db *sql.DB) {
		ctx := context.Background()
		first := rev("first", "", func(m *op.Script) {
			m.CreateTable("a", schema.Int("id").NotNull().PrimaryKey(), schema.Double("d"), schema.Double("e"))
			m.Exec("INSERT INTO a VALUES (1, 2, 3)")
		}, nil)
		second := rev("second", "first", func(m *op.Script) {
			m.AlterColumn("a", schema.Double("d"), schema.Int("d")) // which a check guards
			m.CreateIndex("a", schema.Index{Name: "ad", Parts: schema.Columns("d")}, op.Concurrently)
			m.AlterColumn("a", schema.Double("e"), schema.Int("e"))
			m.Exec("UPDATE a SET e = 9")
			m.CreateIndex("a", schema.Index{Name: "ae", Parts: schema.Columns("e")}, op.Concurrently)
		}, nil)
		p := serverProject(t, s, db, first, second)
		if _, err := p.Upgrade(ctx, "head"); err != nil {
			t.Fatal(err)
		}
		if r, err := p.Drift(ctx); err != nil || !r.Empty() {
			t.Errorf("%q, %v", r.Lines(), err)
		}
		var e int
		if err := db.QueryRow("SELECT e FROM a").Scan(&e); err != nil || e != 9 {
			t.Errorf("e is %d, %v", e, err)
		}
	})
}
