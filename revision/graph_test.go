package revision

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGraphs reads testdata/graphs.txt, whose first lines say how it is written.
func TestGraphs(t *testing.T) {
	data, err := os.ReadFile("testdata/graphs.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(data), "\nname: ")
	for _, block := range strings.Split(text, "\nname: ") {
		name, body, _ := strings.Cut(block, "\n")
		t.Run(name, func(t *testing.T) { runBlock(t, body) })
	}
}

func runBlock(t *testing.T, body string) {
	var nodes []Node
	var checks []string
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		first, rest, _ := strings.Cut(line, " ")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasSuffix(first, ":"):
			nodes = append(nodes, parseNode(strings.TrimSuffix(first, ":"), rest))
		default:
			checks = append(checks, line)
		}
	}
	g, err := New(nodes)
	if err != nil {
		t.Fatal(err)
	}
	if len(checks) == 0 {
		t.Fatal("nothing is checked")
	}
	for _, line := range checks {
		verb, rest, _ := strings.Cut(line, " ")
		sep := ":"
		if verb == "range" {
			sep = " ="
		}
		i := strings.Index(rest, sep+" ")
		if i < 0 {
			i = strings.LastIndex(rest, sep)
		}
		if i < 0 {
			t.Fatalf("cannot read %q", line)
		}
		want := strings.TrimSpace(rest[i+len(sep):])
		if got := check(t, g, verb, strings.Fields(rest[:i])); got != want {
			t.Errorf("%s\n got %s", line, got)
		}
	}
}

func parseNode(id, rest string) Node {
	n := Node{ID: id, Source: id + ".go:1"}
	for _, f := range strings.Fields(rest) {
		switch f[0] {
		case '~':
			n.DependsOn = append(n.DependsOn, f[1:])
		case '#':
			n.Labels = append(n.Labels, f[1:])
		default:
			n.Down = append(n.Down, f)
		}
	}
	return n
}

func check(t *testing.T, g *Graph, verb string, args []string) string {
	t.Helper()
	join := func(ids []string, err error) string {
		if err != nil {
			return "! " + err.Error()
		}
		return strings.Join(ids, " ")
	}
	resolve := func(f func(applied []string, to Target) ([]string, error)) string {
		applied := appliedSet(t, g, args[0])
		to, err := g.Resolve(args[1], applied)
		if err != nil {
			return "! " + err.Error()
		}
		return join(f(applied, to))
	}
	switch verb {
	case "up":
		return resolve(func(applied []string, to Target) ([]string, error) { return g.Upgrade(applied, to.IDs) })
	case "down":
		return resolve(g.Downgrade)
	case "is":
		return resolve(func(_ []string, to Target) ([]string, error) { return []string{show(to)}, nil })
	case "heads":
		return join(g.AppliedHeads(appliedSet(t, g, args[0])), nil)
	case "between":
		return join(g.Between(appliedSet(t, g, args[0]), appliedSet(t, g, args[1])))
	case "stamp":
		return join(g.Closure(appliedSet(t, g, args[0])))
	case "range":
		r, err := g.ParseRange(args[1], appliedSet(t, g, args[0]))
		if err != nil {
			return "! " + err.Error()
		}
		return show(r.From) + " to " + show(r.To)
	case "graph":
		return join(property(t, g, args[0]), nil)
	}
	t.Fatalf("no such check: %q", verb)
	return ""
}

func property(t *testing.T, g *Graph, name string) []string {
	t.Helper()
	switch name {
	case "heads":
		return g.Heads()
	case "bases":
		return g.Bases()
	case "order":
		return g.Topological()
	case "branches":
		return slices.DeleteFunc(g.Topological(), func(id string) bool { return !g.IsBranchPoint(id) })
	case "merges":
		return slices.DeleteFunc(g.Topological(), func(id string) bool { return !g.IsMergePoint(id) })
	}
	t.Fatalf("no such property: %q", name)
	return nil
}

func show(t Target) string {
	s := strings.Join(t.IDs, " ")
	if t.IsBase() {
		s = "(base)"
		if t.Branch != "" {
			s += " of " + t.Branch
		}
	}
	return s
}

func appliedSet(t *testing.T, g *Graph, s string) []string {
	t.Helper()
	if s == "-" {
		return nil
	}
	rest, closed := strings.CutPrefix(s, "=")
	ids := strings.Split(rest, ",")
	if !closed {
		return ids
	}
	all, err := g.Closure(ids)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAccessors(t *testing.T) {
	g := mustNew(t, Node{ID: "a"}, Node{ID: "b", Down: []string{"a"}}, Node{ID: "c", Down: []string{"a", "a"}}, Node{ID: "d", Down: []string{"b"}, DependsOn: []string{"c"}})
	for _, tt := range []struct {
		what      string
		got, want []string
	}{
		{"children of a", g.Children("a"), []string{"b", "c"}},
		{"children of c", g.Children("c"), nil},
		{"children of nothing", g.Children("x"), nil},
		{"ancestors of d", g.Ancestors("d"), []string{"a", "b", "c"}},
		{"ancestors of a", g.Ancestors("a"), nil},
		{"ancestors of nothing", g.Ancestors("x"), nil},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.what, diff)
		}
	}
	if n, ok := g.Node("d"); !ok || n.ID != "d" || g.Len() != 4 || g.Has("x") || g.IsMergePoint("c") || g.IsBranchPoint("x") {
		t.Errorf("Node, Len, Has or IsMergePoint: %v %v %d", n, ok, g.Len())
	}
	if _, ok := g.Node("x"); ok {
		t.Error("there is no revision x")
	}
}

func TestUnknownAndGaps(t *testing.T) {
	g := mustNew(t, Node{ID: "ae1027a6acf1"}, Node{ID: "b", Down: []string{"ae1027a6acf1"}})
	want := []NotFoundError{{Symbol: "ae1027a6acf"}, {Symbol: "zzzzzzzz"}}
	want[0].Near = []string{"ae1027a6acf1"}
	got := g.Unknown([]string{"zzzzzzzz", "b", "ae1027a6acf", "zzzzzzzz"})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]GapError{{"b", []string{"ae1027a6acf1"}}}, g.Gaps([]string{"b"})); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}

// TestProblems holds that everything wrong with a graph is reported at once.
func TestProblems(t *testing.T) {
	_, err := New([]Node{
		{ID: "a", Source: "a.go:1"},
		{ID: "a", Source: "b.go:2"},
		{ID: "bad id", Source: "c.go:3"},
		{ID: "head", Source: "d.go:4"},
		{ID: "", Source: "e.go:5"},
		{ID: "b", Source: "f.go:6", Down: []string{"aa"}, DependsOn: []string{"nothing_like_it"}},
		{ID: "s", Source: "g.go:7", Down: []string{"s"}, DependsOn: []string{"s"}},
		{ID: "x1", Source: "h.go:8", Down: []string{"x3"}, Labels: []string{"one", "b", "no label"}},
		{ID: "x2", Source: "i.go:9", Down: []string{"x1"}, Labels: []string{"one"}},
		{ID: "x3", Source: "j.go:10", Down: []string{"a"}, DependsOn: []string{"x2"}},
		{ID: "x4", Source: "k.go:11", Down: []string{"x3"}},
	})
	want := []string{
		`c.go:3: revision id "bad id" has a character other than letters, digits, _ and .`,
		`d.go:4: revision id "head" is reserved`,
		`e.go:5: revision id "" is empty`,
		`revision id "a" is used 2 times: a.go:1, b.go:2`,
		`label "b" of revision x1 is the id of a revision: h.go:8, f.go:6`,
		`h.go:8: label "no label" has a character other than letters, digits, _ and .`,
		`label "one" is declared by several revisions: x1, x2`,
		`f.go:6: down revision "aa" of revision "b" does not exist; near: a`,
		`f.go:6: dependency "nothing_like_it" of revision "b" does not exist`,
		`g.go:7: revision "s" follows itself`,
		`g.go:7: revision "s" depends on itself`,
		`revisions form a cycle: x1 -> x3 -> x2 -> x1`,
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	finds[*NameError](t, err)
	finds[*MissingError](t, err)
	finds[*SelfReferenceError](t, err)
	finds[*LabelIsIDError](t, err)
	if e := finds[*DuplicateError](t, err); !slices.Equal(e.Sources, []string{"a.go:1", "b.go:2"}) {
		t.Errorf("duplicate: %+v", e)
	}
	if e := finds[*DuplicateLabelError](t, err); !slices.Equal(e.Sources, []string{"h.go:8", "i.go:9"}) {
		t.Errorf("duplicate label: %+v", e)
	}
	if e := finds[*CycleError](t, err); !slices.Equal(e.Sources, []string{"h.go:8", "j.go:10", "i.go:9"}) {
		t.Errorf("cycle: %+v", e)
	}
}

func finds[E error](t *testing.T, err error) (e E) {
	t.Helper()
	if !errors.As(err, &e) {
		t.Errorf("no %T in %v", e, err)
	}
	return e
}

func TestCycles(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   string
		want []string
	}{
		{"two revisions", "a:b b:a", []string{"a -> b -> a"}},
		{"a dependency", "a: b:a,~d c:b d:c", []string{"b -> d -> c -> b"}},
		{"dependencies alone", "a:~b b:~a", []string{"a -> b -> a"}},
		{"two cycles", "a:b b:a c:d d:c e:a,c", []string{"a -> b -> a", "c -> d -> c"}},
		{"the shortest one", "a:b,c b:c c:d,a d:b", []string{"a -> c -> a"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var nodes []Node
			for _, f := range strings.Fields(tt.in) {
				id, refs, _ := strings.Cut(f, ":")
				nodes = append(nodes, parseNode(id, strings.ReplaceAll(refs, ",", " ")))
			}
			_, err := New(nodes)
			if err == nil {
				t.Fatal("no error")
			}
			got := strings.Split(err.Error(), "\n")
			slices.Sort(got)
			for i := range got {
				got[i] = strings.TrimPrefix(got[i], "revisions form a cycle: ")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestErrorTypes holds that a caller can tell apart why a symbol fails.
func TestErrorTypes(t *testing.T) {
	g := mustNew(t, Node{ID: "base1"}, Node{ID: "left", Down: []string{"base1"}}, Node{ID: "right", Down: []string{"base1"}})
	resolve := func(symbol string, applied ...string) error {
		_, err := g.Resolve(symbol, applied)
		if err == nil {
			t.Errorf("%q resolves", symbol)
		}
		return err
	}
	if e := finds[*MultipleHeadsError](t, resolve("head")); e.Current || !slices.Equal(e.Heads, []string{"left", "right"}) {
		t.Errorf("%+v", e)
	}
	if e := finds[*MultipleHeadsError](t, resolve("-1", "base1", "left", "right")); !e.Current {
		t.Errorf("%+v", e)
	}
	if e := finds[*RangeError](t, resolve("left-3")); e.Want != 3 || e.Have != 2 {
		t.Errorf("%+v", e)
	}
	finds[*AmbiguousError](t, resolve("base1+1"))
	finds[*NotFoundError](t, resolve("lefts"))
	finds[*NotAncestorError](t, resolve("left@right"))
	finds[*SymbolError](t, resolve(""))
	_, err := g.Downgrade([]string{"base1"}, Target{IDs: []string{"left"}})
	if e := finds[*NotAppliedError](t, err); !slices.Equal(e.Current, []string{"base1"}) {
		t.Errorf("%+v", e)
	}
	_, err = g.Downgrade([]string{"base1"}, Target{IDs: []string{"base1"}, Branch: "nobody"})
	finds[*NotFoundError](t, err)
}

func mustNew(t testing.TB, nodes ...Node) *Graph {
	t.Helper()
	g, err := New(nodes)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func FuzzResolve(f *testing.F) {
	var nodes []Node
	for i := range 12 {
		n := Node{ID: fmt.Sprintf("ab%02d", i)}
		switch {
		case i == 6:
			n.Labels = []string{"side"}
		case i == 10:
			n.Down = []string{"ab05", "ab09"}
		case i > 0:
			n.Down = []string{fmt.Sprintf("ab%02d", i-1)}
		}
		nodes = append(nodes, n)
	}
	g := mustNew(f, nodes...)
	for _, s := range []string{"head", "heads", "base", "current", "+1", "-1", "ab0", "side@+2", "side@base", "ab05-2", "ab00:+3", ":", "-2:current", "a@b@c", "\x00", "+9223372036854775807"} {
		f.Add(s, uint16(0x3f))
	}
	f.Fuzz(func(t *testing.T, symbol string, mask uint16) {
		var applied []string
		for i, n := range nodes {
			if mask&(1<<i) != 0 {
				applied = append(applied, n.ID)
			}
		}
		applied, err := g.Closure(applied)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := g.ParseRange(symbol, applied); err == nil {
			_, _ = g.Between(r.From.IDs, r.To.IDs) // may refuse, must not panic
		}
		to, err := g.Resolve(symbol, applied)
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without text")
			}
			return
		}
		up, err := g.Upgrade(applied, to.IDs)
		if err != nil {
			t.Fatalf("upgrade to %v: %v", to, err)
		}
		if gaps := g.Gaps(append(slices.Clone(applied), up...)); gaps != nil {
			t.Fatalf("upgrade to %v leaves %v", to, gaps)
		}
		down, err := g.Downgrade(applied, to)
		if err != nil {
			return // not applied
		}
		rest := slices.DeleteFunc(slices.Clone(applied), func(id string) bool { return slices.Contains(down, id) })
		if gaps := g.Gaps(rest); gaps != nil {
			t.Fatalf("downgrade to %v leaves %v", to, gaps)
		}
	})
}
