//go:build whim_shell

package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/shellbuild"
	"github.com/whimbreldb/whimbrel/shell"
	"github.com/whimbreldb/whimbrel/shell/edit"
	_ "github.com/whimbreldb/whimbrel/shell/link" // for internal/shellbuild, from a vendor folder too
)

// The shell itself: this file is compiled only with the tag that
// internal/shellbuild sets.

// shellSymbols is what generated code has registered: a process is one program.
var shellSymbols struct {
	table    *shell.Table
	manifest string
	of       string // the program that this one is the shell of
}

// UseShell is called by the code that is generated for a shell.
func UseShell(table *shell.Table, manifest string) {
	shellSymbols.table, shellSymbols.manifest = table, manifest
	shellSymbols.of = os.Getenv(shellbuild.Of)
	os.Unsetenv(shellbuild.Of) // programs that an input starts are none of its shells
}

func shellOf() string { return shellSymbols.of }

func (a *App) shell(cmd *cobra.Command, input *string) error {
	if shellSymbols.table == nil {
		return a.becomeShell(cmd.Context(), cmd, nil)
	}
	s, err := a.session(cmd.OutOrStdout(), cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	l := &shell.Loop{Session: s, Out: cmd.OutOrStdout(), Err: cmd.ErrOrStderr()}
	ctx := cmd.Context()
	if input != nil {
		err := l.Do(ctx, *input)
		if errors.Is(err, shell.ErrExit) {
			err = nil
		}
		return failed(ctx, err)
	}
	if f, ok := cmd.InOrStdin().(*os.File); !ok || !term.IsTerminal(int(f.Fd())) {
		return failed(ctx, l.Run(ctx, cmd.InOrStdin()))
	}
	l.Link = func(packages []string) error {
		return a.becomeShell(context.WithoutCancel(ctx), cmd, packages)
	}
	return edit.Run(context.WithoutCancel(ctx), l, edit.Options{
		Banner:  "The shell of " + a.name + ". :help says what there is; exit() leaves.",
		History: a.historyFile(),
	})
}

// failed makes of the error of an input one of the command.
func failed(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	var e *whimbrel.Error
	if errors.As(err, &e) {
		return err
	}
	return &whimbrel.Error{Code: whimbrel.BadInput, Msg: err.Error(), Err: err}
}

// session makes a session over the app: its package main, its models, and what
// was provided.
func (a *App) session(out, errs io.Writer) (*shell.Session, error) {
	text, err := os.ReadFile(shellSymbols.manifest)
	if err != nil {
		return nil, err
	}
	cfg := shell.Config{Table: shellSymbols.table, Values: a.provided, Out: out, Err: errs}
	if err := json.Unmarshal(text, &cfg.Manifest); err != nil {
		return nil, err
	}
	for _, b := range a.Databases() {
		for _, source := range b.models {
			m, err := source.Load()
			if err != nil {
				fmt.Fprintf(errs, "note: the models are not in scope by their names alone: %v\n", err)
				continue
			}
			cfg.Types = append(cfg.Types, m.Types...)
		}
	}
	return shell.New(cfg)
}

// historyFile is where the inputs of an app's shell are remembered.
func (a *App) historyFile() string {
	dir := os.Getenv("XDG_STATE_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(dir, "whim", a.name+".history")
}
