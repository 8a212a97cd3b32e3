package cli

import (
	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/diff"
)

func (t *tree) migrateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "migrate -m MESSAGE",
		Short: "Write a revision from what changed in the models",
		Long: `Compares the models with the history and writes the difference as a new
revision file, for you to review. It needs no database. Where there is one,
drift (what somebody changed in it by hand) is reported, and not written.

A change that needs a decision (a rename, a drop, a value for the rows that
exist) is asked about on a terminal. Elsewhere the command ends with exit code
2, writes nothing, and prints the flags that decide.`,
		Example: `PROG migrate -m "add price column"
PROG migrate -m "rename title" --rename products.title=name
PROG migrate -m "drop legacy" --drop products.legacy`,
		Args: atMost(0, ""),
		RunE: t.run((*call).migrate),
	}
	newRevisionFlags(cmd)
	decisionFlags(cmd)
	t.completeRevision(cmd, "head")
	return cmd
}

func (t *tree) revisionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "revision -m MESSAGE",
		Short: "Write an empty revision, to be filled in by hand",
		Long: `Writes a revision file without operations: for a change of data, or one that
models cannot express. It reads neither the models nor a database.

After a git merge of two branches with revisions there are two heads: --head
heads writes a revision that follows them all, and so joins them.

With --autogenerate it does what migrate does.`,
		Example: `PROG revision -m "fill in prices"
PROG revision -m merge --head heads
PROG revision -m "add price column" --autogenerate`,
		Args: atMost(0, ""),
	}
	cmd.RunE = t.run(func(c *call, args []string) error {
		if c.flag("autogenerate") {
			return c.migrate(args)
		}
		for _, name := range decisions {
			if cmd.Flags().Changed(name) {
				return &usageError{"--" + name + " decides about a change that is found: it needs --autogenerate", nil}
			}
		}
		return c.emptyRevision()
	})
	cmd.Flags().Bool("autogenerate", false, "fill the revision with what changed in the models")
	newRevisionFlags(cmd)
	decisionFlags(cmd)
	t.completeRevision(cmd, "head")
	return cmd
}

func newRevisionFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringP("message", "m", "", "what the revision does, in a few words")
	f.String("head", "", "the `REV` that the new one follows (default: the head); heads joins them all")
	f.String("rev-id", "", "the `ID` of the new revision (default: a random one)")
}

var decisions = [...]string{"rename", "no-rename", "default", "drop"}

// decisionFlags are StringArray, which takes each value as it is: names may
// hold commas.
func decisionFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArray("rename", nil, "`OLD=NEW`: a table, or TABLE.COLUMN=COLUMN, has a new name (repeatable)")
	f.StringArray("no-rename", nil, "`OLD` is no rename: it goes, with its data (repeatable)")
	f.StringArray("default", nil, "`TABLE.COLUMN=VALUE`: what existing rows get; SQL in parentheses; NULL: no row has one to be replaced (repeatable)")
	f.StringArray("drop", nil, "`NAME`: a table, or TABLE.COLUMN, goes with its data (repeatable)")
}

func (c *call) options() whimbrel.MigrateOptions {
	return whimbrel.MigrateOptions{
		Message: c.text("message"),
		ID:      c.text("rev-id"),
		Head:    c.text("head"),
		Answers: diff.Answers{
			Rename:   c.list("rename"),
			NoRename: c.list("no-rename"),
			Default:  c.list("default"),
			Drop:     c.list("drop"),
		},
	}
}

func (c *call) migrate([]string) error {
	o := c.options()
	w, err := c.decide(&o)
	if err != nil {
		return c.withDecisions(err, o)
	}
	c.result = MigrateResult{
		Written: w, Operations: w.Changes.Ops, Warnings: warnings(w.Changes),
		Drift: driftResult(w.Changes.Drift), DriftError: errorText(w.Changes.DriftErr),
	}
	for _, o := range w.Changes.Ops {
		c.did("Detected %s", c.happened(c.out, o))
	}
	if len(w.Changes.Ops) == 0 {
		c.did("No changes in schema detected.")
	}
	c.written(w.Path)
	c.noteChanges(w.Changes)
	usable := c.noteDrift(w.Changes, w.Path)
	if w.Path != "" && usable {
		c.note("Review it, then: %s upgrade", prefix(c.cmd))
	}
	return nil
}

func (c *call) emptyRevision() error {
	o := c.options()
	joins := o.Head == "heads" && len(c.project.Heads()) > 1
	w, err := c.project.NewRevision(c.ctx(), o)
	if err != nil {
		return err
	}
	c.result = MigrateResult{Written: w, Operations: w.Changes.Ops}
	c.written(w.Path)
	if joins {
		c.note("It joins them; nothing has to be filled in. Then: %s upgrade", prefix(c.cmd))
		return nil
	}
	c.note("Fill it in, then: %s upgrade", prefix(c.cmd))
	return nil
}

func (c *call) written(path string) {
	if path != "" {
		c.did("Writing %s ... done", path)
	}
}
