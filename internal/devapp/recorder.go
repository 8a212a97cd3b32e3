package devapp

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/internal/devpage"
)

// How much of an answer is held back, at most.
const (
	mostHTML  = 4 << 20
	mostOther = 64 << 10
)

// A recorder holds an answer back, since it may still become another: a page gets
// its script, and what a handler wrote before it panicked is replaced. What is
// flushed, or long, goes through as it comes.
type recorder struct {
	http.ResponseWriter
	browser bool
	status  int // 0: not said yet
	begun   bool
	passed  bool // the header is sent
	html    bool
	plain   bool // an error as http.Error writes it
	kept    bytes.Buffer
}

// WriteHeader remembers the status. Informational ones are sent at once.
func (r *recorder) WriteHeader(status int) {
	switch {
	case r.passed:
		r.ResponseWriter.WriteHeader(status) // net/http complains, with the line
	case status < 100 || status > 999:
		// net/http would, when the answer is sent, and then nobody knows who said it.
		panic(fmt.Sprintf("invalid WriteHeader code %d", status))
	case status < 200 && status != http.StatusSwitchingProtocols:
		r.ResponseWriter.WriteHeader(status)
	case r.status == 0:
		r.status = status
		if status == http.StatusSwitchingProtocols {
			r.pass()
		}
	}
}

func (r *recorder) Write(b []byte) (int, error) {
	if !r.begun {
		r.begin(b)
	}
	most := mostOther
	if r.html {
		most = mostHTML
	}
	if r.passed || r.kept.Len()+len(b) > most {
		r.pass()
		return r.ResponseWriter.Write(b)
	}
	return r.kept.Write(b)
}

// begin decides what becomes of the answer, at its first bytes.
func (r *recorder) begin(b []byte) {
	r.begun = true
	if r.status == 0 {
		r.status = http.StatusOK
	}
	h := r.Header()
	kind := h.Get("Content-Type")
	if kind == "" {
		kind = http.DetectContentType(b)
		h.Set("Content-Type", kind)
	}
	encoded := h.Get("Content-Encoding") != ""
	part := r.status == http.StatusPartialContent
	r.html = r.browser && !encoded && !part && strings.HasPrefix(kind, "text/html")
	r.plain = r.browser && !encoded && r.status >= 500 && strings.HasPrefix(kind, "text/plain")
	if r.html {
		h.Del("Content-Length") // the script comes on top
		h.Del("Etag")           // and the page is another in the next build
		h.Del("Last-Modified")
	}
}

// pass sends what was held back, and lets the rest through.
func (r *recorder) pass() {
	if r.passed {
		return
	}
	r.passed = true
	if r.status != 0 {
		r.ResponseWriter.WriteHeader(r.status)
	}
	if r.kept.Len() > 0 {
		_, _ = r.ResponseWriter.Write(r.kept.Bytes()) // the client has gone: the next write says so
		r.kept.Reset()
	}
}

// FlushError is for http.ResponseController. What is flushed is wanted now.
func (r *recorder) FlushError() error {
	if !r.begun {
		r.begin(nil)
	}
	r.pass()
	return http.NewResponseController(r.ResponseWriter).Flush()
}

// Flush is for handlers that ask for http.Flusher.
func (r *recorder) Flush() { _ = r.FlushError() }

// Hijack is for handlers that ask for http.Hijacker.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	r.begun, r.passed = true, true
	return http.NewResponseController(r.ResponseWriter).Hijack()
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// bareError returns the text of an error that is nothing but text.
func (r *recorder) bareError() (string, bool) {
	return r.kept.String(), r.plain && !r.passed
}

// end sends the rest of the answer, with the script that reloads the page.
func (r *recorder) end(id string) {
	if r.passed {
		if r.html {
			_, _ = r.ResponseWriter.Write([]byte(devpage.Tag(id))) // the client has gone: nobody to tell
		}
		return
	}
	if !r.html {
		r.pass()
		return
	}
	body := r.kept.Bytes()
	at := bytes.LastIndex(bytes.ToLower(body), []byte("</body>"))
	if at < 0 {
		at = len(body)
	}
	tag := devpage.Tag(id)
	r.Header().Set("Content-Length", strconv.Itoa(len(body)+len(tag)))
	r.Header().Set("Cache-Control", "no-cache")
	r.passed = true
	r.ResponseWriter.WriteHeader(r.status)
	_, _ = r.ResponseWriter.Write(append(append(append([]byte(nil), body[:at]...), tag...), body[at:]...))
}
