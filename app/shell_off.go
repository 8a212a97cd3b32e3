//go:build !whim_shell

package app

import "github.com/spf13/cobra"

// shellOf is "": this program is not the shell of another.
func shellOf() string { return "" }

// shell leaves the work to a program that has a shell in it.
func (a *App) shell(cmd *cobra.Command, _ *string) error {
	return a.becomeShell(cmd.Context(), cmd, nil)
}
