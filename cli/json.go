package cli

import (
	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/op"
)

// A Document is what --json prints: one, whatever happens. Fields are added in
// later versions, and never renamed or removed.
type Document struct {
	Command string `json:"command"` // "upgrade"
	Exit    int    `json:"exit"`    // the exit code; see docs/cli.md
	// Result is there when the command got so far; its type is named after
	// the command. It can be there beside errors: what was done before them.
	Result any `json:"result,omitempty"`
	// Errors is absent when all went well, and when there are only findings.
	Errors []explained `json:"errors,omitempty"`
}

func newDocument(cmd *cobra.Command, result any, err error) Document {
	d := Document{Command: cmd.Name(), Exit: ExitCode(err), Result: result}
	if err != nil && d.Exit != Findings {
		d.Errors = explain(cmd, err)
	}
	return d
}

// Operations are operations as package op stores them: an array of objects
// with "op", the kind, and "args".
type Operations []op.Op

// MarshalJSON returns the array; no operations are [], not null.
func (o Operations) MarshalJSON() ([]byte, error) { return op.Marshal(o) }

type (
	// InitResult is the result of init: the files that were written, and what
	// was listed in them where no models were registered.
	InitResult struct {
		Files  []string `json:"files"`
		Models []string `json:"models,omitempty"`
		Doubts []string `json:"doubts,omitempty"` // structs that may be none
	}

	// MigrateResult is the result of migrate and revision. Path and ID are
	// empty when there was nothing to write.
	MigrateResult struct {
		whimbrel.Written
		Operations Operations   `json:"operations"`
		Warnings   []string     `json:"warnings,omitempty"`
		Drift      *DriftResult `json:"drift,omitempty"`       // when a database is there
		DriftError string       `json:"drift_error,omitempty"` // why it could not be looked at
	}

	// StepResult is one revision in one direction. With --plan it has its
	// statements as parts.
	StepResult struct {
		whimbrel.Step
		Operations Operations `json:"operations"`
	}

	// RunResult is the result of upgrade and downgrade: the steps done, or
	// with --plan the steps that would be done. Current are the heads of the
	// applied set afterwards.
	RunResult struct {
		Plan    bool         `json:"plan,omitempty"`
		Steps   []StepResult `json:"steps"`
		Current []string     `json:"current"`
	}

	// SQLResult is the result of upgrade --sql and downgrade --sql.
	SQLResult struct {
		SQL string `json:"sql"`
	}

	// RevisionsResult is the result of heads and stamp.
	RevisionsResult struct {
		Revisions []whimbrel.Revision `json:"revisions"`
	}

	// CurrentResult is the result of current. Missing says that there is no
	// database yet; HalfDone is a revision that was stopped half-way.
	CurrentResult struct {
		RevisionsResult
		HalfDone *whimbrel.Half `json:"half_done,omitempty"`
		Database string         `json:"database,omitempty"`
		Missing  bool           `json:"missing,omitempty"`
	}

	// HistoryResult is the result of history, newest first. Current is there
	// when the database was looked at.
	HistoryResult struct {
		Revisions []whimbrel.Revision `json:"revisions"`
		Current   []string            `json:"current,omitempty"`
	}

	// ShowResult is the result of show.
	ShowResult struct {
		Revisions []ShownRevision `json:"revisions"`
	}

	// ShownRevision is a revision with what it does.
	ShownRevision struct {
		whimbrel.Revision
		UpgradeOps   Operations `json:"upgrade"`
		DowngradeOps Operations `json:"downgrade"`
	}

	// CheckResult is the result of check. Operations are what the models say
	// and the history does not; Drift is what the database says.
	CheckResult struct {
		Operations Operations   `json:"operations"`
		Warnings   []string     `json:"warnings,omitempty"`
		Drift      *DriftResult `json:"drift,omitempty"`       // when a database is there
		DriftError string       `json:"drift_error,omitempty"` // why it could not be looked at; it is among the errors too
		// Pending are the revisions that the database does not have yet.
		Pending []whimbrel.Revision `json:"pending,omitempty"`
	}

	// DriftResult is the result of drift. Operations are what somebody did to
	// the database.
	DriftResult struct {
		whimbrel.DriftReport
		Operations Operations `json:"operations"`
	}

	// BaselineResult is the result of baseline.
	BaselineResult struct {
		whimbrel.Written
		Stamped    bool        `json:"stamped"`
		Operations Operations  `json:"operations"`
		Warnings   []string    `json:"warnings,omitempty"`
		Drift      DriftResult `json:"drift"`
	}
)

func stepResults(steps []whimbrel.Step) []StepResult {
	out := make([]StepResult, len(steps))
	for i, s := range steps {
		out[i] = StepResult{Step: s, Operations: s.Ops}
	}
	return out
}

func driftResult(d *whimbrel.DriftReport) *DriftResult {
	if d == nil {
		return nil
	}
	return &DriftResult{DriftReport: *d, Operations: d.Ops}
}

func warnings(c whimbrel.Changes) []string {
	var out []string
	for _, w := range c.Warnings {
		out = append(out, w.String())
	}
	return out
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func ids(revisions []whimbrel.Revision) []string {
	out := make([]string, len(revisions))
	for i, r := range revisions {
		out[i] = r.ID
	}
	return out
}
