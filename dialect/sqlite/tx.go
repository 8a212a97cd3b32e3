package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
)

// A SessionError says that the settings of a connection could not be put back.
// The connection is closed, so that nobody goes on with wrong ones. Done says
// whether the transaction was committed all the same.
type SessionError struct {
	Done bool
	Err  error
}

func (e *SessionError) Error() string {
	what := "rolled back"
	if e.Done {
		what = "committed"
	}
	return what + ", but the settings of the connection could not be restored: " + e.Err.Error()
}

func (e *SessionError) Unwrap() error { return e.Err }

// A setting is a pragma of the session.
type setting struct {
	name string
	was  int64
}

type tx struct {
	conn     *sql.Conn
	settings []setting // to restore, in this order
	guard    *guard
	done     bool
}

// Begin starts a transaction that may write at once, so that nothing in it can
// fail because somebody else wrote in between.
//
// For a rebuild it turns foreign_keys off first: inside a transaction SQLite
// ignores that without a word. legacy_alter_table is off in any case, because
// renames must reach views and triggers.
func (Dialect) Begin(ctx context.Context, conn *sql.Conn, stmts []dialect.Stmt) (dialect.Tx, error) {
	t := &tx{conn: conn}
	rebuild := slices.ContainsFunc(stmts, func(s dialect.Stmt) bool { return s.Rebuild })
	if err := t.prepare(ctx, stmts, rebuild); err != nil {
		return nil, errors.Join(err, t.restore(ctx, false))
	}
	if err := begin(ctx, conn); err != nil {
		return nil, errors.Join(err, t.restore(ctx, false))
	}
	if rebuild && t.enforced() {
		// Statements written by hand run with foreign keys off too.
		var err error
		if t.guard, err = newGuard(ctx, conn, stmts); err != nil {
			return nil, errors.Join(err, t.Rollback(ctx))
		}
	}
	return t, nil
}

func (t *tx) prepare(ctx context.Context, stmts []dialect.Stmt, rebuild bool) error {
	alters := func(s dialect.Stmt) bool { return len(s.SQL) < 6 || !strings.EqualFold(s.SQL[:6], "CREATE") }
	if !slices.ContainsFunc(stmts, alters) {
		return nil // nothing that any setting means anything to
	}
	if err := t.set(ctx, "legacy_alter_table", 0); err != nil {
		return err
	}
	if !rebuild {
		return nil
	}
	// The statements of a rebuild turn it on and off again on the way, and
	// may be stopped in between.
	if !slices.ContainsFunc(t.settings, func(s setting) bool { return s.name == "legacy_alter_table" }) {
		t.settings = append(t.settings, setting{"legacy_alter_table", 0})
	}
	return t.set(ctx, "foreign_keys", 0)
}

// set changes a pragma, notes what it was, and makes sure of what it is.
func (t *tx) set(ctx context.Context, name string, value int64) error {
	was, err := dialect.One[int64](ctx, t.conn, "PRAGMA "+name)
	if err != nil {
		return err
	}
	if was == value {
		return nil
	}
	t.settings = append(t.settings, setting{name, was})
	return setPragma(ctx, t.conn, name, value)
}

func setPragma(ctx context.Context, conn *sql.Conn, name string, value int64) error {
	if _, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA %s = %d", name, value)); err != nil {
		return err
	}
	is, err := dialect.One[int64](ctx, conn, "PRAGMA "+name)
	if err == nil && is != value {
		err = fmt.Errorf("cannot set PRAGMA %s = %d on this connection (is a transaction open on it?)", name, value)
	}
	return err
}

// enforced reports whether foreign_keys was on.
func (t *tx) enforced() bool {
	return slices.Contains(t.settings, setting{"foreign_keys", 1})
}

func (t *tx) Commit(ctx context.Context) error {
	if t.done {
		return sql.ErrTxDone
	}
	if err := t.guard.check(ctx, t.conn); err != nil {
		return errors.Join(err, t.Rollback(ctx))
	}
	// From here on no cancellation: the answer must be yes or no.
	if _, err := t.conn.ExecContext(context.WithoutCancel(ctx), "COMMIT"); err != nil {
		return errors.Join(err, t.Rollback(ctx)) // a COMMIT that is refused leaves the transaction open
	}
	t.done = true
	if err := t.restore(ctx, true); err != nil {
		return &dialect.CommittedError{Err: err}
	}
	return nil
}

func (t *tx) Rollback(ctx context.Context) error {
	if t.done {
		return nil
	}
	t.done = true
	_, err := t.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
	if err != nil && strings.Contains(err.Error(), "no transaction is active") {
		err = nil // SQLite has rolled back by itself, as after an interrupt or a full disk
	}
	if err != nil {
		discard(t.conn)
		return fmt.Errorf("rolling back: %w", err)
	}
	return t.restore(ctx, false)
}

// restore puts the settings of the session back, or closes the connection.
func (t *tx) restore(ctx context.Context, done bool) error {
	ctx = context.WithoutCancel(ctx)
	for _, s := range t.settings {
		if err := setPragma(ctx, t.conn, s.name, s.was); err != nil {
			discard(t.conn)
			return &SessionError{Done: done, Err: err}
		}
	}
	return nil
}

// discard makes database/sql close the connection instead of using it again.
func discard(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // returns what the function returns
}

// A guard stands in for foreign_keys while they are off, for statements that
// were written by hand: they must leave no new violation. What they would have
// deleted by ON DELETE CASCADE shows up as such.
type guard struct {
	known     map[violation]bool
	unchecked map[string]bool // tables that SQLite cannot check: a foreign key to no key
}

// A violation is a row that refers to no row. The rows of a WITHOUT ROWID table
// cannot be told apart, so they are counted.
type violation struct {
	place string
	n     int
}

func newGuard(ctx context.Context, conn *sql.Conn, stmts []dialect.Stmt) (*guard, error) {
	byHand := func(s dialect.Stmt) bool {
		return s.Kind == dialect.Go || !s.Rebuild && s.Kind == dialect.Exec && changesRows(s.SQL)
	}
	if !slices.ContainsFunc(stmts, byHand) {
		return nil, nil
	}
	g := &guard{known: map[violation]bool{}, unchecked: map[string]bool{}}
	tables, err := referring(ctx, conn)
	if err != nil {
		return nil, err
	}
	for _, table := range tables {
		found, err := violated(ctx, conn, table)
		switch {
		case classOf(err) == dialect.Refused:
			g.unchecked[table] = true
		case err != nil:
			return nil, err
		}
		for _, v := range found {
			g.known[v] = true
		}
	}
	return g, nil
}

func (g *guard) check(ctx context.Context, conn *sql.Conn) error {
	if g == nil {
		return nil
	}
	tables, err := referring(ctx, conn)
	if err != nil {
		return err
	}
	for _, table := range tables {
		found, err := violated(ctx, conn, table)
		if err != nil && (!g.unchecked[table] || classOf(err) != dialect.Refused) {
			return err
		}
		for _, v := range found {
			if !g.known[v] {
				return fmt.Errorf("the revision leaves a row that refers to no row (%s): "+
					"foreign keys cannot be on while a table is rebuilt, so put the statements that change rows into a revision of their own", v.place)
			}
		}
	}
	return nil
}

// referring returns the tables that have foreign keys.
func referring(ctx context.Context, conn *sql.Conn) (tables []string, err error) {
	var name string
	err = query(ctx, conn, "SELECT DISTINCT m.name FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) WHERE m.type = 'table'",
		[]any{&name}, func() { tables = append(tables, name) })
	return tables, err
}

func violated(ctx context.Context, conn *sql.Conn, table string) (found []violation, err error) {
	var v violation
	err = query(ctx, conn, `SELECT place, row_number() OVER (PARTITION BY place) FROM (
		SELECT "table" || ' row ' || coalesce(rowid, '?') || ' to ' || parent AS place FROM pragma_foreign_key_check(`+quoteString(table)+`))`,
		[]any{&v.place, &v.n}, func() { found = append(found, v) })
	return found, err
}
