package apptest_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
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

// A failing test notes what it ends with.
type failing struct {
	testing.TB
	said string
}

func (f *failing) Fatal(args ...any) { f.said = fmt.Sprint(args...); runtime.Goexit() }

func (f *failing) Fatalf(format string, args ...any) {
	f.said = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// refusal returns what New says of a URL, or of a function.
func refusal(t *testing.T, url string, newApp func() *app.App) string {
	t.Helper()
	f, done := &failing{TB: t}, make(chan struct{})
	go func() {
		defer close(done)
		apptest.New(f, url, newApp)
	}()
	<-done
	return f.said
}

// What cannot be a URL may have a password in it.
func TestSecret(t *testing.T) {
	for _, url := range []string{
		"host=h user=shop password=hunter2 dbname=shop", "shop:hunter2@tcp(h:3306)/shop", "hunter2", "mongodb://shop:hunter2@h/shop",
		"postgres://shop:hunter2@h:5432",
	} {
		if said := refusal(t, url, newApp); said == "" || strings.Contains(said, "hunter2") {
			t.Errorf("%s: %q", url, said)
		}
	}
}

// An app that was there already has the databases of the environment.
func TestMadeBefore(t *testing.T) {
	production := filepath.Join(t.TempDir(), "production.db")
	t.Setenv("DATABASE_URL", "sqlite:///"+filepath.ToSlash(production))
	a := newApp()
	if said := refusal(t, "sqlite:///shop.db", func() *app.App { return a }); !strings.Contains(said, "has not made the app") {
		t.Errorf("%q", said)
	}
	if _, err := os.Stat(production); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the database of the environment was touched: %v", err)
	}
}

// No variable of the environment, and no option of the URL, leads the test to
// a database that is there; and what a test leaves open holds nothing up.
func TestOwnDatabase(t *testing.T) {
	t.Setenv("APPTEST_DATABASE_URL", "sqlite:///"+filepath.ToSlash(filepath.Join(t.TempDir(), "other.db")))
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		if s.Dialect == schema.SQLite {
			t.Skip("a file of its own")
		}
		there := s.URL(t)
		if s.Dialect == schema.Postgres {
			u, err := url.Parse(there)
			if err != nil {
				t.Fatal(err)
			}
			q := u.Query()
			q.Set("dbname", strings.TrimPrefix(u.Path, "/"))
			u.RawQuery = q.Encode()
			there = u.String()
		}
		t.Run("open", func(t *testing.T) {
			a := apptest.New(t, there, newApp)
			if err := a.DB().PingContext(t.Context()); err != nil {
				t.Fatal(err)
			}
			tx, err := a.DB().Begin() //nolint:noctx // it shall outlive the test
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec("INSERT INTO products (name) VALUES ('Apple')"); err != nil {
				t.Error(err)
			}
		})
		if s.Dialect != schema.Postgres {
			return
		}
		var n int
		if err := s.Open(t, there).QueryRow("SELECT count(*) FROM information_schema.tables WHERE table_name = 'products'").Scan(&n); err != nil || n != 0 {
			t.Errorf("%d tables in a database that was there, %v", n, err)
		}
	})
}
