package runner

import (
	"context"
	"slices"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/journal"
)

// Entries records changes of the applied set that no statement goes with, in
// one transaction, after verify has said inside it that they are true.
func (r *Run) Entries(ctx context.Context, entries []journal.Entry, verify func(context.Context, dialect.Queryer) error) error {
	return r.inTx(ctx, nil, func(ctx context.Context) error {
		// Where the lock was taken before, what was read then is true; and a query
		// of a table that is not there would end a transaction of PostgreSQL.
		if mark, err := r.Dialect.Mark(ctx, r.Conn); err != nil {
			return err
		} else if mark != "" {
			before := r.Journal
			if r.Journal, err = journal.ReadAll(ctx, r.Conn, r.Dialect); err != nil {
				return err
			}
			if !r.Journal.SameSet(before) {
				return &MovedError{entries[0].Revision}
			}
		}
		if err := verify(ctx, r.Conn); err != nil {
			return err
		}
		if err := r.create(ctx); err != nil {
			return err
		}
		for _, e := range entries {
			if err := r.record(ctx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *Run) recordStep(ctx context.Context, s Step, started time.Time) error {
	action := journal.Upgrade
	if s.Down {
		action = journal.Downgrade
	}
	return r.record(ctx, journal.Entry{Revision: s.Revision, Hash: s.Hash, Action: action, Duration: r.Clock().Sub(started)})
}

// create makes the tables of the journal that are not there.
func (r *Run) create(ctx context.Context) error {
	if r.Journal.Exists && r.Journal.Logged {
		return nil
	}
	stmts, err := journal.Create(r.Dialect, r.Journal)
	if err != nil {
		return err
	}
	for _, st := range stmts {
		if _, err := r.Conn.ExecContext(ctx, st.SQL); err != nil {
			return err
		}
	}
	r.Journal.Exists, r.Journal.Logged = true, true
	return nil
}

// record writes the version row and the journal row.
func (r *Run) record(ctx context.Context, e journal.Entry) error {
	for _, stmt := range journal.Record(r.Dialect, e, r.Journal.Last) {
		res, err := r.Conn.ExecContext(ctx, stmt)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err == nil && n != 1 {
			return &MovedError{e.Revision}
		}
	}
	r.Journal.Last++
	if e.Action == journal.Upgrade || e.Action == journal.Stamp {
		r.Journal.Applied = append(slices.Clip(r.Journal.Applied), journal.Applied{Revision: e.Revision, Hash: e.Hash})
	} else {
		// A copy: the state from before may be wanted again.
		r.Journal.Applied = slices.DeleteFunc(slices.Clone(r.Journal.Applied), func(a journal.Applied) bool { return a.Revision == e.Revision })
	}
	return nil
}
