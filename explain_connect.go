package whimbrel

import (
	"errors"
	"net"
	"strings"

	"github.com/whimbreldb/whimbrel/internal/dial"
	"github.com/whimbreldb/whimbrel/schema"
)

// A program that opens its connections itself, with a driver of its own, gets
// here what the driver says of one that could not be made. Package app, which
// knows its drivers and the URL, says more.

// explainConnect explains why no connection could be made.
func explainConnect(d schema.Dialect, said string, err error) *Error {
	e := &Error{Code: Unreachable, Msg: "the database cannot be reached", Detail: dial.Lines(said)}
	switch {
	case dial.TLS(err) != dial.NoProblem:
		e.Code, e.Msg = BadTLS, "no encrypted connection to the server can be made"
		e.Hint = []string{tlsHint[d == schema.Postgres]}
	case d == schema.Postgres && hasAny(said, "SQLSTATE 28"), d != schema.Postgres && hasAny(said, "Error 1045 ", "Error 1698 ", "Error 1130 ", "Error 1129 ", "Error 3118 ", "Error 1862 "):
		e.Code, e.Msg = AccessDenied, "the server does not let the user in"
		e.Hint = []string{"Look whether user and password are right, and whether the user may log in from here."}
	case hasAny(said, "SQLSTATE 3D000", "Error 1049 "):
		e.Msg = "the database does not exist on the server"
		e.Hint = []string{"to make it, on the server: CREATE DATABASE" + missing(d, said)}
	case hasAny(said, "unexpected message"):
		e.Code, e.Msg = WrongServer, "what answers at the address is no "+serverName(d)
		e.Hint = []string{"Look whether host and port are right, and the driver is that of the server."}
	case hasAny(said, "SQLSTATE 53", "Error 1040 ", "Error 1203 "):
		e.Msg = "the server lets nobody in at the moment"
		e.Hint = []string{"All its connections are taken. Wait, or look who holds them."}
	case isDNS(err):
		e.Msg = "no server of that name is known"
		e.Hint = []string{"Look whether the host is right."}
	default:
		e.Hint = []string{"Look whether the server runs, and whether host and port are right."}
	}
	return e
}

// A connectError is the failure to make a connection, where it is known to be
// that.
type connectError struct{ error }

func (e *connectError) Unwrap() error { return e.error }

// connecting reports whether err is about a connection that was not made.
func connecting(err error) bool {
	var connect *connectError
	return errors.As(err, &connect) || dial.Failed(err)
}

// tlsHint is by whether it is PostgreSQL.
var tlsHint = map[bool]string{
	true:  "Whether TLS is asked for is sslmode in the URL; who is trusted, sslrootcert.",
	false: "Whether TLS is asked for is tls in the DSN; who is trusted, the configuration that it names.",
}

func isDNS(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns)
}

// missing is the name of the database that does not exist, as the server says
// it, with a space before it.
func missing(d schema.Dialect, said string) string {
	mark := `"`
	if d != schema.Postgres {
		mark = "'"
	}
	_, after, ok := strings.Cut(said, "atabase "+mark)
	name, _, closed := strings.Cut(after, mark)
	switch {
	case !ok || !closed:
		return ""
	case d == schema.Postgres:
		return ` "` + name + `"`
	}
	return " `" + name + "` CHARACTER SET utf8mb4"
}

func serverName(d schema.Dialect) string {
	if d == schema.Postgres {
		return "PostgreSQL"
	}
	return "MySQL or MariaDB"
}

func hasAny(s string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

// lines returns the lines of a text, each once, without the white space around
// them: a driver that tries twice says it twice.
func lines(text string) []string {
	var out []string
	seen := map[string]bool{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line != "" && !seen[line] {
			seen[line] = true
			out = append(out, line)
		}
	}
	return out
}
