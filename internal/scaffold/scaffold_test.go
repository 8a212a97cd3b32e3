package scaffold

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/script"
)

var update = flag.Bool("update", false, "rewrite examples/shop from the templates")

const shop = "../../examples/shop"

// TestShop holds examples/shop and the templates to each other. With -update,
// the files of the example are written anew; go.sum goes the other way, since
// go mod tidy writes it there.
func TestShop(t *testing.T) {
	if *update {
		b, err := os.ReadFile(filepath.Join(shop, "go.sum"))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("template/go.sum.tmpl", b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files, err := Files(Options{Name: "shop", Source: Source{Checkout: "../.."}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		path := filepath.Join(shop, filepath.FromSlash(f.Name))
		if *update && f.Name != "go.sum" {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(f.Text), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
		} else if d := cmp.Diff(string(b), f.Text); d != "" {
			t.Errorf("%s (-example +template; go test ./internal/scaffold -update):\n%s", f.Name, d)
		}
	}
}

// TestMigrationsFile: the folder of a new app must be what "db init" would
// have made, or the command would leave it as it is.
func TestMigrationsFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := script.Init(dir); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(dir, "migrations.go"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := templates.ReadFile("template/migrations/migrations.go.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("(-db init +template):\n%s", d)
	}
}

// TestBuilds builds new apps without network, from a checkout whose path go.mod
// has to quote as well.
func TestBuilds(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	odd := filepath.Join(t.TempDir(), "a (b), c")
	if err := os.Symlink(root, odd); err != nil {
		t.Fatal(err)
	}
	for _, o := range []Options{
		{Name: "shop", Source: Source{Checkout: root}},
		{Name: "Back-office_2", Module: "example.com/x/back.office", Source: Source{Checkout: odd}},
	} {
		t.Run(o.Name, func(t *testing.T) {
			files, err := Files(o)
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(t.TempDir(), o.Name)
			if err := Write(dir, files); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("go", "build", "-o", filepath.Join(t.TempDir(), "app"), ".")
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod -buildvcs=false", "GOPROXY=off", "GOWORK=off")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			// With -mod=mod the go command would have mended go.mod in silence.
			for _, f := range files {
				b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f.Name)))
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(f.Text, string(b)); d != "" && strings.HasPrefix(f.Name, "go.") {
					t.Errorf("%s was not complete (-written +needed):\n%s", f.Name, d)
				}
			}
		})
	}
}

func TestNeverOverwrites(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "models", "models.go")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	files, err := Files(Options{Name: "shop", Source: Source{Version: "v1.0.0"}})
	if err != nil {
		t.Fatal(err)
	}
	err = Write(dir, files)
	if whimbrel.CodeOf(err) != whimbrel.Exists {
		t.Fatalf("got %v, want code %s", err, whimbrel.Exists)
	}
	if b, _ := os.ReadFile(path); string(b) != "mine" {
		t.Errorf("the file is now %q", b)
	}
	if _, err := os.Stat(filepath.Join(dir, "main.go")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("other files were written all the same")
	}
}

func TestRelease(t *testing.T) {
	files, err := Files(Options{Name: "shop", Source: Source{Version: "v1.2.3"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Name == "go.mod" && (strings.Contains(f.Text, "replace") || !strings.Contains(f.Text, "whimbrel v1.2.3\n")) {
			t.Error(f.Text)
		}
		if strings.Contains(f.Text, "{{") {
			t.Errorf("%s has a placeholder left", f.Name)
		}
	}
}

func TestNames(t *testing.T) {
	tests := []struct {
		name string
		code whimbrel.Code
		hint string
	}{
		{name: "shop"},
		{name: "Shop-2_b"},
		{name: strings.Repeat("a", 64)},
		{strings.Repeat("a", 65), whimbrel.BadAppName, "for example: whim new " + strings.Repeat("a", 64)},
		{"", whimbrel.BadAppName, ""},
		{"my shop", whimbrel.BadAppName, "for example: whim new my-shop"},
		{`sh"op'`, whimbrel.BadAppName, "for example: whim new sh-op"},
		{"..", whimbrel.BadAppName, ""},
		{"../shop", whimbrel.BadAppName, "for example: whim new shop"},
		{"a/b", whimbrel.BadAppName, "for example: whim new a-b"},
		{`a\b`, whimbrel.BadAppName, "for example: whim new a-b"},
		{"2shop", whimbrel.BadAppName, "for example: whim new shop"},
		{"-x", whimbrel.BadAppName, "for example: whim new x"},
		{"läden", whimbrel.BadAppName, "for example: whim new l-den"},
		{"🛒", whimbrel.BadAppName, ""},
		{"shop\n", whimbrel.BadAppName, "for example: whim new shop"},
		{"NUL", whimbrel.BadAppName, ""},
		{"com1", whimbrel.BadAppName, ""},
		{"net", whimbrel.BadModule, "to give the module another path: whim new net --module example.com/net"},
		{"main", whimbrel.BadModule, "to give the module another path: whim new main --module example.com/main"},
	}
	for _, tt := range tests {
		_, err := Files(Options{Name: tt.name, Source: Source{Version: "v1.0.0"}})
		if got := whimbrel.CodeOf(err); got != tt.code || err != nil && got == "" {
			t.Errorf("%q: got %v, want code %q", tt.name, err, tt.code)
			continue
		}
		var e *whimbrel.Error
		if errors.As(err, &e) {
			if got := strings.Join(e.Hint, "|"); got != tt.hint {
				t.Errorf("%q: hint %q, want %q", tt.name, got, tt.hint)
			}
		}
	}
	for module, ok := range map[string]bool{
		"example.com/shop": true, "shop": true, "a b": false, "/a": false, "a//b": false, "../a": false, "a/": false,
		`a"b`: false, "a/.git": false, "a\nb": false, "github.com/me/shop/v2": true,
	} {
		if _, err := Files(Options{Name: "shop", Module: module, Source: Source{Version: "v1.0.0"}}); (err == nil) != ok {
			t.Errorf("module %q: %v", module, err)
		}
	}
}

func TestFindSource(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	s, err := FindSource(filepath.Join(root, "cmd", "whim", "main.go"))
	if err != nil || s.Checkout != root {
		t.Errorf("got %+v, %v", s, err)
	}
	if s, err := FindSource("github.com/whimbreldb/whimbrel/cmd/whim/main.go"); whimbrel.CodeOf(err) != whimbrel.NoSource {
		t.Errorf("a program with trimmed paths: got %+v, %v", s, err)
	}
}
