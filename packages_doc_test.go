package whimbrel_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestPackagesAreDocumented: every public package of every module says what it
// is, and shows it with an example, which go test compiles and runs.
func TestPackagesAreDocumented(t *testing.T) {
	n := 0
	err := filepath.WalkDir(".", func(dir string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		switch name := d.Name(); {
		case dir == ".":
		case name == "internal", name == "testdata", name == "cmd", name == "examples", name == "bench", name == "compat", strings.HasPrefix(name, "."):
			return fs.SkipDir
		}
		fset := token.NewFileSet()
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			return err
		}
		var text string
		var tests []*ast.File
		public := false
		for _, file := range files {
			f, err := parser.ParseFile(fset, file, nil, parser.ParseComments)
			if err != nil {
				return err
			}
			if strings.HasSuffix(file, "_test.go") {
				tests = append(tests, f)
				continue
			}
			public = public || f.Name.Name != "main"
			if f.Doc != nil {
				text = f.Doc.Text()
			}
		}
		if !public {
			return nil
		}
		n++
		if !strings.HasPrefix(text, "Package ") {
			t.Errorf("%s: no comment that begins with \"Package\"", dir)
		}
		if len(doc.Examples(tests...)) == 0 {
			t.Errorf("%s: no example", dir)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 15 {
		t.Errorf("only %d packages were found", n)
	}
}
