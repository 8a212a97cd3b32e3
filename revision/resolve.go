package revision

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// minPrefix is the shortest beginning that stands for an id or a label.
const minPrefix = 3

// A Target is what a symbol stands for.
type Target struct {
	// IDs are the revisions, in topological order. None: the base.
	IDs []string
	// Branch is a revision. Where it is set, a downgrade takes back only what
	// descends from it or leads to it, and what needs that.
	Branch string
}

// IsBase reports whether the target is the empty state.
func (t Target) IsBase() bool { return len(t.IDs) == 0 }

// Resolve says what a symbol stands for, given what is applied:
//
//	ae1027a6acf, ae10       a revision, or its beginning (three characters or more)
//	head, heads, base       the only head, every head, the empty state
//	current                 the heads of what is applied
//	orders                  the revision that declares the label
//	+2, -1                  steps up or down from current
//	ae10+2, head-1, base+1  steps from a revision
//	orders@head, orders@base, orders@ae10, orders@+1, orders@-1
//	                        the same, seen from one line only
//
// A step down from a merge leads to all the revisions that it joins; a step
// further from there is ambiguous.
//
// It fails with a *NotFoundError, *AmbiguousError, *MultipleHeadsError,
// *RangeError, *NotAncestorError (what stands behind the @ is not of that
// line) or *SymbolError.
func (g *Graph) Resolve(symbol string, applied []string) (Target, error) {
	s, err := parse(symbol)
	if err != nil {
		return Target{}, err
	}
	r := resolver{g: g, symbol: symbol, applied: g.set(applied)}
	if s.branch != "" {
		i, err := r.one(s.branch)
		if err != nil {
			return Target{}, err
		}
		r.line, r.branch = g.lineage(i), g.nodes[i].ID
	}
	start, err := r.start(s)
	if err != nil {
		return Target{}, err
	}
	if s.steps != 0 {
		if start, err = r.walk(start, s.steps); err != nil {
			return Target{}, err
		}
	}
	return Target{IDs: g.ids(start), Branch: r.branch}, nil
}

// A Range is two ends, as "a:b" gives them.
type Range struct{ From, To Target }

// ParseRange resolves "a:b". A missing a is the base, a missing b every head;
// without a colon, the text is b. Steps are counted from the other end where
// that is no step itself: "ae10:+2", "-3:current".
func (g *Graph) ParseRange(text string, applied []string) (Range, error) {
	from, to, ok := strings.Cut(text, ":")
	if !ok {
		from, to = Base, text
	}
	if strings.Contains(to, ":") {
		return Range{}, &SymbolError{text, "a range has one colon"}
	}
	from, to = strings.TrimSpace(from), strings.TrimSpace(to)
	if from == "" {
		from = Base
	}
	if to == "" {
		to = "heads"
	}
	switch fromStep, toStep := isStep(from), isStep(to); {
	case toStep && !fromStep && ok:
		to = from + to
	case fromStep && !toStep && from[0] == '-':
		from = to + from
	}
	var r Range
	var err error
	if r.From, err = g.Resolve(from, applied); err != nil {
		return Range{}, err
	}
	r.To, err = g.Resolve(to, applied)
	if err != nil {
		return Range{}, err
	}
	return r, nil
}

func isStep(s string) bool { return s[0] == '+' || s[0] == '-' }

// parts is a symbol taken apart: branch@name+steps.
type parts struct {
	branch, name string
	steps        int
}

func parse(symbol string) (parts, error) {
	var p parts
	rest := strings.TrimSpace(symbol)
	if rest == "" {
		return p, &SymbolError{symbol, "it is empty"}
	}
	if before, after, ok := strings.Cut(rest, "@"); ok {
		if before == "" || after == "" {
			return p, &SymbolError{symbol, "there must be something on both sides of the @"}
		}
		p.branch, rest = before, after
	}
	if i := strings.IndexAny(rest, "+-"); i >= 0 {
		n, err := strconv.Atoi(rest[i+1:])
		switch {
		case errors.Is(err, strconv.ErrRange):
			return p, &SymbolError{symbol, "the number of steps is too large"}
		case err != nil || rest[i+1] < '0' || rest[i+1] > '9':
			return p, &SymbolError{symbol, "+ and - need a number of steps"}
		case n == 0:
			return p, &SymbolError{symbol, "no steps lead nowhere"}
		}
		p.steps = n
		if rest[i] == '-' {
			p.steps = -n
		}
		rest = rest[:i]
	}
	p.name = rest
	return p, nil
}

type resolver struct {
	g       *Graph
	symbol  string
	applied []bool
	line    []bool // nil: no branch was named
	branch  string
}

func (r *resolver) in(i int) bool { return r.line == nil || r.line[i] }

// start resolves the part of a symbol before the steps.
func (r *resolver) start(s parts) ([]int, error) {
	switch s.name {
	case Base:
		return nil, nil
	case "head", "heads":
		var heads []int
		for _, i := range r.g.topo {
			if len(r.g.children[i]) == 0 && r.in(i) {
				heads = append(heads, i)
			}
		}
		if len(heads) > 1 && (s.name == "head" || s.steps != 0) {
			return nil, &MultipleHeadsError{Symbol: r.symbol, Heads: r.g.ids(heads)}
		}
		return heads, nil
	case "", "current":
		return r.current(s.steps != 0)
	}
	i, err := r.one(s.name)
	if err != nil {
		return nil, err
	}
	if !r.in(i) {
		return nil, &NotAncestorError{Lower: r.g.nodes[i].ID, Upper: r.branch}
	}
	return []int{i}, nil
}

func (r *resolver) current(one bool) ([]int, error) {
	set := slices.Clone(r.applied)
	for i := range set {
		set[i] = set[i] && r.in(i)
	}
	heads, _ := r.g.lookup(r.g.members(r.g.headsOf(set)))
	if one && len(heads) > 1 {
		return nil, &MultipleHeadsError{Symbol: r.symbol, Heads: r.g.ids(heads), Current: true}
	}
	return heads, nil
}

// one finds the revision that a name stands for: an id, a label, or the
// beginning of one.
func (r *resolver) one(name string) (int, error) {
	g := r.g
	if i, ok := g.index[name]; ok {
		return i, nil
	}
	if i, ok := g.labels[name]; ok {
		return i, nil
	}
	if len(name) < minPrefix {
		return 0, &NotFoundError{Symbol: name, Near: g.near(name)}
	}
	found := map[int]bool{}
	for id, i := range g.index {
		if strings.HasPrefix(id, name) {
			found[i] = true
		}
	}
	for label, i := range g.labels {
		if strings.HasPrefix(label, name) {
			found[i] = true
		}
	}
	var nodes []int
	for i := range found {
		nodes = append(nodes, i)
	}
	switch len(nodes) {
	case 0:
		return 0, &NotFoundError{Symbol: name, Near: g.near(name)}
	case 1:
		return nodes[0], nil
	}
	return 0, &AmbiguousError{Symbol: name, Matches: g.ids(nodes)}
}

// walk takes steps up (or, below zero, down) from at, which is one revision or
// the base.
func (r *resolver) walk(at []int, steps int) ([]int, error) {
	want, edges := steps, r.g.children
	if steps < 0 {
		want, edges = -steps, r.g.down
	}
	for done := range want {
		var next []int
		switch {
		case len(at) > 1:
			return nil, &AmbiguousError{Symbol: r.symbol, Matches: r.g.ids(at)}
		case len(at) == 1:
			next = slices.Clone(edges[at[0]])
		case steps > 0:
			next, _ = r.g.lookup(r.g.Bases())
		default:
			return nil, &RangeError{Symbol: r.symbol, Want: want, Have: done}
		}
		next = slices.DeleteFunc(next, func(i int) bool { return !r.in(i) })
		if steps > 0 && len(next) > 1 {
			return nil, &AmbiguousError{Symbol: r.symbol, Matches: r.g.ids(next)}
		}
		if steps > 0 && len(next) == 0 {
			return nil, &RangeError{Symbol: r.symbol, Want: want, Have: done}
		}
		at = next
	}
	return at, nil
}
