package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/internal/shellword"
)

// decide migrates, and again with more answers as long as there are questions
// and there is somebody to ask. Nothing is written before the last call.
func (c *call) decide(o *whimbrel.MigrateOptions) (whimbrel.Written, error) {
	asked := map[string]diff.Question{}
	var in *bufio.Reader
	for {
		w, err := c.project.Migrate(c.ctx(), *o)
		var (
			open   *diff.OpenError
			answer *diff.AnswerError
		)
		switch {
		case !c.interactive():
			return w, err
		case errors.As(err, &open):
		case errors.As(err, &answer):
			q, ok := refused(asked, *answer)
			if !ok {
				return w, err // it came with a flag
			}
			c.talk.line("%s", answer.Why)
			without(&o.Answers, answer.Flag, answer.Value)
			if err := c.askFill(in, q, &o.Answers); err != nil {
				return whimbrel.Written{}, err
			}
			continue
		default:
			return w, err
		}
		if in == nil {
			in = bufio.NewReader(c.cmd.InOrStdin())
		}
		for _, q := range open.Questions {
			key := string(q.Kind) + " " + q.Subject
			if _, again := asked[key]; again {
				return w, err // the answer was not understood: asking for ever helps nobody
			}
			asked[key] = q
			if err := c.ask(in, q, &o.Answers); err != nil {
				return whimbrel.Written{}, err
			}
		}
	}
}

// refused returns the question whose answer, typed at the prompt, was not one.
func refused(asked map[string]diff.Question, a diff.AnswerError) (diff.Question, bool) {
	for _, q := range asked {
		if q.Kind == diff.FillQuestion && a.Flag == "default" && strings.HasPrefix(a.Value, q.Subject+"=") {
			return q, true
		}
	}
	return diff.Question{}, false
}

// interactive reports whether there is a person to ask: one who sees the
// question, and whose answer is not the input of a script.
func (c *call) interactive() bool {
	return !c.json && os.Getenv("CI") == "" && c.talk.term && isTerminal(c.cmd.InOrStdin())
}

// ask asks one question, until there is an answer, and adds it to a.
func (c *call) ask(in *bufio.Reader, q diff.Question, a *diff.Answers) error {
	c.talk.line("")
	c.talk.line("%s", c.talk.style(yellow, q.Text))
	switch q.Kind {
	case diff.RenameQuestion:
		return c.askRename(in, q, a)
	case diff.FillQuestion:
		return c.askFill(in, q, a)
	case diff.DropQuestion:
		return c.askDrop(in, q, a)
	}
	panic("unhandled question " + string(q.Kind))
}

func (c *call) askRename(in *bufio.Reader, q diff.Question, a *diff.Answers) error {
	for i, name := range q.Candidates {
		c.talk.line("  %d  yes, it is %s now", i+1, name)
	}
	no := len(q.Candidates) + 1
	c.talk.line("  %d  no: drop %s with its data", no, q.Subject)
	for {
		s, err := c.answer(in, fmt.Sprintf("1-%d: ", no))
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(s)
		switch {
		case err != nil || n < 1 || n > no:
			c.talk.line("A number from 1 to %d, or Ctrl-C to stop.", no)
		case n == no:
			a.NoRename = append(a.NoRename, q.Subject)
			return nil
		default:
			a.Rename = append(a.Rename, q.Subject+"="+q.Candidates[n-1])
			return nil
		}
	}
}

func (c *call) askFill(in *bufio.Reader, q diff.Question, a *diff.Answers) error {
	for {
		s, err := c.answer(in, "value, or SQL in parentheses: ")
		if err != nil {
			return err
		}
		if s != "" {
			a.Default = append(a.Default, q.Subject+"="+s)
			return nil
		}
		c.talk.line("A value, or Ctrl-C to stop. The empty text is ('').")
	}
}

// askDrop takes only a whole "yes" for one: what is dropped is gone.
func (c *call) askDrop(in *bufio.Reader, q diff.Question, a *diff.Answers) error {
	for {
		s, err := c.answer(in, "yes/no: ")
		if err != nil {
			return err
		}
		switch strings.ToLower(s) {
		case "yes":
			a.Drop = append(a.Drop, q.Subject)
			return nil
		case "no", "n", "":
			return &whimbrel.Error{
				Code:   whimbrel.OpenQuestions,
				Msg:    q.Subject + " is not to be dropped, but the models do not have it; nothing was written",
				Hint:   []string{"put it back into the models, or migrate again and say yes"},
				Detail: nil,
			}
		}
		c.talk.line("Type the whole word yes, or no.")
	}
}

// answer reads a line. When the command is interrupted, the goroutine that
// reads stays behind: nothing can stop the read of a terminal, and the process
// is about to end.
func (c *call) answer(in *bufio.Reader, prompt string) (string, error) {
	c.talk.ask("%s", prompt)
	type read struct {
		line string
		err  error
	}
	got := make(chan read, 1)
	go func() {
		line, err := in.ReadString('\n')
		got <- read{line, err}
	}()
	select {
	case <-c.ctx().Done():
		return "", c.stopped(context.Cause(c.ctx()))
	case r := <-got:
		if r.err != nil && (!errors.Is(r.err, io.EOF) || r.line == "") {
			return "", c.stopped(r.err)
		}
		return strings.TrimSpace(r.line), nil
	}
}

func (c *call) stopped(cause error) error {
	c.talk.line("")
	return &whimbrel.Error{
		Code:   whimbrel.Interrupted,
		Msg:    "stopped at a question",
		Detail: []string{"nothing was written"},
		Err:    cause,
	}
}

// commandLine returns the command that is running, as it can be pasted into a
// shell.
func commandLine(cmd *cobra.Command) string {
	words := []string{prefix(cmd), cmd.Name()}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		switch v := f.Value.(type) {
		case pflag.SliceValue:
			for _, s := range v.GetSlice() {
				words = append(words, "--"+f.Name, shellword.Quote(s))
			}
		default:
			switch {
			case f.Value.Type() == "bool" && f.Value.String() == "true":
				words = append(words, "--"+f.Name)
			case f.Value.Type() == "bool":
				words = append(words, "--"+f.Name+"=false")
			case f.Shorthand != "":
				words = append(words, "-"+f.Shorthand, shellword.Quote(f.Value.String()))
			default:
				words = append(words, "--"+f.Name, shellword.Quote(f.Value.String()))
			}
		}
	})
	for _, a := range cmd.Flags().Args() {
		words = append(words, shellword.Quote(a))
	}
	return strings.Join(words, " ")
}
