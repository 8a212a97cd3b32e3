// Package apptest gives tests of an app a database of their own, empty but for
// what the app's history makes: the newest revision, as in production, and not
// what the models would make by themselves.
//
// It is for tests alone. Start at [New].
package apptest

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/app"
	"github.com/whimbreldb/whimbrel/internal/connect"
	"github.com/whimbreldb/whimbrel/internal/testbind"
	"github.com/whimbreldb/whimbrel/schema"
)

// New makes an app on a fresh database, with every revision of its history
// applied. The function is the app's own that puts it together: from its app.New
// on, DATABASE_URL is that database. The app is closed when the test ends.
// Since the environment is that of the process, such tests cannot be parallel.
//
// The URL says which kind of database. For SQLite it is a file in a folder of the
// test's own, whatever the URL names. On a server it is a database beside the one
// that the URL names, made with the rights of its user and dropped when the test
// ends. TEST_DATABASE_URL, where it is set, has the last word; DATABASE_URL has
// none, so that tests never come near the database that it names.
//
// So it is with each database of [app.App.Bind]: which kind, its Config.Database
// says, or TEST_NAME_DATABASE_URL, and where neither does, it is one beside the
// main one. NAME_DATABASE_URL is set while the test runs.
//
//	func TestHome(t *testing.T) {
//		a := apptest.New(t, databaseURL, newApp)
//		…
//	}
func New(t testing.TB, databaseURL string, newApp func() *app.App) *app.App {
	t.Helper()
	t.Setenv("WHIM_INSTANCE", t.TempDir())
	t.Setenv(main, "") // whatever it names is none of ours
	testbind.Before = func(variable, configured string, drivers []app.Driver) {
		if variable == main {
			configured = databaseURL
		}
		t.Setenv(variable, fresh(t, variable, cmp.Or(os.Getenv("TEST_"+variable), configured, databaseURL), drivers))
	}
	defer func() { testbind.Before = nil }()
	a := newApp()
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, b := range a.Databases() {
		p, err := b.Project()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Upgrade(t.Context(), "heads"); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// main is the variable of an app's main database.
const main = "DATABASE_URL"

// fresh returns the URL of an empty database of the same kind, for what a
// variable names.
func fresh(t testing.TB, variable, databaseURL string, drivers []app.Driver) string {
	t.Helper()
	at, err := connect.Open("TEST_"+variable+" or the code", connect.Request{URL: databaseURL, Name: "apptest"}, drivers)
	if err != nil {
		t.Fatal(err)
	}
	if at.Dialect == schema.SQLite {
		return "sqlite:///" + strings.ToLower(strings.TrimSuffix(variable, "DATABASE_URL")) + "test.db"
	}
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatalf("the URL of the tests' database (%s:…) cannot be read", at.Dialect) // the error repeats it
	}
	server := sql.OpenDB(at.Connector)
	t.Cleanup(func() { server.Close() })
	quote := `"`
	if at.Dialect != schema.Postgres {
		quote = "`"
	}
	name := strings.TrimPrefix(u.Path, "/") + "_test_" + random()
	quoted := connect.QuoteName(name, quote)
	if _, err := server.ExecContext(t.Context(), "CREATE DATABASE "+quoted); err != nil {
		t.Fatalf("a database for the test cannot be made beside the one of the URL: %v\n"+
			"TEST_DATABASE_URL names a server on which the tests may make databases", err)
	}
	t.Cleanup(func() {
		if _, err := server.ExecContext(context.WithoutCancel(t.Context()), "DROP DATABASE "+quoted); err != nil {
			t.Errorf("the database of the test is left: %v", err)
		}
	})
	u.Path = "/" + name
	return u.String()
}

func random() string {
	b := make([]byte, 6)
	_, _ = rand.Read(b) // it never fails
	return hex.EncodeToString(b)
}
