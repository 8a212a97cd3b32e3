package app

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
	if got := c.password.text(); got != `p#a'ss;\ "w ` {
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
			noSettings(t)
			if tt.env == "" {
				os.Unsetenv("MYSQL_PWD") // noSettings puts it back
			} else {
				t.Setenv("MYSQL_PWD", tt.env)
			}
			if tt.file != "" {
				if err := os.WriteFile(filepath.Join(os.Getenv("HOME"), ".my.cnf"), []byte(tt.file), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			db, err := parse(tt.url, "a test", t.TempDir(), "shop")
			if err != nil {
				t.Fatal(err)
			}
			if got := db.connector.(*mysqlConnector).password.text(); db.shown != tt.shown || got != tt.password {
				t.Errorf("%s, password %q", db.shown, got)
			}
		})
	}
}

// TestWritableOptionFile: a file that everybody may write is not believed.
func TestWritableOptionFile(t *testing.T) {
	noSettings(t)
	file := filepath.Join(os.Getenv("HOME"), ".my.cnf")
	if err := os.WriteFile(file, []byte("[client]\nhost=evil.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, 0o666); err != nil {
		t.Fatal(err)
	}
	db, err := parse("mysql://me@/shop", "a test", t.TempDir(), "shop")
	if err != nil || strings.Contains(db.shown, "evil") {
		t.Errorf("%s, %v", db.shown, err)
	}
}

func TestPostgresLogins(t *testing.T) {
	tests := []struct {
		what, url       string
		env             map[string]string
		shown, password string
	}{
		{"URL", "postgres://me:pw@h/shop", map[string]string{"PGPASSWORD": "env-pw"}, "postgres://me@h:5432/shop", "pw"},
		{"environment", "postgres://me@h/shop", map[string]string{"PGPASSWORD": "env-pw"}, "postgres://me@h:5432/shop", "env-pw"},
		{
			"environment alone", "postgres:///",
			map[string]string{"PGHOST": "e", "PGPORT": "5433", "PGUSER": "me", "PGDATABASE": "shop", "PGPASSWORD": "env-pw"},
			"postgres://me@e:5433/shop", "env-pw",
		},
		{"password file", "postgres://me@h/shop", map[string]string{"PGPASSFILE": "passfile"}, "postgres://me@h:5432/shop", "p:w"},
		{"service", "postgres://?service=till", map[string]string{"PGSERVICEFILE": "services"}, "postgres://clerk@s.example:5434/till", "service-pw"},
		{"service by its name", "postgres:///", map[string]string{"PGSERVICEFILE": "services", "PGSERVICE": "till"}, "postgres://clerk@s.example:5434/till", "service-pw"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			noSettings(t)
			t.Chdir(t.TempDir())
			for name, text := range map[string]string{
				"passfile": "other:5432:*:me:x\n*:5432:shop:me:p\\:w\n",
				"services": "[till]\nhost=s.example\nport=5434\nuser=clerk\ndbname=till\npassword=service-pw\n",
			} {
				if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for name, value := range tt.env {
				t.Setenv(name, value)
			}
			db, err := parse(tt.url, "a test", t.TempDir(), "shop")
			if err != nil {
				t.Fatal(err)
			}
			if got := db.connector.(*postgresConnector).password.text(); db.shown != tt.shown || got != tt.password {
				t.Errorf("%s, password %q", db.shown, got)
			}
		})
	}
}

// TestTLSOfMySQL: the words of MySQL's programs and those of the Go driver.
func TestTLSOfMySQL(t *testing.T) {
	noSettings(t)
	_, ca := selfSigned(t, "db.example", farFuture)
	tests := []struct {
		options          string
		uses, verifies   bool
		chain, fallsBack bool
	}{
		{"", true, false, false, true},
		{"?tls=false", false, false, false, false},
		{"?tls=preferred", true, false, false, true},
		{"?tls=skip-verify", true, false, false, false},
		{"?tls=true", true, true, false, false},
		{"?ssl-mode=DISABLED", false, false, false, false},
		{"?ssl_mode=required", true, false, false, false},
		{"?sslmode=VERIFY_IDENTITY", true, true, false, false},
		{"?ssl-mode=verify-ca&ssl-ca=" + ca, true, false, true, false},
		{"?ssl-ca=" + ca, true, false, true, false},
		{"?ssl-ca=" + ca + "&ssl-mode=VERIFY_IDENTITY", true, true, false, false},
		{"?socket=/run/s", false, false, false, false},
		{"?socket=/run/s&ssl-mode=REQUIRED", true, false, false, false},
	}
	for _, tt := range tests {
		db, err := parse("mysql://me@h/shop"+tt.options, "a test", t.TempDir(), "shop")
		if err != nil {
			t.Errorf("%s: %v", tt.options, err)
			continue
		}
		config := db.connector.(*mysqlConnector).config
		if config.TLS == nil {
			if tt.uses {
				t.Errorf("%s: no TLS", tt.options)
			}
			continue
		}
		if !tt.uses || config.TLS.InsecureSkipVerify == tt.verifies || (config.TLS.VerifyConnection != nil) != tt.chain ||
			config.AllowFallbackToPlaintext != tt.fallsBack || config.TLS.MinVersion < tls.VersionTLS12 {
			t.Errorf("%s: %+v", tt.options, config.TLS)
		}
		if tt.verifies && config.TLS.ServerName != "h" {
			t.Errorf("%s: it verifies the name %q", tt.options, config.TLS.ServerName)
		}
	}
}
