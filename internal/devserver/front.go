package devserver

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/whimbreldb/whimbrel/internal/devapp"
	"github.com/whimbreldb/whimbrel/internal/devpage"
)

// A front is who answers at the address of the dev server while the app does
// not: it has the listening socket. As long as an app runs to which the socket
// was handed, the front takes nothing from it; while a build is on, nobody does,
// and requests wait in the socket; when there is an error, the front answers with
// its page.
//
// In front of an app that listens elsewhere it takes every request, and passes it
// on.
type front struct {
	ln        *net.TCPListener
	cert, key string
	hosts     devapp.Hosts
	proxied   bool // the app listens elsewhere
	proxy     http.Handler

	mu      sync.Mutex
	state   state
	page    devpage.Page
	id      string
	changed chan struct{} // closed when any of them is another

	taking *session // in which requests are taken from the socket now, if any
}

type state int

const (
	waiting state = iota // for a build, or for the app to begin
	broken               // there is a page
	running
)

func newFront(ln *net.TCPListener, c Config) *front {
	f := &front{
		ln: ln, cert: c.Cert, key: c.Key, hosts: devapp.NewHosts(c.AllowHosts), proxied: c.proxied(),
		changed: make(chan struct{}),
	}
	target := &url.URL{Scheme: "http", Host: c.behind}
	if !f.proxied {
		// A request that came here just before the app took over goes to it
		// through the socket.
		target.Host = dialable(ln.Addr().String())
		if c.Cert != "" {
			target.Scheme = "https"
		}
	}
	f.proxy = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
			r.Out.URL.RawQuery = r.In.URL.RawQuery // also one that cannot be read
			came := r.In.Header
			r.Out.Header["X-Forwarded-For"] = came["X-Forwarded-For"]
			if f.proxied {
				r.SetXForwarded()
			}
			// Whoever stands before whim knows better how it was asked.
			for _, name := range []string{"Forwarded", "X-Forwarded-Host", "X-Forwarded-Proto"} {
				if values, ok := came[name]; ok {
					r.Out.Header[name] = values
				}
			}
		},
		Transport: &http.Transport{
			Proxy: nil, DisableKeepAlives: true, DisableCompression: true,
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // it is this machine, at the port that we hold
		},
		ErrorHandler: f.lost,
		ErrorLog:     log.New(io.Discard, "", 0), // the handler has said it
	}
	return f
}

// dialable returns an address that leads to a listener.
func dialable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

// set changes what requests get.
func (f *front) set(s state, page devpage.Page, id string) {
	f.mu.Lock()
	page.ID = id
	f.state, f.page, f.id = s, page, id
	close(f.changed)
	f.changed = make(chan struct{})
	f.mu.Unlock()
	if s == broken || f.proxied {
		f.open()
	} else {
		f.close()
	}
}

func (f *front) now() (state, devpage.Page, string, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state, f.page, f.id, f.changed
}

// open begins to take requests from the socket.
func (f *front) open() {
	if f.taking != nil {
		return
	}
	nonblocking(f.ln)
	_ = f.ln.SetDeadline(time.Time{}) // fails only on a closed socket, and then Accept does too
	l := &session{TCPListener: f.ln, ended: make(chan struct{})}
	f.taking = l
	srv := &http.Server{Handler: f.hosts.Guard(f), ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0)}
	srv.SetKeepAlivesEnabled(f.proxied)
	go func() {
		defer close(l.ended)
		if f.cert != "" {
			_ = srv.ServeTLS(l, f.cert, f.key) // the end of the session
		} else {
			_ = srv.Serve(l) // the end of the session
		}
	}()
}

// close takes no more from the socket, and leaves it open. What was taken is
// answered, in its own time.
func (f *front) close() {
	if l := f.taking; l != nil {
		f.taking = nil
		l.Close()
		<-l.ended
	}
}

// A session is the time in which a server takes from the socket. To close it
// does not close the socket.
type session struct {
	*net.TCPListener
	ended chan struct{} // closed when nobody takes any more
	over  sync.Once
	mu    sync.Mutex
	done  bool
}

func (s *session) Accept() (net.Conn, error) {
	c, err := s.TCPListener.Accept()
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.done {
			return nil, net.ErrClosed
		}
		return nil, err
	}
	return c, nil
}

func (s *session) Close() error {
	s.over.Do(func() {
		s.mu.Lock()
		s.done = true
		s.mu.Unlock()
		_ = s.SetDeadline(past) // fails only on a closed socket, and then Accept does too
	})
	return nil
}

var past = time.Unix(1, 0)

// ServeHTTP answers with the page, passes the request on, or waits until one of
// both can be done.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case devpage.Script:
		devpage.ServeScript(w, r)
		return
	case devpage.Events:
		f.events(w, r)
		return
	}
	for {
		s, page, _, changed := f.now()
		switch s {
		case broken:
			if !devpage.ForPerson(r) {
				w.Header().Set("Cache-Control", "no-store")
				http.Error(w, page.Text(), http.StatusServiceUnavailable)
				return
			}
			page.Write(w, http.StatusServiceUnavailable)
			return
		case running:
			f.proxy.ServeHTTP(w, r)
			return
		case waiting:
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}

// lost answers a request that the app did not: it has ended. What changes
// nothing is asked again of what comes next.
func (f *front) lost(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return
	}
	if (r.Method == http.MethodGet || r.Method == http.MethodHead) && !errors.Is(err, http.ErrAbortHandler) {
		_, _, _, changed := f.now()
		select {
		case <-changed:
		case <-time.After(time.Second):
		}
		if s, _, _, _ := f.now(); s != running {
			f.ServeHTTP(w, r)
			return
		}
	}
	http.Error(w, "the app did not answer: "+err.Error(), http.StatusBadGateway)
}

// events sends the id of what is answered now, until the app does it.
func (f *front) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	rc := http.NewResponseController(w)
	for {
		s, _, id, changed := f.now()
		if s == running && !f.proxied {
			return // the next connection is the app's
		}
		if s != waiting {
			if _, err := fmt.Fprintf(w, "retry: 150\ndata: %s\n\n", id); err != nil || rc.Flush() != nil {
				return
			}
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}

// file returns the socket to hand over.
func (f *front) file() (*os.File, error) { return f.ln.File() }
