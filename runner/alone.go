package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/journal"
)

// A HalfDoneError says that a step that cannot be one transaction has stopped
// on its way. The journal has a row for each of its statements that was begun.
type HalfDoneError struct {
	Done    int  // statements that are carried out
	Of      int  // statements of the step
	InDoubt bool // whether the next one was carried out is not known
	Err     error
}

func (e *HalfDoneError) Error() string {
	s := fmt.Sprintf("%d of %d statements are done", e.Done, e.Of)
	if e.InDoubt {
		s += fmt.Sprintf(", whether statement %d is, is not known", e.Done+1)
	}
	return s + ": " + e.Err.Error()
}

func (e *HalfDoneError) Unwrap() error { return e.Err }

// alone reports whether the work cannot be one transaction.
func (r *Run) alone(w Work) bool {
	return !r.Dialect.Flavor().Can(dialect.TransactionalDDL) ||
		slices.ContainsFunc(w.stmts(), func(s dialect.Stmt) bool { return s.NoTx })
}

// A walk is a step that is carried out in pieces.
type walk struct {
	*Run
	step  Step
	n     int // statements and functions so far
	done  int
	of    int
	kept  map[string][]string
	doubt bool
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
		err = r.observe(ctx, c.ops)
	}
	if err == nil {
		err = r.inTx(ctx, nil, func(ctx context.Context) error { return r.recordStep(ctx, s, started) })
	}
	if err != nil && (w.done > 0 || w.doubt) {
		return &HalfDoneError{Done: w.done, Of: w.of, InDoubt: w.doubt, Err: err}
	}
	return err
}

func (w *walk) do(ctx context.Context, work Work) error {
	for _, p := range work {
		if p.Run.Func != nil {
			err := w.inTx(ctx, []dialect.Stmt{{Kind: dialect.Go}}, func(ctx context.Context) error {
				if err := w.call(ctx, p.Run); err != nil {
					return err
				}
				return w.note(ctx, w.n, journal.DoneState)
			})
			var ended *EndedError
			var committed *dialect.CommittedError
			w.doubt = errors.As(err, &ended) || errors.As(err, &committed)
			if err != nil {
				return err
			}
			w.n++
			w.done++
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
	switch {
	case n < 0:
		return len(stmts)
	case n == 0:
		return 1
	}
	return n
}

// piece carries out statements that are one transaction, or one that is none.
func (w *walk) piece(ctx context.Context, stmts []dialect.Stmt) error {
	first := stmts[0]
	switch {
	case first.Kind != dialect.Exec:
		if err := w.one(ctx, first); err != nil {
			return err
		}
		w.n++
		w.done++ // it has changed nothing, and need not be journaled
		return nil
	case w.Dialect.Flavor().Can(dialect.TransactionalDDL) && !first.NoTx:
		err := w.patiently(ctx, func() error {
			n := w.n
			err := w.inTx(ctx, stmts, func(ctx context.Context) error {
				for _, s := range stmts {
					if err := w.one(ctx, s); err != nil {
						return err
					}
					w.n++
				}
				return w.note(ctx, w.n-1, journal.DoneState)
			})
			if err != nil {
				w.n = n
			}
			return err
		})
		w.doubt = w.unknown(err)
		if err == nil {
			w.done = w.n
		}
		return err
	}
	return w.bare(ctx, first)
}

// bare carries out a statement outside any transaction.
func (w *walk) bare(ctx context.Context, s dialect.Stmt) error {
	if err := w.note(ctx, w.n, journal.StartedState); err != nil {
		return err
	}
	err := w.patiently(ctx, func() error { return w.one(ctx, s) })
	if err != nil {
		w.doubt = w.unknown(err)
		if !w.doubt {
			// The server has said no, so it is as if nothing had been tried.
			err = errors.Join(err, w.note(context.WithoutCancel(ctx), w.n, journal.FailedState))
		}
		return err
	}
	w.n++
	w.done++
	if err := w.note(context.WithoutCancel(ctx), w.n-1, journal.DoneState); err != nil {
		w.done--
		w.doubt = true // to the journal
		return err
	}
	return nil
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
	case dialect.OtherFailure, dialect.NotADatabase, dialect.Unreachable, dialect.Lost, dialect.Interrupted:
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
	last := r.Journal.Last
	defer func() {
		if err != nil {
			r.Journal.Last = last // what was written is not
		}
		if e := tx.Rollback(context.WithoutCancel(ctx)); e != nil {
			err = errors.Join(err, e)
		}
	}()
	if err := f(ctx); err != nil {
		return err
	}
	return tx.Commit(ctx)
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
