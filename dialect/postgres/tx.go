package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/whimbreldb/whimbrel/dialect"
)

// begin starts a transaction in one round trip, with what every statement of a
// revision relies on, whatever the session and the role have as their defaults.
// Bodies of routines are not looked at: they may speak of what comes later.
const begin = "BEGIN ISOLATION LEVEL READ COMMITTED; " + transactionSettings

const transactionSettings = "SET LOCAL lock_timeout = '" + lockTimeout + "'; " +
	"SET LOCAL check_function_bodies = off; SET LOCAL standard_conforming_strings = on; SET LOCAL TimeZone = 'UTC'"

// commit ends a transaction, and fails where there is none to commit. A COMMIT
// alone does not: in a transaction that an error has ended, whose error nobody
// looked at, it answers ROLLBACK, which database/sql does not show (13 to 18).
// SAVEPOINT is refused there, and so is what stands behind it.
const commit = "SAVEPOINT whimbrel_end; COMMIT"

type tx struct {
	conn *sql.Conn
	done bool
}

// Begin starts a transaction.
func (d Dialect) Begin(ctx context.Context, conn *sql.Conn, _ []dialect.Stmt) (dialect.Tx, error) {
	if _, err := conn.ExecContext(ctx, begin); err != nil {
		t := &tx{conn: conn}
		return nil, errors.Join(err, t.Rollback(ctx))
	}
	return &tx{conn: conn}, nil
}

func (t *tx) Commit(ctx context.Context) error {
	if t.done {
		return sql.ErrTxDone
	}
	// No cancellation: the answer must be yes or no.
	_, err := t.conn.ExecContext(context.WithoutCancel(ctx), commit)
	switch {
	case err == nil:
		t.done = true
		return nil
	case classOf(err) == dialect.Lost:
		t.done = true // what became of it, nobody can say on this connection
		discard(t.conn)
		return err
	}
	switch sqlState(err) {
	case "25P02":
		err = fmt.Errorf("the transaction had failed before, and nobody looked at the error: %w", err)
	case "25P01":
		err = fmt.Errorf("somebody else has ended the transaction: %w", err)
	}
	return errors.Join(err, t.Rollback(ctx))
}

func (t *tx) Rollback(ctx context.Context) error {
	if t.done {
		return nil
	}
	t.done = true
	// Without a transaction this is a warning.
	if _, err := t.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); err != nil {
		discard(t.conn) // the server rolls back when the connection closes
		if classOf(err) == dialect.Lost {
			return nil
		}
		return fmt.Errorf("rolling back: %w", err)
	}
	return nil
}

// discard makes database/sql close the connection instead of using it again.
func discard(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // returns what the function returns
}
