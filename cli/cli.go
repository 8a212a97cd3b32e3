// Package cli speaks to people: it is the db command tree, the rules for what
// is printed where, and the exit codes.
//
// It holds no logic of its own: each command calls one method of
// [whimbrel.Project] and shows what it returns. It opens no database, reads no
// configuration file and never exits. Start at [DB], which makes the tree to
// mount in any cobra program, and [Run], which runs such a program.
//
// What goes where: the result of a command is on stdout, everything that is
// only said to a person (hints, notes, warnings, prompts, errors) on stderr.
// With --json stdout holds exactly one [Document].
package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/whimbreldb/whimbrel"
)

// An Option is a detail of [DB].
type Option func(*tree)

// Prog says how the program was called, for the commands that hints tell
// people to type: "shop", "whim", "go run .". Without it, it is the name of
// the root command.
func Prog(name string) Option { return func(t *tree) { t.prog = name } }

// Folder says where the revision files are, [whimbrel.Config].Dir. With it,
// "show" prints the path of a file that is there instead of its name.
func Folder(dir string) Option { return func(t *tree) { t.folder = dir } }

// WithEvents shows steps while they run. The same Events must be in the
// configuration of the project:
//
//	var events cli.Events
//	open := func() (*whimbrel.Project, error) {
//		return whimbrel.Open(whimbrel.Config{OnEvent: events.On, …})
//	}
//	root.AddCommand(cli.DB(open, cli.WithEvents(&events)))
//
// Without it, steps are shown when the run is over.
func WithEvents(e *Events) Option { return func(t *tree) { t.events = e } }

// Events carries the events of a project to the command that is running. The
// zero value is ready for use. It is used by one command at a time.
type Events struct{ to func(whimbrel.Event) }

// On is for [whimbrel.Config].OnEvent.
func (e *Events) On(ev whimbrel.Event) {
	if e.to != nil {
		e.to(ev)
	}
}

// tree is what the commands of one db tree share.
type tree struct {
	open   func() (*whimbrel.Project, error)
	prog   string
	folder string
	events *Events
}

// annotation marks the db command, so that Run finds it from any command
// below.
const annotation = "whimbrel.db"

// DB returns the command "db" with every migration command below it. A command
// that needs the project calls open, once; help and completion of flags do not.
//
// The tree works in any cobra program. A program that does not use [Run] calls
// [Report] with the error that Execute returned.
func DB(open func() (*whimbrel.Project, error), opts ...Option) *cobra.Command {
	t := &tree{open: open}
	for _, o := range opts {
		o(t)
	}
	db := &cobra.Command{
		Use:   "db",
		Short: "Write, review and run migrations of the database",
		Long: `Writes revisions by comparing the models with the history, and brings the
database from one revision to another.

Nothing here changes a database but upgrade, downgrade, stamp and baseline.`,
		Example: `PROG init
PROG migrate -m "initial migration"
PROG upgrade`,
		Annotations: map[string]string{annotation: t.prog},
		Args:        noSuchCommand,
		RunE:        func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	f := db.PersistentFlags()
	f.Bool("json", false, "print one JSON document on stdout instead of text")
	f.Bool("no-color", false, "no colours, also on a terminal")
	f.BoolP("quiet", "q", false, "print nothing but errors, and the data that was asked for")

	db.AddCommand(
		t.initCommand(), t.migrateCommand(), t.revisionCommand(),
		t.upgradeCommand(), t.downgradeCommand(),
		t.currentCommand(), t.historyCommand(), t.headsCommand(), t.showCommand(),
		t.stampCommand(), t.checkCommand(), t.driftCommand(), t.baselineCommand(),
	)
	for _, c := range append(db.Commands(), db) {
		c.SilenceUsage = true
		c.SetFlagErrorFunc(flagError)
		c.LocalFlags().VisitAll(hideQuotes)
	}
	db.SetHelpFunc(help)
	return db
}

// help shows the help of a command below db, with the program's name in the
// examples.
func help(cmd *cobra.Command, args []string) {
	next := new(cobra.Command).HelpFunc()
	if db := dbCommand(cmd); db != nil && db.HasParent() {
		next = db.Parent().HelpFunc()
	}
	plain := cmd.Example
	cmd.Example = indent(fill(cmd, cmd.Example), "  ")
	cmd.Flags().VisitAll(showQuotes)
	next(cmd, args)
	cmd.Flags().VisitAll(hideQuotes)
	cmd.Example = plain
}

// quotesAnnotation holds the usage of a flag with back quotes around the name
// of its value. Help needs them; a shell that completes the flag would show
// them as they are.
const quotesAnnotation = "whimbrel.usage"

func hideQuotes(f *pflag.Flag) {
	if !strings.Contains(f.Usage, "`") {
		return
	}
	if f.Annotations == nil {
		f.Annotations = map[string][]string{}
	}
	f.Annotations[quotesAnnotation] = []string{f.Usage}
	f.Usage = strings.ReplaceAll(f.Usage, "`", "")
}

func showQuotes(f *pflag.Flag) {
	if usage := f.Annotations[quotesAnnotation]; len(usage) == 1 {
		f.Usage = usage[0]
	}
}

// fill puts the command line of the db tree ("go run . db") in the place of
// PROG.
func fill(cmd *cobra.Command, text string) string {
	return strings.ReplaceAll(text, "PROG", prefix(cmd))
}

// prefix is what a person types before the name of a command of the db tree.
func prefix(cmd *cobra.Command) string {
	db := dbCommand(cmd)
	if db == nil {
		db = dbBelow(cmd.Root())
	}
	if db == nil {
		return cmd.Root().CommandPath() + " db"
	}
	prog := db.Annotations[annotation]
	if prog == "" {
		return db.CommandPath()
	}
	return prog + strings.TrimPrefix(db.CommandPath(), db.Root().CommandPath())
}

// dbCommand returns the db command that cmd is, or is below of.
func dbCommand(cmd *cobra.Command) *cobra.Command {
	for ; cmd != nil; cmd = cmd.Parent() {
		if _, ok := cmd.Annotations[annotation]; ok {
			return cmd
		}
	}
	return nil
}

// dbBelow returns the db command of a program, for the hints of its other
// commands.
func dbBelow(cmd *cobra.Command) *cobra.Command {
	for _, c := range cmd.Commands() {
		if _, ok := c.Annotations[annotation]; ok {
			return c
		}
		if db := dbBelow(c); db != nil {
			return db
		}
	}
	return nil
}

func indent(text, with string) string {
	if text == "" {
		return ""
	}
	return with + strings.ReplaceAll(text, "\n", "\n"+with)
}
