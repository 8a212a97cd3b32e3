package socket

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// begin serves h, and returns the address, what ends it and how it has ended.
func begin(t *testing.T, h http.HandlerFunc, grace time.Duration) (addr string, end func(), ended <-chan error) {
	t.Helper()
	l, err := Listen(t.Context(), "127.0.0.1", 0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, &http.Server{Handler: h}, l, Options{Grace: grace}) }()
	return l.Addr().String(), cancel, done
}

// TestLateRequest: a connection is open, the server is told to end, and only then
// the request comes. http.Server.Shutdown would drop it.
func TestLateRequest(t *testing.T) {
	var open atomic.Int32
	addr, end, ended := begin(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello ", open.Add(1)) }, time.Minute)
	first, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	// One request that is answered: connections before it are accepted by then.
	resp, err := http.Get("http://" + addr)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	end()
	for { // until nobody takes connections any more
		c, err := net.Dial("tcp", addr)
		if err != nil {
			break
		}
		c.Close()
	}
	if _, err := io.WriteString(first, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	resp, err = http.ReadResponse(bufio.NewReader(first), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, err := io.ReadAll(resp.Body); err != nil || string(b) != "hello 2" || !resp.Close {
		t.Errorf("%q, %v, close %v", b, err, resp.Close)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestSilent: a connection on which nothing comes does not keep the server from
// ending, and a request that never ends does so only for a while.
func TestSilent(t *testing.T) {
	begun := make(chan bool, 1)
	addr, end, ended := begin(t, func(w http.ResponseWriter, r *http.Request) {
		begun <- true
		if strings.HasSuffix(r.URL.Path, "endless") {
			<-r.Context().Done()
		}
	}, 2*unused)
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	result := make(chan error, 1)
	go func() {
		resp, err := http.Get("http://" + addr + "/endless")
		if err == nil {
			resp.Body.Close()
		}
		result <- err
	}()
	<-begun
	end()
	if err := <-ended; !errors.Is(err, ErrCut) {
		t.Errorf("with a request that never ends: %v", err)
	}
	if err := <-result; err == nil {
		t.Error("the request that never ends has ended")
	}

	addr, end, ended = begin(t, func(http.ResponseWriter, *http.Request) {}, time.Minute)
	c2, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c2.Close()
	end()
	if err := <-ended; err != nil {
		t.Errorf("with a silent connection: %v", err)
	}
}
