package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
)

// Lock makes BEGIN IMMEDIATE wait.
//
// On SQLite the write lock of a transaction is the lock: each revision takes
// it in [Dialect.Begin], and reads what is applied again when it has it. All
// that Lock does is to tell the connection, by its busy_timeout, how long that
// may wait. unlock puts the old one back.
func (Dialect) Lock(ctx context.Context, conn *sql.Conn, wait time.Duration) (func(context.Context) error, error) {
	t := &tx{conn: conn}
	if err := t.set(ctx, "busy_timeout", wait.Milliseconds()); err != nil {
		return nil, err
	}
	return func(ctx context.Context) error { return t.restore(ctx, true) }, nil
}

// Waits between two tries to begin. SQLite's own busy handler would do, but it
// sleeps through a cancellation.
const (
	firstPause = 2 * time.Millisecond
	longPause  = 100 * time.Millisecond
)

// begin takes the write lock: at once, or within the busy_timeout of conn.
func begin(ctx context.Context, conn *sql.Conn) (err error) {
	limit, err := dialect.One[int64](ctx, conn, "PRAGMA busy_timeout")
	if err != nil {
		return err
	}
	// One call: every call counts where a run has a thousand revisions.
	try := "BEGIN IMMEDIATE"
	if limit > 0 {
		try = "PRAGMA busy_timeout = 0; " + try
		defer func() {
			if _, restored := conn.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf("PRAGMA busy_timeout = %d", limit)); restored != nil {
				discard(conn) // which rolls back what has begun
				err = errors.Join(err, &SessionError{Err: restored})
			}
		}()
	}
	wait := time.Duration(limit) * time.Millisecond
	waited, pause := time.Duration(0), firstPause
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		// Not with ctx: the driver may say "cancelled" of a BEGIN that has
		// begun, and nobody would end it. It does not wait, so nothing is lost.
		_, err := conn.ExecContext(context.WithoutCancel(ctx), try)
		if err == nil || classOf(err) != dialect.Busy {
			return err
		}
		if waited >= wait {
			return &dialect.LockedError{Waited: waited, Err: err}
		}
		pause = min(pause, wait-waited)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		waited += pause
		pause = min(2*pause, longPause)
	}
}

// Blocker returns "": SQLite does not tell.
func (Dialect) Blocker(context.Context, dialect.Queryer, string) string { return "" }

// Classify says what kind of failure err is, by SQLite's result code. It asks
// the error for it, and so works with any driver whose errors have a Code.
func (Dialect) Classify(err error) dialect.Class { return classOf(err) }

func classOf(err error) dialect.Class {
	var locked *dialect.LockedError
	var coded interface {
		error
		Code() int
	}
	switch {
	case err == nil:
		return dialect.OtherFailure
	case errors.As(err, &locked):
		return dialect.Busy
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return dialect.Interrupted
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone):
		return dialect.Lost
	case errors.As(err, &coded):
		return classOfCode(coded.Code())
	}
	return dialect.OtherFailure
}

// classOfCode knows the primary result codes, which are the low byte of the
// extended ones, and the extended ones that say more.
func classOfCode(code int) dialect.Class {
	switch code {
	case 10 | 1<<8, 10 | 2<<8: // SQLITE_IOERR_READ, _SHORT_READ: a folder opens and does not read
		return dialect.Unreachable
	}
	switch code & 0xff {
	case 5, 6, 15: // BUSY, LOCKED, PROTOCOL (a race for the write-ahead log)
		return dialect.Busy
	case 8: // READONLY
		return dialect.ReadOnly
	case 11, 26: // CORRUPT, NOTADB
		return dialect.NotADatabase
	case 3, 14, 23: // PERM, CANTOPEN, AUTH
		return dialect.Unreachable
	case 9, 4: // INTERRUPT, ABORT
		return dialect.Interrupted
	case 7, 10, 13: // NOMEM, IOERR, FULL: nothing wrong with the statement
		return dialect.OtherFailure
	}
	return dialect.Refused
}
