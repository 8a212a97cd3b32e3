package cli

import (
	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/op"
)

func (t *tree) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Say whether the models need a revision",
		Long: `Compares the models with the history, and changes nothing. It needs no database,
so it fits a CI job; where there is one, it is compared with its revisions too.
Exit code 3: the models say something that no revision says, or somebody
changed the database. The two are listed apart.`,
		Example: `PROG check
PROG check --json`,
		Args: atMost(0, ""),
		RunE: t.run((*call).check),
	}
}

func (t *tree) driftCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "drift",
		Short: "Say how the database differs from its revisions",
		Long: `Compares the database with what its applied revisions say it is, and changes
nothing. Exit code 3: somebody changed the database, or it holds a table that
cannot be compared in full. Differences in spelling, and tables that neither
the history nor the models ever named, are listed and are no difference.`,
		Example: `PROG drift
PROG drift --json`,
		Args: atMost(0, ""),
		RunE: t.run((*call).drift),
	}
}

func (c *call) check([]string) error {
	ch, err := c.project.Check(c.ctx())
	if err != nil {
		return err
	}
	c.result = CheckResult{ch.Ops, warnings(ch), driftResult(ch.Drift), errorText(ch.DriftErr)}
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
	if ch.DriftErr != nil {
		c.note("note: the database was not looked at: %s", ch.DriftErr)
	}
	if len(ch.Ops) > 0 {
		c.note("To write the revision: %s migrate -m MESSAGE", prefix(c.cmd))
	}
	if len(ch.Ops) > 0 || drifted {
		return errFindings
	}
	return nil
}

func (c *call) drift([]string) error {
	d, err := c.project.Drift(c.ctx())
	if err != nil {
		return err
	}
	c.result = driftResult(&d)
	if c.showDrift(&d) {
		return errFindings
	}
	current, err := c.project.Current(c.ctx())
	if err != nil {
		return err
	}
	c.did("No drift: the database is what its revisions say (%s).", heads(ids(current)))
	return nil
}

// showDrift lists what is in a report, and reports whether there is a
// difference that matters.
func (c *call) showDrift(d *whimbrel.DriftReport) bool {
	if d == nil {
		return false
	}
	if len(d.Ops) > 0 {
		c.data("Somebody changed the database, and no revision says it:")
		for _, o := range d.Ops {
			c.data("  %s", c.happened(c.out, o))
		}
	}
	c.section("Not fully understood, so not compared:", d.Unsupported)
	c.besides(d)
	return !d.Empty()
}

// besides lists what is in a report and no difference that matters.
func (c *call) besides(d *whimbrel.DriftReport) {
	c.section("Different in names or spelling only:", d.Noise)
	c.section("Not ours, left alone:", d.Foreign)
}

func (c *call) section(heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	c.data("%s", heading)
	for _, l := range lines {
		c.data("  %s", l)
	}
}

// noteChanges warns of what in the models does not do what it seems to.
func (c *call) noteChanges(ch whimbrel.Changes) {
	for _, w := range ch.Warnings {
		c.note("%s %s", c.talk.style(yellow, "warning:"), w.String())
	}
}

// noteDrift mentions drift to somebody who did not ask about it.
func (c *call) noteDrift(ch whimbrel.Changes) {
	if ch.DriftErr != nil {
		c.note("note: the database was not looked at: %s", ch.DriftErr)
	}
	if ch.Drift == nil || len(ch.Drift.Ops) == 0 {
		return
	}
	c.note("note: somebody changed the database, which is not part of the revision:")
	for _, o := range ch.Drift.Ops {
		c.note("  %s", c.happened(c.talk, o))
	}
	c.note("For all of it: %s drift", prefix(c.cmd))
}

// happened is an operation in the past tense: "added table products".
func (c *call) happened(p *printer, o op.Op) styled {
	verb, object := op.Describe(o)
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
