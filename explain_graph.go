package whimbrel

import (
	"errors"
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/revision"
)

func explainGraph(err error) *Error {
	var (
		notFound   *revision.NotFoundError
		ambiguous  *revision.AmbiguousError
		heads      *revision.MultipleHeadsError
		steps      *revision.RangeError
		ancestor   *revision.NotAncestorError
		notApplied *revision.NotAppliedError
		gap        *revision.GapError
		symbol     *revision.SymbolError
	)
	switch {
	case errors.As(err, &notFound):
		e := &Error{Code: NoSuchRevision, Msg: fmt.Sprintf("no revision %q", notFound.Symbol)}
		if len(notFound.Near) > 0 {
			e.Hint = append(e.Hint, "Did you mean "+strings.Join(notFound.Near, " or ")+"?")
		}
		e.Hint = append(e.Hint, "to list revisions: whim db history")
		return e
	case errors.As(err, &ambiguous):
		e := &Error{
			Code: AmbiguousRevision, Msg: fmt.Sprintf("%q could be several revisions", ambiguous.Symbol), Detail: ambiguous.Matches,
			Hint: []string{"Give more of its characters."},
		}
		if strings.ContainsAny(ambiguous.Symbol, "+-") { // steps, where the history forks
			e.Hint = []string{"Name the revision."}
		}
		return e
	case errors.As(err, &heads):
		return explainHeads(heads)
	case errors.As(err, &steps):
		return &Error{
			Code: BadRange,
			Msg:  fmt.Sprintf("%q leads too far: %s", steps.Symbol, reach(steps.Have)),
			Hint: []string{"to see where the database is: whim db current"},
		}
	case errors.As(err, &ancestor):
		return &Error{Code: BadRange, Msg: ancestor.Error()}
	case errors.As(err, &notApplied):
		e := &Error{
			Code: BadRange, Msg: notApplied.Error(),
			Hint: []string{"A downgrade leads to a revision that is applied. To go up: whim db upgrade " + notApplied.ID},
		}
		if len(notApplied.Current) > 0 {
			e.Detail = []string{"current: " + strings.Join(notApplied.Current, ", ")}
		}
		return e
	case errors.As(err, &gap):
		return &Error{
			Code: UnknownApplied, Msg: gap.Error(),
			Hint: []string{"to record what is true, after comparing: whim db stamp head"},
		}
	case errors.As(err, &symbol):
		return &Error{Code: NoSuchRevision, Msg: symbol.Error(), Hint: []string{"to list revisions: whim db history"}}
	}
	return nil
}

func explainHeads(heads *revision.MultipleHeadsError) *Error {
	e := &Error{Code: MultipleHeads}
	if !heads.Current {
		e.Msg = fmt.Sprintf("%q is ambiguous: there are %d heads", heads.Symbol, len(heads.Heads))
		e.Detail = []string{"heads: " + strings.Join(heads.Heads, ", ")}
		e.Hint = []string{joinHeads, "to upgrade to them all as they are: whim db upgrade heads"}
		return e
	}
	e.Msg = fmt.Sprintf("%q is ambiguous: the database is at %d revisions", heads.Symbol, len(heads.Heads))
	e.Detail = []string{"current: " + strings.Join(heads.Heads, ", ")}
	i := strings.LastIndex(heads.Symbol, "-")
	if i < 0 {
		e.Hint = []string{"to upgrade along all lines: whim db upgrade heads"}
		return e
	}
	for _, h := range heads.Heads {
		e.Hint = append(e.Hint, "to undo along one line: whim db downgrade "+h+"@"+heads.Symbol[i:])
	}
	return e
}

// reach says how many steps there are.
func reach(n int) string {
	switch n {
	case 0:
		return "there is no step to go"
	case 1:
		return "there is 1 step to go"
	}
	return fmt.Sprintf("there are %d steps to go", n)
}

// joinHeads is the way out of several heads, as they are after a merge in git of
// two branches that both have revisions.
const joinHeads = "to join them in one revision: whim db revision --head heads -m merge"

// errPart refuses to compare the models with a part of the history: the new
// revision would do once more what the revisions that are left out do.
func errPart(head string, left []string, several bool) error {
	e := &Error{
		Code: NotAtHead, Msg: "a revision that follows " + head + " alone would do again what others do; nothing was written",
		Detail: []string{"left out: " + strings.Join(left, ", ")},
		Hint:   []string{"The models are compared with all revisions: leave --head out. One written by hand may follow any: whim db revision --head " + head + " -m MESSAGE"},
	}
	if several {
		e.Code = MultipleHeads
		e.Hint = []string{joinHeads, "to join them, and write what changed in the models: whim db migrate --head heads"}
	}
	return e
}

func badHistory(err error) error {
	e := &Error{Code: BadHistory, Msg: "the revisions do not fit together", Err: err}
	for line := range strings.Lines(err.Error()) {
		e.Detail = append(e.Detail, strings.TrimSuffix(line, "\n"))
	}
	e.Hint = []string{"Bring a missing file back, or change Revises in the revisions that name it. An id belongs to one revision only."}
	return e
}

// errUnknownApplied: known are the newest of the revisions that the program and
// the database have both.
func errUnknownApplied(unknown []revision.NotFoundError, known []string) *Error {
	e := &Error{Code: UnknownApplied, Msg: "the database names a revision that this program does not have"}
	for _, u := range unknown {
		line := u.Symbol
		if len(u.Near) > 0 {
			line += " (did you mean " + strings.Join(u.Near, " or ") + "?)"
		}
		e.Detail = append(e.Detail, line)
	}
	e.Hint = []string{"A newer program was here, or the file was deleted while it was applied: bring the file back, or run the newer program."}
	if len(known) < 2 {
		to := "base"
		if len(known) > 0 {
			to = known[0]
		}
		e.Hint = append(e.Hint, "to undo it, where its file is (another branch of the code): whim db downgrade "+to)
	}
	e.Hint = append(e.Hint, "to record what the database is, after comparing: whim db stamp head")
	return e
}
