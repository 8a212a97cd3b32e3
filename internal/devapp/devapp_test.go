//go:build unix

package devapp

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"modernc.org/sqlite"

	"github.com/whimbreldb/whimbrel/internal/devpage"
)

// open returns a link as whim makes one, and the two ends that whim has of it.
func open(t *testing.T) (l *Link, said *bufio.Scanner, control io.WriteCloser) {
	t.Helper()
	status, statusEnd, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	controlEnd, control, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { status.Close(); control.Close() })
	t.Setenv(EnvBuild, "one")
	for name, end := range map[string]*os.File{EnvStatus: statusEnd, EnvControl: controlEnd} {
		// The link has a file of its own: two of one number would both close it.
		n, err := syscall.Dup(int(end.Fd()))
		if err != nil {
			t.Fatal(err)
		}
		end.Close()
		t.Setenv(name, strconv.Itoa(n))
	}
	l = Open()
	if l == nil {
		t.Fatal("no link")
	}
	return l, bufio.NewScanner(status), control
}

// TestOpen: without whim there is no link, and what the app starts is none of
// whim's.
func TestOpen(t *testing.T) {
	t.Setenv(EnvBuild, "")
	if l := Open(); l != nil {
		t.Error("a link without whim")
	}
	l, said, control := open(t)
	if !said.Scan() || said.Text() != Hello {
		t.Errorf("it said %q", said.Text())
	}
	for _, v := range os.Environ() {
		if strings.HasPrefix(v, "WHIM_DEV") {
			t.Errorf("still in the environment: %s", v)
		}
	}
	id, changed := l.current()
	fmt.Fprintln(control, "what is not known")
	fmt.Fprintln(control, Event+"two")
	<-changed
	if next, _ := l.current(); id != "one" || next != "two" {
		t.Errorf("the ids are %q and %q", id, next)
	}
	control.Close()
	<-l.stop // whim has ended
}

func TestAllowedHosts(t *testing.T) {
	h := NewHosts("shop.test, .example.com,")
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST:5000": true, "localhost.:5000": true, "127.0.0.1:5000": true, "[::1]:5000": true, "192.168.1.7": true,
		"shop.localhost:5000": true, "a.b.localhost": true, "shop.test:80": true, "a.example.com": true, "a.b.example.com:1": true,
		"": false, "evil.test": false, "example.com": false, "localhost.evil.test": false, "evillocalhost": false, "a.shop.test": false,
		"127.0.0.1.evil.test": false, "[::1].evil.test": false, "evil.test:localhost": false, ".": false, "example.com.evil": false,
	} {
		if got := h.Allows(host); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "/", nil)
	r.Host = "<script>evil'; rm -rf ~"
	h.Guard(http.NotFoundHandler()).ServeHTTP(w, r)
	if w.Code != http.StatusMisdirectedRequest || strings.ContainsAny(w.Body.String(), "<>';") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// ask sends a request as a browser does.
func ask(h http.Handler, header ...string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "http://localhost/", nil)
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	h.ServeHTTP(w, r)
	return w
}

// TestAnswers: only what a person looks at is changed, and only at its end.
func TestAnswers(t *testing.T) {
	l, _, _ := open(t)
	tag := devpage.Tag("one")
	set := func(name, value string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { w.Header().Set(name, value) }
	}
	status := func(code int) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { w.WriteHeader(code) }
	}
	text := func(s string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { io.WriteString(w, s) }
	}
	flush := func(w http.ResponseWriter) { w.(http.Flusher).Flush() }
	long := strings.Repeat("x", mostHTML)
	for _, tt := range []struct {
		name   string
		do     []func(http.ResponseWriter)
		header []string
		code   int
		want   string
	}{
		{"a page", []func(http.ResponseWriter){text("<html><body>a"), text("</BODY></html>")}, nil, 200, "<html><body>a" + tag + "</BODY></html>"},
		{"a page without an end", []func(http.ResponseWriter){set("Content-Length", "5"), text("<p>ab")}, nil, 200, "<p>ab" + tag},
		{"a page with a status", []func(http.ResponseWriter){set("Content-Type", "text/html"), status(404), text("no")}, nil, 404, "no" + tag},
		{"not for a script", []func(http.ResponseWriter){text("<html>")}, []string{"Accept", "*/*"}, 200, "<html>"},
		{"not for a fetch", []func(http.ResponseWriter){text("<html>")}, []string{"Sec-Fetch-Dest", "empty"}, 200, "<html>"},
		{"for a frame", []func(http.ResponseWriter){text("<html>")}, []string{"Sec-Fetch-Dest", "iframe"}, 200, "<html>" + tag},
		{"packed", []func(http.ResponseWriter){set("Content-Type", "text/html"), set("Content-Encoding", "gzip"), text("zip")}, nil, 200, "zip"},
		{"data", []func(http.ResponseWriter){set("Content-Type", "application/json"), text("{}")}, nil, 200, "{}"},
		{"flushed", []func(http.ResponseWriter){text("<p>a"), flush, text("b")}, nil, 200, "<p>ab" + tag},
		{"long", []func(http.ResponseWriter){text("<p>" + long), text("b")}, nil, 200, "<p>" + long + "b" + tag},
		{"nothing", nil, nil, 200, ""},
		{"a part", []func(http.ResponseWriter){set("Content-Type", "text/html"), set("Content-Range", "bytes 5-6/10"), status(206), text("<p")}, nil, 206, "<p"},
		{"no content", []func(http.ResponseWriter){status(204)}, nil, 204, ""},
		{"a redirect", []func(http.ResponseWriter){set("Location", "/a"), status(303)}, nil, 303, ""},
		{"an own page of an error", []func(http.ResponseWriter){set("Content-Type", "text/html"), status(500), text("sorry")}, nil, 500, "sorry" + tag},
		{"an error for a script", []func(http.ResponseWriter){func(w http.ResponseWriter) { http.Error(w, "no", 500) }}, []string{"Accept", "*/*"}, 500, "no\n"},
	} {
		h := l.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for _, f := range tt.do {
				f(w)
			}
		}), Options{Log: io.Discard})
		w := ask(h, tt.header...)
		if w.Code != tt.code || w.Body.String() != tt.want {
			got := w.Body.String()
			t.Errorf("%s: %d, %d bytes: %.200q", tt.name, w.Code, len(got), got)
		}
		if n := w.Header().Get("Content-Length"); n != "" && n != strconv.Itoa(w.Body.Len()) {
			t.Errorf("%s: Content-Length is %s for %d bytes", tt.name, n, w.Body.Len())
		}
	}
}

// token and half are in a request and its answer, and not in what is shown of the
// source.
var token, half = strings.Repeat("5e", 7), strings.Repeat("half ", 3)

// TestPages: a panic and a bare error are pages for people. After half an answer
// the connection is cut.
func TestPages(t *testing.T) {
	l, _, _ := open(t)
	var log strings.Builder
	fix := func(context.Context) []devpage.Fix {
		return []devpage.Fix{{Why: "it may help", Command: "whim db upgrade"}}
	}
	handler := func(f http.HandlerFunc) http.Handler { return l.Handler(f, Options{Log: &log, Pending: fix}) }

	panics := handler(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Set-Cookie", "a=b")
		io.WriteString(w, half)
		panic(errors.New("no <coffee>"))
	})
	w := ask(panics, "Cookie", token, "Authorization", token)
	body := w.Body.String()
	for _, want := range []string{"panic: no &lt;coffee&gt;", "devapp_test.go", "it may help", "whim db upgrade", "(hidden)", "/__whim/reload.js?id=one"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
	if w.Code != 500 || strings.Contains(body, half) || strings.Contains(body, token) || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("%d %v\n%s", w.Code, w.Header(), body)
	}
	if !strings.HasPrefix(log.String(), "panic: no <coffee>\n") {
		t.Errorf("the log: %s", log.String())
	}
	if w := ask(panics, "Accept", "application/json"); w.Code != 500 || !strings.HasPrefix(w.Body.String(), "panic: no <coffee>") {
		t.Errorf("for a script: %d %s", w.Code, w.Body)
	}

	// A status that is none is a panic of net/http, in the handler.
	w = ask(handler(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(1000) }))
	if w.Code != 500 || !strings.Contains(w.Body.String(), "invalid WriteHeader code 1000") || !strings.Contains(w.Body.String(), "devapp_test.go") {
		t.Errorf("no status: %d %s", w.Code, w.Body)
	}

	w = ask(handler(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "it <failed>", http.StatusServiceUnavailable)
	}))
	if w.Code != 503 || !strings.Contains(w.Body.String(), "503 Service Unavailable") || !strings.Contains(w.Body.String(), "it &lt;failed&gt;") {
		t.Errorf("a bare error: %d %s", w.Code, w.Body)
	}

	for name, value := range map[string]any{"flushed": "late", "aborted": http.ErrAbortHandler} {
		func() {
			defer func() {
				if p := recover(); p != http.ErrAbortHandler { //nolint:errorlint // it is that very value
					t.Errorf("%s: the handler ended with %v", name, p)
				}
			}()
			ask(handler(func(w http.ResponseWriter, _ *http.Request) {
				io.WriteString(w, "begun")
				w.(http.Flusher).Flush()
				panic(value)
			}))
		}()
	}
}

// TestSQL: the statements of a request are found with its context and without.
func TestSQL(t *testing.T) {
	l, _, _ := open(t)
	c, err := sqlite.NewConnector("file:" + t.TempDir() + "/a.db")
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(l.Connector(c))
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE t (a INTEGER, b TEXT)"); err != nil { // of no request
		t.Fatal(err)
	}
	h := l.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tx, err := db.BeginTx(r.Context(), nil)
		if err != nil {
			t.Error(err)
			return
		}
		for i := range 3 {
			if _, err := tx.ExecContext(r.Context(), "INSERT INTO t VALUES (?, ?)", i, "it's <me>"); err != nil {
				t.Error(err)
			}
		}
		if err := tx.Commit(); err != nil {
			t.Error(err)
		}
		stmt, err := db.Prepare("SELECT count(*) FROM t WHERE a > ?")
		if err != nil {
			t.Error(err)
			return
		}
		defer stmt.Close()
		n := 0
		if err := stmt.QueryRow(0).Scan(&n); err != nil || n != 2 {
			t.Errorf("%d rows, %v", n, err)
		}
		_, err = db.Query("SELECT missing FROM t")
		http.Error(w, err.Error(), 500)
	}), Options{Log: io.Discard})
	body := ask(h).Body.String()
	for _, want := range []string{
		"INSERT INTO t VALUES (?, ?) <small>[0, &#34;it&#39;s &lt;me&gt;&#34;]</small>", " × 3", "SELECT count(*) FROM t WHERE a &gt; ? <small>[0]</small>",
		"SELECT missing FROM t", `<span class="bad">`, "no such column: missing",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in\n%s", want, body)
		}
	}
	if strings.Contains(body, "CREATE TABLE") {
		t.Error("a statement of nobody's is on the page")
	}
	if n := len(l.traces.byGoroutine); n != 0 {
		t.Errorf("%d requests are kept", n)
	}

	// Without a record, the driver is left alone.
	l.sql = false
	if got := l.Connector(c); got != c {
		t.Error("the connector is another")
	}
}
