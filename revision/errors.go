package revision

import (
	"fmt"
	"strings"
)

// A NameError says that a revision id or a label cannot be used as one.
type NameError struct {
	Name   string
	Label  bool // a label, not an id
	ID     string
	Source string
	Why    string
}

func (e *NameError) Error() string {
	what := "revision id"
	if e.Label {
		what = "label"
	}
	return at(e.Source, fmt.Sprintf("%s %q %s", what, e.Name, e.Why))
}

// A DuplicateError says that several revisions have one id.
type DuplicateError struct {
	ID      string
	Sources []string
}

func (e *DuplicateError) Error() string {
	return fmt.Sprintf("revision id %q is used %d times: %s", e.ID, len(e.Sources), strings.Join(e.Sources, ", "))
}

// A DuplicateLabelError says that several revisions declare one label.
type DuplicateLabelError struct {
	Label   string
	IDs     []string
	Sources []string
}

func (e *DuplicateLabelError) Error() string {
	return fmt.Sprintf("label %q is declared by several revisions: %s", e.Label, strings.Join(e.IDs, ", "))
}

// A LabelIsIDError says that a label is also the id of a revision.
type LabelIsIDError struct {
	Label   string
	ID      string // the revision that declares the label
	Sources []string
}

func (e *LabelIsIDError) Error() string {
	return fmt.Sprintf("label %q of revision %s is the id of a revision: %s", e.Label, e.ID, strings.Join(e.Sources, ", "))
}

// A MissingError says that a revision refers to one that is not there.
type MissingError struct {
	ID         string // the revision that refers
	Source     string
	Ref        string // what it refers to
	Dependency bool   // a dependency, not a down revision
	Near       []string
}

func (e *MissingError) Error() string {
	what := "down revision"
	if e.Dependency {
		what = "dependency"
	}
	s := fmt.Sprintf("%s %q of revision %q does not exist", what, e.Ref, e.ID)
	return at(e.Source, s+suggest(e.Near))
}

// A SelfReferenceError says that a revision follows or depends on itself.
type SelfReferenceError struct {
	ID         string
	Source     string
	Dependency bool
}

func (e *SelfReferenceError) Error() string {
	verb := "follows"
	if e.Dependency {
		verb = "depends on"
	}
	return at(e.Source, fmt.Sprintf("revision %q %s itself", e.ID, verb))
}

// A CycleError says that revisions need each other. Each needs the next; the
// last needs the first.
type CycleError struct {
	IDs     []string
	Sources []string
}

func (e *CycleError) Error() string {
	return "revisions form a cycle: " + strings.Join(e.IDs, " -> ") + " -> " + e.IDs[0]
}

// A NotFoundError says that a symbol stands for no revision.
type NotFoundError struct {
	Symbol string
	Near   []string // ids and labels that look like it
}

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("no revision %q", e.Symbol) + suggest(e.Near)
}

// An AmbiguousError says that a symbol could stand for several revisions.
type AmbiguousError struct {
	Symbol  string
	Matches []string
}

func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%q is ambiguous: it could be %s", e.Symbol, strings.Join(e.Matches, ", "))
}

// A MultipleHeadsError says that a symbol needs one head and there are several.
type MultipleHeadsError struct {
	Symbol string
	Heads  []string
	// Current: they are the heads of the applied set, not of the graph.
	Current bool
}

func (e *MultipleHeadsError) Error() string {
	where := "there are"
	if e.Current {
		where = "applied are"
	}
	return fmt.Sprintf("%q needs one head; %s %d: %s", e.Symbol, where, len(e.Heads), strings.Join(e.Heads, ", "))
}

// A RangeError says that a relative step leads out of the graph.
type RangeError struct {
	Symbol string
	Want   int // steps asked for, without sign
	Have   int // steps there are
}

func (e *RangeError) Error() string {
	return fmt.Sprintf("%q wants %d steps; there are %d", e.Symbol, e.Want, e.Have)
}

// A NotAncestorError says that one revision does not lead to another.
type NotAncestorError struct {
	Lower string
	Upper string
}

func (e *NotAncestorError) Error() string {
	return fmt.Sprintf("revision %s does not lead to %s", e.Lower, e.Upper)
}

// A NotAppliedError says that a downgrade cannot stop at a revision, because
// it is not applied.
type NotAppliedError struct {
	ID      string
	Current []string
}

func (e *NotAppliedError) Error() string {
	return fmt.Sprintf("revision %s is not applied", e.ID)
}

// A GapError says that a set of applied revisions cannot be: a revision is
// applied, and what it needs is not.
type GapError struct {
	ID      string
	Missing []string
}

func (e *GapError) Error() string {
	return fmt.Sprintf("revision %s is applied, and what it needs is not: %s", e.ID, strings.Join(e.Missing, ", "))
}

// A SymbolError says that a text is not a revision symbol or range at all.
type SymbolError struct {
	Symbol string
	Why    string
}

func (e *SymbolError) Error() string { return fmt.Sprintf("%q is no revision: %s", e.Symbol, e.Why) }

func at(source, text string) string {
	if source == "" {
		return text
	}
	return source + ": " + text
}

func suggest(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "; near: " + strings.Join(names, ", ")
}
