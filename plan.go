package whimbrel

import (
	"context"
	"fmt"
	"slices"
	"strings"

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
			heads = after(heads, r)
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
func after(heads []string, r op.Revision) []string {
	out := make([]string, 0, len(heads)+1)
	for _, h := range heads {
		if !slices.Contains(r.Revises, h) {
			out = append(out, h)
		}
	}
	return append(out, r.ID)
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

func (p *Project) runnable(steps []Step) []runner.Step {
	out := make([]runner.Step, len(steps))
	for i, s := range steps {
		out[i] = runner.Step{Revision: s.Revision.ID, Hash: p.hash(s.Revision.ID), Down: s.Down, Ops: s.Ops}
	}
	return out
}
