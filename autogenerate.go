package whimbrel

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/revision"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/script"
)

// Changes is what the models say and the history does not.
type Changes struct {
	Ops []op.Op `json:"-"`
	// Elsewhere are those of Ops that run no statement in a database of the kind
	// that is configured.
	Elsewhere []op.Op         `json:"-"`
	Warnings  []model.Warning `json:"warnings,omitempty"`
	// Drift is H − D, where there is a database to read. DriftErr says why
	// there is none although a database was there.
	Drift    *DriftReport `json:"-"`
	DriftErr error        `json:"-"`
	// Pending are the revisions that the database does not have yet, where
	// there is one to read.
	Pending []Revision `json:"-"`
}

// Check returns M − H, which needs no database, and beside it the drift, where
// there is a database. It asks nothing: a possible rename is a drop and an add.
func (p *Project) Check(ctx context.Context) (Changes, error) {
	c, err := p.CheckModels()
	if err == nil {
		p.addDrift(ctx, &c)
	}
	return c, err
}

// CheckModels is [Project.Check] without a look at the database, also where
// there is one.
func (p *Project) CheckModels() (Changes, error) {
	h, m, err := p.states("")
	if err != nil {
		return Changes{}, err
	}
	ops := diff.Diff(h.schema, p.wanted(m, h.schema))
	return Changes{Warnings: m.Warnings, Ops: ops, Elsewhere: p.elsewhere(h.schema, ops)}, nil
}

func (p *Project) addDrift(ctx context.Context, c *Changes) {
	if p.cfg.DB == nil || p.cfg.Missing() {
		return
	}
	report, err := p.Drift(ctx)
	if err != nil {
		c.DriftErr = err
		return
	}
	c.Drift = &report
	c.Pending, c.DriftErr = p.Pending(ctx)
}

// elsewhere returns those of the operations, which begin at h, that run no
// statement in a database of the kind that is configured: a type or a default
// that is only for another, NOT NULL of a key that has it in any case.
func (p *Project) elsewhere(h schema.Schema, ops []op.Op) []op.Op {
	if p.cfg.Dialect == nil {
		return nil
	}
	var out []op.Op
	state := op.NewState(h)
	for _, o := range ops {
		if _, ok := o.(op.AlterColumn); !ok {
			if _, err := state.Apply(o); err != nil {
				return out
			}
			continue
		}
		stmts, err := p.cfg.Dialect.Compile([]op.Op{o}, state)
		if err != nil {
			return out // whoever applies it is told
		}
		if len(stmts) == 0 {
			out = append(out, o)
		}
	}
	return out
}

// history is H at the revision that a new one will follow.
type history struct {
	down   []string
	schema schema.Schema
}

// states returns H at head (a symbol; "" is the only head) and M.
func (p *Project) states(head string) (history, model.Models, error) {
	h, err := p.at(head)
	if err != nil {
		return h, model.Models{}, err
	}
	m, err := p.models()
	return h, m, err
}

func (p *Project) at(head string) (history, error) {
	if head == "" {
		head = "head"
	}
	if p.graph.Len() == 0 && head == "head" {
		return history{}, nil
	}
	t, err := p.graph.Resolve(head, nil)
	if err != nil {
		return history{}, p.explain(err)
	}
	ids, err := p.graph.Closure(t.IDs)
	if err != nil {
		return history{}, p.explain(err)
	}
	s, err := p.replayed(ids)
	return history{t.IDs, s}, err
}

// MigrateOptions are the options of [Project.Migrate] and
// [Project.NewRevision].
type MigrateOptions struct {
	Message string // Migrate: "" is made from the operations
	ID      string // "" is a new one
	// Head is the revision to follow: "" is the only head, "heads" joins them all,
	// "base" is none. Migrate refuses one that leaves a part of the history out.
	Head    string
	Answers diff.Answers // decisions on questions
	DryRun  bool         // write nothing

	irreversible string // why there is no downgrade
}

// A Written is a new revision file. Path is empty when nothing was written:
// there was no change, or it was a dry run.
type Written struct {
	Path    string  `json:"path,omitempty"`
	ID      string  `json:"id,omitempty"`
	Message string  `json:"message,omitempty"`
	Changes Changes `json:"changes"`
}

// Migrate writes M − H as a new revision file. It needs no database. Where a
// decision is open it writes nothing: the error has code OpenQuestions and
// wraps a *diff.OpenError.
func (p *Project) Migrate(ctx context.Context, o MigrateOptions) (Written, error) {
	h, m, err := p.states(o.Head)
	if err != nil {
		return Written{}, err
	}
	if err := p.whole(o.Head, h.down); err != nil {
		return Written{}, err
	}
	want := p.wanted(m, h.schema)
	ops, err := diff.Ask(h.schema, want, o.Answers)
	w := Written{Changes: Changes{Ops: ops, Elsewhere: p.elsewhere(h.schema, ops), Warnings: m.Warnings}}
	if err != nil {
		w.Changes.Ops = diff.Diff(h.schema, want)
		return w, p.explain(err)
	}
	p.addDrift(ctx, &w.Changes)
	if len(ops) == 0 || o.DryRun {
		return w, nil
	}
	down, err := p.prove(h.schema, want, ops)
	if err != nil {
		return w, err
	}
	if o.Message == "" {
		o.Message = describeAll(ops)
	}
	return w, p.write(&w, o, h.down, ops, down)
}

// whole refuses a head that does not stand for the whole history.
func (p *Project) whole(head string, ids []string) error {
	set, err := p.graph.Closure(ids)
	if err != nil {
		return p.explain(err)
	}
	heads := p.graph.Heads()
	left := slices.DeleteFunc(slices.Clone(heads), func(id string) bool { return slices.Contains(set, id) })
	if len(left) == 0 {
		return nil
	}
	return errPart(head, left, len(heads) > 1)
}

// describeAll makes a message out of operations.
func describeAll(ops []op.Op) string {
	verb, object := op.Describe(ops[0])
	object, _, _ = strings.Cut(object, ":")
	s := verb + " " + object
	if len(ops) > 1 {
		s += " and more"
	}
	return s
}

// prove checks, before anything is written, that ops lead from one schema to
// the other, and that the downgrade leads back.
func (p *Project) prove(from, to schema.Schema, ops []op.Op) (down []op.Op, err error) {
	down, ok := diff.Downgrade(ops)
	if !ok {
		return nil, &Error{Code: Internal, Msg: "the difference has no inverse"}
	}
	state := op.NewState(from)
	for _, way := range []struct {
		ops  []op.Op
		goal schema.Schema
	}{{ops, to}, {down, from}} {
		for _, o := range way.ops {
			if _, err := state.Apply(o); err != nil {
				return nil, &Error{Code: Internal, Msg: err.Error(), Err: err}
			}
		}
		// In views and triggers the database renames by itself, and how it then
		// writes them is its own business.
		is, goal := state.Schema(), way.goal
		is.Objects, goal.Objects = nil, nil
		if rest := diff.Diff(is, goal); len(rest) > 0 {
			return nil, &Error{Code: Internal, Msg: "the operations do not lead to the models: " + describeAll(rest)}
		}
	}
	return down, nil
}

// NewRevision writes a revision file without operations.
func (p *Project) NewRevision(_ context.Context, o MigrateOptions) (Written, error) {
	h, err := p.at(o.Head)
	if err != nil {
		return Written{}, err
	}
	if strings.TrimSpace(o.Message) == "" {
		return Written{}, errNoMessage()
	}
	var w Written
	if o.DryRun {
		return w, nil
	}
	return w, p.write(&w, o, h.down, nil, nil)
}

func errNoMessage() error {
	return &Error{
		Code: BadMessage, Msg: "a revision needs a message",
		Hint: []string{`for example: whim db revision -m "add an index on email"`},
	}
}

func (p *Project) write(w *Written, o MigrateOptions, down []string, up, back []op.Op) error {
	if p.cfg.Dir == "" {
		return &Error{Code: NoFolder, Msg: "no folder for revision files is configured"}
	}
	if info, err := os.Stat(p.cfg.Dir); err != nil || !info.IsDir() {
		return &Error{
			Code: NoFolder, Msg: "there is no folder " + p.cfg.Dir + " to write revision files into",
			Hint: []string{"to make it: whim db init"}, Err: err,
		}
	}
	if o.ID == "" {
		o.ID = p.cfg.NewID()
	}
	if why := p.badID(o.ID); why != "" {
		return &Error{Code: BadHistory, Msg: why}
	}
	message := strings.Join(strings.Fields(o.Message), " ")
	if message == "" {
		return errNoMessage()
	}
	created := p.cfg.Now().UTC()
	src, err := script.Source(script.File{
		ID: o.ID, Revises: down, Message: message, Created: created, Upgrade: up, Downgrade: back,
		Irreversible: o.irreversible,
	})
	if err != nil {
		return &Error{Code: Unsupported, Msg: err.Error(), Err: err}
	}
	name := script.FileName(created, o.ID, message)
	if err := script.Write(p.cfg.Dir, name, src); err != nil {
		return &Error{Code: NoFolder, Msg: "the revision file cannot be written", Detail: []string{err.Error()}, Err: err}
	}
	w.Path, w.ID, w.Message = filepath.Join(p.cfg.Dir, name), o.ID, message
	return nil
}

// badID says why an id cannot be that of a new revision.
func (p *Project) badID(id string) string {
	if p.graph.Has(id) {
		return "revision " + id + " exists already"
	}
	if _, err := revision.New([]revision.Node{{ID: id}}); err != nil {
		return err.Error()
	}
	return ""
}
