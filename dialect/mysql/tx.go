package mysql

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/whimbreldb/whimbrel/dialect"
)

type tx struct {
	conn *sql.Conn
	done bool
}

// Begin starts a transaction. It makes one of the rows that are written in it,
// and of nothing else: a statement that changes the schema commits it.
func (Dialect) Begin(ctx context.Context, conn *sql.Conn, _ []dialect.Stmt) (dialect.Tx, error) {
	// Not with ctx: the driver may say "cancelled" of one that has begun, and
	// nobody would end it. It does not wait, so nothing is lost.
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(context.WithoutCancel(ctx), "START TRANSACTION"); err != nil {
		return nil, err
	}
	return &tx{conn: conn}, nil
}

func (t *tx) Commit(ctx context.Context) error {
	if t.done {
		return sql.ErrTxDone
	}
	t.done = true
	// From here on no cancellation: the answer must be yes or no.
	if _, err := t.conn.ExecContext(context.WithoutCancel(ctx), "COMMIT"); err != nil {
		if classOf(err) == dialect.Refused { // such as a trigger's last word; the transaction is open
			_, _ = t.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		} else {
			discard(t.conn)
		}
		return err
	}
	return nil
}

func (t *tx) Rollback(ctx context.Context) error {
	if t.done {
		return nil
	}
	t.done = true
	if _, err := t.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); err != nil {
		discard(t.conn)
		if classOf(err) == dialect.Lost {
			return nil // the server rolls back what a lost connection leaves
		}
		return fmt.Errorf("rolling back: %w", err)
	}
	return nil
}
