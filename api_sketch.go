package whimbrel

// Public surface of the root package, for those who build on it while it is being written.
// (This file goes away; every declaration below exists for real afterwards.)

import (
	"context"
	"io"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
)

// A Project is one application's history, models and database.
type Project struct{ cfg Config }

// Open checks the configuration and the history. It does not connect.
func Open(cfg Config) (*Project, error) { return &Project{cfg.withDefaults()}, nil }

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
	Applied     bool      `json:"applied"`             // only where the database was read
	AppliedAt   time.Time `json:"applied_at,omitzero"` // only where the database was read
	Upgrade     []op.Op   `json:"-"`
	Downgrade   []op.Op   `json:"-"`
	Reversible  bool      `json:"reversible"`
}

// A Step is one revision in one direction.
type Step struct {
	Revision Revision       `json:"revision"`
	Down     bool           `json:"downgrade,omitempty"`
	From     []string       `json:"from"` // heads of the applied set before; empty: base
	To       []string       `json:"to"`   // and after
	Ops      []op.Op        `json:"-"`
	Stmts    []dialect.Stmt `json:"-"` // filled by Plan
}

// Upgrade applies what is missing to reach target ("head", an id, "+1", …) and returns the steps done, also with an error.
func (p *Project) Upgrade(ctx context.Context, target string) ([]Step, error) { return nil, nil }

// Downgrade undoes what is above target ("-1", an id, "base").
func (p *Project) Downgrade(ctx context.Context, target string) ([]Step, error) { return nil, nil }

// Plan returns the steps that Upgrade (or, down, Downgrade) would do now, with their statements. It changes nothing and creates no database.
func (p *Project) Plan(ctx context.Context, target string, down bool) ([]Step, error) {
	return nil, nil
}

// SQL writes the statements from one revision to another ("base:head", "a:b"; upgrade, or downgrade when down) as a script. It needs no database.
func (p *Project) SQL(w io.Writer, span string, down bool) error { return nil }

// Revisions returns the revisions in span ("" = all, "a:b", "current:head"), newest first; with marks, the database is read for Applied.
func (p *Project) Revisions(ctx context.Context, span string, marks bool) ([]Revision, error) {
	return nil, nil
}

// Heads returns the heads of the history. No database.
func (p *Project) Heads() []Revision { return nil }

// Show resolves a symbol ("head", an id, a prefix, "current").
func (p *Project) Show(ctx context.Context, symbol string) (Revision, error) { return Revision{}, nil }

// Current returns the heads of the applied set. It never creates anything.
func (p *Project) Current(ctx context.Context) ([]Revision, error) { return nil, nil }

// Pending returns the revisions that an upgrade to head would apply. One query.
func (p *Project) Pending(ctx context.Context) ([]Revision, error) { return nil, nil }

// Stamp records target and all it follows as the applied set, without running anything. Unless noVerify, the database must be that schema (else code Mismatch, the differences in Detail).
func (p *Project) Stamp(ctx context.Context, target string, noVerify bool) ([]Revision, error) {
	return nil, nil
}

// Changes is what the models say and the history does not.
type Changes struct {
	Ops      []op.Op         `json:"-"`
	Warnings []model.Warning `json:"warnings,omitempty"`
	Drift    *DriftReport    `json:"drift,omitempty"` // when a database is there
	DriftErr error           `json:"-"`               // why there is no Drift although a database was configured
}

// Check returns M − H. No database needed; drift is added when one is there.
func (p *Project) Check(ctx context.Context) (Changes, error) { return Changes{}, nil }

// A DriftReport is H − D: how the database differs from what its applied revisions say.
type DriftReport struct {
	Ops         []op.Op  `json:"-"`                     // what somebody did to the database, as operations on H
	Noise       []string `json:"noise,omitempty"`       // differences in names and spelling only
	Foreign     []string `json:"foreign,omitempty"`     // tables and objects that are nobody's here: neither the history nor the models name them
	Unsupported []string `json:"unsupported,omitempty"` // "table x: why"
}

// Drift compares the database with its applied revisions. Code NoDatabase when there is none.
func (p *Project) Drift(ctx context.Context) (DriftReport, error) { return DriftReport{}, nil }

// MigrateOptions are the options of Migrate and NewRevision.
type MigrateOptions struct {
	Message string
	ID      string       // "" = a new one
	Head    string       // the down revision; "" = head
	Answers diff.Answers // decisions
	DryRun  bool         // detect, write nothing
}

// A Written is a revision file that was written (Path "" when there was nothing to write, or DryRun).
type Written struct {
	Path    string  `json:"path"`
	ID      string  `json:"id"`
	Changes Changes `json:"-"`
}

// Migrate writes M − H as a new revision file. Open questions: an *Error with code OpenQuestions that wraps *diff.OpenError (errors.As), nothing written.
func (p *Project) Migrate(ctx context.Context, o MigrateOptions) (Written, error) {
	return Written{}, nil
}

// NewRevision writes an empty revision file.
func (p *Project) NewRevision(ctx context.Context, o MigrateOptions) (Written, error) {
	return Written{}, nil
}

// BaselineOptions are the options of Baseline.
type BaselineOptions struct {
	Message string
	FromDB  bool // from the database, not from the models
}

// A Baselined is the result of Baseline.
type Baselined struct {
	Written
	Stamped bool        `json:"stamped"`
	Drift   DriftReport `json:"drift"` // how the database differs from the baseline (never when FromDB)
}

// Baseline writes the first revision of an existing database and records it as applied after proving that the database is that schema. With differences that are more than noise the file is written, nothing is stamped, and the error has code Mismatch.
func (p *Project) Baseline(ctx context.Context, o BaselineOptions) (Baselined, error) {
	return Baselined{}, nil
}

// Init makes the folder cfg.Dir for revision files; it returns the files it wrote and never overwrites one.
func (p *Project) Init() ([]string, error) { return nil, nil }
