package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/whimbreldb/whimbrel/internal/build"
)

const (
	slow = 2 * time.Second // when a build is worth a word
	many = 20              // packages that no edit of the app alone makes stale
)

// first is what an empty build cache makes people wait for.
const first = "Compiling dependencies (first run only)…"

// An announcement says that a build takes long: on a terminal a line that counts
// and is gone in the end, elsewhere one line. What the go command says goes
// through it, so that the two do not mix.
type announcement struct {
	w        io.Writer
	name     string
	terminal bool
	stop     func() // before anything else is printed; no goroutine outlives it

	mu        sync.Mutex
	done, all int  // packages
	counting  bool // there is a line to count on
}

// announce watches the build of an app.
func announce(w io.Writer, app *build.App) *announcement {
	a := &announcement{w: w, name: filepath.Base(app.Dir)}
	if f, ok := w.(*os.File); ok {
		a.terminal = term.IsTerminal(int(f.Fd()))
	}
	app.Compiled = a.compiled
	ctx, cancel := context.WithCancel(context.Background())
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
	return a
}

func (a *announcement) begin(stale int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all = a.done + stale
	switch {
	case a.all < many && !a.terminal: // that a machine is busy is no news in a log
	case a.all < many:
		fmt.Fprintf(a.w, "Building %s…\n", a.name)
	case a.terminal:
		a.counting = true
		a.count()
	default:
		fmt.Fprintln(a.w, first)
	}
}

func (a *announcement) compiled(string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.done++
	if a.counting {
		a.count()
	}
}

// count writes the line again.
func (a *announcement) count() {
	fmt.Fprintf(a.w, "\r%s %d of %d packages", first, min(a.done, a.all), a.all)
}

// Write implements io.Writer.
func (a *announcement) Write(b []byte) (int, error) {
	a.clear()
	return a.w.Write(b)
}

func (a *announcement) clear() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.counting {
		fmt.Fprint(a.w, "\r\x1b[K")
	}
}
