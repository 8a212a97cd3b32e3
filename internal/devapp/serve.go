package devapp

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/whimbreldb/whimbrel/internal/socket"
)

// Serve answers requests on a socket until ctx is done or whim says so. Requests
// that are being answered then have [Grace]; those that arrive stay in the socket,
// which is whim's, for the next build.
//
// A connection is closed after each answer. One that is kept open could be used
// by its client in the very moment in which the app ends, and that request would
// be lost.
func (l *Link) Serve(ctx context.Context, ln net.Listener, srv *http.Server, cert, key string) error {
	requests, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	srv.BaseContext = func(net.Listener) context.Context { return requests }
	srv.SetKeepAlivesEnabled(false)
	ctx, end := context.WithCancel(ctx)
	defer end()
	go func() {
		select {
		case <-l.stop:
			end()
		case <-ctx.Done():
		}
	}()
	err := socket.Serve(ctx, srv, ln, socket.Options{
		Cert: cert, Key: key, Grace: Grace,
		Begun: func() { l.tell(Ready) },
		Ending: func() {
			l.tell(Closed)
			l.stopOnce.Do(func() { close(l.stop) }) // the events let go
		},
	})
	if errors.Is(err, socket.ErrCut) {
		log.New(srv.ErrorLog.Writer(), "", 0).Printf(" * Requests were still being answered after %s, and were cut off", Grace)
		return nil
	}
	return err
}

// now and since are the clock of statements.
func now() time.Time                  { return time.Now() } //nolint:forbidigo // how long a statement took
func since(t time.Time) time.Duration { return time.Since(t) }
