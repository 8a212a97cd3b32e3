// Package journal keeps, in the database itself, which revisions are applied
// and what was done to it.
//
// There are two tables. The version table holds the applied set, one row for
// each revision; heads are derived from it, never stored. The journal is only
// added to. It holds one row for each action on a revision as a whole; of a
// revision that cannot be one transaction it also holds rows for each of its
// statements, before and after, so that it says how far the revision is
// (progress.go). Both are ordinary tables, described by schema values and
// created by the dialect. What is written here is written in the transaction
// of the revision it is about, where the revision is one.
package journal

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// The names of the two tables. Inspectors return them like any other table;
// whoever compares schemas leaves them out with [Owns].
const (
	VersionTable = "whimbrel_version"
	Table        = "whimbrel_journal"
)

// Owns reports whether a table is one of ours.
func Owns(table string) bool { return table == VersionTable || table == Table }

func tables() []schema.Table {
	return []schema.Table{
		schema.NewTable(VersionTable,
			schema.String("revision", 200).NotNull().PrimaryKey(),
			schema.String("hash", 64).NotNull(),
			schema.LocalDateTime("applied_at").NotNull().DefaultExpr("CURRENT_TIMESTAMP"),
			schema.BigInt("duration_ms").NotNull(),
			schema.TableOptions{WithoutRowID: true}, // its key is all it is looked up by
		),
		schema.NewTable(Table,
			schema.BigInt("id").NotNull().PrimaryKey(), // ours to count: whoever writes has the lock
			schema.String("revision", 200).NotNull(),
			schema.String("action", 20).NotNull(), // an Action
			schema.Int("step").NotNull(),          // statement, from 0; -1: the revision as a whole
			schema.String("state", 20).NotNull(),  // a StepState
			schema.LocalDateTime("at").NotNull().DefaultExpr("CURRENT_TIMESTAMP"),
			schema.Int("format").NotNull().Default(1), // of both tables
		),
	}
}

// Create returns the statements that create what s says is not there.
func Create(d dialect.Dialect, s State) ([]dialect.Stmt, error) {
	var ops []op.Op
	for _, t := range tables() {
		if t.Name == VersionTable && !s.Exists || t.Name == Table && !s.Logged {
			ops = append(ops, op.CreateTable{Table: t})
		}
	}
	return d.Compile(ops, op.NewState(schema.Schema{}))
}

// An Action is what was done to a revision.
type Action string

const (
	Upgrade   Action = "upgrade"
	Downgrade Action = "downgrade"
	Stamp     Action = "stamp"   // recorded as applied without running it
	Unstamp   Action = "unstamp" // recorded as not applied without running it
)

// An Applied is a row of the version table.
type Applied struct {
	Revision string
	Hash     string    // of the operations that were applied
	At       time.Time // by the clock of the server, UTC
}

// A State is what the tables say.
type State struct {
	Exists  bool // the version table exists
	Applied []Applied

	// What only ReadAll fills in.
	Logged bool       // the journal exists
	Last   int64      // id of its newest row
	Open   []Progress // of a revision that was stopped half-way, in order
}

// IDs returns the applied set.
func (s State) IDs() []string {
	ids := make([]string, len(s.Applied))
	for i, a := range s.Applied {
		ids[i] = a.Revision
	}
	return ids
}

// Has reports whether a revision is applied.
func (s State) Has(revision string) bool {
	return slices.ContainsFunc(s.Applied, func(a Applied) bool { return a.Revision == revision })
}

// SameSet reports whether two states have the same revisions applied.
func (s State) SameSet(t State) bool {
	return slices.Equal(slices.Sorted(slices.Values(s.IDs())), slices.Sorted(slices.Values(t.IDs())))
}

// Read reads the applied set with one query, and another one only when that
// fails. It creates nothing.
func Read(ctx context.Context, q dialect.Queryer, d dialect.Dialect) (State, error) {
	s, err := read(ctx, q, d)
	if err == nil {
		return s, nil
	}
	switch d.Classify(err) {
	case dialect.Unreachable, dialect.Lost, dialect.Interrupted:
		return State{}, err // nobody is there to be asked; trying again would double the wait
	case dialect.Denied:
		return State{}, err // who may not read a table may not see either that it is there
	case dialect.Refused, dialect.Busy, dialect.ReadOnly, dialect.NotADatabase, dialect.OtherFailure:
	}
	// Only a table that is really not there means that nothing is applied: any
	// other failure must not be taken for an empty database.
	outcome, probeErr := d.Probe(ctx, q, op.CreateTable{Table: tables()[0]})
	switch {
	case probeErr != nil && d.Classify(err) == dialect.Refused, probeErr != nil && d.Classify(probeErr) == dialect.Busy:
		return State{}, probeErr
	case probeErr == nil && outcome == dialect.Absent:
		return State{}, nil
	case probeErr == nil && outcome == dialect.Applied && d.Classify(err) == dialect.Refused:
		return read(ctx, q, d) // somebody has made it meanwhile
	}
	return State{}, err
}

func read(ctx context.Context, q dialect.Queryer, d dialect.Dialect) (State, error) {
	rows, err := q.QueryContext(ctx, "SELECT revision, hash, applied_at FROM "+d.Quote(VersionTable)+" ORDER BY applied_at, revision")
	if err != nil {
		return State{}, err
	}
	defer rows.Close()
	s := State{Exists: true}
	for rows.Next() {
		var a Applied
		var at any
		var hash sql.NullString
		if err := rows.Scan(&a.Revision, &hash, &at); err != nil {
			return State{}, err
		}
		a.Hash, a.At = hash.String, parseTime(at)
		s.Applied = append(s.Applied, a)
	}
	return s, rows.Err()
}

// parseTime reads a timestamp as drivers return it. A row written by somebody
// else may hold anything: that is no reason to fail.
func parseTime(v any) time.Time {
	switch v := v.(type) {
	case time.Time:
		return v.UTC()
	case []byte:
		return parseTime(string(v))
	case string:
		if t, err := time.Parse(time.DateTime, v); err == nil {
			return t
		}
	}
	return time.Time{}
}

// ReadAll is [Read] for whoever is going to write: it also finds the end of
// the journal.
func ReadAll(ctx context.Context, q dialect.Queryer, d dialect.Dialect) (State, error) {
	s, err := Read(ctx, q, d)
	if err != nil {
		return s, err
	}
	s.Last, s.Open, err = last(ctx, q, d)
	if err == nil {
		s.Logged = true
		return s, nil
	}
	if d.Classify(err) == dialect.Denied {
		return s, err // who may not read a table may not see either that it is there
	}
	outcome, probeErr := d.Probe(ctx, q, op.CreateTable{Table: tables()[1]})
	switch {
	case probeErr == nil && outcome == dialect.Absent:
		return s, nil
	case probeErr == nil && outcome == dialect.Applied && d.Classify(err) == dialect.Refused:
		s.Last, s.Open, err = last(ctx, q, d) // somebody has made it meanwhile
		s.Logged = err == nil
	}
	return s, err
}

// Lost returns the revisions that, by the journal, are applied, and that the
// version table does not have: somebody has deleted their rows.
func Lost(ctx context.Context, q dialect.Queryer, d dialect.Dialect) ([]string, error) {
	log, version := d.Quote(Table), d.Quote(VersionTable)
	rows, err := q.QueryContext(ctx, "SELECT j.revision FROM "+log+" j JOIN (SELECT max(id) AS id FROM "+log+
		" WHERE step = -1 GROUP BY revision) n ON n.id = j.id WHERE j.action IN ("+d.Literal(string(Upgrade))+", "+d.Literal(string(Stamp))+
		") AND NOT EXISTS (SELECT 1 FROM "+version+" v WHERE v.revision = j.revision) ORDER BY j.id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var lost []string
	for rows.Next() {
		var revision string
		if err := rows.Scan(&revision); err != nil {
			return nil, err
		}
		lost = append(lost, revision)
	}
	return lost, rows.Err()
}

// last returns the id of the newest row, and the rows behind the newest one
// about a revision as a whole.
func last(ctx context.Context, q dialect.Queryer, d dialect.Dialect) (id int64, open []Progress, err error) {
	log := d.Quote(Table)
	rows, err := q.QueryContext(ctx, "SELECT id, revision, action, step, state FROM "+log+
		" WHERE id >= (SELECT coalesce(max(id), 0) FROM "+log+" WHERE step = -1) ORDER BY id")
	if err != nil {
		return 0, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p Progress
		if err := rows.Scan(&id, &p.Revision, &p.Action, &p.Step, &p.State); err != nil {
			return 0, nil, err
		}
		if p.Step >= 0 {
			open = append(open, p)
		}
	}
	return id, open, rows.Err()
}

// An Entry is one change of the applied set.
type Entry struct {
	Revision string
	Hash     string
	Action   Action
	Duration time.Duration
}

// Record returns the statements that record e. Each must change exactly one row.
// The journal's row gets the id that follows last; with a negative last, as a
// script needs it, the database finds that out itself.
func Record(d dialect.Dialect, e Entry, last int64) []string {
	revision := d.Literal(e.Revision)
	change := "DELETE FROM " + d.Quote(VersionTable) + " WHERE revision = " + revision
	if e.Action == Upgrade || e.Action == Stamp {
		change = fmt.Sprintf("INSERT INTO %s (revision, hash, duration_ms) VALUES (%s, %s, %d)",
			d.Quote(VersionTable), revision, d.Literal(e.Hash), e.Duration.Milliseconds())
	}
	into := "INSERT INTO " + d.Quote(Table) + " (id, revision, action, step, state) "
	rest := fmt.Sprintf("%s, %s, -1, 'done'", revision, d.Literal(string(e.Action)))
	switch {
	case last < 0:
		return []string{change, into + "SELECT coalesce(max(id), 0) + 1, " + rest + " FROM " + d.Quote(Table)}
	case d.Flavor().Can(dialect.WriteInWith):
		// One round trip instead of two, a thousand times in a long upgrade.
		return []string{fmt.Sprintf("WITH version AS (%s RETURNING 1) %sSELECT %d, %s FROM version", change, into, last+1, rest)}
	}
	return []string{change, into + fmt.Sprintf("VALUES (%d, %s)", last+1, rest)}
}
