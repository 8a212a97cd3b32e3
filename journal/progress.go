package journal

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/dialect"
)

// A StepState is how far a statement is.
type StepState string

const (
	StartedState StepState = "started" // it is carried out, or it was when the connection broke
	DoneState    StepState = "done"
	FailedState  StepState = "failed" // the server refused it: it has changed nothing
)

// A Progress is a row of the journal about one statement of a revision that
// cannot be one transaction.
type Progress struct {
	Revision string
	Action   Action
	Step     int // index of the statement, from 0
	State    StepState
}

// Note returns the statement that records p, as the row that follows last.
func Note(d dialect.Dialect, p Progress, last int64) string {
	return fmt.Sprintf("INSERT INTO %s (id, revision, action, step, state) VALUES (%d, %s, %s, %d, %s)",
		d.Quote(Table), last+1, d.Literal(p.Revision), d.Literal(string(p.Action)), p.Step, d.Literal(string(p.State)))
}

// HalfDone sums up the rows of a revision that was stopped half-way: which one,
// in which direction, how many statements are done, and whether the next one is
// in doubt. It reports false where nothing of a revision remains.
func HalfDone(open []Progress) (last Progress, done int, inDoubt, is bool) {
	for _, p := range open {
		if p.Revision != last.Revision || p.Action != last.Action {
			done = 0 // what was tried before has left nothing, or this would not have begun
		}
		last = p
		inDoubt = p.State == StartedState
		if p.State == DoneState {
			done = p.Step + 1
		}
	}
	return last, done, inDoubt, done > 0 || inDoubt
}
