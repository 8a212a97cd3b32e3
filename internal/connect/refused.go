package connect

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/dial"
	"github.com/whimbreldb/whimbrel/internal/shellword"
)

// This file says why a server did not let somebody in. The errors below it come
// from the connection itself; what a statement fails with later, the library
// explains.

// Refused returns the error about a database that cannot be used. The cause is said
// as the server or the system says it.
func Refused(code whimbrel.Code, msg, shown string, err error, hint ...string) *whimbrel.Error {
	e := &whimbrel.Error{Code: code, Msg: msg, Detail: []string{"database: " + shown}, Hint: hint, Err: err}
	if err != nil {
		e.Detail = append(e.Detail, dial.Lines(dial.Text(err))...)
	}
	return e
}

// A Server is what differs between the kinds of server in what people are told.
type Server struct {
	name   string // as people know it
	ca     string // the option that names a file of certificates
	noTLS  string // the option that does without
	verify string // the option that does without the name of the host
	ping   string // the command that asks whether a server is there, without the address
	port   string // its flag for the port
	socket string // its flag for the path of a socket; "": that is a host
}

// The kinds of server.
var (
	Postgres = Server{
		name: "PostgreSQL", ca: "sslrootcert=/path/to/ca.pem", noTLS: "sslmode=disable", verify: "sslmode=verify-ca",
		ping: "pg_isready", port: "-p",
	}
	MySQL = Server{
		name: "MySQL or MariaDB", ca: "ssl-ca=/path/to/ca.pem", noTLS: "ssl-mode=DISABLED", verify: "ssl-mode=VERIFY_CA",
		ping: "mysqladmin ping", port: "-P", socket: "-S",
	}
)

// alive says how to look whether a server is where it was looked for: host:port,
// or unix(path); several have commas between them.
func (k Server) alive(where string) string {
	first, _, _ := strings.Cut(where, ", ")
	const look = "Look whether the server runs, and whether host and port are right"
	if path, ok := strings.CutPrefix(first, "unix("); ok {
		path = strings.TrimSuffix(path, ")")
		if k.socket == "" {
			dir, file := filepath.Split(path)
			return look + ": " + k.ping + " -h " + shellword.Quote(filepath.Clean(dir)) + " " + k.port + " " + shellword.Quote(file[strings.LastIndex(file, ".")+1:])
		}
		return look + ": " + k.ping + " " + k.socket + " " + shellword.Quote(path)
	}
	host, port, err := net.SplitHostPort(first)
	if err != nil {
		return look + "."
	}
	return look + ": " + k.ping + " -h " + shellword.Quote(host) + " " + k.port + " " + shellword.Quote(port)
}

// Network explains an error of the network or of TLS. where is the address that
// was tried.
func (k Server) Network(err error, shown, where string) *whimbrel.Error {
	switch dial.TLS(err) {
	case dial.Stranger:
		return Refused(whimbrel.BadTLS, "the certificate of the server is signed by nobody who is trusted here", shown, err,
			"Name the certificate of who signed it in the URL: "+k.ca)
	case dial.OtherName:
		return Refused(whimbrel.BadTLS, "the certificate of the server is for another name", shown, err,
			"Use the name that is in the certificate, or do without comparing the name: "+k.verify)
	case dial.OtherError:
		return Refused(whimbrel.BadTLS, "no encrypted connection to the server can be made", shown, err)
	case dial.NoProblem, dial.Unwanted, dial.Wanted: // that is said by those who know more of it
	}
	var (
		dns *net.DNSError
		op  *net.OpError
	)
	switch {
	case errors.As(err, &dns):
		return Refused(whimbrel.Unreachable, "no server of that name is known: "+dns.Name, shown, err, "Look whether the host in the URL is right.")
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused(whimbrel.Unreachable, "no server listens at "+where, shown, err, k.alive(where))
	case errors.Is(err, fs.ErrNotExist):
		return Refused(whimbrel.Unreachable, "there is no socket at "+where, shown, err, "Look whether the server runs here, and where it has its socket.")
	case errors.Is(err, fs.ErrPermission):
		return Refused(whimbrel.Unreachable, "the socket may not be used: "+where, shown, err)
	case errors.As(err, &op) && op.Op == "dial":
		return Refused(whimbrel.Unreachable, "the server cannot be reached at "+where, shown, err, k.alive(where))
	}
	return nil
}

// Stranger explains an error of somebody who does not speak as this kind of
// server does, or says nothing.
func (k Server) Stranger(ctx context.Context, err error, shown, network, address string) *whimbrel.Error {
	who := whoAnswers(ctx, network, address)
	switch who {
	case k.name:
		return nil
	case "":
		return Refused(whimbrel.Unreachable, "the server does not answer at "+address, shown, err, k.alive(address))
	case answersOther:
		return Refused(whimbrel.WrongServer, "what answers at "+address+" is no "+k.name, shown, err, "Look whether host and port are right.")
	}
	e := Refused(whimbrel.WrongServer, "what answers at "+address+" is "+who+", and the URL says "+k.name, shown, err)
	switch who {
	case Postgres.name:
		e.Hint = []string{"The URL of a PostgreSQL begins with postgres://"}
	case MySQL.name:
		e.Hint = []string{"The URL of a MySQL begins with mysql://, that of a MariaDB with mariadb://"}
	default:
		e.Hint = []string{"Look whether host and port are right."}
	}
	return e
}

// QuoteName returns a name as SQL takes it.
func QuoteName(name, quote string) string {
	return quote + strings.ReplaceAll(name, quote, quote+quote) + quote
}
