package script

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/build"
	"go/format"
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

var update = flag.Bool("update", false, "write the golden files")

var created = time.Date(2026, 11, 22, 16, 40, 12, 0, time.UTC)

func TestGolden(t *testing.T) {
	price := schema.Int("price").Column()
	products := schema.NewTable("products", schema.BigInt("id").PrimaryKey().AutoIncrement(), schema.String("name", 50))
	for name, f := range map[string]File{
		"initial": {
			ID: "b9198aca3963", Message: "initial migration", Created: created,
			Upgrade:   []op.Op{op.CreateTable{Table: products}},
			Downgrade: []op.Op{op.DropTable{Table: products}},
		},
		"price": {
			ID: "7ad34929a0f2", Revises: []string{"b9198aca3963"}, Message: "add price column",
			Created:   created.In(time.FixedZone("elsewhere", 3600)),
			Upgrade:   []op.Op{op.AddColumn{Table: "products", Column: price}},
			Downgrade: []op.Op{op.DropColumn{Table: "products", Column: price}},
		},
		"empty": {ID: "1", Created: created},
		"merge": {
			ID: "3", Revises: []string{"1", "2"}, DependsOn: []string{"0"}, Labels: []string{"orders"},
			Message: "*/ `x` \"y\"\n//go:build ignore\r\nimport \"C\"", Created: created,
			Upgrade:      []op.Op{op.Exec{SQL: schema.Expr("DELETE FROM schema")}},
			Irreversible: "SQL written by hand\nhas no inverse",
		},
		"operations": {ID: "4", Message: "every operation", Created: created, Upgrade: examples()},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Source(f)
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestEveryOperation holds that examples has every operation of the closed set
// that has a source.
func TestEveryOperation(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../op/op.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{"Run": true}
	for _, o := range examples() {
		have[strings.TrimPrefix(fmt.Sprintf("%T", o), "op.")] = true
	}
	count := 0
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "isOp" {
			count++
			if name := f.Recv.List[0].Type.(*ast.Ident).Name; !have[name] {
				t.Errorf("no example of %s", name)
			}
		}
	}
	if count == 0 {
		t.Error("no operations found")
	}
}

func TestRefused(t *testing.T) {
	_, err := Source(File{Upgrade: []op.Op{op.Run{Name: "fill prices"}, op.CreateTable{Table: schema.Table{Name: "odd", Unsupported: "it is odd"}}}})
	want := "upgrade: operation 1: run \"fill prices\": a Go function cannot be written as source\n" +
		"operation 2: table \"odd\" cannot be written: it is odd"
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	if _, err = Source(File{Downgrade: []op.Op{op.Run{}}}); err == nil || !strings.HasPrefix(err.Error(), "downgrade: ") {
		t.Errorf("got %v", err)
	}
}

// lawRevisions is many revisions with every operation, every property and
// every nasty text in every place.
func lawRevisions() []File {
	r := random{rand.New(rand.NewPCG(1, 2))}
	files := []File{{Upgrade: examples(), Downgrade: byName(examples())}}
	for _, text := range append([]string{"support windows", "add test", "fix arm64", "linux amd64", ""}, nasty...) {
		f := File{Message: text, Revises: []string{text}, Labels: []string{text, "x"}, DependsOn: []string{text}}
		for range 12 {
			f.Upgrade = append(f.Upgrade, r.op())
			f.Downgrade = append(f.Downgrade, r.op())
		}
		f.Upgrade = append(f.Upgrade, op.Exec{SQL: schema.Expr(text)}, op.CreateTable{Table: schema.NewTable(text,
			schema.String(text, 0).NotNull().PrimaryKey().Default(text).DefaultOn(schema.MySQL, text).Comment(text),
			schema.Native("n", text).DefaultLiteral(text),
			schema.Int("e").DefaultExpr(text))})
		files = append(files, f)
	}
	for i := range files {
		files[i].ID = fmt.Sprintf("%012d", i)
		files[i].Created = created.Add(time.Duration(i) * time.Second)
	}
	return files
}

// recorded is what the program of TestLaw prints of a revision.
type recorded struct {
	Revises, DependsOn, Labels []string
	Message, Created           string
	Up, Down                   json.RawMessage
	UpGo, DownGo               string // exact: JSON has no invalid UTF-8, and no nil
	Source                     string
}

// TestLaw compiles generated source with the Go compiler and runs it: it must
// record what it was made from.
func TestLaw(t *testing.T) {
	files := lawRevisions()
	dir := t.TempDir()
	migrations := filepath.Join(dir, "migrations")
	if _, err := Init(migrations); err != nil {
		t.Fatal(err)
	}
	fileNames := map[string]string{}
	for _, f := range files {
		src, err := Source(f)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := format.Source(src); err != nil || !bytes.Equal(src, again) {
			t.Errorf("revision %s is not gofmt-ed: %v", f.ID, err)
		}
		fileNames[f.ID] = FileName(f.Created, f.ID, f.Message)
		if err := Write(migrations, fileNames[f.ID], src); err != nil {
			t.Fatal(err)
		}
	}
	got := runLawProgram(t, dir)
	for _, f := range files {
		g, ok := got[f.ID]
		if !ok {
			t.Errorf("revision %s (%s) is not in the history", f.ID, fileNames[f.ID])
			continue
		}
		want := recorded{
			Revises: f.Revises, DependsOn: f.DependsOn, Labels: f.Labels, Message: f.Message, Created: f.Created.Format(time.RFC3339),
			Up: marshal(t, byName(f.Upgrade)), Down: marshal(t, byName(f.Downgrade)),
			UpGo: fmt.Sprintf("%#v", byName(f.Upgrade)), DownGo: fmt.Sprintf("%#v", byName(f.Downgrade)),
			Source: fileNames[f.ID] + ":",
		}
		g.Source = g.Source[:strings.Index(g.Source, ":")+1]
		if want.Message == "\xff\xfe" { // JSON cannot carry it
			want.Message, want.Revises, want.DependsOn, want.Labels = g.Message, g.Revises, g.DependsOn, g.Labels
		}
		if diff := cmp.Diff(want, g); diff != "" {
			t.Errorf("revision %s, message %q (-want +got):\n%s", f.ID, f.Message, diff)
		}
	}
	if len(got) != len(files) {
		t.Errorf("%d revisions, want %d", len(got), len(files))
	}
}

const lawProgram = `package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/whimbreldb/whimbrel/op"
	"laws/migrations"
)

func main() {
	out := map[string]map[string]any{}
	for _, r := range migrations.History.Revisions() {
		up, down := op.Record(r.Upgrade), op.Record(r.Downgrade)
		upJSON, _ := op.Marshal(up)
		downJSON, _ := op.Marshal(down)
		out[r.ID] = map[string]any{
			"Revises": r.Revises, "DependsOn": r.DependsOn, "Labels": r.Labels, "Message": r.Message, "Created": r.Created,
			"Up": json.RawMessage(upJSON), "Down": json.RawMessage(downJSON), "Source": r.Source(),
			"UpGo": fmt.Sprintf("%#v", up), "DownGo": fmt.Sprintf("%#v", down),
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		panic(err)
	}
}
`

func runLawProgram(t *testing.T, dir string) map[string]recorded {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	root := filepath.Dir(filepath.Dir(here))
	for name, text := range map[string]string{
		"main.go": lawProgram,
		"go.mod": "module laws\n\ngo 1.25.0\n\nrequire github.com/whimbreldb/whimbrel v0.0.0\n\n" +
			"replace github.com/whimbreldb/whimbrel => " + strconv.Quote(root) + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "run", "-gcflags=laws/...=-N -l", "-ldflags=-s -w", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go run: %v\n%s", err, stderr.String())
	}
	var got map[string]recorded
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	return got
}

func marshal(t *testing.T, ops []op.Op) json.RawMessage {
	t.Helper()
	data, err := op.Marshal(ops)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// FuzzSource holds that no text breaks out of its place in the source.
func FuzzSource(f *testing.F) {
	for i, text := range nasty {
		f.Add(text, nasty[len(nasty)-1-i], nasty[(i*7)%len(nasty)], uint64(i))
	}
	f.Fuzz(func(t *testing.T, message, why, name string, seed uint64) {
		r := random{rand.New(rand.NewPCG(seed, 0))}
		in := File{
			ID: name, Message: message, Irreversible: why,
			Upgrade: []op.Op{op.Exec{SQL: schema.Expr(name)}, op.AddColumn{Table: name, Column: schema.Native(message, why).Default(name).Column()}, r.op()},
		}
		src, err := Source(in)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(src, []byte("package migrations\n\nimport (\n")) {
			t.Fatalf("something is in front of the package clause:\n%s", src)
		}
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", src, parser.ParseComments)
		if err != nil {
			t.Fatalf("%v\n%s", err, src)
		}
		comments := 1
		if why != "" {
			comments = 2
		}
		if len(file.Comments) != comments || len(file.Decls) != 2 || len(file.Imports) > 2 {
			t.Fatalf("%d comments, %d declarations, %d imports:\n%s", len(file.Comments), len(file.Decls), len(file.Imports), src)
		}
		for _, c := range file.Comments {
			if text := c.List[0].Text; len(c.List) != 1 || !strings.HasPrefix(text, "// ") || strings.HasPrefix(text, "// +build") {
				t.Fatalf("comment %q", text)
			}
		}
		if ast.IsGenerated(file) {
			t.Fatalf("looks generated:\n%s", src)
		}
		if got := stringField(t, file, "Message"); got != message {
			t.Fatalf("message %q, want %q", got, message)
		}
		if got := stringField(t, file, "ID"); got != name {
			t.Fatalf("id %q, want %q", got, name)
		}
	})
}

func stringField(t *testing.T, file *ast.File, name string) (out string) {
	t.Helper()
	found := false
	ast.Inspect(file, func(n ast.Node) bool {
		if kv, ok := n.(*ast.KeyValueExpr); ok && !found && kv.Key.(*ast.Ident).Name == name {
			found = true
			var err error
			if out, err = strconv.Unquote(kv.Value.(*ast.BasicLit).Value); err != nil {
				t.Fatal(err)
			}
		}
		return !found
	})
	return out
}

func TestSlug(t *testing.T) {
	for message, want := range map[string]string{
		"":                  "revision",
		"   ":               "revision",
		"日本語":               "revision",
		"initial migration": "initial_migration",
		"Add Price Column!": "add_price_column",
		"support windows":   "support_windows_revision",
		"add test":          "add_test_revision",
		"fix arm64":         "fix_arm64_revision",
		"linux amd64":       "linux_amd64_revision",
		"Windows":           "windows_revision",
		"test":              "test_revision",
		"../../etc/passwd":  "etc_passwd",
		"a\nb\x00c":         "a_b_c",
		"CON":               "con",
		"protest":           "protest",
		"a very long message about the price column of the table": "a_very_long_message_about_the_price",
		strings.Repeat("x", 300):                                  strings.Repeat("x", 40),
		strings.Repeat("x", 33) + " windows":                      strings.Repeat("x", 33),
		strings.Repeat("x", 32) + " windows":                      strings.Repeat("x", 31) + "_revision",
		strings.Repeat("x", 20) + " on windows":                   strings.Repeat("x", 20) + "_on_windows_revision",
	} {
		if got := Slug(message); got != want {
			t.Errorf("Slug(%q) = %q, want %q", message, got, want)
		}
	}
	if got, want := FileName(created.In(time.FixedZone("elsewhere", -7200)), "b9198aca3963", "initial migration"), "20261122T164012_b9198aca3963_initial_migration.go"; got != want {
		t.Errorf("FileName: %q, want %q", got, want)
	}
	if got, want := FileName(created, "../a b", "x"), "20261122T164012_.._a_b_x.go"; got != want {
		t.Errorf("FileName: %q, want %q", got, want)
	}
}

// TestSpecial compares our list with what the toolchain knows, and asks
// go/build whether it would really take the files.
func TestSpecial(t *testing.T) {
	out, err := exec.Command("go", "tool", "dist", "list").Output()
	if err != nil {
		t.Fatal(err)
	}
	words := strings.FieldsFunc(string(out), func(r rune) bool { return r == '/' || r == '\n' })
	if len(words) < 20 {
		t.Fatalf("only %d systems and architectures", len(words))
	}
	dir := t.TempDir()
	words = append(words, "test")
	for word := range special {
		words = append(words, word)
	}
	for _, word := range words {
		if !special[word] {
			t.Errorf("%q is not in the list", word)
		}
		for _, message := range []string{word, "add " + word, "linux " + word, word + " amd64"} {
			name := FileName(created, "1", message)
			if err := os.WriteFile(filepath.Join(dir, name), []byte("package migrations\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			ctx := build.Context{GOOS: "none", GOARCH: "none", Compiler: "gc"}
			if ok, err := ctx.MatchFile(dir, name); err != nil || !ok {
				t.Errorf("go build would leave out %s: %v", name, err)
			}
			if strings.HasSuffix(name, "_test.go") {
				t.Errorf("go build would leave out %s", name)
			}
		}
	}
}

func FuzzSlug(f *testing.F) {
	for _, text := range nasty {
		f.Add(text)
	}
	f.Add("support windows")
	f.Add(strings.Repeat("a ", 30) + "test")
	f.Fuzz(func(t *testing.T, message string) {
		slug := Slug(message)
		if slug == "" || len(slug) > maxSlug || strings.Trim(slug, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			t.Fatalf("Slug(%q) = %q", message, slug)
		}
		if slug[0] == '_' || strings.HasSuffix(slug, "_") || special[slug[strings.LastIndexByte(slug, '_')+1:]] {
			t.Fatalf("Slug(%q) = %q", message, slug)
		}
		if again := Slug(slug); again != slug {
			t.Fatalf("Slug(%q) = %q, and of that %q", message, slug, again)
		}
	})
}

func TestHash(t *testing.T) {
	const want = "v1:"
	got := Hash(examples())
	if !strings.HasPrefix(got, want) || len(got) != len(want)+32 {
		t.Errorf("hash %q", got)
	}
	seen := map[string]op.Op{}
	for _, o := range examples() {
		h := Hash([]op.Op{o})
		if other, ok := seen[h]; ok {
			t.Errorf("%v and %v have one hash", o, other)
		}
		seen[h] = o
	}
	// A hash is stored in databases: it must never change.
	if got, want := Hash(nil), "v1:4f53cda18c2baa0c0354bb5f9a3ecbe5"; got != want {
		t.Errorf("hash of nothing is %s, want %s", got, want)
	}
	price := op.AddColumn{Table: "products", Column: schema.Int("price").Column()}
	if got, want := Hash([]op.Op{price}), "v1:566ed9da651c1cc1d29459b508b13ac7"; got != want {
		t.Errorf("hash of a column is %s, want %s", got, want)
	}
}
