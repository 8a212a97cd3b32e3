package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// history returns a history of one revision, which makes a table.
func history() *op.History {
	return new(op.History).Add(op.Revision{
		ID: "aaaaaaaaaaaa", Message: "start", Created: "2026-11-22T16:40:12Z",
		Upgrade:   func(m *op.Script) { m.CreateTable("products", schema.Int("id").PrimaryKey()) },
		Downgrade: func(m *op.Script) { m.DropTable("products") },
	})
}

// newApp makes an app in a folder of its own.
func newApp(t *testing.T, url string) *App {
	t.Helper()
	t.Setenv("DATABASE_URL", "")
	t.Setenv("WHIM_INSTANCE", "")
	a := New("shop", Config{Database: url}, every...)
	a.History(history())
	t.Cleanup(func() { a.Close() })
	return a
}

// run runs a command line and returns its exit code and all that it printed.
func run(t *testing.T, a *App, args ...string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a server that should not start ends
	defer cancel()
	var out strings.Builder
	code := a.Run(ctx, args, strings.NewReader(""), &out, &out)
	return code, out.String()
}

// TestLookingMakesNothing: a command that only looks leaves a folder without
// database as it is.
func TestLookingMakesNothing(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	a := newApp(t, "sqlite:///shop.db")
	for _, args := range [][]string{
		{"db", "current"},
		{"db", "history"},
		{"db", "heads"},
		{"db", "check"},
		{"db", "drift"},
		{"db", "show", "head"},
		{"db", "upgrade", "--plan"},
		{"db", "upgrade", "--sql"},
		{"db", "downgrade"},
		{"routes"},
		{"db", "--help"},
		{},
	} {
		_, out := run(t, a, args...)
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 0 {
			t.Fatalf("%q made %v (%v); it printed:\n%s", args, entries, err, out)
		}
	}
	if code, out := run(t, a, "db", "upgrade"); code != 0 {
		t.Fatalf("exit code %d: %s", code, out)
	}
	for _, name := range []string{"instance/shop.db", "instance/.gitignore"} {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
}

// TestInstanceKept: a folder that was there is not given a .gitignore.
func TestInstanceKept(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("instance", 0o755); err != nil {
		t.Fatal(err)
	}
	a := newApp(t, "sqlite:///data/shop.db")
	if err := a.DB().PingContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("instance/.gitignore"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a .gitignore was written into a folder that is not ours")
	}
	if _, err := os.Stat("instance/data/shop.db"); err != nil {
		t.Error(err)
	}
}

// TestBesideInstance: a path that leads out of the instance folder needs none.
func TestBesideInstance(t *testing.T) {
	t.Chdir(t.TempDir())
	if code, out := run(t, newApp(t, "sqlite:///../data/shop.db"), "db", "upgrade"); code != 0 {
		t.Errorf("exit code %d: %s", code, out)
	}
	entries, err := os.ReadDir(".")
	if err != nil || len(entries) != 1 || entries[0].Name() != "data" {
		t.Errorf("there is %v, %v", entries, err)
	}
}

func TestEnvironmentOverrides(t *testing.T) {
	t.Chdir(t.TempDir())
	other := filepath.Join(t.TempDir(), "deep", "data")
	t.Setenv("WHIM_INSTANCE", other)
	t.Setenv("DATABASE_URL", "sqlite:///other.db")
	a := New("shop", Config{Database: "sqlite:///shop.db", Instance: "here"}, every...)
	defer a.Close()
	if err := a.DB().PingContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(other, "other.db")); err != nil {
		t.Error(err)
	}
}

// TestOddPaths: the name of the file, and of the folder it is in, may hold any
// character.
func TestOddPaths(t *testing.T) {
	names := []string{
		"with space", "what?", "what?_time_format=x&y", "hash#tag", "100%", "100%20", "%zz", "a&b=c", "a+b", "a;b", "file:x", ":memory:x",
		`quote"'`, "größe-商店-🛒", "new\nline", strings.Repeat("x", 200), `back\slash`,
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), name)
			if err := os.MkdirAll(dir, 0o755); err != nil {
				if runtime.GOOS == "linux" {
					t.Fatal(err)
				}
				t.Skip(err) // a name that this system does not have
			}
			t.Chdir(dir)
			url := "sqlite:///" + name + ".db"
			if strings.Contains(name, "?_time_format=") { // that would be an option
				url = "sqlite:///shop.db"
			}
			a := newApp(t, url)
			if code, out := run(t, a, "db", "upgrade"); code != 0 {
				t.Fatalf("exit code %d: %s", code, out)
			}
			if code, out := run(t, a, "db", "current"); code != 0 || !strings.Contains(out, "aaaaaaaaaaaa") {
				t.Errorf("exit code %d: %s", code, out)
			}
			file := filepath.Join(dir, "instance", filepath.FromSlash(strings.TrimPrefix(url, "sqlite:///")))
			info, err := os.Stat(file)
			if err != nil || info.Size() == 0 {
				t.Errorf("the database is not in %q: %v", file, err)
			}
		})
	}
}

func pragma(t *testing.T, db *sql.DB, name string) (value string) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestSettings(t *testing.T) {
	t.Chdir(t.TempDir())
	a := newApp(t, "sqlite:///shop.db")
	db := a.DB()
	for name, want := range map[string]string{"foreign_keys": "1", "busy_timeout": "5000", "journal_mode": "wal"} {
		if got := pragma(t, db, name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE t (at datetime)"); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 10, 11, 12, 345e6, time.FixedZone("X", 3600))
	if _, err := db.ExecContext(t.Context(), "INSERT INTO t VALUES (?)", at); err != nil {
		t.Fatal(err)
	}
	var back time.Time
	var year sql.NullString
	if err := db.QueryRowContext(t.Context(), "SELECT at, strftime('%Y', at) FROM t").Scan(&back, &year); err != nil {
		t.Fatal(err)
	}
	if !back.Equal(at) || year.String != "2026" {
		t.Errorf("%v came back as %v, and SQLite reads its year as %q", at, back, year.String)
	}
}

// TestJournalModeKept: looking at a database that somebody else made must not
// change the file.
func TestJournalModeKept(t *testing.T) {
	t.Chdir(t.TempDir())
	file, err := filepath.Abs("old.db")
	if err != nil {
		t.Fatal(err)
	}
	old, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := old.ExecContext(t.Context(), "CREATE TABLE t (x)"); err != nil {
		t.Fatal(err)
	}
	old.Close()
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a := newApp(t, "sqlite:///"+filepath.ToSlash(file))
	if got := pragma(t, a.DB(), "journal_mode"); got != "delete" {
		t.Errorf("journal_mode is %s", got)
	}
	run(t, a, "db", "current")
	run(t, a, "db", "drift")
	if after, err := os.ReadFile(file); err != nil || string(after) != string(before) {
		t.Errorf("the file was changed by looking at it (%v)", err)
	}
}

// TestConcurrentWriters: nobody fails because somebody else writes.
func TestConcurrentWriters(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, url := range []string{"sqlite:///shop.db", "sqlite://"} {
		db := newApp(t, url).DB()
		if _, err := db.ExecContext(t.Context(), "CREATE TABLE t (n)"); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 25 {
					if err := insertNext(t, db); err != nil {
						t.Errorf("%s: %v", url, err)
						return
					}
				}
			})
		}
		wg.Wait()
		var n, distinct int
		if err := db.QueryRowContext(t.Context(), "SELECT count(*), count(DISTINCT n) FROM t").Scan(&n, &distinct); err != nil {
			t.Fatal(err)
		}
		if n != 200 || distinct != 200 {
			t.Errorf("%s: %d rows, %d different", url, n, distinct)
		}
	}
}

// insertNext reads and then writes in one transaction, which is what fails
// when transactions begin without their lock.
func insertNext(t *testing.T, db *sql.DB) error {
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var n int
	if err := tx.QueryRowContext(t.Context(), "SELECT count(*) FROM t").Scan(&n); err != nil {
		return err
	}
	if _, err := tx.ExecContext(t.Context(), "INSERT INTO t VALUES (?)", n); err != nil {
		return err
	}
	return tx.Commit()
}

func TestMemory(t *testing.T) {
	t.Chdir(t.TempDir())
	a, b := newApp(t, "sqlite://"), newApp(t, "sqlite:///:memory:")
	if code, out := run(t, a, "db", "upgrade"); code != 0 {
		t.Fatalf("exit code %d: %s", code, out)
	}
	a.DB().SetMaxIdleConns(0) // every connection of the pool is closed after use
	one, err := a.DB().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := one.ExecContext(t.Context(), "INSERT INTO products VALUES (1)"); err != nil {
		t.Fatal(err)
	}
	count := func(db interface {
		QueryRow(string, ...any) *sql.Row
	},
	) (n int, err error) {
		err = db.QueryRow("SELECT count(*) FROM products").Scan(&n)
		return n, err
	}
	if n, err := count(a.DB()); n != 1 || err != nil {
		t.Errorf("a second connection sees %d rows, %v", n, err)
	}
	one.Close()
	if n, err := count(a.DB()); n != 1 || err != nil {
		t.Errorf("without a connection open, %d rows are left, %v", n, err)
	}
	if _, err := count(b.DB()); err == nil || !strings.Contains(err.Error(), "no such table") {
		t.Errorf("another app sees the table: %v", err)
	}
	if entries, _ := os.ReadDir("."); len(entries) != 0 {
		t.Errorf("there are files: %v", entries)
	}
}

// TestUnusable: what is wrong with the database's path is said by the commands
// that need it, with a code, and the file is left as it was.
func TestUnusable(t *testing.T) {
	t.Chdir(t.TempDir())
	text := strings.Repeat("this is not a database\n", 100)
	for name, body := range map[string]string{"text.db": text, "short.db": "x"} {
		if err := os.WriteFile(name, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("folder.db", 0o755); err != nil {
		t.Fatal(err)
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		path string
		code whimbrel.Code
		say  string
	}{
		{"folder.db", whimbrel.Unreachable, "it is a directory"},
		{"no/such/folder/shop.db", whimbrel.Unreachable, "its folder does not exist"},
		{"text.db/shop.db", whimbrel.Unreachable, ""},
		{"text.db", whimbrel.NotADatabase, "database"},
		{"short.db", whimbrel.NotADatabase, "database"},
	}
	for _, tt := range tests {
		a := newApp(t, "sqlite:///"+filepath.ToSlash(filepath.Join(dir, tt.path)))
		for _, args := range [][]string{{"db", "upgrade"}, {"db", "current"}, {"db", "stamp", "head"}} {
			code, out := run(t, a, args...)
			if tt.path == "no/such/folder/shop.db" && args[1] != "upgrade" {
				continue // there is no database, which is an answer
			}
			if code != 1 || !strings.HasPrefix(out, "shop: error: ") || !strings.Contains(out, tt.say) || !strings.Contains(out, tt.path) {
				t.Errorf("%s, %s: exit code %d:\n%s", tt.path, args[1], code, out)
			}
			if strings.Contains(out, "out of memory") || strings.Count(out, "shop: error:") != 1 {
				t.Errorf("%s, %s:\n%s", tt.path, args[1], out)
			}
			t.Logf("%s, %s:\n%s", tt.path, args[1], out)
		}
		p, err := a.Project()
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Upgrade(t.Context(), "head")
		if got := whimbrel.CodeOf(err); got != tt.code {
			t.Errorf("%s: code %q, want %q: %v", tt.path, got, tt.code, err)
		}
	}
	if b, err := os.ReadFile("text.db"); err != nil || string(b) != text {
		t.Errorf("the file that is no database was changed (%v)", err)
	}
}

func ExampleApp_Project() {
	a := New("shop", Config{Database: "sqlite://"}, every...)
	defer a.Close()
	a.History(history())
	p, err := a.Project()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(p.Heads()), "head")
	// Output: 1 head
}

// TestShownDatabase: what a person reads is where the database is, wherever
// they are.
func TestShownDatabase(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "instance", "shop.db")
	a := newApp(t, "sqlite:///shop.db")
	if _, out := run(t, a, "db", "current"); !strings.Contains(out, "does not exist: "+file+"\n") {
		t.Errorf("without a database:\n%s", out)
	}
	if _, out := run(t, a, "db", "upgrade"); !strings.Contains(out, "Making the database "+file+"\n") {
		t.Errorf("upgrade:\n%s", out)
	}
	if _, out := run(t, a, "db", "upgrade"); strings.Contains(out, "Making") {
		t.Errorf("the second upgrade:\n%s", out)
	}
	if _, out := run(t, a, "db", "current", "-v"); !strings.Contains(out, "Database: "+file+"\n") {
		t.Errorf("current:\n%s", out)
	}
	if _, out := run(t, newApp(t, "sqlite://"), "db", "current", "-v"); !strings.Contains(out, "Database: in memory\n") {
		t.Errorf("in memory:\n%s", out)
	}
}

// TestScriptForOldest: a script may meet an older SQLite than the one that is
// compiled in, so it must do without what only that one has.
func TestScriptForOldest(t *testing.T) {
	t.Chdir(t.TempDir())
	a := newApp(t, "sqlite:///shop.db")
	a.History(new(op.History).Add(op.Revision{
		ID: "aaaaaaaaaaaa", Message: "start", Created: "2026-11-22T16:40:12Z",
		Upgrade: func(m *op.Script) {
			m.CreateTable("products", schema.Int("id").PrimaryKey(), schema.String("name", 50).NotNull())
		},
	}).Add(op.Revision{
		ID: "bbbbbbbbbbbb", Revises: []string{"aaaaaaaaaaaa"}, Message: "name", Created: "2026-11-22T16:41:12Z",
		Upgrade: func(m *op.Script) {
			m.AlterColumn("products", schema.String("name", 50).NotNull(), schema.String("name", 50))
		},
	}))
	const native = "ALTER COLUMN"
	if code, out := run(t, a, "db", "upgrade", "--plan"); code != 0 || !strings.Contains(out, native) {
		t.Errorf("the plan for what is compiled in has no %s; exit code %d:\n%s", native, code, out)
	}
	if code, out := run(t, a, "db", "upgrade", "--sql"); code != 0 || strings.Contains(out, native) {
		t.Errorf("the script has %s, which SQLite 3.35 has not; exit code %d:\n%s", native, code, out)
	}
}
