package conformance

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

var (
	seeds = flag.Int("seeds", 20, "how many random pairs of schemas TestDiffApply tries on each server")
	first = flag.Int("seed", 0, "the first of them")
	limit = flag.Duration("shrink", 30*time.Second, "how long smaller pairs are tried when a law is broken")
)

// TestDiffApply holds every server to the laws with random pairs of schemas.
// One that fails is made as small as it can be.
//
//	go test ./internal/conformance -run DiffApply -seeds 2000
func TestDiffApply(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		l := &lab{server: s}
		failed := 0
		for seed := *first; seed < *first+*seeds; seed++ {
			w := l.world(t)
			c := randomTrial(w.d, seeded(uint64(seed)))
			c.inspected = seed%2 == 1
			if err := l.try(t, c); err != nil {
				t.Errorf("seed %d:\n%s", seed, l.explain(t, c, err))
				if failed++; failed == 10 {
					t.Fatal("that is enough")
				}
			}
		}
	})
}

// FuzzDiffApply is TestDiffApply for the engine of go test -fuzz.
func FuzzDiffApply(f *testing.F) {
	for seed := range uint64(5) {
		f.Add(seeded(seed).data[:200])
	}
	servers := dbtest.Servers(f)
	labs := make([]*lab, len(servers))
	for i, s := range servers {
		labs[i] = &lab{server: s}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, l := range labs {
			l.w = nil // it is gone with the test before
			w := l.world(t)
			c := randomTrial(w.d, &source{data})
			if err := l.try(t, c); err != nil {
				t.Errorf("%s:\n%s", l.server.Name, l.explain(t, c, err))
			}
		}
	})
}

// A lab tries trials, each in a world that is empty.
type lab struct {
	server *dbtest.Server
	w      *world
}

func (l *lab) world(t testing.TB) *world {
	if l.w == nil {
		l.w = newWorld(t, l.server)
	}
	return l.w
}

// try holds the server to the laws. A world in which one was broken is not used
// again.
func (l *lab) try(t testing.TB, c trial) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
		if err != nil {
			l.w = nil
		}
	}()
	return l.world(t).hold(context.WithoutCancel(t.Context()), c)
}

// explain makes the trial as small as it can be, and tells it.
func (l *lab) explain(t testing.TB, c trial, err error) string {
	law := firstLine(err)
	r := rulesOf(l.world(t).d)
	small := shrink(r, c, time.Now().Add(*limit), func(c trial) bool {
		e := l.try(t, c)
		if e != nil && firstLine(e) == law {
			err = e
			return true
		}
		return false
	})
	if *limit == 0 {
		return err.Error()
	}
	return fmt.Sprintf("%v\nfrom %s\nto %s\nrows:\n%s", err, told(small.from), told(small.to), strings.Join(fill(l.world(t).d, small.from, small.to, mustAnswer(l.world(t).d, small)), "\n"))
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// told writes a schema as JSON, which can be pasted into a case, and is short.
func told(s schema.Schema) string {
	text, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func mustAnswer(d dialect.Dialect, c trial) []op.Op {
	ops, err := answered(d, c.from, c.to)
	if err != nil {
		return nil
	}
	return ops
}
