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
	"fmt"
	"slices"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/journal"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
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

// An EndedError says that a Go step ended the transaction of its revision, so
// that what came before it may be committed without its record.
type EndedError struct {
	Name string
	Err  error
}

func (e *EndedError) Error() string {
	return fmt.Sprintf("step %q ended the transaction of its revision, which it must not", e.Name)
}

func (e *EndedError) Unwrap() error { return e.Err }

// A RevisionError says in which revision a run stopped. Unless Stays is set,
// nothing of that revision is left in the database.
type RevisionError struct {
	Revision string
	Down     bool
	Stays    bool
	Planned  bool // it was compiled only: nothing was to be carried out
	Err      error
}

func (e *RevisionError) Error() string { return "revision " + e.Revision + ": " + e.Err.Error() }
func (e *RevisionError) Unwrap() error { return e.Err }

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

func (r *Run) recordStep(ctx context.Context, s Step, started time.Time) error {
	action := journal.Upgrade
	if s.Down {
		action = journal.Downgrade
	}
	return r.record(ctx, journal.Entry{Revision: s.Revision, Hash: s.Hash, Action: action, Duration: r.Clock().Sub(started)})
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

// create makes the tables of the journal that are not there.
func (r *Run) create(ctx context.Context) error {
	if r.Journal.Exists && r.Journal.Logged {
		return nil
	}
	stmts, err := journal.Create(r.Dialect, r.Journal)
	if err != nil {
		return err
	}
	for _, st := range stmts {
		if _, err := r.Conn.ExecContext(ctx, st.SQL); err != nil {
			return err
		}
	}
	r.Journal.Exists, r.Journal.Logged = true, true
	return nil
}

// record writes the version row and the journal row.
func (r *Run) record(ctx context.Context, e journal.Entry) error {
	for _, stmt := range journal.Record(r.Dialect, e, r.Journal.Last) {
		res, err := r.Conn.ExecContext(ctx, stmt)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err == nil && n != 1 {
			return &MovedError{e.Revision}
		}
	}
	r.Journal.Last++
	if e.Action == journal.Upgrade || e.Action == journal.Stamp {
		r.Journal.Applied = append(slices.Clip(r.Journal.Applied), journal.Applied{Revision: e.Revision, Hash: e.Hash})
	} else {
		// A copy: the state from before may be wanted again.
		r.Journal.Applied = slices.DeleteFunc(slices.Clone(r.Journal.Applied), func(a journal.Applied) bool { return a.Revision == e.Revision })
	}
	return nil
}

// observe asks the database whether the operations happened. What one did may
// be gone again by a later one: so of several on one table or object only the
// last is asked about, none from before a rename (its names are old ones), and
// no dropped constraint that has an equal one left.
func (r *Run) observe(ctx context.Context, ops []filledOp) error {
	later, brought := map[string]bool{}, false
	made := map[string]bool{} // by later operations
	for _, f := range slices.Backward(ops) {
		o := f.op
		if renames(o) && len(ops) > 1 {
			return nil
		}
		subject := "table " + op.TableOf(o)
		switch o := o.(type) {
		case op.CreateObject:
			subject = o.Object.String()
			made[o.Object.Name] = true
		case op.DropTable:
			if made[o.Table.Name] {
				continue // a view, perhaps, that took its name
			}
		case op.DropObject:
			subject = o.Object.String()
			if made[o.Object.Name] {
				continue
			}
			if o.Object.Kind == schema.Sequence && brought {
				continue // a column that counts by itself may have one of that name
			}
		case op.CreateTable:
			brought, made[o.Table.Name] = true, true
		case op.AddColumn, op.AlterColumn:
			brought = true
		case op.AlterObject:
			subject = o.To.String()
		default:
		}
		seen := later[subject]
		later[subject] = true
		if seen || !f.known || r.equalLeft(o) {
			continue
		}
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

func renames(o op.Op) bool {
	_, table := o.(op.RenameTable)
	_, column := o.(op.RenameColumn)
	return table || column
}

// equalLeft reports whether o drops a constraint, and the table still has one
// that does the same.
func (r *Run) equalLeft(o op.Op) bool {
	t, ok := r.State.Table(op.TableOf(o))
	if !ok {
		return false
	}
	switch o := o.(type) {
	case op.DropUnique:
		return slices.ContainsFunc(t.Uniques, o.Unique.Same)
	case op.DropForeignKey:
		return slices.ContainsFunc(t.ForeignKeys, o.ForeignKey.Same)
	case op.DropCheck:
		return slices.ContainsFunc(t.Checks, o.Check.Same)
	default:
		return false
	}
}

// A filledOp is an operation with what its script left out; known says that the
// state had it. What an earlier operation of the same step brought, and a later one
// takes away again by its name alone, was never there to be known.
type filledOp struct {
	op    op.Op
	known bool
}

func filled(s *op.State, ops []op.Op) []filledOp {
	out := make([]filledOp, len(ops))
	for i, o := range ops {
		out[i] = filledOp{o, false}
		if full, ok := s.Fill(o); ok {
			out[i] = filledOp{full, true}
		}
	}
	return out
}

// Entries records changes of the applied set that no statement goes with, in
// one transaction, after verify has said inside it that they are true.
func (r *Run) Entries(ctx context.Context, entries []journal.Entry, verify func(context.Context, dialect.Queryer) error) (err error) {
	tx, err := r.Dialect.Begin(ctx, r.Conn, nil)
	if err != nil {
		return err
	}
	defer func() {
		if e := tx.Rollback(context.WithoutCancel(ctx)); e != nil {
			err = errors.Join(err, e)
		}
	}()
	// Where the lock was taken before, what was read then is true; and a query
	// of a table that is not there would end a transaction of PostgreSQL.
	if mark, err := r.Dialect.Mark(ctx, r.Conn); err != nil {
		return err
	} else if mark != "" {
		before := r.Journal
		if r.Journal, err = journal.ReadAll(ctx, r.Conn, r.Dialect); err != nil {
			return err
		}
		if !r.Journal.SameSet(before) {
			return &MovedError{entries[0].Revision}
		}
	}
	if err := verify(ctx, r.Conn); err != nil {
		return err
	}
	if err := r.create(ctx); err != nil {
		return err
	}
	for _, e := range entries {
		if err := r.record(ctx, e); err != nil {
			return err
		}
	}
	return tx.Commit(ctx)
}
