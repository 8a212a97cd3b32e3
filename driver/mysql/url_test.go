package mysql

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
		{"mysql://me:pw@db.example:3307/shop?tls=skip-verify&charset=utf8mb4", schema.MySQL, "mysql://me@db.example:3307/shop", "pw"},
		{"mariadb://me:pw@db.example/shop", schema.MariaDB, "mariadb://me@db.example:3306/shop", "pw"},
		{"mysql://me@[::1]/shop", schema.MySQL, "mysql://me@[::1]:3306/shop", ""},
		{"mysql://me@[::1]:3307/shop", schema.MySQL, "mysql://me@[::1]:3307/shop", ""},
		{"mysql://me@localhost/shop?socket=/run/mysqld/mysqld.sock", schema.MySQL, "mysql://me@unix(/run/mysqld/mysqld.sock)/shop", ""},
		{"mysql://me@/shop?unix_socket=%2Frun%2Fs", schema.MySQL, "mysql://me@unix(/run/s)/shop", ""},
		{"mysql://me:pw@unix(/run/mysqld/mysqld.sock)/shop?tls=false", schema.MySQL, "mysql://me@unix(/run/mysqld/mysqld.sock)/shop", "pw"},
		{"mysql://me:pw@tcp(db.example:3307)/shop", schema.MySQL, "mysql://me@db.example:3307/shop", "pw"},
		{"mysql://me:p%40ss%2Fw%3Ard%25%23%3F%20@h/shop", schema.MySQL, "mysql://me@h:3306/shop", "p@ss/w:rd%#? "},
		{"mysql://me@/shop", schema.MySQL, "mysql://me@127.0.0.1:3306/shop", ""},
		{"mysql://h/shop?user=me&password=p%40w", schema.MySQL, "mysql://me@h:3306/shop", "p@w"},
		{"mysql://me@h/my%20shop", schema.MySQL, "mysql://me@h:3306/my shop", ""},
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
	for _, url := range []string{"mysql://me:hunter2@h/shop", "mysql://h/shop?user=me&password=hunter2"} {
		db, err := connecttest.Open(t, url, Driver{})
		if err != nil {
			t.Fatal(err)
		}
		c := db.Connector.(*connector)
		var out strings.Builder
		for _, v := range []any{db, &db, c, *c, *c.config, c.base} {
			fmt.Fprintf(&out, "%v %+v %#v\n", v, v, v)
		}
		out.WriteString(c.config.FormatDSN())
		for _, leak := range []string{"hunter2", fmt.Sprintf("%x", "hunter2"), fmt.Sprintf("%v", []byte("hunter2"))} {
			if strings.Contains(out.String(), leak) {
				t.Errorf("%s: %s is in\n%s", url, leak, out.String())
			}
		}
	}
}
