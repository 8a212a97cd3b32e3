package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// onServers runs f with an empty database of every PostgreSQL that is asked for.
func onServers(t *testing.T, f func(t *testing.T, s *dbtest.Server, address string)) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		if s.Dialect == schema.Postgres {
			f(t, s, s.URL(t))
		}
	})
}

func pin(t *testing.T, db *sql.DB) *sql.Conn {
	t.Helper()
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func must(t *testing.T, conn *sql.Conn, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := conn.ExecContext(context.Background(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func wantText(t *testing.T, q dialect.Queryer, query, want string) {
	t.Helper()
	got, err := texts(q, query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	if s := strings.Join(got, "; "); s != want {
		t.Errorf("%s: %q, want %q", query, s, want)
	}
}

// TestLock: one holds the lock, another is told who, and the settings of the
// session come and go with the lock.
func TestLock(t *testing.T) {
	onServers(t, func(t *testing.T, s *dbtest.Server, address string) {
		ctx, db := context.Background(), s.Open(t, address)
		d, err := Open(ctx, db)
		if err != nil {
			t.Fatal(err)
		}
		first, second := pin(t, db), pin(t, db)
		must(t, first, "SET lock_timeout = '7s'", "SET application_name = 'mine'")
		unlock, err := d.Lock(ctx, first, 0)
		if err != nil {
			t.Fatal(err)
		}
		wantText(t, first, "SELECT current_setting('lock_timeout'), current_setting('application_name'), current_setting('TimeZone')", "1s, whimbrel, UTC")
		_, err = d.Lock(ctx, second, 120*time.Millisecond)
		var locked *dialect.LockedError
		if !errors.As(err, &locked) || !strings.Contains(locked.Holder, "process ") || !strings.Contains(locked.Holder, "whimbrel") || locked.Waited < 120*time.Millisecond {
			t.Fatalf("got %v", err)
		}
		if d.Classify(err) != dialect.Busy {
			t.Errorf("class %d", d.Classify(err))
		}
		cancelled, cancel := context.WithTimeout(ctx, 60*time.Millisecond)
		defer cancel()
		if _, err := d.Lock(cancelled, second, time.Minute); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a cancelled wait: %v", err)
		}
		if err := unlock(ctx); err != nil {
			t.Fatal(err)
		}
		wantText(t, first, "SELECT current_setting('lock_timeout'), current_setting('application_name'), current_setting('whimbrel.session')", "7s, mine, ")
		third := pin(t, db)
		unlock, err = d.Lock(ctx, third, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if err := unlock(ctx); err != nil {
			t.Error(err)
		}
	})
}

// TestLockUnknown: when nobody knows whether the server has given the lock, it
// goes with the connection.
func TestLockUnknown(t *testing.T) {
	onServers(t, func(t *testing.T, s *dbtest.Server, address string) {
		ctx, db := context.Background(), s.Open(t, address)
		d, _ := Open(ctx, db)
		first, second := pin(t, db), pin(t, db)
		// The server takes the lock, and its answer cannot be read.
		must(t, first, `CREATE FUNCTION pg_try_advisory_lock(key bigint) RETURNS boolean LANGUAGE sql
			AS 'SELECT nullif(pg_catalog.pg_try_advisory_lock(key), true)'`, "SET search_path = public, pg_catalog")
		if _, err := d.Lock(ctx, first, 0); err == nil {
			t.Fatal("the answer was read")
		}
		unlock, err := d.Lock(ctx, second, 5*time.Second)
		if err != nil {
			t.Fatalf("the lock was left behind: %v", err)
		}
		if err := unlock(ctx); err != nil {
			t.Error(err)
		}
		if err := first.PingContext(ctx); !errors.Is(err, sql.ErrConnDone) {
			t.Errorf("the connection is used again: %v", err)
		}
	})
}

// TestLockReadOnly: a database that cannot be written is told before anything
// is tried.
func TestLockReadOnly(t *testing.T) {
	onServers(t, func(t *testing.T, s *dbtest.Server, address string) {
		ctx, db := context.Background(), s.Open(t, address)
		d, _ := Open(ctx, db)
		conn := pin(t, db)
		must(t, conn, "SET default_transaction_read_only = on")
		_, err := d.Lock(ctx, conn, 0)
		var readOnly *ReadOnlyError
		if !errors.As(err, &readOnly) || d.Classify(err) != dialect.ReadOnly {
			t.Errorf("got %v", err)
		}
	})
}

// TestPooler: a connection that changes its session under the hand is told.
func TestPooler(t *testing.T) {
	onServers(t, func(t *testing.T, s *dbtest.Server, address string) {
		ctx, db := context.Background(), s.Open(t, address)
		conn := pin(t, db)
		d, _ := Open(ctx, db)
		session, err := d.openSession(ctx, conn)
		if err != nil {
			t.Fatal(err)
		}
		must(t, conn, "SET whimbrel.session = 'of somebody else'") // as another session would have it
		var pooler *PoolerError
		if err := session.acquire(ctx, 0); !errors.As(err, &pooler) {
			t.Errorf("got %v", err)
		}
	})
}

// TestTx: what is committed stays, what is not goes, and an error that nobody
// looked at is not forgotten.
func TestTx(t *testing.T) {
	onServers(t, func(t *testing.T, s *dbtest.Server, address string) {
		ctx, db := context.Background(), s.Open(t, address)
		d, _ := Open(ctx, db)
		conn := pin(t, db)
		begin := func() dialect.Tx {
			t.Helper()
			tx, err := d.Begin(ctx, conn, nil)
			if err != nil {
				t.Fatal(err)
			}
			return tx
		}
		tx := begin()
		must(t, conn, "CREATE TABLE kept ()")
		if err := tx.Commit(ctx); err != nil {
			t.Fatal(err)
		}
		if err := tx.Rollback(ctx); err != nil {
			t.Errorf("rollback after commit: %v", err)
		}
		tx = begin()
		must(t, conn, "CREATE TABLE gone ()")
		if err := tx.Rollback(ctx); err != nil {
			t.Fatal(err)
		}
		tx = begin()
		must(t, conn, "CREATE TABLE swallowed ()")
		_, _ = conn.ExecContext(ctx, "SELECT 1 / 0")
		if err := tx.Commit(ctx); err == nil || !strings.Contains(err.Error(), "nobody looked") {
			t.Errorf("commit of a failed transaction: %v", err)
		}
		tx = begin()
		must(t, conn, "ROLLBACK")
		if err := tx.Commit(ctx); err == nil || !strings.Contains(err.Error(), "somebody else") {
			t.Errorf("commit of no transaction: %v", err)
		}
		tx = begin()
		must(t, conn, "CREATE TABLE p (id int PRIMARY KEY)", "CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED)", "INSERT INTO c VALUES (1)")
		if err := tx.Commit(ctx); err == nil || d.Classify(err) != dialect.Refused {
			t.Errorf("commit of a violation: %v", err)
		}
		wantText(t, conn, "SELECT string_agg(relname, ',') FROM pg_class WHERE relnamespace = 'public'::regnamespace", "kept")
		wantText(t, conn, "SELECT current_setting('check_function_bodies')", "on")
	})
}

// TestBlocker: who holds a table is told, and a statement that waits for it
// fails soon, as busy.
func TestBlocker(t *testing.T) {
	onServers(t, func(t *testing.T, s *dbtest.Server, address string) {
		ctx, db := context.Background(), s.Open(t, address)
		d, _ := Open(ctx, db)
		mine, other := pin(t, db), pin(t, db)
		must(t, other, `CREATE TABLE "a b" (id int)`, "SET application_name = 'reporting'", "BEGIN", `SELECT * FROM "a b"`)
		tx, err := d.Begin(ctx, mine, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = mine.ExecContext(ctx, `ALTER TABLE "a b" ADD x int`)
		if d.Classify(err) != dialect.Busy {
			t.Errorf("got %v", err)
		}
		if err := tx.Rollback(ctx); err != nil {
			t.Fatal(err)
		}
		if got := d.Blocker(ctx, mine, "a b"); !strings.Contains(got, "reporting") || !strings.Contains(got, "idle in transaction") {
			t.Errorf("the blocker is %q", got)
		}
		must(t, other, "ROLLBACK")
		if got := d.Blocker(ctx, mine, "a b"); got != "" {
			t.Errorf("the blocker of nothing is %q", got)
		}
	})
}

type coded string

func (c coded) Error() string    { return "error " + string(c) }
func (c coded) SQLState() string { return string(c) }

func TestClassify(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want dialect.Class
	}{
		{nil, dialect.OtherFailure},
		{errors.New("x"), dialect.OtherFailure},
		{coded("55P03"), dialect.Busy},
		{fmt.Errorf("more: %w", coded("40P01")), dialect.Busy},
		{coded("40001"), dialect.Busy},
		{coded("57014"), dialect.Interrupted},
		{coded("57P01"), dialect.Lost},
		{coded("57P03"), dialect.Lost},
		{coded("08006"), dialect.Lost},
		{coded("25006"), dialect.ReadOnly},
		{&ReadOnlyError{}, dialect.ReadOnly},
		{coded("28P01"), dialect.Unreachable},
		{coded("3D000"), dialect.Unreachable},
		{coded("42501"), dialect.Denied},
		{coded("42P01"), dialect.Refused},
		{coded("23505"), dialect.Refused},
		{coded("53100"), dialect.OtherFailure},
		{context.Canceled, dialect.Interrupted},
		{io.EOF, dialect.Lost},
		{fmt.Errorf("x: %w", io.ErrUnexpectedEOF), dialect.Lost},
		{&net.OpError{Op: "dial", Err: errors.New("refused")}, dialect.Unreachable},
		{&net.OpError{Op: "read", Err: errors.New("reset")}, dialect.Lost},
		{&net.DNSError{}, dialect.Unreachable},
		{&dialect.LockedError{}, dialect.Busy},
		{sql.ErrConnDone, dialect.Lost},
	} {
		if got := (Dialect{}).Classify(tt.err); got != tt.want {
			t.Errorf("%v: class %d, want %d", tt.err, got, tt.want)
		}
	}
}

// TestClassifyReal holds the classes to what a server and the driver say.
func TestClassifyReal(t *testing.T) {
	onServers(t, func(t *testing.T, s *dbtest.Server, address string) {
		ctx, db := context.Background(), s.Open(t, address)
		conn := pin(t, db)
		want := func(what string, err error, class dialect.Class) {
			t.Helper()
			if got := classOf(err); err == nil || got != class {
				t.Errorf("%s: class %d, want %d: %v", what, got, class, err)
			}
		}
		_, err := conn.ExecContext(ctx, "SELECT nothing")
		want("no such column", err, dialect.Refused)
		must(t, conn, "SET statement_timeout = 20")
		_, err = conn.ExecContext(ctx, "SELECT pg_sleep(2)")
		want("a time-out", err, dialect.Interrupted)
		must(t, conn, "RESET statement_timeout", "SET transaction_read_only = on")
		must(t, conn, "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
		_, err = conn.ExecContext(ctx, "CREATE TABLE x ()")
		want("read-only", err, dialect.ReadOnly)
		_, err = conn.ExecContext(ctx, "SELECT pg_terminate_backend(pg_backend_pid())")
		want("a session that is ended", err, dialect.Lost)
		u, _ := url.Parse(address)
		u.Path = "/whim_there_is_no_such_database"
		want("no database", s.Open(t, u.String()).PingContext(ctx), dialect.Unreachable)
		u.Host = "127.0.0.1:1"
		want("no server", s.Open(t, u.String()).PingContext(ctx), dialect.Unreachable)
	})
}

// TestScript: what psql makes of a script is what the statements make; a check
// that does not hold stops it, and leaves nothing.
func TestScript(t *testing.T) {
	onServers(t, func(t *testing.T, s *dbtest.Server, address string) {
		psql, err := exec.LookPath("psql")
		if err != nil {
			t.Fatalf("no psql to run the script with: install postgresql-client (the package postgresql brings it): %v", err)
		}
		ctx, db := context.Background(), s.Open(t, address)
		d, _ := Open(ctx, db)
		conn := pin(t, db)
		state := op.NewState(schema.Schema{})
		run := func(stmts []dialect.Stmt) (string, error) {
			cmd := exec.Command(psql, "-X", "-q", address)
			cmd.Stdin = strings.NewReader(d.Script(stmts))
			cmd.Env = append(os.Environ(), "PGOPTIONS=")
			out, err := cmd.CombinedOutput()
			return string(out), err
		}
		create, err := d.Compile(record(func(m *op.Script) {
			m.CreateTable("t", schema.Decimal("c", 10, 2), schema.Text("x"))
			m.Exec("INSERT INTO t VALUES (1.5, 'a') -- behind")
			m.CreateIndex("t", schema.Index{Name: "i", Parts: schema.Columns("x")}, op.Concurrently)
		}), state)
		if err != nil {
			t.Fatal(err)
		}
		if out, err := run(create); err != nil {
			t.Fatalf("%v: %s\n%s", err, out, d.Script(create))
		}
		wantText(t, conn, "SELECT c::text, (SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass) FROM t", "1.50, true")
		alter := func(scale int) []dialect.Stmt {
			stmts, err := d.Compile(record(func(m *op.Script) {
				m.AddColumn("t", schema.Int("n"))
				m.AlterColumn("t", schema.Decimal("c", 10, 2), schema.Decimal("c", 10, scale))
			}), state.Clone())
			if err != nil {
				t.Fatal(err)
			}
			return stmts
		}
		if out, err := run(alter(0)); err == nil || !strings.Contains(out, "would not be the same") || !strings.Contains(out, "1.50") {
			t.Errorf("a check that does not hold: %v: %s", err, out)
		}
		wantText(t, conn, "SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'n'", "0")
		if out, err := run(alter(1)); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
}
