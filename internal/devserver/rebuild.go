package devserver

import (
	"context"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"strings"
	"time"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/build"
	"github.com/whimbreldb/whimbrel/internal/devapp"
	"github.com/whimbreldb/whimbrel/internal/devpage"
)

// change does what files that have changed ask for. Where that is a build, nobody
// gets an answer of the program before from now on.
func (s *server) change(ctx context.Context, seen stamps) {
	s.saved = now()
	files := s.watch.last.changes(seen)
	if s.app != nil && s.app.ready && s.watch.onlyDisk(files) {
		// Editors write a file in steps. A build that was too early is repeated;
		// a page that was reloaded too early is not.
		seen = s.watch.settled(ctx, seen)
		files = s.watch.last.changes(seen)
		if ctx.Err() != nil || len(files) == 0 {
			return // it is as it was
		}
		if s.watch.onlyDisk(files) {
			s.reload(ctx, seen, files)
			return
		}
	}
	s.hold()
	s.awaitClosed()
	s.say(" * Detected change in %s, reloading", s.names(files))
	if err := s.rebuild(ctx); err != nil && ctx.Err() == nil {
		s.fail(devpage.Page{Title: err.Error()})
		s.say(" * %v", err)
	}
}

// reload tells the browser that files have changed which the app reads itself.
func (s *server) reload(ctx context.Context, seen stamps, files []string) {
	s.say(" * Detected change in %s", s.names(files))
	s.watch.last = seen
	s.last = s.nextID()
	s.app.tell(devapp.Event + s.last)
	if s.front.proxied {
		s.front.set(running, devpage.Page{}, s.last)
	}
	s.began = s.saved
	s.list(ctx) // a file may have come or gone
}

// names says which files have changed.
func (s *server) names(files []string) string {
	name := files[0]
	if rel, err := filepath.Rel(s.c.App.Dir, name); err == nil {
		name = rel
	}
	name = "'" + name + "'"
	if n := len(files) - 1; n > 0 {
		name += fmt.Sprintf(" and %d more", n)
	}
	return name
}

// rebuild builds the app as the files are now, and starts it. It returns an error
// when nothing can be built, whatever the files say.
func (s *server) rebuild(ctx context.Context) error {
	s.hold()
	for {
		s.began = now()
		before := s.watch.scan()
		s.watch.last = before
		built, said, err := s.build(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if now := s.watch.scan(); len(before.changes(now)) > 0 {
			s.say(" * %s has changed during the build, building again", s.names(before.changes(now)))
			if err == nil {
				built.Release() // it is old already
			}
			s.watch.settled(ctx, now)
			continue
		}
		if whimbrel.CodeOf(err) == whimbrel.NotBuilt {
			page := s.compilerPage(err, said)
			s.fail(page)
			if page.Message != "" {
				s.say(" * %s: %s", page.Title, page.Message)
			}
			s.say(" * The app does not compile. Waiting for a change…")
			s.list(ctx)
			return nil
		}
		if err != nil {
			return err
		}
		s.list(ctx)
		s.awaitLeaving(ctx)
		if ctx.Err() != nil {
			built.Release()
			return nil
		}
		s.launch(ctx, built)
		return nil
	}
}

// build runs the go command. What it says is shown, and returned.
func (s *server) build(ctx context.Context) (build.Built, string, error) {
	app, w := s.c.App, s.c.Err
	if s.c.Announce != nil {
		through, stop := s.c.Announce(w, &app)
		defer stop()
		w = through
	}
	var said strings.Builder
	built, err := app.Build(ctx, io.MultiWriter(w, &said))
	return built, said.String(), err
}

// A list is the answer of the go command about what a build reads.
type list struct {
	in    inputs
	err   error
	begun time.Time
}

// list asks what the build reads, while the app starts.
func (s *server) list(ctx context.Context) {
	select {
	case <-s.listed: // of a build before
	default:
	}
	begun := s.began
	go func() {
		in, err := readInputs(ctx, s.c.App, s.c.Env)
		l := list{in, err, begun}
		select {
		case s.listed <- l:
		case <-ctx.Done():
		}
	}()
}

func (s *server) adopt(l list) {
	if !l.begun.Equal(s.began) {
		return // there was a build since, and its list comes
	}
	if l.err != nil && s.app != nil {
		s.say(" * The go command does not say what the build reads: %v", l.err)
	}
	if l.err != nil { // what was known before is watched as well
		maps.Copy(l.in.files, s.watch.in.files)
		maps.Copy(l.in.code, s.watch.in.code)
		maps.Copy(l.in.embed, s.watch.in.embed)
	}
	s.watch.adopt(l.in, l.begun)
}
