package app

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/cli"
)

// prog returns how people call this program, for the commands that hints tell
// them to type. The command whim says so; "go run" shows in where it puts what
// it has built.
func prog(name string) string {
	if p := os.Getenv("WHIM_PROG"); p != "" {
		return p
	}
	exe, err := os.Executable()
	if err != nil {
		return name
	}
	if goRun(filepath.ToSlash(filepath.Dir(exe))) {
		return "go run ."
	}
	if filepath.Base(os.Args[0]) == os.Args[0] {
		return os.Args[0] // found on PATH
	}
	return "./" + filepath.Base(exe)
}

// goRun reports whether a program in dir was put there by "go run": into a
// temporary folder of the go command, or, where it has not changed since the
// last time, into the build cache, in a folder that is a hash (Go 1.24 and
// later).
func goRun(dir string) bool {
	for part := range strings.SplitSeq(dir, "/") {
		if strings.HasPrefix(part, "go-build") {
			return true
		}
	}
	hash, cached := strings.CutSuffix(path.Base(dir), "-d")
	_, err := hex.DecodeString(hash)
	return cached && err == nil && len(hash) == 64
}

func (a *App) run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return cli.Run(ctx, a.root(), args, stdin, stdout, stderr)
}

// root puts the command line together.
func (a *App) root() *cobra.Command {
	use := a.name
	if a.prog == "whim" {
		use = a.prog
	}
	root := &cobra.Command{
		Use:   use,
		Short: "The app " + a.name,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.Args = cobra.NoArgs
	root.AddCommand(a.serveCommand(), a.runCommand(), a.shellCommand(), a.routesCommand(), settingsTopic())
	for _, b := range a.Databases() {
		root.AddCommand(b.command())
	}
	root.AddCommand(a.commands...)
	return root
}

// guard keeps the db commands from working on an app that was not given its
// history: they would find none of its revisions and write them again. The
// command that makes the history says how to give it.
func (b *Bind) guard(db *cobra.Command) {
	if b.history != nil {
		return
	}
	for _, c := range db.Commands() {
		if c.Name() == "init" {
			c.PostRun = func(cmd *cobra.Command, _ []string) {
				for _, silent := range []string{"quiet", "json"} {
					if on, err := cmd.Flags().GetBool(silent); err == nil && on {
						return
					}
				}
				fmt.Fprintln(cmd.ErrOrStderr(), "To use it, in func main, before Main:")
				for _, line := range b.registration() {
					fmt.Fprintln(cmd.ErrOrStderr(), "    "+line)
				}
			}
			continue
		}
		c.PreRunE = func(*cobra.Command, []string) error {
			if whimbrel.CodeOf(b.broken) == whimbrel.BadConfig {
				return b.broken // the name perhaps, from which the hint is made
			}
			return &whimbrel.Error{
				Code: whimbrel.NoHistory, Msg: "the app has no history of revisions",
				Detail: []string{"its method History was not called"},
				Hint:   append([]string{"to make one: PROG init", "then, in func main:"}, b.registration()...),
			}
		}
	}
}

// registration returns the lines that give an app its history.
func (b *Bind) registration() []string {
	pkg := filepath.ToSlash(b.migrations)
	if info, ok := debug.ReadBuildInfo(); ok && info.Path != "" && info.Path != "command-line-arguments" && !filepath.IsAbs(b.migrations) {
		pkg = info.Path + "/" + pkg
	}
	if b == b.app.own {
		return []string{fmt.Sprintf("import %q", pkg), "a.History(&" + path.Base(pkg) + ".History)"}
	}
	// The folder has the name of the database, and so has the variable.
	name := b.name + "_migrations"
	return []string{fmt.Sprintf("import %s %q", name, pkg), b.name + ".History(&" + name + ".History)"}
}
