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
// the database, a table that is not fully understood is refused by name, and
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
	want, err := p.baselineSchema(ctx, &b, o.FromDB)
	if err != nil {
		return b, err
	}
	b.Changes.Ops = diff.Diff(schema.Schema{}, want)
	if len(b.Changes.Ops) == 0 {
		e := &Error{Code: NotAtHead, Msg: "there is nothing to begin with: no table was found"}
		if !o.FromDB && len(p.cfg.Models) == 0 {
			e.Msg = "there is nothing to begin with: the app has no models"
			e.Hint = []string{"to begin from what the database is: whim db baseline --from-db"}
		}
		return b, e
	}
	if _, err := p.prove(schema.Schema{}, want, b.Changes.Ops); err != nil {
		return b, err
	}
	if b.Drift, err = p.compareWith(ctx, p.cfg.DB, want, b.Changes.Ops); err != nil {
		return b, p.explain(err)
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

func (p *Project) baselineSchema(ctx context.Context, b *Baselined, fromDB bool) (schema.Schema, error) {
	if !fromDB {
		m, err := p.models()
		b.Changes.Warnings = m.Warnings
		return m.Schema, err
	}
	live, err := p.cfg.Dialect.Inspect(ctx, p.cfg.DB)
	if err != nil {
		return live, p.explain(err)
	}
	live = without(live, p.ignored)
	// Models that cannot be read are no reason to refuse: the database is what
	// counts here.
	m, _ := p.models()
	var refused []string
	for i, t := range live.Tables {
		if t.Unsupported != "" {
			refused = append(refused, "table "+t.Name+": "+t.Unsupported)
		}
		live.Tables[i] = p.inModelTypes(p.cfg.Dialect.Neutral(t), m.Schema)
	}
	if refused != nil {
		return live, &Error{
			Code: Unsupported, Msg: "the database has tables that cannot be represented in full; nothing was written", Detail: refused,
			Hint: []string{"To leave them alone, name them in History.Ignore."},
		}
	}
	return live, nil
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
		report, err := p.compareWith(ctx, q, want, ops)
		if err == nil && !report.Empty() {
			err = &Error{Code: Moved, Msg: "somebody changed the database meanwhile; nothing was recorded", Detail: report.Lines()}
		}
		return err
	})
}
