package app

import (
	"context"
	"errors"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/build"
	"github.com/whimbreldb/whimbrel/internal/shellbuild"
)

// Provide gives a value a name in the shell of the app. The last one of a name
// counts: db is the [*sql.DB], until gormmodel.Open or bunmodel.Open provide what
// they return.
func (a *App) Provide(name string, value any) { a.own.Provide(name, value) }

// Provide gives a value a name in the shell of the app. That of a database
// besides the main one ends in the name of the database: db_stats.
func (b *Bind) Provide(name string, value any) {
	a := b.app
	if b != a.own {
		name += "_" + b.name
	}
	if a.provided == nil {
		a.provided = map[string]any{}
	}
	a.provided[name] = value
}

func (a *App) shellCommand() *cobra.Command {
	var code string
	cmd := &cobra.Command{
		Use:   "shell",
		Short: "Type Go, with the database and the models at hand",
		Long: `Reads Go and runs it: with db, the models, and everything in package main in
scope. What the input is, is printed. :help says what else there is.

With -c it runs that text as one input, of any number of lines. When standard
input is not a terminal, it runs what is there as if it were typed: an input is
a line, or the lines until nothing is open. The first that fails ends it, with
exit code 1.

The shell needs the go command and the source of the app: it is built beside
the app, which has nothing of it.`,
		Example: strings.ReplaceAll(`  PROG shell
  PROG shell -c 'fmt.Println(db)'
  PROG shell < script.txt`, "PROG", a.prog),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var input *string
			if cmd.Flags().Changed("command") {
				input = &code
			}
			return a.shell(cmd, input)
		},
	}
	cmd.Flags().StringVarP(&code, "command", "c", "", "run this instead of reading inputs")
	return cmd
}

// becomeShell builds the shell of the app in the working directory, and
// becomes it, with the arguments of this process.
func (a *App) becomeShell(ctx context.Context, cmd *cobra.Command, packages []string) error {
	project, err := build.Find(".")
	if err != nil {
		return noSource(err)
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Path != "" && info.Main.Path != project.Module {
		return noSource(&whimbrel.Error{
			Code: whimbrel.NoApp, Msg: "the app in this folder is another one",
			Detail: []string{"this program is of module " + info.Main.Path + ", the folder of " + project.Module},
		})
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	if of := shellOf(); of != "" { // this is the shell already
		exe = of
	}
	built, err := shellbuild.Build(ctx, cmd.ErrOrStderr(), project, exe, packages)
	if err != nil {
		return err
	}
	env := append(os.Environ(), shellbuild.Of+"="+exe, "WHIM_PROG="+a.prog)
	code, err := built.Exec(os.Args[1:], env, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
	if err == nil && code != 0 { // where a process cannot become another
		err = &whimbrel.Error{Code: whimbrel.BadInput, Msg: "the shell has ended with exit code " + strconv.Itoa(code)}
	}
	return err
}

// noSource says that a shell needs the source of its app.
func noSource(err error) error {
	var e *whimbrel.Error
	if !errors.As(err, &e) {
		return err
	}
	full := *e
	full.Hint = append([]string{"the shell needs the source of the app: run it in the app's folder"}, e.Hint...)
	return &full
}
