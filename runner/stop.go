package runner

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
)

// A Stopper is a dialect whose server goes on with a statement when the client
// is gone, and ends it when another session says so.
type Stopper interface {
	// Stop returns a function that makes the server stop what the session of
	// conn, which holds the lock, is doing at that moment. It is called with
	// another connection, changes nothing where that leads to another server,
	// and may be called again. It is nil where nobody has to say so.
	Stop(ctx context.Context, conn *sql.Conn) (func(ctx context.Context, other *sql.Conn) error, error)
}

const (
	// connectWait is how long the second connection is waited for.
	connectWait = 5 * time.Second
	// stopWait is how long a statement may take to end that was told to:
	// taking rows back is work too.
	stopWait = 30 * time.Second
	// stopPause is the time between two words to the server: one that comes just
	// before the statement is not heard.
	stopPause = time.Second
)

// A StoppedError says that a statement was interrupted, and that the server has
// said so: it is not carried out.
type StoppedError struct {
	Cause error // why: what the context says
	Err   error // what the server says
}

func (e *StoppedError) Error() string   { return e.Err.Error() }
func (e *StoppedError) Unwrap() []error { return []error{e.Cause, e.Err} }

// learnToStop asks, once, how a statement of this session is stopped.
func (r *Run) learnToStop(ctx context.Context) (err error) {
	d, ok := r.Dialect.(Stopper)
	if !ok || r.DB == nil || r.stop != nil {
		return nil
	}
	r.stop, err = d.Stop(ctx, r.Conn)
	return err
}

// stoppable calls f, which carries out one statement. Where a server has to be
// told to stop, it is when ctx ends, and its answer is waited for: the
// connection and its lock stay, and what became of the statement is known.
// Where it cannot be told, or does not answer, the context that f has ends, and
// the driver gives up the connection.
func (r *Run) stoppable(ctx context.Context, f func(context.Context) error) error {
	if r.stop == nil || ctx.Done() == nil {
		return f(ctx)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	within, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	over, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-over:
		case <-ctx.Done():
			r.sayStop(within, over)
			giveUp()
		}
	}()
	err := f(within)
	close(over)
	<-watched // no word may reach the next statement
	switch {
	case err == nil || ctx.Err() == nil:
		return err
	case errors.Is(err, context.Canceled): // it was given up
		return ctx.Err()
	}
	switch r.Dialect.Classify(err) {
	case dialect.Refused, dialect.Denied, dialect.Busy, dialect.ReadOnly, dialect.Interrupted:
		return &StoppedError{Cause: ctx.Err(), Err: err}
	case dialect.OtherFailure, dialect.NotADatabase, dialect.Unreachable, dialect.Lost:
	}
	return err // the server has not said what became of it
}

// sayStop tells the server to stop, until the statement is over or nobody wants
// to wait for it any longer.
func (r *Run) sayStop(ctx context.Context, over <-chan struct{}) {
	if s := r.DB.Stats(); s.MaxOpenConnections == 1 {
		return // it is the one that waits
	}
	ctx, cancel := context.WithTimeout(ctx, stopWait)
	defer cancel()
	connecting, connected := context.WithTimeout(ctx, connectWait)
	defer connected()
	other, err := r.DB.Conn(connecting)
	if err != nil {
		return
	}
	defer other.Close()
	for r.stop(ctx, other) == nil {
		select {
		case <-over:
			return
		case <-ctx.Done():
			return
		case <-time.After(stopPause):
		}
	}
}
