package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/op"
)

func (t *tree) currentCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "current",
		Short: "Show which revision the database is at",
		Long: `Shows the heads of the revisions that are applied to the database, and one that
was stopped half-way, with how to settle it. It changes nothing: not even the
table that records them is made. With --verbose it says which database that is.`,
		Example: `PROG current
PROG current --verbose`,
		Args: atMost(0, ""),
		RunE: t.run((*call).current),
	}
	cmd.Flags().BoolP("verbose", "v", false, "show everything about each revision")
	return cmd
}

func (t *tree) headsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "heads",
		Short:   "Show the newest revisions of the history",
		Long:    `Shows the revisions that no other follows. It reads no database.`,
		Example: `PROG heads`,
		Args:    atMost(0, ""),
		RunE:    t.run((*call).heads),
	}
	cmd.Flags().BoolP("verbose", "v", false, "show everything about each revision")
	return cmd
}

func (t *tree) historyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "history",
		Short: "List the revisions, newest first",
		Long: `Lists the revisions of the history, newest first. The database is read only
with --indicate-current, or where the range says current.`,
		Example: `PROG history
PROG history --indicate-current
PROG history -r current:head --verbose`,
		Args: atMost(0, ""),
		RunE: t.run((*call).history),
	}
	f := cmd.Flags()
	f.StringP("rev-range", "r", "", "only the revisions in `FROM:TO`, both included; either may be left out")
	f.BoolP("verbose", "v", false, "show everything about each revision")
	f.BoolP("indicate-current", "i", false, "mark the revisions that the database is at")
	_ = cmd.RegisterFlagCompletionFunc("rev-range", t.completeRange)
	return cmd
}

func (t *tree) showCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show [REV]",
		Short: "Show one revision and what it does",
		Long: `Shows a revision (default: head): where it is, what it follows, and its
operations in both directions. The database is read only for "current".`,
		Example: `PROG show
PROG show b919`,
		Args: atMost(1, "REV"),
		RunE: t.run((*call).show),
	}
	t.completeArgument(cmd, "head", "current")
	return cmd
}

func (c *call) current([]string) error {
	revisions, err := c.project.Current(c.ctx())
	if err != nil {
		return err
	}
	half, err := c.project.HalfDone(c.ctx())
	if err != nil {
		return err
	}
	name, exists := c.project.Database()
	if c.flag("verbose") {
		c.maybe("Database", name)
	}
	c.list1(revisions)
	c.result = CurrentResult{RevisionsResult{append([]whimbrel.Revision{}, revisions...)}, half, name, !exists}
	if half != nil {
		c.data("%s (%s)", half.Revision, c.out.style(red, halfWord(half)+" half done"))
		c.noteHalf(half)
		return nil
	}
	switch {
	case len(revisions) > 0:
	case exists:
		c.note("No revision is applied.")
	case name == "":
		c.note("No revision is applied: the database does not exist.")
	default:
		c.note("No revision is applied: the database does not exist: %s", name)
	}
	return nil
}

func (c *call) heads([]string) error {
	revisions := c.project.Heads()
	c.list1(revisions)
	if len(revisions) == 0 {
		c.note("The history has no revision.")
	}
	return nil
}

// list1 shows revisions by their ids.
func (c *call) list1(revisions []whimbrel.Revision) {
	c.result = RevisionsResult{append([]whimbrel.Revision{}, revisions...)}
	for i, r := range revisions {
		if c.flag("verbose") {
			c.entry(r, nil, i > 0)
			continue
		}
		c.data("%s%s", r.ID, marks(r, nil))
	}
}

func (c *call) history([]string) error {
	span := c.text("rev-range")
	indicate := c.flag("indicate-current")
	revisions, err := c.project.Revisions(c.ctx(), span, indicate)
	if err != nil {
		return err
	}
	var current []string
	if indicate {
		at, err := c.project.Current(c.ctx())
		if err != nil {
			return err
		}
		current = ids(at)
	}
	c.result = HistoryResult{append([]whimbrel.Revision{}, revisions...), current}
	for i, r := range revisions {
		if c.flag("verbose") {
			c.entry(r, current, i > 0)
			continue
		}
		c.data("%s -> %s%s, %s", heads(r.Down), r.ID, marks(r, current), r.Message)
	}
	switch {
	case len(revisions) > 0:
	case span == "":
		c.note("The history has no revision.")
	default:
		c.note("No revision is in %s.", span)
	}
	return nil
}

func (c *call) show(args []string) error {
	revisions, err := c.project.Show(c.ctx(), arg(args, "head"))
	if err != nil {
		return err
	}
	result := ShowResult{Revisions: []ShownRevision{}}
	for i, r := range revisions {
		up, down := c.project.Operations(r.ID)
		result.Revisions = append(result.Revisions, ShownRevision{r, up, down})
		c.entry(r, nil, i > 0)
		c.operations("Upgrade", up)
		if r.Reversible {
			c.operations("Downgrade", down)
		} else {
			c.data("Downgrade: none; it cannot be undone")
		}
	}
	c.result = result
	if len(revisions) == 0 {
		c.note("That is base: no revision.")
	}
	return nil
}

func (c *call) operations(heading string, ops []op.Op) {
	if len(ops) == 0 {
		c.data("%s: no operation", heading)
		return
	}
	c.data("%s:", heading)
	for _, o := range ops {
		verb, object := op.Describe(o)
		c.data("  %s %s", c.out.style(verbColor(verb), verb), object)
	}
}

// entry shows everything about a revision but its operations.
func (c *call) entry(r whimbrel.Revision, current []string, gap bool) {
	if gap {
		c.data("")
	}
	c.data("Rev: %s%s", r.ID, marks(r, current))
	word := "Revises"
	if r.MergePoint {
		word = "Merges"
	}
	c.data("%s: %s", word, heads(r.Down))
	c.maybe("Depends on", strings.Join(r.DependsOn, ", "))
	c.maybe("Labels", strings.Join(r.Labels, ", "))
	c.maybe("Path", c.path(r.Source))
	c.maybe("Created", r.Created)
	if !r.AppliedAt.IsZero() {
		c.data("Applied: %s", r.AppliedAt.Format("2006-01-02 15:04:05Z07:00"))
	}
	c.data("Message: %s", r.Message)
}

// path puts the folder before the name of a revision file that is there. The
// program knows only the name: it may run where its sources never were.
func (c *call) path(source string) string {
	file, _, _ := strings.Cut(source, ":")
	if c.folder == "" || file == "" {
		return source
	}
	if _, err := os.Stat(filepath.Join(c.folder, file)); err != nil {
		return source
	}
	return filepath.Join(c.folder, source)
}

func (c *call) maybe(name, value string) {
	if value != "" {
		c.data("%s: %s", name, value)
	}
}

func marks(r whimbrel.Revision, current []string) string {
	var s string
	if len(r.Labels) > 0 {
		s += " (" + strings.Join(r.Labels, ", ") + ")"
	}
	if r.Head {
		s += " (head)"
	}
	if r.BranchPoint {
		s += " (branch point)"
	}
	if r.MergePoint {
		s += " (merge point)"
	}
	if slices.Contains(current, r.ID) {
		s += " (current)"
	}
	return s
}
