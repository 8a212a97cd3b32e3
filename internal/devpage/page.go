// Package devpage renders what a developer sees in the browser when the app does
// not compile, has crashed, or panicked in a request: the places in the source,
// the request, its SQL, and the command that may mend it.
//
// A page shows source code and data, so it is only ever made by the dev server
// (internal/devserver) and by programs that it has built (internal/devapp). It
// holds no form and runs nothing. Start at [Page].
package devpage

import (
	"bytes"
	"cmp"
	_ "embed"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The paths that the dev server keeps for itself, under [Prefix].
const (
	Prefix = "/__whim/"
	Script = Prefix + "reload.js" // the page's half of reloading
	Events = Prefix + "events"    // server-sent events: the id of what runs now
)

// A Page is one error page.
type Page struct {
	Title   string // what happened, in one line
	Message string // more of it, as it was said
	Fix     []Fix  // what may mend it
	Places  []Place
	Request *Request
	SQL     []Statement
	Output  string // what the compiler or the app has printed
	ID      string // of the state that the page belongs to; it reloads when that changes
}

// A Fix is a reason and the command against it.
type Fix struct{ Why, Command string }

// A Request is the request that failed.
type Request struct {
	Method, URL string
	Header      http.Header
}

// A Statement is what a request asked of the database.
type Statement struct {
	SQL   string
	Args  []string
	Took  time.Duration
	Err   string
	Times int // how often it ran one after the other
}

// ForPerson reports whether the answer is looked at in a browser: a script that asks
// for data, and curl, get what the app or the compiler says, as text.
func ForPerson(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Dest") {
	case "", "document", "iframe", "frame":
		return strings.Contains(r.Header.Get("Accept"), "text/html")
	}
	return false
}

// Write answers a request with the page.
func (p Page) Write(w http.ResponseWriter, status int) {
	body := p.HTML()
	h := w.Header()
	for name := range h { // what a handler has set is about another answer
		delete(h, name)
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client has gone: nobody to tell
}

//go:embed page.html
var source string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"reload": func(id string) template.HTML { return template.HTML(Tag(id)) }, //nolint:gosec // made here
	"ms": func(d time.Duration) string {
		return strconv.FormatFloat(float64(d.Microseconds())/1000, 'f', 1, 64) + " ms"
	},
	"join": func(s []string) string { return strings.Join(s, ", ") },
}).Parse(source))

// HTML returns the page.
func (p Page) HTML() []byte {
	var b bytes.Buffer
	p.Title = cmp.Or(strings.TrimSpace(p.Title), "Something went wrong")
	if err := page.Execute(&b, p); err != nil {
		return []byte("<!doctype html><title>error</title><pre>" + template.HTMLEscapeString(p.Title+"\n"+p.Message+"\n"+p.Output) + "</pre>")
	}
	return b.Bytes()
}

// Tag returns the element that makes a page reload when the state is no longer
// the one named by id.
func Tag(id string) string {
	return `<script src="` + Script + `?id=` + template.URLQueryEscaper(id) + `" async></script>`
}

//go:embed reload.js
var script []byte

// ServeScript answers a request for [Script].
func ServeScript(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(script) // the client has gone: nobody to tell
}

// Text returns the page for those who do not read HTML.
func (p Page) Text() string {
	var b strings.Builder
	b.WriteString(p.Title + "\n")
	for _, s := range []string{p.Message, p.Output} {
		if s != "" {
			b.WriteString("\n" + strings.TrimRight(s, "\n") + "\n")
		}
	}
	for _, f := range p.Fix {
		b.WriteString("\n" + f.Why + "\n    " + f.Command + "\n")
	}
	return b.String()
}
