package cli

import (
	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
)

func (t *tree) stampCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "stamp [REV]",
		Short: "Record revisions as applied, without running them",
		Long: `Records REV (default: head) and all that it follows as applied, and nothing
else. No revision is run. Unless --no-verify is given, the database must be what
these revisions say; if it is not, nothing is recorded and the difference is
shown.`,
		Example: `PROG stamp
PROG stamp b919
PROG stamp base --no-verify`,
		Args: atMost(1, "REV"),
		RunE: t.run((*call).stamp),
	}
	cmd.Flags().Bool("no-verify", false, "do not compare the database with the revisions")
	t.completeArgument(cmd, "head", "base")
	return cmd
}

func (c *call) stamp(args []string) error {
	making := c.making()
	revisions, err := c.project.Stamp(c.ctx(), arg(args, "head"), c.flag("no-verify"))
	making()
	if err != nil {
		return err
	}
	c.result = RevisionsResult{append([]whimbrel.Revision{}, revisions...)}
	for _, r := range revisions {
		if r.Applied {
			c.did("Recorded already, nothing was changed: %s, %s", r.ID, r.Message)
			continue
		}
		c.did("Recorded as applied: %s, %s", r.ID, r.Message)
	}
	if len(revisions) == 0 {
		c.did("Recorded: no revision is applied (base).")
	}
	return nil
}

func (t *tree) baselineCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "baseline",
		Short: "Write the first revision of a database that exists already",
		Long: `Writes what the models say (or with --from-db, what the database is) as the
first revision, compares the database with it, and records it as applied. No
table is changed. If the database is something else, the file is written and
nothing is recorded; the differences are shown.

With --from-db the revision is in the words of the models wherever they make
what the database has: what check finds then is what really differs.`,
		Example: `PROG baseline
PROG baseline --from-db -m "as found"`,
		Args: atMost(0, ""),
		RunE: t.run((*call).baseline),
	}
	cmd.Flags().StringP("message", "m", "baseline", "what the revision is, in a few words")
	cmd.Flags().Bool("from-db", false, "describe the database, not the models")
	return cmd
}

func (c *call) baseline([]string) error {
	b, err := c.project.Baseline(c.ctx(), whimbrel.BaselineOptions{Message: c.text("message"), FromDB: c.flag("from-db")})
	if err != nil && b.Path == "" {
		return err
	}
	c.result = BaselineResult{
		Written: b.Written, Stamped: b.Stamped, Operations: b.Changes.Ops,
		Warnings: warnings(b.Changes), Drift: *driftResult(&b.Drift),
	}
	for _, o := range b.Changes.Ops {
		c.did("Detected %s", c.happened(c.out, o))
	}
	c.written(b.Path)
	if b.Stamped {
		c.did("Recorded as applied: %s", b.ID)
	}
	c.noteChanges(b.Changes)
	// The differences that matter are in the error.
	c.besides(&b.Drift)
	if err == nil {
		c.note("Review it, compile it in, then: %s current", prefix(c.cmd))
	}
	return err
}
