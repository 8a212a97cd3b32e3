//go:build unix

package op

import (
	"syscall"
	"testing"
	"time"
)

// TestReplayIsLinear compares 10,000 revisions with 1,000.
func TestReplayIsLinear(t *testing.T) {
	measure := func(ops []Op) time.Duration {
		start := cpuTime(t)
		s, err := Replay(ops)
		if err != nil || len(s.Tables) != len(ops)/4 {
			t.Fatalf("%d tables, %v", len(s.Tables), err)
		}
		return cpuTime(t) - start
	}
	small, large := history(1_000), history(10_000)
	measure(large) // warm
	one, ten := time.Duration(1<<62), time.Duration(1<<62)
	for range 5 { // the best of some runs, taken in turns
		one, ten = min(one, measure(small)), min(ten, measure(large))
	}
	if ten > 45*max(one, time.Millisecond/4) { // a square would be 100
		t.Errorf("1,000 revisions take %v, 10,000 take %v", one, ten)
	}
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
