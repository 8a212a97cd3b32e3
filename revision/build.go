package revision

import (
	"errors"
	"slices"
	"strings"
)

// New checks nodes and makes a graph of them. It reports everything that is
// wrong at once, joined: errors.As finds a *NameError, *DuplicateError,
// *DuplicateLabelError, *LabelIsIDError, *MissingError, *SelfReferenceError or
// *CycleError.
func New(nodes []Node) (*Graph, error) {
	b := builder{g: &Graph{
		nodes:  slices.Clone(nodes),
		index:  make(map[string]int, len(nodes)),
		labels: map[string]int{},
	}}
	b.names()
	b.connect()
	if err := b.sort(); err != nil {
		b.errs = append(b.errs, err...)
	}
	if err := errors.Join(b.errs...); err != nil {
		return nil, err
	}
	return b.g, nil
}

type builder struct {
	g         *Graph
	errs      []error
	suggested int
}

func (b *builder) report(err error) { b.errs = append(b.errs, err) }

func (b *builder) names() {
	sources := map[string][]string{}
	for i, n := range b.g.nodes {
		if why := badName(n.ID); why != "" {
			b.report(&NameError{Name: n.ID, ID: n.ID, Source: n.Source, Why: why})
		}
		sources[n.ID] = append(sources[n.ID], n.Source)
		if _, ok := b.g.index[n.ID]; !ok {
			b.g.index[n.ID] = i
		}
	}
	for i, n := range b.g.nodes {
		if b.g.index[n.ID] == i && len(sources[n.ID]) > 1 {
			b.report(&DuplicateError{ID: n.ID, Sources: sources[n.ID]})
		}
	}
	b.labelNames()
}

func (b *builder) labelNames() {
	declared := map[string][]int{}
	var order []string
	for i, n := range b.g.nodes {
		for _, l := range n.Labels {
			if why := badName(l); why != "" {
				b.report(&NameError{Name: l, Label: true, ID: n.ID, Source: n.Source, Why: why})
			}
			if len(declared[l]) == 0 {
				order = append(order, l)
				b.g.labels[l] = i
			}
			declared[l] = append(declared[l], i)
			if j, ok := b.g.index[l]; ok {
				b.report(&LabelIsIDError{Label: l, ID: n.ID, Sources: []string{n.Source, b.g.nodes[j].Source}})
			}
		}
	}
	for _, l := range order {
		if len(declared[l]) < 2 {
			continue
		}
		err := &DuplicateLabelError{Label: l}
		for _, i := range declared[l] {
			err.IDs = append(err.IDs, b.g.nodes[i].ID)
			err.Sources = append(err.Sources, b.g.nodes[i].Source)
		}
		b.report(err)
	}
}

// badName says why name can be neither an id nor a label.
func badName(name string) string {
	switch name {
	case "":
		return "is empty"
	case Base, "head", "heads", "current":
		return "is reserved"
	}
	for _, r := range name {
		if r != '_' && r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return "has a character other than letters, digits, _ and ."
		}
	}
	return ""
}

// connect resolves the references. Edges that are wrong are reported and left
// out, so that the search for cycles sees only real ones.
func (b *builder) connect() {
	g := b.g
	n := len(g.nodes)
	g.down, g.needs = make([][]int, n), make([][]int, n)
	g.children, g.neededBy = make([][]int, n), make([][]int, n)
	for i, node := range g.nodes {
		for _, ref := range node.Down {
			if j, ok := b.edge(i, ref, false); ok && !slices.Contains(g.down[i], j) {
				g.down[i] = append(g.down[i], j)
				g.children[j] = append(g.children[j], i)
			}
		}
		g.needs[i] = slices.Clone(g.down[i])
		for _, ref := range node.DependsOn {
			if j, ok := b.edge(i, ref, true); ok && !slices.Contains(g.needs[i], j) {
				g.needs[i] = append(g.needs[i], j)
			}
		}
		for _, j := range g.needs[i] {
			g.neededBy[j] = append(g.neededBy[j], i)
		}
	}
}

func (b *builder) edge(i int, ref string, dependency bool) (int, bool) {
	node := b.g.nodes[i]
	j, ok := b.g.index[ref]
	if !ok && dependency {
		j, ok = b.g.labels[ref]
	}
	switch {
	case !ok:
		b.report(&MissingError{ID: node.ID, Source: node.Source, Ref: ref, Dependency: dependency, Near: b.near(ref)})
		return 0, false
	case b.g.nodes[j].ID == node.ID:
		b.report(&SelfReferenceError{ID: node.ID, Source: node.Source, Dependency: dependency})
		return 0, false
	}
	return j, true
}

// near suggests for the first few unknown names only: each suggestion reads
// the whole graph.
func (b *builder) near(ref string) []string {
	if b.suggested++; b.suggested > maxSuggested {
		return nil
	}
	return b.g.near(ref)
}

// sort fills in the topological order, by a depth-first walk that takes the
// nodes as they were given: where that order is possible, it is the result.
func (b *builder) sort() []error {
	g := b.g
	g.topo = make([]int, 0, len(g.nodes))
	g.pos = make([]int, len(g.nodes))
	const (
		unseen = iota
		open
		done
	)
	state := make([]int, len(g.nodes))
	cyclic := false
	type frame struct{ node, next int }
	for start := range g.nodes {
		if state[start] != unseen {
			continue
		}
		stack := []frame{{node: start}}
		state[start] = open
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			if f.next == len(g.needs[f.node]) {
				state[f.node] = done
				g.pos[f.node] = len(g.topo)
				g.topo = append(g.topo, f.node)
				stack = stack[:len(stack)-1]
				continue
			}
			next := g.needs[f.node][f.next]
			f.next++
			switch state[next] {
			case unseen:
				state[next] = open
				stack = append(stack, frame{node: next})
			case open:
				cyclic = true
			}
		}
	}
	if !cyclic {
		return nil
	}
	return g.cycles()
}

// cycles returns one shortest cycle of each group of nodes that need each other.
func (g *Graph) cycles() []error {
	var errs []error
	for _, group := range g.components() {
		if len(group) < 2 {
			continue
		}
		start := slices.MinFunc(group, func(a, b int) int { return strings.Compare(g.nodes[a].ID, g.nodes[b].ID) })
		err := &CycleError{}
		for _, i := range g.cycle(start, group) {
			err.IDs = append(err.IDs, g.nodes[i].ID)
			err.Sources = append(err.Sources, g.nodes[i].Source)
		}
		errs = append(errs, err)
	}
	return errs
}

// cycle returns a shortest way from start back to start inside group.
func (g *Graph) cycle(start int, group []int) []int {
	const outside, unseen = -2, -1
	from := make(map[int]int, len(group))
	for _, i := range group {
		from[i] = unseen
	}
	came := func(i int) int {
		if v, ok := from[i]; ok {
			return v
		}
		return outside
	}
	queue := []int{start}
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		for _, j := range g.needs[i] {
			if j == start {
				path := []int{i}
				for i != start {
					i = from[i]
					path = append(path, i)
				}
				slices.Reverse(path)
				return path
			}
			if came(j) == unseen {
				from[j] = i
				queue = append(queue, j)
			}
		}
	}
	return []int{start}
}

// components returns the strongly connected components (Tarjan, without
// recursion).
func (g *Graph) components() [][]int {
	n := len(g.nodes)
	number, low := make([]int, n), make([]int, n) // numbers start at 1
	onStack := make([]bool, n)
	var out [][]int
	var stack []int
	count := 0
	type frame struct{ node, next int }
	for start := range n {
		if number[start] != 0 {
			continue
		}
		frames := []frame{{node: start}}
		for len(frames) > 0 {
			f := &frames[len(frames)-1]
			i := f.node
			if f.next == 0 && number[i] == 0 {
				count++
				number[i], low[i] = count, count
				stack = append(stack, i)
				onStack[i] = true
			}
			if f.next < len(g.needs[i]) {
				j := g.needs[i][f.next]
				f.next++
				if number[j] == 0 {
					frames = append(frames, frame{node: j})
				} else if onStack[j] {
					low[i] = min(low[i], number[j])
				}
				continue
			}
			frames = frames[:len(frames)-1]
			if len(frames) > 0 {
				parent := frames[len(frames)-1].node
				low[parent] = min(low[parent], low[i])
			}
			if low[i] != number[i] {
				continue
			}
			cut := slices.Index(stack, i)
			group := slices.Clone(stack[cut:])
			stack = stack[:cut]
			for _, j := range group {
				onStack[j] = false
			}
			out = append(out, group)
		}
	}
	return out
}
