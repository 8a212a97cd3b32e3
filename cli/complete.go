package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// completeArgument completes the REV argument of a command.
func (t *tree) completeArgument(cmd *cobra.Command, symbols ...string) {
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
		given := slices.DeleteFunc(slices.Clone(args), func(a string) bool { return strings.HasPrefix(a, "-") && !isNumber(a[1:]) })
		if len(given) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return t.revisions(cmd, start, symbols), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeRevision completes --head and the flags that take free text.
func (t *tree) completeRevision(cmd *cobra.Command, symbols ...string) {
	// An error here means that the flag does not exist or has a completion,
	// which the test of the tree would show.
	_ = cmd.RegisterFlagCompletionFunc("head", func(cmd *cobra.Command, _ []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return t.revisions(cmd, start, symbols), cobra.ShellCompDirectiveNoFileComp
	})
	for _, name := range []string{"message", "rev-id", "rename", "no-rename", "default", "drop"} {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions)
	}
	cmd.ValidArgsFunction = cobra.NoFileCompletions
}

// completeRange completes FROM:TO.
func (t *tree) completeRange(cmd *cobra.Command, _ []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
	from, to, second := strings.Cut(start, ":")
	if !second {
		return t.revisions(cmd, from, []string{"base", "current"}), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	found := t.revisions(cmd, to, []string{"head", "current"})
	for i := range found {
		found[i] = from + ":" + found[i]
	}
	return found, cobra.ShellCompDirectiveNoFileComp
}

// revisions returns the symbols and revisions that start with start, each with
// its message. It reads no database, and is silent when there is no history.
func (t *tree) revisions(cmd *cobra.Command, start string, symbols []string) []cobra.Completion {
	var found []cobra.Completion
	for _, s := range symbols {
		if strings.HasPrefix(s, start) {
			found = append(found, s)
		}
	}
	p, err := t.open()
	if err != nil {
		return found
	}
	ctx := cmd.Context()
	if ctx == nil {
		ctx = context.Background()
	}
	all, err := p.Revisions(ctx, "", false)
	if err != nil {
		return found
	}
	for _, r := range all {
		if strings.HasPrefix(r.ID, start) {
			found = append(found, cobra.CompletionWithDesc(r.ID, clean(r.Message)))
		}
	}
	return found
}
