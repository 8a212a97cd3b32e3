//go:build unix

package revision

import (
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"
)

// line is n revisions, each following the one before.
func line(n int) []Node {
	nodes := make([]Node, n)
	for i := range nodes {
		nodes[i].ID = fmt.Sprintf("r%06d", i)
		if i > 0 {
			nodes[i].Down = []string{nodes[i-1].ID}
		}
	}
	return nodes
}

// diamonds is n diamonds, each on top of the other: 4 revisions for each.
func diamonds(n int) []Node {
	var nodes []Node
	last := ""
	for i := range n {
		b, x, y, m := fmt.Sprintf("b%05d", i), fmt.Sprintf("x%05d", i), fmt.Sprintf("y%05d", i), fmt.Sprintf("m%05d", i)
		base := Node{ID: b}
		if last != "" {
			base.Down = []string{last}
		}
		nodes = append(nodes, base, Node{ID: x, Down: []string{b}}, Node{ID: y, Down: []string{b}}, Node{ID: m, Down: []string{x, y}})
		last = m
	}
	return nodes
}

// TestLarge holds that work grows with the size of the graph, not with its
// square: that a node is looked at once, however many ways lead to it.
func TestLarge(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(int) []Node
		n    int
	}{
		{"line", line, 10_000},
		{"diamonds", diamonds, 2_000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			small, large := tt.make(tt.n/10), tt.make(tt.n)
			use(t, large) // warm
			one, ten := time.Duration(1<<62), time.Duration(1<<62)
			for range 5 { // the best of some runs, taken in turns
				one = min(one, use(t, small))
				ten = min(ten, use(t, large))
			}
			if ten > 40*max(one, time.Millisecond/4) { // a square would be 100
				t.Errorf("ten times the size took %.0f times as long (%v, %v)", float64(ten)/float64(one), one, ten)
			}
		})
	}
}

func use(t *testing.T, nodes []Node) time.Duration {
	t.Helper()
	start := cpuTime(t)
	g := mustNew(t, nodes...)
	up, err := g.Upgrade(nil, g.Heads())
	if err != nil || len(up) != len(nodes) {
		t.Fatalf("upgrade: %d of %d revisions, %v", len(up), len(nodes), err)
	}
	down, err := g.Downgrade(up, Target{})
	if err != nil || len(down) != len(nodes) {
		t.Fatalf("downgrade: %d of %d revisions, %v", len(down), len(nodes), err)
	}
	slices.Reverse(down)
	if !slices.Equal(up, down) {
		t.Fatal("downgrade is not upgrade backwards")
	}
	if heads := g.AppliedHeads(up); len(heads) != 1 {
		t.Fatalf("heads: %v", heads)
	}
	if to, err := g.Resolve("-1", up); err != nil || to.IsBase() {
		t.Fatalf("-1: %v %v", to, err)
	}
	return cpuTime(t) - start
}

// cpuTime is the time that this process has spent computing. Unlike the clock,
// it does not count what others do on this machine meanwhile.
func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func TestLongCycle(t *testing.T) {
	nodes := line(10_000)
	nodes[0].Down = []string{nodes[len(nodes)-1].ID}
	_, err := New(nodes)
	if e := finds[*CycleError](t, err); len(e.IDs) != len(nodes) {
		t.Errorf("the cycle has %d of %d revisions", len(e.IDs), len(nodes))
	}
}

func BenchmarkNew10000(b *testing.B) {
	nodes := line(10_000)
	for b.Loop() {
		mustNew(b, nodes...)
	}
}
