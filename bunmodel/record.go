package bunmodel

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"strings"
)

// recordingKey is the key of what Recording asks for.
type recordingKey struct{}

// Recording reports whether the context is that of a hook whose statements are
// recorded, and not run: what needs the rows of a real database, a hook can leave
// out then.
func Recording(ctx context.Context) bool { return ctx.Value(recordingKey{}) != nil }

var errOffline = errors.New("models are mapped without a database: no query is possible here")

// A recorder is a driver that runs nothing, and keeps what it was to run. It is
// used by one goroutine.
type recorder struct{ statements []string }

func (r *recorder) take() []string {
	all := r.statements
	r.statements = nil
	return all
}

func (r *recorder) Connect(context.Context) (driver.Conn, error) { return recording{r}, nil }
func (r *recorder) Driver() driver.Driver                        { return r }
func (r *recorder) Open(string) (driver.Conn, error)             { return recording{r}, nil }

// A recording is a connection, or a transaction on one.
type recording struct{ *recorder }

func (recording) Prepare(string) (driver.Stmt, error) { return nil, errOffline }
func (recording) Close() error                        { return nil }
func (r recording) Begin() (driver.Tx, error)         { return r, nil }
func (recording) Commit() error                       { return nil }
func (recording) Rollback() error                     { return nil }

func (r recording) ExecContext(_ context.Context, query string, _ []driver.NamedValue) (driver.Result, error) {
	r.statements = append(r.statements, query)
	return nothing{}, nil
}

// QueryContext keeps what changes something and gives rows back. A question has no
// answer here.
func (r recording) QueryContext(_ context.Context, query string, _ []driver.NamedValue) (driver.Rows, error) {
	word, _, _ := strings.Cut(strings.TrimSpace(query), " ")
	switch strings.ToUpper(word) {
	case "INSERT", "UPDATE", "DELETE", "MERGE":
		r.statements = append(r.statements, query)
		return nothing{}, nil
	}
	return nil, errOffline
}

// nothing is the result of what was not run.
type nothing struct{}

func (nothing) LastInsertId() (int64, error) { return 0, nil }
func (nothing) RowsAffected() (int64, error) { return 0, nil }
func (nothing) Columns() []string            { return nil }
func (nothing) Close() error                 { return nil }
func (nothing) Next([]driver.Value) error    { return io.EOF }
