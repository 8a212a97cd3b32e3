package scaffold

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/script"
)

var update = flag.Bool("update", false, "rewrite examples/shop from the templates")

const shop = "../../examples/shop"

// requires are what the files of an app import, by ORM and by ORM and database.
// The go command finds out what that requires.
var requires = map[string][]string{
	"":              {"github.com/spf13/cobra@v1.10.2"},
	"gorm":          {"gorm.io/gorm@v1.31.2"},
	"gorm-postgres": {"gorm.io/driver/postgres@v1.6.3"},
	"gorm-mysql":    {"gorm.io/driver/mysql@v1.6.0"},
	"bun":           {"github.com/uptrace/bun@v1.3.0"},
	"bun-postgres":  {"github.com/uptrace/bun/dialect/pgdialect@v1.3.0"},
	"bun-mysql":     {"github.com/uptrace/bun/dialect/mysqldialect@v1.3.0", "golang.org/x/mod@v0.38.0"}, // the one of this repository: the tests have no network
}

// TestModules, with -update, has the go command write go.mod and go.sum of each
// kind of app anew. Without, there is one of each kind; that they are complete is
// tested where the apps are built.
func TestModules(t *testing.T) {
	root := checkout(t)
	for _, orm := range ORMs {
		for _, db := range Databases {
			kind := orm + "-" + db
			if !*update {
				if _, err := fromModules(kind, strings.NewReplacer()); err != nil {
					t.Error(err)
				}
				continue
			}
			source := Source{Checkout: root}
			text := "module {{module}}\n\ngo 1.25.0\n\nrequire (\n\tgithub.com/whimbreldb/whimbrel {{require}}\n"
			if orm != "none" {
				text += "\tgithub.com/whimbreldb/whimbrel/" + orm + "model {{require}}\n"
			}
			for _, r := range slices.Concat(requires[""], requires[orm], requires[kind]) {
				text += "\t" + strings.Replace(r, "@", " ", 1) + "\n"
			}
			text += ")\n{{replace}}"
			dir := t.TempDir()
			files, err := Files(Options{Name: "shop", ORM: orm, Database: db, Source: source})
			if err != nil {
				t.Fatal(err)
			}
			files = slices.DeleteFunc(files, func(f File) bool { return f.Name == "go.mod" || f.Name == "go.sum" })
			filled := strings.NewReplacer("{{module}}", "shop", "{{require}}", source.require(), "{{replace}}", source.replace(orm)).Replace(text)
			if err := Write(dir, append(files, File{"go.mod", filled})); err != nil {
				t.Fatal(err)
			}
			run(t, dir, nil, "go", "mod", "tidy")
			for _, ext := range []string{"mod", "sum"} {
				b, err := os.ReadFile(filepath.Join(dir, "go."+ext))
				if err != nil {
					t.Fatal(err)
				}
				text := string(b)
				if ext == "mod" {
					text = strings.NewReplacer("module shop\n", "module {{module}}\n", " v0.0.0\n", " {{require}}\n", source.replace(orm), "{{replace}}").Replace(text)
				}
				if err := os.WriteFile(filepath.Join("template", "modules", kind+"."+ext), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if *update {
		t.Log("the next run has them embedded")
	}
}

func checkout(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// run runs a command in a folder, outside of the workspace.
func run(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = slices.Concat(os.Environ(), []string{"GOWORK=off", "GOFLAGS=-mod=mod -buildvcs=false"}, env)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestShop holds examples/shop and the templates to each other. With -update,
// the files of the example are written anew.
func TestShop(t *testing.T) {
	files, err := Files(Options{Name: "shop", Source: Source{Checkout: "../.."}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		path := filepath.Join(shop, filepath.FromSlash(f.Name))
		if *update {
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
	got, err := templates.ReadFile("template/common/migrations/migrations.go.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("(-db init +template):\n%s", d)
	}
}

// TestBuilds builds new apps of every kind without network, from a checkout whose
// path go.mod has to quote as well, and runs their tests: before there is a
// revision, and with the first one.
func TestBuilds(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	root := checkout(t)
	odd := filepath.Join(t.TempDir(), "a (b), c")
	if err := os.Symlink(root, odd); err != nil {
		t.Fatal(err)
	}
	for i, orm := range ORMs {
		for _, db := range Databases {
			o := Options{Name: "shop", ORM: orm, Database: db, Source: Source{Checkout: root}}
			if i == 0 {
				o.Name, o.Module, o.Source.Checkout = "Back-office_2", "example.com/x/back.office", odd
			}
			t.Run(orm+"-"+db, func(t *testing.T) {
				dir, files := written(t, o)
				offline := []string{"GOPROXY=off"}
				run(t, dir, offline, "go", "vet", "./...")
				// With -mod=mod the go command would have mended go.mod in silence.
				for _, f := range files {
					b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f.Name)))
					if err != nil {
						t.Fatal(err)
					}
					if d := cmp.Diff(f.Text, string(b)); d != "" && strings.HasPrefix(f.Name, "go.") {
						t.Errorf("%s was not complete (go test ./internal/scaffold -run Modules -update) (-written +needed):\n%s", f.Name, d)
					}
				}
			})
		}
	}
}

// written writes an app into a folder of the test's own.
func written(t *testing.T, o Options) (dir string, files []File) {
	t.Helper()
	files, err := Files(o)
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(t.TempDir(), o.Name)
	if err := Write(dir, files); err != nil {
		t.Fatal(err)
	}
	return dir, files
}

// TestTests runs the tests of the apps that the servers of this run are for:
// before there is a revision, and with the first one.
func TestTests(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs")
	}
	root := checkout(t)
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		db := map[schema.Dialect]string{schema.MariaDB: "mysql"}[s.Dialect]
		if db == "" {
			db = string(s.Dialect)
		}
		for _, orm := range ORMs {
			t.Run(orm, func(t *testing.T) {
				env := []string{"GOPROXY=off", "DATABASE_URL=sqlite:///ci.db"}
				if s.Dialect != schema.SQLite {
					u := s.URL(t)
					env = append(env, "TEST_DATABASE_URL="+u, "DATABASE_URL="+u)
				}
				dir, _ := written(t, Options{Name: "shop", ORM: orm, Database: db, Source: Source{Checkout: root}})
				if out := run(t, dir, env, "go", "test", "-v", "."); !strings.Contains(out, "SKIP: TestProducts") {
					t.Errorf("the test of the products was not skipped:\n%s", out)
				}
				run(t, dir, env, "go", "run", ".", "db", "migrate", "-m", "initial migration")
				if out := run(t, dir, env, "go", "test", "-v", "."); !strings.Contains(out, "PASS: TestProducts") {
					t.Errorf("the test of the products did not run:\n%s", out)
				}
				// What the CI job runs.
				job, err := os.ReadFile(filepath.Join(dir, ".github", "workflows", "ci.yml"))
				if err != nil {
					t.Fatal(err)
				}
				steps := 0
				for line := range strings.Lines(string(job)) {
					if step, ok := strings.CutPrefix(strings.TrimSpace(line), "- run: "); ok && !strings.HasPrefix(step, "go vet") {
						run(t, dir, env, "sh", "-c", step)
						steps++
					}
				}
				if steps != 3 {
					t.Errorf("%d steps of the job were run", steps)
				}
			})
		}
	})
}

func TestChoices(t *testing.T) {
	for _, module := range []string{"fmt", "net/http", "github.com/whimbreldb/whimbrel", "github.com/whimbreldb/whimbrel/app"} {
		if _, err := Files(Options{Name: "shop", Module: module}); whimbrel.CodeOf(err) != whimbrel.BadModule {
			t.Errorf("--module %s: %v", module, err)
		}
	}
	for _, test := range []struct{ orm, db, msg, hint string }{
		{"gorm", "mariadb", `no app can be made with --db "mariadb"`, "did you mean: --db mysql"},
		{"Gorm", "", `no app can be made with --orm "Gorm"`, "did you mean: --orm gorm"},
		{"django", "", `no app can be made with --orm "django"`, ""},
		{"", "postgresql", `no app can be made with --db "postgresql"`, "did you mean: --db postgres"},
		{"bun", "oracle", `no app can be made with --db "oracle"`, ""},
	} {
		_, err := Files(Options{Name: "shop", ORM: test.orm, Database: test.db, Source: Source{Version: "v1.0.0"}})
		var e *whimbrel.Error
		if !errors.As(err, &e) || e.Code != whimbrel.BadChoice || e.Msg != test.msg || strings.Join(e.Hint, "") != test.hint {
			t.Errorf("%q %q: got %v %v", test.orm, test.db, err, e.Hint)
		}
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

// TestInTheWay: what cannot be written leaves nothing behind, and says what is in
// the way.
func TestInTheWay(t *testing.T) {
	files, err := Files(Options{Name: "shop", Source: Source{Version: "v1.0.0"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		prepare func(dir string) error
		code    whimbrel.Code
		detail  string
		left    []string
	}{
		{"a file", func(dir string) error { return os.WriteFile(dir, nil, 0o644) }, whimbrel.Exists, "shop is no folder", []string{"shop"}},
		{"a link to nothing", func(dir string) error { return os.Symlink("nothing", dir) }, whimbrel.Exists, "shop is a link to nothing", []string{"shop"}},
		{"a file for a folder", func(dir string) error {
			return errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(filepath.Join(dir, "templates"), nil, 0o644))
		}, whimbrel.Exists, "templates is no folder", []string{"shop", "shop/templates"}},
		{"a folder for a file", func(dir string) error { return os.MkdirAll(filepath.Join(dir, "go.mod"), 0o755) }, whimbrel.Exists, "go.mod", []string{"shop", "shop/go.mod"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			dir := filepath.Join(root, "shop")
			if err := tt.prepare(dir); err != nil {
				t.Fatal(err)
			}
			var e *whimbrel.Error
			if err := Write(dir, files); !errors.As(err, &e) || e.Code != tt.code || len(e.Detail) != 1 || !strings.HasSuffix(e.Detail[0], tt.detail) || len(e.Hint) == 0 {
				t.Errorf("got %+v", err)
			}
			wantTree(t, root, tt.left)
		})
	}

	// What fails half-way: the last file is there already, since it is the first.
	root := t.TempDir()
	bad := append(slices.Clone(files), files[0])
	if err := Write(filepath.Join(root, "shop"), bad); whimbrel.CodeOf(err) != whimbrel.NotWritten {
		t.Errorf("got %v", err)
	}
	wantTree(t, root, nil)
}

// wantTree compares what is below a folder.
func wantTree(t *testing.T, root string, want []string) {
	t.Helper()
	var got []string
	err := filepath.WalkDir(root, func(p string, _ fs.DirEntry, err error) error {
		if rel, _ := filepath.Rel(root, p); rel != "." {
			got = append(got, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
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
		if strings.Contains(strings.NewReplacer("{{range .}}", "", "{{.Name}}", "", "{{else}}", "", "{{end}}", "").Replace(f.Text), "{{") {
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
		// What the go command would refuse of the new app.
		"example.com/com1/x": false, "example.com/Nul.txt": false, "example.com/shop~1": false, "example.com/vendor/x": false, "~shop": false,
		"example.com/shop~a": true, "example.com/shop~": true, "example.com/1": true,
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
