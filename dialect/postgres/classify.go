package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
)

// Classify says what kind of failure err is, by its SQLSTATE. It asks the
// error for it, and so works with any driver whose errors have the method.
func (Dialect) Classify(err error) dialect.Class { return classOf(err) }

func classOf(err error) dialect.Class {
	var locked *dialect.LockedError
	var network net.Error
	var readOnly *ReadOnlyError
	switch {
	case err == nil:
		return dialect.OtherFailure
	case errors.As(err, &locked):
		return dialect.Busy
	case errors.As(err, &readOnly):
		return dialect.ReadOnly
	case sqlState(err) != "":
		return classOfState(sqlState(err))
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return dialect.Interrupted
	case isConnect(err):
		return dialect.Unreachable
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone), errors.Is(err, io.EOF),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.As(err, &network):
		return dialect.Lost
	}
	return dialect.OtherFailure
}

// sqlState returns the SQLSTATE of an error of the server, or "".
func sqlState(err error) string {
	var coded interface {
		error
		SQLState() string
	}
	if errors.As(err, &coded) {
		return coded.SQLState()
	}
	return ""
}

// isConnect reports whether err says that no connection was made: the name of
// the server is unknown, or nobody listens there.
func isConnect(err error) bool {
	var dns *net.DNSError
	var failed *net.OpError
	return errors.As(err, &dns) || errors.As(err, &failed) && failed.Op == "dial"
}

func classOfState(state string) dialect.Class {
	switch state {
	case "55P03", "40P01", "40001":
		return dialect.Busy // lock not available, deadlock, could not serialize
	case "57014":
		return dialect.Interrupted
	case "25006":
		return dialect.ReadOnly
	case "42501":
		return dialect.Denied
	case "3D000", "53300", "08001", "08004":
		return dialect.Unreachable // no such database; too many connections; no connection was made
	case "57P01", "57P02", "57P03", "57P05", "25P03":
		return dialect.Lost // the session was ended: by an administrator, a crash, a time-out
	}
	switch {
	case strings.HasPrefix(state, "08"):
		return dialect.Lost
	case strings.HasPrefix(state, "28"):
		return dialect.Unreachable // password, pg_hba.conf
	case strings.HasPrefix(state, "53"), strings.HasPrefix(state, "58"), strings.HasPrefix(state, "XX"):
		return dialect.OtherFailure // disk, memory, a broken server: nothing wrong with the statement
	}
	return dialect.Refused
}
