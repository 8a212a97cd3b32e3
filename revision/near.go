package revision

import (
	"cmp"
	"slices"
	"strings"
)

const (
	maxNear      = 3  // suggestions for one name
	maxSuggested = 10 // names that get suggestions, in one answer
	maxNearLen   = 64 // longer names are not compared: the cost is quadratic
)

// near returns the ids and labels that look most like name.
func (g *Graph) near(name string) []string {
	type candidate struct {
		name     string
		distance int
	}
	if name == "" || len(name) > maxNearLen {
		return nil
	}
	limit := (len(name) + 1) / 3
	var found []candidate
	consider := func(other string) {
		if len(other) > maxNearLen {
			return
		}
		d := distance(name, other, limit)
		if d > limit && strings.HasPrefix(other, name) {
			d = limit // a beginning is near, however much follows
		}
		if d <= limit {
			found = append(found, candidate{other, d})
		}
	}
	for id := range g.index {
		consider(id)
	}
	for label := range g.labels {
		consider(label)
	}
	slices.SortFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name))
	})
	var out []string
	for _, c := range found[:min(len(found), maxNear)] {
		out = append(out, c.name)
	}
	return out
}

// distance is the number of bytes to insert, delete, replace or swap with the
// neighbour to make a into b; limit+1 stands for everything above limit.
func distance(a, b string, limit int) int {
	if diff := len(a) - len(b); diff > limit || -diff > limit {
		return limit + 1
	}
	before := make([]int, len(b)+1)
	last := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		best := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			best = min(best, row[j])
		}
		if best > limit {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit+1)
}
