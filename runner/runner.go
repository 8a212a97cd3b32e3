// Package runner carries out steps on one connection, and sees to it that the
// journal says what is true whatever happens.
//
// Where the dialect has transactional DDL, a step is one transaction: its
// statements, the checks that guard the data, the probes that look whether it
// happened, and its row in the version table commit together or not at all.
// Elsewhere a step is carried out in pieces, and the journal says how far it is
// (alone.go). A run stops at the first failure; only for a lock it tries again.
package runner

import (
	"context"
	"database/sql"
	"errors"
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
	// DB gives another connection, which tells a server to stop where that has
	// to be told ([Stopper]). Nil: the connection is given up instead.
	DB *sql.DB
	// State is the database as it is, and changes as the run goes on. Nil: it
	// is read when it is needed.
	State   *op.State
	Journal journal.State // as it was read under the lock
	Mark    string        // of the database, taken before State and Journal were read
	Started func(i int)
	Done    func(i int, took time.Duration)
	Skipped func(i int)
	// Waiting is called before a statement that could not get a lock is tried
	// again. Holder may be empty: the server does not tell.
	Waiting  func(object, holder string)
	Clock    func() time.Time
	LockWait time.Duration // how long a statement is tried again

	shared bool                                   // somebody else has written: a step may be done already
	begun  int                                    // steps whose start was told
	stop   func(context.Context, *sql.Conn) error // ends the statement that Conn is at
}

// Do carries out the steps in order, and returns how many are done. After an
// error, the steps before that one are done and recorded, and the step itself
// has left nothing behind, unless the error says otherwise.
func (r *Run) Do(ctx context.Context, steps []Step) (int, error) {
	if err := r.learnToStop(ctx); err != nil {
		return 0, err
	}
	for i, s := range steps {
		if err := r.step(ctx, i, s); err != nil {
			var (
				committed *dialect.CommittedError
				ended     *EndedError
				half      *HalfDoneError
			)
			e := &RevisionError{Revision: s.Revision, Down: s.Down, Err: err}
			e.Stays = errors.As(err, &committed) || errors.As(err, &ended) || errors.As(err, &half)
			if errors.As(err, &committed) {
				i++
			}
			return i, e
		}
	}
	return len(steps), nil
}

// mostTries is how often a step begins again because what somebody did just
// before turns it into one that the transaction was not prepared for.
const mostTries = 20

func (r *Run) step(ctx context.Context, i int, s Step) error {
	for range mostTries {
		again := false
		err := r.patiently(ctx, func() (err error) {
			if again, err = r.try(ctx, i, s); err != nil {
				r.State = nil // it was compiled, and not carried out
			}
			return err
		})
		if err != nil || !again {
			return err
		}
	}
	return &dialect.LockedError{Holder: "somebody who goes on changing its schema"}
}

// A compiled step is its work, and its operations filled in.
type compiled struct {
	work Work
	ops  []filledOp
	err  error // it does not fit the schema; the work is empty
}

func (r *Run) compile(ctx context.Context, s Step) (c compiled, err error) {
	if r.State == nil {
		live, err := r.Dialect.Inspect(ctx, r.Conn)
		if err != nil {
			return c, err
		}
		r.State = op.LiveState(live)
	}
	c.ops = filled(r.State, s.Ops)
	c.work, c.err = Compile(r.Dialect, s, r.State)
	return c, nil
}

// try carries out a step. It reports true when the transaction turned out to
// be prepared for another one; then nothing has happened.
func (r *Run) try(ctx context.Context, i int, s Step) (again bool, err error) {
	started := r.Clock()
	c, err := r.compile(ctx, s)
	if err != nil {
		return false, err
	}
	if c.err == nil && r.alone(c.work) {
		// Nobody else comes in between: such dialects have a lock that is held
		// for the whole run.
		r.tellStart(i)
		if err := r.inPieces(ctx, s, c, started); err != nil {
			return false, err
		}
		r.finish(i, s, started)
		return false, nil
	}
	return r.atOnce(ctx, i, s, c, started)
}

// atOnce carries out a step that is one transaction.
func (r *Run) atOnce(ctx context.Context, i int, s Step, c compiled, started time.Time) (again bool, err error) {
	tx, err := r.Dialect.Begin(ctx, r.Conn, c.work.stmts())
	if err != nil {
		return false, err
	}
	// Whatever happens above Commit, a panic included, nothing stays.
	defer func() {
		if e := tx.Rollback(context.WithoutCancel(ctx)); e != nil {
			err = errors.Join(err, e)
		}
	}()
	moved, err := r.moved(ctx, s)
	if err != nil {
		return false, err
	}
	if r.shared && r.Journal.Has(s.Revision) != s.Down {
		r.State = nil // it was compiled, and is not carried out
		r.Skipped(i)
		return false, nil
	}
	if moved {
		// Now that nobody else can write, what the step does is known for good.
		before := c
		r.State = nil
		if c, err = r.compile(ctx, s); err != nil {
			return false, err
		}
		if rebuilds(c.work) && !rebuilds(before.work) {
			r.State = nil
			return true, nil
		}
	}
	if c.err != nil {
		return false, c.err
	}
	r.tellStart(i)
	last := r.Journal
	if err := r.carryOut(ctx, s, c, started); err != nil {
		r.Journal = last
		return false, err
	}
	if err := tx.Commit(ctx); err != nil {
		r.Journal = last
		return false, err
	}
	r.finish(i, s, started)
	return false, nil
}

// tellStart says, once, that a step begins.
func (r *Run) tellStart(i int) {
	if r.begun == i {
		r.begun++
		r.Started(i)
	}
}

func (r *Run) finish(i int, s Step, started time.Time) {
	if slices.ContainsFunc(s.Ops, opaque) {
		r.State = nil
	}
	r.Done(i, r.Clock().Sub(started))
}

// carryOut does what a step does, and records it, in the transaction that is
// open.
func (r *Run) carryOut(ctx context.Context, s Step, c compiled, started time.Time) error {
	if err := r.create(ctx); err != nil {
		return err
	}
	if err := r.execute(ctx, c.work); err != nil {
		return err
	}
	if err := r.observe(ctx, c.ops); err != nil {
		return err
	}
	return r.recordStep(ctx, s, started)
}

func rebuilds(w Work) bool {
	return slices.ContainsFunc(w.stmts(), func(s dialect.Stmt) bool { return s.Rebuild })
}

// opaque reports whether only the database knows what o has made of its schema:
// SQL or Go by hand may have changed anything, and a rename reaches into texts.
func opaque(o op.Op) bool {
	_, sql := o.(op.Exec)
	_, function := o.(op.Run)
	return sql || function || renames(o)
}

// moved looks, inside the transaction, whether anybody else has written since
// the last look, and reads the journal again if so.
func (r *Run) moved(ctx context.Context, s Step) (bool, error) {
	mark, err := r.Dialect.Mark(ctx, r.Conn)
	if err != nil || mark == r.Mark {
		return false, err
	}
	before := r.Journal
	if r.Journal, err = journal.ReadAll(ctx, r.Conn, r.Dialect); err != nil {
		return false, err
	}
	r.Mark, r.shared = mark, true
	if r.Journal.Has(s.Revision) == s.Down && !r.Journal.SameSet(before) {
		return false, &MovedError{s.Revision} // what the step builds on is another
	}
	return true, nil
}
