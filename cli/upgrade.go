package cli

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/whimbreldb/whimbrel"
)

func (t *tree) upgradeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "upgrade [REV]",
		Short: "Apply revisions to the database",
		Long: `Applies the revisions that are missing to reach REV (default: head), oldest
first. REV is an id or the start of one, head, or +N for the next N. Where the
database can, each revision is applied in full or not at all.

With --plan it shows the statements and changes nothing. With --sql it writes
them as a script, from FROM:TO, without looking at a database.`,
		Example: `PROG upgrade
PROG upgrade +1
PROG upgrade --plan
PROG upgrade --sql base:head > upgrade.sql`,
		Args: atMost(1, "REV"),
		RunE: t.run(func(c *call, args []string) error { return c.move(arg(args, "head"), false) }),
	}
	modeFlags(cmd)
	t.completeArgument(cmd, "head")
	return cmd
}

func (t *tree) downgradeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "downgrade [REV]",
		Short: "Undo revisions of the database",
		Long: `Undoes the revisions above REV (default: -1, the last one), newest first. REV is
an id or the start of one, base, or -N for the last N. What a revision added is
dropped with its data. A revision without a downgrade is not undone, nor is
anything below it.

With --plan it shows the statements and changes nothing. With --sql it writes
them as a script, from FROM:TO, without looking at a database.`,
		Example: `PROG downgrade
PROG downgrade -2
PROG downgrade base --plan`,
		DisableFlagParsing: true, // "-1" is a REV: Args parses them
	}
	var rest []string
	cmd.Args = func(cmd *cobra.Command, args []string) (err error) {
		if rest, err = parseWithNumbers(cmd, args); err != nil {
			return err
		}
		if on, _ := cmd.Flags().GetBool("help"); on {
			return pflag.ErrHelp // cobra shows it
		}
		return atMost(1, "REV")(cmd, rest)
	}
	cmd.RunE = t.run(func(c *call, _ []string) error { return c.move(arg(rest, "-1"), true) })
	modeFlags(cmd)
	t.completeArgument(cmd, "base")
	return cmd
}

func modeFlags(cmd *cobra.Command) {
	cmd.Flags().Bool("plan", false, "show what would be done, statement by statement; change nothing")
	cmd.Flags().Bool("sql", false, "write the statements as a script; touch no database")
}

// parseWithNumbers parses the flags of a command, and takes "-1" for an
// argument.
func parseWithNumbers(cmd *cobra.Command, args []string) ([]string, error) {
	const mark = "\x00" // no argument of a process can hold it
	args = slices.Clone(args)
	for i, a := range args {
		if a == "--" {
			break
		}
		if number, ok := strings.CutPrefix(a, "-"); ok && isNumber(number) && (i == 0 || !wantsValue(cmd, args[i-1])) {
			args[i] = mark + a
		}
	}
	cmd.DisableFlagParsing = false // ParseFlags does nothing otherwise
	defer func() { cmd.DisableFlagParsing = true }()
	if err := cmd.ParseFlags(args); err != nil {
		return nil, cmd.FlagErrorFunc()(cmd, err)
	}
	rest := slices.Clone(cmd.Flags().Args())
	for i := range rest {
		rest[i] = strings.TrimPrefix(rest[i], mark)
	}
	return rest, nil
}

// wantsValue reports whether a is a flag whose value is the next argument.
func wantsValue(cmd *cobra.Command, a string) bool {
	name, long := strings.CutPrefix(a, "--")
	if long {
		f := cmd.Flag(name)
		return f != nil && f.NoOptDefVal == ""
	}
	if name, short := strings.CutPrefix(a, "-"); short && len(name) == 1 {
		for _, fs := range []*pflag.FlagSet{cmd.Flags(), cmd.InheritedFlags()} {
			if f := fs.ShorthandLookup(name); f != nil {
				return f.NoOptDefVal == ""
			}
		}
	}
	return false
}

// patience is how long nothing may happen before a person is told why that
// could be.
const patience = 2 * time.Second

// waiting says after a while that another process may hold the database, unless
// the work has begun by then.
func (c *call) waiting() (begun func()) {
	var mu sync.Mutex
	over := false
	t := time.AfterFunc(patience, func() {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			c.note("Waiting for the database: another process may hold it …")
		}
	})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		over = true
		t.Stop()
	}
}

func (c *call) move(target string, down bool) error {
	switch {
	case c.flag("sql") && c.flag("plan"):
		return &usageError{"--plan and --sql are two things: give one", nil}
	case c.flag("sql"):
		return c.sql(target, down)
	case c.flag("plan"):
		return c.plan(target, down)
	}
	run, word := c.project.Upgrade, "upgrade"
	if down {
		run, word = c.project.Downgrade, "downgrade"
	}
	live := c.events != nil
	making, begun := c.making(), c.waiting()
	defer begun()
	if live {
		c.events.to = func(e whimbrel.Event) {
			begun()
			making()
			c.event(e)
		}
		defer func() { c.events.to = nil }()
	}
	steps, err := run(c.ctx(), target)
	begun()
	making()
	if !live {
		for _, s := range steps {
			c.running(s)
		}
	}
	result := RunResult{Steps: stepResults(steps), Current: []string{}}
	if len(steps) > 0 {
		result.Current = append(result.Current, steps[len(steps)-1].To...)
	}
	c.result = result
	if err != nil {
		if len(steps) > 0 {
			return &halfWay{err: err, done: steps, of: word + " " + remaining(target, len(steps))}
		}
		c.result = nil
		return err
	}
	if len(steps) == 0 {
		return c.nothing(word, target)
	}
	return nil
}

// making returns a function that says, once, that the database was made, if it
// was: who is in another folder than they think finds out before they look for
// their data.
func (c *call) making() func() {
	_, there := c.project.Database()
	return func() {
		name, now := c.project.Database()
		if there || !now {
			return
		}
		there = true
		c.note("%s", strings.TrimSpace("Making the database "+name))
	}
}

// remaining is the target for what is left of a run that has done some steps:
// a target that counts from where the database is counts fewer now.
func remaining(target string, done int) string {
	if target == "" || !isNumber(target[1:]) || target[0] != '+' && target[0] != '-' {
		return target
	}
	n, err := strconv.Atoi(target[1:])
	if err != nil {
		return target // longer than any history
	}
	return target[:1] + strconv.Itoa(n-done)
}

func (c *call) event(e whimbrel.Event) {
	switch e.Kind {
	case whimbrel.StepStarted:
		c.running(e.Step)
	case whimbrel.StepSkipped:
		c.did("Skipping %s: another process has done it", title(e.Step))
	case whimbrel.LockAwaited:
		c.note("Waiting for %s, held by %s …", cmp.Or(e.Object, "the database"), cmp.Or(e.Holder, "another process"))
	case whimbrel.StepDone:
	}
}

func (c *call) running(s whimbrel.Step) { c.did("Running %s", title(s)) }

// title is "upgrade base -> b9198aca3963, initial migration".
func title(s whimbrel.Step) string {
	word := "upgrade "
	if s.Down {
		word = "downgrade "
	}
	return word + heads(s.From) + " -> " + heads(s.To) + ", " + s.Revision.Message
}

func heads(ids []string) string {
	if len(ids) == 0 {
		return "base"
	}
	return strings.Join(ids, ", ")
}

// nothing says why there was nothing to do, with the proof.
func (c *call) nothing(word, target string) error {
	current, err := c.project.Current(c.ctx())
	if err != nil {
		return err
	}
	at, all := ids(current), ids(c.project.Heads())
	c.result = RunResult{Steps: []StepResult{}, Current: append([]string{}, at...)}
	slices.Sort(at)
	slices.Sort(all)
	switch {
	case len(all) == 0:
		c.did("The history has no revision; nothing to %s.", word)
	case slices.Equal(at, all):
		c.did("Database is at head (%s); nothing to %s.", heads(at), word)
	default:
		c.did("Database is at %s; nothing to %s.", heads(at), word)
	}
	if word == "upgrade" && len(at) > 0 {
		return c.noteBelow(target, at)
	}
	return nil
}

// noteBelow says how to get to a target that the database has left behind.
func (c *call) noteBelow(target string, at []string) error {
	wanted, err := c.project.Show(c.ctx(), target)
	if err != nil {
		return err
	}
	if len(wanted) > 1 || len(wanted) == 1 && slices.Contains(at, wanted[0].ID) {
		return nil
	}
	c.note("An upgrade does not go back. To go back to %s: %s downgrade %s", heads(ids(wanted)), prefix(c.cmd), heads(ids(wanted)))
	return nil
}

func (c *call) sql(target string, down bool) error {
	span := target
	if !strings.Contains(span, ":") {
		if down {
			span = "head:" + span
		} else {
			span = "base:" + span
		}
	}
	if c.json {
		var b bytes.Buffer
		err := c.project.SQL(&b, span, down)
		if err == nil {
			c.result = SQLResult{b.String()}
		}
		return err
	}
	return c.project.SQL(c.out, span, down)
}
