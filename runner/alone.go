package runner

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/journal"
	"github.com/whimbreldb/whimbrel/op"
)

// alone reports whether the work cannot be one transaction.
func (r *Run) alone(w Work) bool {
	return !r.Dialect.Flavor().Can(dialect.TransactionalDDL) ||
		slices.ContainsFunc(w.stmts(), func(s dialect.Stmt) bool { return s.NoTx })
}

// A walk is a step that is carried out in pieces.
type walk struct {
	*Run
	step    Step
	n       int // statements and functions that are done
	of      int
	kept    map[string][]string
	changed bool // something is done that stays
	doubt   bool // whether the next statement is done, nobody knows
}

// inPieces carries out a step that cannot be one transaction. The journal gets
// a row before and a row after each statement, so that whatever happens it
// says how far the step is: a row without the other is a statement in doubt.
// What can be in a transaction is, together with its row.
func (r *Run) inPieces(ctx context.Context, s Step, c compiled, started time.Time) error {
	if err := r.inTx(ctx, nil, r.create); err != nil {
		return err
	}
	w := &walk{Run: r, step: s, of: len(c.work.stmts()), kept: map[string][]string{}}
	err := w.do(ctx, c.work)
	if err == nil {
		// All of it is done. Who interrupts now wants no more of it, not one that
		// is done and not recorded.
		ctx = context.WithoutCancel(ctx)
		err = r.observe(ctx, c.ops)
	}
	if err == nil {
		err = r.inTx(ctx, nil, func(ctx context.Context) error { return r.recordStep(ctx, s, started) })
	}
	if err != nil && (w.changed || w.doubt) {
		return &HalfDoneError{Done: w.n, Of: w.of, InDoubt: w.doubt, Work: c.work, Applied: r.Journal.IDs(), Err: err}
	}
	return err
}

func (w *walk) do(ctx context.Context, work Work) error {
	for _, p := range work {
		if p.Run.Func != nil {
			if err := w.function(ctx, p.Run); err != nil {
				return err
			}
			continue
		}
		rest := p.Stmts
		for len(rest) > 0 {
			n := w.together(rest)
			if err := w.piece(ctx, rest[:n]); err != nil {
				return err
			}
			rest = rest[n:]
		}
	}
	return nil
}

// together returns how many of the statements can be one transaction.
func (w *walk) together(stmts []dialect.Stmt) int {
	if !w.Dialect.Flavor().Can(dialect.TransactionalDDL) {
		return 1
	}
	n := slices.IndexFunc(stmts, func(s dialect.Stmt) bool { return s.NoTx })
	if n < 0 {
		return len(stmts)
	}
	return max(n, 1)
}

// piece carries out statements that are one transaction, or one that is none.
func (w *walk) piece(ctx context.Context, stmts []dialect.Stmt) error {
	first := stmts[0]
	switch {
	case w.Dialect.Flavor().Can(dialect.TransactionalDDL) && !first.NoTx:
		return w.transaction(ctx, stmts)
	case first.Kind != dialect.Exec || first.Session:
		// It changes nothing that stays, and need not be journaled.
		err := w.patiently(ctx, func() error { return w.one(ctx, first) })
		if err == nil {
			w.n++
		}
		return err
	}
	return w.bare(ctx, first)
}

// transaction carries out statements with the row that says so.
func (w *walk) transaction(ctx context.Context, stmts []dialect.Stmt) error {
	before := w.n
	err := w.patiently(ctx, func() error {
		w.n = before
		return w.inTx(ctx, stmts, func(ctx context.Context) error {
			for _, s := range stmts {
				if err := w.one(ctx, s); err != nil {
					return err
				}
				w.n++
			}
			return w.note(ctx, w.n-1, journal.DoneState)
		})
	})
	if err != nil {
		w.n = before
		w.doubt = unanswered(err)
		return err
	}
	w.changed = true
	return nil
}

// function carries out a Go step in a transaction of its own. The row before it
// stands outside, for the function may end that transaction, be it because the
// database does so at each DDL statement.
func (w *walk) function(ctx context.Context, run op.Run) error {
	if err := w.note(ctx, w.n, journal.StartedState); err != nil {
		return err
	}
	err := w.inTx(ctx, []dialect.Stmt{{Kind: dialect.Go}}, func(ctx context.Context) error {
		if err := w.call(ctx, run); err != nil {
			return err
		}
		return w.note(ctx, w.n, journal.DoneState)
	})
	if err == nil {
		w.n++
		w.changed = true
		return nil
	}
	var ended *EndedError
	if w.doubt = errors.As(err, &ended) || unanswered(err); w.doubt {
		return err
	}
	return w.failed(ctx, err)
}

// bare carries out a statement outside any transaction.
func (w *walk) bare(ctx context.Context, s dialect.Stmt) error {
	if err := w.note(ctx, w.n, journal.StartedState); err != nil {
		return err
	}
	again := ""
	err := w.patiently(ctx, func() error {
		if again != "" {
			if _, err := w.Conn.ExecContext(ctx, again); err != nil {
				return err
			}
		}
		again = s.Again
		return w.one(ctx, s)
	})
	if err != nil {
		if w.doubt = w.unknown(err); w.doubt {
			return err
		}
		return w.failed(ctx, err)
	}
	if err := w.note(context.WithoutCancel(ctx), w.n, journal.DoneState); err != nil {
		w.doubt = true // to the journal
		return err
	}
	w.n++
	w.changed = true
	return nil
}

// failed notes that the server has said no: it is as if nothing had been tried.
func (w *walk) failed(ctx context.Context, err error) error {
	if noted := w.note(context.WithoutCancel(ctx), w.n, journal.FailedState); noted != nil {
		w.doubt = true // to the journal
		return errors.Join(err, noted)
	}
	return err
}

// one carries out one statement.
func (w *walk) one(ctx context.Context, s dialect.Stmt) error {
	rows, err := w.statement(ctx, s, w.kept)
	if err != nil || rows != nil {
		return &StmtError{N: w.n + 1, Of: w.of, Stmt: s, Rows: rows, Err: err}
	}
	return nil
}

// unknown reports whether after err nobody knows what the server has done.
func (w *walk) unknown(err error) bool {
	var stmt *StmtError
	if err == nil || errors.As(err, &stmt) && stmt.Err == nil {
		return false
	}
	switch w.Dialect.Classify(err) {
	case dialect.Refused, dialect.Denied, dialect.Busy, dialect.ReadOnly:
		return false
	case dialect.Interrupted:
		// Where the server has said so, it has stopped; the driver only knows that
		// nobody waits any more.
		var stopped *StoppedError
		own := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
		return own && !errors.As(err, &stopped)
	case dialect.OtherFailure, dialect.NotADatabase, dialect.Unreachable, dialect.Lost:
	}
	return true
}

// note writes a row about a statement of the step.
func (w *walk) note(ctx context.Context, n int, state journal.StepState) error {
	action := journal.Upgrade
	if w.step.Down {
		action = journal.Downgrade
	}
	p := journal.Progress{Revision: w.step.Revision, Action: action, Step: n, State: state}
	if _, err := w.Conn.ExecContext(ctx, journal.Note(w.Dialect, p, w.Journal.Last)); err != nil {
		return err
	}
	w.Journal.Last++
	return nil
}

// inTx carries out f in a transaction.
func (r *Run) inTx(ctx context.Context, stmts []dialect.Stmt, f func(context.Context) error) (err error) {
	tx, err := r.Dialect.Begin(ctx, r.Conn, stmts)
	if err != nil {
		return err
	}
	before := r.Journal
	defer func() {
		if err != nil {
			r.Journal = before // what was written is not
		}
		if e := tx.Rollback(context.WithoutCancel(ctx)); e != nil {
			err = errors.Join(err, e)
		}
	}()
	if err := f(ctx); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		var committed *dialect.CommittedError
		class := r.Dialect.Classify(err)
		lost := class != dialect.Refused && class != dialect.Denied && class != dialect.Busy && class != dialect.ReadOnly
		return &commitError{err, lost || errors.As(err, &committed)}
	}
	return nil
}

// A commitError is the failure of a COMMIT.
type commitError struct {
	error
	unknown bool // nobody knows whether it is committed
}

func (e *commitError) Unwrap() error { return e.error }

// unanswered reports whether after err nobody knows what became of a
// transaction. Before its COMMIT it is gone, whatever happened.
func unanswered(err error) bool {
	var commit *commitError
	return errors.As(err, &commit) && commit.unknown
}

// Waits between two tries to get a lock.
const (
	firstPause = 50 * time.Millisecond
	longPause  = time.Second
)

// patiently calls f again as long as it fails for want of a lock, for no longer
// than LockWait. Where the dialect waits by itself, f is called once.
func (r *Run) patiently(ctx context.Context, f func() error) error {
	began, pause := r.Clock(), firstPause
	for {
		err := f()
		if err == nil || !r.Dialect.Flavor().Can(dialect.LockTimeout) || r.Dialect.Classify(err) != dialect.Busy {
			return err
		}
		var (
			stmt   *StmtError
			locked *dialect.LockedError
			half   *HalfDoneError
			object string
		)
		if errors.As(err, &locked) || errors.As(err, &half) {
			return err // it was tried long enough, or cannot be tried again
		}
		if errors.As(err, &stmt) {
			object = stmt.Stmt.Object
		}
		holder := r.Dialect.Blocker(ctx, r.Conn, object)
		waited := r.Clock().Sub(began)
		if waited+pause > r.LockWait {
			return &dialect.LockedError{Object: object, Holder: holder, Waited: waited, Err: err}
		}
		r.Waiting(object, holder)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		pause = min(2*pause, longPause)
	}
}
