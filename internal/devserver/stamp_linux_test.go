package devserver

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel/internal/build"
)

// TestSameTimeAndSize: a file in the place of another is noticed, though it has
// the time and the size of it.
func TestSameTimeAndSize(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "main.go"), filepath.Join(dir, "main.new")
	write(t, path, "package main")
	was, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	w := newWatcher(build.App{Dir: dir, Root: dir})
	for is := was; statusTime(is) == statusTime(was); { // the clock of a file system may tick slowly
		write(t, other, "package mine")
		if err := os.Chtimes(other, time.Time{}, was.ModTime()); err != nil {
			t.Fatal(err)
		}
		if is, err = os.Stat(other); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Rename(other, path); err != nil {
		t.Fatal(err)
	}
	if got := w.last.changes(w.scan()); !slices.Equal(got, []string{path}) {
		t.Errorf("changes: %q", got)
	}
}

// TestAdopt: what has changed between a build and the list of what it read is
// noticed, and a file from the future is no change.
func TestAdopt(t *testing.T) {
	dir := t.TempDir()
	files(t, dir, map[string]string{"go.mod": "module watched\n", "main.go": "package main\n", "lib/old.go": "", "lib/future.go": ""})
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(dir, "lib", "future.go"), later, later); err != nil {
		t.Fatal(err)
	}
	app := build.App{Dir: dir, Root: dir}
	w := newWatcher(app)
	begun := now().Add(time.Second)
	in := minimal(app)
	in.code[filepath.Join(dir, "lib")] = true
	w.adopt(in, begun)
	if got := w.last.changes(w.scan()); len(got) > 0 {
		t.Errorf("changes: %q", got)
	}
	w = newWatcher(app)
	write(t, filepath.Join(dir, "lib", "old.go"), "package lib")
	begun = now().Add(-time.Second)
	past := begun.Add(-time.Hour) // as a file has it that was moved, or unpacked
	if err := os.Chtimes(filepath.Join(dir, "lib", "old.go"), past, past); err != nil {
		t.Fatal(err)
	}
	w.adopt(in, begun)
	if got := w.last.changes(w.scan()); !slices.Contains(got, filepath.Join(dir, "lib", "old.go")) {
		t.Errorf("changes: %q", got)
	}
}
