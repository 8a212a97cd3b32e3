package revision

import "slices"

// AppliedHeads returns the applied revisions that no other applied one
// follows. Ids that the graph does not have are left out: see Unknown.
func (g *Graph) AppliedHeads(applied []string) []string {
	return g.members(g.headsOf(g.set(applied)))
}

func (g *Graph) headsOf(set []bool) []bool {
	heads := slices.Clone(set)
	for i, in := range set {
		if in {
			for _, j := range g.down[i] {
				heads[j] = false
			}
		}
	}
	return heads
}

// Unknown returns, for each applied id that the graph does not have, that id
// and the ids that look like it, sorted by id.
func (g *Graph) Unknown(applied []string) []NotFoundError {
	var out []NotFoundError
	for _, id := range slices.Compact(slices.Sorted(slices.Values(applied))) {
		if g.Has(id) {
			continue
		}
		e := NotFoundError{Symbol: id}
		if len(out) < maxSuggested {
			e.Near = g.near(id)
		}
		out = append(out, e)
	}
	return out
}

// Gaps returns the applied revisions that need one that is not applied.
// Upgrade and Downgrade refuse such a set: whatever they did would be a guess.
func (g *Graph) Gaps(applied []string) []GapError {
	set := g.set(applied)
	var out []GapError
	for _, i := range g.topo {
		if !set[i] {
			continue
		}
		var missing []int
		for _, j := range g.needs[i] {
			if !set[j] {
				missing = append(missing, j)
			}
		}
		if missing != nil {
			out = append(out, GapError{ID: g.nodes[i].ID, Missing: g.ids(missing)})
		}
	}
	return out
}

// Closure returns ids and everything that they need: what is applied when they
// are. Stamping records exactly this. An id that does not exist is a
// *NotFoundError.
func (g *Graph) Closure(ids []string) ([]string, error) {
	nodes, err := g.lookup(ids)
	if err != nil {
		return nil, err
	}
	return g.members(g.reach(nodes, g.needs)), nil
}

// Upgrade returns the revisions to apply, in order, so that targets are
// applied. It fails with a *NotFoundError or, where applied cannot be a set of
// applied revisions, a *GapError.
func (g *Graph) Upgrade(applied, targets []string) ([]string, error) {
	set, err := g.appliedSet(applied)
	if err != nil {
		return nil, err
	}
	nodes, err := g.lookup(targets)
	if err != nil {
		return nil, err
	}
	need := g.reach(nodes, g.needs)
	return g.where(func(i int) bool { return need[i] && !set[i] }), nil
}

// Downgrade returns the applied revisions to undo, newest first, so that the
// revisions of target are the newest of their line: what follows them, and
// whatever needs one of those. What a target itself needs stays; so does what
// merely depends on a target. With a branch, other branches stay too.
//
// It fails as Upgrade does, and with a *NotAppliedError.
func (g *Graph) Downgrade(applied []string, target Target) ([]string, error) {
	set, err := g.appliedSet(applied)
	if err != nil {
		return nil, err
	}
	nodes, err := g.lookup(target.IDs)
	if err != nil {
		return nil, err
	}
	var roots []int
	if len(nodes) == 0 {
		roots, _ = g.lookup(g.Bases())
	}
	for _, i := range nodes {
		if !set[i] {
			return nil, &NotAppliedError{ID: g.nodes[i].ID, Current: g.AppliedHeads(applied)}
		}
		roots = append(roots, g.children[i]...)
	}
	keep := g.reach(nodes, g.needs)
	if target.Branch != "" {
		branch, err := g.lookup([]string{target.Branch})
		if err != nil {
			return nil, err
		}
		line := g.lineage(branch[0])
		roots = slices.DeleteFunc(roots, func(i int) bool { return !line[i] })
	}
	roots = slices.DeleteFunc(roots, func(i int) bool { return keep[i] })
	drop := g.reach(roots, g.neededBy)
	out := g.where(func(i int) bool { return drop[i] && set[i] })
	slices.Reverse(out)
	return out, nil
}

// Between returns the revisions that lead from lower to upper, lower left out,
// in order. It fails with a *NotAncestorError when one of lower leads to none
// of upper.
func (g *Graph) Between(lower, upper []string) ([]string, error) {
	low, err := g.lookup(lower)
	if err != nil {
		return nil, err
	}
	up, err := g.lookup(upper)
	if err != nil {
		return nil, err
	}
	have, need := g.reach(low, g.needs), g.reach(up, g.needs)
	for _, i := range low {
		if !need[i] {
			e := &NotAncestorError{Lower: g.nodes[i].ID, Upper: Base}
			if len(upper) > 0 {
				e.Upper = upper[0]
			}
			return nil, e
		}
	}
	return g.where(func(i int) bool { return need[i] && !have[i] }), nil
}

// lineage is what i descends from and what descends from it, dependencies not
// followed, i included.
func (g *Graph) lineage(i int) []bool {
	set := g.reach([]int{i}, g.down)
	for j, in := range g.reach([]int{i}, g.children) {
		set[j] = set[j] || in
	}
	return set
}

// set returns the members of ids that the graph has.
func (g *Graph) set(ids []string) []bool {
	set := make([]bool, len(g.nodes))
	for _, id := range ids {
		if i, ok := g.index[id]; ok {
			set[i] = true
		}
	}
	return set
}

func (g *Graph) appliedSet(applied []string) ([]bool, error) {
	if unknown := g.Unknown(applied); len(unknown) > 0 {
		return nil, &unknown[0]
	}
	if gaps := g.Gaps(applied); len(gaps) > 0 {
		return nil, &gaps[0]
	}
	return g.set(applied), nil
}

func (g *Graph) lookup(ids []string) ([]int, error) {
	out := make([]int, 0, len(ids))
	for _, id := range ids {
		i, ok := g.index[id]
		if !ok {
			return nil, &NotFoundError{Symbol: id, Near: g.near(id)}
		}
		out = append(out, i)
	}
	return out, nil
}
