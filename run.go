package whimbrel

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/journal"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/runner"
	"github.com/whimbreldb/whimbrel/schema"
)

// A Step is one revision in one direction.
type Step struct {
	Revision Revision `json:"revision"`
	Down     bool     `json:"downgrade,omitempty"`
	From     []string `json:"from"` // heads of the applied set before; empty: base
	To       []string `json:"to"`   // and after
	Took     float64  `json:"seconds,omitempty"`

	Ops   []op.Op `json:"-"`
	Parts []Part  `json:"parts,omitempty"` // filled by Plan
}

// A Part of a planned step is one SQL statement, or one Go function.
type Part struct {
	SQL string `json:"sql,omitempty"`
	Go  string `json:"go,omitempty"` // the name of a Go step
	// Check says that SQL is a query that guards the data, and changes
	// nothing. Else is the error where it does not hold; it is empty where the
	// rows are only remembered, to be compared afterwards.
	Check bool   `json:"check,omitempty"`
	Else  string `json:"else,omitempty"`
}

// Upgrade applies what is missing to reach target: "head", "heads", an id or
// the beginning of one, "+1". It returns the steps that are done and recorded,
// also when it fails: then the failed revision has left nothing behind.
//
// It makes the database when it does not exist, and needs the only write lock.
// When there is nothing to do, it does one query.
func (p *Project) Upgrade(ctx context.Context, target string) ([]Step, error) {
	return p.run(ctx, target, false)
}

// Downgrade undoes what is above target: "-1", an id or the beginning of one,
// "base". See [Project.Upgrade] for what it returns.
func (p *Project) Downgrade(ctx context.Context, target string) ([]Step, error) {
	if p.cfg.DB != nil && p.cfg.Missing() {
		return nil, p.needDatabase()
	}
	return p.run(ctx, target, true)
}

func (p *Project) run(ctx context.Context, target string, down bool) (done []Step, err error) {
	if p.cfg.DB != nil && p.cfg.Missing() {
		// Connecting makes the database. A target that does not exist must not.
		if steps, err := p.steps(journal.State{}, target, down); err != nil || len(steps) == 0 {
			return nil, err
		}
	}
	s, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		err = p.explain(errors.Join(err, s.close(ctx)))
	}()
	steps, err := p.steps(s.state, target, down)
	if err != nil {
		return nil, err
	}
	if len(steps) == 0 {
		if !p.cfg.Dialect.Flavor().Can(dialect.Pieces) || !s.state.Exists {
			return nil, nil
		}
		// What is recorded as applied may be half undone.
		if s.state, err = journal.ReadAll(ctx, s.conn, p.cfg.Dialect); err != nil {
			return nil, err
		}
		return nil, s.nothingHalf()
	}
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	var live schema.Schema
	for try := 0; ; try++ {
		if steps, err = p.steps(s.state, target, down); err != nil || len(steps) == 0 {
			return nil, err
		}
		if err := p.fill(steps, s.state.IDs(), down); err != nil {
			return nil, err
		}
		if err := errors.Join(s.nothingHalf(), s.nothingLost(ctx)); err != nil {
			return nil, err
		}
		if live, err = p.cfg.Dialect.Inspect(ctx, s.conn); err != nil {
			return nil, err
		}
		untracked := p.tracked(s.state, live, steps)
		if untracked == nil {
			break
		}
		// Unless another process was at work between the reading of the record and of
		// the tables. A database that is never quiet is believed in the end.
		mark := s.mark
		if err := s.lock(ctx); err != nil {
			return nil, err
		}
		if s.mark == mark || try == 10 {
			return nil, untracked
		}
	}
	r := s.runner()
	r.State, r.Mark = op.LiveState(live), s.mark
	event := func(kind EventKind) func(int) {
		return func(i int) { p.cfg.OnEvent(Event{Kind: kind, Step: steps[i], Index: i, Total: len(steps)}) }
	}
	r.Started, r.Skipped = event(StepStarted), event(StepSkipped)
	r.Waiting = func(object, holder string) {
		p.cfg.OnEvent(Event{Kind: LockAwaited, Total: len(steps), Object: object, Holder: holder})
	}
	r.Done = func(i int, took time.Duration) {
		steps[i].Took = took.Seconds()
		p.cfg.OnEvent(Event{Kind: StepDone, Step: steps[i], Index: i, Total: len(steps), Duration: took})
	}
	n, err := r.Do(ctx, p.runnable(steps))
	return steps[:n], err
}

func (s *session) runner() *runner.Run {
	nothing := func(int) {}
	return &runner.Run{
		Dialect: s.cfg.Dialect, Conn: s.conn, DB: s.cfg.DB, Journal: s.state, Clock: s.cfg.Now, LockWait: max(s.cfg.LockWait, 0),
		Started: nothing, Skipped: nothing, Done: func(int, time.Duration) {}, Waiting: func(string, string) {},
	}
}

func (p *Project) runnable(steps []Step) []runner.Step {
	out := make([]runner.Step, len(steps))
	for i, s := range steps {
		out[i] = runner.Step{Revision: s.Revision.ID, Hash: p.hash(s.Revision.ID), Down: s.Down, Ops: s.Ops}
	}
	return out
}

// steps plans the way from what is applied to target.
func (p *Project) steps(state journal.State, target string, down bool) ([]Step, error) {
	applied := state.IDs()
	t, err := p.graph.Resolve(target, applied)
	if err != nil {
		return nil, p.explain(err)
	}
	var ids []string
	if down {
		ids, err = p.graph.Downgrade(applied, t)
	} else {
		ids, err = p.graph.Upgrade(applied, t.IDs)
	}
	if err != nil {
		return nil, p.explain(err)
	}
	steps := make([]Step, len(ids))
	heads := append([]string{}, p.graph.AppliedHeads(applied)...)
	set := slices.Clone(applied)
	for i, id := range ids {
		r := p.byID[id]
		s := Step{Revision: p.revision(id), Down: down, From: heads}
		if down {
			if r.Downgrade == nil {
				return nil, errIrreversible(r)
			}
			s.Ops = op.Record(r.Downgrade)
			set = slices.DeleteFunc(set, func(s string) bool { return s == id })
			heads = append([]string{}, p.graph.AppliedHeads(set)...)
		} else {
			s.Ops = op.Record(r.Upgrade)
			set = append(set, id)
			heads = after(heads, r, p)
		}
		s.To = heads
		steps[i] = s
	}
	return steps, nil
}

func errIrreversible(r op.Revision) error {
	return &Error{
		Code: Irreversible, Msg: fmt.Sprintf("revision %s cannot be undone: it has no downgrade", r.ID),
		Detail: []string{r.Source()},
		Hint:   []string{"Write a new revision that brings back what is wanted."},
	}
}

// after returns the heads when r is applied on top of them, without walking
// the whole graph for each step.
func after(heads []string, r op.Revision, p *Project) []string {
	out := make([]string, 0, len(heads)+1)
	for _, h := range heads {
		if !slices.Contains(r.Revises, h) {
			out = append(out, h)
		}
	}
	return append(out, r.ID)
}

// nothingLost refuses to go on where the journal knows of a revision that the
// version table does not have: running it once more could do harm.
func (s *session) nothingLost(ctx context.Context) error {
	if !s.state.Exists || !s.state.Logged {
		return nil
	}
	lost, err := journal.Lost(ctx, s.conn, s.cfg.Dialect)
	if err != nil || len(lost) == 0 {
		return err
	}
	// Another process may have been between the two reads.
	now, err := journal.Read(ctx, s.conn, s.cfg.Dialect)
	lost = slices.DeleteFunc(lost, now.Has)
	if err != nil || len(lost) == 0 {
		return err
	}
	return &Error{
		Code: LostRecord, Msg: "by the journal a revision is applied, and the version table does not have it",
		Detail: lost, Hint: []string{
			"Stamp records what is true, and compares first. if it is applied: whim db stamp " + lost[len(lost)-1],
			"if it is not: whim db stamp " + s.stampOf(s.state.IDs()),
		},
	}
}

// nothingHalf refuses to go on where a revision was stopped half-way: the
// schema is then neither that before it nor that after it.
func (s *session) nothingHalf() error {
	if h := s.halfOf(s.state); h != nil {
		return h.Err()
	}
	return nil
}

// fill fills in what the scripts of the steps leave out, from the history: a
// database may have what is dropped under another name, and then it is known by
// what it is. A history that does not fit together is refused here, whatever
// the database would say to it.
func (p *Project) fill(steps []Step, applied []string, down bool) error {
	set, err := p.graph.Closure(applied)
	if err != nil {
		return err
	}
	state, err := p.replay(set)
	if err != nil {
		return err
	}
	for i, s := range steps {
		set = slices.DeleteFunc(set, func(id string) bool { return id == s.Revision.ID })
		for k, o := range s.Ops {
			if full, ok := state.Fill(o); ok {
				steps[i].Ops[k] = full
			}
			_, err := state.Apply(o)
			if err == nil {
				continue
			}
			if !down {
				return badReplay(err, k, s.Revision)
			}
			// A downgrade need not lead exactly to where the upgrade came from.
			if state, err = p.replay(set); err != nil {
				return err
			}
			break // that is the schema after the whole step
		}
	}
	return nil
}

// tracked refuses to upgrade a database in which no revision is recorded, and
// which has the tables already: they came from somewhere else, and creating
// them again would fail half-way or do harm.
func (p *Project) tracked(state journal.State, live schema.Schema, steps []Step) error {
	if len(state.Applied) > 0 {
		return nil
	}
	there := make(map[string]bool, len(live.Tables))
	for _, t := range live.Tables {
		there[t.Name] = true
	}
	var found []string
	for _, s := range steps {
		for _, o := range s.Ops {
			if c, ok := o.(op.CreateTable); ok && there[c.Table.Name] {
				found = append(found, c.Table.Name)
			}
		}
	}
	if found == nil {
		return nil
	}
	return &Error{
		Code:   Untracked,
		Msg:    "no revision is recorded as applied, but the tables are there already",
		Detail: []string{"tables: " + strings.Join(found, ", ")},
		Hint: []string{
			"to record that the database is at the newest revision, after comparing: whim db stamp head",
			"to begin a history from what the database is: delete the revision files, then whim db baseline --from-db",
		},
	}
}

// Plan returns the steps that Upgrade, or with down Downgrade, would do now,
// with their statements. It changes nothing, and creates no database.
func (p *Project) Plan(ctx context.Context, target string, down bool) ([]Step, error) {
	if p.cfg.DB == nil {
		return nil, p.needDatabase()
	}
	state, err := p.applied(ctx)
	if err != nil {
		return nil, err
	}
	var live schema.Schema
	if !p.cfg.Missing() {
		if live, err = p.cfg.Dialect.Inspect(ctx, p.cfg.DB); err != nil {
			return nil, p.explain(err)
		}
	}
	steps, err := p.steps(state, target, down)
	if err != nil {
		return nil, err
	}
	if h, err := p.half(ctx, state); err != nil {
		return nil, p.explain(err)
	} else if h != nil {
		return nil, h.Err() // an upgrade would say so too
	}
	if err := p.fill(steps, state.IDs(), down); err != nil {
		return nil, p.explain(err)
	}
	if err := p.tracked(state, live, steps); err != nil {
		return nil, err
	}
	at := op.LiveState(live)
	for i, s := range p.runnable(steps) {
		work, err := runner.Compile(p.cfg.Dialect, s, at)
		if err != nil {
			return nil, p.explain(&runner.RevisionError{Revision: s.Revision, Down: s.Down, Planned: true, Err: err})
		}
		steps[i].Parts = parts(work)
	}
	return steps, nil
}

func parts(w runner.Work) []Part {
	out := []Part{}
	for _, part := range w {
		if part.Run.Func != nil {
			out = append(out, Part{Go: part.Run.Name})
		}
		for _, st := range part.Stmts {
			out = append(out, Part{SQL: st.SQL, Check: st.Kind != dialect.Exec, Else: st.Must})
		}
	}
	return out
}

// Stamp records target, and all that it follows, as the applied set, without
// running anything. Unless noVerify, the database must be the schema of that
// set: otherwise the error has code Mismatch and tells the differences, and
// nothing is recorded. It returns the new heads; where the record says all that
// already, they are marked as applied.
func (p *Project) Stamp(ctx context.Context, target string, noVerify bool) (_ []Revision, err error) {
	if p.cfg.DB == nil {
		return nil, p.needDatabase()
	}
	if p.cfg.Missing() {
		// Connecting makes the database, which only a stamp that compares
		// nothing and knows its target may do.
		t, err := p.graph.Resolve(target, nil)
		switch {
		case err != nil:
			return nil, p.explain(err)
		case !noVerify && !t.IsBase():
			return nil, p.needDatabase()
		}
	}
	conn, err := p.cfg.DB.Conn(ctx)
	if err != nil {
		return nil, p.explain(&connectError{err})
	}
	s := &session{Project: p, conn: conn}
	defer func() { err = p.explain(errors.Join(err, s.close(ctx))) }()
	// A database that names a revision nobody knows is one of the things that
	// stamp is there to mend.
	if err := s.lock(ctx); err != nil && CodeOf(err) != UnknownApplied {
		return nil, err
	}
	t, err := p.graph.Resolve(target, s.state.IDs())
	if err != nil {
		return nil, err
	}
	want, err := p.graph.Closure(t.IDs)
	if err != nil {
		return nil, err
	}
	var entries []journal.Entry
	// What the journal takes for applied, and nobody wants: only an entry of its
	// own tells it otherwise.
	if s.state.Logged && s.state.Exists {
		lost, err := journal.Lost(ctx, s.conn, s.cfg.Dialect)
		if err != nil {
			return nil, err
		}
		for _, id := range lost {
			if !slices.Contains(want, id) {
				entries = append(entries,
					journal.Entry{Revision: id, Action: journal.Stamp}, journal.Entry{Revision: id, Action: journal.Unstamp})
			}
		}
	}
	// What was stopped half-way and has been undone, or done again, by hand is
	// settled by an entry, where no other says so.
	at, _, _, half := journal.HalfDone(s.state.Open)
	for _, id := range s.state.IDs() {
		if !slices.Contains(want, id) {
			entries = append(entries, journal.Entry{Revision: id, Action: journal.Unstamp})
		}
	}
	for _, id := range want {
		if !s.state.Has(id) {
			entries = append(entries, journal.Entry{Revision: id, Hash: p.hash(id), Action: journal.Stamp})
		}
	}
	if half && len(entries) == 0 {
		on, off := journal.Entry{Revision: at.Revision, Hash: p.hash(at.Revision), Action: journal.Stamp}, journal.Entry{Revision: at.Revision, Action: journal.Unstamp}
		if s.state.Has(at.Revision) {
			on, off = off, on
		}
		entries = append(entries, on, off)
	}
	verify := func(ctx context.Context, q dialect.Queryer) error { return nil }
	if !noVerify {
		verify = func(ctx context.Context, q dialect.Queryer) error { return p.verify(ctx, q, want, target) }
	}
	if len(entries) == 0 {
		out := p.revisions(t.IDs)
		mark(out, s.state)
		return out, verify(ctx, s.conn)
	}
	if err := s.runner().Entries(ctx, entries, verify); err != nil {
		return nil, err
	}
	return p.revisions(t.IDs), nil
}

func (p *Project) verify(ctx context.Context, q dialect.Queryer, ids []string, target string) error {
	report, err := p.compare(ctx, q, ids)
	if err != nil {
		return err
	}
	if len(report.Ops) == 0 && len(report.Unsupported) == 0 && len(report.NotCompared) == 0 {
		return nil
	}
	return &Error{
		Code:   Mismatch,
		Msg:    fmt.Sprintf("the database is not the schema of %s, nothing was recorded", target),
		Detail: report.Lines(),
		Hint:   []string{"to record it all the same: whim db stamp --no-verify " + target},
	}
}
