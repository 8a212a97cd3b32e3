package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel"
)

// A syncBuffer is written by a server and read by its test.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// start runs a command that serves, and returns its address and a function
// that stops it and returns its exit code.
func start(t *testing.T, a *App, args ...string) (url string, out *syncBuffer, stop func() int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out = new(syncBuffer)
	ended := make(chan int, 1)
	go func() { ended <- a.Run(ctx, append(args, "--port", "0"), strings.NewReader(""), out, out) }()
	stop = func() int { cancel(); return <-ended }
	for range 6000 {
		for word := range strings.FieldsSeq(out.String()) {
			if strings.HasPrefix(word, "http://127.0.0.1:") {
				return word, out, stop
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("it does not serve:\n%s", out)
	return "", nil, nil
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp.StatusCode, string(b)
}

// TestServe: a request that is being answered when the server is told to stop
// gets its answer.
func TestServe(t *testing.T) {
	t.Chdir(t.TempDir())
	a := newApp(t, "sqlite:///shop.db")
	begun := make(chan bool)
	release := make(chan bool)
	a.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") })
	a.HandleFunc("GET /slow", func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-release
		fmt.Fprint(w, "done")
	})
	url, _, stop := start(t, a, "serve")
	if code, body := get(t, url); code != 200 || body != "hello" {
		t.Errorf("%d %q", code, body)
	}
	if code, _ := get(t, url+"/none"); code != 404 {
		t.Errorf("a page that is not there: %d", code)
	}
	slow := make(chan string)
	go func() { _, body := get(t, url+"/slow"); slow <- body }()
	<-begun
	time.AfterFunc(100*time.Millisecond, func() { close(release) })
	if code := stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if body := <-slow; body != "done" {
		t.Errorf("the request that was running got %q", body)
	}
}

// TestRun: a panic is logged, and says nothing to the browser.
func TestRun(t *testing.T) {
	t.Chdir(t.TempDir())
	a := newApp(t, "sqlite:///shop.db")
	a.HandleFunc("GET /", func(http.ResponseWriter, *http.Request) { panic("the secret reason") })
	url, out, stop := start(t, a, "run")
	code, body := get(t, url+"/a?b=c")
	stop()
	if code != 500 || strings.Contains(body, "the secret reason") {
		t.Errorf("%d %s", code, body)
	}
	for _, want := range []string{"Debug mode: off", "panic: the secret reason", "serve_test.go", `] "GET /a?b=c HTTP/1.1" 500 -`, "WARNING: 1 revision is not applied to the database: "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// TestServeWithoutDatabase: that no database can be opened is said at the start,
// without its secrets, and the rest of the app is served.
func TestServeWithoutDatabase(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("REPORTS_DATABASE_URL", "oracle://u:hunter2@localhost/x")
	t.Setenv("DATABASE_URL", "postgres://u:hunter2@localhost:54x/shop")
	a := New("shop", Config{Database: "sqlite:///shop.db"}, every...)
	a.Bind("reports", Config{})
	a.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") })
	for _, serves := range []string{"serve", "run"} {
		url, out, stop := start(t, a, serves)
		if code, body := get(t, url); code != 200 || body != "hello" {
			t.Errorf("%d %q", code, body)
		}
		stop()
		for _, want := range []string{"WARNING: the database URL cannot be used: the port is not a number", "it is from DATABASE_URL", "it is from REPORTS_DATABASE_URL"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%s: no %q in\n%s", serves, want, out)
			}
		}
		if strings.Contains(out.String(), "hunter2") {
			t.Errorf("%s: the password is in\n%s", serves, out)
		}
	}
}

// TestNoDebug: an app that whim has not built for it has no debug features.
func TestNoDebug(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("WHIM_DEV", "1")
	code, out := run(t, newApp(t, "sqlite:///shop.db"), "run", "--debug")
	if code == 0 || !strings.Contains(out, "this program was built without the debug features") || !strings.Contains(out, ": whim run --debug\n") || !strings.Contains(out, ": "+prog("shop")+" run\n") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

func TestPortInUse(t *testing.T) {
	t.Chdir(t.TempDir())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	code, out := run(t, newApp(t, "sqlite:///shop.db"), "serve", "--port", port)
	want := "shop: error: the server cannot listen on 127.0.0.1:" + port + "\nshop:  detail: address already in use\n"
	if code != 1 || !strings.Contains(out, want) {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

func page(http.ResponseWriter, *http.Request) {}

func TestRoutes(t *testing.T) {
	a := newApp(t, "sqlite:///shop.db")
	a.HandleFunc("GET /{$}", page)
	a.Handle("/static/", http.NotFoundHandler())
	code, out := run(t, a, "routes")
	want := "METHOD  PATTERN   HANDLER        SOURCE\n" +
		"GET     /{$}      app.page       serve_test.go:LINE\n" +
		"any     /static/  http.NotFound  serve_test.go:LINE\n"
	for _, r := range a.routes {
		want = strings.Replace(want, "serve_test.go:LINE", r.source, 1)
	}
	if code != 0 || !strings.HasPrefix(a.routes[0].source, "serve_test.go:") {
		t.Errorf("exit code %d", code)
	}
	if d := cmp.Diff(want, out); d != "" {
		t.Error(d)
	}
}

// TestRoutesToNobody: "routes | head -1" is no error.
func TestRoutesToNobody(t *testing.T) {
	t.Chdir(t.TempDir())
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	r.Close()
	var talk bytes.Buffer
	if code := newApp(t, "sqlite:///shop.db").Run(t.Context(), []string{"routes"}, strings.NewReader(""), w, &talk); code != 0 || talk.Len() > 0 {
		t.Errorf("exit code %d: %s", code, talk.String())
	}
}

func TestBadRoutes(t *testing.T) {
	tests := []struct {
		patterns []string
		handler  http.Handler
		say      []string
	}{
		{[]string{"GET /a", "GET /{x}", "GET /{y}"}, http.NotFoundHandler(), []string{"two routes answer the same requests", `"GET /{x}"`, `"GET /{y}"`}},
		{[]string{"GET x"}, http.NotFoundHandler(), []string{"a route cannot be used", `"GET x"`}},
		{[]string{""}, http.NotFoundHandler(), []string{"a route cannot be used", "serve_test.go:"}},
		{[]string{"/"}, nil, []string{"a route cannot be used", "the handler is nil"}},
	}
	for _, tt := range tests {
		a := newApp(t, "sqlite:///shop.db")
		for _, p := range tt.patterns {
			a.Handle(p, tt.handler)
		}
		if _, err := a.Handler(); whimbrel.CodeOf(err) != whimbrel.BadRoute {
			t.Errorf("%q: %v", tt.patterns, err)
		}
		for _, command := range []string{"routes", "serve"} {
			code, out := run(t, a, command)
			for _, say := range tt.say {
				if code != 1 || !strings.Contains(out, say) {
					t.Errorf("%q, %s: exit code %d, no %q in\n%s", tt.patterns, command, code, say, out)
				}
			}
		}
		// A mistake in a route is no reason not to upgrade.
		if code, out := run(t, a, "db", "current"); code != 0 {
			t.Errorf("db current: exit code %d\n%s", code, out)
		}
	}
}

// TestNoHistory: an app that was not given its history writes no revision, and
// says how to give it.
func TestNoHistory(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("DATABASE_URL", "")
	a := New("shop", Config{Database: "sqlite:///shop.db"}, every...)
	defer a.Close()
	for _, command := range []string{"migrate", "upgrade", "current"} {
		code, out := run(t, a, "db", command)
		if code != 1 || !strings.Contains(out, "the app has no history of revisions") || !strings.Contains(out, "a.History(&migrations.History)") {
			t.Errorf("%s: exit code %d\n%s", command, code, out)
		}
	}
	code, out := run(t, a, "db", "init")
	if code != 0 || !strings.Contains(out, "a.History(&migrations.History)") {
		t.Errorf("init: exit code %d\n%s", code, out)
	}
}
