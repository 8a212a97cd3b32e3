package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
)

// Waits between two tries to get the lock, with up to half as much more or
// less, so that two who wait do not ask at the same moments.
const (
	firstPause = 50 * time.Millisecond
	longPause  = time.Second
)

// lockTimeout is how long a statement waits for a lock on a table. While ALTER
// TABLE waits, everybody who comes behind it waits too.
const lockTimeout = "1s"

// session is what every statement of a run relies on. The transaction sets some
// of it again, for those who have not taken the lock.
var lockSettings = []struct{ name, value string }{
	{"application_name", "whimbrel"},
	{"lock_timeout", lockTimeout},
	{"statement_timeout", "0"},                        // an index takes as long as it takes
	{"idle_in_transaction_session_timeout", "600000"}, // a hung process does not keep its locks for ever
	{"TimeZone", "UTC"},                               // conversions between timestamps go by it
	{"DateStyle", "ISO, MDY"},
	{"IntervalStyle", "postgres"},
	{"standard_conforming_strings", "on"},
	{"client_min_messages", "warning"},
}

// A ReadOnlyError says that the database cannot be changed here.
type ReadOnlyError struct{ Why string }

func (e *ReadOnlyError) Error() string { return "the database is read-only: " + e.Why }

// A PoolerError says that the connection is not one session of the server.
type PoolerError struct{}

func (e *PoolerError) Error() string {
	return "the connection goes through a pooler that gives every transaction another session, in which neither a lock nor a setting stays: " +
		"use the address of the server itself, or a pool in session mode"
}

// Lock takes an advisory lock of the session that stands for the journal's
// place: this database, and its default namespace. It asks again and again,
// since waiting inside the server would deadlock with CREATE INDEX CONCURRENTLY
// (40P01).
func (d Dialect) Lock(ctx context.Context, conn *sql.Conn, wait time.Duration) (func(context.Context) error, error) {
	s, err := d.openSession(ctx, conn)
	if err != nil {
		return nil, err
	}
	if err := s.acquire(ctx, wait); err != nil {
		var taken *dialect.LockedError
		if !errors.As(err, &taken) {
			// The server may have given the lock all the same, before we knew:
			// it goes with the connection.
			discard(conn)
			return nil, err
		}
		return nil, errors.Join(err, s.restore(context.WithoutCancel(ctx), false))
	}
	return func(ctx context.Context) error { return s.restore(ctx, true) }, nil
}

// A lockSession is the session that holds the lock, or wants it.
type lockSession struct {
	conn  *sql.Conn
	pid   int64
	nonce string // a setting that only this session has
	key   int64
	was   []string // the settings, in the order of lockSettings
}

const nonceSetting = "whimbrel.session"

// openSession looks whether the database can be written, and gives the session
// its settings.
func (d Dialect) openSession(ctx context.Context, conn *sql.Conn) (*lockSession, error) {
	s := &lockSession{conn: conn, nonce: strconv.FormatUint(rand.Uint64(), 36), was: make([]string, len(lockSettings))}
	var recovery, readOnly bool
	var namespace string
	query := "SELECT pg_is_in_recovery(), current_setting('transaction_read_only')::boolean, pg_backend_pid(), coalesce(current_schema(), '')"
	dest := []any{&recovery, &readOnly, &s.pid, &namespace}
	for i, l := range lockSettings {
		query += ", current_setting(" + quoteString(l.name) + ")"
		dest = append(dest, &s.was[i])
	}
	if err := row(ctx, conn, query, dest...); err != nil {
		return nil, err
	}
	switch {
	case recovery:
		return nil, &ReadOnlyError{"this server is a standby, and follows another one"}
	case readOnly:
		return nil, &ReadOnlyError{"default_transaction_read_only is on, for the role, the database or the server"}
	}
	s.key = lockKey(namespace)
	var values []string
	for _, l := range lockSettings {
		values = append(values, l.value)
	}
	if err := s.set(ctx, values, s.nonce); err != nil {
		return nil, errors.Join(err, s.restore(context.WithoutCancel(ctx), false))
	}
	return s, nil
}

// lockKey is what the lock is called. The database is part of every advisory
// lock already.
func lockKey(namespace string) int64 {
	h := fnv.New64a()
	h.Write([]byte("whimbrel " + namespace))
	return int64(h.Sum64()) //nolint:gosec // any number will do
}

// set gives the session settings, in one round trip.
func (s *lockSession) set(ctx context.Context, values []string, nonce string) error {
	var calls []string
	for i, l := range lockSettings {
		calls = append(calls, "set_config("+quoteString(l.name)+", "+quoteString(values[i])+", false)")
	}
	calls = append(calls, "set_config("+quoteString(nonceSetting)+", "+quoteString(nonce)+", false)")
	var pid int64
	var text string
	if err := row(ctx, s.conn, "SELECT pg_backend_pid(), concat("+strings.Join(calls, ", ")+")", &pid, &text); err != nil {
		return err
	}
	if pid != s.pid {
		return &PoolerError{}
	}
	return nil
}

// acquire takes the lock, or says who has it.
func (s *lockSession) acquire(ctx context.Context, wait time.Duration) error {
	waited, pause := time.Duration(0), firstPause
	for {
		var locked bool
		var pid int64
		var nonce string
		// Once more the question whose session this is: behind a pooler that
		// changes it, the lock would be somebody else's.
		err := row(ctx, s.conn, fmt.Sprintf("SELECT pg_backend_pid(), coalesce(current_setting(%s, true), ''), pg_try_advisory_lock(%d)",
			quoteString(nonceSetting), s.key), &pid, &nonce, &locked)
		switch {
		case err != nil:
			return err
		case pid != s.pid || nonce != s.nonce:
			return &PoolerError{}
		case locked:
			return nil
		case waited >= wait:
			return &dialect.LockedError{Holder: s.holder(ctx), Waited: waited}
		}
		sleep := min(pause/2+rand.N(pause), wait-waited)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(sleep):
		}
		waited += sleep
		pause = min(2*pause, longPause)
	}
}

// holder says who has the lock.
func (s *lockSession) holder(ctx context.Context) string {
	return holders(ctx, s.conn, fmt.Sprintf("l.locktype = 'advisory' AND l.objsubid = 1 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"+
		" AND l.classid = %d::bigint::oid AND l.objid = %d::bigint::oid", uint64(s.key)>>32, uint64(s.key)&0xffffffff)) //nolint:gosec // halves of a key
}

// restore gives the lock back, if it is held, and the settings.
func (s *lockSession) restore(ctx context.Context, held bool) error {
	if err := s.set(ctx, s.was, ""); err != nil {
		discard(s.conn) // which gives the lock back too
		if classOf(err) == dialect.Lost {
			return nil
		}
		return err
	}
	if !held {
		return nil
	}
	var released bool
	if err := row(ctx, s.conn, fmt.Sprintf("SELECT pg_advisory_unlock(%d)", s.key), &released); err != nil {
		discard(s.conn)
		return err
	}
	if !released {
		discard(s.conn)
		return errors.New("the lock was not held any more when it was to be given back: is there a pooler between here and the server?")
	}
	return nil
}

// Blocker says who holds locks on a table that a statement waits for.
func (d Dialect) Blocker(ctx context.Context, q dialect.Queryer, object string) string {
	return holders(ctx, q, "l.relation = to_regclass("+quoteString(quoteName(d, object))+")")
}

// holders describes the sessions that hold locks. It is empty where there are
// none, and where the server does not tell.
func holders(ctx context.Context, q dialect.Queryer, which string) string {
	rows, err := q.QueryContext(ctx, `SELECT a.pid, coalesce(a.usename, ''), coalesce(a.application_name, ''), coalesce(a.state, ''),
		coalesce(extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, a.state_change)), 0)::bigint
		FROM pg_stat_activity a WHERE a.pid <> pg_backend_pid() AND a.pid IN (SELECT l.pid FROM pg_locks l WHERE l.granted AND `+which+`)
		ORDER BY coalesce(a.xact_start, a.state_change), a.pid LIMIT 3`)
	if err != nil {
		return ""
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var pid, seconds int64
		var user, application, state string
		if rows.Scan(&pid, &user, &application, &state, &seconds) != nil {
			return ""
		}
		s := fmt.Sprintf("process %d (user %s", pid, user)
		if application != "" {
			s += ", " + application
		}
		if state != "" {
			s += ", " + state
		}
		if seconds > 0 {
			s += " for " + (time.Duration(seconds) * time.Second).String()
		}
		out = append(out, s+")")
	}
	if rows.Err() != nil {
		return ""
	}
	return strings.Join(out, ", ")
}

// row reads the first row of a query.
func row(ctx context.Context, q dialect.Queryer, query string, dest ...any) error {
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
	}
	return rows.Err()
}
