package whimbrel

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/journal"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/runner"
)

// SQL writes a script that leads from one revision to another: "base:head",
// "ae10:", "head" (from base), or, with down, "head:-1". It reads no database:
// what was done to one by hand is not seen, so a script is right only for a
// database that is what its revisions say. A Go step cannot be written as SQL;
// the error then has code NotOffline, and nothing is written.
//
// The checks that guard the data are part of the script: it stops at the first
// that does not hold. It is written for the command-line client of the
// database.
func (p *Project) SQL(w io.Writer, span string, down bool) error {
	d, err := p.needDialect()
	if err != nil {
		return err
	}
	from, ids, err := p.span(span, down)
	if err != nil {
		return p.explain(err)
	}
	state, err := p.replay(from)
	if err != nil {
		return err
	}
	var b strings.Builder
	at := slices.Clone(from)
	var first []dialect.Stmt
	if len(from) == 0 {
		if first, err = journal.Create(d, journal.State{}); err != nil {
			return p.explain(err)
		}
	}
	for _, id := range ids {
		if err := p.writeStep(&b, d, state, &at, id, down, first); err != nil {
			return p.explain(err)
		}
		first = nil
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// span returns the revisions that are applied before the script, and those
// that it carries out, in order.
func (p *Project) span(span string, down bool) (from, ids []string, err error) {
	if down && !strings.Contains(span, ":") {
		return nil, nil, &Error{
			Code: BadRange, Msg: "a downgrade script needs to know where it starts",
			Hint: []string{"for example: whim db downgrade --sql head:" + span},
		}
	}
	r, err := p.graph.ParseRange(span, nil)
	if err != nil {
		return nil, nil, err
	}
	if from, err = p.graph.Closure(r.From.IDs); err != nil {
		return nil, nil, err
	}
	if !down {
		ids, err = p.graph.Between(r.From.IDs, r.To.IDs)
		return from, ids, err
	}
	ids, err = p.graph.Between(r.To.IDs, r.From.IDs)
	slices.Reverse(ids)
	return from, ids, err
}

func (p *Project) writeStep(b *strings.Builder, d dialect.Dialect, state *op.State, at *[]string, id string, down bool, first []dialect.Stmt) error {
	r := p.byID[id]
	s := runner.Step{Revision: id, Hash: p.hash(id), Down: down, Ops: op.Record(r.Upgrade)}
	e := journal.Entry{Revision: id, Hash: s.Hash, Action: journal.Upgrade}
	before := p.graph.AppliedHeads(*at)
	if down {
		if r.Downgrade == nil {
			return errIrreversible(r)
		}
		s.Ops, e.Action = op.Record(r.Downgrade), journal.Downgrade
		*at = slices.DeleteFunc(*at, func(a string) bool { return a == id })
	} else {
		*at = append(*at, id)
	}
	work, err := runner.Compile(d, s, state)
	if err != nil {
		var conflict *op.ConflictError
		if errors.As(err, &conflict) { // with the history: no database was asked
			return &Error{
				Code: BadReplay, Msg: conflict.Error(), Detail: []string{"revision " + id + ", " + r.Source()},
				Hint: []string{"The revisions before it make another schema: was one of them edited?"}, Err: err,
			}
		}
		return &runner.RevisionError{Revision: id, Down: down, Planned: true, Err: err}
	}
	stmts := first
	for _, part := range work {
		if part.Run.Func != nil {
			return &Error{
				Code: NotOffline, Msg: fmt.Sprintf("revision %s has a Go step, %q, which cannot be written as SQL", id, part.Run.Name),
				Hint: []string{"Write scripts for what is before it and after it, and run it with: whim db upgrade " + id},
			}
		}
		stmts = append(stmts, part.Stmts...)
	}
	fmt.Fprintf(b, "-- Running %s %s -> %s, %s\n\n", e.Action, names(before), names(p.graph.AppliedHeads(*at)), oneLine(r.Message))
	for _, record := range journal.Record(d, e, -1) {
		stmts = append(stmts, dialect.Stmt{SQL: record})
	}
	b.WriteString(d.Script(stmts) + "\n")
	return nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// names writes heads as people read them.
func names(heads []string) string {
	if len(heads) == 0 {
		return "base"
	}
	return strings.Join(heads, ", ")
}

// Upgrade is the short way for a program that only wants its database at the
// newest revision: Open and Upgrade to head.
func Upgrade(ctx context.Context, cfg Config) ([]Step, error) {
	p, err := Open(cfg)
	if err != nil {
		return nil, err
	}
	return p.Upgrade(ctx, "head")
}
