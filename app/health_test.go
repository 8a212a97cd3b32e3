package app

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel/op"
)

func healthOf(t *testing.T, a *App) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	a.Health().ServeHTTP(w, httptest.NewRequest("GET", "/healthz", nil))
	if kind := w.Header().Get("Content-Type"); kind != "application/json" {
		t.Errorf("Content-Type %q", kind)
	}
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestHealth(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	a := newApp(t, "sqlite:///shop.db")
	if code, body := healthOf(t, a); code != 503 || body != `{"status":"pending","pending":1}` {
		t.Errorf("before the upgrade: %d %s", code, body)
	}
	if code, out := run(t, a, "db", "upgrade"); code != 0 {
		t.Fatal(out)
	}
	if code, body := healthOf(t, a); code != 200 || body != `{"status":"ok"}` {
		t.Errorf("after it: %d %s", code, body)
	}

	// A newer program was here: this one still works.
	old := newApp(t, "sqlite:///shop.db")
	old.History(new(op.History))
	if code, body := healthOf(t, old); code != 200 || body != `{"status":"ahead"}` {
		t.Errorf("with an older program: %d %s", code, body)
	}

	// One database of two.
	other := a.Bind("other", Config{Database: "sqlite:///other.db"})
	other.History(a.own.history)
	if code, body := healthOf(t, a); code != 503 || body != `{"status":"pending","pending":1}` {
		t.Errorf("with a second database: %d %s", code, body)
	}

	if err := os.WriteFile(filepath.Join(dir, "instance", "bad.db"), []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{"sqlite:///bad.db", "sqlite:///a?b=c", "postgres://u:secret@127.0.0.1:1/x"} {
		if code, body := healthOf(t, newApp(t, url)); code != 503 || body != `{"status":"unreachable"}` {
			t.Errorf("%s: %d %s", url, code, body)
		}
	}
}

// TestHealthIsKept: an answer holds for a while, and not for long.
func TestHealthIsKept(t *testing.T) {
	t.Chdir(t.TempDir())
	a := newApp(t, "sqlite:///shop.db")
	h := a.Health()
	ask := func() int {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		return w.Code
	}
	if code := ask(); code != 503 {
		t.Fatalf("before the upgrade: %d", code)
	}
	if code, out := run(t, a, "db", "upgrade"); code != 0 {
		t.Fatal(out)
	}
	deadline := time.After(30 * time.Second)
	for ask() != 200 {
		select {
		case <-deadline:
			t.Fatal("the answer of before the upgrade stays")
		case <-time.After(healthFor / 10):
		}
	}
}
