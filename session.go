package whimbrel

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/journal"
)

// session is one pinned connection, for a command that changes the database.
type session struct {
	*Project
	conn   *sql.Conn
	unlock func(context.Context) error
	mark   string // of the database, taken before state was read
	state  journal.State
}

// connect pins a connection. It takes no lock: a run that finds nothing to do
// needs none.
func (p *Project) connect(ctx context.Context) (*session, error) {
	if p.cfg.DB == nil {
		return nil, &Error{Code: NoDatabase, Msg: "no database is configured"}
	}
	conn, err := p.cfg.DB.Conn(ctx)
	if err != nil {
		return nil, p.explain(&connectError{err})
	}
	s := &session{Project: p, conn: conn}
	s.state, err = journal.Read(ctx, conn, p.cfg.Dialect)
	switch {
	case err == nil:
		err = p.known(ctx, conn, s.state)
	case p.cfg.Dialect.Classify(err) == dialect.Busy:
		err = s.lock(ctx) // which waits, and reads again
	}
	if err != nil {
		return nil, p.explain(errors.Join(err, s.close(ctx)))
	}
	return s, nil
}

// lock keeps others out, and reads again what is applied: somebody else may
// have been at work while we waited.
func (s *session) lock(ctx context.Context) (err error) {
	if s.unlock == nil {
		wait := max(s.cfg.LockWait, 0)
		if s.unlock, err = s.cfg.Dialect.Lock(ctx, s.conn, wait); err != nil {
			return err
		}
	}
	// The mark comes first: should somebody come in between, what is read is
	// newer than the mark, which is noticed, and never the other way round.
	if s.mark, err = s.cfg.Dialect.Mark(ctx, s.conn); err != nil {
		return err
	}
	if s.state, err = journal.ReadAll(ctx, s.conn, s.cfg.Dialect); err != nil {
		return err
	}
	return s.known(ctx, s.conn, s.state)
}

func (s *session) close(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var err error
	if s.unlock != nil {
		err = s.unlock(ctx)
		s.unlock = nil
	}
	// Close waits for rows that are still open. Those of a Go step are closed
	// with the step, but for rows of a statement that it prepared and asked
	// with a context of its own: then nobody can, and the connection is left.
	closed := make(chan error, 1)
	go func() { closed <- s.conn.Close() }()
	select {
	case e := <-closed:
		return errors.Join(err, e)
	case <-time.After(5 * time.Second):
		return errors.Join(err, &Error{
			Code: StepFailed, Msg: "a Go step has left rows of a prepared statement open, so the connection cannot be given back",
			Hint: []string{"Close the rows, or give the query the context of the step. What was done before is recorded: whim db current"},
		})
	}
}
