package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
)

const module = "github.com/whimbreldb/whimbrel/"

// An event is a line of go test -json.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
	Elapsed float64
}

// A report reads what go test -json writes, shows it as go test would, and
// knows in the end what passed where.
//
// What it claims comes from results alone: the versions are what the servers
// said, and a test counts for a server when a part of its name is the server's,
// as dbtest.Each names its subtests.
type report struct {
	servers []*dbtest.Server
	out     io.Writer
	rest    []byte               // of an unfinished line
	results map[[2]string]string // by package and test: pass, fail, skip
	output  map[[2]string][]string
	failed  bool
	err     error
}

func newReport(servers []*dbtest.Server, out io.Writer) *report {
	return &report{servers: servers, out: out, results: map[[2]string]string{}, output: map[[2]string][]string{}}
}

// Write takes the next piece of the output.
func (r *report) Write(p []byte) (int, error) {
	r.rest = append(r.rest, p...)
	for {
		line, rest, ok := bytes.Cut(r.rest, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		r.rest = rest
		r.line(line)
	}
}

func (r *report) line(line []byte) {
	var e event
	if err := json.Unmarshal(line, &e); err != nil {
		r.err = fmt.Errorf("not a line of go test -json: %q", line)
		return
	}
	key := [2]string{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "output":
		r.output[key] = append(r.output[key], e.Output)
	case "pass", "skip", "fail":
		r.results[key] = e.Action
		if e.Action == "fail" {
			r.failed = true
			fmt.Fprint(r.out, strings.Join(r.output[key], ""))
		}
		if e.Test == "" {
			fmt.Fprintf(r.out, "%s\t%s\t%.1fs\n", e.Action, e.Package, e.Elapsed)
		}
		delete(r.output, key)
	}
}

// A count is what became of the tests of one package on one server.
type count struct{ passed, skipped int }

// counts counts the tests that have no subtests, by server and package.
func (r *report) counts() map[string]map[string]count {
	parents := map[[2]string]bool{}
	for key := range r.results {
		for i, c := range key[1] {
			if c == '/' {
				parents[[2]string{key[0], key[1][:i]}] = true
			}
		}
	}
	all := map[string]map[string]count{}
	for key, result := range r.results {
		parts := strings.Split(key[1], "/")
		for _, s := range r.servers {
			if parents[key] || !slices.Contains(parts[1:], s.Name) || !concerns(key[0], s) {
				continue
			}
			if all[s.Name] == nil {
				all[s.Name] = map[string]count{}
			}
			c := all[s.Name][key[0]]
			if result == "skip" {
				c.skipped++
			} else {
				c.passed++
			}
			all[s.Name][key[0]] = c
		}
	}
	return all
}

// concerns reports whether the tests of a package are about a server: those of a
// dialect have nothing to do on the servers of another one.
func concerns(pkg string, s *dbtest.Server) bool {
	folder, ok := strings.CutPrefix(pkg, module+"dialect/")
	return !ok || folder == string(s.Dialect) || folder == "mysql" && s.Dialect == "mariadb"
}

// page returns the table of what was tested, or an error where there is
// nothing, or nothing good, to say.
func (r *report) page() (string, error) {
	switch {
	case r.err != nil:
		return "", r.err
	case len(r.rest) != 0:
		return "", errors.New("the output of go test ends in the middle of a line")
	case r.failed:
		return "", errors.New("tests failed, so nothing is said to be tested")
	}
	counts := r.counts()
	var b strings.Builder
	b.WriteString(`<!-- Made by make test-engines from what it ran. Do not edit. -->

# What is tested

The tests that reach a database, as they were last run, all of them at once, on all of these servers. Each server was
asked for its version. Every test here has an empty database of its own; one with subtests is counted by these.
The file is written only when nothing failed and something passed on each of them.

| server | version | package | passed | skipped |
| --- | --- | --- | ---: | ---: |
`)
	for _, s := range r.servers {
		passed := 0
		for _, pkg := range slices.Sorted(maps.Keys(counts[s.Name])) {
			c := counts[s.Name][pkg]
			passed += c.passed
			fmt.Fprintf(&b, "| %s | %s | `%s` | %d | %d |\n", s.Name, s.Version, strings.TrimPrefix(pkg, module), c.passed, c.skipped)
		}
		if passed == 0 {
			return "", fmt.Errorf("no test ran on %s", s.Name)
		}
	}
	return b.String(), nil
}
