//go:build unix

package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// asNobody is set in a copy of this test that runs as a user without rights.
const asNobody = "WHIM_TEST_AS_NOBODY"

// nobody is a user that owns nothing here.
const nobody = 65534

func TestMain(m *testing.M) {
	if args := os.Getenv(asNobody); args != "" {
		a := New("shop", Config{}, every...)
		a.History(history())
		os.Exit(a.Run(context.Background(), strings.Fields(args), strings.NewReader(""), os.Stdout, os.Stdout))
	}
	os.Exit(m.Run())
}

// TestNoRights: a database that may not be written, or not be read. The
// superuser may do all of it, so the superuser's tests become somebody else.
func TestNoRights(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // it is the test's own
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "app.test")
	copyFile(t, self, bin, 0o755)

	t.Chdir(dir)
	a := newApp(t, "sqlite:///"+filepath.ToSlash(filepath.Join(dir, "made.db")))
	if code, out := run(t, a, "db", "upgrade"); code != 0 {
		t.Fatal(out)
	}
	if _, err := a.DB().ExecContext(t.Context(), "PRAGMA journal_mode = DELETE"); err != nil {
		t.Fatal(err)
	}
	a.Close()
	for name, mode := range map[string]os.FileMode{"read.db": 0o444, "secret.db": 0o200} {
		copyFile(t, filepath.Join(dir, "made.db"), filepath.Join(dir, name), mode)
	}
	if err := os.Mkdir("locked", 0o555); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		url, args string
		code      int
		say       string
	}{
		{"sqlite:///" + dir + "/read.db", "db current", 0, "aaaaaaaaaaaa"},
		{"sqlite:///" + dir + "/read.db", "db downgrade", 1, "shop: error: the database cannot be written"},
		{"sqlite:///" + dir + "/read.db", "db stamp base --no-verify", 1, "shop: error: the database cannot be written"},
		{"sqlite:///" + dir + "/secret.db", "db current", 1, "shop: error: the database cannot be opened: permission denied"},
		{"sqlite:///" + dir + "/locked/shop.db", "db upgrade", 1, "shop: error: the database cannot be opened"},
		{"sqlite:///shop.db", "db upgrade", 1, "shop: error: the database cannot be opened: its folder cannot be made: permission denied"},
	}
	for _, tt := range tests {
		t.Run(tt.args+" "+filepath.Base(tt.url), func(t *testing.T) {
			cmd := exec.Command(bin)
			cmd.Dir = filepath.Join(dir, "locked")
			cmd.Env = []string{asNobody + "=" + tt.args, "DATABASE_URL=" + tt.url, "PATH=" + os.Getenv("PATH"), "TMPDIR=/tmp"}
			if os.Geteuid() == 0 {
				cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
			}
			out, err := cmd.CombinedOutput()
			if cmd.ProcessState == nil {
				t.Fatalf("the test could not run itself as somebody else: %v", err)
			}
			if got := cmd.ProcessState.ExitCode(); got != tt.code || !strings.Contains(string(out), tt.say) {
				t.Errorf("exit code %d, want %d and %q:\n%s", got, tt.code, tt.say, out)
			}
		})
	}
}

func copyFile(t *testing.T, from, to string, mode os.FileMode) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(to, mode); err != nil {
		t.Fatal(fmt.Errorf("%s: %w", to, err))
	}
}

// TestNoFile: what is no file is no database.
func TestNoFile(t *testing.T) {
	t.Chdir(t.TempDir())
	pipe := filepath.Join(t.TempDir(), "pipe.db")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, os.DevNull} {
		code, out := run(t, newApp(t, "sqlite:///"+path), "db", "upgrade")
		if code != 1 || !strings.Contains(out, "the database cannot be opened: it is no file") || !strings.Contains(out, path) || !strings.Contains(out, "hint: ") {
			t.Errorf("%s: exit code %d: %s", path, code, out)
		}
	}
}
