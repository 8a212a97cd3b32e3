package cli

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/op"
)

func (t *tree) checkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Say whether the models need a revision",
		Long: `Compares the models with the history, and changes nothing. It needs no database,
so it fits a CI job; where there is one, it is compared with its revisions too.
Exit code 3: the models say something that no revision says, somebody changed
the database, a revision was edited after it was applied, or one was stopped
half-way. They are listed apart. A database that cannot be reached or compared
is an error, exit code 1, whatever the models say; --offline looks at none.`,
		Example: `PROG check
PROG check --offline
PROG check --json`,
		Args: atMost(0, ""),
		RunE: t.run((*call).check),
	}
	cmd.Flags().Bool("offline", false, "compare the models with the history only; look at no database")
	return cmd
}

func (t *tree) driftCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "drift",
		Short: "Say how the database differs from its revisions",
		Long: `Compares the database with what its applied revisions say it is, and changes
nothing. Exit code 3: somebody changed the database, a revision was edited after
it was applied, one was stopped half-way, no revision is recorded and there are
tables all the same, or a table cannot be compared in full. Differences in
spelling, and tables that neither the history nor the models ever named, are
listed and are no difference.`,
		Example: `PROG drift
PROG drift --json`,
		Args: atMost(0, ""),
		RunE: t.run((*call).drift),
	}
}

func (c *call) check([]string) error {
	look := func() (whimbrel.Changes, error) { return c.project.Check(c.ctx()) }
	if c.flag("offline") {
		look = c.project.CheckModels
	}
	ch, err := look()
	if err != nil {
		return err
	}
	c.result = CheckResult{ch.Ops, warnings(ch), driftResult(ch.Drift), errorText(ch.DriftErr), ch.Pending}
	if len(ch.Ops) > 0 {
		c.data("You changed the models, and no revision says it yet:")
		for _, o := range ch.Ops {
			verb, object := op.Describe(o)
			c.data("  %s %s", c.out.style(verbColor(verb), verb), object)
		}
	} else {
		c.did("No new upgrade operations detected: the history says what the models say (%s).", heads(ids(c.project.Heads())))
	}
	drifted := c.showDrift(ch.Drift)
	c.noteChanges(ch)
	if len(ch.Ops) > 0 {
		c.note("To write the revision: %s migrate -m MESSAGE", prefix(c.cmd))
	}
	c.remedies(ch.Drift)
	c.noteBehind(ch)
	switch {
	case ch.DriftErr != nil:
		return orOffline(ch.DriftErr) // what could not be looked at is not in order
	case len(ch.Ops) > 0 || drifted:
		return errFindings
	}
	return nil
}

// orOffline adds to the error about a database that cannot be looked at how to
// do without.
func orOffline(err error) error {
	var e *whimbrel.Error
	if !errors.As(err, &e) {
		return err
	}
	full := *e
	full.Hint = append(slices.Clone(e.Hint), "to compare the models with the history only: whim db check --offline")
	return &full
}

// noteBehind says that there are revisions to apply. To a database in which
// none is recorded although it has their tables, or one is half done, none can
// be.
func (c *call) noteBehind(ch whimbrel.Changes) {
	if len(ch.Pending) == 0 || ch.Drift != nil && (ch.Drift.Untracked || ch.Drift.HalfDone != nil) {
		return
	}
	c.note("note: the database is %s behind: %s upgrade", plural(len(ch.Pending), "revision", "revisions"), prefix(c.cmd))
}

func (c *call) drift([]string) error {
	d, err := c.project.Drift(c.ctx())
	if err != nil {
		return err
	}
	c.result = driftResult(&d)
	if c.showDrift(&d) {
		c.remedies(&d)
		return errFindings
	}
	current, err := c.project.Current(c.ctx())
	if err != nil {
		return err
	}
	c.did("No drift: the database is what its revisions say (%s).", heads(ids(current)))
	return nil
}

// noteChanges says which changes are for other databases than the one at hand,
// and warns of what in the models does not do what it seems to.
func (c *call) noteChanges(ch whimbrel.Changes) {
	switch n, all := len(ch.Elsewhere), len(ch.Ops); n {
	case 0:
	case all:
		c.note("note: that is for databases of another kind; on the one here it runs no statement")
	default:
		c.note("note: %d of the %d are for databases of another kind; on the one here they run no statement", n, all)
	}
	for _, w := range ch.Warnings {
		c.note("%s %s", c.talk.style(yellow, "warning:"), w.String())
	}
}

// happened is an operation in the past tense: "added table products".
func (c *call) happened(p *printer, o op.Op) styled {
	verb, object := op.Describe(o)
	return c.past(p, verb, object)
}

func (c *call) past(p *printer, verb, object string) styled {
	return p.style(verbColor(verb), past(verb)) + styled(" "+clean(object))
}

// past is the past tense of the verbs of op.Describe.
func past(verb string) string {
	switch verb {
	case "drop":
		return "dropped"
	case "run":
		return "run"
	case "rename":
		return "renamed"
	}
	return verb + "ed" // added, altered
}

func verbColor(verb string) color {
	switch verb {
	case "add":
		return green
	case "drop":
		return red
	}
	return yellow
}
