package shell_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/shell"
)

// A server is a driver that knows a password, as those of servers do.
type server struct{ password string }

func (s *server) Connect(context.Context) (driver.Conn, error) { return &login{s}, nil }
func (s *server) Driver() driver.Driver                        { return nil }

type login struct{ server *server }

func (*login) Prepare(string) (driver.Stmt, error) { return nil, errors.New("not here") }
func (*login) Close() error                        { return nil }
func (*login) Begin() (driver.Tx, error)           { return nil, errors.New("not here") }

func (*login) ExecContext(context.Context, string, []driver.NamedValue) (driver.Result, error) {
	return driver.RowsAffected(2), nil
}

func (*login) QueryContext(context.Context, string, []driver.NamedValue) (driver.Rows, error) {
	return nil, errors.New("not here")
}

// What database/sql gives out holds the connection, and with it the password.
func TestFormatDatabase(t *testing.T) {
	db := sql.OpenDB(&server{"secret"})
	t.Cleanup(func() { _ = db.Close() })
	result, err := db.ExecContext(t.Context(), "UPDATE")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	for _, tt := range []struct {
		value any
		want  string
	}{
		{result, "sql.Result{RowsAffected: 2}"}, // this driver has no LastInsertId
		{inserted{}, "sql.Result{RowsAffected: 1, LastInsertId: 7}"},
		{[]any{result, 3}, "[sql.Result{RowsAffected: 2}, 3]"},
		{db, "&sql.DB{…}"},
		{conn, "&sql.Conn{…}"},
		{db.QueryRowContext(t.Context(), "SELECT"), "&sql.Row{…}"},
		{&sql.Rows{}, "&sql.Rows{…}"},
		{&sql.Tx{}, "&sql.Tx{…}"},
		{&sql.Stmt{}, "&sql.Stmt{…}"},
		{struct{ db *sql.DB }{db}, "{db: &sql.DB{…}}"},
		{&server{"secret"}, "&shell_test.server{…}"},
		{&login{&server{"secret"}}, "&shell_test.login{…}"},
		{(*sql.DB)(nil), "nil"},
		{sql.NullString{String: "a", Valid: true}, `sql.NullString{String: "a", Valid: true}`},
	} {
		got := shell.Format(tt.value)
		if got != tt.want {
			t.Errorf("%T: %.200s, want %s", tt.value, got, tt.want)
		}
		if strings.Contains(got, "secret") {
			t.Errorf("%T: the password is printed", tt.value)
		}
	}
}

type inserted struct{}

func (inserted) LastInsertId() (int64, error) { return 7, nil }
func (inserted) RowsAffected() (int64, error) { return 1, nil }
