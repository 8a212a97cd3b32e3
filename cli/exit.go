package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
)

// The exit codes. They never change.
const (
	Done     = 0
	Failed   = 1
	Usage    = 2 // wrong usage, or a decision is open; nothing was written
	Findings = 3 // check or drift found something
	Locked   = 4 // somebody else holds the database
	HalfWay  = 5 // part of the work is done; the message says how to go on
)

// Run runs a program whose commands include the db tree, and returns its exit
// code. Errors are printed on stderr, as [Report] does.
//
// SIGINT and SIGTERM cancel the context of the command, which then rolls back
// what it was doing and reports it; a second signal kills the process. An
// interrupted command that left nothing behind exits with [Failed], and one
// that had finished some of its revisions with [HalfWay]. It is not 130: a
// shell uses that for a process that the signal killed, and ours was not: it
// stopped, cleaned up and says so. (After the second signal it is 130.)
//
// A closed pipe on stdout ("… | head -1") neither kills the process in the
// middle of an upgrade nor is an error: the rest of the output is dropped.
func Run(ctx context.Context, root *cobra.Command, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer context.AfterFunc(ctx, stop)() // the second signal finds no handler

	// While somebody is notified, a write to a closed pipe is an error of that
	// write instead of the end of the process.
	pipe := make(chan os.Signal, 1)
	signal.Notify(pipe, syscall.SIGPIPE)
	defer signal.Stop(pipe)

	if args == nil {
		args = []string{} // to cobra, nil means os.Args
	}
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SilenceErrors, root.SilenceUsage = true, true

	cmd, err := root.ExecuteContextC(ctx)
	return report(cmd, args, err)
}

// Report prints the error that cmd, the command that was executed, returned,
// and returns the exit code. A nil error prints nothing.
func Report(cmd *cobra.Command, err error) int { return report(cmd, nil, err) }

func report(cmd *cobra.Command, args []string, err error) int {
	if err == nil {
		return Done
	}
	var done *reported
	switch {
	case errors.As(err, &done), errors.Is(err, errFindings):
	case wantsJSON(cmd, args):
		newPrinter(cmd.OutOrStdout(), true).document(newDocument(cmd, nil, err))
	default:
		noColor, _ := cmd.Flags().GetBool("no-color")
		printError(newPrinter(cmd.ErrOrStderr(), noColor), cmd, err)
	}
	return ExitCode(err)
}

// ReportJSON prints an error as the one [Document] that --json promises, for a
// program that could not start the one whose command was asked for. It returns
// the exit code.
func ReportJSON(cmd *cobra.Command, command string, err error) int {
	d := newDocument(cmd, nil, err)
	d.Command = command
	newPrinter(cmd.OutOrStdout(), true).document(d)
	return d.Exit
}

// wantsJSON also looks at the arguments themselves: when a flag is wrong, the
// flags behind it have not been parsed.
func wantsJSON(cmd *cobra.Command, args []string) bool {
	if on, err := cmd.Flags().GetBool("json"); err == nil && on {
		return true
	}
	if dbCommand(cmd) == nil {
		return false
	}
	for _, a := range args {
		switch a {
		case "--json", "--json=true":
			return true
		case "--":
			return false
		}
	}
	return false
}

// errFindings says that a command did what it should, and found something.
// Its result is the message.
var errFindings = errors.New("findings")

// halfWay says that some of the steps of a run were done before it failed.
type halfWay struct {
	err  error
	done []whimbrel.Step
	of   string // how to go on
}

func (e *halfWay) Error() string { return e.err.Error() }
func (e *halfWay) Unwrap() error { return e.err }

// ExitCode returns the exit code for an error that a command of the db tree
// returned.
func ExitCode(err error) int {
	var (
		half  *halfWay
		wrong *usageError
	)
	switch {
	case err == nil:
		return Done
	case errors.As(err, &half):
		return HalfWay
	case errors.Is(err, errFindings):
		return Findings
	case errors.As(err, &wrong), isUsage(err):
		return Usage
	}
	switch whimbrel.CodeOf(err) {
	case whimbrel.Locked:
		return Locked
	case whimbrel.HalfDone:
		return HalfWay
	case whimbrel.OpenQuestions, whimbrel.BadAnswer, whimbrel.BadMessage,
		whimbrel.NoSuchRevision, whimbrel.AmbiguousRevision, whimbrel.BadRange,
		whimbrel.BadAppName, whimbrel.BadModule, whimbrel.BadChoice, whimbrel.BadUsage:
		return Usage // another command line is needed, and nothing was written
	default:
		return Failed
	}
}
