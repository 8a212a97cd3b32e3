package shell

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// abandonAfter is how long an interrupted evaluation has to end.
const abandonAfter = 300 * time.Millisecond

// ErrInterrupted is the error of an evaluation whose context has ended.
var ErrInterrupted = errors.New("interrupted")

// ErrLeftBehind is the error of one that was in compiled code, which cannot be
// interrupted: it goes on in the background.
var ErrLeftBehind = fmt.Errorf("%w, but a call of compiled code goes on in the background", ErrInterrupted)

// Eval evaluates an input: statements and declarations, which may be mixed.
// Nothing is run when something in it is wrong. What the last statement is, if
// it is an expression, is printed. When ctx ends, the evaluation and the
// goroutines that it has started are stopped.
//
// The error is a [*CheckError], a [*PanicError], or one of the above.
func (s *Session) Eval(ctx context.Context, src string) error {
	return s.eval(ctx, src, inputName(s.inputs+1), 1)
}

// eval is Eval of a part of a source that has a name, from a line on.
func (s *Session) eval(ctx context.Context, src, origin string, line int) error {
	if strings.TrimSpace(src) == "" {
		return nil
	}
	s.inputs++
	s.origin = origin
	r := newRun(s)
	s.foreground.Store(r)
	done := make(chan error, 1)
	go func() {
		ended := false
		defer func() {
			if !ended { // the input has ended its goroutine
				done <- nil
			}
		}()
		err := s.evalGroups(r, src, line)
		ended = true
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	r.interrupt()
	t := time.NewTimer(abandonAfter)
	defer t.Stop()
	select {
	case err := <-done:
		return err
	case <-t.C:
		return ErrLeftBehind
	}
}

// current is the run of the evaluation in the foreground.
func (s *Session) current() *run { return s.foreground.Load() }

// evalGroups evaluates the parts of an input, one after the other. The first
// is checked before anything is run; each other one, when those before it have
// declared what it uses.
func (s *Session) evalGroups(r *run, src string, line int) error {
	var defers []*frame
	var last error
	th := &thread{run: r}
	for _, g := range split(src) {
		g.line += line - 1
		f, err := s.evalGroup(th, g)
		if f != nil {
			defers = append(defers, f)
		}
		if last = err; err != nil {
			break
		}
	}
	for _, f := range slices.Backward(defers) { // those of the input itself
		if p := protect(func() { f.unwind(nil) }); p != nil {
			last = errors.Join(last, s.panicError(p.value, th))
		}
	}
	return last
}

// Stop stops the goroutines that inputs have started, as far as they are in
// the shell's own code, and returns how many there were.
func (s *Session) Stop() int {
	n := 0
	s.runs.Range(func(k, _ any) bool {
		r := k.(*run)
		n += int(r.live.Load())
		r.interrupt()
		return true
	})
	return n
}

// spawn starts a goroutine. Its panic is reported, and ends it alone.
func (s *Session) spawn(r *run, do func(*thread)) {
	r.live.Add(1)
	s.runs.Store(r, true)
	go func() {
		th := &thread{run: r}
		defer func() {
			if v := recover(); v != nil {
				if _, ok := v.(stopped); !ok {
					fmt.Fprintf(s.err, "in a goroutine: %v\n", s.panicError(v, th))
				}
			}
			if r.live.Add(-1) == 0 {
				s.runs.Delete(r)
			}
		}()
		do(th)
	}()
}

func inputName(n int) string { return fmt.Sprintf("input %d", n) }
