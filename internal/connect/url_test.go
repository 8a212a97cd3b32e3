package connect_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/driver/mysql"
	"github.com/whimbreldb/whimbrel/driver/postgres"
	"github.com/whimbreldb/whimbrel/driver/sqlite"
	"github.com/whimbreldb/whimbrel/internal/connect"
	"github.com/whimbreldb/whimbrel/internal/connect/connecttest"
)

// every driver.
var every = []connect.Driver{mysql.Driver{}, postgres.Driver{}, sqlite.Driver{}}

// TestBadURL: each mistake is named, and what can be done about it.
func TestBadURL(t *testing.T) {
	connecttest.NoSettings(t)
	services := filepath.Join(t.TempDir(), "services")
	if err := os.WriteFile(services, []byte("[other]\nhost=h\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PGSERVICEFILE", services)
	tests := []struct{ url, why, hint string }{
		{"", "it is empty", "sqlite:///shop.db"},
		{"oracle://me@h/shop", "the scheme is none of sqlite, postgres", ""},
		{" postgres://me@h/shop", "there is white space around it", ""},
		{"postgres://me@h/shop\n", "there is white space around it", ""},
		{"postgresql+psycopg2://me:hunter2@h/shop", "it names a driver", "postgresql://…"},
		{"mysql+pymysql://me:hunter2@h/shop", "it names a driver", "mysql://…"},
		{"jdbc:postgresql://h/shop?password=hunter2", "it is one for Java", "Leave out jdbc:"},
		{"host=db user=me password=hunter2", "it is in the notation of libpq", "postgres://USER"},
		{"me:hunter2@tcp(h:3306)/shop?parseTime=true", "it is in the notation of the Go driver", "as a URL: mysql://me:PASSWORD@h:3306/shop"},
		{"me:hun@te/r2@unix(/run/s)/shop", "it is in the notation of the Go driver", "as a URL: mysql://me:PASSWORD@localhost/shop?socket=%2Frun%2Fs"},

		{"postgres:shop", "two slashes must follow postgres:", "postgres://USER"},
		{"postgres://me:hunter2@x@h/shop", "it has more than one @", "@ is %40"},
		{"postgres://me:hunter2/x@h/shop", "there is a / or a ? before the @", "/ is %2F"},
		{"postgres://me:1?hunter2@h/shop", "there is a / or a ? before the @", "? is %3F"},
		{"postgres://me:1?hunter2=x@h/shop", "there is a / or a ? before the @", ""},
		{"postgres://me:hunter2#x@h/shop", "it has a #", "# is %23"},
		{"postgres://me:hunter2%zz@h/shop", "the password has a % that is not followed", "% is %25"},
		{"postgres://me:hunter2 x@h/shop", "it has a space", "a space is %20"},
		{"postgres://me:hunter2%00@h/shop", "the password has a NUL byte", ""},
		{"postgres://me:hunter2[x@h/shop", "", ""}, // no meaning in a URL there
		{"postgres://me:hunter2/h/shop", "the port is not a number", "@ is %40"},
		{"postgres://me@h:port/shop", "the port is not a number", ""},
		{"postgres://me@h:99999/shop", "invalid port", ""},
		{"postgres://me@::1/shop", "an IPv6 address is written in brackets", "[::1]"},
		{"postgres://me@[hunter2]/shop", "what is in brackets is not an IPv6 address", ""},
		{"postgres://me@(h)/shop", "the host has a character that no host has", ""},
		{"postgres://me@h/shop?hunter2", "an option after the ? is not name=value", ""},
		{"postgres://me:hunter2@h/shop?sslmode=no-verify", "sslmode is invalid", ""},
		{"postgres://me:hunter2@h/shop?sslrootcert=/no/such.pem", "unable to read CA file: open /no/such.pem", ""},
		{"postgres://me:hunter2@h/shop?connect_timeout=soon", "invalid connect_timeout", ""},
		{"postgres://me:hunter2@h/shop?target_session_attrs=best", "unknown target_session_attrs value", ""},
		{"postgres://me:hunter2@h/shop?default_query_exec_mode=best", "default_query_exec_mode", ""},
		{"postgres://me:hunter2@h/shop?service=none", "unable to find service: none", ""},
		{"postgres://me:hunter2@a,b/shop?port=1,2,3", "could not match 3 port numbers to 2 hosts", ""},

		{"sqlite://me:hunter2?x@h/shop", "two slashes name a server", ""},
		{"mysql://me:hunter2@h", "the name of the database is missing", "for example: mysql://me@h/shop"},
		{"mariadb://me:hunter2@h/", "the name of the database is missing", "for example: mariadb://me@h/shop"},
		{"postgres://me:hunter2@h:5433/", "the name of the database is missing", "for example: postgres://me@h:5433/shop"},
		{"postgres://me:hunter2@h", "the name of the database is missing", "PGDATABASE"},
		{"postgre://me:hunter2@h/shop", "the scheme is none of", "did you mean: postgres://"},
		{"sqllite:///shop.db", "the scheme is none of", "did you mean: sqlite://"},
		{"shop.db", "it is the path of a file", "as a URL of SQLite: sqlite:///shop.db"},
		{"/srv/hunter/shop.sqlite3", "it is the path of a file", "as a URL of SQLite: sqlite:////srv/hunter/shop.sqlite3"},
		{"file:shop.db", "it is the path of a file", "as a URL of SQLite: sqlite:///shop.db"},
		{"mysql://me:hunter2@a,b/shop", "several hosts are not supported for MySQL", ""},
		{"mysql://me:hunter2@x@h/shop", "it has more than one @", ""},
		{"mysql://me:hunter2@h/shop?tls=custom", "tls is none of true, false, skip-verify and preferred", ""},
		{"mysql://me:hunter2@h/shop?ssl-mode=SURE", "ssl-mode is none of", ""},
		{"mysql://me:hunter2@h/shop?ssl-mode=REQUIRED&tls=true", "tls and ssl-mode say the same thing", ""},
		{"mysql://me:hunter2@h/shop?ssl-ca=/no/such.pem", "ssl-ca cannot be read: /no/such.pem: no such file", ""},
		{"mysql://me:hunter2@h/shop?ssl-cert=/no/such.pem", "ssl-cert and ssl-key belong together", ""},
		{"mysql://me:hunter2@/shop?socket=/run/s&ssl-mode=VERIFY_IDENTITY", "there is no host whose identity could be verified", ""},
		{"mysql://me:hunter2@h/shop?parseTime=often", "the driver does not take an option: invalid bool value: often", ""},
		{"mysql://me:hunter2@h/shop?loc=Nowhere", "the driver does not take an option", ""},
		{"mysql://me:hunter2@h/shop?strict=true", "the driver has no option strict", "sql_mode"},
		{"mysql://me:hunter2@h/shop?charset=utf8mb4;DROP", "the charset is not a name", ""},
	}
	for _, tt := range tests {
		_, err := connect.Open("a test", connect.Request{URL: tt.url, Instance: t.TempDir(), Name: "shop"}, every)
		if tt.why == "" {
			if err != nil {
				t.Errorf("%q: %v", tt.url, err)
			}
			continue
		}
		var e *whimbrel.Error
		if !errors.As(err, &e) || e.Code != whimbrel.BadDatabase {
			t.Errorf("%q: got %v, want %q", tt.url, err, tt.why)
			continue
		}
		all := e.Msg + "\n" + strings.Join(e.Detail, "\n") + "\n" + strings.Join(e.Hint, "\n")
		if !strings.Contains(e.Msg, tt.why) || !strings.Contains(strings.Join(e.Hint, "\n"), tt.hint) {
			t.Errorf("%q: got\n%s\nwant %q and %q", tt.url, all, tt.why, tt.hint)
		}
		if strings.Contains(all, "hunter2") || strings.Contains(all, "r2@") {
			t.Errorf("%q: the password is in\n%s", tt.url, all)
		}
		if strings.Contains(e.Msg, "\n") || !strings.Contains(all, "it is from a test") || len(e.Hint) == 0 {
			t.Errorf("%q: %s", tt.url, all)
		}
	}
}

// FuzzPassword: whatever stands around the password of somebody who has not
// encoded it, the password is in nothing that is printed.
func FuzzPassword(f *testing.F) {
	for _, s := range [][2]string{
		{"", ""},
		{"p@", ""},
		{"", "@x"},
		{"1/", "/x"},
		{"1?a=", "&b=c"},
		{"", "#"},
		{"%", "%zz"},
		{"[", "]:"},
		{"unix(", ")"},
		{"tcp(x)/", "?"},
		{"`: ", "`: "},
		{" ", "\n"},
		{"@h:1,", ",x"},
		{"://", "://"},
	} {
		f.Add(s[0], s[1])
	}
	const password = "hunter2hunter"
	f.Fuzz(func(t *testing.T, before, after string) {
		for _, form := range []string{
			"postgres://me:%s@h/shop", "postgresql://me:%s@h:5432/shop?sslmode=wrong", "mysql://me:%s@h/shop", "mariadb://me:%s@unix(/run/s)/shop",
			"mysql://me:%s@tcp(h:3306)/shop?tls=wrong", "me:%s@tcp(h:3306)/shop", "jdbc:mysql://me:%s@h/shop", "mysql+x://me:%s@h/shop",
			"host=h password=%s", "postgres://h/shop?password=%s",
		} {
			raw := strings.Replace(form, "%s", before+password+after, 1)
			db, err := connect.Open("a test", connect.Request{URL: raw, Instance: "/instance", Name: "shop"}, every)
			if strings.HasPrefix(raw, "sqlite:") {
				continue // a path
			}
			if all := fmt.Sprintf("%s %v %+v %#v %+v %#v", db.Shown, err, err, err, db, db); strings.Contains(all, password) {
				t.Errorf("%q: the password is in\n%s", raw, all)
			}
		}
	})
}
