package whimbrel

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/journal"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

// A DriftReport is H − D: how the database differs from what its applied
// revisions say.
type DriftReport struct {
	Ops         []op.Op  `json:"-"`                      // what somebody did to the database
	Noise       []string `json:"noise,omitempty"`        // other names or spelling, same effect
	Foreign     []string `json:"foreign,omitempty"`      // what neither the history nor the models name
	Unsupported []string `json:"unsupported,omitempty"`  // "table x: why": not fully understood, so not compared
	NotCompared []string `json:"not_compared,omitempty"` // "view x: why": this user has no place to build it in

	// Untracked says that no revision is recorded, and that the database has
	// tables of ours all the same: nobody changed it, it came from elsewhere.
	Untracked bool `json:"untracked,omitempty"`
	// HalfDone is the revision that was stopped half-way, if one was: what is
	// different may come from it.
	HalfDone *Half `json:"half_done,omitempty"`
	// Edited are the revisions that are not what was applied: their files were
	// changed afterwards, and the database was not.
	Edited []Revision `json:"edited,omitempty"`
}

// Empty reports whether the database is what its revisions say, and the
// revisions are what was applied.
func (r DriftReport) Empty() bool {
	return len(r.Ops) == 0 && len(r.Unsupported) == 0 && len(r.NotCompared) == 0 && len(r.Edited) == 0 && r.HalfDone == nil
}

// Lines says each difference in one line.
func (r DriftReport) Lines() []string {
	var out []string
	if r.HalfDone != nil {
		out = append(out, r.HalfDone.String())
	}
	for _, d := range r.Differences() {
		out = append(out, d.String())
	}
	for _, e := range r.Edited {
		out = append(out, "revision "+e.ID+" was edited after it was applied: "+e.Source)
	}
	out = append(out, r.Unsupported...)
	for _, n := range r.NotCompared {
		out = append(out, "not compared: "+n)
	}
	return out
}

// Drift compares the database with its applied revisions. Without a database
// the error has code NoDatabase.
func (p *Project) Drift(ctx context.Context) (DriftReport, error) {
	if err := p.needDatabase(); err != nil {
		return DriftReport{}, err
	}
	s, err := p.applied(ctx)
	if err != nil {
		return DriftReport{}, err
	}
	ids, err := p.graph.Closure(s.IDs())
	if err != nil {
		return DriftReport{}, p.explain(err)
	}
	r, err := p.compare(ctx, p.cfg.DB, ids)
	if err == nil {
		r.HalfDone, err = p.half(ctx, s)
	}
	r.Untracked = len(s.Applied) == 0 && len(r.Ops) > 0 && r.HalfDone == nil
	r.Edited = p.edited(s)
	return r, p.explain(err)
}

// edited returns the revisions whose operations are not those that were
// applied.
func (p *Project) edited(s journal.State) []Revision {
	var out []Revision
	for _, a := range s.Applied {
		if a.Hash != p.hash(a.Revision) {
			out = append(out, p.revision(a.Revision))
		}
	}
	return out
}

// compare compares the database with the schema of a set of revisions.
func (p *Project) compare(ctx context.Context, q dialect.Queryer, ids []string) (DriftReport, error) {
	h, err := p.replayed(ids)
	if err != nil {
		return DriftReport{}, err
	}
	// What a rename does to the text of a view or a trigger only the database
	// knows. Where there are both, it is asked to go the whole way.
	steps := make([][]op.Op, len(ids))
	renames := false
	for i, id := range ids {
		steps[i] = op.Record(p.byID[id].Upgrade)
		renames = renames || slices.ContainsFunc(steps[i], renaming)
	}
	if len(h.Objects) == 0 || !renames {
		steps = [][]op.Op{diff.Diff(schema.Schema{}, h)}
	}
	r, _, err := p.compareWith(ctx, q, h, steps...)
	return r, err
}

func renaming(o op.Op) bool {
	_, table := o.(op.RenameTable)
	_, column := o.(op.RenameColumn)
	return table || column
}

// compareWith compares the database with h, which steps make, and returns what
// they make of it there too.
func (p *Project) compareWith(ctx context.Context, q dialect.Queryer, h schema.Schema, steps ...[]op.Op) (DriftReport, schema.Schema, error) {
	d := p.cfg.Dialect
	live, err := d.Inspect(ctx, q)
	if err != nil {
		return DriftReport{}, live, err
	}
	ours := p.ours(h)
	report := p.foreign(live, h, ours)
	unsupported := map[string]bool{}
	for _, t := range live.Tables {
		if t.Unsupported != "" && ours[t.Name] {
			unsupported[t.Name] = true
			report.Unsupported = append(report.Unsupported, fmt.Sprintf("table %s: %s", t.Name, t.Unsupported))
		}
	}
	whole := live.Unsupported
	unread := func(kind, name string) bool { // it is there, and nobody knows what it is
		return slices.ContainsFunc(whole, func(u schema.Unsupported) bool { return u.Kind == kind && u.Name == name })
	}
	want, err := scratch.Run(ctx, d, p.cfg.DB, live, steps...)
	if err != nil {
		return report, want, err
	}
	skip := func(table string) bool { return p.ignored(table) || unsupported[table] }
	foreign := func(name string) bool { return !ours[name] && isTable(live, name) }
	live = without(live, func(name string) bool { return skip(name) || foreign(name) })
	live.Objects = keepObjects(live.Objects, h, ours)
	wanted := without(want, skip)
	wanted.Objects = slices.DeleteFunc(wanted.Objects, func(o schema.Object) bool { return unread(string(o.Kind), o.Name) })
	if report.Ops, report.Noise, err = scratch.Settle(ctx, d, p.cfg.DB, wanted, live); err != nil {
		return report, want, err
	}
	for _, u := range want.Unsupported {
		if unread(u.Kind, u.Name) {
			continue // it belongs to the database as a whole, or was told already
		}
		report.NotCompared = append(report.NotCompared, fmt.Sprintf("%s %s: %s", u.Kind, u.Name, u.Why))
	}
	return report, want, nil
}

// foreign begins a report with what is in the database, and is not in the schema h
// or cannot be read.
func (p *Project) foreign(live, h schema.Schema, ours map[string]bool) (report DriftReport) {
	for _, t := range live.Tables {
		if !p.ignored(t.Name) && !ours[t.Name] {
			report.Foreign = append(report.Foreign, "table "+t.Name)
		}
	}
	for _, o := range live.Objects {
		_, known := h.Object(o.ID())
		if known || p.ignored(o.Name) {
			continue
		}
		if o.Table == "" || !ours[o.Table] {
			report.Foreign = append(report.Foreign, o.String())
		}
	}
	for _, u := range live.Unsupported {
		if slices.ContainsFunc(h.Objects, func(o schema.Object) bool { return u.Kind == string(o.Kind) && u.Name == o.Name }) {
			report.Unsupported = append(report.Unsupported, fmt.Sprintf("%s %s: %s", u.Kind, u.Name, cmp.Or(u.Why, "not supported")))
			continue
		}
		report.Foreign = append(report.Foreign, fmt.Sprintf("%s %s (%s)", u.Kind, u.Name, cmp.Or(u.Why, "not supported")))
	}
	return report
}

// ours says which tables the comparison is about: those of the schema, and
// those that the history or the models ever named.
func (p *Project) ours(h schema.Schema) map[string]bool {
	ours := p.named()
	for _, t := range h.Tables {
		ours[t.Name] = true
	}
	for _, o := range h.Objects {
		if o.Kind == schema.View || o.Kind == schema.MaterializedView {
			ours[o.Name] = true // what is on it is our business
		}
	}
	// Models that cannot be read must not hide what the database is.
	if m, err := p.models(); err == nil {
		for _, t := range m.Schema.Tables {
			ours[t.Name] = true
		}
	}
	return ours
}

func isTable(s schema.Schema, name string) bool {
	_, ok := s.Table(name)
	return ok
}

// keepObjects leaves out the objects that are somebody else's: those that the
// schema does not have, unless they are on our tables.
func keepObjects(objects []schema.Object, h schema.Schema, ours map[string]bool) []schema.Object {
	var out []schema.Object
	for _, o := range objects {
		_, known := h.Object(o.ID())
		if known || o.Table != "" && ours[o.Table] {
			out = append(out, o)
		}
	}
	return out
}
