// Package dbtest gives tests real database servers, without containers and
// without anything that has to be running already.
//
// WHIM_TEST_DATABASES says which: names with an optional version (sqlite,
// postgres, postgres18, mariadb, mysql), each with an optional URL of a server
// that runs already (postgres=postgres://…), or URLs alone, joined by commas.
// Unset, it means sqlite, so that a plain go test needs nothing. What is asked
// for and missing fails the test, with what to install: a test that skips
// itself proves nothing, and nobody sees it.
//
// A named server is found on this machine, started in a folder of its own with
// everything off that only makes data durable, and it ends when the process
// that asked for it ends, in whatever way. Command with starts servers once
// for many packages and gives their URLs to the tests.
//
// Start at [Each], and [Server.Database] for what a test gets from it.
package dbtest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/whimbreldb/whimbrel/schema"
)

// Env is the variable that says which databases the tests run on.
const Env = "WHIM_TEST_DATABASES"

// A Server is a database server, or SQLite, that tests can have databases of.
type Server struct {
	Dialect schema.Dialect
	Name    string // with the version as far as it matters: "postgres15", "mariadb10.11", "sqlite"
	Version string // as the server says, digits and dots only: "15.20"

	admin string // the URL of its own database, as a user who may do everything; empty for SQLite

	mu    sync.Mutex
	roles map[string][]string // made for a database, by its name; they go after it
}

// opened holds what this process has opened, or why it could not, by what was
// asked for: starting a server takes seconds, so all tests of a process share
// it. It ends with the process.
var opened struct {
	sync.Mutex
	results map[want]result
}

type result struct {
	server *Server
	err    error
}

// Servers returns the servers that WHIM_TEST_DATABASES asks for, each once. The
// test fails here when one is missing.
func Servers(t testing.TB) []*Server {
	t.Helper()
	wants, err := parse(os.Getenv(Env))
	if err != nil {
		t.Fatal(err)
	}
	opened.Lock()
	defer opened.Unlock()
	if opened.results == nil {
		opened.results = map[want]result{}
	}
	var servers []*Server
	seen := map[string]bool{}
	for _, w := range wants {
		r, ok := opened.results[w]
		if !ok {
			// The process of the server stays when the test has ended, so it
			// must not hang on the context of the test.
			r.server, _, r.err = open(context.WithoutCancel(t.Context()), w)
			opened.results[w] = r
		}
		if r.err != nil {
			t.Fatal(r.err)
		}
		if !seen[r.server.Name] {
			seen[r.server.Name] = true
			servers = append(servers, r.server)
		}
	}
	return servers
}

// Each runs f once for every server that is asked for, as a subtest with the
// name of the server.
func Each(t *testing.T, f func(t *testing.T, s *Server)) {
	t.Helper()
	for _, s := range Servers(t) {
		t.Run(s.Name, func(t *testing.T) { f(t, s) })
	}
}

// Open reaches or starts every server of a list as in WHIM_TEST_DATABASES, for
// a program that is not a test. The servers that it started end when stop is
// called, or with the process.
func Open(ctx context.Context, list string) (servers []*Server, stop func(), err error) {
	wants, err := parse(list)
	if err != nil {
		return nil, nil, err
	}
	var stops []func()
	stop = func() {
		for _, f := range stops {
			f()
		}
	}
	for _, w := range wants {
		s, stopOne, err := open(ctx, w)
		if err != nil {
			stop()
			return nil, nil, err
		}
		servers, stops = append(servers, s), append(stops, stopOne)
	}
	return servers, stop, nil
}

// Entry returns the server as an entry of WHIM_TEST_DATABASES that means this
// server, running, and no other.
func (s *Server) Entry() string {
	if s.Dialect == schema.SQLite {
		return s.Name
	}
	return s.Name + "=" + s.admin
}

// open reaches the server of a URL, or starts the one of a name.
func open(ctx context.Context, w want) (s *Server, stop func(), err error) {
	stop = func() {}
	admin := w.url
	if admin == "" && w.dialect != schema.SQLite {
		p, err := find(ctx, w)
		if err != nil {
			return nil, nil, err
		}
		if admin, stop, err = start(ctx, p); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", w.ask, err)
		}
	}
	if s, err = reach(ctx, w, admin); err != nil {
		stop()
		return nil, nil, fmt.Errorf("%s: %w", w.ask, err)
	}
	return s, stop, nil
}
