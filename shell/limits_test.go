package shell_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/shell"
)

// A case is an input and what the shell says; "" is nothing.
type talk struct{ in, out string }

// mistakes are inputs that are wrong, or fail: each says why, and the session
// goes on.
var mistakes = []talk{
	{`x := undefinedThing`, `ERROR 1:6: undefined: undefinedThing`},
	{`x`, `ERROR 1:1: undefined: x`},
	{`var u user; u.Nope`, `ERROR 1:15: u.Nope undefined (type user has no field or method Nope)`},
	{`u`, `ERROR 1:1: undefined: u`},
	{`var n int = "a"`, `ERROR 1:13: cannot use "a" (untyped string constant) as int value in variable declaration`},
	{"if true {\n\tfmt.Println(1)\n\tnope()\n}", `ERROR 3:2: undefined: nope`},
	{`)`, `ERROR 1:1: expected statement, found ')'`},
	{`"unterminated`, `ERROR 1:1: string literal not terminated`},
	{`uint8(200) + 100`, `ERROR 1:1: uint8(200) + 100 (constant 300 of type uint8) overflows uint8`},
	{`1 / 0`, `ERROR 1:5: invalid operation: division by zero`},
	{`y := 1; y := 2`, `ERROR 1:11: no new variables on left side of :=`},
	{`y`, `ERROR 1:1: undefined: y`},
	{`import "archive/zip"`, `ERROR package archive/zip is not linked into this shell; to link it: :import archive/zip`},
	{`import "no/such"`, `ERROR package no/such is not linked into this shell; to link it: :import no/such`},
	{`:nope`, `ERROR there is no command :nope; :help lists them`},
	{`:import archive/zip`, `ERROR only a shell on a terminal is built again for that: import archive/zip in a file of the program`},
	{`func (u user) Shout() {}`, `ERROR 1:9: the shell can add methods to types of its own only, not to user`},
	{`func (z zzz) Shout() {}`, `ERROR 1:9: undefined: zzz`},
	{`type later struct{ A int }`, ``},
	{`func (l later) A() {}`, `ERROR 1:16: field and method with the same name A`},
	{`func (l later) B() int { return l.A }`, ``},
	{`func (l later) B() string { return "" }`, `ERROR 1:16: method later.B is there already, with another signature; to change it, declare the type again`},
	{`func (l later) B() int { return l.A + 1 }`, ``},
	{`later{1}.B()`, `2`},
	{`[]int{1}[5:]`, `ERROR panic: runtime error: slice bounds out of range [5:1] (at 1:1)`},
	{`var np *user; np.Name`, `ERROR panic: runtime error: invalid memory address or nil pointer dereference (at 1:15)`},
	{`panic("boom")`, `ERROR panic: boom (at 1:1)`},
	{`k := 1; panic(k); l := 2; _ = l`, `ERROR panic: 1 (at 1:9)`},
	{`k`, `1`},
	{`l`, `ERROR 1:1: undefined: l`},
	{"func deep(n int) int {\n\tif n == 0 {\n\t\tpanic(\"at the bottom\")\n\t}\n\treturn deep(n-1)\n}", ``},
	{`deep(3)`, `ERROR panic: at the bottom (at input 29, 3:3)`},
	{`var none []int; deep(none[1])`, `ERROR panic: runtime error: index out of range [1] with length 0 (at 1:17)`},
	{`func forever(n int) int { return forever(n+1) + 1 }`, ``},
	{`forever(0)`, `ERROR panic: stack overflow: forever is 60000 calls deep (at input 32, 1:27)`},
	{`var f func(); f = func() { f() }; f()`, `ERROR panic: stack overflow: a function literal is 15000 calls deep (at 1:35)`},
	{`go func() { panic("alone") }(); time.Sleep(300 * time.Millisecond)`, `in a goroutine: panic: alone (at 1:13)`},
	{`strconv.Atoi("x")`, `error: strconv.Atoi: parsing "x": invalid syntax`},
	{`strconv.Atoi("5")`, `5, nil`},
	{`errors.New("an error"); 5`, "error: an error\n5"},
	{"errors.New(\"\\x1b]0;title\\a\\r\\xff, é\\n世\")", `error: \x1b]0;title\a\r\xff, é` + "\n世"},
	{"panic(\"\\x1b[2J\")", `ERROR panic: \x1b[2J (at 1:1)`},
	{"type loud struct{}; func (loud) String() string { return \"\\x1b[31m\" }", ``},
	{"[]loud{{}}", `[\x1b[31m]`},
	{"var esc int = \"\x1b[31m\"", `ERROR 1:15: cannot use "\x1b[31m" (untyped string constant "\x1b[31m") as int value in variable declaration`},
	{"ctx, cancel := context.WithCancel(context.Background())\ndefer cancel()\nctx.Err()", `nil`},
	{"loop:\nfor {\n\tfor {\n\t\tbreak loop\n\t}\n}", ``},
	{`runtime.Goexit()`, ``},
	{`"still here"`, `"still here"`},
	{`var huge []byte; _ = huge[:1<<40]`, `ERROR panic: runtime error: slice bounds out of range [:1099511627776] with capacity 0 (at 1:18)`},
	{`minus := -1; make([]int, minus)`, `ERROR panic: runtime error: makeslice: len out of range (at 1:14)`},
	{`*given = 7; total`, `7`},
	{`1 << 100`, `1267650600228229401496703205376`},
	{`:type total + 1`, `int`},
	{`:type nope`, `ERROR 1:1: undefined: nope`},
	{`user`, `ERROR 1:1: user (type) is not an expression`},
	{`fmt`, `ERROR 1:1: undefined: fmt`},
	{`fmt.Println`, `func(...interface {}) (int, error)`},
	{`return`, ``},
	{`type Loop struct{ next *Loop; v int }; lp := &Loop{v: 1}; lp.next = lp; lp`, `&main.Loop{next: &…, v: 1}`},
	{`func twice(x int) int { return x * 2 }`, ``},
	{`func four(x int) int { return twice(twice(x)) }`, ``},
	{`func twice(x int) int { return x * 10 }`, ``},
	{`four(1)`, `100`},
	{`fmt.Println`, `func(...interface {}) (int, error)`},
	{`package main`, ``},
	{"package main\n\nimport \"fmt\"\n\nfunc pasted() { fmt.Println(\"pasted\") }", ``},
	{`pasted()`, `pasted`},
}

// differences are what the shell does otherwise than a compiled program, as
// the README says.
var differences = []talk{
	{`type pt struct{ X int }; fmt.Printf("%T\n", pt{})`, "struct { X int \"shell:\\\"pt·1\\\"\" }"},
	{`func() (ok bool) { defer func() { _, ok = recover().(*runtime.TypeAssertionError) }(); _ = any("s").(int); return }()`, `false`},
	{`type tag int; func (tag) MarshalText() ([]byte, error) { return []byte("h"), nil }`, ``},
	{`b, _ := json.Marshal(map[string]tag{"k": 1}); string(b)`, `"{\"k\":1}"`},
}

func TestMistakes(t *testing.T) { converse(t, mistakes) }

func TestDifferences(t *testing.T) { converse(t, differences) }

func converse(t *testing.T, talks []talk) {
	t.Helper()
	inputs := make([]string, len(talks))
	for i, c := range talks {
		inputs[i] = c.in
	}
	got := evaluate(t, inputs)
	if len(got) != len(talks) {
		t.Fatalf("%d answers to %d inputs", len(got), len(talks))
	}
	for i, c := range talks {
		if d := cmp.Diff(c.out, got[i]); d != "" {
			t.Errorf("%s\n(-want +got)\n%s", c.in, d)
		}
	}
}

// session is one in this process: with no package but its own, empty one.
func session(tb testing.TB, out *bytes.Buffer) *shell.Session {
	tb.Helper()
	s, err := shell.New(shell.Config{Table: new(shell.Table), Manifest: shell.Manifest{Main: "p"}, Out: out, Err: out})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// TestInterrupt: an input that does not end is stopped, and so is a goroutine
// that it has started, also one that waits.
func TestInterrupt(t *testing.T) {
	for _, in := range []string{
		"for {}", "for { func() {}() }", "func() { for { defer func() { recover() }() } }()", "<-make(chan int)",
		"select {}", "l: goto l", "for range func(yield func() bool) { for yield() {} } {}", "make(chan int) <- 1",
		"func() { defer func() { for {} }(); for {} }()",
	} {
		t.Run(in, func(t *testing.T) {
			s := session(t, new(bytes.Buffer))
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(20*time.Millisecond, cancel)
			if err := s.Eval(ctx, in); !errors.Is(err, shell.ErrInterrupted) || errors.Is(err, shell.ErrLeftBehind) {
				t.Errorf("%v", err)
			}
			if err := s.Eval(context.Background(), "x := 1; _ = x"); err != nil {
				t.Errorf("and then: %v", err)
			}
		})
	}
}

// TestStop: goroutines that run on are stopped when somebody says so.
func TestStop(t *testing.T) {
	s := session(t, new(bytes.Buffer))
	if err := s.Eval(context.Background(), "done := make(chan int, 3); go func() { defer func() { done <- 1 }(); for {} }(); go func() { <-make(chan int) }()"); err != nil {
		t.Fatal(err)
	}
	if n := s.Stop(); n != 2 {
		t.Errorf("%d goroutines", n)
	}
}

// TestLargeInput: a line of ten megabytes is an input like any other.
func TestLargeInput(t *testing.T) {
	var out bytes.Buffer
	s := session(t, &out)
	l := &shell.Loop{Session: s, Out: &out, Err: &out}
	line := `len("` + strings.Repeat("a", 10<<20) + `")`
	if err := l.Run(context.Background(), strings.NewReader(line+"\n1 + 1\n")); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff("10485760\n2\n", out.String()); d != "" {
		t.Error(d)
	}
	err := l.Do(context.Background(), strings.Repeat("(", 1<<20))
	if err == nil {
		t.Error("a million brackets are no input")
	}
}

// TestRun: what is not typed ends with the first failure.
func TestRun(t *testing.T) {
	var out bytes.Buffer
	l := &shell.Loop{Session: session(t, &out), Out: &out, Err: &out}
	err := l.Run(context.Background(), strings.NewReader("x := 2\nfor i := range 2 {\n\tx += i\n}\nx\nnope\nx = 5; x\n"))
	if err == nil || err.Error() != "6:1: undefined: nope" {
		t.Errorf("%v", err)
	}
	if d := cmp.Diff("3\n", out.String()); d != "" {
		t.Error(d)
	}
	if err := l.Run(context.Background(), strings.NewReader("x\nexit()\nnope\n")); err != nil {
		t.Errorf("after exit(): %v", err)
	}
}

// TestRunSaysWhere: a place is that of the whole text, of an error, of a panic,
// and of what has no place of its own.
func TestRunSaysWhere(t *testing.T) {
	for in, want := range map[string]string{
		"y := 1\n\n_ = y\ny.x\n":                  "4:3: y.x undefined (type int has no field or method x)",
		"func f() {\n\tpanic(1)\n}\n_ = 2\nf()\n": "panic: 1 (at 2:2)",
		"_ = 1\nimport \"no/such\"\n":             "line 2: package no/such is not linked into this shell; to link it: :import no/such",
		"_ = 1\n\n:nope\n":                        "line 3: there is no command :nope; :help lists them",
		"_ = 1\nif true {\n\t)\n}\n":              "3:2: expected statement, found ')'",
		"loop:\nfor {\n\tfor {\n\t\tbreak loop\n\t}\n}\n\nagain:\n\n\n// once\nfor {\n\tbreak again\n}\nnope": "15:1: undefined: nope",
	} {
		var out bytes.Buffer
		l := &shell.Loop{Session: session(t, &out), Out: &out, Err: &out}
		if err := l.Run(context.Background(), strings.NewReader(in)); err == nil || err.Error() != want {
			t.Errorf("%s: %v", in, err)
		}
	}
}

// TestHelp: it says what the program gives.
func TestHelp(t *testing.T) {
	var out bytes.Buffer
	cfg := shell.Config{Table: new(shell.Table), Manifest: shell.Manifest{Main: "p"}, Out: &out, Values: map[string]any{"db": 1, "db_reports": []string{}}}
	s, err := shell.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	l := &shell.Loop{Session: s, Out: &out, Err: &out}
	if err := l.Do(context.Background(), ":help"); err != nil {
		t.Fatal(err)
	}
	if want := "\n  db          int\n  db_reports  []string\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("%s", out.String())
	}
}

func TestComplete(t *testing.T) {
	s := session(t, new(bytes.Buffer))
	for _, in := range []string{"type Fruit struct{ Name string; price int }", "func (f *Fruit) Near() bool { return true }", "fruit := &Fruit{}", "fruits := []Fruit{}", "func give() *Fruit { return fruit }"} {
		if err := s.Eval(context.Background(), in); err != nil {
			t.Fatal(err)
		}
	}
	for src, want := range map[string]string{
		"fru":           "fruit fruits",
		"fruit.N":       "fruit.Name fruit.Near",
		"x := fruit.pr": "fruit.price",
		"fruits[0].Ne":  "fruits[0].Near",
		"give().Na":     "give().Name",
		"nothing.":      "",
		"fruit..":       "",
		"app":           "append",
	} {
		_, got := s.Complete(src)
		var names []string
		for _, c := range got {
			names = append(names, c.Text)
		}
		if d := cmp.Diff(want, strings.Join(names, " ")); d != "" {
			t.Errorf("%s: %s", src, d)
		}
	}
}

// FuzzInput: no text makes the shell itself fail. It is compiled, as the body
// of a function, and not run.
func FuzzInput(f *testing.F) {
	for _, file := range []string{"language", "generics", "library"} {
		for _, in := range readSuite(f, "testdata/suites/"+file+".txt") {
			f.Add(in.text)
		}
	}
	for _, c := range mistakes {
		f.Add(c.in)
	}
	f.Fuzz(func(t *testing.T, src string) {
		s := session(t, new(bytes.Buffer))
		shell.Incomplete(src)
		s.Complete(src)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		for _, text := range []string{"func f() {\n" + src + "\n}", "type t " + src} {
			if err := s.Eval(ctx, text); err != nil && strings.Contains(err.Error(), "mistake in the shell") {
				t.Errorf("%q: %v", src, err)
			}
		}
	})
}
