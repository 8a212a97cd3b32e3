// Package edit is a shell on a terminal: a line editor with completion,
// inputs of several lines and a history, around a [shell.Loop].
//
// It is apart from package shell so that the evaluator needs the standard
// library only.
package edit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/reeflective/readline"
	"golang.org/x/term"

	"github.com/whimbreldb/whimbrel/shell"
)

// Options say how a shell looks.
type Options struct {
	Banner  string // printed once
	History string // a file; "" remembers nothing
}

// Run reads inputs from the terminal of the process until it is told to leave,
// or the terminal is gone; ctx is that of the inputs. Ctrl-C stops the input that
// is running; Ctrl-D leaves.
func Run(ctx context.Context, l *shell.Loop, o Options) error {
	rl := readline.NewShell()
	rl.Prompt.Primary(func() string { return ">>> " })
	rl.Prompt.Secondary(func() string { return "... " })
	// What is pasted is text: a tab in it completes nothing, and a line of it is
	// not drawn letter by letter.
	_ = rl.Config.Set("enable-bracketed-paste", true) // the settings are there
	// Not every terminal answers when it is asked where the cursor is, and the
	// editor would wait for it for ever. The prompt is as wide as it looks.
	_ = rl.Config.Set("cursor-position-probe", false)
	rl.AcceptMultiline = func(line []rune) bool { return !shell.Incomplete(string(line)) }
	// The editor's own completion adds a space to a word, or takes away what is
	// typed after it.
	tab := func() { complete(rl, l.Session) }
	rl.Keymap.Register(map[string]func(){"complete": tab, "menu-complete": tab, "possible-completions": tab})
	if o.History != "" {
		if err := os.MkdirAll(filepath.Dir(o.History), 0o700); err == nil {
			rl.History.AddFromFile("history", o.History)
		}
	}
	if o.Banner != "" {
		fmt.Fprintln(l.Out, o.Banner)
	}
	stop := newStopper()
	defer stop.end()
	for {
		text, err := rl.Readline()
		switch {
		case errors.Is(err, readline.ErrInterrupt):
			if n := l.Session.Stop(); n > 0 {
				fmt.Fprintf(l.Err, "stopped %d running in the background\n", n)
			}
			continue
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("the terminal: %w", err)
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		err = stop.run(ctx, func(ctx context.Context) error { return l.Do(ctx, text) })
		switch {
		case errors.Is(err, shell.ErrExit):
			return nil
		case err != nil:
			fmt.Fprintln(l.Err, err)
		}
	}
}

// Limits of what Tab shows.
const (
	described = 12 // with their types
	listed    = 60
)

// complete goes on with the word before the cursor as far as all candidates
// agree, and shows them when that is nowhere.
func complete(rl *readline.Shell, s *shell.Session) {
	at := rl.Cursor().Pos()
	line := []rune(*rl.Line())
	before := string(line[:at])
	if strings.TrimSpace(before[strings.LastIndexByte(before, '\n')+1:]) == "" {
		rl.Cursor().InsertAt('\t') // there is nothing to go on with: it is pasted, or indents
		return
	}
	word, candidates := s.Complete(before)
	if len(candidates) == 0 {
		return
	}
	common := candidates[0].Text
	for _, c := range candidates {
		for !strings.HasPrefix(c.Text, common) {
			common = common[:len(common)-1]
		}
	}
	if more := strings.TrimPrefix(common, word); more != "" {
		rl.Cursor().InsertAt([]rune(more)...)
		return
	}
	if len(candidates) > 1 {
		rl.Hint.SetTemporary(list(candidates))
	}
}

func list(candidates []shell.Candidate) string {
	var b strings.Builder
	for i, c := range candidates {
		if i == listed {
			fmt.Fprintf(&b, "… and %d more", len(candidates)-i)
			break
		}
		name := c.Text[strings.LastIndexByte(c.Text, '.')+1:]
		switch {
		case len(candidates) > described:
			b.WriteString(name + "  ")
		case c.Detail == "":
			b.WriteString(name + "\n")
		default:
			b.WriteString(name + "  " + c.Detail + "\n")
		}
	}
	return strings.TrimRight(b.String(), " \n")
}

// A stopper turns Ctrl-C into the end of the input that is running, and leaves
// the terminal as it was when the process is told to end.
type stopper struct {
	mu     sync.Mutex
	cancel context.CancelFunc
	sig    chan os.Signal
}

func newStopper() *stopper {
	s := &stopper{sig: make(chan os.Signal, 1)}
	fd := int(os.Stdin.Fd())
	before, _ := term.GetState(fd) // no state, nothing to go back to
	signal.Notify(s.sig, os.Interrupt, syscall.SIGTERM)
	go func() {
		for got := range s.sig {
			if got == syscall.SIGTERM {
				if before != nil {
					_ = term.Restore(fd, before) // it ends anyway
				}
				signal.Reset(syscall.SIGTERM)
				if p, err := os.FindProcess(os.Getpid()); err == nil {
					_ = p.Signal(syscall.SIGTERM) // to itself
				}
				return
			}
			s.mu.Lock()
			if s.cancel != nil {
				s.cancel()
			}
			s.mu.Unlock()
		}
	}()
	return s
}

func (s *stopper) end() {
	signal.Stop(s.sig)
	close(s.sig)
}

// run does something that Ctrl-C stops.
func (s *stopper) run(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.mu.Lock()
	s.cancel = cancel
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.cancel = nil
		s.mu.Unlock()
	}()
	return do(ctx)
}
