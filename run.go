package whimbrel

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/journal"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/runner"
	"github.com/whimbreldb/whimbrel/schema"
)

// Upgrade applies what is missing to reach target: "head", "heads", an id or
// the beginning of one, "+1". It returns the steps that are done and recorded,
// also when it fails: then the failed revision has left nothing behind.
//
// It makes the database when it does not exist, and needs the only write lock.
// When there is nothing to do, it does one query.
func (p *Project) Upgrade(ctx context.Context, target string) ([]Step, error) {
	return p.run(ctx, target, false)
}

// Downgrade undoes what is above target: "-1", an id or the beginning of one,
// "base". See [Project.Upgrade] for what it returns.
func (p *Project) Downgrade(ctx context.Context, target string) ([]Step, error) {
	if p.cfg.DB != nil && p.cfg.Missing() {
		return nil, p.needDatabase()
	}
	return p.run(ctx, target, true)
}

func (p *Project) run(ctx context.Context, target string, down bool) (done []Step, err error) {
	if p.cfg.DB != nil && p.cfg.Missing() {
		// Connecting makes the database. A target that does not exist must not.
		if steps, err := p.steps(journal.State{}, target, down); err != nil || len(steps) == 0 {
			return nil, err
		}
	}
	s, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		err = p.explain(errors.Join(err, s.close(ctx)))
	}()
	steps, err := p.steps(s.state, target, down)
	if err != nil {
		return nil, err
	}
	if len(steps) == 0 {
		if !p.cfg.Dialect.Flavor().Can(dialect.Pieces) || !s.state.Exists {
			return nil, nil
		}
		// What is recorded as applied may be half undone.
		if s.state, err = journal.ReadAll(ctx, s.conn, p.cfg.Dialect); err != nil {
			return nil, err
		}
		return nil, s.nothingHalf()
	}
	steps, live, err := s.lockFor(ctx, target, down)
	if err != nil || len(steps) == 0 {
		return nil, err
	}
	r := s.runner()
	r.State, r.Mark = op.LiveState(live), s.mark
	p.tell(r, steps)
	n, err := r.Do(ctx, p.runnable(steps))
	return steps[:n], err
}

// lockFor takes the lock, and returns the steps that there are to do then, with
// the database as it is.
func (s *session) lockFor(ctx context.Context, target string, down bool) (steps []Step, live schema.Schema, err error) {
	if err := s.lock(ctx); err != nil {
		return nil, live, err
	}
	for try := 0; ; try++ {
		if steps, err = s.steps(s.state, target, down); err != nil || len(steps) == 0 {
			return nil, live, err
		}
		if err := s.fill(steps, s.state.IDs(), down); err != nil {
			return nil, live, err
		}
		if err := errors.Join(s.nothingHalf(), s.nothingLost(ctx)); err != nil {
			return nil, live, err
		}
		if live, err = s.cfg.Dialect.Inspect(ctx, s.conn); err != nil {
			return nil, live, err
		}
		untracked := s.tracked(s.state, live, steps)
		if untracked == nil {
			return steps, live, nil
		}
		// Unless another process was at work between the reading of the record and of
		// the tables. A database that is never quiet is believed in the end.
		mark := s.mark
		if err := s.lock(ctx); err != nil {
			return nil, live, err
		}
		if s.mark == mark || try == 10 {
			return nil, live, untracked
		}
	}
}

// tell makes events of what a run does.
func (p *Project) tell(r *runner.Run, steps []Step) {
	event := func(kind EventKind) func(int) {
		return func(i int) { p.cfg.OnEvent(Event{Kind: kind, Step: steps[i], Index: i, Total: len(steps)}) }
	}
	r.Started, r.Skipped = event(StepStarted), event(StepSkipped)
	r.Waiting = func(object, holder string) {
		p.cfg.OnEvent(Event{Kind: LockAwaited, Total: len(steps), Object: object, Holder: holder})
	}
	r.Done = func(i int, took time.Duration) {
		steps[i].Took = took.Seconds()
		p.cfg.OnEvent(Event{Kind: StepDone, Step: steps[i], Index: i, Total: len(steps), Duration: took})
	}
}

func (s *session) runner() *runner.Run {
	nothing := func(int) {}
	return &runner.Run{
		Dialect: s.cfg.Dialect, Conn: s.conn, DB: s.cfg.DB, Journal: s.state, Clock: s.cfg.Now, LockWait: max(s.cfg.LockWait, 0),
		Started: nothing, Skipped: nothing, Done: func(int, time.Duration) {}, Waiting: func(string, string) {},
	}
}

// nothingLost refuses to go on where the journal knows of a revision that the
// version table does not have: running it once more could do harm.
func (s *session) nothingLost(ctx context.Context) error {
	if !s.state.Exists || !s.state.Logged {
		return nil
	}
	lost, err := journal.Lost(ctx, s.conn, s.cfg.Dialect)
	if err != nil || len(lost) == 0 {
		return err
	}
	// Another process may have been between the two reads.
	now, err := journal.Read(ctx, s.conn, s.cfg.Dialect)
	lost = slices.DeleteFunc(lost, now.Has)
	if err != nil || len(lost) == 0 {
		return err
	}
	return &Error{
		Code: LostRecord, Msg: "by the journal a revision is applied, and the version table does not have it",
		Detail: lost, Hint: []string{
			"Stamp records what is true, and compares first. if it is applied: whim db stamp " + lost[len(lost)-1],
			"if it is not: whim db stamp " + s.stampOf(s.state.IDs()),
		},
	}
}

// nothingHalf refuses to go on where a revision was stopped half-way: the
// schema is then neither that before it nor that after it.
func (s *session) nothingHalf() error {
	if h := s.halfOf(s.state); h != nil {
		return h.Err()
	}
	return nil
}
