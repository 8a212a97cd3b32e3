package app

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/driver/sqlite"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// inFolder makes a folder the working directory, with a file .env.
func inFolder(t *testing.T, env string) string {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	if env != "" {
		if err := os.WriteFile(filepath.Join(dir, ".env"), []byte(env), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// unset makes sure that variables are not set, now and after the test.
func unset(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		t.Setenv(name, "")
		os.Unsetenv(name)
	}
}

// command runs a command line of an app.
func command(t *testing.T, a *App, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, talk bytes.Buffer
	code = a.Run(t.Context(), args, strings.NewReader(""), &out, &talk)
	return code, out.String(), talk.String()
}

func TestEnvOrder(t *testing.T) {
	unset(t, "DATABASE_URL", "WHIM_INSTANCE", "WHIM_TEST_EXTRA")
	dir := inFolder(t, "\ufeffDATABASE_URL=sqlite:///dotenv.db # not code.db\nexport WHIM_TEST_EXTRA='two words'\n")
	at := func(file string) string { return filepath.Join(dir, "instance", file) }

	if got := New("shop", Config{Database: "sqlite:///code.db", EnvFile: os.DevNull}, every...).own.database.Shown; got != at("code.db") {
		t.Errorf("the code alone: %s", got)
	}
	if got := New("shop", Config{Database: "sqlite:///code.db"}, every...).own.database.Shown; got != at("dotenv.db") {
		t.Errorf(".env over the code: %s", got)
	}
	if got := os.Getenv("WHIM_TEST_EXTRA"); got != "two words" {
		t.Errorf("the app's own settings: %q", got)
	}
	t.Setenv("DATABASE_URL", "") // counts as not set
	if got := New("shop", Config{Database: "sqlite:///code.db"}, every...).own.database.Shown; got != at("dotenv.db") {
		t.Errorf(".env over a variable that is set to nothing: %s", got)
	}
	t.Setenv("DATABASE_URL", "sqlite:///set.db")
	if got := New("shop", Config{Database: "sqlite:///code.db"}, every...).own.database.Shown; got != at("set.db") {
		t.Errorf("the environment over .env: %s", got)
	}
}

func TestBadEnv(t *testing.T) {
	tests := []struct{ name, text, file, want string }{
		{"no name", "A=1\nB=\"two\nlines\"\nhunter2 is secret\nC=3\n", "", "line 4 is not NAME=value"},
		{"open quote", "A=1\nB='hunter2\n", "", "line 2 is not NAME=value"},
		{"binary", "\x00\x01hunter2", "", "line 1 is not NAME=value"},
		{"a space in a name", "A=1\nhunter2 pass: B\n", "", "line 2 has no name of a setting before its ="},
		{"no =, at the end", "A=1\nhunter2", "", "line 2 is not NAME=value"},
		{"nothing before the =", "A=1\n=hunter2\n", "", "line 2 is not NAME=value"},
		{"UTF-16", "\xff\xfeA\x00=\x001\x00", "", "it is not text in UTF-8"},
		// The rest of a password is not the name of a setting.
		{"a $", "A=1\nDATABASE_URL=postgres://shop:hunter2$2024@localhost/shop\n", "", "line 2 has a $ that would stand for a setting, and none of that name is in the file"},
		{"a $ in quotes", "A=\"hunter2${B}\"\n", "", "line 1 has a $ that would stand for a setting"},
		{"a $ before (", "A=hunter2$(X)\n", "", "line 1 has a $ that would stand for a setting"},
		{"asked for, missing", "", "settings.env", "no such file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			unset(t, "A", "B", "C")
			inFolder(t, tt.text)
			a := New("shop", Config{Database: "sqlite:///shop.db", EnvFile: tt.file}, every...)
			a.History(&op.History{})
			code, out, talk := command(t, a, "db", "current")
			if code != 1 || out != "" || !strings.Contains(talk, tt.want) || strings.Contains(talk, "hunter2") {
				t.Errorf("exit %d\n%s%s", code, out, talk)
			}
			if err := a.DB().PingContext(t.Context()); whimbrel.CodeOf(err) != whimbrel.BadConfig {
				t.Errorf("the database: %v", err)
			}
			// Where it listens, and what the handlers do, is in the file too.
			for _, serves := range []string{"serve", "run"} {
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				var talk bytes.Buffer
				code := a.Run(ctx, []string{serves, "--port", "0"}, strings.NewReader(""), &talk, &talk)
				cancel()
				if code != 1 || !strings.Contains(talk.String(), tt.want) {
					t.Errorf("%s: exit %d\n%s", serves, code, talk.String())
				}
			}
		})
	}
}

// TestEnvReferences: what stands for a setting of the file, and what does not.
func TestEnvReferences(t *testing.T) {
	unset(t, "A", "B", "C", "D", "E", "F")
	inFolder(t, "A=one\r\nB=${A}$A\r\nC='$A$Z'\nD=\\$Z\nE=\"pa\\$Z\"\nF=pa$word$(x)$\n")
	a := New("shop", Config{Database: "sqlite:///shop.db"}, every...)
	if a.own.broken != nil {
		t.Fatal(a.own.broken)
	}
	got := []string{os.Getenv("B"), os.Getenv("C"), os.Getenv("D"), os.Getenv("E"), os.Getenv("F")}
	if d := cmp.Diff([]string{"oneone", "$A$Z", "$Z", "pa$Z", "pa$word$(x)$"}, got); d != "" {
		t.Error(d)
	}
}

// TestBinds: two databases, each with its own models, history and commands.
func TestBinds(t *testing.T) {
	unset(t, "DATABASE_URL", "REPORTS_DATABASE_URL", "WHIM_INSTANCE")
	dir := inFolder(t, "")
	one := func(table string) schema.Table {
		return schema.NewTable(table, schema.BigInt("id").NotNull().PrimaryKey())
	}
	history := func(table string) *op.History {
		h := &op.History{}
		h.Add(op.Revision{
			ID: "aaaaaaaaaaa1", Message: table, Created: "2026-11-22T16:40:12Z",
			Upgrade:   func(m *op.Script) { m.CreateTable(table, schema.BigInt("id").NotNull().PrimaryKey()) },
			Downgrade: func(m *op.Script) { m.DropTable(table) },
		})
		return h
	}
	a := New("shop", Config{Database: "sqlite:///shop.db"}, every...)
	reports := a.Bind("reports", Config{Database: "sqlite:///reports.db"})
	t.Cleanup(func() { a.Close() })
	a.History(history("products"))
	a.Models(model.Static{Tables: []schema.Table{one("products")}})
	reports.History(history("totals"))
	reports.Models(model.Static{Tables: []schema.Table{one("totals")}})

	for _, db := range []string{"db", "db:reports"} {
		if code, out, talk := command(t, a, db, "upgrade"); code != 0 {
			t.Fatalf("%s upgrade: exit %d\n%s%s", db, code, out, talk)
		}
		if code, out, talk := command(t, a, db, "check"); code != 0 {
			t.Errorf("%s check: exit %d\n%s%s", db, code, out, talk)
		}
	}
	for b, want := range map[*Bind]string{a.own: "products", reports: "totals"} {
		var n int
		if err := b.DB().QueryRowContext(t.Context(), "SELECT count(*) FROM "+want).Scan(&n); err != nil {
			t.Errorf("%s: %v", b.name, err)
		}
	}
	for _, file := range []string{"shop.db", "reports.db"} {
		if _, err := os.Stat(filepath.Join(dir, "instance", file)); err != nil {
			t.Error(err)
		}
	}
	// In the shell each has a name.
	if a.provided["db"] != a.DB() || a.provided["db_reports"] != reports.DB() {
		t.Errorf("the shell knows %v", a.provided)
	}
	// Hints name the command of the database they are about.
	if code, _, talk := command(t, a, "db:reports", "upgrade", "nothing"); code == 0 || !strings.Contains(talk, "db:reports history") {
		t.Errorf("exit %d\n%s", code, talk)
	}
	if _, out, _ := command(t, a, "--help"); !strings.Contains(out, "db:reports") {
		t.Errorf("help does not name it:\n%s", out)
	}
}

func TestBindSettings(t *testing.T) {
	unset(t, "DATABASE_URL", "REPORTS_DATABASE_URL", "WHIM_INSTANCE")
	dir := inFolder(t, "REPORTS_DATABASE_URL=sqlite:///elsewhere.db\n")
	a := New("shop", Config{Database: "nonsense"}, every...)
	if got := a.Bind("reports", Config{Database: "sqlite:///reports.db"}).database.Shown; got != filepath.Join(dir, "instance", "elsewhere.db") {
		t.Errorf("the variable: %s", got)
	}
	for _, name := range []string{"", "Reports", "a b", "reports", "db"} {
		b := a.Bind(name, Config{Database: "sqlite:///x.db"})
		if _, err := b.Project(); whimbrel.CodeOf(err) != whimbrel.BadConfig {
			t.Errorf("the name %q: %v", name, err)
		}
	}
	if _, out, _ := command(t, a, "--help"); strings.Count(out, "\n  db ") != 1 {
		t.Errorf("the main database has not one command:\n%s", out)
	}
	// How to give one its history can be pasted behind reports := a.Bind("reports", …).
	fresh := New("shop", Config{Database: "sqlite:///shop.db"}, every...)
	t.Cleanup(func() { fresh.Close() })
	fresh.Bind("reports", Config{Database: "sqlite:///reports.db"})
	if _, _, talk := command(t, fresh, "db:reports", "current"); !strings.Contains(talk, "import reports_migrations \"") ||
		!strings.Contains(talk, "migrations/reports\"") || !strings.Contains(talk, ": reports.History(&reports_migrations.History)\n") {
		t.Errorf("without a history:\n%s", talk)
	}
	// The memory of one is not the memory of the other.
	one := New("shop", Config{Database: "sqlite://"}, every...)
	two := one.Bind("second", Config{Database: "sqlite://"})
	t.Cleanup(func() { one.Close() })
	if _, err := one.DB().ExecContext(t.Context(), "CREATE TABLE t (a)"); err != nil {
		t.Fatal(err)
	}
	if _, err := two.DB().ExecContext(t.Context(), "SELECT * FROM t"); err == nil {
		t.Error("two databases in memory are one")
	}
}

// TestBindBesideBroken: what is wrong with the URL of the main database is no
// matter of another one.
func TestBindBesideBroken(t *testing.T) {
	unset(t, "DATABASE_URL", "WHIM_INSTANCE", "REPORTS_DATABASE_URL")
	inFolder(t, "")
	for _, url := range []string{"nonsense", "mysql://me@h/shop"} { // there is no driver for that one
		a := New("shop", Config{Database: url}, sqlite.Driver{})
		b := a.Bind("reports", Config{Database: "sqlite:///reports.db"})
		if err := b.DB().PingContext(t.Context()); err != nil {
			t.Errorf("beside %s: %v", url, err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
}
