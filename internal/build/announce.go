package build

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/term"
)

const (
	slow = 2 * time.Second // when a build is worth a word
	many = 20              // packages that no edit of the app alone makes stale
)

// What is said.
const (
	first      = "Compiling dependencies (first run only)…" // of an empty build cache
	firstShell = "Compiling the shell (first run only)…"
)

// An Announcement says that a build takes long: on a terminal a line that counts
// and is gone in the end, elsewhere one line. What the go command says goes
// through it, so that the two do not mix.
type Announcement struct {
	w              io.Writer
	terminal       bool
	quiet          bool // but on a terminal
	begins, counts string
	stop           func()

	mu        sync.Mutex
	done, all int  // packages
	counting  bool // there is a line to count on
}

// Announce watches the build of an app.
func Announce(w io.Writer, app *App) *Announcement {
	a := &Announcement{w: w, begins: "Building " + filepath.Base(app.Dir) + "…", counts: first}
	a.watch(context.Background(), app)
	return a
}

// AnnounceShell watches the build of an app's shell, and says nothing but on a
// terminal.
func AnnounceShell(ctx context.Context, w io.Writer, app *App) *Announcement {
	a := &Announcement{w: w, begins: "Building the shell of " + filepath.Base(app.Dir) + "…", counts: firstShell, quiet: true}
	a.watch(ctx, app)
	return a
}

func (a *Announcement) watch(ctx context.Context, app *App) {
	if f, ok := a.w.(*os.File); ok {
		a.terminal = term.IsTerminal(int(f.Fd()))
	}
	app.Compiled = a.compiled
	ctx, cancel := context.WithCancel(ctx)
	var ended sync.WaitGroup
	ended.Go(func() {
		select {
		case <-ctx.Done():
			return
		case <-time.After(slow):
		}
		if stale, err := app.Stale(ctx); err == nil {
			a.begin(stale)
		}
	})
	a.stop = func() {
		cancel()
		ended.Wait()
		a.clear()
	}
}

// Stop ends it, before anything else is printed; no goroutine outlives it.
func (a *Announcement) Stop() { a.stop() }

func (a *Announcement) begin(stale int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all = a.done + stale
	switch {
	case a.quiet && !a.terminal:
	case a.all < many && !a.terminal: // that a machine is busy is no news in a log
	case a.all < many:
		fmt.Fprintln(a.w, a.begins)
	case a.terminal:
		a.counting = true
		a.count()
	default:
		fmt.Fprintln(a.w, a.counts)
	}
}

func (a *Announcement) compiled(string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.done++
	if a.counting {
		a.count()
	}
}

// count writes the line again.
func (a *Announcement) count() {
	fmt.Fprintf(a.w, "\r%s %d of %d packages", a.counts, min(a.done, a.all), a.all)
}

// Write implements io.Writer.
func (a *Announcement) Write(b []byte) (int, error) {
	a.clear()
	return a.w.Write(b)
}

func (a *Announcement) clear() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.counting {
		fmt.Fprint(a.w, "\r\x1b[K")
	}
}
