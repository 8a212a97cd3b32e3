package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel"
)

// tree writes files, and returns their folder. A file named dir/ is a folder.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	// macOS and others give out temporary folders behind a link.
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// goMod is an app's go.mod as far as Find reads it. The comment stands for the
// require line, so that these apps build without Whimbrel.
const goMod = "module example.com/shop // uses " + module + "\n\ngo 1.25.0\n"

const program = "package main\n\nfunc main() {}\n"

func TestFind(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		from  string
		want  string // the folder, or
		say   string // what is wrong
		hint  string
	}{
		{name: "here", files: map[string]string{"go.mod": goMod, "main.go": program}, want: "."},
		{name: "from below", files: map[string]string{"go.mod": goMod, "main.go": program, "a/b/b.go": "package b\n"}, from: "a/b", want: "."},
		{name: "the nearest", files: map[string]string{"go.mod": goMod, "main.go": program, "cmd/x/main.go": program}, from: "cmd/x", want: "cmd/x"},
		{
			name: "ignored files do not count", files: map[string]string{"go.mod": goMod, "gen.go": "//go:build ignore\n\n" + program},
			say: "no package main in", hint: "to make one: whim new NAME",
		},
		{name: "tests do not count", files: map[string]string{"go.mod": goMod, "a_test.go": program}, say: "no package main in"},
		{name: "broken files count", files: map[string]string{"go.mod": goMod, "main.go": "package main\n\nfunc {"}, want: "."},
		{name: "two packages count", files: map[string]string{"go.mod": goMod, "main.go": program, "a.go": "package a\n"}, want: "."},
		{
			name: "elsewhere", files: map[string]string{"go.mod": goMod, "cmd/x/main.go": program, "vendor/v/main.go": program, "testdata/t/main.go": program},
			say: "in module example.com/shop", hint: "to use ./cmd/x: whim --app ./cmd/x …",
		},
		{
			name: "a module below is its own", files: map[string]string{"go.mod": goMod, "main.go": program, "sub/go.mod": "module sub\n"}, from: "sub",
			say: "sub, does not require",
		},
		{name: "somebody else's", files: map[string]string{"go.mod": "module other\n", "main.go": program}, say: "other, does not require"},
		{name: "no folder", from: "none", say: "there is no such folder"},
		{name: "a file", files: map[string]string{"f": ""}, from: "f", say: "there is no such folder"},
		{name: "no module", say: "no go.mod in"},
		{name: "pattern in a name", files: map[string]string{"[a]*/go.mod": goMod, "[a]*/main.go": "package"}, from: "[a]*", want: "[a]*"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := tree(t, tt.files)
			app, err := Find(filepath.Join(root, filepath.FromSlash(tt.from)))
			if tt.say == "" {
				if want := filepath.Join(root, filepath.FromSlash(tt.want)); err != nil || app.Dir != want {
					t.Fatalf("got %q, %v, want %q", app.Dir, err, want)
				}
				return
			}
			var e *whimbrel.Error
			if !errors.As(err, &e) || e.Code != whimbrel.NoApp || !strings.Contains(e.Detail[0], tt.say) {
				t.Fatalf("got %v, want %q", err, tt.say)
			}
			if tt.hint != "" && e.Hint[0] != tt.hint {
				t.Errorf("hint %q, want %q", e.Hint[0], tt.hint)
			}
		})
	}
}

// ownCache gives the test a cache of built apps. The go command keeps its own,
// which would otherwise follow.
func ownCache(t *testing.T) {
	t.Helper()
	out, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", strings.TrimSpace(string(out)))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("GOWORK", "off")
}

// build1 makes the app in root, with a cache of its own.
func build1(t *testing.T, root string) (string, string, error) {
	t.Helper()
	app, err := Find(root)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	b, err := app.Build(t.Context(), &out)
	if err == nil {
		b.Release()
	}
	return b.Path, out.String(), err
}

func TestBuild(t *testing.T) {
	ownCache(t)
	root := tree(t, map[string]string{"go.mod": goMod, "main.go": "package main\n\nimport \"os\"\n\nfunc main() { os.Exit(7) }\n"})
	bin, out, err := build1(t, root)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var exit *exec.ExitError
	if err := exec.Command(bin).Run(); !errors.As(err, &exit) || exit.ExitCode() != 7 {
		t.Errorf("the program: %v", err)
	}
	before, err := os.Stat(bin)
	if err != nil {
		t.Fatal(err)
	}
	if again, out, err := build1(t, root); err != nil || again != bin || out != "" {
		t.Errorf("a second build: %q, %v, %q", again, err, out)
	}
	if after, err := os.Stat(bin); err != nil || !os.SameFile(before, after) {
		t.Error("a build without a change wrote the program anew")
	}

	// A program that does not compile leaves the last one, which nobody runs.
	if err := os.WriteFile(filepath.Join(root, "main.go"), []byte("package main\n\nfunc main() { x }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, out, err = build1(t, root)
	if whimbrel.CodeOf(err) != whimbrel.NotBuilt || !strings.Contains(out, "main.go:3:15: undefined: x") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestNameOfTheFolder: a folder may have the name of any of our own files.
func TestNameOfTheFolder(t *testing.T) {
	ownCache(t)
	for _, name := range []string{"lock", "stamp", "bin"} {
		dir := filepath.Join(tree(t, map[string]string{name + "/go.mod": goMod, name + "/main.go": program}), name)
		for range 2 {
			app, err := Find(dir)
			if err != nil {
				t.Fatal(err)
			}
			var said bytes.Buffer
			b, err := app.BuildAs(t.Context(), &said, "one")
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, said.String())
			}
			// While it runs, its lock can be taken, and nothing else is in its file.
			b.Release()
			if err := exec.Command(b.Path).Run(); err != nil || filepath.Base(b.Path) != name {
				t.Errorf("%s: %v", b.Path, err)
			}
			if ready, ok := app.Ready(t.Context(), io.Discard, "one", func() bool { return true }); !ok {
				t.Errorf("%s: what was built is not there", name)
			} else {
				ready.Release()
			}
		}
	}
}

// TestWaits: two builds of one app are one after the other; who waits says for
// whom, and can stop.
func TestWaits(t *testing.T) {
	ownCache(t)
	app, err := Find(tree(t, map[string]string{"go.mod": goMod, "main.go": program}))
	if err != nil {
		t.Fatal(err)
	}
	first, err := app.Build(t.Context(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	said, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		_, err := app.Build(ctx, w)
		ended <- err
	}()
	line := make([]byte, 200)
	n, err := said.Read(line)
	if want := fmt.Sprintf("Waiting for process %d, which builds the same app…\n", os.Getpid()); err != nil || string(line[:n]) != want {
		t.Errorf("it said %q, %v", line[:n], err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	go func() {
		built, err := app.Build(t.Context(), io.Discard)
		if err == nil {
			built.Release()
		}
		ended <- err
	}()
	first.Release()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestOtherSystem: what is built for another system cannot be run here.
func TestOtherSystem(t *testing.T) {
	ownCache(t)
	t.Setenv("GOOS", "plan9")
	_, _, err := build1(t, tree(t, map[string]string{"go.mod": goMod, "main.go": program}))
	var e *whimbrel.Error
	if !errors.As(err, &e) || e.Code != whimbrel.NotBuilt || !strings.Contains(e.Msg, "GOOS=plan9") || len(e.Hint) != 1 {
		t.Errorf("got %v", err)
	}
}

// TestSettingsAreKept: what GOFLAGS says about linking is not overridden.
func TestSettingsAreKept(t *testing.T) {
	ownCache(t)
	root := tree(t, map[string]string{"go.mod": goMod, "main.go": "package main\n\nvar v string\n\nfunc main() { print(v) }\n"})
	t.Setenv("GOFLAGS", "-ldflags=-X=main.v=mine")
	bin, out, err := build1(t, root)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got, err := exec.Command(bin).CombinedOutput()
	if err != nil || string(got) != "mine" {
		t.Errorf("the program prints %q, %v", got, err)
	}
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOENV", filepath.Join(tree(t, map[string]string{"env": "GOFLAGS=-ldflags=-X=main.v=stored\n"}), "env"))
	bin, out, err = build1(t, root)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got, err := exec.Command(bin).CombinedOutput(); err != nil || string(got) != "stored" {
		t.Errorf("the program prints %q, %v", got, err)
	}
}

// TestTags: a tag of ours does not push out those that are set already.
func TestTags(t *testing.T) {
	ownCache(t)
	root := tree(t, map[string]string{
		"go.mod": goMod, "main.go": program,
		"mine.go": "//go:build mine\n\npackage main\n\nfunc init() { print(\"mine \") }\n",
		"ours.go": "//go:build ours\n\npackage main\n\nfunc init() { print(\"ours\") }\n",
	})
	for _, flags := range []string{"-tags=mine", "-mod=mod '-tags=mine'", "-tags=other,mine -trimpath"} {
		t.Setenv("GOFLAGS", flags)
		app, err := Find(root)
		if err != nil {
			t.Fatal(err)
		}
		app.Tags = "ours"
		var said bytes.Buffer
		b, err := app.Build(t.Context(), &said)
		if err != nil {
			t.Fatalf("%v\n%s", err, said.String())
		}
		b.Release()
		if got, err := exec.Command(b.Path).CombinedOutput(); err != nil || string(got) != "mine ours" {
			t.Errorf("GOFLAGS=%s: the program prints %q, %v", flags, got, err)
		}
		if plain, _, err := build1(t, root); err != nil || plain == b.Path {
			t.Errorf("with and without tags both are %s, %v", plain, err)
		}
	}
}

func TestNoGo(t *testing.T) {
	ownCache(t)
	t.Setenv("PATH", t.TempDir())
	_, _, err := build1(t, tree(t, map[string]string{"go.mod": goMod, "main.go": program}))
	if whimbrel.CodeOf(err) != whimbrel.NoGo {
		t.Errorf("got %v", err)
	}
}

// TestVendor: what the module needs is in the module, and nowhere else.
func TestVendor(t *testing.T) {
	ownCache(t)
	root := tree(t, map[string]string{
		"go.mod":                                goMod + "\nrequire example.invalid/words v1.0.0\n",
		"main.go":                               "package main\n\nimport \"example.invalid/words\"\n\nfunc main() { print(words.Hello) }\n",
		"vendor/example.invalid/words/words.go": "package words\n\nconst Hello = \"from vendor\"\n",
		"vendor/modules.txt":                    "# example.invalid/words v1.0.0\n## explicit\nexample.invalid/words\n",
	})
	bin, out, err := build1(t, root)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got, err := exec.Command(bin).CombinedOutput(); err != nil || string(got) != "from vendor" {
		t.Errorf("the program prints %q, %v", got, err)
	}
}

// TestCompiled: the packages that are compiled are told by name, and are not
// among what the go command says.
func TestCompiled(t *testing.T) {
	ownCache(t)
	root := tree(t, map[string]string{
		"go.mod":     goMod,
		"main.go":    "package main\n\nimport \"example.com/shop/a\"\n\nfunc main() { a.A() }\n",
		"a/a.go":     "package a\n\n// " + t.TempDir() + "\nfunc A() {}\n",
		"wrong/w.go": "package wrong\n",
	})
	app, err := Find(root)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := app.Stale(t.Context()); err != nil || n < 2 {
		t.Errorf("before: %d stale, %v", n, err)
	}
	var seen []string
	app.Compiled = func(path string) { seen = append(seen, path) }
	var out bytes.Buffer
	b, err := app.Build(t.Context(), &out)
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	b.Release()
	if got := strings.Join(seen, " "); !strings.Contains(got, "example.com/shop/a") || out.Len() != 0 {
		t.Errorf("compiled %q, and said %q", got, out.String())
	}
}

func TestPackages(t *testing.T) {
	var rest bytes.Buffer
	var seen []string
	p := &packages{rest: &rest, compiled: func(path string) { seen = append(seen, path) }}
	for _, part := range []string{"exam", "ple.com/a\n# example.com/b\n./b.go:1:2: no\nruntime\n", "\tmore\n", "go: nothing to do"} {
		if _, err := p.Write([]byte(part)); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.flush(); err != nil {
		t.Fatal(err)
	}
	if want := "# example.com/b\n./b.go:1:2: no\n\tmore\ngo: nothing to do"; rest.String() != want || strings.Join(seen, " ") != "example.com/a runtime" {
		t.Errorf("%q, %q", rest.String(), seen)
	}
}
