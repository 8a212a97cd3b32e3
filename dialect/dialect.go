// Package dialect is the seam between what shall change (package op) and a
// database: the interface that each dialect implements, the statement, and the
// table of what each server can do.
//
// The dialects are the folders below. They never import each other, and
// what a server can do is asked of [Flavor.Can], never guessed from its name.
package dialect

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A Dialect is one SQL family as one server speaks it. Implementations are
// values without state, safe for concurrent use.
//
// Beyond it a dialect may have a method that one package looks for, and does
// without where there is none:
//
//   - Tables, of scratch.Modeller, tells what the server makes of tables without
//     making them;
//   - CompileBefore, of runner.Foreseer, is Compile for a dialect that has to
//     know what comes behind a Go step;
//   - Stop, of runner.Stopper, ends a statement in the server, for a server
//     that goes on with it when the client is gone.
//
// whimbrel.Server passes them on, as whoever wraps a Dialect has to.
type Dialect interface {
	// Flavor says which server this is, and what it can do.
	Flavor() Flavor

	// Type returns the column type text of t.
	Type(t schema.Type) string

	// Quote returns an identifier, quoted; Literal a string constant.
	Quote(name string) string
	Literal(value string) string

	// Inspect reads everything in the database in a constant number of
	// queries. Texts are as the database has them. What cannot be represented
	// is in the result as Unsupported, never left out.
	Inspect(ctx context.Context, q Queryer) (schema.Schema, error)

	// Normalize rewrites a schema that Inspect returned into the canonical
	// spelling, so that two spellings of one thing become equal. The result is
	// for comparing only.
	Normalize(s schema.Schema) schema.Schema

	// Neutral returns a table that Inspect returned with neutral types where
	// the dialect's text for them is the same, so that it can be created on
	// every dialect.
	Neutral(t schema.Table) schema.Table

	// Compile returns the statements that carry out ops, none of which is a
	// Run, on the schema in state, and applies ops to state. It may carry out
	// several operations on one table together. A table may refer to one that
	// a later operation creates.
	Compile(ops []op.Op, state *op.State) ([]Stmt, error)

	// Probe looks whether the database is as o leaves it. It is asked about
	// operations that Compile has filled in.
	Probe(ctx context.Context, q Queryer, o op.Op) (Outcome, error)

	// Begin starts a transaction on conn that is fit to carry stmts, with
	// whatever session settings they need. Where DDL is not transactional, the
	// transaction is one in name only.
	Begin(ctx context.Context, conn *sql.Conn, stmts []Stmt) (Tx, error)

	// Mark returns a mark of the state of the database as one connection sees
	// it: it is another one when somebody else has written anything since. It
	// means something only beside a mark of the same connection. An empty mark
	// says that nobody else can change the database as long as the lock is
	// held.
	Mark(ctx context.Context, q Queryer) (string, error)

	// Script returns stmts as a script that needs nobody to call Begin: with
	// what goes before and after, and with checks that stop it.
	Script(stmts []Stmt) string

	// Lock keeps other upgraders out of the database until unlock is called.
	// It polls, and gives up with a *LockedError when wait has passed. It also
	// gives the session the settings that every statement needs, the short
	// lock time-out for instance; unlock puts back what was.
	Lock(ctx context.Context, conn *sql.Conn, wait time.Duration) (unlock func(context.Context) error, err error)

	// Scratch calls f with a connection to an empty place on the same kind of
	// server, which is gone afterwards, and with the dialect that works there:
	// its names are those of the schema, wherever they are really put.
	Scratch(ctx context.Context, db *sql.DB, f func(context.Context, *sql.Conn, Dialect) error) error

	// Blocker says who holds the locks that a statement on object waits for,
	// as people know him: process, user, application. It is empty where nobody
	// does, or the server does not tell.
	Blocker(ctx context.Context, q Queryer, object string) string

	// Classify says what kind of failure err is.
	Classify(err error) Class
}

// A Queryer reads from a database. *sql.DB, *sql.Conn and *sql.Tx are.
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// One returns the single value of a query; the zero value when there is no row.
func One[T any](ctx context.Context, q Queryer, query string, args ...any) (v T, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return v, err
	}
	defer rows.Close()
	if rows.Next() {
		if err := rows.Scan(&v); err != nil {
			return v, err
		}
	}
	return v, rows.Err()
}

// A Tx ends a transaction that Begin started, and restores the settings of the
// session. Rollback after Commit does nothing. An error of Commit wraps a
// *CommittedError where the transaction is committed all the same.
type Tx interface {
	Commit(ctx context.Context) error
	Rollback(ctx context.Context) error
}

// A StmtKind says what the runner does with a statement.
type StmtKind int

const (
	// Exec is executed.
	Exec StmtKind = iota
	// Remember is a query. Its rows are kept under Key, for Same and NoNew.
	Remember
	// Same is a query that must return the rows kept under Key, in any order.
	Same
	// NoNew is a query that must return no row that is not kept under Key.
	NoNew
	// None is a query that must return no row.
	None
	// Go stands for a Go function, in what Begin is given. It has no SQL.
	Go
)

// A Stmt is one statement and what the runner must know of it.
type Stmt struct {
	SQL    string
	Kind   StmtKind
	Key    string // for Remember, Same and NoNew
	Must   string // for Same, NoNew and None: what is wrong when it does not hold
	Op     int    // index of the operation it belongs to, in the slice given to Compile
	Object string // the table or object it touches
	NoTx   bool   // cannot run inside a transaction
	// Session says that the statement changes nothing but the session, for those
	// behind it: who goes on with a step that was stopped begins with it.
	Session bool
	// Again is what has to run before the statement is tried again, where a
	// failed attempt leaves something behind.
	Again string
	// Rebuild says that the statement is part of a rebuild of Object, for
	// which Begin must prepare the session.
	Rebuild bool
}

// An Outcome is what a probe saw.
type Outcome int

const (
	Unknown Outcome = iota // a probe cannot know (SQL written by hand)
	Applied                // the database is as the operation leaves it
	Absent                 // the operation has not been carried out
	Other                  // neither: something else is in the way
)

// A Class is a kind of failure, as far as a caller must know it.
type Class int

const (
	OtherFailure Class = iota
	Refused            // the server said no: the statement did not run
	Busy               // somebody else holds a lock
	ReadOnly           // the database cannot be written
	NotADatabase       // the file is something else, or broken
	Unreachable        // there is no database to open (missing folder, a directory, no permission)
	Lost               // the connection broke: whether the statement ran is unknown
	Interrupted        // the statement was cancelled
	Denied             // the user may not do that: the statement did not run
)

// A LockedError says that somebody else holds the database.
type LockedError struct {
	Object string // what he holds; empty: the database
	Holder string // who, where the server can tell
	Waited time.Duration
	Err    error
}

func (e *LockedError) Error() string {
	s := cmp.Or(e.Object, "the database") + " is locked by " + cmp.Or(e.Holder, "another process")
	return s + " (waited " + e.Waited.Round(100*time.Millisecond).String() + ")"
}

func (e *LockedError) Unwrap() error { return e.Err }

// A CommittedError says that a transaction was committed, and that something
// failed after that.
type CommittedError struct{ Err error }

func (e *CommittedError) Error() string { return "committed, and then: " + e.Err.Error() }
func (e *CommittedError) Unwrap() error { return e.Err }

// An UnsupportedError says that an object cannot be changed because it is not
// fully understood.
type UnsupportedError struct {
	Object string
	Why    string
}

func (e *UnsupportedError) Error() string {
	return "cannot change " + e.Object + ": " + e.Why
}

// A StatementError says that a statement written by hand cannot be part of a
// revision.
type StatementError struct {
	SQL string // the statement
	Why string
}

func (e *StatementError) Error() string {
	return fmt.Sprintf("cannot run %q in a revision: %s", e.SQL, e.Why)
}
