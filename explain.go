package whimbrel

import (
	"errors"
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/runner"
)

// The packages below return facts as typed errors. The files explain*.go turn
// them into sentences, because only here the commands are known. Hints name the command
// as "whim db …"; a program that calls it otherwise puts its own name there.

// explain returns err as an *Error.
func (p *Project) explain(err error) error {
	var e *Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	var (
		half *runner.HalfDoneError
		at   *runner.RevisionError
	)
	for _, f := range []func(error) *Error{p.explainScratch, explainRun, explainGraph, explainDecision, p.explainDatabase} {
		if e := f(err); e != nil {
			if errors.As(err, &half) && errors.As(err, &at) {
				p.halfDone(e, half, at)
			}
			e.Err = err
			return e
		}
	}
	return &Error{Code: Internal, Msg: err.Error(), Err: err}
}

func explainDecision(err error) *Error {
	var (
		open   *diff.OpenError
		answer *diff.AnswerError
	)
	switch {
	case errors.As(err, &open):
		e := &Error{Code: OpenQuestions, Msg: fmt.Sprintf("%s open, nothing was written", count(len(open.Questions), "decision is", "decisions are"))}
		for _, q := range open.Questions {
			e.Detail = append(e.Detail, q.Text)
			e.Hint = append(e.Hint, strings.Join(q.Flags, "   or   "))
		}
		return e
	case errors.As(err, &answer):
		return &Error{
			Code: BadAnswer, Msg: answer.Error(),
			Hint: []string{"to see which decisions are open, leave the flag out"},
		}
	}
	return nil
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
