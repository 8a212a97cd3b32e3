package whimbrel_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the files that are made from code")

// TestDocsErrors keeps docs/errors.md equal to the comments in errors.go.
func TestDocsErrors(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "errors.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("# Error codes\n\nMade from the comments in `errors.go` by `make generate`.\n\n" +
		"Every error that a user can cause has a code. Codes never change; texts may. `--json` prints the code as `code`.\n" +
		"What each exit code means is in [cli.md](cli.md).\n\n| code | meaning |\n| --- | --- |\n")
	n := 0
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			v := s.(*ast.ValueSpec)
			doc := strings.Join(strings.Fields(v.Doc.Text()), " ")
			name, text, ok := strings.Cut(doc, ": ")
			if !ok || name != v.Names[0].Name {
				t.Errorf("%s: its comment must begin with its name and a colon", v.Names[0].Name)
			}
			fmt.Fprintf(&b, "| `%s` | %s |\n", strings.Trim(v.Values[0].(*ast.BasicLit).Value, `"`), strings.ToUpper(text[:1])+text[1:])
			n++
		}
	}
	if n == 0 {
		t.Fatal("no code was found")
	}
	golden(t, "docs/errors.md", b.String())
}

func golden(t *testing.T, file, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != want {
		t.Errorf("%s is not current: make generate (%v)", file, err)
	}
}
