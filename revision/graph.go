// Package revision is the graph of revisions: in what order things happen.
//
// It is pure. It knows no database, no file and no command: it answers which
// revisions an upgrade or a downgrade runs, given the set that is applied, and
// what a symbol such as "head", "ae10" or "-1" stands for. Heads are always
// derived from the applied set, never stored. What is wrong with a graph or a
// symbol is reported as typed facts; sentences are made by the callers.
//
// Start at [New]; then [Graph.Resolve], [Graph.Upgrade], [Graph.Downgrade].
package revision

import "slices"

// A Node is what the graph knows of a revision.
type Node struct {
	ID        string
	Down      []string // the revisions it follows; none: a base
	DependsOn []string // ids or labels: applied before it, without being followed
	Labels    []string
	Source    string // where it is written ("file.go:12"), for messages
}

// Base is the symbol of the empty state, below every revision.
const Base = "base"

// A Graph is a checked graph: every id is unique and every reference leads
// somewhere, without a cycle. It does not change, so any number of goroutines
// may use it.
//
// Wherever a method returns several ids they are in topological order, ties in
// the order in which New was given the nodes.
type Graph struct {
	nodes  []Node
	index  map[string]int // by id
	labels map[string]int // the revision that declares a label

	down     [][]int // followed
	needs    [][]int // followed or depended on
	children [][]int // followed by
	neededBy [][]int // followed or depended on by

	topo []int // every node, after all that it needs
	pos  []int // place in topo
}

// Len returns the number of revisions.
func (g *Graph) Len() int { return len(g.nodes) }

// Node returns the revision of that id.
func (g *Graph) Node(id string) (Node, bool) {
	i, ok := g.index[id]
	if !ok {
		return Node{}, false
	}
	return g.nodes[i], true
}

// Has reports whether there is a revision of that id.
func (g *Graph) Has(id string) bool { _, ok := g.index[id]; return ok }

// Heads returns the revisions that no other follows.
func (g *Graph) Heads() []string {
	return g.where(func(i int) bool { return len(g.children[i]) == 0 })
}

// Bases returns the revisions that follow none.
func (g *Graph) Bases() []string {
	return g.where(func(i int) bool { return len(g.down[i]) == 0 })
}

// Topological returns every revision, each after those that it follows and
// depends on.
func (g *Graph) Topological() []string { return g.where(func(int) bool { return true }) }

// IsBranchPoint reports whether several revisions follow id.
func (g *Graph) IsBranchPoint(id string) bool {
	i, ok := g.index[id]
	return ok && len(g.children[i]) > 1
}

// IsMergePoint reports whether id follows several revisions.
func (g *Graph) IsMergePoint(id string) bool {
	i, ok := g.index[id]
	return ok && len(g.down[i]) > 1
}

// Children returns the revisions that follow id, those that merely depend on
// it left out.
func (g *Graph) Children(id string) []string {
	i, ok := g.index[id]
	if !ok {
		return nil
	}
	return g.ids(g.children[i])
}

// Ancestors returns what must be applied before id: everything that it follows
// or depends on, directly or not.
func (g *Graph) Ancestors(id string) []string {
	i, ok := g.index[id]
	if !ok {
		return nil
	}
	set := g.reach([]int{i}, g.needs)
	set[i] = false
	return g.members(set)
}

// ids returns the ids of nodes, in topological order.
func (g *Graph) ids(nodes []int) []string {
	sorted := slices.Clone(nodes)
	slices.SortFunc(sorted, func(a, b int) int { return g.pos[a] - g.pos[b] })
	var out []string
	for _, i := range slices.Compact(sorted) {
		out = append(out, g.nodes[i].ID)
	}
	return out
}

func (g *Graph) where(keep func(int) bool) []string {
	var out []string
	for _, i := range g.topo {
		if keep(i) {
			out = append(out, g.nodes[i].ID)
		}
	}
	return out
}

func (g *Graph) members(set []bool) []string {
	return g.where(func(i int) bool { return set[i] })
}

// reach returns the set of nodes that can be reached over edges, the starting
// points included.
func (g *Graph) reach(from []int, edges [][]int) []bool {
	set := make([]bool, len(g.nodes))
	todo := slices.Clone(from)
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if set[i] {
			continue
		}
		set[i] = true
		todo = append(todo, edges[i]...)
	}
	return set
}
