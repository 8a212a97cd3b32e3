package op

import (
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
)

// A Revision is one node of a history: what it follows, and what it does.
type Revision struct {
	ID        string   // [0-9a-z_]+, unique in the history
	Revises   []string // down revisions; empty: a base; several: a merge
	DependsOn []string // must be applied before, without being followed
	Labels    []string // branch labels
	Message   string
	Created   string // RFC 3339; for people, never for order

	// Upgrade and Downgrade record what each direction does. They are called
	// many times and must record the same each time: data work goes into
	// Script.Run. A nil Downgrade says that the revision cannot be undone; an
	// empty function says that there is nothing to undo.
	Upgrade   func(*Script)
	Downgrade func(*Script)

	source string
}

// Source is the file and line of the History.Add call: "file.go:12".
func (r Revision) Source() string { return r.source }

// A History is the list of the revisions of one application, in no particular
// order: the order is in the revisions. It is a variable of the application's
// migrations package, and each revision file adds to it while the program
// initialises. After that it is only read, by any number of goroutines.
type History struct {
	// Ignore names tables that are nobody's business here, as exact names or
	// with * for any characters: "_litestream_*".
	Ignore []string

	revisions []Revision
}

// Add adds a revision. It checks nothing: what is wrong with a history is
// reported by whoever loads it, all at once and with the file names. The
// result has no use but to allow "var _ = History.Add(…)".
func (h *History) Add(r Revision) *History {
	if _, file, line, ok := runtime.Caller(1); ok {
		r.source = filepath.Base(file) + ":" + strconv.Itoa(line)
	}
	h.revisions = append(h.revisions, r)
	return h
}

// Revisions returns the revisions as they were added. A nil history has none.
func (h *History) Revisions() []Revision {
	if h == nil {
		return nil
	}
	return slices.Clone(h.revisions)
}
