package devserver

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A load is a few clients that ask again and again, while files are edited.
type load struct {
	t       *testing.T
	url     string
	keep    bool // connections open, as far as the server does
	stop    atomic.Bool
	clients sync.WaitGroup

	mu      sync.Mutex
	total   int
	failed  map[string]int
	codes   map[int]int
	longest time.Duration
	newest  int // the highest version that an answer has shown
	stale   []string
}

const clients = 4

func begin(t *testing.T, url string, keep bool) *load {
	l := &load{t: t, url: url, keep: keep, failed: map[string]int{}, codes: map[int]int{}}
	for i := range clients {
		l.clients.Go(func() { l.client(i) })
	}
	return l
}

func (l *load) client(n int) {
	c := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: !l.keep}}
	for i := 0; !l.stop.Load(); i++ {
		l.mu.Lock()
		newest := l.newest
		l.mu.Unlock()
		begun := now()
		var resp *http.Response
		var err error
		body := fmt.Sprintf("%d-%d", n, i)
		if i%2 == 0 {
			resp, err = c.Get(l.url + "/echo")
		} else {
			resp, err = c.Post(l.url+"/echo", "text/plain", strings.NewReader(body))
		}
		var text []byte
		if err == nil {
			text, err = io.ReadAll(resp.Body)
			resp.Body.Close()
		}
		l.note(err, resp, string(text), since(begun), newest)
		time.Sleep(5 * time.Millisecond) // people are slower, too
	}
}

func (l *load) note(err error, resp *http.Response, text string, took time.Duration, newest int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total++
	if err != nil {
		why := err.Error()
		l.failed[why[strings.LastIndex(why, ": ")+1:]]++
		return
	}
	l.codes[resp.StatusCode]++
	l.longest = max(l.longest, took)
	if resp.StatusCode != 200 {
		return
	}
	version := 0
	if _, err := fmt.Sscanf(text, "version %d", &version); err != nil {
		l.failed["not the answer of the app: "+text]++
		return
	}
	if version < newest {
		l.stale = append(l.stale, fmt.Sprintf("version %d after %d", version, newest))
	}
	l.newest = max(l.newest, version)
}

// until waits until there were so many requests.
func (l *load) until(total int) {
	for {
		l.mu.Lock()
		n := l.total
		l.mu.Unlock()
		if n >= total {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// end stops the clients, and prints what they have seen.
func (l *load) end(what string) {
	l.t.Helper()
	l.stop.Store(true)
	l.clients.Wait()
	failed := 0
	for why, n := range l.failed {
		failed += n
		l.t.Errorf("%s: %d requests failed: %s", what, n, why)
	}
	if len(l.stale) > 0 {
		l.t.Errorf("%s: old answers after new ones: %q", what, l.stale)
	}
	var codes []string
	for _, code := range slices.Sorted(maps.Keys(l.codes)) {
		codes = append(codes, fmt.Sprintf("%d × %d", l.codes[code], code))
	}
	l.t.Logf("%s: %d requests, %d failed (%s), the longest took %v", what, l.total, failed, strings.Join(codes, ", "), l.longest.Round(time.Millisecond))
}

// versioned makes the shop answer with a number that the test changes.
func versioned(t testing.TB, dir string) (set func(n int)) {
	change(t, filepath.Join(dir, "main.go"), "\ta.Main()", `	a.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "version %d %s", version, b)
	})
	a.Main()`)
	change(t, filepath.Join(dir, "main.go"), "\t\"net/http\"\n", "\t\"io\"\n\t\"net/http\"\n")
	set = func(n int) {
		write(t, filepath.Join(dir, "version.go"), fmt.Sprintf("package main\n\nconst version = %d\n", n))
	}
	set(1)
	return set
}

// asked is how many requests a load makes at least.
const asked = 5000

// TestLoad edits the shop under load: no request fails, and none gets an answer of
// a version after one of a newer. It prints the figures of docs/devserver.md.
func TestLoad(t *testing.T) {
	for _, keep := range []bool{false, true} {
		name := "a connection for each request"
		if keep {
			name = "connections are kept"
		}
		t.Run(name, func(t *testing.T) {
			dir := shop(t)
			set := versioned(t, dir)
			s := serve(t, dir)
			s.until("/echo", 200, "version 1")
			l := begin(t, s.url, keep)
			for n := 2; n <= 4; n++ {
				l.until(n * asked / 8)
				set(n)
				s.until("/echo", 200, fmt.Sprint("version ", n))
			}
			// A mistake, mended.
			l.until(5 * asked / 8)
			write(t, s.file("version.go"), "package main\n\nconst version = Missing\n")
			s.until("/echo", 503, "undefined: Missing")
			set(5)
			s.until("/echo", 200, "version 5")
			// A crash, mended.
			l.until(6 * asked / 8)
			write(t, s.file("crash.go"), "package main\n\nfunc init() { panic(\"at start\") }\n")
			s.until("/echo", 503, "panic: at start")
			if err := os.Remove(s.file("crash.go")); err != nil {
				t.Fatal(err)
			}
			set(6)
			s.until("/echo", 200, "version 6")
			l.until(asked)
			restarts := strings.Count(s.out.String(), " * Restarted after")
			l.end(fmt.Sprintf("%s, %d restarts, a mistake and a crash", name, restarts))
			if restarts < 4 {
				t.Errorf("%d restarts", restarts)
			}
		})
	}
}

// BenchmarkSave is how long it takes from a save to the answer. Beside it stands
// what nothing can be faster than: the bare go build of the same edit.
func BenchmarkSave(b *testing.B) {
	dir := shop(b)
	set := versioned(b, dir)
	s := serve(b, dir)
	s.until("/echo", 200, "version 1")
	n := 1
	measure := func(name string, edit func(n int), status int, want string) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				time.Sleep(300 * time.Millisecond) // the list of files of the build before is there
				n++
				b.StartTimer()
				edit(n)
				s.until("/echo", status, fmt.Sprintf(want, n))
			}
		})
	}
	mistake := func(format string) func(n int) {
		return func(n int) {
			write(b, s.file("version.go"), fmt.Sprintf("package main\n\nconst version = "+format+"\n", n))
		}
	}
	measure("new-answer", set, 200, "version %d")
	measure("type-error", mistake("Missing%d"), 503, "undefined: Missing%d")
	measure("syntax-error", mistake("%d oops"), 503, "const version = %d oops")
	b.Run("bare-go-build", func(b *testing.B) {
		bin := filepath.Join(b.TempDir(), "shop")
		for b.Loop() {
			n++
			set(n)
			cmd := exec.Command("go", "build", "-buildvcs=false", "-tags=whim_debug", "-ldflags=-s -w", "-o", bin, ".")
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				b.Fatalf("%v\n%s", err, out)
			}
		}
	})
}
