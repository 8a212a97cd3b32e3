package devserver

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/socket"
)

const hello = "<h1>Hello, World!</h1>"

// TestEdit: an edit shows; a mistake is a page with the place; mended, the app
// is back.
func TestEdit(t *testing.T) {
	s := serve(t, shop(t))
	if status, body := s.get("/"); status != 200 || !strings.Contains(body, hello) || !strings.Contains(body, "/__whim/reload.js?id=") {
		t.Fatalf("%d %s", status, body)
	}
	change(t, s.file("main.go"), "World", "Edit")
	s.until("/", 200, "Hello, Edit!")

	change(t, s.file("models/models.go"), "size:50\"`", "size:50\"`\n\tOther Missing")
	page := s.until("/", 503, "models/models.go:", "undefined: Missing", `class="hit"`, "/__whim/reload.js?id=")
	if strings.Contains(page, "Hello") {
		t.Errorf("the page of the app and the error in one:\n%s", page)
	}
	// The mistake is there for other paths and methods, too.
	if status, _ := s.do("POST", "/anything", "x", "text/html"); status != 503 {
		t.Errorf("POST: %d", status)
	}
	if status, text := s.do("GET", "/", ""); status != 503 || !strings.Contains(text, "undefined: Missing") || strings.Contains(text, "<!doctype") {
		t.Errorf("for curl: %d %s", status, text)
	}
	change(t, s.file("models/models.go"), "\n\tOther Missing", "")
	s.until("/", 200, "Hello, Edit!")

	for _, want := range []string{
		" * Serving app 'shop'\n", " * Debug mode: on\n", "WARNING: This is a development server.", " * Running on http://127.0.0.1:", "Press CTRL+C to quit\n",
		" * Detected change in 'main.go', reloading\n", " * Restarted after ", "models/models.go:", " * The app does not compile. Waiting for a change…",
		`] "GET / HTTP/1.1" 200 -`,
	} {
		if !strings.Contains(s.out.String(), want) {
			t.Errorf("it did not say %q", want)
		}
	}
}

// TestFirstBuildFails: the dev server starts with an app that does not compile,
// and waits for somebody to mend it.
func TestFirstBuildFails(t *testing.T) {
	dir := shop(t)
	change(t, dir+"/main.go", "a.Main()", "a.Man()")
	s := serve(t, dir)
	s.until("/", 503, "main.go:", "a.Man undefined")
	change(t, s.file("main.go"), "a.Man()", "a.Main()")
	s.until("/", 200, hello)

	// A module that does not resolve, and a go.mod that is none.
	change(t, s.file("models/models.go"), "package models", "package models\n\nimport _ \"example.invalid/nothing\"")
	s.until("/", 503, "no required module provides package example.invalid/nothing", "go mod tidy")
	change(t, s.file("models/models.go"), "\n\nimport _ \"example.invalid/nothing\"", "")
	s.until("/", 200, hello)
	change(t, s.file("go.mod"), "module shop", "modul shop")
	s.until("/", 503, "go.mod:1", "unknown directive")
	change(t, s.file("go.mod"), "modul shop", "module shop")
	s.until("/", 200, hello)

	// The folder goes, and comes back.
	if err := os.Rename(dir, dir+" away"); err != nil {
		t.Fatal(err)
	}
	s.until("/", 503, "go build did not run", "no such file or directory")
	s.saidUntil("no such file or directory", 1)
	if err := os.Rename(dir+" away", dir); err != nil {
		t.Fatal(err)
	}
	s.until("/", 200, hello)
}

// TestRestless: a file that changes all the time is named: nothing is answered
// meanwhile.
func TestRestless(t *testing.T) {
	s := serve(t, shop(t))
	quiet, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		for i := 0; ; i++ {
			select {
			case <-quiet:
				return
			case <-time.After(5 * time.Millisecond):
				_ = os.WriteFile(s.file("models/restless.go"), fmt.Appendf(nil, "package models\n\n// %d\n", i), 0o644) // until it is said is none of this
			}
		}
	}()
	s.saidUntil(" * 'models/restless.go' has changed during the build, building again\n", 1)
	close(quiet)
	<-over
	s.until("/", 200, hello)
}

// TestBadApps: whatever the app does instead of serving is a page, and an edit
// brings it back.
func TestBadApps(t *testing.T) {
	s := serve(t, shop(t), func(c *Config) { c.late = time.Second })
	const before = "a.Main() //"
	for _, tt := range []struct {
		name, code string
		want       []string
	}{
		{"panics at start", "var p *int; println(*p); a.Main() //", []string{
			"panic: runtime error: invalid memory address", "The app stopped before it served: exit status 2", "main.go:", `class="hit"`, "main.main",
		}},
		{"exits at once", "println(\"good\", \"bye\") //", []string{"The app stopped before it served: exit status 0", "good bye"}},
		{"fails", "a.Handle(\"no path\", nil); a.Main() //", []string{"The app stopped before it served: exit status 1", "a route cannot be used"}},
		{"never listens", "println(\"asleep\"); select {} //", []string{"The app runs, and does not serve", "before a.Main()", "asleep"}},
		{"ignores SIGTERM", "signal.Ignore(syscall.SIGTERM); http.ListenAndServe(\"127.0.0.1:0\", nil) //", []string{"The app runs, and does not serve"}},
		{"is killed", "syscall.Kill(syscall.Getpid(), syscall.SIGKILL) //", []string{"The app stopped before it served: signal: killed"}},
		{"crashes later", "go func() { defer println(\"later\"); var m map[string]int; m[\"a\"] = 1 }(); a.Main() //", []string{"assignment to entry in nil map", "main.go:", "main.main.func"}},
	} {
		code := tt.code
		imports := ""
		if strings.Contains(code, "syscall.") {
			imports = "\t\"syscall\"\n"
		}
		if strings.Contains(code, "signal.") {
			imports += "\t\"os/signal\"\n"
		}
		change(t, s.file("main.go"), "\t\"net/http\"\n", "\t\"net/http\"\n"+imports)
		change(t, s.file("main.go"), before, code)
		s.until("/", 503, tt.want...)
		if t.Failed() {
			t.Fatal(tt.name)
		}
		change(t, s.file("main.go"), code, before)
		change(t, s.file("main.go"), "\t\"net/http\"\n"+imports, "\t\"net/http\"\n")
		s.until("/", 200, hello)
	}
	if !strings.Contains(s.out.String(), "The app did not end when it was told to, and was killed") {
		t.Error("the app that ignores SIGTERM was not killed")
	}
}

// TestRequestsSurvive: a request that is being answered when a file is saved gets
// its answer; those that come during the build get the new one; a body is kept.
func TestRequestsSurvive(t *testing.T) {
	s := serve(t, shop(t))
	change(t, s.file("main.go"), "\ta.Main()", `	a.HandleFunc("GET /slow", func(w http.ResponseWriter, r *http.Request) {
		fmt.Println("slow begins")
		time.Sleep(1500 * time.Millisecond)
		fmt.Fprint(w, "slow World, err ", r.Context().Err())
	})
	a.HandleFunc("POST /echo", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(w, r.Body)
		fmt.Fprint(w, " World")
	})
	a.Main()`)
	change(t, s.file("main.go"), "\t\"net/http\"\n", "\t\"io\"\n\t\"net/http\"\n\t\"time\"\n")
	if _, body := s.do("POST", "/echo", "one"); body != "one World" {
		s.until("/slow", 200, "slow World")
	}
	slow := make(chan string, 1)
	begun := strings.Count(s.out.String(), "slow begins")
	go func() {
		_, body := s.get("/slow")
		slow <- body
	}()
	s.saidUntil("slow begins", begun+1)
	restarts := strings.Count(s.out.String(), "reloading")
	change(t, s.file("main.go"), "World", "Edit")
	s.saidUntil("reloading", restarts+1)
	big := strings.Repeat("x", 1<<20)
	if status, body := s.do("POST", "/echo", big); status != 200 || body != big+" Edit" {
		t.Errorf("during the build: %d, %d bytes that end in %q", status, len(body), body[max(0, len(body)-10):])
	}
	if body := <-slow; body != "slow World, err <nil>" {
		t.Errorf("the request that was being answered: %q", body)
	}
}

// TestWhatIsWatched: everything that the build reads, wherever it is.
func TestWhatIsWatched(t *testing.T) {
	dir := shop(t)
	lib := dir + "/../lib ä"
	files(t, dir, map[string]string{
		"../lib ä/go.mod": "module example.com/lib\n\ngo 1.25.0\n",
		"../lib ä/lib.go": "package lib\n\nconst Text = \"lib one\"\n",
		"page.go": `package main

import (
	"embed"
	"net/http"

	"example.com/lib"

	"shop/deep/below"
)

//go:embed page.txt text
var pages embed.FS

func page(w http.ResponseWriter, r *http.Request) {
	b, _ := pages.ReadFile("page.txt")
	list, _ := pages.ReadDir("text")
	w.Write(b)
	for _, e := range list {
		w.Write([]byte(e.Name() + " "))
	}
	w.Write([]byte(lib.Text + " " + below.Text + " " + more))
}
`,
		"more.go":             "package main\n\nconst more = \"more one\"\n",
		"page.txt":            "page one\n",
		"text/a.txt":          "",
		"deep/below/below.go": "package below\n\nconst Text = \"below one\"\n",
	})
	change(t, dir+"/go.mod", "require (\n\tgithub.com/spf13", "require (\n\texample.com/lib v0.0.0\n\tgithub.com/spf13")
	change(t, dir+"/go.mod", "\nreplace github.com/whimbreldb/whimbrel =>", "\nreplace example.com/lib => \"../lib ä\"\n\nreplace github.com/whimbreldb/whimbrel =>")
	change(t, dir+"/main.go", "\ta.Main()", "\ta.HandleFunc(\"GET /page\", page)\n\ta.Main()")
	s := serve(t, dir)
	s.until("/page", 200, "page one\na.txt lib one below one more one")

	write(t, lib+"/lib.go", "package lib\n\nconst Text = \"lib two\"\n")
	s.until("/page", 200, "lib two")
	write(t, s.file("deep/below/below.go"), "package below\n\nconst Text = \"below two\"\n")
	s.until("/page", 200, "below two")
	write(t, s.file("page.txt"), "page two\n")
	s.until("/page", 200, "page two")
	write(t, s.file("text/b.txt"), "")
	s.until("/page", 200, "a.txt b.txt")
	// A file comes, and one goes.
	write(t, s.file("other.go"), "package main\n\nfunc init() { println(more) }\n")
	s.saidUntil("more one", 1)
	if err := os.Remove(s.file("more.go")); err != nil {
		t.Fatal(err)
	}
	s.until("/page", 503, "undefined: more")
	write(t, s.file("most.go"), "package main\n\nconst more = \"most\"\n")
	s.until("/page", 200, "below two most")

	// What the build does not read is left alone.
	builds := strings.Count(s.out.String(), "Detected change")
	write(t, s.file("notes.txt"), "")
	write(t, s.file("page_test.go"), "package main\n")
	write(t, s.file("instance/other.txt"), "")
	write(t, s.file("page.txt"), "page three\n")
	s.until("/page", 200, "page three")
	if n := strings.Count(s.out.String(), "Detected change"); n != builds+1 {
		t.Errorf("%d builds for one file that matters", n-builds)
	}
}

// TestDisk: templates and files that the app has from App.Files need no build,
// and the page in the browser is told.
func TestDisk(t *testing.T) {
	dir := shop(t)
	files(t, dir, map[string]string{
		"web/web.go": `package web

import (
	"embed"
	"net/http"

	"github.com/whimbreldb/whimbrel/app"
)

//go:embed pages static
var embedded embed.FS

func Routes(a *app.App) {
	files := a.Files(embedded)
	pages := a.Templates(files, "pages/*.html")
	a.Handle("GET /static/", http.FileServerFS(files))
	a.HandleFunc("GET /page", func(w http.ResponseWriter, r *http.Request) {
		if err := pages.ExecuteTemplate(w, "page.html", "you"); err != nil {
			http.Error(w, err.Error(), 500)
		}
	})
}
`,
		"web/pages/page.html":  "<p>one {{.}}</p>\n",
		"web/static/style.css": "one",
	})
	change(t, dir+"/main.go", "\"shop/models\"", "\"shop/models\"\n\t\"shop/web\"")
	change(t, dir+"/main.go", "\ta.Main()", "\tprintln(\"started\")\n\tweb.Routes(a)\n\ta.Main()")
	s := serve(t, dir)
	s.until("/page", 200, "<p>one you</p>")
	s.until("/static/style.css", 200, "one")
	events := s.events()
	first := <-events

	write(t, s.file("web/static/style.css"), "two")
	if id := <-events; id == first {
		t.Error("the page is not told")
	}
	s.until("/static/style.css", 200, "two")
	write(t, s.file("web/pages/page.html"), "<p>two {{.}}</p>\n")
	<-events
	s.until("/page", 200, "<p>two you</p>")
	write(t, s.file("web/static/new.css"), "new")
	<-events
	s.until("/static/new.css", 200, "new")
	write(t, s.file("web/pages/page.html"), "<p>\n{{.Nothing}}</p>\n")
	<-events
	s.until("/page", 500, "can&#39;t evaluate field Nothing", "web/pages/page.html:2", `class="hit"`)
	if n := strings.Count(s.out.String(), "started"); n != 1 {
		t.Errorf("the app was started %d times", n)
	}
	// The program that is built without the dev server has them, too.
	change(t, s.file("main.go"), "World", "Edit")
	s.until("/", 200, "Edit")
}

// events returns the ids that a page is told, one after the other.
func (s *served) events() <-chan string {
	s.t.Helper()
	resp, err := s.http.Get(s.url + "/__whim/events")
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { resp.Body.Close() })
	ids := make(chan string)
	go func() {
		defer close(ids)
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			if id, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				ids <- id
			}
		}
	}()
	return ids
}

// TestPanic: a panic is a page with the source, the request and its SQL, and with
// the command when revisions are not applied. Who is no browser gets text.
func TestPanic(t *testing.T) {
	dir := shop(t)
	change(t, dir+"/main.go", "\ta.Main()", `	a.HandleFunc("GET /panic", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "half a page")
		var products []models.Product
		db.Find(&products, "name = ?", "O'Neil <b>")
		_ = products[len(products)].Name
	})
	a.HandleFunc("GET /error", func(w http.ResponseWriter, r *http.Request) {
		err := db.WithContext(r.Context()).Create(&models.Product{Name: "Apple"}).Error
		if err != nil {
			http.Error(w, err.Error(), 500)
		}
	})
	a.Main()`)
	s := serve(t, dir)
	page := s.until("/panic?q=1", 500, "panic: runtime error: index out of range [0] with length 0", "main.go:", `class="hit"`,
		"products[len(products)].Name", "SQL of this request", "name = ", "O&#39;Neil &lt;b&gt;", "no such table: products",
		"1 revision is not applied to the database:", "whim db upgrade", "/panic?q=1")
	if !strings.HasPrefix(page, "<!doctype html>") || strings.Contains(page, "internal/devapp") {
		t.Errorf("half a page, or our own calls:\n%s", page)
	}
	s.until("/error", 500, "no such table: products", "whim db upgrade", "INSERT INTO", "SQL of this request")
	resp, err := s.http.Get(s.url + "/error")
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil || resp.StatusCode != 500 || !strings.HasPrefix(string(b), "SQL logic error: no such table: products") || strings.Contains(string(b), "<") {
		t.Errorf("who is no browser gets %d %s, %v", resp.StatusCode, b, err)
	}
	for _, want := range []string{"WARNING: 1 revision is not applied to the database: whim db upgrade", "panic: runtime error: index out of range", "main.go:"} {
		if !strings.Contains(s.out.String(), want) {
			t.Errorf("it did not say %q", want)
		}
	}
}

// TestHosts: only names that cannot be somebody else's are answered, by the app
// and by the error page alike.
func TestHosts(t *testing.T) {
	s := serve(t, shop(t), func(c *Config) { c.AllowHosts = "shop.test" })
	ask := func(host string) int {
		req, err := http.NewRequest("GET", s.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		resp, err := s.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(s.url, "http://"), ":")
	for _, good := range []int{200, 503} {
		if good == 503 {
			change(t, s.file("main.go"), "a.Main()", "a.Man()")
			s.until("/", 503)
		}
		for host, want := range map[string]int{"127.0.0.1:" + port: good, "localhost": good, "shop.test:" + port: good, "evil.test": 421, "localhost.evil.test:" + port: 421} {
			if got := ask(host); got != want {
				t.Errorf("Host: %s gives %d, want %d", host, got, want)
			}
		}
	}
}

// TestProxy: an app that listens by itself is served as well, and no request is
// lost on the way.
func TestProxy(t *testing.T) {
	ownCaches(t)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	free.Close()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	files(t, dir, map[string]string{
		"go.mod": "module example.com/own // uses github.com/whimbreldb/whimbrel\n\ngo 1.25.0\n",
		"main.go": `package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello one for ", r.Host) })
	http.HandleFunc("/crash", func(w http.ResponseWriter, r *http.Request) { os.Exit(3) })
	http.HandleFunc("/as", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, r.URL.RawQuery, r.Header["X-Forwarded-For"], r.Header["X-Forwarded-Proto"])
	})
	fmt.Println(http.ListenAndServe(os.Args[1], nil))
}
`,
	})
	s := serve(t, dir, func(c *Config) { c.Proxy, c.Args, c.late = addr, []string{addr}, 2*time.Second })
	s.until("/", 200, "hello one for "+strings.TrimPrefix(s.url, "http://"))
	// A request arrives as it was sent, through what stands before whim too.
	req, err := http.NewRequest("GET", s.url+"/as?a;b=%zz", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Forwarded-For", "192.0.2.1")
	req.Header.Set("X-Forwarded-Proto", "https")
	resp, err := s.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, err := io.ReadAll(resp.Body); err != nil || string(b) != "a;b=%zz [192.0.2.1, 127.0.0.1] [https]\n" {
		t.Errorf("the app got %q, %v", b, err)
	}
	change(t, s.file("main.go"), "hello one", "hello two")
	s.until("/", 200, "hello two")
	s.until("/crash", 503, "The app has stopped: exit status 3")
	change(t, s.file("main.go"), "hello two", "hello three")
	s.until("/", 200, "hello three")
	change(t, s.file("main.go"), "os.Args[1], nil", "\"127.0.0.1:0\", nil")
	s.until("/", 503, "The app runs, and does not serve", "Nobody answers at "+addr)
}

// TestStranger: an app that does not take the socket is told how it can be
// served.
func TestStranger(t *testing.T) {
	ownCaches(t)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	files(t, dir, map[string]string{
		"go.mod":  "module example.com/own // uses github.com/whimbreldb/whimbrel\n\ngo 1.25.0\n",
		"main.go": "package main\n\nimport \"os\"\n\nfunc main() { println(\"unknown command\", os.Args[1]); os.Exit(2) }\n",
	})
	s := serve(t, dir)
	s.until("/", 503, "The app stopped before it served: exit status 2", "unknown command run", "whim run --debug --proxy 127.0.0.1:8080 -- ARGUMENTS")
}

// TestPortInUse: it says so before anything is built.
func TestPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	err = Run(t.Context(), Config{Address: socket.Address{Port: l.Addr().(*net.TCPAddr).Port}})
	if whimbrel.CodeOf(err) != whimbrel.CannotListen {
		t.Error(err)
	}
}

// TestProxyAddress: what cannot be the address of the app is said at once.
func TestProxyAddress(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	own := free.Addr().(*net.TCPAddr).Port
	free.Close()
	for proxy, want := range map[string][]string{
		taken.Addr().String():            {"somebody serves on", "stop the other process first"},
		"127.0.0.1:" + strconv.Itoa(own): {"is where whim itself listens", "--port " + strconv.Itoa(own+1)},
		"localhost:" + strconv.Itoa(own): {"is where whim itself listens", "--port " + strconv.Itoa(own+1)},
		"http://127.0.0.1:8080/":         {"is no address", "--proxy 127.0.0.1:8080"},
		"https://app.example":            {"is no address", "--proxy 127.0.0.1:8080"},
		"8080":                           {"is no address", "--proxy 127.0.0.1:8080"},
		"9090":                           {"is no address", "--proxy 127.0.0.1:9090"},
		"127.0.0.1:http2":                {"is no address", "--proxy 127.0.0.1:8080"},
		"127.0.0.1:0":                    {"is no address", "--proxy 127.0.0.1:8080"},
		"127.0.0.1:99999":                {"is no address", "--proxy 127.0.0.1:8080"},
		"a b:8080":                       {"is no address", "--proxy 127.0.0.1:8080"},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		err := Run(ctx, Config{Address: socket.Address{Port: own}, Proxy: proxy, Out: io.Discard, Err: io.Discard})
		cancel()
		var e *whimbrel.Error
		if !errors.As(err, &e) || !strings.Contains(e.Msg, want[0]) || !strings.Contains(strings.Join(e.Hint, "\n"), want[1]) {
			t.Errorf("%s: got %+v", proxy, err)
		}
	}
}
