package revision_test

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/revision"
)

// Two revisions follow the same one, and a third joins them.
func Example() {
	g, err := revision.New([]revision.Node{
		{ID: "aaaa"},
		{ID: "bbbb", Down: []string{"aaaa"}},
		{ID: "cccc", Down: []string{"aaaa"}},
		{ID: "dddd", Down: []string{"bbbb", "cccc"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	way, err := g.Upgrade([]string{"aaaa", "cccc"}, []string{"dddd"})
	fmt.Println(g.Heads(), way, err)
	fmt.Println(g.IsBranchPoint("aaaa"), g.IsMergePoint("dddd"))
	// Output:
	// [dddd] [bbbb dddd] <nil>
	// true true
}
