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
	twice = flag.Bool("all", false, "try every case of the table both ways")
	limit = flag.Duration("shrink", 30*time.Second, "how long smaller pairs are tried when a law is broken")
)

// TestDiffApply holds every server to the laws with random pairs of schemas.
// One that fails is made as small as it can be.
//
//	go test ./internal/conformance -run DiffApply -seeds 2000
func TestDiffApply(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		inParts(t, s, func(t *testing.T, l *lab, part int) {
			for seed := *first + part; seed < *first+*seeds; seed += parts {
				t.Run(fmt.Sprint(seed), func(t *testing.T) {
					c := randomTrial(l.world().d, seeded(uint64(seed)))
					c.inspected = (seed/parts)%2 == 1
					if err := l.try(c); err != nil {
						t.Error(l.explain(c, err))
					}
				})
			}
		})
	})
}

// parts is how many trials a server is given at one time, each in a database
// of its own.
const parts = 3

func inParts(t *testing.T, s *dbtest.Server, f func(t *testing.T, l *lab, part int)) {
	for part := range parts {
		t.Run(fmt.Sprint("part", part), func(t *testing.T) {
			t.Parallel()
			f(t, &lab{t: t, server: s}, part)
		})
	}
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
			l.t, l.w = t, nil // a world lasts as long as its test
			c := randomTrial(l.world().d, &source{data})
			if err := l.try(c); err != nil {
				t.Errorf("%s:\n%s", l.server.Name, l.explain(c, err))
			}
		}
	})
}

// A lab tries trials, each in a world that is empty.
type lab struct {
	t      testing.TB // for as long as which the worlds last
	server *dbtest.Server
	w      *world
	known  map[string]bool // schemas that have been made once
}

func (l *lab) world() *world {
	if l.w == nil {
		l.w = newWorld(l.t, l.server)
		if l.known == nil {
			l.known = map[string]bool{}
		}
		l.w.known = l.known
	}
	return l.w
}

func (l *lab) must(t *testing.T, c sample) {
	t.Helper()
	if err := l.try(c.trial); err != nil {
		t.Errorf("%s (inspected: %t): %v", c.name, c.inspected, err)
	}
}

// try holds the server to the laws. A world in which one was broken is not used
// again.
func (l *lab) try(c trial) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
		if err != nil {
			l.w = nil
		}
	}()
	return l.world().hold(context.WithoutCancel(l.t.Context()), c)
}

// explain makes the trial as small as it can be, and tells it.
func (l *lab) explain(c trial, err error) string {
	law := firstLine(err)
	r := rulesOf(l.world().d)
	small := shrink(r, c, time.Now().Add(*limit), func(c trial) bool {
		e := l.try(c)
		if e != nil && firstLine(e) == law {
			err = e
			return true
		}
		return false
	})
	if *limit == 0 {
		return err.Error()
	}
	return fmt.Sprintf("%v\nfrom %s\nto %s\nrows:\n%s", err, told(small.from), told(small.to), strings.Join(fill(l.world().d, small.from, small.to, mustAnswer(l.world().d, small)), "\n"))
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
