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
	"slices"
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
	made, before := 0, testbind.Before
	testbind.Before = func(variable, configured string, drivers []app.Driver) {
		made++
		if variable == main {
			configured = databaseURL
		}
		t.Setenv(variable, fresh(t, variable, cmp.Or(os.Getenv("TEST_"+variable), configured, databaseURL), drivers))
	}
	t.Cleanup(func() { testbind.Before = before }) // not sooner: a test may add a database
	a := newApp()
	if a == nil {
		t.Fatal("the function has made no app")
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	if made < len(a.Databases()) {
		t.Fatal("the function has not made the app, but returned one that was there: its databases are those of the environment, and not the test's")
	}
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
	server := sql.OpenDB(at.Connector)
	t.Cleanup(func() { server.Close() })
	quote := `"`
	if at.Dialect != schema.Postgres {
		quote = "`"
	}
	name, own := beside(databaseURL, "_test_"+random())
	quoted := connect.QuoteName(name, quote)
	if _, err := server.ExecContext(t.Context(), "CREATE DATABASE "+quoted); err != nil {
		t.Fatalf("a database for the test cannot be made beside the one of the URL: %v\n"+
			"TEST_DATABASE_URL names a server on which the tests may make databases", err)
	}
	t.Cleanup(func() {
		if err := drop(context.WithoutCancel(t.Context()), server, at.Dialect, name, quoted); err != nil {
			t.Errorf("the database of the test is left: %v", err)
		}
	})
	return own
}

// beside returns a name that is not taken yet, made of the one of a URL, and the
// URL of such a database: on the same server, with the same options but those
// that name a database, which on PostgreSQL have the last word before the path.
func beside(databaseURL, suffix string) (name, own string) {
	plain, query, _ := strings.Cut(databaseURL, "?")
	server := strings.Index(plain, "://") + len("://")
	if end := strings.Index(plain, ")/"); end >= 0 { // unix(/path), tcp(host:port)
		server = end
	}
	path := len(plain)
	if i := strings.IndexByte(plain[server:], '/'); i >= 0 {
		path = server + i
	}
	name, _ = url.PathUnescape(strings.TrimPrefix(plain[path:], "/")) // who opened it has read it
	name += suffix
	options := slices.DeleteFunc(strings.Split(query, "&"), func(option string) bool {
		key, _, _ := strings.Cut(option, "=")
		key, err := url.PathUnescape(key)
		return err == nil && (key == "" || key == "dbname" || key == "database")
	})
	own = plain[:path] + "/" + url.PathEscape(name)
	if len(options) > 0 {
		own += "?" + strings.Join(options, "&")
	}
	return name, own
}

// drop drops a database, with the connections to it that a test has left open:
// a transaction in which it failed, or a second app.
func drop(ctx context.Context, server *sql.DB, d schema.Dialect, name, quoted string) error {
	if d == schema.Postgres {
		_, err := server.ExecContext(ctx, "DROP DATABASE "+quoted+" WITH (FORCE)")
		return err
	}
	rows, err := server.QueryContext(ctx, "SELECT id FROM information_schema.processlist WHERE db = ? AND id <> CONNECTION_ID()", name)
	if err != nil {
		return err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, id := range ids {
		_, _ = server.ExecContext(ctx, "KILL "+id) // who has gone meanwhile is gone
	}
	_, err = server.ExecContext(ctx, "DROP DATABASE "+quoted)
	return err
}

func random() string {
	b := make([]byte, 6)
	_, _ = rand.Read(b) // it never fails
	return hex.EncodeToString(b)
}
