package whimbrel

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/revision"
	"github.com/whimbreldb/whimbrel/runner"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

// The packages below return facts as typed errors. This file turns them into
// sentences, because only here the commands are known. Hints name the command
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

func errUnknownApplied(unknown []revision.NotFoundError) *Error {
	e := &Error{Code: UnknownApplied, Msg: "the database names a revision that this program does not have"}
	for _, u := range unknown {
		line := u.Symbol
		if len(u.Near) > 0 {
			line += " (did you mean " + strings.Join(u.Near, " or ") + "?)"
		}
		e.Detail = append(e.Detail, line)
	}
	e.Hint = []string{
		"A newer program was here, or the file was deleted while it was applied: bring the file back, or run the newer program.",
		"to record what the database is, after comparing: whim db stamp head",
	}
	return e
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

// explainScratch explains why what the revisions say could not be built, where
// that is not for what they say.
func (p *Project) explainScratch(err error) *Error {
	var build *scratch.BuildError
	if !errors.As(err, &build) || p.dialect() == schema.SQLite || p.cfg.Dialect == nil {
		return nil
	}
	class := p.cfg.Dialect.Classify(build.Err)
	if class == dialect.Refused || class == dialect.OtherFailure {
		return nil
	}
	e := p.explainServer(class, build.Err)
	if e != nil {
		e.Detail = append(e.Detail, "A comparison builds what the revisions say in a place of its own, and drops it again.")
	}
	return e
}

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

func (p *Project) explainDatabase(err error) *Error {
	var (
		locked      *dialect.LockedError
		unsupported *dialect.UnsupportedError
		stmt        *runner.StmtError
		step        *runner.StepError
		at          *runner.RevisionError
		old         *dialect.TooOldError
	)
	var e *Error
	switch {
	case errors.As(err, &locked):
		return &Error{
			Code: Locked, Msg: locked.Error(),
			Hint: []string{"Wait for the other process, or look for one that hangs. What was done before is recorded: whim db current"},
		}
	case errors.As(err, &unsupported):
		e = &Error{Code: Unsupported, Msg: unsupported.Error()}
		if strings.Contains(e.Msg, "lower_case_table_names") {
			e.Hint = []string{"Give the table a name in lower case, in the models and in the revisions: it is the same on every server then."}
		}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		e = &Error{Code: Interrupted, Msg: "interrupted"}
	case errors.As(err, &old):
		return &Error{Code: TooOld, Msg: old.Error(), Detail: p.database(), Hint: []string{"Nothing was changed. Which versions work is in docs/databases.md."}}
	case p.cfg.Dialect != nil:
		class, of := p.cfg.Dialect.Classify(err), p.cfg.Dialect.Flavor().Dialect
		if (class == dialect.Lost || class == dialect.OtherFailure) && of != schema.SQLite && connecting(err) {
			class = dialect.Unreachable
		}
		switch {
		case class == dialect.Interrupted:
			e = &Error{Code: Interrupted, Msg: "interrupted"}
		case class == dialect.Lost:
			return &Error{
				Code: Unreachable, Msg: "the connection to the database was lost; what it was doing may have happened, or not",
				Detail: []string{err.Error()}, Hint: []string{"to see what is there: whim db current"},
			}
		case of == schema.SQLite:
			if e := explainFile(class, err); e != nil {
				return e
			}
		default:
			e = p.explainServer(class, err)
		}
	}
	refused := p.cfg.Dialect != nil && p.cfg.Dialect.Classify(err) == dialect.Refused
	if e == nil && (refused || errors.As(err, &stmt) || errors.As(err, &at)) {
		e = &Error{Code: StatementFailed, Msg: err.Error()}
	}
	if e == nil {
		return nil
	}
	if errors.As(err, &at) {
		e.Detail = append(e.Detail, where(at))
		if errors.As(err, &stmt) {
			if e.Code == StatementFailed {
				e.Msg = stmt.Error()
			}
			e.Detail = append(append(e.Detail, detailOf(stmt.Err)...), "SQL: "+stmt.Stmt.SQL)
		}
		switch {
		case e.Code == StatementFailed && violates(err):
			e.Hint = append(e.Hint, mendRows)
		case e.Code == Interrupted && p.mayGoOn(err) && (stmt != nil || errors.As(err, &step)):
			e.Hint = append(e.Hint, goesOn)
		}
		e.Hint = append(e.Hint, remains(at)...)
	}
	return e
}

// explainFile explains a failure of a database that is a file.
func explainFile(class dialect.Class, err error) *Error {
	switch class {
	case dialect.Busy:
		return &Error{
			Code: Locked, Msg: "the database is locked by another process", Detail: []string{err.Error()},
			Hint: []string{"Wait for the other process, or look for one that hangs."},
		}
	case dialect.ReadOnly:
		return &Error{
			Code: ReadOnly, Msg: "the database cannot be written", Detail: []string{err.Error()},
			Hint: []string{"Look who owns the file and its folder, and whether the disk is mounted for reading only."},
		}
	case dialect.NotADatabase:
		return &Error{
			Code: NotADatabase, Msg: "this is not a database, or it is broken", Detail: []string{err.Error()},
			Hint: []string{"Look whether the path is the right one. A file that was a database once: restore it from a backup."},
		}
	case dialect.Unreachable:
		return &Error{
			Code: Unreachable, Msg: "the database cannot be opened", Detail: []string{err.Error()},
			Hint: []string{"Look whether the path is a file, and its folder exists and can be entered."},
		}
	case dialect.Refused, dialect.Denied, dialect.Lost, dialect.Interrupted, dialect.OtherFailure:
	}
	return nil
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func where(at *runner.RevisionError) string {
	if at.Down {
		return "downgrade of revision " + at.Revision
	}
	return "upgrade to revision " + at.Revision
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
