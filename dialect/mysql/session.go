package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// A SessionError says that the settings of a connection could not be put back.
// The connection is closed, so that nobody goes on with wrong ones.
type SessionError struct{ Err error }

func (e *SessionError) Error() string {
	return "the settings of the connection could not be restored: " + e.Err.Error()
}

func (e *SessionError) Unwrap() error { return e.Err }

// Seconds that a statement waits for a lock before it gives up, to be tried
// again: who waits for a metadata lock holds up everybody behind him. The
// defaults are a day (MariaDB) and a year (MySQL).
const lockSeconds = 1

// sessionMode is the sql_mode of every statement: strict, so that no value is
// changed to fit, and without the modes that change what a text means. Zero
// dates stay allowed, since a table that has one as a default could not be
// altered at all.
func (d Dialect) sessionMode() string {
	return "STRICT_ALL_TABLES,STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
}

// sessionCollation is the collation of strings in every statement.
const sessionCollation = "utf8mb4_general_ci"

// A setting is a variable of the session, as Lock wants it. Values are SQL.
type setting struct{ name, value string }

// meaning are the settings that decide what a statement means, or whether it is
// checked: those of a script, too.
func (d Dialect) meaning() []setting {
	set := []setting{
		{"sql_mode", quoteString(d.sessionMode())},
		{"time_zone", "'" + sessionZone + "'"},
		{"foreign_key_checks", "1"},
		{"unique_checks", "1"},
		{"sql_safe_updates", "0"},
		{"autocommit", "1"},
		{"character_set_client", "'utf8mb4'"},
		{"character_set_results", "'utf8mb4'"},
		{"collation_connection", "'" + sessionCollation + "'"},
	}
	if d.flavor.Dialect == schema.MariaDB {
		set = append(set, setting{"check_constraint_checks", "1"})
	}
	return set
}

// wanted are the settings that Lock gives a session. MariaDB's
// max_statement_time, which is the caller's limit, is left alone.
func (d Dialect) wanted() []setting {
	return append(d.meaning(),
		setting{"lock_wait_timeout", fmt.Sprint(lockSeconds)},
		setting{"innodb_lock_wait_timeout", fmt.Sprint(lockSeconds)})
}

// A session is the settings of a connection, as they were.
type session struct {
	conn *sql.Conn
	was  []setting
}

// prepare gives the connection the settings, and notes what they were. It makes
// two calls, whatever there is to set.
func (d Dialect) prepare(ctx context.Context, conn *sql.Conn) (*session, error) {
	want := d.wanted()
	names, now := make([]string, len(want)), make([]sql.NullString, len(want))
	pointers := make([]any, len(want))
	for i, s := range want {
		names[i], pointers[i] = "@@SESSION."+s.name, &now[i]
	}
	rows, err := conn.QueryContext(ctx, "SELECT "+strings.Join(names, ", "))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(pointers...); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	s := &session{conn: conn}
	for i, w := range want {
		value := quoteString(now[i].String)
		switch {
		case !now[i].Valid:
			value = "NULL"
		case isNumber(now[i].String):
			value = now[i].String
		}
		s.was = append(s.was, setting{w.name, value})
	}
	if err := set(ctx, conn, want); err != nil {
		return nil, errors.Join(err, s.restore(ctx))
	}
	return s, nil
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func set(ctx context.Context, conn *sql.Conn, settings []setting) error {
	_, err := conn.ExecContext(ctx, setText(settings))
	return err
}

// setText is the statement that makes settings.
func setText(settings []setting) string {
	words := make([]string, len(settings))
	for i, s := range settings {
		words[i] = "SESSION " + s.name + " = " + s.value
	}
	return "SET " + strings.Join(words, ", ")
}

// restore puts the settings back, or closes the connection. Of one that is
// closed already nobody sees them.
func (s *session) restore(ctx context.Context) error {
	if err := set(context.WithoutCancel(ctx), s.conn, s.was); err != nil {
		if errors.Is(err, sql.ErrConnDone) {
			return nil
		}
		discard(s.conn)
		return &SessionError{err}
	}
	return nil
}

// discard makes database/sql close the connection instead of using it again.
func discard(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // returns what the function returns
}
