package whimbrel

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/journal"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/script"
)

// BaselineOptions are the options of [Project.Baseline].
type BaselineOptions struct {
	Message string // "" is "baseline"
	ID      string // "" is a new one
	FromDB  bool   // from the database, not from the models
}

// A Baselined is the result of [Project.Baseline].
type Baselined struct {
	Written
	Stamped bool        `json:"stamped"`
	Drift   DriftReport `json:"-"` // how the database differs from the baseline
}

// Baseline writes the first revision of a database that exists, and records it
// as applied after proving that the database is that schema.
//
// From the models, names and spelling may differ. Where more differs, the
// revision is written and not recorded, and the error has code Mismatch. From
// the database, the revision says what the models say wherever that makes what
// the database has; a table that is not fully understood is refused by name, and
// nothing is written.
func (p *Project) Baseline(ctx context.Context, o BaselineOptions) (Baselined, error) {
	var b Baselined
	if err := p.needDatabase(); err != nil {
		return b, err
	}
	if p.graph.Len() > 0 {
		return b, &Error{
			Code: NotAtHead, Msg: "the history has revisions already: a baseline is the first",
			Hint: []string{"to record that the database is at the newest, after comparing: whim db stamp head"},
		}
	}
	state, err := p.applied(ctx)
	if err != nil {
		return b, err
	}
	if len(state.Applied) > 0 {
		return b, &Error{Code: NotAtHead, Msg: "the database has revisions recorded already"}
	}
	if o.Message == "" {
		o.Message = "baseline"
	}
	var want schema.Schema
	if o.FromDB {
		want, err = p.baselineFromDB(ctx, &b)
	} else {
		want, err = p.baselineFromModels(ctx, &b)
	}
	if err != nil {
		return b, err
	}
	mo := MigrateOptions{
		Message: o.Message, ID: o.ID,
		irreversible: "A baseline is where the history begins: undoing it would drop what was there before.",
	}
	if err := p.write(&b.Written, mo, nil, b.Changes.Ops, nil); err != nil {
		return b, err
	}
	if !b.Drift.Empty() {
		return b, &Error{
			Code:   Mismatch,
			Msg:    "the baseline is written, but not recorded: the database differs from it",
			Detail: b.Drift.Lines(),
			Hint: []string{
				"to begin from what the database is, and migrate to the models from there: delete " + b.Path + ", then whim db baseline --from-db",
				"after mending the database by hand: whim db stamp " + b.ID,
			},
		}
	}
	if err := p.stampNew(ctx, b.ID, want, b.Changes.Ops); err != nil {
		return b, err
	}
	b.Stamped = true
	return b, nil
}

// propose makes want the baseline: what creates it, and how the database
// differs from it.
func (p *Project) propose(ctx context.Context, b *Baselined, want schema.Schema) (err error) {
	b.Changes.Ops = diff.Diff(schema.Schema{}, want)
	if len(b.Changes.Ops) == 0 {
		return &Error{Code: NotAtHead, Msg: "there is nothing to begin with: no table was found"}
	}
	if _, err := p.prove(schema.Schema{}, want, b.Changes.Ops); err != nil {
		return err
	}
	b.Drift, _, err = p.compareWith(ctx, p.cfg.DB, want, b.Changes.Ops)
	return p.explain(err)
}

func (p *Project) baselineFromModels(ctx context.Context, b *Baselined) (schema.Schema, error) {
	m, err := p.models()
	b.Changes.Warnings = m.Warnings
	if err != nil {
		return m.Schema, err
	}
	if len(p.cfg.Models) == 0 {
		return m.Schema, &Error{
			Code: NotAtHead, Msg: "there is nothing to begin with: the app has no models",
			Hint: []string{"to begin from what the database is: whim db baseline --from-db"},
		}
	}
	return m.Schema, p.propose(ctx, b, m.Schema)
}

func (p *Project) baselineFromDB(ctx context.Context, b *Baselined) (schema.Schema, error) {
	live, err := p.cfg.Dialect.Inspect(ctx, p.cfg.DB)
	if err != nil {
		return live, p.explain(err)
	}
	live = without(live, p.ignored)
	var refused []string
	for i, t := range live.Tables {
		if t.Unsupported != "" {
			refused = append(refused, "table "+t.Name+": "+t.Unsupported)
		}
		live.Tables[i] = p.cfg.Dialect.Neutral(t)
	}
	if refused != nil {
		return live, &Error{
			Code: Unsupported, Msg: "the database has tables that cannot be represented in full; nothing was written", Detail: refused,
			Hint: []string{"To leave them alone, name them in History.Ignore."},
		}
	}
	// Models that cannot be read are no reason to refuse: the database is what
	// counts here.
	m, err := p.models()
	if err == nil && len(m.Schema.Tables) > 0 {
		if want, ok := p.inModelWords(ctx, m.Schema, live); ok && p.propose(ctx, b, want) == nil && b.Drift.Empty() {
			return want, nil
		}
	}
	for i, t := range live.Tables {
		live.Tables[i] = p.inModelTypes(t, m.Schema)
	}
	return live, p.propose(ctx, b, live)
}

// inModelWords returns live, which has neutral types, as the models say it: what
// the database makes of the models is compared with what it has, and the models
// are changed by what really differs. So the next comparison with them finds
// that, and nothing else. It reports false where that cannot be told: there is
// no place to try the models in, or the database does not take them.
func (p *Project) inModelWords(ctx context.Context, m, live schema.Schema) (schema.Schema, bool) {
	// What tables are made of can be there without the models having words for it.
	m.Objects = slices.Clone(m.Objects)
	for _, o := range live.Objects {
		if _, ok := m.Object(o.ID()); !ok && o.Kind.Early() {
			m.Objects = append(m.Objects, o)
		}
	}
	report, made, err := p.compareWith(ctx, p.cfg.DB, m, diff.Diff(schema.Schema{}, m))
	if err != nil {
		return m, false
	}
	// The operations of the comparison are in a spelling that is for comparing
	// only. The same ones are found between what was read.
	about := func(o op.Op) string {
		verb, object := op.Describe(o)
		object, _, _ = strings.Cut(object, ":")
		return verb + " " + object
	}
	differs := map[string]bool{}
	for _, o := range report.Ops {
		differs[about(o)] = true
	}
	for i, t := range made.Tables {
		made.Tables[i] = p.cfg.Dialect.Neutral(t)
	}
	ops, _ := diff.Structural(without(made, p.ignored), live)
	state := op.LiveState(m)
	for _, o := range ops {
		_, object := o.(op.CreateObject)
		if table := op.TableOf(o); !object && !differs[about(o)] && (table == "" || m.Has(table)) {
			continue
		}
		if _, err := state.Apply(asIn(m, o)); err != nil {
			return m, false
		}
	}
	want := state.Schema()
	for i, t := range want.Tables {
		want.Tables[i] = lettered(t, made, live)
	}
	return want, true
}

// asIn returns o for models, which may call a unique constraint what the
// database calls a unique index.
func asIn(m schema.Schema, o op.Op) op.Op {
	drop, ok := o.(op.DropIndex)
	if !ok {
		return o
	}
	t, _ := m.Table(drop.Table)
	if _, ok := t.Index(drop.Index.Name); ok {
		return o
	}
	return op.DropUnique{Table: drop.Table, Unique: schema.Unique{Name: drop.Index.Name, Parts: drop.Index.Parts}}
}

// lettered gives a table the letters that it has in live, where a database keeps
// those, and nothing in it has another name than what was made of the models.
func lettered(t schema.Table, made, live schema.Schema) schema.Table {
	is, ok := live.Table(t.Name)
	was, _ := made.Table(t.Name)
	if _, noise := diff.Structural(schema.Schema{Tables: []schema.Table{was}}, schema.Schema{Tables: []schema.Table{is}}); !ok || len(noise) > 0 {
		return t
	}
	t.Verbatim = is.Verbatim
	t.Indexes = slices.Clone(t.Indexes)
	for i, x := range t.Indexes {
		y, _ := is.Index(x.Name)
		t.Indexes[i].Verbatim = y.Verbatim
	}
	return t
}

// inModelTypes returns t with the types that the models have for its columns,
// where they are written the same in this database: so the next comparison with
// the models finds no difference that the database does not know.
func (p *Project) inModelTypes(t schema.Table, m schema.Schema) schema.Table {
	model, ok := m.Table(t.Name)
	if !ok {
		return t
	}
	t.Columns = slices.Clone(t.Columns)
	for i, c := range t.Columns {
		d := p.cfg.Dialect
		if want, ok := model.Column(c.Name); ok && strings.EqualFold(d.Type(want.Type), d.Type(c.Type)) {
			t.Columns[i].Type = want.Type
		}
	}
	return t
}

// stampNew records a revision that was written just now, and that this
// program was not built with.
func (p *Project) stampNew(ctx context.Context, id string, want schema.Schema, ops []op.Op) (err error) {
	s, err := p.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { err = p.explain(errors.Join(err, s.close(ctx))) }()
	if err := s.lock(ctx); err != nil {
		return err
	}
	entry := journal.Entry{Revision: id, Hash: script.Hash(ops), Action: journal.Stamp}
	return s.runner().Entries(ctx, []journal.Entry{entry}, func(ctx context.Context, q dialect.Queryer) error {
		report, _, err := p.compareWith(ctx, q, want, ops)
		if err == nil && !report.Empty() {
			err = &Error{Code: Moved, Msg: "somebody changed the database meanwhile; nothing was recorded", Detail: report.Lines()}
		}
		return err
	})
}
