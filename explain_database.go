package whimbrel

import (
	"context"
	"errors"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/runner"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

func (p *Project) explainDatabase(err error) *Error {
	var (
		locked      *dialect.LockedError
		unsupported *dialect.UnsupportedError
		stmt        *runner.StmtError
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
		p.stoppedIn(e, at, err)
	}
	return e
}

// stoppedIn adds in which revision it was, and what can be done about that.
func (p *Project) stoppedIn(e *Error, at *runner.RevisionError, err error) {
	var (
		stmt *runner.StmtError
		step *runner.StepError
	)
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
