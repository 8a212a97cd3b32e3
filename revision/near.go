package revision

import (
	"cmp"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/internal/near"
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
		d := near.Distance(name, other, limit)
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
