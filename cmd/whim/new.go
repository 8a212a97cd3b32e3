package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/build"
	"github.com/whimbreldb/whimbrel/internal/scaffold"
)

func newCommand() *cobra.Command {
	var o scaffold.Options
	var first bool
	cmd := &cobra.Command{
		Use:   "new NAME",
		Short: "Make an app in a new folder",
		Long: `Makes an app that runs: a web page, one model, and the folder of its history. A
file that is there already is never overwritten.`,
		Example: `  whim new shop
  whim new shop --module github.com/me/shop
  whim new shop --orm bun --db postgres
  whim new shop --init`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			e := &whimbrel.Error{Code: whimbrel.BadAppName, Msg: "new takes one name", Hint: []string{"for example: whim new shop"}}
			if len(args) > 1 {
				e.Msg = fmt.Sprintf("new takes one name, not %d", len(args))
				e.Hint = []string{"a name has no spaces: whim new " + strings.Join(args, "-")}
			}
			return e
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Name = args[0]
			return makeApp(cmd, o, first)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Flags().StringVar(&o.Module, "module", "", "the path of the Go module (default: the name)")
	cmd.Flags().BoolVar(&first, "init", false, "write the first revision too: db init, db migrate")
	choice := func(to *string, name, usage string, of []string) {
		cmd.Flags().StringVar(to, name, of[0], usage+": "+strings.Join(of, ", "))
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(of, cobra.ShellCompDirectiveNoFileComp)) // the flag is there
	}
	choice(&o.ORM, "orm", "what the models are written for", scaffold.ORMs)
	choice(&o.Database, "db", "the database", scaffold.Databases)
	return cmd
}

func makeApp(cmd *cobra.Command, o scaffold.Options, first bool) error {
	w, talk := cmd.OutOrStdout(), cmd.ErrOrStderr()
	_, file, _, _ := runtime.Caller(0)
	source, err := scaffold.FindSource(file)
	if err != nil {
		return err
	}
	o.Source = source
	files, err := scaffold.Files(o)
	if err != nil {
		return err
	}
	if err := scaffold.Write(o.Name, files); err != nil {
		return err
	}
	for _, f := range files {
		fmt.Fprintf(w, "Writing %s ... done\n", filepath.Join(o.Name, filepath.FromSlash(f.Name)))
	}
	if source.Checkout != "" {
		fmt.Fprintln(talk, "note: this whim was made from a checkout, and go.mod refers to it there (replace), not to a release")
	}
	next := "cd " + o.Name
	switch {
	case first:
		if err := firstRevision(cmd, o.Name, source); err != nil {
			return err
		}
		next += " && whim db upgrade"
	case source.Version != "":
		next += " && go mod tidy"
	}
	fmt.Fprintf(w, "Next: %s && whim run\n", next)
	return nil
}

// firstRevision has the new app write its history, as somebody would who goes on
// by hand.
func firstRevision(cmd *cobra.Command, name string, source scaffold.Source) error {
	if source.Version != "" {
		tidy := exec.CommandContext(cmd.Context(), "go", "mod", "tidy")
		tidy.Dir, tidy.Stdout, tidy.Stderr = name, cmd.ErrOrStderr(), cmd.ErrOrStderr()
		if err := tidy.Run(); err != nil {
			return notInitialised(name, err)
		}
	}
	app, err := build.Find(name)
	if err != nil {
		return err
	}
	a := build.Announce(cmd.ErrOrStderr(), &app)
	built, err := app.Build(cmd.Context(), a)
	a.Stop()
	if err != nil {
		return err
	}
	defer built.Release()
	for _, args := range [][]string{{"db", "init", "--quiet"}, {"db", "migrate", "-m", "initial migration"}} {
		run := exec.CommandContext(cmd.Context(), built.Path, args...)
		run.Dir, run.Env = app.Dir, environment("", app.Dir)
		run.Stdout, run.Stderr = cmd.OutOrStdout(), cmd.ErrOrStderr()
		if err := run.Run(); err != nil {
			return notInitialised(name, err)
		}
	}
	return nil
}

func notInitialised(name string, err error) error {
	return &whimbrel.Error{
		Code: whimbrel.NotWritten, Msg: "the app is there, and its first revision is not", Detail: []string{err.Error()}, Err: err,
		Hint: []string{"to go on by hand: cd " + name + " && go mod tidy && whim db init && whim db migrate -m \"initial migration\""},
	}
}
