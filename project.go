package whimbrel

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/modelscan"
	"github.com/whimbreldb/whimbrel/journal"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/revision"
	"github.com/whimbreldb/whimbrel/script"
)

// A Project is one application's history, models and database.
//
// Its methods may be called one after the other from any goroutine, not at the
// same time. Two processes may work on one database at the same time: they
// take turns.
type Project struct {
	cfg   Config
	graph *revision.Graph
	byID  map[string]op.Revision

	scan  sync.Once
	found []modelscan.Model // structs that look like models
}

// Open checks the configuration and the history. It does not connect.
func Open(cfg Config) (*Project, error) {
	if cfg.History == nil {
		return nil, &Error{Code: Internal, Msg: "Config has no History"}
	}
	if cfg.DB != nil && cfg.Dialect == nil {
		return nil, &Error{Code: Internal, Msg: "Config has a DB and no Dialect"}
	}
	p := &Project{cfg: cfg.withDefaults(), byID: map[string]op.Revision{}}
	revisions := cfg.History.Revisions()
	// The order of registration is the order in which Go initialises files:
	// by name. Sorting makes it no matter.
	slices.SortStableFunc(revisions, func(a, b op.Revision) int {
		return cmp.Or(cmp.Compare(a.Created, b.Created), cmp.Compare(a.ID, b.ID))
	})
	nodes := make([]revision.Node, len(revisions))
	for i, r := range revisions {
		nodes[i] = revision.Node{ID: r.ID, Down: r.Revises, DependsOn: r.DependsOn, Labels: r.Labels, Source: r.Source()}
		p.byID[r.ID] = r
	}
	graph, err := revision.New(nodes)
	if err != nil {
		return nil, badHistory(err)
	}
	p.graph = graph
	return p, p.allRegistered()
}

// allRegistered reports revision files that are in the folder and register
// nothing: emptied, or cut off. Where the folder is not at hand, as in
// production, there is nothing to compare.
func (p *Project) allRegistered() error {
	if p.cfg.Dir == "" {
		return nil
	}
	files, err := script.List(p.cfg.Dir)
	if err != nil {
		return nil //nolint:nilerror // no folder yet, or not ours to read: Init and Write report that
	}
	registered := map[string]bool{}
	for _, r := range p.byID {
		file, _, _ := strings.Cut(r.Source(), ":")
		registered[file] = true
	}
	var detail []string
	for _, f := range files {
		if !registered[f.Name] {
			detail = append(detail, f.Name+" registers no revision "+f.ID)
		}
	}
	if detail == nil {
		return nil
	}
	return &Error{
		Code:   BadHistory,
		Msg:    "a revision file does not register its revision",
		Detail: detail,
		Hint: []string{
			"A file that is newer than this program: build the program again.",
			"If none is registered: the program was not given the variable History of the folder's package.",
			"A file that was emptied or cut off: bring it back, or delete it if the revision is not wanted.",
		},
	}
}

// A Revision is a revision and its place in the history.
type Revision struct {
	ID          string    `json:"id"`
	Down        []string  `json:"down"`
	DependsOn   []string  `json:"depends_on,omitempty"`
	Labels      []string  `json:"labels,omitempty"`
	Message     string    `json:"message"`
	Created     string    `json:"created"`
	Source      string    `json:"source"` // file:line
	Head        bool      `json:"head,omitempty"`
	BranchPoint bool      `json:"branch_point,omitempty"`
	MergePoint  bool      `json:"merge_point,omitempty"`
	Applied     bool      `json:"applied,omitempty"`   // where the database was read
	AppliedAt   time.Time `json:"applied_at,omitzero"` // where the database was read; the server's clock
	Reversible  bool      `json:"reversible"`
}

// Operations returns what the upgrade and the downgrade of a revision record.
func (p *Project) Operations(id string) (upgrade, downgrade []op.Op) {
	r := p.byID[id]
	return op.Record(r.Upgrade), op.Record(r.Downgrade)
}

func (p *Project) revision(id string) Revision {
	r := p.byID[id]
	return Revision{
		ID: r.ID, Down: append([]string{}, r.Revises...), DependsOn: r.DependsOn, Labels: r.Labels,
		Message: r.Message, Created: r.Created, Source: r.Source(),
		Head:        len(p.graph.Children(id)) == 0,
		BranchPoint: p.graph.IsBranchPoint(id),
		MergePoint:  p.graph.IsMergePoint(id),
		Reversible:  r.Downgrade != nil,
	}
}

func (p *Project) revisions(ids []string) []Revision {
	out := make([]Revision, len(ids))
	for i, id := range ids {
		out[i] = p.revision(id)
	}
	return out
}

// Heads returns the heads of the history.
func (p *Project) Heads() []Revision { return p.revisions(p.graph.Heads()) }

// Revisions returns the revisions in span, newest first: "" for all, "a:b",
// "-3:current". With marks, or where the span names current, the database is
// read to say what is applied.
func (p *Project) Revisions(ctx context.Context, span string, marks bool) ([]Revision, error) {
	var state journal.State
	if marks || mentionsCurrent(span) {
		var err error
		if state, err = p.applied(ctx); err != nil {
			return nil, err
		}
	}
	ids := p.graph.Topological()
	if span != "" {
		r, err := p.graph.ParseRange(span, state.IDs())
		if err != nil {
			return nil, p.explain(err)
		}
		if ids, err = p.graph.Between(r.From.IDs, r.To.IDs); err != nil {
			return nil, p.explain(err)
		}
		ids = append(slices.Clone(r.From.IDs), ids...) // both ends belong to it
	}
	slices.Reverse(ids)
	out := p.revisions(ids)
	mark(out, state)
	return out, nil
}

func mark(revisions []Revision, s journal.State) {
	at := make(map[string]time.Time, len(s.Applied))
	for _, a := range s.Applied {
		at[a.Revision] = a.At
	}
	for i, r := range revisions {
		revisions[i].AppliedAt, revisions[i].Applied = at[r.ID], false
		if _, ok := at[r.ID]; ok {
			revisions[i].Applied = true
		}
	}
}

// Show returns what a symbol stands for: "head", an id, the beginning of one,
// "current".
func (p *Project) Show(ctx context.Context, symbol string) ([]Revision, error) {
	var state journal.State
	if mentionsCurrent(symbol) {
		var err error
		if state, err = p.applied(ctx); err != nil {
			return nil, err
		}
	}
	t, err := p.graph.Resolve(symbol, state.IDs())
	if err != nil {
		return nil, p.explain(err)
	}
	return p.revisions(t.IDs), nil
}

// Current returns the heads of the applied set. It never creates anything: a
// database that does not exist has none.
func (p *Project) Current(ctx context.Context) ([]Revision, error) {
	s, err := p.applied(ctx)
	if err != nil {
		return nil, err
	}
	out := p.revisions(p.graph.AppliedHeads(s.IDs()))
	mark(out, s)
	return out, nil
}

// Pending returns the revisions that an upgrade to head would apply, in order,
// with one query.
func (p *Project) Pending(ctx context.Context) ([]Revision, error) {
	s, err := p.applied(ctx)
	if err != nil {
		return nil, err
	}
	ids, err := p.graph.Upgrade(s.IDs(), p.graph.Heads())
	if err != nil {
		return nil, p.explain(err)
	}
	return p.revisions(ids), nil
}

// applied reads the applied set, and refuses one that the history does not
// know.
func (p *Project) applied(ctx context.Context) (journal.State, error) {
	if p.cfg.DB == nil || p.cfg.Missing() {
		return journal.State{}, nil
	}
	s, err := journal.Read(ctx, p.cfg.DB, p.cfg.Dialect)
	if err != nil {
		return s, p.explain(err)
	}
	return s, p.known(ctx, p.cfg.DB, s)
}

func (p *Project) known(ctx context.Context, q dialect.Queryer, s journal.State) error {
	unknown := p.graph.Unknown(s.IDs())
	if len(unknown) == 0 {
		return nil
	}
	e := errUnknownApplied(unknown, p.graph.AppliedHeads(s.IDs()))
	if all, err := journal.ReadAll(ctx, q, p.cfg.Dialect); err == nil {
		if h := p.halfOf(all); h != nil {
			e.Detail = append(e.Detail, h.String())
		}
	}
	return e
}

// Database is how people know the database, and whether it exists.
func (p *Project) Database() (name string, exists bool) {
	return p.cfg.Database, p.cfg.DB != nil && !p.cfg.Missing()
}

// needDialect is for offline work, which needs to know for whom it writes.
func (p *Project) needDialect() (dialect.Dialect, error) {
	if p.cfg.Script != nil {
		return p.cfg.Script, nil
	}
	if p.cfg.Dialect == nil {
		return nil, &Error{Code: NoDatabase, Msg: "no database is configured, so the dialect is not known"}
	}
	return p.cfg.Dialect, nil
}

func (p *Project) needDatabase() error {
	if p.cfg.DB == nil {
		return &Error{Code: NoDatabase, Msg: "no database is configured"}
	}
	if p.cfg.Missing() {
		return &Error{Code: NoDatabase, Msg: "the database does not exist", Detail: p.database(), Hint: []string{"to make it: whim db upgrade"}}
	}
	return nil
}

func mentionsCurrent(symbol string) bool {
	return strings.Contains(symbol, "current") || strings.HasPrefix(symbol, "+") || strings.HasPrefix(symbol, "-") ||
		strings.Contains(symbol, ":+") || strings.Contains(symbol, ":-") || strings.Contains(symbol, "@+") || strings.Contains(symbol, "@-")
}

// database is the name of the database as a detail of an error.
func (p *Project) database() []string {
	if p.cfg.Database == "" {
		return nil
	}
	return []string{p.cfg.Database}
}
