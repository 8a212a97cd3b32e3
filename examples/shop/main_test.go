package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/app"
	"github.com/whimbreldb/whimbrel/app/apptest"

	"shop/migrations"
)

// get returns the status and the body of a page.
func get(t *testing.T, a *app.App, path string) (int, string) {
	t.Helper()
	h, err := a.Handler()
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func TestHome(t *testing.T) {
	a := apptest.New(t, databaseURL, newApp) // on a fresh database, at the newest revision
	if code, body := get(t, a, "/"); code != http.StatusOK || body != "<h1>Hello, World!</h1>" {
		t.Errorf("%d %s", code, body)
	}
}

func TestProducts(t *testing.T) {
	if len(migrations.History.Revisions()) == 0 {
		t.Skip("there is no table yet: whim db migrate -m \"initial migration\"")
	}
	a := apptest.New(t, databaseURL, newApp)
	var out, said strings.Builder
	if code := a.Run(context.Background(), []string{"products", "add", "Apple", "Fish & Chips"}, strings.NewReader(""), &out, &said); code != 0 {
		t.Fatalf("%d %s", code, &said)
	}
	code, body := get(t, a, "/products")
	if code != http.StatusOK || !strings.Contains(body, "<li>Apple</li>") || !strings.Contains(body, "<li>Fish &amp; Chips</li>") {
		t.Errorf("%d %s", code, body)
	}
}
