package whimbrel

import (
	"errors"
	"strings"
)

// A Code names a kind of failure. Codes never change once released; the text
// of an error may.
type Code string

// An Error is a failure that its reader can act on.
type Error struct {
	Code   Code     `json:"code"`
	Msg    string   `json:"message"`          // what is wrong: one line, lower case, no full stop
	Detail []string `json:"detail,omitempty"` // the facts: ids, names, file:line, SQL
	Hint   []string `json:"hint,omitempty"`   // what to do: whole sentences, or commands to paste
	Err    error    `json:"-"`                // the cause, if any
}

func (e *Error) Error() string {
	s := e.Msg
	if len(e.Detail) > 0 {
		s += " (" + strings.Join(e.Detail, "; ") + ")"
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of err, or "" when err has none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// The codes. Each has a page in docs/errors.md, made from these comments.
const (
	// BadHistory: the revisions do not fit together: an id appears twice, a
	// down revision is missing, there is a cycle, a file registers nothing.
	BadHistory Code = "bad-history"
	// BadReplay: an operation of a revision does not fit the schema that the
	// revisions before it make.
	BadReplay Code = "bad-replay"
	// NoSuchRevision: no revision has that id, prefix or label.
	NoSuchRevision Code = "no-such-revision"
	// AmbiguousRevision: the prefix fits several revisions.
	AmbiguousRevision Code = "ambiguous-revision"
	// MultipleHeads: a command needs one head and the history has several.
	MultipleHeads Code = "multiple-heads"
	// BadRange: a relative step leads out of the history, or the target is in
	// the other direction.
	BadRange Code = "bad-range"
	// UnknownApplied: the database names a revision that this program does
	// not have. A newer program was here, or a revision file was deleted.
	UnknownApplied Code = "unknown-applied-revision"
	// LostRecord: by the journal a revision is applied, and the version table
	// does not have it. Its row was deleted by hand.
	LostRecord Code = "lost-record"
	// Untracked: no revision is recorded as applied, but tables that the
	// history creates are there already.
	Untracked Code = "untracked-database"
	// NoDatabase: there is no database to work on, and the command does not
	// make one.
	NoDatabase Code = "no-database"
	// BadDatabase: the database URL cannot be used.
	BadDatabase Code = "bad-database-url"
	// NoDriver: the app was not given the driver that the database URL needs.
	NoDriver Code = "no-driver"
	// NotADatabase: the file is not a database, or is broken.
	NotADatabase Code = "not-a-database"
	// ReadOnly: the database cannot be written.
	ReadOnly Code = "read-only"
	// Unreachable: the database cannot be opened.
	Unreachable Code = "unreachable"
	// WrongServer: what answers at the address is not the kind of server that
	// the database URL names.
	WrongServer Code = "wrong-server"
	// TooOld: the server is older than what works here.
	TooOld Code = "server-too-old"
	// AccessDenied: the server does not let the user in.
	AccessDenied Code = "access-denied"
	// NoPermission: the user of the database may not do what is needed.
	NoPermission Code = "no-permission"
	// BadTLS: no encrypted connection can be made: one side does without, or
	// the certificate cannot be trusted.
	BadTLS Code = "tls-failed"
	// Locked: another process holds the database.
	Locked Code = "locked"
	// HalfDone: a revision that cannot be one transaction was stopped on its
	// way. The journal says how far it is.
	HalfDone Code = "half-done"
	// Moved: while this run waited, somebody else changed which revisions are
	// applied, so that what was planned no longer fits.
	Moved Code = "moved"
	// OpenQuestions: the change needs a decision that was not given. Nothing
	// was written.
	OpenQuestions Code = "open-questions"
	// BadAnswer: a decision was given that fits no question.
	BadAnswer Code = "bad-answer"
	// BadModels: the models cannot be read.
	BadModels Code = "bad-models"
	// BadName: a table, column, constraint or index has a name that cannot be
	// used.
	BadName Code = "bad-name"
	// BadMessage: the message of a new revision is empty.
	BadMessage Code = "bad-message"
	// NoFolder: there is no folder to write revisions into.
	NoFolder Code = "no-migrations-folder"
	// NotAtHead: the command builds on the newest revision, and the database
	// or the history is not there.
	NotAtHead Code = "not-at-head"
	// Drift: the database is not what its revisions say.
	Drift Code = "drift"
	// Mismatch: the database is not the schema that it was to be stamped as.
	Mismatch Code = "schema-mismatch"
	// Irreversible: the revision has no downgrade.
	Irreversible Code = "irreversible"
	// NotOffline: a step cannot be written as SQL.
	NotOffline Code = "not-offline"
	// Unsupported: an object is not fully understood, so it is not changed.
	Unsupported Code = "unsupported"
	// StatementFailed: the database refused a statement.
	StatementFailed Code = "statement-failed"
	// CheckFailed: a check that guards the data did not hold.
	CheckFailed Code = "check-failed"
	// StepFailed: a Go step returned an error or panicked.
	StepFailed Code = "step-failed"
	// NotObserved: a statement succeeded, and the database is not as it should
	// be afterwards.
	NotObserved Code = "not-observed"
	// Interrupted: the run was stopped by a signal or its context.
	Interrupted Code = "interrupted"
	// Internal: a mistake in Whimbrel.
	Internal Code = "internal"
	// OutputLost: what a command printed could not be written.
	OutputLost Code = "output-lost"
	// BadUsage: the command line is wrong.
	BadUsage Code = "bad-usage"

	// NoHistory: the app has not been given its history.
	NoHistory Code = "no-history"
	// BadConfig: the settings of the app cannot be used: its file .env, or the
	// name of a database.
	BadConfig Code = "bad-config"
	// BadRoute: a route of the app cannot be used.
	BadRoute Code = "bad-route"
	// CannotListen: the server cannot listen where it was told to.
	CannotListen Code = "cannot-listen"
	// CutOff: a server has ended with requests that it had not answered yet.
	CutOff Code = "requests-cut-off"

	// BadInput: an input of the shell is wrong, or has failed.
	BadInput Code = "bad-input"

	// NoApp: there is no app in the folder.
	NoApp Code = "no-app"
	// NoGo: the go command is not on PATH.
	NoGo Code = "no-go-command"
	// NotBuilt: the app does not compile.
	NotBuilt Code = "does-not-compile"
	// NoCache: the folder for built apps cannot be used.
	NoCache Code = "no-cache"
	// BadAppName: a name cannot be that of a folder and a program.
	BadAppName Code = "bad-app-name"
	// BadChoice: an app cannot be made for such an ORM or database.
	BadChoice Code = "bad-choice"
	// BadModule: a path cannot be that of a Go module.
	BadModule Code = "bad-module-path"
	// Exists: a file that would be written is there already.
	Exists Code = "file-exists"
	// NotWritten: a new app cannot be written.
	NotWritten Code = "not-written"
	// NoSource: it is not known where Whimbrel's own source is, so a new app
	// cannot refer to it.
	NoSource Code = "no-source"
)
