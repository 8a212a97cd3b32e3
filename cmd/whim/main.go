// Command whim makes a new app, and runs the app of the folder it is called
// in: it builds the app (the go command knows when there is nothing to do) and
// becomes it, with the same arguments.
//
// It has no db command of its own: "whim db upgrade" is the app's own "db
// upgrade", so that the version of whim never matters.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/cli"
	"github.com/whimbreldb/whimbrel/internal/build"
	"github.com/whimbreldb/whimbrel/internal/shellword"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run decides who the command line is for. Only a first word that is whim's
// own is read here; everything else goes to the app untouched.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	dir, rest, err := appFlag(args)
	root := rootCommand()
	if err != nil {
		root.SetErr(stderr)
		return cli.Report(root, err)
	}
	if len(rest) == len(args) && (len(rest) == 0 || own(root, rest[0])) {
		return cli.Run(context.Background(), root, rest, stdin, stdout, stderr)
	}
	if len(rest) > 0 && rest[0] == "--" {
		rest = rest[1:]
	}
	if wantsDebug(rest) {
		root.AddCommand(debugCommand(dir))
		return cli.Run(context.Background(), root, rest, stdin, stdout, stderr)
	}
	if completing(rest) {
		if _, err := build.Find(orHere(dir)); err != nil || ownCompletion(root, rest[1:]) {
			return cli.Run(context.Background(), root, rest, stdin, stdout, stderr)
		}
	}
	var said bytes.Buffer
	code, err := runApp(dir, rest, stdin, stdout, stderr, &said)
	switch command, json := wantsJSON(rest); {
	case err == nil:
		return code
	case json:
		root.SetOut(stdout)
		return cli.ReportJSON(root, command, withCompiler(err, said.String()))
	}
	root.SetErr(stderr)
	return cli.Report(root, withMeant(root, rest, err))
}

// withMeant adds to the error that there is no app which of whim's own commands
// may have been meant.
func withMeant(root *cobra.Command, args []string, err error) error {
	var e *whimbrel.Error
	if !errors.As(err, &e) || e.Code != whimbrel.NoApp || len(args) == 0 {
		return err
	}
	root.SuggestionsMinimumDistance = 2
	near := root.SuggestionsFor(args[0])
	if len(near) == 0 {
		return err
	}
	full := *e
	full.Hint = append([]string{"did you mean: whim " + strings.Join(append(near[:1:1], args[1:]...), " ")}, e.Hint...)
	return &full
}

// completing reports whether a shell asks how a command line could go on.
func completing(args []string) bool {
	return len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

// ownCompletion reports whether the command line that is to be completed is one
// of whim's own.
func ownCompletion(root *cobra.Command, line []string) bool {
	return len(line) > 1 && own(root, line[0])
}

// wantsJSON reports whether a db command was to answer in JSON, and which: its
// caller reads a document also when there is no app to run it.
func wantsJSON(args []string) (command string, yes bool) {
	if len(args) == 0 || args[0] != "db" && !strings.HasPrefix(args[0], "db:") {
		return "", false
	}
	db := args[0]
	command = db
	for _, a := range args[1:] {
		switch {
		case a == "--":
			return command, false
		case a == "--json", a == "--json=true":
			yes = true
		case command == db && !strings.HasPrefix(a, "-"):
			command = a
		}
		if yes && command != db {
			break
		}
	}
	return command, yes
}

// withCompiler adds to the error about an app that does not compile what the
// compiler has said.
func withCompiler(err error, said string) error {
	var e *whimbrel.Error
	if !errors.As(err, &e) || e.Code != whimbrel.NotBuilt {
		return err
	}
	full := *e
	for line := range strings.Lines(said) {
		full.Detail = append(full.Detail, strings.TrimSuffix(line, "\n"))
	}
	return &full
}

// own reports whether a first word is whim's.
func own(root *cobra.Command, word string) bool {
	switch word {
	case "help", "completion", "-h", "--help", "--version":
		return true
	}
	for _, c := range root.Commands() {
		if c.Name() == word {
			return true
		}
	}
	return false
}

// appFlag takes --app off the front of the arguments.
func appFlag(args []string) (dir string, rest []string, err error) {
	switch {
	case len(args) > 0 && strings.HasPrefix(args[0], "--app="):
		dir, rest = strings.TrimPrefix(args[0], "--app="), args[1:]
	case len(args) > 1 && args[0] == "--app":
		dir, rest = args[1], args[2:]
	case len(args) == 1 && args[0] == "--app":
	default:
		return "", args, nil
	}
	if dir == "" {
		return "", nil, &whimbrel.Error{
			Code: whimbrel.NoApp, Msg: "--app needs the folder of an app",
			Hint: []string{"for example: whim --app ./cmd/shop db current"},
		}
	}
	return dir, rest, nil
}

// runApp builds the app and becomes it. The app works in its own folder, as
// with "go run .": that is where its migrations and its data are. What the
// compiler says goes to said as well.
func runApp(dir string, args []string, stdin io.Reader, stdout, stderr, said io.Writer) (int, error) {
	app, err := build.Find(orHere(dir))
	if err != nil {
		return 1, err
	}
	a := build.Announce(stderr, &app)
	built, err := app.Build(context.Background(), io.MultiWriter(a, said))
	a.Stop()
	if err != nil {
		return 1, err
	}
	if err := os.Chdir(app.Dir); err != nil {
		return 1, err
	}
	return built.Exec(args, environment(dir, app.Dir), stdin, stdout, stderr)
}

func orHere(dir string) string {
	if dir == "" {
		return "."
	}
	return dir
}

// prog returns how whim was called, for an app in a folder that was given.
func prog(given string) string {
	if given == "" {
		return "whim"
	}
	return "whim --app " + shellword.Quote(given)
}

// environment tells the app how it was called, for the commands in its hints.
func environment(given, dir string) []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "WHIM_PROG=") && !strings.HasPrefix(v, "PWD=") {
			env = append(env, v)
		}
	}
	return append(env, "WHIM_PROG="+prog(given), "PWD="+dir)
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "whim",
		Short: "Make an app with a database, and run it",
		Long: `Makes a new app, or builds the app of this folder and runs it with the same
arguments.

  whim new shop           make an app
  whim db migrate -m …    in its folder: the app's own command
  whim run                the same
  whim -- --help          what the app of this folder can do

  whim --app DIR …        use the app in another folder`,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Args:    cobra.NoArgs,
		Version: version(),
	}
	root.AddCommand(newCommand(), &cobra.Command{
		Use: "version", Short: "Print the version of whim", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			fmt.Fprintf(cmd.OutOrStdout(), "whim version %s\n", version())
			return nil
		},
	})
	return root
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(unknown)"
	}
	return info.Main.Version + " " + runtime.Version()
}
