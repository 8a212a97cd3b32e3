package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

func connOf(t *testing.T, db *sql.DB) *sql.Conn {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// settingsOf returns what Lock changes.
func settingsOf(t *testing.T, d Dialect, conn *sql.Conn) string {
	t.Helper()
	var names []string
	for _, s := range d.wanted() {
		names = append(names, "coalesce(@@SESSION."+s.name+", 'NULL')")
	}
	return column1(t, conn, "SELECT concat_ws('|', "+strings.Join(names, ", ")+")")[0]
}

// TestLock: one holds it, the next one waits, says who holds it, and gets it
// when it is free. The session is as it was afterwards, whatever it was.
func TestLock(t *testing.T) {
	each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
		a, b := connOf(t, db), connOf(t, db)
		exec(t, a, "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', time_zone = '+05:00', sql_safe_updates = 1, character_set_results = NULL")
		was := settingsOf(t, d, a)
		unlock, err := d.Lock(t.Context(), a, 0)
		if err != nil {
			t.Fatal(err)
		}
		if now := settingsOf(t, d, a); now == was || !strings.Contains(now, "STRICT_ALL_TABLES") || !strings.Contains(now, "+00:00") {
			t.Errorf("settings: %s", now)
		}
		beside := settingsOf(t, d, b)
		var locked *dialect.LockedError
		_, err = d.Lock(t.Context(), b, 60*time.Millisecond)
		id := column1(t, a, "SELECT connection_id()")[0]
		if !errors.As(err, &locked) || !strings.Contains(locked.Holder, "connection "+id+" (root@") || locked.Waited < 60*time.Millisecond {
			t.Errorf("%v", err)
		}
		if now := settingsOf(t, d, b); now != beside {
			t.Errorf("who did not get the lock has %s, and had %s", now, beside)
		}
		done := make(chan error)
		go func() {
			second, err := d.Lock(t.Context(), b, 30*time.Second)
			if err == nil {
				err = second(t.Context())
			}
			done <- err
		}()
		if err := unlock(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Errorf("the next one: %v", err)
		}
		if now := settingsOf(t, d, a); now != was {
			t.Errorf("settings: %s, were %s", now, was)
		}
	})
}

// TestLockCounts: the server counts, so unlock gives back as often as Lock took.
func TestLockCounts(t *testing.T) {
	each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
		a, b := connOf(t, db), connOf(t, db)
		first, err := d.Lock(t.Context(), a, 0)
		if err != nil {
			t.Fatal(err)
		}
		second, err := d.Lock(t.Context(), a, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := second(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Lock(t.Context(), b, 0); err == nil {
			t.Error("the lock is free while the first holds it")
		}
		if err := first(t.Context()); err != nil {
			t.Fatal(err)
		}
		if third, err := d.Lock(t.Context(), b, 0); err != nil {
			t.Error(err)
		} else if err := third(t.Context()); err != nil {
			t.Error(err)
		}
		if err := first(t.Context()); err == nil {
			t.Error("a lock that is not held was given back")
		}
	})
}

// TestLockEndsWithContext: who waits can be told to stop.
func TestLockEndsWithContext(t *testing.T) {
	each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
		pin(t, d, db)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := d.Lock(ctx, connOf(t, db), time.Minute); d.Classify(err) != dialect.Interrupted {
			t.Error(err)
		}
	})
}

// TestBusy: a statement that a reader holds up gives up soon, is Busy, and who
// it was is told.
func TestBusy(t *testing.T) {
	each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
		conn, reader := pin(t, d, db), connOf(t, db)
		exec(t, conn, "CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)")
		exec(t, reader, "START TRANSACTION", "SELECT * FROM t LOCK IN SHARE MODE")
		id := column1(t, reader, "SELECT connection_id()")[0]
		_, err := change(t, d, conn, op.Record(func(m *op.Script) { m.AddColumn("t", schema.Int("c")) }))
		if d.Classify(err) != dialect.Busy {
			t.Fatalf("class %d: %v", d.Classify(err), err)
		}
		if who := d.Blocker(t.Context(), conn, "t"); !strings.Contains(who, "connection "+id+" (root@") {
			t.Errorf("blocker: %q, and it is %s", who, id)
		}
		if who := d.Blocker(t.Context(), conn, ""); who != "" {
			t.Errorf("blocker of nothing: %q", who)
		}
		exec(t, reader, "ROLLBACK")
	})
}

// TestTx: rows are one transaction, and nothing is left open.
func TestTx(t *testing.T) {
	each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
		conn := pin(t, d, db)
		exec(t, conn, "CREATE TABLE t (id int PRIMARY KEY)")
		for i, end := range []func(dialect.Tx) error{
			func(tx dialect.Tx) error { return tx.Rollback(t.Context()) },
			func(tx dialect.Tx) error { return errors.Join(tx.Commit(t.Context()), tx.Rollback(t.Context())) },
		} {
			tx, err := d.Begin(t.Context(), conn, nil)
			if err != nil {
				t.Fatal(err)
			}
			exec(t, conn, "INSERT INTO t VALUES (1)")
			if err := end(tx); err != nil {
				t.Error(err)
			}
			if rows := column1(t, conn, "SELECT id FROM t"); len(rows) != i {
				t.Errorf("%d: %v", i, rows)
			}
			if err := tx.Commit(t.Context()); !errors.Is(err, sql.ErrTxDone) {
				t.Errorf("%d: %v", i, err)
			}
		}
	})
}

// TestReadOnly: who may not write is told before anything is tried.
func TestReadOnly(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server, db *sql.DB, d Dialect) {
		conn := connOf(t, db)
		// read_only is the server's; a transaction is a session's own, and the
		// error is of the same class.
		exec(t, conn, "CREATE TABLE t (id int)", "SET SESSION TRANSACTION READ ONLY", "START TRANSACTION")
		_, err := conn.ExecContext(t.Context(), "INSERT INTO t VALUES (1)")
		if d.Classify(err) != dialect.ReadOnly {
			t.Error(err)
		}
		exec(t, conn, "ROLLBACK", "SET SESSION TRANSACTION READ WRITE")
	})
}

// Errors as other drivers make them.
type (
	numbered struct {
		Number  uint16
		Message string
	}
	counted struct{ Number int }
)

func (e *numbered) Error() string { return e.Message }
func (counted) Error() string     { return "a number of something else" }

func TestClassify(t *testing.T) {
	d := New(schema.MySQL, "")
	for _, tt := range []struct {
		err  error
		want dialect.Class
	}{
		{nil, dialect.OtherFailure},
		{&numbered{1205, "x"}, dialect.Busy},
		{fmt.Errorf("statement: %w", &numbered{1213, "x"}), dialect.Busy},
		{errors.Join(errors.New("a"), &numbered{1205, "x"}), dialect.Busy},
		{errors.New("Error 1205 (HY000): Lock wait timeout exceeded"), dialect.Busy},
		{errors.New("Error 3572: Statement aborted"), dialect.Busy},
		{&dialect.LockedError{}, dialect.Busy},
		{errors.New("ERROR 1317 (70100): Query execution was interrupted"), dialect.Interrupted},
		{&numbered{1969, "x"}, dialect.Interrupted},
		{&numbered{3024, "x"}, dialect.Interrupted},
		{context.DeadlineExceeded, dialect.Interrupted},
		{driver.ErrBadConn, dialect.Lost},
		{io.EOF, dialect.Lost},
		{io.ErrUnexpectedEOF, dialect.Lost},
		{errors.New("invalid connection"), dialect.Lost},
		{&numbered{2013, "x"}, dialect.Lost},
		{&net.OpError{Op: "read", Err: errors.New("reset")}, dialect.Lost},
		{&net.OpError{Op: "dial", Err: errors.New("refused")}, dialect.Unreachable},
		{&net.DNSError{Name: "x"}, dialect.Unreachable},
		{&numbered{1045, "x"}, dialect.Unreachable},
		{&numbered{1049, "x"}, dialect.Unreachable},
		{&numbered{1290, "x"}, dialect.ReadOnly},
		{&numbered{1836, "x"}, dialect.ReadOnly},
		{&numbered{1142, "x"}, dialect.Denied},
		{&numbered{1419, "x"}, dialect.Denied},
		{&numbered{1062, "x"}, dialect.Refused},
		{&numbered{1114, "x"}, dialect.OtherFailure},
		{counted{1205}, dialect.OtherFailure},
		{errors.New("Error 12 things"), dialect.OtherFailure},
	} {
		if got := d.Classify(tt.err); got != tt.want {
			t.Errorf("%v: %d, want %d", tt.err, got, tt.want)
		}
	}
}

// TestClassifyDriver: the errors of the driver that everybody uses.
func TestClassifyDriver(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server, db *sql.DB, d Dialect) {
		conn := connOf(t, db)
		for query, want := range map[string]dialect.Class{
			"SELEC": dialect.Refused, "SELECT * FROM nowhere": dialect.Refused, "USE nowhere_at_all": dialect.Unreachable,
			"SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1205, MESSAGE_TEXT = 'x'": dialect.Busy,
		} {
			_, err := conn.ExecContext(t.Context(), query)
			if got := d.Classify(err); got != want {
				t.Errorf("%s: %d, %v", query, got, err)
			}
		}
		other := connOf(t, db)
		exec(t, conn, "KILL "+column1(t, other, "SELECT connection_id()")[0])
		if _, err := other.ExecContext(t.Context(), "SELECT 1"); d.Classify(err) != dialect.Lost {
			t.Errorf("killed: %d, %v", d.Classify(err), err)
		}
		address := s.URL(t)
		name, as := s.Role(t, address)
		_ = name
		denied := s.Open(t, as)
		if _, err := denied.ExecContext(t.Context(), "SELECT 1"); d.Classify(err) != dialect.Denied {
			t.Errorf("denied: %d, %v", d.Classify(err), err)
		}
	})
}

// TestOpen: what a server says of itself, and one that is too old.
func TestOpen(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server, db *sql.DB, d Dialect) {
		if d.Flavor().Dialect != s.Dialect || d.Flavor().Version != dialect.ParseVersion(s.Version) {
			t.Errorf("%v, the server is %s %s", d.Flavor(), s.Dialect, s.Version)
		}
		if d.settings.engine != "InnoDB" || d.settings.database == "" || d.settings.charset == "" {
			t.Errorf("%+v", d.settings)
		}
		d, err := openAs(t.Context(), db, "'5.7.44-log'")
		if err == nil || !strings.Contains(err.Error(), "MySQL 5.7.44-log: 8.0 is the oldest") {
			t.Errorf("%v, %v", d, err)
		}
		if d, err := openAs(t.Context(), db, "'5.5.5-10.11.4-MariaDB'"); err != nil || d.Flavor().Version != (dialect.Version{10, 11, 4}) {
			t.Errorf("%v, %v", d, err)
		}
	})
}

// openAs is Open with another answer to VERSION().
func openAs(ctx context.Context, db *sql.DB, version string) (Dialect, error) {
	return Open(ctx, replacing{db, version})
}

type replacing struct {
	db      *sql.DB
	version string
}

func (r replacing) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return r.db.QueryContext(ctx, strings.Replace(query, "VERSION()", r.version, 1), args...)
}

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		sql  string
		want []string
	}{
		{"", nil},
		{" ; ;; -- x\n", nil},
		{"SELECT 1", []string{"SELECT 1"}},
		{"SELECT ';'; SELECT \";\"; SELECT `;`", []string{"SELECT ';'", `SELECT ";"`, "SELECT `;`"}},
		{`SELECT 'a\';b', 'c'';d'; SELECT 2`, []string{`SELECT 'a\';b', 'c'';d'`, "SELECT 2"}},
		{"SELECT 1 -- a;b\n, 2 # c;d\n, 3 /* e;f */; SELECT 4", []string{"SELECT 1 -- a;b\n, 2 # c;d\n, 3", "SELECT 4"}},
		{"SELECT 5--1; SELECT 6", []string{"SELECT 5--1", "SELECT 6"}},
		{"/*!50003 SELECT 1; */; SELECT 2", []string{"/*!50003 SELECT 1; */", "SELECT 2"}},
		{"CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END; SELECT 3", []string{"CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END", "SELECT 3"}},
		{
			"CREATE TRIGGER t BEFORE INSERT ON t FOR EACH ROW IF NEW.a THEN SET NEW.b = 1; END IF; SELECT 3",
			[]string{"CREATE TRIGGER t BEFORE INSERT ON t FOR EACH ROW IF NEW.a THEN SET NEW.b = 1; END IF", "SELECT 3"},
		},
		{
			"CREATE FUNCTION f() RETURNS int DETERMINISTIC BEGIN l: LOOP LEAVE l; END LOOP; CASE 1 WHEN 1 THEN SET @a = CASE 1 WHEN 1 THEN 2 END; END CASE; REPEAT SET @b = REPEAT('x', 2); UNTIL 1 END REPEAT; RETURN 1; END; SELECT 1",
			[]string{"CREATE FUNCTION f() RETURNS int DETERMINISTIC BEGIN l: LOOP LEAVE l; END LOOP; CASE 1 WHEN 1 THEN SET @a = CASE 1 WHEN 1 THEN 2 END; END CASE; REPEAT SET @b = REPEAT('x', 2); UNTIL 1 END REPEAT; RETURN 1; END", "SELECT 1"},
		},
		{
			"CREATE DEFINER = `a`@`b` PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; END; DROP TABLE IF EXISTS x; SELECT IF(1, 2, 3); END; SELECT 4",
			[]string{"CREATE DEFINER = `a`@`b` PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; END; DROP TABLE IF EXISTS x; SELECT IF(1, 2, 3); END", "SELECT 4"},
		},
		{"CREATE TABLE begin (a int); SELECT 1", []string{"CREATE TABLE begin (a int)", "SELECT 1"}},
		{"BEGIN NOT ATOMIC SELECT 1; SELECT 2; END; SELECT 3", []string{"BEGIN NOT ATOMIC SELECT 1; SELECT 2; END", "SELECT 3"}},
	} {
		got, err := splitStatements(tt.sql)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s\n got %q, %v\nwant %q", tt.sql, got, err, tt.want)
		}
	}
	for sql, says := range map[string]string{
		"SELECT 'a": "never closed", "SELECT /* a": "comment is never closed", "DELIMITER //\nSELECT 1//": "DELIMITER is a command of the mysql client",
	} {
		if _, err := splitStatements(sql); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("CREATE PROCEDURE p() BEGIN SELECT 1; END; SELECT ';' -- x")
	f.Fuzz(func(t *testing.T, sql string) {
		var b strings.Builder
		for _, tok := range tokenize(sql) {
			b.WriteString(tok.text)
		}
		if b.String() != sql {
			t.Errorf("%q became %q", sql, b.String())
		}
		out, err := splitStatements(sql)
		if err != nil {
			return
		}
		for _, s := range out { // what was split once is one statement
			if again, err := splitStatements(s); err != nil || len(again) != 1 || again[0] != s {
				t.Errorf("%q: %q, %v", s, again, err)
			}
		}
	})
}

func TestExecForbidden(t *testing.T) {
	for sql, says := range map[string]string{
		"START TRANSACTION": "committed", "begin": "committed", "COMMIT": "committed", "rollback to x": "committed", "SAVEPOINT a": "committed",
		"XA START 'x'": "committed", "LOCK TABLES t WRITE": "LOCK TABLES", "USE other": "database of the connection", "SET autocommit = 0": "session",
		"SET @a = 1, GLOBAL x = 2": "session", "SET @@sql_mode = ''": "session", "SELECT GET_LOCK('a', 1)": "lock", "DELIMITER //": "DELIMITER", "KILL 5": "sessions",
	} {
		_, err := newest[schema.MySQL].Compile([]op.Op{op.Exec{SQL: schema.Expr(sql)}}, op.NewState(schema.Schema{}))
		var statement *dialect.StatementError
		if !errors.As(err, &statement) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", sql, err)
		}
	}
	for _, sql := range []string{"SET @a = (SELECT 1, 2)", "SET STATEMENT max_statement_time = 1 FOR SELECT 1", "BEGIN NOT ATOMIC SELECT 1; END", "INSERT INTO t VALUES ('COMMIT')"} {
		if _, err := newest[schema.MariaDB].Compile([]op.Op{op.Exec{SQL: schema.Expr(sql)}}, op.NewState(schema.Schema{})); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}
}
