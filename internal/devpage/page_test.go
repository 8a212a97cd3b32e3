package devpage

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func sourceOf(t *testing.T, files map[string]string) Source {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "my app ü")
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return Source{Dir: dir, Root: dir}
}

// where are the places as people write them, with what is said and the line.
func where(places []Place) []string {
	var out []string
	for _, p := range places {
		s := p.Where() + " | " + p.Text
		for _, l := range p.Lines {
			if l.Hit {
				s += " | " + l.Text
			}
		}
		out = append(out, s)
	}
	return out
}

func TestCompiler(t *testing.T) {
	s := sourceOf(t, map[string]string{"main.go": "package main\n\nfunc main() { x }\n", "a b/ö.go": "package b\n", "go.mod": "modul shop\n"})
	got := where(s.Compiler("# shop\n./main.go:3:15: undefined: x\n\thave int\n\twant string\na b/ö.go:1:9: something\ngo: errors parsing go.mod:\ngo.mod:1: unknown directive: modul\n/usr/lib/x.go:1:2: not ours\nnonsense: 1:2\nmain.go:99999999999999999999:1: odd\n"))
	want := []string{
		"main.go:3:15 | undefined: x have int want string | func main() { x }",
		filepath.FromSlash("a b/ö.go:1:9 | something | package b"),
		"go.mod:1 | unknown directive: modul | modul shop",
		"/usr/lib/x.go:1:2 | not ours",
		"main.go:9223372036854775807:1 | odd",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if n := len(s.Compiler(strings.Repeat("main.go:1:1: x\n", 50))); n != mostSaid {
		t.Errorf("%d of 50 messages", n)
	}
}

func TestCrash(t *testing.T) {
	s := sourceOf(t, map[string]string{"main.go": "package main\n\nfunc main() { f() }\n\nfunc f() { panic(1) }\n"})
	main := filepath.Join(s.Dir, "main.go")
	output := "panic: an old one that was recovered\nstarting\npanic: boom\n\twith more\n\ngoroutine 7 [running]:\nmain.f(0x1, {0x2, 0x3})\n\t" + main + ":5 +0x1d\npanic({0x1, 0x2})\n\t/usr/local/go/src/runtime/panic.go:792 +0x132\nexample.com/lib.(*T).Run(...)\n\t/mod/lib@v1/run.go:7\ncreated by main.main in goroutine 1\n\t" + main + ":3 +0x5\n\ngoroutine 1 [sleep]:\nmain.other()\n\t" + main + ":1 +0x1\nexit status 2\n"
	message, places := s.Crash(output)
	if message != "panic: boom\n\twith more" {
		t.Errorf("message %q", message)
	}
	want := []string{"main.go:5  main.f |  | func f() { panic(1) }", "/mod/lib@v1/run.go:7  example.com/lib.(*T).Run | ", "main.go:3  created by main.main in goroutine 1 |  | func main() { f() }"}
	if d := cmp.Diff(want, where(places)); d != "" {
		t.Error(d)
	}
	if message, places := s.Crash("just an error\n"); message != "" || places != nil {
		t.Errorf("without a panic: %q, %v", message, places)
	}
	if message, _ := s.Crash("fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [select]:\n"); message != "fatal error: all goroutines are asleep - deadlock!" {
		t.Errorf("a fatal error: %q", message)
	}
}

// TestOnlyOwnFiles: a page shows the source of the module, and of nothing else.
func TestOnlyOwnFiles(t *testing.T) {
	s := sourceOf(t, map[string]string{"app/main.go": "package main\n", "secret.txt": "secret\n"})
	s.Dir = filepath.Join(s.Root, "app")
	for file, shown := range map[string]bool{
		"main.go": true, filepath.Join(s.Root, "app", "main.go"): true, "../secret.txt": true,
		"/etc/hostname": false, "../../../../../../../etc/hostname": false, filepath.Join(filepath.Dir(s.Root), "other", "x.go"): false,
	} {
		if got := len(s.Place(file, 1).Lines) > 0; got != shown {
			t.Errorf("%s is shown: %v", file, got)
		}
	}
	big := filepath.Join(s.Root, "big.go")
	if err := os.WriteFile(big, make([]byte, mostFile+1), 0o644); err != nil {
		t.Fatal(err)
	}
	if p := s.Place(big, 1); p.Lines != nil {
		t.Error("a file that is too long is read")
	}
}

func TestTemplate(t *testing.T) {
	s := sourceOf(t, map[string]string{"templates/a.html": "one\n{{.X}}\n", ".git/a.html": "no\n\n"})
	got := where(s.Template(`template: a.html:2:2: executing "a.html" at <.X>: can't evaluate field X`))
	if d := cmp.Diff([]string{filepath.FromSlash("templates/a.html:2 |  | {{.X}}")}, got); d != "" {
		t.Error(d)
	}
	if p := s.Template("no template here"); p != nil {
		t.Errorf("%v", p)
	}
}

// TestEscaped: whatever an app says, it is text on the page, and the page says
// what it may load.
func TestEscaped(t *testing.T) {
	const bad = `</pre><script>alert("x")</script>`
	p := Page{
		Title: bad, Message: bad, Output: bad, ID: bad,
		Fix:     []Fix{{bad, bad}},
		Places:  []Place{{File: bad, Func: bad, Text: bad, Lines: []Line{{1, bad, true}}}},
		Request: &Request{Method: bad, URL: bad, Header: http.Header{bad: {bad}}},
		SQL:     []Statement{{SQL: bad, Args: []string{bad}, Err: bad, Times: 2}},
	}
	w := httptest.NewRecorder()
	w.Header().Set("Content-Encoding", "gzip")
	p.Write(w, 500)
	body := w.Body.String()
	if strings.Contains(body, "alert(\"") || strings.Count(body, "<script") != 1 {
		t.Errorf("not escaped:\n%s", body)
	}
	h := w.Header()
	if w.Code != 500 || h.Get("Content-Encoding") != "" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || h.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", w.Code, h)
	}
	if text := p.Text(); !strings.Contains(text, bad) {
		t.Errorf("as text:\n%s", text)
	}
	if page := string((Page{}).HTML()); !strings.Contains(page, "<title>Something went wrong</title>") {
		t.Errorf("a page about nothing:\n%s", page)
	}
}
