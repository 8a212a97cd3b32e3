package devapp

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
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
	unused := &connections{since: map[net.Conn]time.Time{}}
	srv.BaseContext = func(net.Listener) context.Context { return requests }
	srv.ConnState = unused.note
	srv.SetKeepAlivesEnabled(false)

	failed := make(chan error, 1)
	go func() {
		if cert != "" {
			failed <- srv.ServeTLS(ln, cert, key)
		} else {
			failed <- srv.Serve(ln)
		}
	}()
	l.tell(Ready)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	case <-l.stop:
	}
	l.stopOnce.Do(func() { close(l.stop) }) // the events let go

	done := make(chan struct{})
	defer close(done)
	go unused.closeUnused(done)
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), Grace)
	defer cancel()
	err := srv.Shutdown(wait)
	if err != nil {
		log.New(srv.ErrorLog.Writer(), "", 0).Printf(" * Requests were still being answered after %s, and were cut off", Grace)
		cut()
		srv.Close()
	}
	<-failed // http.ErrServerClosed: Serve has returned
	if errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

// connections are those on which no request has come yet. Browsers open some in
// advance, and a shutdown would wait for them for seconds.
type connections struct {
	mu    sync.Mutex
	since map[net.Conn]time.Time
}

// unusedFor is how long a connection may be silent when the app is to end. What
// is sent on this machine arrives sooner.
const unusedFor = 250 * time.Millisecond

func (c *connections) note(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if state == http.StateNew {
		c.since[conn] = now()
	} else {
		delete(c.since, conn)
	}
}

func (c *connections) closeUnused(done <-chan struct{}) {
	tick := time.NewTicker(unusedFor / 5)
	defer tick.Stop()
	for {
		c.mu.Lock()
		for conn, begun := range c.since {
			if since(begun) > unusedFor {
				conn.Close()
				delete(c.since, conn)
			}
		}
		c.mu.Unlock()
		select {
		case <-tick.C:
		case <-done:
			return
		}
	}
}
