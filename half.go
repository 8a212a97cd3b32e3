package whimbrel

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/journal"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/runner"
)

// A Half says how far a revision is that was stopped on its way: the schema is
// neither that before it nor that after it. It is read from the journal.
type Half struct {
	Revision string `json:"revision"`
	Down     bool   `json:"downgrade,omitempty"`
	Done     int    `json:"done"`               // statements that are carried out
	InDoubt  bool   `json:"in_doubt,omitempty"` // whether the next one was carried out is not known
	// Holder is who holds the database, where somebody does: the revision may
	// be running at this moment.
	Holder string `json:"holder,omitempty"`
	// Gone says that the history does not have the revision: its file was
	// deleted.
	Gone bool `json:"gone,omitempty"`
	// Statements are all of them, in order, as the history makes them. None
	// are there where that cannot be told.
	Statements []HalfStatement `json:"statements,omitempty"`

	hint []string
}

// A HalfStatement is a statement of a revision that is half done.
type HalfStatement struct {
	Part
	State HalfState `json:"state"`

	session bool // it is about the session alone
}

// A HalfState says what became of a statement.
type HalfState string

const (
	HalfStateDone    HalfState = "done"
	HalfStateInDoubt HalfState = "in doubt" // it was begun, and its end is not recorded
	HalfStateNotDone HalfState = "not done" // it was refused, or not begun
)

// Err returns the error of who would go on from there: it says how to settle
// it.
func (h *Half) Err() *Error {
	e := &Error{Code: HalfDone, Msg: h.String(), Detail: h.Lines(), Hint: h.hint}
	if h.Holder != "" {
		e.Detail = append(e.Detail, "the database is held by "+h.Holder)
		e.Hint = append([]string{"It may be running at this moment. Look again before you do anything: whim db current"}, e.Hint...)
	}
	return e
}

// String says what was stopped, in one line.
func (h *Half) String() string {
	if h.Holder != "" {
		return fmt.Sprintf("the %s of revision %s is half-way", h.word(), h.Revision)
	}
	return fmt.Sprintf("the %s of revision %s was stopped half-way", h.word(), h.Revision)
}

func (h *Half) word() string {
	if h.Down {
		return "downgrade"
	}
	return "upgrade"
}

// Lines says how far it is: what is done, and what is not.
func (h *Half) Lines() []string {
	n, of := h.Done, 0
	if len(h.Statements) > 0 {
		n = 0
	}
	for _, s := range h.Statements {
		if s.shown() {
			of++
			if s.State == HalfStateDone {
				n++
			}
		}
	}
	var out []string
	switch {
	case of > 0:
		out = append(out, fmt.Sprintf("%d of %s, by the journal", n, count(of, "statement is done", "statements are done")))
	default:
		out = append(out, fmt.Sprintf("%s, by the journal", count(n, "statement is done", "statements are done")))
		if h.InDoubt {
			out = append(out, fmt.Sprintf("statement %d was begun, and its end is not recorded: look whether it is done", n+1))
		}
	}
	if h.Gone {
		out = append(out, "the history does not have the revision any more: its file was deleted")
	}
	for _, s := range h.Statements {
		if s.shown() {
			out = append(out, string(s.State)+": "+s.text())
		}
	}
	return out
}

// shown reports whether a person who settles it needs to know of a statement:
// not of those about the session, nor of checks, which change nothing, but where
// one guards what is still to be done.
func (s HalfStatement) shown() bool {
	return !s.session && (!s.Check || s.State != HalfStateDone && s.Else != "")
}

func (s HalfStatement) text() string {
	switch {
	case s.Go != "":
		return fmt.Sprintf("the Go step %q", s.Go)
	case s.Check:
		return "a check that the rows allow what follows: " + oneLine(s.SQL)
	}
	return strings.TrimSpace(s.SQL)
}

// HalfDone returns how far a revision is that was stopped half-way, or nil. It
// changes nothing.
func (p *Project) HalfDone(ctx context.Context) (*Half, error) {
	if p.cfg.DB == nil || p.cfg.Missing() {
		return nil, nil
	}
	state, err := journal.Read(ctx, p.cfg.DB, p.cfg.Dialect)
	if err != nil {
		return nil, p.explain(err)
	}
	h, err := p.half(ctx, state)
	return h, p.explain(err)
}

// half is HalfDone for who has read the version table.
func (p *Project) half(ctx context.Context, state journal.State) (*Half, error) {
	if !state.Exists || !p.cfg.Dialect.Flavor().Can(dialect.Pieces) {
		return nil, nil
	}
	state, err := journal.ReadAll(ctx, p.cfg.DB, p.cfg.Dialect)
	if err != nil {
		if p.cfg.Dialect.Classify(err) == dialect.Denied {
			return nil, nil // who may look at the one table only is told what is in it
		}
		return nil, err
	}
	h := p.halfOf(state)
	if h == nil {
		return nil, nil
	}
	// What is running has the lock.
	conn, err := p.cfg.DB.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	unlock, err := p.cfg.Dialect.Lock(ctx, conn, 0)
	var locked *dialect.LockedError
	switch {
	case errors.As(err, &locked):
		h.Holder = cmp.Or(locked.Holder, "another process")
	case err != nil: // who may not lock may look all the same
	default:
		err = unlock(ctx)
		return h, err
	}
	return h, nil
}

// halfOf is half for who has read the journal.
func (p *Project) halfOf(state journal.State) *Half {
	at, done, inDoubt, is := journal.HalfDone(state.Open)
	if !is {
		return nil
	}
	h := &Half{Revision: at.Revision, Down: at.Action == journal.Downgrade, Done: done, InDoubt: inDoubt, Gone: !p.graph.Has(at.Revision)}
	h.hint = p.halfHint(at.Revision, h.Down, state.IDs())
	if work, ok := p.workOf(at.Revision, h.Down); ok {
		h.Statements = halfStatements(work, done, inDoubt)
		h.hint = append(h.hint, h.invalidIndex()...)
	}
	return h
}

// workOf compiles a revision from the history alone: the database is no longer
// what it was when the revision began.
func (p *Project) workOf(id string, down bool) (runner.Work, bool) {
	r, ok := p.byID[id]
	if !ok || down && r.Downgrade == nil {
		return nil, false
	}
	tips := slices.Concat(r.Revises, r.DependsOn)
	if down {
		tips = []string{id}
	}
	before, err := p.graph.Closure(tips)
	if err != nil {
		return nil, false
	}
	h, err := p.replayed(before)
	if err != nil {
		return nil, false
	}
	s := runner.Step{Revision: id, Down: down, Ops: op.Record(r.Upgrade)}
	if down {
		s.Ops = op.Record(r.Downgrade)
	}
	work, err := runner.Compile(p.cfg.Dialect, s, op.LiveState(h))
	return work, err == nil
}

// halfStatements says of each statement what became of it; nothing where there
// are fewer than the journal says are done: then they are others.
func halfStatements(work runner.Work, done int, inDoubt bool) []HalfStatement {
	var out []HalfStatement
	for _, part := range work {
		if part.Run.Func != nil {
			out = append(out, HalfStatement{Part: Part{Go: part.Run.Name}})
		}
		for i, p := range parts(runner.Work{{Stmts: part.Stmts}}) {
			out = append(out, HalfStatement{Part: p, session: part.Stmts[i].Session})
		}
	}
	if len(out) < done || inDoubt && len(out) == done {
		return nil
	}
	for i := range out {
		switch {
		case i < done:
			out[i].State = HalfStateDone
		case i == done && inDoubt:
			out[i].State = HalfStateInDoubt
		default:
			out[i].State = HalfStateNotDone
		}
	}
	return out
}

// invalidIndex says that an index which could not be built concurrently is left
// in the database (PostgreSQL 15 and 18).
func (h *Half) invalidIndex() []string {
	for _, s := range h.Statements {
		if s.State != HalfStateDone && strings.HasPrefix(s.SQL, "CREATE ") && strings.Contains(s.SQL, " INDEX CONCURRENTLY ") {
			return []string{"An index that could not be built concurrently is left behind, invalid: drop it first, either way."}
		}
	}
	return nil
}

// halfHint says how to settle it, forwards and backwards. applied is what the
// version table has.
func (p *Project) halfHint(id string, down bool, applied []string) []string {
	back := p.stampOf(applied)
	r, ok := p.byID[id]
	if !ok {
		return []string{
			"Bring the file of the revision back: only it says what was to be done.",
			"after undoing by hand what is done of it: whim db stamp " + back,
		}
	}
	word, forward := "upgrade", p.stampOf(append(slices.Clone(applied), id))
	below := names(r.Revises)
	script := "downgrade --sql " + id + ":" + below
	if down {
		word, forward = "downgrade", p.stampOf(slices.DeleteFunc(slices.Clone(applied), func(a string) bool { return a == id }))
		script = "upgrade --sql " + below + ":" + id
	}
	out := []string{
		"to go forward: carry out the rest of the " + word + " by hand, then: whim db stamp " + forward,
		"to go back: undo by hand what is done of it, then: whim db stamp " + back,
	}
	if len(r.Revises) < 2 && r.Downgrade != nil {
		out = append(out, "to see the statements that lead back, some of which are needed: whim db "+script)
	}
	return append(out, "Stamp compares first, and records nothing where something is missing. to see what the database has and lacks: whim db drift")
}
