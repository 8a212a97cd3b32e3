package devapp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"runtime"
	"strings"

	"github.com/whimbreldb/whimbrel/internal/devpage"
)

// Options are what the handler needs of the app.
type Options struct {
	// Pending returns what applies the revisions that the database lacks.
	Pending func(ctx context.Context) []devpage.Fix
	Log     io.Writer // of panics
}

// Handler returns h with what a developer needs: panics and bare errors become
// pages with the source, the request and its SQL; pages reload when the app is
// another; only allowed hosts are answered.
func (l *Link) Handler(h http.Handler, o Options) http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET "+devpage.Script, devpage.ServeScript)
	m.HandleFunc("GET "+devpage.Events, l.events)
	m.HandleFunc(devpage.Prefix, http.NotFound)
	m.Handle("/", &handler{l, h, o, log.New(o.Log, "", 0)})
	return l.hosts.Guard(m)
}

// events sends the id of the build, and the next one when files have changed
// that need no build. It lets go at once when the app ends.
func (l *Link) events(w http.ResponseWriter, r *http.Request) {
	rc := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	for {
		id, changed := l.current()
		if _, err := fmt.Fprintf(w, "retry: 150\ndata: %s\n\n", id); err != nil || rc.Flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		case <-l.stop:
			return
		}
	}
}

type handler struct {
	link *Link
	next http.Handler
	o    Options
	log  *log.Logger
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, tr, end := h.link.traces.begin(r.Context())
	defer end()
	// The id is taken before the handler runs: a file that changes meanwhile
	// shall reload the page.
	id, _ := h.link.current()
	rec := &recorder{ResponseWriter: w, browser: devpage.ForPerson(r)}
	defer func() {
		if p := recover(); p != nil {
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p) // net/http's own way to cut a connection
			}
			page := h.panicked(p)
			if rec.passed {
				panic(http.ErrAbortHandler) // half an answer must not look whole
			}
			h.finish(ctx, r, tr, &page, id)
			if rec.browser {
				page.Write(w, http.StatusInternalServerError)
			} else {
				http.Error(w, page.Text(), http.StatusInternalServerError)
			}
			return
		}
		if text, ok := rec.bareError(); ok {
			page := devpage.Page{Title: fmt.Sprintf("%d %s", rec.status, http.StatusText(rec.status)), Message: text}
			page.Places = h.link.source.Template(text)
			h.finish(ctx, r, tr, &page, id)
			page.Write(w, rec.status)
			return
		}
		rec.end(id)
	}()
	h.next.ServeHTTP(rec, r.WithContext(ctx))
}

// finish adds what is known about the request to a page.
func (h *handler) finish(ctx context.Context, r *http.Request, tr *trace, page *devpage.Page, id string) {
	page.ID = id
	page.SQL = tr.statements()
	page.Request = &devpage.Request{Method: r.Method, URL: r.URL.String(), Header: shown(r)}
	if h.o.Pending != nil {
		// The request may be over, or its time be up.
		page.Fix = append(page.Fix, h.o.Pending(context.WithoutCancel(ctx))...)
	}
}

// shown returns the headers of a request, without what lets somebody else in.
func shown(r *http.Request) http.Header {
	h := r.Header.Clone()
	for _, name := range []string{"Authorization", "Cookie", "Proxy-Authorization"} {
		if h.Get(name) != "" {
			h.Set(name, "(hidden)")
		}
	}
	h.Set("Host", r.Host)
	return h
}

// panicked logs a panic, and returns the page about it. It is called on the
// goroutine that panics, before its stack is gone.
func (h *handler) panicked(p any) devpage.Page {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	page := devpage.Page{Title: "panic: " + fmt.Sprint(p)}
	if err, ok := p.(error); ok {
		page.Title = "panic: " + err.Error()
	}
	var said strings.Builder
	fmt.Fprintln(&said, page.Title)
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if f.Function == "" || strings.HasPrefix(f.Function, "runtime.") {
			continue
		}
		if strings.HasSuffix(f.Function, "internal/devapp.(*handler).ServeHTTP") {
			break // from here on it is us, and net/http
		}
		place := h.link.source.Place(f.File, f.Line)
		place.Func = f.Function[strings.LastIndex(f.Function, "/")+1:]
		page.Places = append(page.Places, place)
		fmt.Fprintf(&said, "    %s:%d  %s\n", place.File, place.Line, place.Func)
	}
	h.log.Print(said.String())
	page.Output = said.String()
	return page
}
