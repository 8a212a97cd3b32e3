// Package runner carries out steps on one connection, and sees to it that the
// journal says what is true whatever happens.
//
// Where the dialect has transactional DDL, a step is one transaction: its
// statements, the checks that guard the data, the probes that look whether it
// happened, and its row in the version table commit together or not at all.
// A run stops at the first failure. It does not retry.
package runner

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/journal"
	"github.com/whimbreldb/whimbrel/op"
)

// A Step is one revision in one direction.
type Step struct {
	Revision string
	Hash     string // of the operations of its upgrade
	Down     bool
	Ops      []op.Op
}

// A Run is one walk over steps. The caller holds the lock, and pins Conn for
// as long as the run goes on.
type Run struct {
	Dialect dialect.Dialect
	Conn    *sql.Conn
	State   *op.State     // the database as it is; changed as the run goes on
	Journal journal.State // as it was read under the lock
	Started func(i int)
	Done    func(i int, took time.Duration)
	Skipped func(i int)
	Clock   func() time.Time
}

// A StmtError says which statement failed, or which check did not hold.
type StmtError struct {
	N    int // from 1
	Of   int
	Stmt dialect.Stmt
	Rows []string // of a check that did not hold: the first rows that say so
	Err  error    // nil: a check did not hold
}

func (e *StmtError) Error() string {
	if e.Err == nil {
		return e.Stmt.Must
	}
	return fmt.Sprintf("statement %d of %d: %v", e.N, e.Of, e.Err)
}

func (e *StmtError) Unwrap() error { return e.Err }

// A StepError says that the function of a Run operation failed or panicked.
type StepError struct {
	Name  string
	Panic any // nil: Err is what it returned
	Stack string
	Err   error
}

func (e *StepError) Error() string {
	if e.Panic != nil {
		return fmt.Sprintf("step %q panicked: %v", e.Name, e.Panic)
	}
	return fmt.Sprintf("step %q: %v", e.Name, e.Err)
}

func (e *StepError) Unwrap() error { return e.Err }

// A NotObservedError says that the database is not as an operation should have
// left it, although every statement succeeded.
type NotObservedError struct {
	Op      op.Op
	Outcome dialect.Outcome
}

func (e *NotObservedError) Error() string {
	verb, object := op.Describe(e.Op)
	return fmt.Sprintf("%s %s was carried out, and the database does not show it", verb, object)
}

// A MovedError says that somebody else changed the applied set so that a step
// no longer fits.
type MovedError struct{ Revision string }

func (e *MovedError) Error() string {
	return fmt.Sprintf("revision %s: another process changed the applied set meanwhile", e.Revision)
}

// A RevisionError says in which revision a run stopped.
type RevisionError struct {
	Revision string
	Down     bool
	Err      error
}

func (e *RevisionError) Error() string { return "revision " + e.Revision + ": " + e.Err.Error() }
func (e *RevisionError) Unwrap() error { return e.Err }

// Do carries out the steps in order, and returns how many are done. After an
// error, the steps before that one are done and recorded, and the step itself
// has left nothing behind.
func (r *Run) Do(ctx context.Context, steps []Step) (int, error) {
	for i, s := range steps {
		if err := r.step(ctx, i, s); err != nil {
			return i, &RevisionError{s.Revision, s.Down, err}
		}
	}
	return len(steps), nil
}

func (r *Run) step(ctx context.Context, i int, s Step) (err error) {
	started := r.Clock()
	// A step that another process has done may not fit any more. Whether that
	// is so can be said only inside the transaction.
	w, notFit := Compile(r.Dialect, s, r.State)
	tx, err := r.Dialect.Begin(ctx, r.Conn, w.stmts())
	if err != nil {
		return err
	}
	// Whatever happens above Commit, a panic included, nothing stays.
	defer func() {
		if e := tx.Rollback(context.WithoutCancel(ctx)); e != nil {
			err = errors.Join(err, e)
		}
	}()
	skip, err := r.moved(ctx, s)
	if err != nil {
		return err
	}
	if skip {
		r.Skipped(i)
		return r.inspect(ctx)
	}
	if notFit != nil {
		return notFit
	}
	r.Started(i)
	if err := r.execute(ctx, w); err != nil {
		return err
	}
	if err := r.observe(ctx, s.Ops); err != nil {
		return err
	}
	action := journal.Upgrade
	if s.Down {
		action = journal.Downgrade
	}
	took := r.Clock().Sub(started)
	entry := journal.Entry{Revision: s.Revision, Hash: s.Hash, Action: action, Duration: took}
	if err := r.record(ctx, entry); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return err
	}
	r.Done(i, took)
	if slices.ContainsFunc(s.Ops, opaque) {
		return r.inspect(ctx) // SQL or Go by hand may have changed anything
	}
	return nil
}

func opaque(o op.Op) bool {
	_, sql := o.(op.Exec)
	_, function := o.(op.Run)
	return sql || function
}

func (r *Run) inspect(ctx context.Context) error {
	s, err := r.Dialect.Inspect(ctx, r.Conn)
	if err != nil {
		return err
	}
	r.State = op.LiveState(s)
	return nil
}

// moved looks, inside the transaction, whether another process has been here
// since the journal was read. It reports true when that has done the step.
func (r *Run) moved(ctx context.Context, s Step) (done bool, err error) {
	if !r.Journal.Exists {
		now, err := journal.Read(ctx, r.Conn, r.Dialect)
		if err != nil {
			return false, err
		}
		if !now.Exists {
			return false, r.create(ctx)
		}
		r.Journal.Exists = true
	}
	last, err := journal.Last(ctx, r.Conn, r.Dialect)
	if err != nil {
		return false, err
	}
	before := r.Journal
	if last != before.Last {
		if r.Journal, err = journal.Read(ctx, r.Conn, r.Dialect); err != nil {
			return false, err
		}
		r.Journal.Last = last
	}
	switch {
	case r.Journal.Has(s.Revision) != s.Down:
		return true, nil
	case last != before.Last && !r.Journal.SameSet(before):
		return false, &MovedError{s.Revision} // what the step builds on is another
	}
	return false, nil
}

func (r *Run) create(ctx context.Context) error {
	stmts, err := journal.Create(r.Dialect)
	if err != nil {
		return err
	}
	for _, st := range stmts {
		if _, err := r.Conn.ExecContext(ctx, st.SQL); err != nil {
			return err
		}
	}
	r.Journal.Exists, r.Journal.Last = true, 0
	return nil
}

// record writes the version row and the journal row.
func (r *Run) record(ctx context.Context, e journal.Entry) error {
	stmts := journal.Record(r.Dialect, e, r.Journal.Last)
	res, err := r.Conn.ExecContext(ctx, stmts[0])
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err == nil && n != 1 {
		return &MovedError{e.Revision}
	}
	if _, err := r.Conn.ExecContext(ctx, stmts[1]); err != nil {
		return err
	}
	r.Journal.Last++
	if e.Action == journal.Upgrade || e.Action == journal.Stamp {
		r.Journal.Applied = append(r.Journal.Applied, journal.Applied{Revision: e.Revision, Hash: e.Hash})
	} else {
		r.Journal.Applied = slices.DeleteFunc(r.Journal.Applied, func(a journal.Applied) bool { return a.Revision == e.Revision })
	}
	return nil
}

// observe asks the database whether the operations happened. Of several
// operations on one table only the last is asked about: what the others did
// may be gone again.
func (r *Run) observe(ctx context.Context, ops []op.Op) error {
	later := map[string]bool{}
	for _, o := range slices.Backward(ops) {
		table := op.TableOf(o)
		if table != "" && later[table] {
			continue
		}
		later[table] = true
		outcome, err := r.Dialect.Probe(ctx, r.Conn, o)
		if err != nil {
			return err
		}
		if outcome == dialect.Absent || outcome == dialect.Other {
			return &NotObservedError{o, outcome}
		}
	}
	return nil
}

// Entries records changes of the applied set that no statement goes with, in
// one transaction.
func (r *Run) Entries(ctx context.Context, entries []journal.Entry) (err error) {
	tx, err := r.Dialect.Begin(ctx, r.Conn, nil)
	if err != nil {
		return err
	}
	defer func() {
		if e := tx.Rollback(context.WithoutCancel(ctx)); e != nil {
			err = errors.Join(err, e)
		}
	}()
	now, err := journal.Read(ctx, r.Conn, r.Dialect)
	if err != nil {
		return err
	}
	if !now.SameSet(r.Journal) {
		return &MovedError{entries[0].Revision}
	}
	if now.Exists {
		r.Journal.Last, err = journal.Last(ctx, r.Conn, r.Dialect)
	} else {
		err = r.create(ctx)
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := r.record(ctx, e); err != nil {
			return err
		}
	}
	return tx.Commit(ctx)
}
