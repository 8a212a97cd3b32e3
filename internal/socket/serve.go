package socket

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// ErrCut says that requests took too long to end, and were cut off.
var ErrCut = errors.New("requests were still being answered, and were cut off")

// Options are how [Serve] serves, and how it ends.
type Options struct {
	Cert, Key string        // files; "" is no TLS
	Grace     time.Duration // for requests that are being answered at the end
	Begun     func()        // is called when requests are answered
	Ending    func()        // is called when no more are taken
}

// Serve answers requests on a socket until ctx is done. It then takes no more
// connections, and every request on those that it has gets its answer. The
// server's ConnState must be free.
//
// [http.Server.Shutdown] alone loses some: a request that it reads after it was
// called, on a connection that was accepted before, is dropped without an answer
// (net/http of Go 1.26).
func Serve(ctx context.Context, srv *http.Server, l net.Listener, o Options) error {
	open := &connections{state: map[net.Conn]http.ConnState{}, since: map[net.Conn]time.Time{}}
	srv.ConnState = open.note
	failed := make(chan error, 1)
	go func() {
		if o.Cert != "" {
			failed <- srv.ServeTLS(l, o.Cert, o.Key)
		} else {
			failed <- srv.Serve(l)
		}
	}()
	if o.Begun != nil {
		o.Begun()
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	l.Close()
	<-failed // an error, because the socket is closed
	if o.Ending != nil {
		o.Ending()
	}
	srv.SetKeepAlivesEnabled(false) // connections end with their answer

	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.Grace)
	defer cancel()
	err := open.ended(wait)
	if err == nil {
		err = srv.Shutdown(wait)
	}
	if err != nil {
		srv.Close()
		return ErrCut
	}
	return nil
}

// connections are those that a server has open.
type connections struct {
	mu    sync.Mutex
	state map[net.Conn]http.ConnState
	since map[net.Conn]time.Time // of those on which no request has come yet
}

// unused is how long a connection may be silent before it does not count. Browsers
// open some in advance.
const unused = time.Second

func (c *connections) note(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.since, conn)
	switch state {
	case http.StateNew:
		c.state[conn], c.since[conn] = state, clock()
	case http.StateActive, http.StateIdle:
		c.state[conn] = state
	case http.StateHijacked, http.StateClosed:
		delete(c.state, conn)
	}
}

func clock() time.Time { return time.Now() } //nolint:forbidigo // how long a connection is silent

// busy reports whether a request is being answered, or may come. What is silent
// for long is closed.
func (c *connections) busy() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	busy := false
	for conn, state := range c.state {
		switch {
		case state == http.StateActive:
			busy = true
		case state == http.StateNew && clock().Sub(c.since[conn]) < unused:
			busy = true
		case state == http.StateNew:
			conn.Close()
		}
	}
	return busy
}

// ended waits until no connection is busy.
func (c *connections) ended(ctx context.Context) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for c.busy() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
