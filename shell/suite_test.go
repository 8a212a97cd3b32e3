package shell_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/shell"
	"github.com/whimbreldb/whimbrel/shell/link"
)

// An input of a suite, under the heading of what it is about.
type input struct {
	feature, text string
	void          bool // its last expression is a call without a value
	line          int
}

// readSuite reads the inputs of a file. "// two values", or another number,
// behind a list of expressions shows each of them; "// no value" says that
// there is nothing to show.
func readSuite(t testing.TB, file string) []input {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	values := regexp.MustCompile(`^(.*?)\s*// (\w+) values?$`)
	var out []input
	feature, text := "", ""
	for n, line := range strings.Split(strings.TrimRight(string(b), "\n"), "\n") {
		if h, ok := strings.CutPrefix(line, "## "); ok {
			feature = h
			continue
		}
		in := input{feature: feature, line: n + 1}
		m := values.FindStringSubmatch(line)
		if m != nil {
			line = m[1]
		}
		text += line + "\n"
		if shell.Incomplete(text) {
			continue
		}
		in.text, text = strings.TrimSpace(text), ""
		switch {
		case m != nil && m[2] == "no":
			in.void = true
		case m != nil:
			at := lastPart(in.text)
			in.text, in.void = in.text[:at]+"show("+in.text[at:]+")", true
		}
		out = append(out, in)
	}
	return out
}

// lastPart is where the last statement of a line begins.
func lastPart(text string) int {
	var sc scanner.Scanner
	fs := token.NewFileSet()
	f := fs.AddFile("", fs.Base(), len(text))
	sc.Init(f, []byte(text), nil, 0)
	depth, at := 0, 0
	for {
		pos, tok, lit := sc.Scan()
		switch tok {
		case token.EOF:
			return at
		case token.LBRACE, token.LPAREN, token.LBRACK:
			depth++
		case token.RBRACE, token.RPAREN, token.RBRACK:
			depth--
		case token.SEMICOLON:
			if depth == 0 && lit == ";" {
				at = f.Offset(pos) + 1
			}
		}
	}
}

const separator = "=== input "

var programDir string // to be removed

// program is the folder of a module with the package main that inputs are
// evaluated in, and a shell linked to it, which reads inputs as JSON.
var program = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "whim shell é"); err != nil {
		return "", err
	}
	programDir = dir
	root, err := filepath.Abs("..")
	if err != nil {
		return dir, err
	}
	sum, err := os.ReadFile("../go.sum")
	if err != nil {
		return dir, err
	}
	source, err := os.ReadFile("testdata/main.go.txt")
	if err != nil {
		return dir, err
	}
	mod := fmt.Sprintf("module suite\n\ngo 1.25.0\n\nrequire github.com/whimbreldb/whimbrel v0.0.0\n\nreplace github.com/whimbreldb/whimbrel => %q\n", root)
	for name, text := range map[string]string{
		"go.mod": mod, "go.sum": string(sum), "main.go": string(source), "run.go": "package main\n\nfunc main() {}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return dir, err
		}
	}
	os.Setenv("GOFLAGS", "-mod=mod -buildvcs=false")
	os.Setenv("GOWORK", "off")
	out := filepath.Join(dir, "out")
	if err := os.Mkdir(out, 0o755); err != nil {
		return dir, err
	}
	err = link.Write(context.Background(), link.Options{
		Dir: dir, Out: out,
		Imports: []string{`"bufio"`, `"context"`, `"encoding/json"`, `"fmt"`, `"os"`},
		Init: `
	var cfg shell.Config
	b, err := os.ReadFile(shellManifest)
	if err == nil {
		err = json.Unmarshal(b, &cfg.Manifest)
	}
	cfg.Table, cfg.Out, cfg.Err = shellTable, os.Stdout, os.Stdout
	cfg.Values = map[string]any{"given": &total}
	s, err2 := shell.New(cfg)
	if err != nil || err2 != nil {
		panic(fmt.Sprint(err, err2))
	}
	l := &shell.Loop{Session: s, Out: os.Stdout, Err: os.Stdout}
	n := 0
	for sc := bufio.NewScanner(os.Stdin); sc.Scan(); n++ {
		var text string
		if err := json.Unmarshal(sc.Bytes(), &text); err != nil {
			panic(err)
		}
		fmt.Printf("\n` + separator + `%d\n", n)
		if err := l.Do(context.Background(), text); err != nil {
			fmt.Println("ERROR", err)
		}
	}
	os.Exit(0)`,
	})
	if err != nil {
		return dir, err
	}
	cmd := exec.Command("go", "build", "-ldflags=-s -w", "-overlay", filepath.Join(out, "overlay.json"), "-o", filepath.Join(dir, "shell"), ".")
	cmd.Dir = dir
	if b, err := cmd.CombinedOutput(); err != nil {
		return dir, fmt.Errorf("%w\n%s", err, b)
	}
	return dir, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if programDir != "" {
		os.RemoveAll(programDir)
	}
	os.Exit(code)
}

// evaluate gives inputs to the shell, and returns what each has printed.
func evaluate(t *testing.T, inputs []string) []string {
	t.Helper()
	dir, err := program()
	if err != nil {
		t.Fatal(err)
	}
	var in bytes.Buffer
	for _, text := range inputs {
		if err := json.NewEncoder(&in).Encode(text); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(filepath.Join(dir, "shell"))
	cmd.Dir, cmd.Stdin = dir, &in
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return parts(string(out))
}

func parts(out string) []string {
	var all []string
	for i, p := range strings.Split(out, "\n"+separator) {
		if i > 0 {
			_, text, _ := strings.Cut(p, "\n")
			all = append(all, strings.TrimRight(text, " \n"))
		}
	}
	return all
}

// compile makes a program of the inputs and runs it.
func compile(t *testing.T, name string, inputs []input) []string {
	t.Helper()
	dir, err := program()
	if err != nil {
		t.Fatal(err)
	}
	sub := filepath.Join(dir, name)
	if err := os.Mkdir(sub, 0o755); err != nil {
		t.Fatal(err)
	}
	base, err := os.ReadFile(filepath.Join(dir, "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(sub, "main.go"), base, 0o644); err != nil {
		t.Fatal(err)
	}
	var decls, body strings.Builder
	for n, in := range inputs {
		fmt.Fprintf(&body, "fmt.Print(\"\\n%s%d\\n\")\n", separator, n)
		if isDecl(in.text) {
			decls.WriteString(in.text + "\n")
			continue
		}
		body.WriteString(asStatements(t, in) + "\n")
	}
	text := "package main\n\nIMPORTS\n\n" + decls.String() + "\nfunc main() {\n" + body.String() + "}\n"
	text = strings.Replace(text, "IMPORTS", importsOf(t, filepath.Join(dir, "out", "manifest.json"), text), 1)
	if err := os.WriteFile(filepath.Join(sub, "run.go"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "run", "./"+name)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return parts(string(out))
}

func isDecl(text string) bool {
	if strings.HasPrefix(text, "const") { // also at the top, where functions see them
		return true
	}
	f, err := parser.ParseFile(token.NewFileSet(), "", "package p;"+text, parser.SkipObjectResolution)
	return err == nil && len(f.Decls) > 0 && !strings.HasPrefix(text, "var")
}

// asStatements makes of an input statements of a function: its last expression
// is shown, and what it declares is used.
func asStatements(t *testing.T, in input) string {
	t.Helper()
	const head = "package p;func _() {"
	fs := token.NewFileSet()
	f, err := parser.ParseFile(fs, "", head+in.text+"\n}", parser.SkipObjectResolution)
	if err != nil {
		t.Fatalf("line %d: %v", in.line, err)
	}
	list := f.Decls[0].(*ast.FuncDecl).Body.List
	text, uses := in.text, ""
	var declares []string
	for _, st := range list {
		switch st := st.(type) {
		case *ast.AssignStmt:
			for _, l := range st.Lhs {
				if id, ok := l.(*ast.Ident); ok && st.Tok == token.DEFINE && id.Name != "_" {
					declares = append(declares, id.Name)
				}
			}
		case *ast.DeclStmt:
			for _, sp := range st.Decl.(*ast.GenDecl).Specs {
				if vs, ok := sp.(*ast.ValueSpec); ok {
					for _, id := range vs.Names {
						declares = append(declares, id.Name)
					}
				}
			}
		}
	}
	for _, d := range slices.Compact(declares) {
		uses += "; _ = " + d
	}
	if e, ok := list[len(list)-1].(*ast.ExprStmt); ok && !in.void && !prints(e.X) {
		at := fs.Position(e.Pos()).Offset - len(head)
		text = text[:at] + "show(" + text[at:] + ")"
	}
	if len(declares) == 0 {
		return "func() { " + text + " }()" // what it defers runs at its end
	}
	return text + uses
}

func prints(e ast.Expr) bool {
	c, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	s, ok := c.Fun.(*ast.SelectorExpr)
	return ok && (strings.HasPrefix(s.Sel.Name, "Print") || strings.HasPrefix(s.Sel.Name, "Fprint"))
}

func importsOf(t *testing.T, manifest, text string) string {
	t.Helper()
	b, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	var m shell.Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	f, err := parser.ParseFile(token.NewFileSet(), "", strings.Replace(text, "IMPORTS", "", 1), 0)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, id := range f.Unresolved {
		if path, ok := m.Names[id.Name]; ok && path != "" {
			fmt.Fprintf(&out, "import %s %q\n", id.Name, path)
			m.Names[id.Name] = ""
		}
	}
	return out.String()
}

// TestBothWays: each input of the suites prints the same when it is evaluated
// and when it is compiled.
func TestBothWays(t *testing.T) {
	files, err := filepath.Glob("testdata/suites/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			inputs := readSuite(t, file)
			texts := make([]string, len(inputs))
			for i, in := range inputs {
				texts[i] = in.text
			}
			got, want := evaluate(t, texts), compile(t, name, inputs)
			if len(got) != len(inputs) || len(want) != len(inputs) {
				t.Fatalf("%d inputs, %d were evaluated, %d compiled", len(inputs), len(got), len(want))
			}
			for i, in := range inputs {
				if d := cmp.Diff(want[i], got[i]); d != "" {
					t.Errorf("%s:%d: %s\n(-compiled +evaluated)\n%s", file, in.line, in.text, d)
				}
			}
		})
	}
}
