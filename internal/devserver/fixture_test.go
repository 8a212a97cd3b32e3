package devserver

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel/internal/build"
)

// patience is how long a test waits for what has to come.
const patience = 5 * time.Minute

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

// ownCaches gives the test a cache of built apps, and the go command the one
// that it has.
func ownCaches(t testing.TB) {
	t.Helper()
	out, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOCACHE", strings.TrimSpace(string(out)))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("DATABASE_URL", "")
}

// program is the main package of the app of these tests.
const program = `package main

import (
	"fmt"
	"net/http"

	"github.com/whimbreldb/whimbrel/app"
	"github.com/whimbreldb/whimbrel/driver/sqlite"
	"github.com/whimbreldb/whimbrel/gormmodel"

	"shop/migrations"
	"shop/models"
)

func main() {
	a := app.New("shop", app.Config{Database: "sqlite:///shop.db"}, sqlite.Driver{})
	db := gormmodel.Open(a)
	a.Models(gormmodel.Models(db, models.All()...))
	a.History(&migrations.History)

	a.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "<h1>Hello, World!</h1>")
	})
	a.Main() // serve | run | …
}
`

// shop is an app with the modules, models and history of examples/shop, in a
// folder whose path has what paths can have.
func shop(t testing.TB) string {
	t.Helper()
	ownCaches(t)
	t.Setenv("GOWORK", "off")
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	checkout, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(root, "Läden & Co", "shop")
	for _, name := range []string{"go.mod", "go.sum", "models", "migrations"} {
		from, to := filepath.Join(checkout, "examples", "shop", name), filepath.Join(dir, name)
		if info, err := os.Stat(from); err == nil && info.IsDir() {
			if err := os.CopyFS(to, os.DirFS(from)); err != nil {
				t.Fatal(err)
			}
			continue
		}
		b, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		write(t, to, string(b))
	}
	change(t, filepath.Join(dir, "go.mod"), "=> ../..", "=> "+checkout)
	write(t, filepath.Join(dir, "main.go"), program)
	return dir
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// change replaces a text in a file, as an editor does: by a new file of the same
// name.
func change(t testing.TB, path, old, text string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), old) {
		t.Fatalf("no %q in %s", old, path)
	}
	write(t, path+"~", strings.ReplaceAll(string(b), old, text))
	if err := os.Rename(path+"~", path); err != nil {
		t.Fatal(err)
	}
}

// A served is an app behind a dev server.
type served struct {
	t    testing.TB
	dir  string
	url  string
	out  *syncBuffer
	stop func() error
	http *http.Client
}

// serve runs the dev server for the app in a folder.
func serve(t testing.TB, dir string, set ...func(*Config)) *served {
	t.Helper()
	app, err := build.Find(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := &served{t: t, dir: dir, out: new(syncBuffer), http: &http.Client{
		Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true},
	}}
	c := Config{App: app, Env: append(os.Environ(), "WHIM_PROG=whim", "PWD="+dir), Prog: "whim", Out: s.out, Err: s.out}
	for _, f := range set {
		f(&c)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, c) }()
	stopped := false
	s.stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		select {
		case err := <-ended:
			return err
		case <-time.After(patience):
			t.Errorf("it does not stop:\n%s", s.out)
			return nil
		}
	}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			said := s.out.String()
			t.Logf("the dev server said:\n%s", said[max(0, len(said)-6000):])
		}
	})
	deadline := time.Now().Add(patience)
	for s.url == "" {
		for word := range strings.FieldsSeq(s.out.String()) {
			if strings.HasPrefix(word, "http://") || strings.HasPrefix(word, "https://") {
				s.url = word
			}
		}
		select {
		case err := <-ended:
			stopped = true
			t.Fatalf("it ended: %v", err)
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatal("it does not serve")
		}
	}
	return s
}

// get asks as a browser does. A request that fails is the failure of the test:
// none may.
func (s *served) get(path string) (int, string) {
	s.t.Helper()
	return s.do("GET", path, "", "text/html")
}

func (s *served) do(method, path, body string, accept ...string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Accept", strings.Join(append(accept, "*/*;q=0.8"), ","))
	resp, err := s.http.Do(req)
	if err != nil {
		s.t.Errorf("%s %s: %v", method, path, err)
		return 0, ""
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Errorf("%s %s: %v", method, path, err)
	}
	return resp.StatusCode, string(b)
}

// until asks again until the page has what is wanted.
func (s *served) until(path string, status int, want ...string) string {
	s.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		got, body := s.get(path)
		all := got == status
		for _, w := range want {
			all = all && strings.Contains(body, w)
		}
		if all {
			return body
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%s is %d\n%s\nwant %d with %q", path, got, body, status, want)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// saidUntil waits until the dev server has said something often enough.
func (s *served) saidUntil(text string, times int) {
	s.t.Helper()
	deadline := time.Now().Add(patience)
	for strings.Count(s.out.String(), text) < times {
		if time.Now().After(deadline) {
			s.t.Fatalf("it did not say %q %d times", text, times)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (s *served) file(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

// files is a small app, in a package main of its own beside the shop.
func files(t testing.TB, dir string, all map[string]string) {
	t.Helper()
	for name, text := range all {
		write(t, filepath.Join(dir, filepath.FromSlash(name)), text)
	}
}
