package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/whimbreldb/whimbrel"
)

// A call is one run of one command.
type call struct {
	*tree
	cmd     *cobra.Command
	project *whimbrel.Project
	out     *printer // stdout: the result
	talk    *printer // stderr: what is only said to a person
	json    bool
	quiet   bool
	result  any // what --json shows
}

// run makes the RunE of a command that needs the project.
func (t *tree) run(f func(c *call, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c := newCall(t, cmd)
		return c.finish(c.do(f, args))
	}
}

func newCall(t *tree, cmd *cobra.Command) *call {
	c := &call{tree: t, cmd: cmd}
	c.json, _ = cmd.Flags().GetBool("json")
	c.quiet, _ = cmd.Flags().GetBool("quiet")
	noColor, _ := cmd.Flags().GetBool("no-color")
	c.out = newPrinter(cmd.OutOrStdout(), noColor)
	c.talk = newPrinter(cmd.ErrOrStderr(), noColor)
	return c
}

func (c *call) do(f func(c *call, args []string) error, args []string) error {
	p, err := c.open()
	if err != nil {
		return err
	}
	c.project = p
	return f(c, args)
}

func (c *call) ctx() context.Context {
	if ctx := c.cmd.Context(); ctx != nil {
		return ctx
	}
	return context.Background()
}

// data prints a line that was asked for. --quiet does not silence it.
func (c *call) data(format string, args ...any) {
	if !c.json {
		c.out.line(format, args...)
	}
}

// did prints a line that says what the command has done.
func (c *call) did(format string, args ...any) {
	if !c.json && !c.quiet {
		c.out.line(format, args...)
	}
}

// note tells a person something that is not the result.
func (c *call) note(format string, args ...any) {
	if !c.json && !c.quiet {
		c.talk.line(format, args...)
	}
}

// text returns the value of a string flag, "" when the command has no such
// flag.
func (c *call) text(name string) string {
	s, _ := c.cmd.Flags().GetString(name)
	return s
}

func (c *call) flag(name string) bool {
	b, _ := c.cmd.Flags().GetBool(name)
	return b
}

// list returns the values of a repeatable flag.
func (c *call) list(name string) []string {
	s, _ := c.cmd.Flags().GetStringArray(name)
	return s
}

// finish prints the JSON document, if one is wanted, and says when the result
// could not be written: a full disk must not look like success.
func (c *call) finish(err error) error {
	if c.json {
		c.out.document(newDocument(c.cmd, c.result, err))
		if err != nil {
			err = &reported{err}
		}
	}
	if lost := c.out.lost(); lost != nil {
		return errors.Join(err, &whimbrel.Error{Code: whimbrel.OutputLost, Msg: "cannot write the output", Detail: []string{lost.Error()}, Err: lost})
	}
	return err
}

// reported is an error that the JSON document on stdout holds already.
type reported struct{ error }

func (e *reported) Unwrap() error { return e.error }

func arg(args []string, fallback string) string {
	if len(args) == 0 {
		return fallback
	}
	return args[0]
}
