package app

import (
	"embed"
	"go/build"
	"html/template"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// linked returns the packages of this module that a program with package app
// has. It reads the imports itself: go test keeps a result until a file that the
// test has opened changes.
func linked(t *testing.T, tags ...string) map[string]bool {
	t.Helper()
	const module = "github.com/whimbreldb/whimbrel"
	c := build.Default
	c.BuildTags = append(c.BuildTags, tags...)
	seen := map[string]bool{}
	for todo := []string{"app"}; len(todo) > 0; todo = todo[1:] {
		pkg := todo[0]
		if seen[pkg] {
			continue
		}
		seen[pkg] = true
		p, err := c.ImportDir(filepath.Join("..", filepath.FromSlash(pkg)), 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range p.Imports {
			if dep, ok := strings.CutPrefix(path, module); ok {
				todo = append(todo, strings.TrimPrefix(dep+"/", "/"))
			}
		}
	}
	return seen
}

// TestDebugIsNotLinked: what shows source and data to the browser is not in a
// program that whim run --debug has not built.
func TestDebugIsNotLinked(t *testing.T) {
	for pkg := range linked(t) {
		if strings.HasPrefix(pkg, "internal/dev") {
			t.Errorf("%s is linked into every app", pkg)
		}
	}
	if !linked(t, "whim_debug")["internal/devapp/"] {
		t.Error("the tag does not link the debug features: this test looks for the wrong thing")
	}
}

//go:embed testdata/pages
var embedded embed.FS

func TestTemplates(t *testing.T) {
	t.Chdir(t.TempDir())
	a := newApp(t, "sqlite:///shop.db")
	files := a.Files(embedded)
	pages := a.Templates(files, "testdata/pages/*.html").Funcs(template.FuncMap{"upper": strings.ToUpper})
	var out strings.Builder
	if err := pages.ExecuteTemplate(&out, "hello.html", "<you>"); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff("<p>Hello, &lt;YOU&gt;</p>\n", out.String()); d != "" {
		t.Error(d)
	}
	if _, err := fs.Stat(files, "testdata/pages/hello.html"); err != nil {
		t.Error(err)
	}

	// What fails half-way writes nothing.
	out.Reset()
	if err := pages.ExecuteTemplate(&out, "broken.html", nil); err == nil || out.Len() > 0 {
		t.Errorf("%v, and %q is written", err, out.String())
	}
	for name, files := range map[string]fstest.MapFS{
		"no file":   {},
		"no syntax": {"a.html": {Data: []byte("{{")}},
	} {
		for range 2 {
			if err := a.Templates(files, "*.html").ExecuteTemplate(&out, "a.html", nil); err == nil {
				t.Errorf("%s: no error", name)
			}
		}
	}
}
