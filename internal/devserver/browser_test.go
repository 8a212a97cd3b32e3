package devserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// askForBrowser is the environment variable that asks for the tests in a browser.
// What is asked for and missing fails.
const askForBrowser = "WHIM_TEST_BROWSER"

// A browser is a headless Chromium, driven by WebDriver.
type browser struct {
	t       *testing.T
	session string // its URL
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	if os.Getenv(askForBrowser) == "" {
		t.Skipf("%s does not ask for it; make test does", askForBrowser)
	}
	driver, err := exec.LookPath("chromedriver")
	if err != nil {
		t.Fatalf("%v: internal/devserver/browser.sh installs it", err)
	}
	binary := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			binary = path
			break
		}
	}
	if binary == "" {
		t.Fatal("no chromium on PATH: internal/devserver/browser.sh installs it")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	free.Close()
	cmd := exec.Command(driver, "--port="+port)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	hand(cmd, nil, nil) // a group of its own, which ends with the test
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		killGroup(cmd.Process)
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
	b := &browser{t: t, session: "http://127.0.0.1:" + port + "/session"}
	options := map[string]any{"binary": binary, "args": []string{
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--user-data-dir=" + t.TempDir(),
	}}
	var made struct{ SessionID string }
	deadline := time.Now().Add(patience)
	for {
		err = b.call("POST", "", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
			"browserName": "chrome", "goog:chromeOptions": options,
		}}}, &made)
		var refused *net.OpError
		if err == nil || !errors.As(err, &refused) || time.Now().After(deadline) {
			break
		}
		time.Sleep(50 * time.Millisecond) // it is not there yet
	}
	if err != nil {
		t.Fatal(err)
	}
	b.session += "/" + made.SessionID
	t.Cleanup(func() {
		if err := b.call("DELETE", "", map[string]any{}, nil); err != nil {
			t.Error(err)
		}
	})
	return b
}

// call sends a command of WebDriver.
func (b *browser) call(method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(method, b.session+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	client := http.Client{Timeout: patience}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, text)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, &struct{ Value any }{out})
}

func (b *browser) open(url string) {
	b.t.Helper()
	if err := b.call("POST", "/url", map[string]string{"url": url}, nil); err != nil {
		b.t.Fatal(err)
	}
}

// eval runs a script in the page.
func (b *browser) eval(script string) (string, error) {
	var v any
	err := b.call("POST", "/execute/sync", map[string]any{"script": script, "args": []any{}}, &v)
	return fmt.Sprint(v), err
}

// sees waits until the page shows something, without being asked to reload.
func (b *browser) sees(want ...string) string {
	b.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		text, err := b.eval("return document.body ? document.body.innerText : ''")
		if err != nil { // the page is being replaced
			text = err.Error()
		}
		all := err == nil
		for _, w := range want {
			all = all && strings.Contains(text, w)
		}
		if all {
			return text
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("the page shows\n%s\nwant %q", text, want)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestBrowser is what a developer sees: nobody touches the browser while files
// are edited.
func TestBrowser(t *testing.T) {
	b := newBrowser(t)
	dir := shop(t)
	files(t, dir, map[string]string{
		"pages.go": `package main

import (
	"embed"
	"net/http"

	"github.com/whimbreldb/whimbrel/app"
)

//go:embed pages
var pages embed.FS

func templates(a *app.App) {
	t := a.Templates(a.Files(pages), "pages/*.html")
	a.HandleFunc("GET /page", func(w http.ResponseWriter, r *http.Request) {
		if err := t.ExecuteTemplate(w, "page.html", nil); err != nil {
			http.Error(w, err.Error(), 500)
		}
	})
	a.HandleFunc("GET /panic", func(w http.ResponseWriter, r *http.Request) {
		var list []int
		println(list[3]) // here it panics
	})
}
`,
		"pages/page.html": "<!doctype html><html><body><p>first template</p></body></html>",
	})
	change(t, dir+"/main.go", "\ta.Main()", "\ttemplates(a)\n\ta.Main()")
	s := serve(t, dir)

	b.open(s.url + "/")
	b.sees("Hello, World!")
	change(t, s.file("main.go"), "World", "Edit")
	b.sees("Hello, Edit!")

	// Break it: the error page comes by itself; mend it: the page comes back.
	change(t, s.file("main.go"), "fmt.Fprint(w,", "fmt.Fprint(ww,")
	b.sees("undefined: ww", "main.go:", "fmt.Fprint(ww,")
	change(t, s.file("main.go"), "fmt.Fprint(ww,", "fmt.Fprint(w,")
	b.sees("Hello, Edit!")

	// A crash, and back.
	write(t, s.file("crash.go"), "package main\n\nfunc init() { panic(\"no coffee\") }\n")
	b.sees("panic: no coffee", "crash.go:3")
	if err := os.Remove(s.file("crash.go")); err != nil {
		t.Fatal(err)
	}
	b.sees("Hello, Edit!")

	// A template changes without a build.
	b.open(s.url + "/page")
	b.sees("first template")
	builds := strings.Count(s.out.String(), "reloading")
	change(t, s.file("pages/page.html"), "first", "second")
	b.sees("second template")
	if n := strings.Count(s.out.String(), "reloading"); n != builds {
		t.Error("a template needed a build")
	}

	// A panic shows its source; mended, the page reloads.
	b.open(s.url + "/panic")
	text := b.sees("index out of range [3] with length 0", "println(list[3]) // here it panics", "pages.go:")
	if !strings.Contains(text, "GET") || !strings.Contains(text, "/panic") {
		t.Errorf("no request in\n%s", text)
	}
	change(t, s.file("pages.go"), "println(list[3])", "w.Write([]byte(`quiet now`))")
	b.sees("quiet now")

	// The page is left alone when nothing changes.
	if _, err := b.eval("window.mark = 'same'"); err != nil {
		t.Fatal(err)
	}
	for range 200 {
		s.get("/")
	}
	if mark, err := b.eval("return window.mark"); err != nil || mark != "same" {
		t.Errorf("the page was loaded again: %q, %v", mark, err)
	}
}
