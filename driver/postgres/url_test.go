package postgres

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
		{"postgres://me:pw@db.example:5433/shop?sslmode=verify-full", "postgres", "postgres://me@db.example:5433/shop", "pw"},
		{"postgresql://me@db.example/shop", "postgres", "postgresql://me@db.example:5432/shop", ""},
		{"postgres://me@a,b:5433/shop", "postgres", "postgres://me@a:5432,b:5433/shop", ""},
		{"postgres://me@a,b/shop?port=5434", "postgres", "postgres://me@a:5434,b:5434/shop", ""},
		{"postgres://me:pw@[::1]:5433/shop", "postgres", "postgres://me@[::1]:5433/shop", "pw"},
		{"postgres:///shop?host=/var/run/postgresql&user=me", "postgres", "postgres://me@unix(/var/run/postgresql/.s.PGSQL.5432)/shop", ""},
		{"postgres://me@%2Fvar%2Frun/shop", "postgres", "postgres://me@unix(/var/run/.s.PGSQL.5432)/shop", ""},
		{"postgres://me:p%40ss%2Fw%3Ard%25%23%3F%20@h/shop", "postgres", "postgres://me@h:5432/shop", "p@ss/w:rd%#? "},
		{"postgres://me:p:w+d@h/shop", "postgres", "postgres://me@h:5432/shop", "p:w+d"},
		{"postgres://me@h/shop?password=pw", "postgres", "postgres://me@h:5432/shop", "pw"},
		{"postgres://me:größe🛒@h/商店", "postgres", "postgres://me@h:5432/商店", "größe🛒"},
	})
}

// TestSecretIsNotPrinted: nothing that holds a password prints it.
func TestSecretIsNotPrinted(t *testing.T) {
	parts := func(base driver.Connector) []any {
		c := base.(*connector)
		return []any{*c, *c.config, c.base}
	}
	connecttest.HideSecret(t, Driver{}, parts, "postgres://me:hunter2@h/shop", "postgres://me@h/shop?password=hunter2")
}
