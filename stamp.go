package whimbrel

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/journal"
)

// Stamp records target, and all that it follows, as the applied set, without
// running anything. Unless noVerify, the database must be the schema of that
// set: otherwise the error has code Mismatch and tells the differences, and
// nothing is recorded. It returns the new heads; where the record says all that
// already, they are marked as applied.
func (p *Project) Stamp(ctx context.Context, target string, noVerify bool) (_ []Revision, err error) {
	if p.cfg.DB == nil {
		return nil, p.needDatabase()
	}
	if p.cfg.Missing() {
		// Connecting makes the database, which only a stamp that compares
		// nothing and knows its target may do.
		t, err := p.graph.Resolve(target, nil)
		switch {
		case err != nil:
			return nil, p.explain(err)
		case !noVerify && !t.IsBase():
			return nil, p.needDatabase()
		}
	}
	conn, err := p.cfg.DB.Conn(ctx)
	if err != nil {
		return nil, p.explain(&connectError{err})
	}
	s := &session{Project: p, conn: conn}
	defer func() { err = p.explain(errors.Join(err, s.close(ctx))) }()
	// A database that names a revision nobody knows is one of the things that
	// stamp is there to mend.
	if err := s.lock(ctx); err != nil && CodeOf(err) != UnknownApplied {
		return nil, err
	}
	t, err := p.graph.Resolve(target, s.state.IDs())
	if err != nil {
		return nil, err
	}
	want, err := p.graph.Closure(t.IDs)
	if err != nil {
		return nil, err
	}
	entries, err := s.entries(ctx, want)
	if err != nil {
		return nil, err
	}
	verify := func(ctx context.Context, q dialect.Queryer) error { return nil }
	if !noVerify {
		verify = func(ctx context.Context, q dialect.Queryer) error { return p.verify(ctx, q, want, target) }
	}
	if len(entries) == 0 {
		out := p.revisions(t.IDs)
		mark(out, s.state)
		return out, verify(ctx, s.conn)
	}
	if err := s.runner().Entries(ctx, entries, verify); err != nil {
		return nil, err
	}
	return p.revisions(t.IDs), nil
}

// entries returns what is to be recorded so that want is the applied set; nothing
// where all that is recorded already.
func (s *session) entries(ctx context.Context, want []string) ([]journal.Entry, error) {
	var entries []journal.Entry
	// What the journal takes for applied, and nobody wants: only an entry of its
	// own tells it otherwise.
	if s.state.Logged && s.state.Exists {
		lost, err := journal.Lost(ctx, s.conn, s.cfg.Dialect)
		if err != nil {
			return nil, err
		}
		for _, id := range lost {
			if !slices.Contains(want, id) {
				entries = append(entries,
					journal.Entry{Revision: id, Action: journal.Stamp}, journal.Entry{Revision: id, Action: journal.Unstamp})
			}
		}
	}
	for _, id := range s.state.IDs() {
		if !slices.Contains(want, id) {
			entries = append(entries, journal.Entry{Revision: id, Action: journal.Unstamp})
		}
	}
	for _, id := range want {
		if !s.state.Has(id) {
			entries = append(entries, journal.Entry{Revision: id, Hash: s.hash(id), Action: journal.Stamp})
		}
	}
	// What was stopped half-way and has been undone, or done again, by hand is
	// settled by an entry, where no other says so.
	if at, _, _, half := journal.HalfDone(s.state.Open); half && len(entries) == 0 {
		on, off := journal.Entry{Revision: at.Revision, Hash: s.hash(at.Revision), Action: journal.Stamp}, journal.Entry{Revision: at.Revision, Action: journal.Unstamp}
		if s.state.Has(at.Revision) {
			on, off = off, on
		}
		entries = append(entries, on, off)
	}
	return entries, nil
}

func (p *Project) verify(ctx context.Context, q dialect.Queryer, ids []string, target string) error {
	report, err := p.compare(ctx, q, ids)
	if err != nil {
		return err
	}
	if len(report.Ops) == 0 && len(report.Unsupported) == 0 && len(report.NotCompared) == 0 {
		return nil
	}
	return &Error{
		Code:   Mismatch,
		Msg:    fmt.Sprintf("the database is not the schema of %s, nothing was recorded", target),
		Detail: report.Lines(),
		Hint:   []string{"to record it all the same: whim db stamp --no-verify " + target},
	}
}

// stampOf returns what stamp is to be given so that a set is recorded.
func (p *Project) stampOf(set []string) string {
	heads := p.graph.AppliedHeads(set)
	switch all := p.graph.Heads(); {
	case len(heads) > 1 && slices.Equal(slices.Sorted(slices.Values(heads)), slices.Sorted(slices.Values(all))):
		return "heads"
	case len(heads) > 1:
		return "current" // no other word stands for several
	case len(heads) == 1:
		return heads[0]
	}
	return "base"
}
