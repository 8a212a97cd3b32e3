package shell

import (
	"fmt"
	"reflect"
	"strings"
)

// A PanicError is a panic of an input.
type PanicError struct {
	Value any
	At    string // "2:5" of this input, or "input 3, 2:5"
}

func (e *PanicError) Error() string {
	text := "panic: " + printPanic(e.Value)
	if e.At != "" {
		text += " (at " + e.At + ")"
	}
	return text
}

// Unwrap returns the value, where it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

func printPanic(v any) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("%T", v)
		}
	}()
	if e, ok := v.(error); ok {
		return printable(e.Error())
	}
	return printable(fmt.Sprint(v))
}

// panicError makes an error of what a run has panicked with.
func (s *Session) panicError(v any, th *thread) error {
	switch v := v.(type) {
	case stopped:
		return ErrInterrupted
	case unsupportedError:
		return v
	case notLinkedError:
		return v
	case *reflect.ValueError:
		return internalError(v)
	case string:
		if strings.HasPrefix(v, "reflect") {
			return internalError(v)
		}
	}
	e := &PanicError{Value: v}
	if th != nil {
		for f := th.cur; f != nil; f = f.caller {
			if f.pos.IsValid() {
				e.At = s.at(f.pos)
				break
			}
		}
	}
	return e
}

func internalError(v any) error {
	return fmt.Errorf("this is a mistake in the shell itself, not in the input: %v", v)
}
