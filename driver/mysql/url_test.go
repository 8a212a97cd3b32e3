package mysql

import (
	"database/sql/driver"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/connect"
	"github.com/whimbreldb/whimbrel/internal/connect/connecttest"
)

// TestServerURL: what people write, and where it leads.
func TestServerURL(t *testing.T) {
	password := func(c driver.Connector) connect.Secret { return c.(*connector).password }
	connecttest.Lead(t, Driver{}, password, [][4]string{
		{"mysql://me:pw@db.example:3307/shop?tls=skip-verify&charset=utf8mb4", "mysql", "mysql://me@db.example:3307/shop", "pw"},
		{"mariadb://me:pw@db.example/shop", "mariadb", "mariadb://me@db.example:3306/shop", "pw"},
		{"mysql://me@[::1]/shop", "mysql", "mysql://me@[::1]:3306/shop", ""},
		{"mysql://me@[::1]:3307/shop", "mysql", "mysql://me@[::1]:3307/shop", ""},
		{"mysql://me@localhost/shop?socket=/run/mysqld/mysqld.sock", "mysql", "mysql://me@unix(/run/mysqld/mysqld.sock)/shop", ""},
		{"mysql://me@/shop?unix_socket=%2Frun%2Fs", "mysql", "mysql://me@unix(/run/s)/shop", ""},
		{"mysql://me:pw@unix(/run/mysqld/mysqld.sock)/shop?tls=false", "mysql", "mysql://me@unix(/run/mysqld/mysqld.sock)/shop", "pw"},
		{"mysql://me:pw@tcp(db.example:3307)/shop", "mysql", "mysql://me@db.example:3307/shop", "pw"},
		{"mysql://me:p%40ss%2Fw%3Ard%25%23%3F%20@h/shop", "mysql", "mysql://me@h:3306/shop", "p@ss/w:rd%#? "},
		{"mysql://me@/shop", "mysql", "mysql://me@127.0.0.1:3306/shop", ""},
		{"mysql://h/shop?user=me&password=p%40w", "mysql", "mysql://me@h:3306/shop", "p@w"},
		{"mysql://me@h/my%20shop", "mysql", "mysql://me@h:3306/my shop", ""},
	})
}

// TestSecretIsNotPrinted: nothing that holds a password prints it.
func TestSecretIsNotPrinted(t *testing.T) {
	parts := func(base driver.Connector) []any {
		c := base.(*connector)
		return []any{*c, *c.config, c.base, c.config.FormatDSN()}
	}
	connecttest.HideSecret(t, Driver{}, parts, "mysql://me:hunter2@h/shop", "mysql://h/shop?user=me&password=hunter2")
}
