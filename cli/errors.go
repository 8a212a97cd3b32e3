package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/internal/near"
	"github.com/whimbreldb/whimbrel/internal/shellword"
)

// A usageError is a command line that cannot be right.
type usageError struct {
	msg  string
	hint []string
}

func (e *usageError) Error() string { return e.msg }

// noSuchCommand is the Args of a command that has only commands below it.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return noCommand(cmd, args[0], "PROG")
}

// noCommand says that there is no command of a name below cmd. prog is what a
// person types before one.
func noCommand(cmd *cobra.Command, name, prog string) error {
	e := &usageError{msg: fmt.Sprintf("no command %q", name)}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	near := nearest(name, names)
	if name == "merge" && dbCommand(cmd) != nil { // Alembic has it
		near = "revision --head heads -m merge"
	}
	if near != "" {
		e.hint = append(e.hint, "did you mean:       "+prog+" "+near)
	}
	e.hint = append(e.hint, "for all commands:   "+prog+" --help")
	return e
}

// atMost is the Args of a command with n optional arguments, which want names.
func atMost(n int, want string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) <= n {
			return nil
		}
		msg := fmt.Sprintf("%s takes no argument, not %q", cmd.Name(), args[0])
		if n > 0 {
			msg = fmt.Sprintf("%s takes one %s, not %d arguments", cmd.Name(), want, len(args))
		}
		e := &usageError{msg: msg, hint: []string{"for its usage: PROG " + cmd.Name() + " --help"}}
		if f := cmd.Flags().Lookup("message"); f != nil && f.Changed {
			words := f.Value.String() + " " + strings.Join(args, " ")
			e.hint = append(e.hint, "a message with spaces needs quotes: PROG "+cmd.Name()+" -m "+shellword.Quote(words))
		}
		return e
	}
}

// flagError turns what the flag parser says into a usage error with hints.
func flagError(cmd *cobra.Command, err error) error {
	e := &usageError{msg: err.Error()}
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		name := unknown.GetSpecifiedName()
		e.msg = "no flag --" + name
		if short := unknown.GetSpecifiedShortnames(); short != "" {
			e.msg = "no flag -" + name
			if cmd.Name() == "upgrade" && isNumber(short) {
				e.msg = "upgrade does not go back"
				e.hint = append(e.hint, "to go back "+short+":      PROG downgrade -"+short, "to go forward "+short+":   PROG upgrade +"+short)
			}
		}
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := nearest(name, names); near != "" {
			e.hint = append(e.hint, "did you mean: --"+near)
		}
	}
	e.hint = append(e.hint, "for its usage: "+usageOf(cmd)+" --help")
	return e
}

func usageOf(cmd *cobra.Command) string {
	db := dbCommand(cmd)
	switch {
	case db == nil:
		return programOf(cmd) + strings.TrimPrefix(cmd.CommandPath(), cmd.Root().CommandPath())
	case db != cmd:
		return "PROG " + cmd.Name()
	}
	return "PROG"
}

// programOf is what a person types before the name of a command that is not
// below db.
func programOf(cmd *cobra.Command) string {
	if db := dbBelow(cmd.Root()); db != nil && db.Annotations[annotation] != "" {
		return db.Annotations[annotation]
	}
	return cmd.Root().CommandPath()
}

// notOurs turns what cobra and its flag parser say about a command that is not
// below db into a usage error with hints.
func notOurs(cmd *cobra.Command, err error) error {
	_, after, ok := strings.Cut(err.Error(), "unknown command \"")
	name, _, closed := strings.Cut(after, "\"")
	if !ok || !closed {
		return flagError(cmd, err)
	}
	return noCommand(cmd, name, usageOf(cmd))
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// isUsage recognises the errors of cobra and its flag parser, for the commands
// that are not ours.
func isUsage(err error) bool {
	var (
		unknown *pflag.NotExistError
		missing *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
		syntax  *pflag.InvalidSyntaxError
	)
	return errors.As(err, &unknown) || errors.As(err, &missing) || errors.As(err, &invalid) || errors.As(err, &syntax) ||
		strings.HasPrefix(err.Error(), "unknown command ") // cobra has no type for it
}

// nearest returns the name that s was probably meant to be, or "".
func nearest(s string, names []string) string {
	best, limit := "", max(1, len(s)/3)+1
	for _, n := range names {
		d := near.Distance(s, n, limit)
		if len(s) >= 3 && strings.HasPrefix(n, s) {
			d = 1
		}
		if d < limit {
			best, limit = n, d
		}
	}
	return best
}

// An explained error is what is printed of one, on paper and in JSON.
//
// Message is one line: what is wrong. Detail are the facts. Hint is what to
// do: sentences, and commands that can be pasted. Questions are the decisions
// that are missing, where Code is "open-questions".
type explained struct {
	Code      string          `json:"code"`
	Message   string          `json:"message"`
	Detail    []string        `json:"detail,omitempty"`
	Hint      []string        `json:"hint,omitempty"`
	Questions []diff.Question `json:"questions,omitempty"`
}

// explain takes an error apart. Several errors that were joined are several.
func explain(cmd *cobra.Command, err error) []explained {
	if all := split(err); all != nil {
		var out []explained
		for _, e := range all {
			out = append(out, explain(cmd, e)...)
		}
		return out
	}
	var half *halfWay
	if errors.As(err, &half) {
		all := explain(cmd, half.err)
		all[0].Detail = append(all[0].Detail, half.detail())
		when := "when the cause is gone, go on with: "
		if whimbrel.CodeOf(half.err) == whimbrel.HalfDone {
			when = "when that is settled, go on with: "
		}
		all[0].Hint = append(all[0].Hint, when+prefix(cmd)+" "+half.of)
		return all
	}
	x := explainOne(cmd, err)
	for i := range x.Hint {
		// The library calls the program "whim".
		x.Hint[i] = strings.ReplaceAll(x.Hint[i], "whim db ", "PROG ")
	}
	var (
		open      *diff.OpenError
		decisions *decisionError
	)
	errors.As(err, &decisions)
	switch {
	case errors.As(err, &open):
		x = explainOpen(cmd, x, open.Questions)
	case decisions != nil:
		x.Hint = meant(decisions.answer, decisions.open) // the library cannot say as much
	}
	for i := range x.Hint {
		x.Hint[i] = fill(cmd, x.Hint[i])
	}
	return []explained{x}
}

// split takes apart what errors.Join put together, and nothing else: where
// several errors are in one sentence, the sentence is the message.
func split(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	all := joined.Unwrap()
	if err.Error() != errors.Join(all...).Error() {
		return nil
	}
	return all
}

func explainOne(cmd *cobra.Command, err error) explained {
	var (
		e     *whimbrel.Error
		wrong *usageError
	)
	switch {
	case errors.As(err, &e):
		// An outer error that adds words keeps them.
		msg := strings.Replace(err.Error(), e.Error(), e.Msg, 1)
		return explained{Code: string(e.Code), Message: msg, Detail: append([]string(nil), e.Detail...), Hint: append([]string(nil), e.Hint...)}
	case errors.As(err, &wrong):
		return explained{Code: string(whimbrel.BadUsage), Message: wrong.msg, Hint: append([]string(nil), wrong.hint...)}
	}
	code := "failed"
	if isUsage(err) {
		// Of a command that is not ours. What was meant, and how to see more, is
		// the same question there.
		errors.As(notOurs(cmd, err), &wrong)
		return explained{Code: string(whimbrel.BadUsage), Message: wrong.msg, Hint: append([]string(nil), wrong.hint...)}
	}
	// The first line is the message; cobra puts suggestions below it.
	msg, rest, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	x := explained{Code: code, Message: msg}
	for line := range strings.Lines(rest) {
		if line = strings.TrimSpace(line); line != "" {
			x.Detail = append(x.Detail, line)
		}
	}
	return x
}

func (e *halfWay) detail() string {
	last := e.done[len(e.done)-1]
	return fmt.Sprintf("%s done before it stopped: the database is at %s", plural(len(e.done), "revision was", "revisions were"), heads(last.To))
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// printError prints an error in parts that start with the program's name, so
// that they can be told from what a compiler or a server prints around them.
func printError(p *printer, cmd *cobra.Command, err error) {
	prog := cmd.Root().Name()
	for _, x := range explain(cmd, err) {
		p.line("%s: %s %s", prog, p.style(red, "error:"), x.Message)
		for _, d := range x.Detail {
			for line := range strings.SplitSeq(d, "\n") {
				p.line("%s:  detail: %s", prog, line)
			}
		}
		for _, h := range x.Hint {
			for line := range strings.SplitSeq(h, "\n") {
				p.line("%s:  %s %s", prog, p.style(cyan, "hint:"), line)
			}
		}
	}
}
