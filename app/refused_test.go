package app

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/connect/connecttest"
)

// listenWith serves each connection with f, and returns the address.
func listenWith(t *testing.T, f func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				f(conn)
			}()
		}
	}()
	return l.Addr().String()
}

// refusing is a PostgreSQL that lets nobody in, for a reason. With a
// certificate it does TLS.
func refusing(code, message string, certificate *tls.Certificate) func(net.Conn) {
	return func(conn net.Conn) {
		backend := pgproto3.NewBackend(conn, conn)
		for {
			m, err := backend.ReceiveStartupMessage()
			if err != nil {
				return
			}
			if _, ok := m.(*pgproto3.SSLRequest); ok {
				if certificate == nil {
					conn.Write([]byte("N"))
					continue
				}
				conn.Write([]byte("S"))
				conn = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*certificate}})
				backend = pgproto3.NewBackend(conn, conn)
				continue
			}
			backend.Send(&pgproto3.ErrorResponse{Severity: "FATAL", SeverityUnlocalized: "FATAL", Code: code, Message: message})
			backend.Flush()
			return
		}
	}
}

// greeting is how a MySQL begins.
func greeting(conn net.Conn) {
	text := "\x0a8.0.99\x00"
	fmt.Fprintf(conn, "%c\x00\x00\x00%s", len(text), text)
	time.Sleep(time.Second)
}

// TestRefusals: whatever is at the address, one line says what is wrong there,
// the facts and what to do are below, and the password is nowhere.
func TestRefusals(t *testing.T) {
	connecttest.NoSettings(t)
	day := 24 * time.Hour
	good, ca := connecttest.SelfSigned(t, "localhost", time.Now().Add(day))
	other, otherCA := connecttest.SelfSigned(t, "db.example", time.Now().Add(day))
	expired, expiredCA := connecttest.SelfSigned(t, "localhost", time.Now().Add(-day))
	web := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(web.Close)
	webAddress := web.Listener.Addr().String()
	pg := func(code, message string) string {
		return "postgres://shop:hunter2@" + listenWith(t, refusing(code, message, nil)) + "/shop"
	}
	secure := func(certificate *tls.Certificate, options string) string {
		_, port, _ := net.SplitHostPort(listenWith(t, refusing("3D000", "there is TLS", certificate)))
		return "postgres://shop:hunter2@localhost:" + port + "/shop?" + options
	}
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := nobody.Addr().String() // when the others have their ports
	silent := listenWith(t, func(conn net.Conn) { conn.Read(make([]byte, 1000)); time.Sleep(5 * time.Second) })

	tests := []struct {
		what, url string
		code      whimbrel.Code
		msg, hint string
	}{
		{"wrong password", pg("28P01", `password authentication failed for user "shop"`), whimbrel.AccessDenied, "does not take this user with this password: shop", "PGPASSWORD"},
		{
			"no password", strings.Replace(pg("28P01", "password authentication failed"), ":hunter2", "", 1),
			whimbrel.AccessDenied, "wants a password of user shop, and none was given", "~/.pgpass",
		},
		{"no user", pg("28000", `role "shop" does not exist`), whimbrel.AccessDenied, "does not let user shop in", "createuser --pwprompt shop"},
		{"no login", pg("28000", `role "shop" is not permitted to log in`), whimbrel.AccessDenied, "does not let user shop in", `ALTER ROLE "shop" LOGIN`},
		{"no line in pg_hba.conf", pg("28000", "no pg_hba.conf entry for host, no encryption"), whimbrel.AccessDenied, "does not let user shop in", "sslmode=require"},
		{"no database", pg("3D000", `database "shop" does not exist`), whimbrel.Unreachable, "the database does not exist on the server: shop", "createdb -h 127.0.0.1 -p"},
		{"no right to connect", pg("42501", "permission denied for database"), whimbrel.NoPermission, "user shop may not connect", `GRANT CONNECT ON DATABASE "shop" TO "shop"`},
		{"unknown setting", pg("42704", "unrecognized configuration parameter"), whimbrel.BadDatabase, "does not take an option of the URL", "a setting"},
		{"full", pg("53300", "sorry, too many clients already"), whimbrel.Unreachable, "lets nobody in at the moment", ""},
		{"starting", pg("57P03", "the database system is starting up"), whimbrel.Unreachable, "lets nobody in at the moment", ""},
		{"a code of tomorrow", pg("99999", "no"), whimbrel.Unreachable, "does not let anybody in", ""},

		{"TLS without a word", secure(&good, ""), whimbrel.Unreachable, "the database does not exist", ""},
		{"TLS as wanted", secure(&good, "sslmode=verify-full&sslrootcert="+ca), whimbrel.Unreachable, "the database does not exist", ""},
		{"TLS for another name", secure(&other, "sslmode=verify-full&sslrootcert="+otherCA), whimbrel.BadTLS, "is for another name", "sslmode=verify-ca"},
		{"TLS whatever the name", secure(&other, "sslmode=verify-ca&sslrootcert="+otherCA), whimbrel.Unreachable, "the database does not exist", ""},
		{"TLS of a stranger", secure(&good, "sslmode=verify-full&sslrootcert="+otherCA), whimbrel.BadTLS, "signed by nobody who is trusted here", "sslrootcert=/path"},
		{"TLS with no authority", secure(&good, "sslmode=verify-full"), whimbrel.BadTLS, "signed by nobody who is trusted here", "sslrootcert=/path"},
		{"TLS that is over", secure(&expired, "sslmode=verify-full&sslrootcert="+expiredCA), whimbrel.BadTLS, "no encrypted connection", ""},
		{"TLS refused", secure(nil, "sslmode=require"), whimbrel.BadTLS, "the server does no TLS, and the URL asks for it", "sslmode=prefer"},

		{"nobody", "postgres://shop:hunter2@" + closed + "/shop", whimbrel.Unreachable, "no server listens at " + closed, "pg_isready -h 127.0.0.1 -p " + strings.TrimPrefix(closed, "127.0.0.1:")},
		{"nobody twice", "postgres://shop:hunter2@" + closed + "," + closed + "/shop", whimbrel.Unreachable, "no server listens at", ""},
		{"nobody, MySQL", "mysql://shop:hunter2@" + closed + "/shop", whimbrel.Unreachable, "no server listens at " + closed, "mysqladmin ping -h 127.0.0.1 -P " + strings.TrimPrefix(closed, "127.0.0.1:")},
		{"unknown host", "postgres://shop:hunter2@host.invalid/shop", whimbrel.Unreachable, "no server of that name is known: host.invalid", "host in the URL"},
		{"unknown host, MySQL", "mysql://shop:hunter2@host.invalid/shop", whimbrel.Unreachable, "no server of that name is known: host.invalid", ""},
		{"no socket", "postgres://shop:hunter2@/shop?host=/no/such", whimbrel.Unreachable, "there is no socket at unix(/no/such/.s.PGSQL.5432)", ""},
		{"no socket, MySQL", "mysql://shop:hunter2@unix(/no/such)/shop", whimbrel.Unreachable, "there is no socket at /no/such", ""},

		{"a web server", "postgres://shop:hunter2@" + webAddress + "/shop?connect_timeout=1", whimbrel.WrongServer, "is a web server, and the URL says PostgreSQL", ""},
		{"a web server, MySQL", "mysql://shop:hunter2@" + webAddress + "/shop?timeout=1s", whimbrel.WrongServer, "is a web server, and the URL says MySQL or MariaDB", ""},
		{"a MySQL", "postgres://shop:hunter2@" + listenWith(t, greeting) + "/shop", whimbrel.WrongServer, "is MySQL or MariaDB, and the URL says PostgreSQL", "mysql://"},
		{"a MySQL without TLS", "postgres://shop:hunter2@" + listenWith(t, greeting) + "/shop?sslmode=require", whimbrel.WrongServer, "is MySQL or MariaDB", "mysql://"},
		{
			"a PostgreSQL", strings.Replace(pg("28000", ""), "postgres:", "mysql:", 1) + "?timeout=1s",
			whimbrel.WrongServer, "is PostgreSQL, and the URL says MySQL or MariaDB", "postgres://",
		},
		{
			"a mail server", "postgres://shop:hunter2@" + listenWith(t, func(c net.Conn) { fmt.Fprint(c, "220 ready\r\n"); c.Read(make([]byte, 99)) }) + "/shop",
			whimbrel.WrongServer, "is no PostgreSQL", "",
		},
		{"silence", "postgres://shop:hunter2@" + silent + "/shop?connect_timeout=1", whimbrel.Unreachable, "does not answer at " + silent, "pg_isready"},
		{"silence, MySQL", "mariadb://shop:hunter2@" + silent + "/shop?connect_timeout=1", whimbrel.Unreachable, "does not answer at " + silent, "mysqladmin"},
		{
			"hung up", "mysql://shop:hunter2@" + listenWith(t, func(net.Conn) {}) + "/shop",
			whimbrel.Unreachable, "does not answer", "",
		},
	}
	nobody.Close()
	var wg sync.WaitGroup // most of the time they wait
	for _, tt := range tests {
		wg.Go(func() {
			a := New("shop", Config{Database: tt.url}, every...)
			a.History(history())
			defer a.Close()
			err := a.DB().PingContext(t.Context())
			var e *whimbrel.Error
			if !errors.As(err, &e) {
				t.Errorf("%s: got %v", tt.what, err)
				return
			}
			code, out := run(t, a, "db", "upgrade")
			all := fmt.Sprintf("%v %+v %#v", err, err, err)
			for cause := errors.Unwrap(err); cause != nil; cause = errors.Unwrap(cause) {
				all += fmt.Sprintf("\n%v %+v %#v", cause, cause, cause)
			}
			if strings.Contains(out+all, "hunter2") {
				t.Errorf("%s: the password is in\n%s%s", tt.what, out, all)
			}
			if e.Code != tt.code || !strings.Contains(e.Msg, tt.msg) || strings.Contains(e.Msg, "\n") || !strings.Contains(strings.Join(e.Hint, "\n"), tt.hint) {
				t.Errorf("%s: code %s:\n%s\nwant %s, %q and %q", tt.what, e.Code, out, tt.code, tt.msg, tt.hint)
			}
			if strings.Contains(out, "%!") {
				t.Errorf("%s: what a format leaves is in\n%s", tt.what, out)
			}
			if code != 1 || !strings.Contains(out, "shop: error: "+e.Msg+"\nshop:  detail: database: ") || strings.Count(out, "shop: error: ") != 1 {
				t.Errorf("%s: exit code %d:\n%s", tt.what, code, out)
			}
		})
	}
	wg.Wait()
}
