package devserver

import (
	"os"
	"path/filepath"
	"testing"

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
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
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
