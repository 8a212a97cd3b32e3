package postgres

import (
	"fmt"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/connect/connecttest"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestServerURL: what people write, and where it leads.
func TestServerURL(t *testing.T) {
	connecttest.NoSettings(t)
	tests := []struct {
		url      string
		dialect  schema.Dialect
		shown    string
		password string
	}{
		{"postgres://me:pw@db.example:5433/shop?sslmode=verify-full", schema.Postgres, "postgres://me@db.example:5433/shop", "pw"},
		{"postgresql://me@db.example/shop", schema.Postgres, "postgresql://me@db.example:5432/shop", ""},
		{"postgres://me@a,b:5433/shop", schema.Postgres, "postgres://me@a:5432,b:5433/shop", ""},
		{"postgres://me@a,b/shop?port=5434", schema.Postgres, "postgres://me@a:5434,b:5434/shop", ""},
		{"postgres://me:pw@[::1]:5433/shop", schema.Postgres, "postgres://me@[::1]:5433/shop", "pw"},
		{"postgres:///shop?host=/var/run/postgresql&user=me", schema.Postgres, "postgres://me@unix(/var/run/postgresql/.s.PGSQL.5432)/shop", ""},
		{"postgres://me@%2Fvar%2Frun/shop", schema.Postgres, "postgres://me@unix(/var/run/.s.PGSQL.5432)/shop", ""},
		{"postgres://me:p%40ss%2Fw%3Ard%25%23%3F%20@h/shop", schema.Postgres, "postgres://me@h:5432/shop", "p@ss/w:rd%#? "},
		{"postgres://me:p:w+d@h/shop", schema.Postgres, "postgres://me@h:5432/shop", "p:w+d"},
		{"postgres://me@h/shop?password=pw", schema.Postgres, "postgres://me@h:5432/shop", "pw"},
		{"postgres://me:größe🛒@h/商店", schema.Postgres, "postgres://me@h:5432/商店", "größe🛒"},
	}
	for _, tt := range tests {
		db, err := connecttest.Open(t, tt.url, Driver{})
		if err != nil {
			t.Errorf("%s: %v", tt.url, err)
			continue
		}
		password := db.Connector.(*connector).password.Text()
		if db.Dialect != tt.dialect || db.Shown != tt.shown || password != tt.password {
			t.Errorf("%s: got %s, %s, password %q", tt.url, db.Dialect, db.Shown, password)
		}
		if d := db.Here.Flavor().Dialect; d != tt.dialect {
			t.Errorf("%s: %s speaks to it", tt.url, d)
		}
		if d := db.Script.Flavor(); d.Dialect != tt.dialect {
			t.Errorf("%s: scripts are for %s", tt.url, d.Dialect)
		}
	}
}

// TestSecretIsNotPrinted: nothing that holds a password prints it.
func TestSecretIsNotPrinted(t *testing.T) {
	connecttest.NoSettings(t)
	for _, url := range []string{"postgres://me:hunter2@h/shop", "postgres://me@h/shop?password=hunter2"} {
		db, err := connecttest.Open(t, url, Driver{})
		if err != nil {
			t.Fatal(err)
		}
		c := db.Connector.(*connector)
		var out strings.Builder
		for _, v := range []any{db, &db, c, *c, *c.config, c.base} {
			fmt.Fprintf(&out, "%v %+v %#v\n", v, v, v)
		}
		for _, leak := range []string{"hunter2", fmt.Sprintf("%x", "hunter2"), fmt.Sprintf("%v", []byte("hunter2"))} {
			if strings.Contains(out.String(), leak) {
				t.Errorf("%s: %s is in\n%s", url, leak, out.String())
			}
		}
	}
}
