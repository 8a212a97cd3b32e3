package whimbrel_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/dialect/mysql"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// slowTable takes two minutes. A sleep that stands alone ends well when it is
// interrupted (MySQL 9), and the table is made.
const slowTable = "CREATE TABLE b AS SELECT sleep(60) AS n FROM (SELECT 1 AS n UNION SELECT 2) AS o"

// running returns how many sessions are at the statement that sleeps.
func running(t *testing.T, db *sql.DB) int {
	t.Helper()
	var n int
	if err := db.QueryRow(`SELECT count(*) FROM information_schema.processlist
		WHERE db = DATABASE() AND id <> CONNECTION_ID() AND command <> 'Sleep' AND info LIKE '%sleep(60)%'`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// interrupted upgrades, and cancels the context as soon as the server is at
// the statement that sleeps.
func interrupted(t *testing.T, p *whimbrel.Project, other *sql.DB) error {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	over := make(chan error, 1)
	go func() {
		_, err := p.Upgrade(ctx, "head")
		over <- err
	}()
	for running(t, other) == 0 {
		select {
		case err := <-over:
			t.Fatalf("it did not sleep: %v", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	cancel()
	return <-over
}

// onMySQL runs f for each MySQL and MariaDB that is asked for.
func onMySQL(t *testing.T, f func(t *testing.T, s *dbtest.Server, db *sql.DB)) {
	onServers(t, func(t *testing.T, s *dbtest.Server, db *sql.DB) {
		if s.Dialect != schema.Postgres {
			f(t, s, db)
		}
	})
}

// TestInterruptStopsTheServer holds that Ctrl-C ends a statement on the server
// too, that nothing of it stays, that what is said and recorded is so, and that
// the lock is free.
func TestInterruptStopsTheServer(t *testing.T) {
	create := rev("first", "", func(m *op.Script) {
		m.CreateTable("a", schema.Int("id").NotNull().PrimaryKey(), schema.Int("n"))
		m.Exec("INSERT INTO a VALUES (1, 1)")
	}, nil)
	second := func(slow func(m *op.Script)) op.Revision {
		return rev("second", "first", func(m *op.Script) {
			m.AddColumn("a", schema.Int("more"))
			slow(m)
			m.AddColumn("a", schema.Int("last"))
		}, nil)
	}
	goStep := func(m *op.Script) {
		m.Run("slow", func(ctx context.Context, db op.DB) error {
			_, err := db.ExecContext(ctx, "UPDATE a SET n = sleep(60)")
			return err
		})
	}
	for name, tt := range map[string]struct {
		slow  func(m *op.Script)
		state string // of the statement that sleeps
		done  string
	}{
		"rows":            {func(m *op.Script) { m.Exec("UPDATE a SET n = sleep(60)") }, "failed", "1 of 3"},
		"table":           {func(m *op.Script) { m.Exec(slowTable) }, "failed", "1 of 3"},
		"Go step":         {goStep, "failed", "1 of 3"},
		"ends well early": {func(m *op.Script) { m.Exec("DO sleep(60)") }, "done", "2 of 3"}, // that is how it is interrupted
	} {
		t.Run(name, func(t *testing.T) {
			onMySQL(t, func(t *testing.T, s *dbtest.Server, db *sql.DB) {
				p := serverProject(t, s, db, create, second(tt.slow))
				err := interrupted(t, p, db)
				if n := running(t, db); n != 0 {
					t.Errorf("%d sessions are still at it", n)
				}
				if whimbrel.CodeOf(err) != whimbrel.HalfDone || !errors.Is(err, context.Canceled) {
					t.Errorf("%s, %v", whimbrel.CodeOf(err), err)
				}
				var e *whimbrel.Error
				if errors.As(err, &e); e.Msg != "interrupted" || !strings.Contains(err.Error(), tt.done+" statements are done") {
					t.Errorf("%v", err)
				}
				for _, hint := range e.Hint {
					if strings.Contains(hint, "may still be working") {
						t.Errorf("hint: %s", hint)
					}
				}
				want := "0 started, 0 done, 1 started, 1 done, 0 started, 0 done, 1 started, 1 " + tt.state
				if got := steps(t, db); got != want {
					t.Errorf("the journal has %s, want %s", got, want)
				}
				var left int
				if err := db.QueryRow(`SELECT (SELECT count(*) FROM a WHERE n <> 1) + (SELECT count(*) FROM information_schema.tables
					WHERE table_schema = DATABASE() AND table_name = 'b')`).Scan(&left); err != nil || left != 0 {
					t.Errorf("%d things stay, %v", left, err)
				}
				// Not Locked: nobody holds it.
				if _, err := p.Upgrade(context.Background(), "head"); whimbrel.CodeOf(err) != whimbrel.HalfDone {
					t.Error(err)
				}
			})
		})
	}
}

// TestInterruptOfTheFirstStatement holds that a revision which is stopped in its
// first statement is not begun, and can be run again.
func TestInterruptOfTheFirstStatement(t *testing.T) {
	onMySQL(t, func(t *testing.T, s *dbtest.Server, db *sql.DB) {
		slow := rev("first", "", func(m *op.Script) { m.Exec(slowTable) }, nil)
		err := interrupted(t, serverProject(t, s, db, slow), db)
		if whimbrel.CodeOf(err) != whimbrel.Interrupted || !strings.Contains(err.Error(), "interrupted") {
			t.Fatal(err)
		}
		var e *whimbrel.Error
		if errors.As(err, &e); len(e.Hint) != 1 || !strings.HasPrefix(e.Hint[0], "Nothing of this revision remains") {
			t.Errorf("hints: %q", e.Hint)
		}
		quick := rev("first", "", func(m *op.Script) { m.Exec("CREATE TABLE b AS SELECT 1 AS n") }, nil)
		if done, err := serverProject(t, s, db, quick).Upgrade(context.Background(), "head"); err != nil || len(done) != 1 {
			t.Errorf("again: %d steps, %v", len(done), err)
		}
	})
}

// TestInterruptOfACheck holds that a query which guards the rows ends on the
// server too. It waits for a table that somebody holds.
func TestInterruptOfACheck(t *testing.T) {
	onMySQL(t, func(t *testing.T, s *dbtest.Server, db *sql.DB) {
		first := rev("first", "", func(m *op.Script) {
			m.CreateTable("a", schema.Int("id").NotNull().PrimaryKey(), schema.Int("sleep(60)"))
		}, nil)
		second := rev("second", "first", func(m *op.Script) { m.AlterColumn("a", schema.Int("sleep(60)"), schema.Int("sleep(60)").NotNull()) }, nil)
		if _, err := serverProject(t, s, db, first).Upgrade(context.Background(), "head"); err != nil {
			t.Fatal(err)
		}
		holder, err := db.Conn(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer holder.Close()
		if _, err := holder.ExecContext(context.Background(), "LOCK TABLES a WRITE"); err != nil {
			t.Fatal(err)
		}
		err = interrupted(t, serverProject(t, s, db, first, second), db)
		if n := running(t, db); n != 0 {
			t.Errorf("%d sessions are still at it", n)
		}
		if whimbrel.CodeOf(err) != whimbrel.Interrupted || strings.Contains(err.Error(), "may still be working") {
			t.Error(err)
		}
	})
}

// TestInterruptWithoutSecondConnection holds that where nobody can tell the
// server to stop, that is said, and who goes on is kept out.
func TestInterruptWithoutSecondConnection(t *testing.T) {
	onMySQL(t, func(t *testing.T, s *dbtest.Server, _ *sql.DB) {
		address := s.URL(t)
		db, other := s.Open(t, address), s.Open(t, address)
		db.SetMaxOpenConns(1)
		slow := rev("first", "", func(m *op.Script) { m.Exec(slowTable) }, nil)
		err := interrupted(t, serverProject(t, s, db, slow), other)
		if whimbrel.CodeOf(err) != whimbrel.HalfDone || !strings.Contains(err.Error(), "interrupted") {
			t.Error(err)
		}
		var e *whimbrel.Error
		if errors.As(err, &e); len(e.Hint) < 2 || !strings.Contains(e.Hint[0], "may still be working") || !strings.Contains(e.Hint[1], "to go forward") {
			t.Errorf("hints: %q", e.Hint)
		}
	})
}

// TestInterruptAfterTheLastStatement holds that a revision whose last statement
// ends well all the same is done, and recorded.
func TestInterruptAfterTheLastStatement(t *testing.T) {
	onMySQL(t, func(t *testing.T, s *dbtest.Server, db *sql.DB) {
		first := rev("first", "", func(m *op.Script) { m.Exec("DO sleep(60)") }, nil)
		second := rev("second", "first", func(m *op.Script) { m.CreateTable("a", schema.Int("id")) }, nil)
		p := serverProject(t, s, db, first, second)
		if err := interrupted(t, p, db); whimbrel.CodeOf(err) != whimbrel.Interrupted {
			t.Errorf("%s, %v", whimbrel.CodeOf(err), err)
		}
		if done, err := p.Upgrade(context.Background(), "head"); err != nil || len(done) != 1 {
			t.Errorf("again: %d steps, %v", len(done), err)
		}
	})
}

// brutal is a dialect that ends the connection where the statement should be ended.
type brutal struct{ mysql.Dialect }

func (b brutal) Stop(ctx context.Context, conn *sql.Conn) (func(context.Context, *sql.Conn) error, error) {
	id, err := dialect.One[int](ctx, conn, "SELECT CONNECTION_ID()")
	return func(ctx context.Context, other *sql.Conn) error {
		_, err := other.ExecContext(ctx, fmt.Sprintf("KILL %d", id))
		return err
	}, err
}

// TestInterruptAndLost holds that who loses the connection while the statement is
// ended does not know what became of it, and says so.
func TestInterruptAndLost(t *testing.T) {
	onMySQL(t, func(t *testing.T, s *dbtest.Server, db *sql.DB) {
		d, err := mysql.Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		p, err := whimbrel.Open(whimbrel.Config{
			History: history(rev("first", "", func(m *op.Script) { m.Exec(slowTable) }, nil)),
			DB:      db, Dialect: brutal{d}, Dir: folder(t), LockWait: time.Second,
		})
		if err != nil {
			t.Fatal(err)
		}
		err = interrupted(t, p, db)
		if whimbrel.CodeOf(err) != whimbrel.HalfDone || !strings.Contains(err.Error(), "in doubt: CREATE TABLE b") || errors.Is(err, context.Canceled) {
			t.Errorf("%s, %v", whimbrel.CodeOf(err), err)
		}
		if got := steps(t, db); got != "0 started" {
			t.Errorf("the journal has %s", got)
		}
	})
}
