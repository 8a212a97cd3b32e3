package runner

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
)

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

// A HalfDoneError says that a step that cannot be one transaction has stopped
// on its way. The journal has a row for each of its statements that was begun.
type HalfDoneError struct {
	Done    int      // statements that are carried out
	Of      int      // statements of the step
	InDoubt bool     // whether the next one was carried out is not known
	Work    Work     // all of it
	Applied []string // what is recorded as applied
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
