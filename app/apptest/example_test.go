package apptest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/whimbreldb/whimbrel/app"
	"github.com/whimbreldb/whimbrel/app/apptest"
	"github.com/whimbreldb/whimbrel/driver/sqlite"
)

// A test of a page: the function newApp is the program's own, which its main
// calls too.
func Example() {
	newApp := func() *app.App {
		a := app.New("shop", app.Config{Database: "sqlite:///shop.db"}, sqlite.Driver{})
		a.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
		return a
	}

	_ = func(t *testing.T) { // func TestHome(t *testing.T)
		a := apptest.New(t, "sqlite:///shop.db", newApp)
		h, err := a.Handler()
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		if w.Code != http.StatusNoContent {
			t.Errorf("status %d", w.Code)
		}
	}
}
