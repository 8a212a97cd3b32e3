package script

import (
	"errors"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	if err := Write(dir, "a.go", []byte("one")); err != nil {
		t.Fatal(err)
	}
	if got := read(t, dir, "a.go"); got != "one" {
		t.Errorf("wrote %q", got)
	}
	if info, err := os.Stat(filepath.Join(dir, "a.go")); err != nil || info.Mode().Perm()&^0o644 != 0 || info.Mode().Perm()&0o600 != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := Write(dir, "a.go", []byte("two")); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), filepath.Join(dir, "a.go")) {
		t.Errorf("a name that is taken: %v", err)
	}
	if got := read(t, dir, "a.go"); got != "one" {
		t.Errorf("overwrote with %q", got)
	}
	noLeftovers(t, dir, "a.go")
}

func TestWriteRefuses(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.Symlink(outside, filepath.Join(dir, "link.go")); err != nil {
		if runtime.GOOS != "windows" {
			t.Fatal(err)
		}
		t.Skip("no symbolic links here:", err) // they need a privilege there
	}
	if err := Write(dir, "link.go", nil); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "symbolic link") {
		t.Errorf("a symbolic link: %v", err)
	}
	if _, err := os.Lstat(outside); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the link was followed")
	}
	for _, name := range []string{"", ".", "..", "../x.go", "a/b.go", `a\b.go`, "/x.go"} {
		if err := Write(dir, name, nil); err == nil {
			t.Errorf("%q was written", name)
		}
	}
	if err := Write(filepath.Join(dir, "missing"), "x.go", nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing folder: %v", err)
	}
	noLeftovers(t, dir, "link.go")
}

// TestWriteAfterCrash holds that what a crash left behind is in nobody's way.
func TestWriteAfterCrash(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, ".a.go.tmp0")
	if err := os.WriteFile(left, []byte("half"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(dir, "a.go", []byte("whole")); err != nil {
		t.Fatal(err)
	}
	if got := read(t, dir, "a.go"); got != "whole" {
		t.Errorf("wrote %q", got)
	}
	noLeftovers(t, dir, ".a.go.tmp0", "a.go")
}

// TestPublish holds that a file gets a name that is free, and no other, with
// links and without.
func TestPublish(t *testing.T) {
	for name, f := range map[string]func(*os.Root, string, string) error{"link": publish, "reserve": reserve} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			root, err := os.OpenRoot(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer root.Close()
			for _, name := range []string{"taken", "temp"} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if err := f(root, "temp", "taken"); !errors.Is(err, fs.ErrExist) {
				t.Errorf("a name that is taken: %v", err)
			}
			if err := f(root, "missing", "fresh"); err == nil {
				t.Error("nothing got a name")
			}
			noLeftovers(t, dir, "taken", "temp")
			if err := f(root, "temp", "fresh"); err != nil {
				t.Error(err)
			}
			if got := read(t, dir, "fresh") + read(t, dir, "taken"); got != "temptaken" {
				t.Errorf("the files hold %q", got)
			}
			noLeftovers(t, dir, "fresh", "taken")
		})
	}
}

func TestInit(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "app", "migrations")
	got, err := Init(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{filepath.Join(dir, "migrations.go"), filepath.Join(dir, "README.md")}
	if src, err := format.Source([]byte(historyFile)); err != nil || string(src) != historyFile {
		t.Errorf("migrations.go is not gofmt-ed: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("wrote (-want +got):\n%s", diff)
	}
	if err := os.WriteFile(want[0], []byte("package migrations // mine\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(want[1]); err != nil {
		t.Fatal(err)
	}
	got, err = Init(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want[1:], got); diff != "" {
		t.Errorf("wrote again (-want +got):\n%s", diff)
	}
	if got := read(t, dir, "migrations.go"); got != "package migrations // mine\n" {
		t.Errorf("overwrote with %q", got)
	}
	if _, err := Init(want[0]); err == nil {
		t.Error("a file became a folder")
	}
}

func TestList(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		"20261122T164012_b9198aca3963_initial_migration.go", "20261122T164013_7ad34929a0f2_x.go",
		"migrations.go", "README.md", "20261122T164012_b9198aca3963_x.sql", "20261122T1640_b9_x.go", "20261122T164012__x.go",
		".20261122T164012_b9_x.go.tmp0", "20261122T164012_b9_.go", "20261122T164012_b9.go",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "20261122T164012_b9_folder.go"), 0o755); err != nil {
		t.Fatal(err)
	}
	got, err := List(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := []Found{
		{"20261122T164012_b9198aca3963_initial_migration.go", "b9198aca3963"},
		{"20261122T164013_7ad34929a0f2_x.go", "7ad34929a0f2"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, err := List(filepath.Join(dir, "missing")); err != nil || got != nil {
		t.Errorf("a missing folder: %v %v", got, err)
	}
	if _, err := List(filepath.Join(dir, "README.md")); err == nil {
		t.Error("a file was listed")
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func noLeftovers(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the folder holds (-want +got):\n%s", diff)
	}
}
