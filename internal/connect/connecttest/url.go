package connecttest

import (
	"database/sql/driver"
	"fmt"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/connect"
)

// Lead has a driver open URLs. Each stands with where it leads: the dialect, how
// people know the database, and the password, which is what password finds that
// the connector logs in with.
func Lead(t *testing.T, d connect.Driver, password func(driver.Connector) connect.Secret, urls [][4]string) {
	t.Helper()
	NoSettings(t)
	for _, want := range urls {
		url, dialect := want[0], want[1]
		db, err := Open(t, url, d)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		if got := [4]string{url, string(db.Dialect), db.Shown, password(db.Connector).Text()}; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if d := db.Here.Flavor().Dialect; string(d) != dialect {
			t.Errorf("%s: %s speaks to it", url, d)
		}
		if d := db.Script.Flavor().Dialect; string(d) != dialect {
			t.Errorf("%s: scripts are for %s", url, d)
		}
	}
}

// HideSecret looks for the password, which is hunter2, in everything that holds
// what a URL says: parts returns that of a connector.
func HideSecret(t *testing.T, d connect.Driver, parts func(driver.Connector) []any, urls ...string) {
	t.Helper()
	NoSettings(t)
	for _, url := range urls {
		db, err := Open(t, url, d)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		for _, v := range append([]any{db, &db, db.Connector}, parts(db.Connector)...) {
			fmt.Fprintf(&out, "%v %+v %#v\n", v, v, v)
		}
		for _, leak := range []string{"hunter2", fmt.Sprintf("%x", "hunter2"), fmt.Sprintf("%v", []byte("hunter2"))} {
			if strings.Contains(out.String(), leak) {
				t.Errorf("%s: %s is in\n%s", url, leak, out.String())
			}
		}
	}
}
