package devserver

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/internal/build"
)

// TestWatcher: what a change is, without a build.
func TestWatcher(t *testing.T) {
	t.Setenv("GOWORK", "off")
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(root, "[a] ä") // a name that is a pattern
	files(t, dir, map[string]string{
		"go.mod":           "module watched\n\ngo 1.25.0\n",
		"main.go":          "package main\n\nimport \"embed\"\n\n//go:embed *.part text all:raw none.txt\nvar pages embed.FS\n\nfunc main() {}\n",
		"one.part":         "",
		"text/a.txt":       "",
		"text/deep/b.txt":  "",
		"raw/.hidden":      "",
		"instance/shop.db": "",
	})
	app := build.App{Dir: dir, Root: dir}
	in, err := readInputs(t.Context(), app, os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	w := newWatcher(app)
	w.adopt(in, now())

	remove := func(name string) func() {
		return func() {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	put := func(name, text string) func() {
		return func() { write(t, filepath.Join(dir, filepath.FromSlash(name)), text) }
	}
	for _, tt := range []struct {
		name string
		do   func()
		want []string
	}{
		{"nothing", func() {}, nil},
		{"an embedded file", put("text/a.txt", "a"), []string{"text/a.txt"}},
		{"one more that a pattern matches", put("two.part", ""), []string{"two.part"}},
		{"one less", remove("two.part"), []string{"two.part"}},
		{"one more in a folder", put("text/deep/c.txt", ""), []string{"text/deep/c.txt"}},
		{"a folder more in a folder", put("text/new/d.txt", ""), []string{"text/new/d.txt"}},
		{"what kept it from being built", put("none.txt", ""), []string{"none.txt"}},
		{"hidden, and not embedded", put("text/.swp", ""), nil},
		{"hidden, and embedded", put("raw/.hidden", "a"), []string{"raw/.hidden"}},
		{"a module of its own", func() { put("text/mod/go.mod", "module m")(); put("text/mod/a.txt", "")() }, nil},
		{"what an editor leaves", put("text/a.txt~", ""), nil},
		{"a lock of Emacs, which leads to nothing", func() {
			if err := os.Symlink("me@here.1:1", filepath.Join(dir, ".#one.part")); err != nil {
				t.Fatal(err)
			}
		}, nil},
		{"data", put("instance/shop.db", "a"), nil},
		{"a test", put("main_test.go", "package main"), nil},
		{"a Go file more", put("more.go", "package main"), []string{"more.go"}},
		{"the first assembly", put("more.s", ""), []string{"more.s"}},
		{"the time and the size of the one before", func() {
			path := filepath.Join(dir, "more.go")
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			put("more.new", "package mine")()
			if err := os.Chtimes(filepath.Join(dir, "more.new"), time.Time{}, info.ModTime()); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(filepath.Join(dir, "more.new"), path); err != nil {
				t.Fatal(err)
			}
		}, []string{"more.go"}},
	} {
		before := w.scan()
		tt.do()
		var got []string
		for _, file := range before.changes(w.scan()) {
			rel, err := filepath.Rel(dir, file)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, filepath.ToSlash(rel))
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

// TestVendored: what is in vendor is read by the build, and can be edited.
func TestVendored(t *testing.T) {
	t.Setenv("GOWORK", "off")
	t.Setenv("GOFLAGS", "")
	dir := t.TempDir()
	files(t, dir, map[string]string{
		"go.mod":                                "module example.com/shop\n\ngo 1.25.0\n\nrequire example.invalid/words v1.0.0\n",
		"main.go":                               "package main\n\nimport \"example.invalid/words\"\n\nfunc main() { print(words.Hello) }\n",
		"vendor/example.invalid/words/words.go": "package words\n\nconst Hello = \"from vendor\"\n",
		"vendor/modules.txt":                    "# example.invalid/words v1.0.0\n## explicit\nexample.invalid/words\n",
	})
	in, err := readInputs(t.Context(), build.App{Dir: dir, Root: dir}, os.Environ())
	if err != nil || !in.files[filepath.Join(dir, "vendor", "example.invalid", "words", "words.go")] {
		t.Errorf("%v: %v", err, in.files)
	}
	if in.files[""] {
		t.Error("a file without a name")
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
