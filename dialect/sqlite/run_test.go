package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// openFile opens a new database file with foreign keys on, as applications do
// it: through the DSN, so that every connection has them on.
func openFile(t testing.TB, statements ...string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(t.TempDir(), "test.db")+"?_pragma=foreign_keys(1)&_pragma=synchronous(0)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	mustExec(t, db, statements...)
	return db
}

type execer interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}

func mustExec(t testing.TB, db execer, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.ExecContext(context.Background(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func pin(t testing.TB, db *sql.DB) *sql.Conn {
	t.Helper()
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// perform carries statements out in one transaction, as a runner does.
// intervene, if any, is called before each.
func perform(ctx context.Context, conn *sql.Conn, stmts []dialect.Stmt, intervene func(i int) error) error {
	d := New("3.53.4")
	tx, err := d.Begin(ctx, conn, stmts)
	if err != nil {
		return err
	}
	kept := map[string][]string{}
	for i, s := range stmts {
		if intervene != nil {
			err = intervene(i)
		}
		if err == nil {
			err = carryOut(ctx, conn, s, kept)
		}
		if err != nil {
			return errors.Join(err, tx.Rollback(ctx))
		}
	}
	return tx.Commit(ctx)
}

func carryOut(ctx context.Context, conn *sql.Conn, s dialect.Stmt, kept map[string][]string) error {
	if s.Kind == dialect.Exec {
		_, err := conn.ExecContext(ctx, s.SQL)
		if err != nil {
			err = fmt.Errorf("%s: %s: %w", s.Object, s.SQL, err)
		}
		return err
	}
	got, err := rows(ctx, conn, s.SQL)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", s.Object, s.SQL, err)
	}
	slices.Sort(got)
	holds := true
	switch s.Kind {
	case dialect.Remember:
		kept[s.Key] = got
	case dialect.Same:
		holds = slices.Equal(got, kept[s.Key])
	case dialect.NoNew:
		for _, row := range got {
			holds = holds && slices.Contains(kept[s.Key], row)
		}
	case dialect.None:
		holds = len(got) == 0
	}
	if !holds {
		return fmt.Errorf("%s: %s", s.Must, strings.Join(got, "; "))
	}
	return nil
}

// rows returns the rows of a query as text, type and all.
func rows(ctx context.Context, q dialect.Queryer, sql string) ([]string, error) {
	rs, err := q.QueryContext(ctx, sql)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	columns, err := rs.Columns()
	if err != nil {
		return nil, err
	}
	var out []string
	for rs.Next() {
		values := make([]any, len(columns))
		dest := make([]any, len(columns))
		for i := range values {
			dest[i] = &values[i]
		}
		if err := rs.Scan(dest...); err != nil {
			return nil, err
		}
		out = append(out, fmt.Sprintf("%#v", values))
	}
	return out, rs.Err()
}

func mustRows(t testing.TB, q dialect.Queryer, sql string) []string {
	t.Helper()
	out, err := rows(context.Background(), q, sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}

// compileLive compiles ops for the database as it is.
func compileLive(t testing.TB, q dialect.Queryer, ops ...op.Op) ([]dialect.Stmt, *op.State, error) {
	t.Helper()
	d := New("3.53.4")
	s, err := d.Inspect(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	state := op.LiveState(s)
	stmts, err := d.Compile(ops, state)
	return stmts, state, err
}

// change compiles ops for the database as it is, and carries them out.
func change(t testing.TB, db *sql.DB, ops ...op.Op) error {
	t.Helper()
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	stmts, _, err := compileLive(t, conn, ops...)
	if err != nil {
		return err
	}
	return perform(context.Background(), conn, stmts, nil)
}

func mustChange(t testing.TB, db *sql.DB, ops ...op.Op) {
	t.Helper()
	if err := change(t, db, ops...); err != nil {
		t.Fatal(err)
	}
}

// snapshot is everything in a database: the schema, the sequences and every
// row of every table with its rowid.
func snapshot(t testing.TB, q dialect.Queryer) string {
	t.Helper()
	out := mustRows(t, q, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name")
	names := mustRows(t, q, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
	for _, quoted := range names {
		name := strings.TrimSuffix(strings.TrimPrefix(quoted, "[]interface {}{"), "}")
		if _, err := fmt.Sscanf(name, "%q", &name); err != nil {
			t.Fatal(err)
		}
		all, err := rows(context.Background(), q, "SELECT rowid, * FROM "+quoteIdent(name))
		if err != nil { // WITHOUT ROWID
			all = mustRows(t, q, "SELECT * FROM "+quoteIdent(name))
		}
		out = append(out, name)
		out = append(out, all...)
	}
	return strings.Join(out, "\n")
}

// script returns the operations that f records.
func script(f func(*op.Script)) []op.Op { return op.Record(f) }

// retype is an operation that no ALTER TABLE can do.
func retype(table, column, from, to string) op.Op {
	return op.AlterColumn{
		Table: table,
		From:  schema.Native(column, from).Column(),
		To:    schema.Native(column, to).Column(),
	}
}

func mention(t testing.TB, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error does not mention %q: %v", text, err)
		}
	}
}
