package mysql

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/connect/connecttest"
)

func TestOptionFile(t *testing.T) {
	var c myCnf
	c.parse(`# a comment
!include /etc/mysql/secret.cnf
[mysqld]
user=mysql
password=of-the-server
[client]
user = me
password="p#a'ss;\\ \"w\s"
host=db.example   # the real one
port=3307
socket='/run/my sql/s'
no-auto-rehash
[mysql]
user=nobody
[client-mariadb]
port = 3308
`)
	if c.user != "me" || c.host != "db.example" || c.port != "3308" || c.socket != "/run/my sql/s" {
		t.Errorf("%+v", c)
	}
	if got := c.password.Text(); got != `p#a'ss;\ "w ` {
		t.Errorf("the password is %q", got)
	}
}

// TestWhereLoginsComeFrom: what the URL leaves out is looked for where the
// programs of the servers look, in their order.
func TestWhereLoginsComeFrom(t *testing.T) {
	const file = "[client]\nuser=filed\npassword=file-pw\nhost=file.example\nport=3307\n"
	tests := []struct {
		what, url, file, env string
		shown, password      string
	}{
		{"URL", "mysql://me:pw@h/shop", file, "env-pw", "mysql://me@h:3306/shop", "pw"},
		{"URL with an empty password", "mysql://me:@h/shop", file, "env-pw", "mysql://me@h:3306/shop", ""},
		{"file", "mysql:///shop", file, "env-pw", "mysql://filed@file.example:3307/shop", "file-pw"},
		{"password of the file", "mysql://me@h/shop", file, "env-pw", "mysql://me@h:3306/shop", "file-pw"},
		{"environment", "mysql://me@h/shop", "", "env-pw", "mysql://me@h:3306/shop", "env-pw"},
		{"environment behind a file without", "mysql://me@h/shop", "[client]\nuser=x\n", "env-pw", "mysql://me@h:3306/shop", "env-pw"},
		{"socket of the file", "mysql://me@/shop", "[client]\nhost=localhost\nsocket=/run/s\n", "", "mysql://me@unix(/run/s)/shop", ""},
		{"port of the file", "mysql://me@/shop", "[client]\nport=3309\n", "", "mysql://me@127.0.0.1:3309/shop", ""},
		{"host of the file", "mariadb://me@/shop", "[client]\nhost=::1\n", "", "mariadb://me@[::1]:3306/shop", ""},
		{"nothing", "mysql://me@/shop", "", "", "mysql://me@127.0.0.1:3306/shop", ""},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			connecttest.NoSettings(t)
			if tt.env == "" {
				os.Unsetenv("MYSQL_PWD") // NoSettings puts it back
			} else {
				t.Setenv("MYSQL_PWD", tt.env)
			}
			if tt.file != "" {
				if err := os.WriteFile(filepath.Join(os.Getenv("HOME"), ".my.cnf"), []byte(tt.file), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			db, err := connecttest.Open(t, tt.url, Driver{})
			if err != nil {
				t.Fatal(err)
			}
			if got := db.Connector.(*connector).password.Text(); db.Shown != tt.shown || got != tt.password {
				t.Errorf("%s, password %q", db.Shown, got)
			}
		})
	}
}

// TestWritableOptionFile: a file that everybody may write is not believed.
func TestWritableOptionFile(t *testing.T) {
	connecttest.NoSettings(t)
	file := filepath.Join(os.Getenv("HOME"), ".my.cnf")
	if err := os.WriteFile(file, []byte("[client]\nhost=evil.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, 0o666); err != nil {
		t.Fatal(err)
	}
	db, err := connecttest.Open(t, "mysql://me@/shop", Driver{})
	if err != nil || strings.Contains(db.Shown, "evil") {
		t.Errorf("%s, %v", db.Shown, err)
	}
}
