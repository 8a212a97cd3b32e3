package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

func TestBeginRestores(t *testing.T) {
	ctx := context.Background()
	rebuild := []dialect.Stmt{{Rebuild: true}}
	for _, s := range []struct{ keys, legacy int }{{0, 0}, {0, 1}, {1, 0}, {1, 1}} {
		for _, end := range []func(dialect.Tx) error{
			func(tx dialect.Tx) error { return tx.Commit(ctx) },
			func(tx dialect.Tx) error { return tx.Rollback(ctx) },
		} {
			conn := pin(t, openFile(t))
			if s.keys == 0 {
				mustExec(t, conn, "PRAGMA foreign_keys = 0")
			}
			if s.legacy == 1 {
				mustExec(t, conn, "PRAGMA legacy_alter_table = 1")
			}
			tx, err := New("").Begin(ctx, conn, rebuild)
			if err != nil {
				t.Fatal(err)
			}
			sessionIs(t, conn, 0, 0)
			mustExec(t, conn, "PRAGMA legacy_alter_table = 1") // as in the middle of a rebuild
			if err := end(tx); err != nil {
				t.Fatal(err)
			}
			sessionIs(t, conn, s.keys, s.legacy)
			if err := tx.Rollback(ctx); err != nil {
				t.Errorf("rollback after the end: %v", err)
			}
		}
	}
}

// TestBeginInsideTransaction: PRAGMA foreign_keys does nothing there, which
// must not go unnoticed.
func TestBeginInsideTransaction(t *testing.T) {
	conn := pin(t, openFile(t))
	mustExec(t, conn, "BEGIN")
	_, err := New("").Begin(context.Background(), conn, []dialect.Stmt{{Rebuild: true}})
	mention(t, err, "foreign_keys")
}

func TestBeginWithoutRebuildKeepsForeignKeys(t *testing.T) {
	conn := pin(t, openFile(t))
	tx, err := New("").Begin(context.Background(), conn, nil)
	if err != nil {
		t.Fatal(err)
	}
	sessionIs(t, conn, 1, 0)
	if err := tx.Rollback(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// TestGuard: SQL written by hand beside a rebuild runs with foreign keys off.
// Where that would leave orphans, nothing is done at all.
func TestGuard(t *testing.T) {
	db := openFile(t, "CREATE TABLE t (id INTEGER PRIMARY KEY, note varchar(10))", "INSERT INTO t VALUES (1,'a'),(2,'b')", cascading)
	before := snapshot(t, db)
	remove := op.Exec{SQL: schema.Expr("DELETE FROM t WHERE id = 2")}
	mention(t, change(t, db, retype("t", "note", "varchar(10)", "text"), remove), "refers to no row", "revision of their own")
	if after := snapshot(t, db); after != before {
		t.Error(after)
	}
	mustExec(t, db, "DELETE FROM d")
	mustChange(t, db, remove) // alone, it cascades
	if got := mustRows(t, db, "SELECT count(*) FROM c WHERE t = 2"); got[0] != "[]interface {}{0}" {
		t.Error(got)
	}
}

// TestGuardOldViolations: what is wrong already hides nothing that is new, where
// rows have no number, and beside a table that SQLite cannot check.
func TestGuardOldViolations(t *testing.T) {
	db := openFile(t, "CREATE TABLE t (id INTEGER PRIMARY KEY, note varchar(10))",
		"CREATE TABLE w (k TEXT PRIMARY KEY, t INTEGER REFERENCES t(id)) WITHOUT ROWID",
		"CREATE TABLE broken (x REFERENCES t(note))", "INSERT INTO t VALUES (1,'a')",
		"PRAGMA foreign_keys=0", "INSERT INTO w VALUES ('a', 1), ('b', 7)", "PRAGMA foreign_keys=1")
	before := snapshot(t, db)
	insert := op.Exec{SQL: schema.Expr("INSERT INTO w VALUES ('c', 8)")}
	mention(t, change(t, db, retype("t", "note", "varchar(10)", "text"), insert), "refers to no row", "w row ? to t")
	if after := snapshot(t, db); after != before {
		t.Error(after)
	}
	mustChange(t, db, retype("t", "note", "varchar(10)", "text"), op.Exec{SQL: schema.Expr("INSERT INTO w VALUES ('c', 1)")})
	mustChange(t, db, retype("w", "t", "INTEGER", "int"))
	if got := mustRows(t, db, "SELECT count(*) FROM pragma_foreign_key_check('w')"); got[0] != "[]interface {}{1}" {
		t.Error(got)
	}
}

func TestBusy(t *testing.T) {
	ctx := context.Background()
	db := openFile(t, "CREATE TABLE t (a)")
	holder, conn := pin(t, db), pin(t, db)
	d := New("")
	mustExec(t, conn, "PRAGMA busy_timeout = 4321")
	mustExec(t, holder, "BEGIN IMMEDIATE")

	unlock, err := d.Lock(ctx, conn, 30*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Begin(ctx, conn, []dialect.Stmt{{Rebuild: true}})
	var locked *dialect.LockedError
	if !errors.As(err, &locked) || locked.Waited < 30*time.Millisecond || d.Classify(err) != dialect.Busy {
		t.Fatalf("%v (%T), class %d", err, err, d.Classify(err))
	}
	sessionIs(t, conn, 1, 0)

	// A cancellation ends the wait at once.
	if err := unlock(ctx); err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, err := d.Begin(cancelled, conn, nil); d.Classify(err) != dialect.Interrupted {
		t.Fatal(err)
	}

	// The lock comes free in time.
	done := make(chan error, 1)
	time.AfterFunc(20*time.Millisecond, func() {
		_, err := holder.ExecContext(ctx, "COMMIT")
		done <- err
	})
	tx, err := d.Begin(ctx, conn, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	if got := mustRows(t, conn, "PRAGMA busy_timeout"); got[0] != "[]interface {}{4321}" {
		t.Error("busy_timeout is", got)
	}
}

// TestCommitBusy: a reader can keep a COMMIT from happening. Then nothing has
// happened, and the session is as before.
func TestCommitBusy(t *testing.T) {
	ctx := context.Background()
	db := openFile(t, "CREATE TABLE t (a)", "INSERT INTO t VALUES (1),(2)")
	reader, conn := pin(t, db), pin(t, db)
	mustExec(t, reader, "BEGIN")
	mustRows(t, reader, "SELECT * FROM t")
	tx, err := New("").Begin(ctx, conn, []dialect.Stmt{{Rebuild: true}})
	if err != nil {
		t.Fatal(err)
	}
	mustExec(t, conn, "DELETE FROM t")
	err = tx.Commit(ctx)
	if New("").Classify(err) != dialect.Busy {
		t.Fatal(err)
	}
	sessionIs(t, conn, 1, 0)
	mustExec(t, reader, "COMMIT")
	if got := mustRows(t, conn, "SELECT * FROM t"); len(got) != 2 {
		t.Error(got)
	}
}

func TestClassify(t *testing.T) {
	dir := t.TempDir()
	open := func(dsn string) *sql.DB {
		db, err := sql.Open("sqlite", dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte("this is a letter, and a long one, to nobody in particular, and it is not a database at all; not even close to one"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := filepath.Join(dir, "good.db")
	mustExec(t, open(good), "CREATE TABLE t (a UNIQUE)")
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	tests := []struct {
		name, dsn, sql string
		ctx            context.Context
		want           dialect.Class
	}{
		{"syntax", good, "CREATE NONSENSE", nil, dialect.Refused},
		{"no such table", good, "DELETE FROM nowhere", nil, dialect.Refused},
		{"constraint", good, "INSERT INTO t VALUES (1), (1)", nil, dialect.Refused},
		{"read-only", "file:" + good + "?mode=ro", "INSERT INTO t VALUES (1)", nil, dialect.ReadOnly},
		{"a letter", text, "CREATE TABLE x (a)", nil, dialect.NotADatabase},
		{"a folder", dir, "CREATE TABLE x (a)", nil, dialect.Unreachable},
		{"no folder", filepath.Join(dir, "no", "where.db"), "CREATE TABLE x (a)", nil, dialect.Unreachable},
		{"cancelled", good, "INSERT INTO t VALUES (1)", cancelled, dialect.Interrupted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx := tt.ctx
			if ctx == nil {
				ctx = context.Background()
			}
			_, err := open(tt.dsn).ExecContext(ctx, tt.sql)
			if got := New("").Classify(err); err == nil || got != tt.want {
				t.Errorf("class %d, want %d: %v", got, tt.want, err)
			}
		})
	}
}

func TestOpenAndScratch(t *testing.T) {
	ctx := context.Background()
	db := openFile(t, "CREATE TABLE t (a)")
	d, err := Open(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	if got := mustRows(t, db, "SELECT sqlite_version()"); got[0] != `[]interface {}{"`+d.Flavor().Version.String()+`"}` {
		t.Error(d.Flavor(), got)
	}
	stop := errors.New("stop")
	for i := range 2 {
		err = d.Scratch(ctx, db, func(ctx context.Context, conn *sql.Conn, _ dialect.Dialect) error {
			s, err := d.Inspect(ctx, conn)
			if err != nil || len(s.Tables) > 0 {
				t.Errorf("not empty: %v, %v", s, err)
			}
			mustExec(t, conn, "CREATE TABLE u (a)")
			if i == 1 {
				return stop
			}
			return nil
		})
		if i == 1 && !errors.Is(err, stop) || i == 0 && err != nil {
			t.Error(err)
		}
	}
	if got := mustRows(t, db, "SELECT name FROM sqlite_schema"); len(got) != 1 {
		t.Error(got)
	}
}
