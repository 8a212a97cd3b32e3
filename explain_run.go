package whimbrel

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/runner"
	"github.com/whimbreldb/whimbrel/scratch"
)

func explainRun(err error) *Error {
	var (
		stmt     *runner.StmtError
		step     *runner.StepError
		ended    *runner.EndedError
		observed *runner.NotObservedError
		moved    *runner.MovedError
		conflict *op.ConflictError
		at       *runner.RevisionError
		build    *scratch.BuildError
	)
	var e *Error
	switch {
	case errors.As(err, &stmt) && stmt.Err == nil:
		rows := slices.DeleteFunc(slices.Clone(stmt.Rows), func(row string) bool { return row == "1" }) // SELECT 1: it is so
		e = &Error{
			Code: CheckFailed, Msg: stmt.Stmt.Must, Detail: rows,
			Hint: []string{mendRows},
		}
	case errors.As(err, &moved):
		return &Error{Code: Moved, Msg: moved.Error(), Hint: []string{"to see where the database is: whim db current"}}
	case errors.As(err, &ended) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded):
		e = &Error{Code: StepFailed, Msg: ended.Error()}
	case errors.As(err, &step) && step.Panic != nil:
		e = &Error{Code: StepFailed, Msg: step.Error(), Detail: panicLines(step.Stack)}
	case errors.As(err, &step) && !errors.Is(err, context.Canceled):
		e = &Error{Code: StepFailed, Msg: step.Error(), Detail: detailOf(err)}
	case errors.As(err, &observed):
		e = &Error{
			Code: NotObserved, Msg: observed.Error(),
			Hint: []string{"A trigger or a later statement of the revision may have undone it: whim db upgrade --plan"},
		}
	case errors.As(err, &conflict):
		e = &Error{
			Code: Drift, Msg: conflict.Error(),
			Hint: []string{"The database is not what its revisions say. to see the difference: whim db drift"},
		}
	case errors.As(err, &build):
		return &Error{
			Code: BadModels, Msg: build.Error(), Detail: []string{build.Stmt.SQL},
			Hint: []string{"The database says what it does not take: change the model, or the revision that says so."},
		}
	default:
		return nil
	}
	if errors.As(err, &at) {
		e.Detail = append([]string{where(at)}, e.Detail...)
		e.Hint = append(e.Hint, remains(at)...)
	}
	return e
}

// remains says what a failed revision has left behind.
func remains(at *runner.RevisionError) []string {
	var half *runner.HalfDoneError
	switch {
	case at.Planned:
		return nil
	case errors.As(at.Err, &half): // halfDone says it
		return nil
	case at.Stays:
		return []string{"Something of this revision may be in the database. to compare: whim db drift"}
	}
	return []string{"Nothing of this revision remains in the database; revisions before it are applied."}
}

// panicLines cuts a stack trace to the frames of the step itself.
func panicLines(stack string) []string {
	var out []string
	lines := strings.Split(stack, "\n")
	for i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "panic(") }) + 2; i+1 < len(lines) && i > 1; i += 2 {
		if strings.Contains(lines[i], "runner.(*Run).invoke") {
			break
		}
		place, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), " +0x")
		out = append(out, place)
		if len(out) == 5 {
			break
		}
	}
	return out
}

func where(at *runner.RevisionError) string {
	if at.Down {
		return "downgrade of revision " + at.Revision
	}
	return "upgrade to revision " + at.Revision
}

// halfDone turns an error into one about a revision that is half done. What
// stopped it is the message all the same.
func (p *Project) halfDone(e *Error, half *runner.HalfDoneError, at *runner.RevisionError) {
	h := &Half{Revision: at.Revision, Down: at.Down, Done: half.Done, InDoubt: half.InDoubt}
	h.Statements = halfStatements(half.Work, half.Done, half.InDoubt)
	hint := append(p.halfHint(at.Revision, at.Down, half.Applied), h.invalidIndex()...)
	if slices.Contains(e.Hint, goesOn) {
		hint = append([]string{goesOn}, hint...)
	}
	e.Code, e.Hint = HalfDone, hint // it cannot simply be run again
	e.Detail = append(e.Detail, h.Lines()...)
}
