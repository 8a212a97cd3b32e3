package cli_test

import (
	"go/parser"
	"go/token"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// mains are the functions main of the programs in docs/library.md, in the place
// of the examples that call the same function.
var mains = map[string]string{
	"example_test.go": `func main() {
	if err := run(context.Background(), "shop.db"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
`,
	"cli/example_test.go": `func main() { os.Exit(run(context.Background(), "shop.db", os.Args[1:]...)) }
`,
}

// TestDocsLibrary keeps the programs in docs/library.md equal to the examples,
// which are compiled and run. A program stands below a line with the name of
// its file.
func TestDocsLibrary(t *testing.T) {
	const page = "../docs/library.md"
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for file, main := range mains {
		program := programOf(t, file, main)
		before, rest, ok := strings.Cut(text, "<!-- "+file+" -->\n\n```go\n")
		_, after, closed := strings.Cut(rest, "\n```\n")
		if !ok || !closed {
			t.Fatalf("%s has no program from %s", page, file)
		}
		text = before + "<!-- " + file + " -->\n\n```go\n" + strings.TrimSuffix(program, "\n") + "\n```\n" + after
	}
	if *update {
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(string(b), text); d != "" {
		t.Errorf("%s is not what the examples are; go test ./cli -run TestDocsLibrary -update:\n%s", page, d)
	}
}

// TestDocsRevisionCommands holds that a script runs each command of
// docs/revisions.md.
func TestDocsRevisionCommands(t *testing.T) {
	page, err := os.ReadFile("../docs/revisions.md")
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("testdata/script/page.txtar")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(page)) {
		command, ok := strings.CutPrefix(line, "$ whim ")
		if !ok {
			continue
		}
		n++
		if !strings.Contains(string(script), " shop "+strings.ReplaceAll(command, `"`, "'")) {
			t.Errorf("no script runs whim %s", command)
		}
	}
	if n == 0 {
		t.Error("the page has no command")
	}
}

// programOf makes a program of a file with an example at its end.
func programOf(t *testing.T, file, main string) string {
	t.Helper()
	b, err := os.ReadFile("../" + file)
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(b), "\n")
	text, _, ok := strings.Cut(text, "func Example() {")
	if !ok {
		t.Fatalf("%s has no Example", file)
	}
	program := "package main\n" + text + main
	f, err := parser.ParseFile(token.NewFileSet(), file, program, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, imp := range f.Imports {
		name := path.Base(strings.Trim(imp.Path.Value, `"`))
		if imp.Name != nil {
			name = imp.Name.Name
		}
		if name != "_" && !strings.Contains(program, name+".") {
			t.Errorf("%s: without its example it does not use %s", file, name)
		}
	}
	return program
}
