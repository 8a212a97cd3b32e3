package shell

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// A Loop reads inputs and gives them to a session, and knows the commands that
// are not Go: those that begin with a colon, and exit().
type Loop struct {
	Session *Session
	// Out gets the answers of commands; Err what is wrong with an input.
	Out, Err io.Writer
	// Link builds the shell again with more packages and becomes it; it
	// returns only when that failed. nil: the shell cannot.
	Link func(packages []string) error
}

// ErrExit is returned by [Loop.Do] when the input was to leave the shell.
var ErrExit = errors.New("exit")

const help = `What you type is Go: statements, declarations, expressions, whose value is printed.

  exit()             leave (or Ctrl-D)
  :import PATH…      build the shell again with these packages; variables are lost
  :stop              stop the goroutines that inputs have started
  :type EXPRESSION   its type; nothing is run
  :help              this

Ctrl-C stops an input. Tab completes.

In scope is everything in package main, the usual packages without an import, and
what the program gives:

`

// inScope writes what the program gives: a value a line, and the types.
func (l *Loop) inScope() {
	var types []string
	w := tabwriter.NewWriter(l.Out, 0, 0, 2, ' ', 0)
	for _, c := range l.Session.Given() {
		if c.Detail == "type" {
			types = append(types, c.Text)
			continue
		}
		fmt.Fprintf(w, "  %s\t%s\n", c.Text, c.Detail)
	}
	line := "  types:"
	for i, name := range types {
		if len(line)+len(name) > 75 {
			fmt.Fprintln(w, line)
			line = "   "
		}
		if line += " " + name; i < len(types)-1 {
			line += ","
		}
	}
	if len(types) > 0 {
		fmt.Fprintln(w, line)
	}
	w.Flush()
}

// Do does one input. Its error, if it is not ErrExit, is what to tell the
// person.
func (l *Loop) Do(ctx context.Context, src string) error {
	return l.do(src, func() error { return l.Session.Eval(ctx, src) })
}

func (l *Loop) do(src string, eval func() error) error {
	text := strings.TrimSpace(src)
	switch text {
	case "exit", "exit()", "quit", "quit()":
		return ErrExit
	}
	if !strings.HasPrefix(text, ":") {
		return eval()
	}
	name, rest, _ := strings.Cut(text[1:], " ")
	rest = strings.TrimSpace(rest)
	switch name {
	case "q", "quit", "exit":
		return ErrExit
	case "h", "help":
		fmt.Fprint(l.Out, help)
		l.inScope()
	case "stop":
		fmt.Fprintf(l.Out, "%d stopped\n", l.Session.Stop())
	case "type":
		t, err := l.Session.TypeOf(rest)
		if err != nil {
			return err
		}
		fmt.Fprintln(l.Out, t)
	case "import":
		paths := strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune(" \t\"`,", r) })
		if len(paths) == 0 {
			return errors.New(":import needs the path of a package, as in :import encoding/csv")
		}
		if l.Link == nil {
			return fmt.Errorf("only a shell on a terminal is built again for that: import %s in a file of the program", strings.Join(paths, ", "))
		}
		return l.Link(paths)
	default:
		return fmt.Errorf("there is no command :%s; :help lists them", name)
	}
	return nil
}

// Run does the inputs of a reader that is no terminal, one after the other:
// one is a line, or as many as it takes until nothing is open. It ends with
// the first that fails, since the others were written for its result. Places in
// errors are those of the whole text.
func (l *Loop) Run(ctx context.Context, in io.Reader) error {
	r := bufio.NewReader(in)
	var text strings.Builder
	begin, read := 1, 0 // lines
	for {
		line, err := r.ReadString('\n')
		text.WriteString(line)
		read++
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		last := err != nil
		src := text.String()
		if !last && Incomplete(src) {
			continue
		}
		text.Reset()
		at := begin
		begin = read + 1
		switch err := l.do(src, func() error { return l.Session.eval(ctx, src, "the script", at) }); {
		case errors.Is(err, ErrExit):
			return nil
		case err != nil:
			return onLine(err, at)
		case last || ctx.Err() != nil:
			return ctx.Err()
		}
	}
}

// onLine says on which line an input began whose error does not.
func onLine(err error, line int) error {
	var check *CheckError
	var panicked *PanicError
	switch {
	case errors.Is(err, ErrInterrupted):
		return err
	case errors.As(err, &check) && check.Line >= line:
		return err
	case errors.As(err, &panicked) && panicked.At != "":
		return err
	}
	return fmt.Errorf("line %d: %w", line, err)
}
