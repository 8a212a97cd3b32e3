package apptest_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/whimbreldb/whimbrel/app"
	"github.com/whimbreldb/whimbrel/app/apptest"
	"github.com/whimbreldb/whimbrel/driver/mysql"
	"github.com/whimbreldb/whimbrel/driver/postgres"
	"github.com/whimbreldb/whimbrel/driver/sqlite"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

func history() *op.History {
	var h op.History
	h.Add(op.Revision{
		ID: "b9198aca3963", Message: "initial migration", Created: "2026-11-22T16:40:12Z",
		Upgrade: func(m *op.Script) {
			m.CreateTable("products", schema.BigInt("id").NotNull().PrimaryKey().AutoIncrement(), schema.String("name", 50).NotNull())
		},
		Downgrade: func(m *op.Script) { m.DropTable("products") },
	})
	return &h
}

func newApp() *app.App {
	a := app.New("shop", app.Config{Database: "sqlite:///shop.db"}, mysql.Driver{}, postgres.Driver{}, sqlite.Driver{})
	a.History(history())
	return a
}

// Each database of an app is the test's own, whatever the environment names.
func TestBinds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		url := "sqlite:///shop.db"
		if s.Dialect != schema.SQLite {
			url = s.URL(t)
		}
		production := filepath.Join(t.TempDir(), "production.db")
		t.Setenv("REPORTS_DATABASE_URL", "sqlite:///"+filepath.ToSlash(production))
		configured := map[string]string{"reports": "sqlite:///reports.db", "archive": ""}
		a := apptest.New(t, url, func() *app.App {
			a := newApp()
			for name, url := range configured {
				a.Bind(name, app.Config{Database: url}).History(history())
			}
			return a
		})
		for _, b := range a.Databases() {
			var n int
			if err := b.DB().QueryRow("SELECT count(*) FROM products").Scan(&n); err != nil || n != 0 {
				t.Errorf("%s: %d products, %v", b.Dialect(), n, err)
			}
			if _, err := b.DB().Exec("INSERT INTO products (name) VALUES ('Apple')"); err != nil {
				t.Error(err)
			}
		}
		if _, err := os.Stat(production); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the database of the environment was touched: %v", err)
		}
	})
}

// Each test has a database of its own, at head, and on a server nothing is left
// of it.
func TestNew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		url := "sqlite:///shop.db"
		if s.Dialect != schema.SQLite {
			url = s.URL(t)
		}
		for _, name := range []string{"one", "two"} {
			t.Run(name, func(t *testing.T) {
				a := apptest.New(t, url, newApp)
				if _, err := a.DB().Exec("INSERT INTO products (name) VALUES ('Apple')"); err != nil {
					t.Fatal(err)
				}
				var n int
				if err := a.DB().QueryRow("SELECT count(*) FROM products").Scan(&n); err != nil || n != 1 {
					t.Errorf("%d products, %v", n, err)
				}
			})
		}
	})
}
