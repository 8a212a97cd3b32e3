package devserver

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/whimbreldb/whimbrel/internal/build"
	"github.com/whimbreldb/whimbrel/internal/devapp"
	"github.com/whimbreldb/whimbrel/internal/devpage"
)

// launch starts what was built.
func (s *server) launch(ctx context.Context, built build.Built) {
	defer built.Release() // a process keeps the program that it runs
	s.last = s.nextID()
	args := append([]string{"run", "--debug"}, s.tlsArgs()...)
	env := s.c.environment(s.last)
	if s.c.Proxy != "" {
		args = s.c.Args
	}
	var c *child
	var err error
	if s.front.proxied {
		env = append(env, devapp.EnvAddr+"="+s.c.behind)
		c, err = start(built.Path, args, env, s.c.App.Dir, nil, s.c.Out, s.c.Err)
	} else {
		socket, ferr := s.front.file()
		if ferr != nil {
			s.fail(devpage.Page{Title: "The socket cannot be handed over", Message: ferr.Error()})
			return
		}
		c, err = start(built.Path, args, env, s.c.App.Dir, socket, s.c.Out, s.c.Err)
		socket.Close()
		nonblocking(s.front.ln)
	}
	if err != nil {
		s.say(" * The app does not start: %v", err)
		s.fail(devpage.Page{Title: "The app does not start", Message: err.Error()})
		return
	}
	s.app = c
	s.watch.disk = nil
	s.late = time.After(cmp.Or(s.c.late, tooLate))
	if s.c.Proxy != "" {
		go c.awaitPort(ctx, s.c.Proxy)
	}
}

// tlsArgs are for an app that has the socket itself.
func (s *server) tlsArgs() []string {
	if s.c.Cert == "" || s.front.proxied {
		return nil
	}
	return []string{"--cert", s.c.Cert, "--key", s.c.Key}
}

// heard is what the app says about itself.
func (s *server) heard(line string) {
	switch line {
	case devapp.Hello:
		s.app.hello = true
	case devapp.Ready:
		s.app.ready = true
		s.late = nil
		s.front.set(running, devpage.Page{}, s.last)
		if !s.saved.IsZero() {
			s.say(" * Restarted after %.2f s", since(s.saved).Seconds())
		}
	default:
		if dir, ok := strings.CutPrefix(line, devapp.Files); ok {
			s.watch.disk = append(s.watch.disk, dir)
		}
	}
}

// hold lets requests wait, and tells the app to end.
func (s *server) hold() {
	s.late = nil
	s.front.set(waiting, devpage.Page{}, s.last)
	s.dismiss()
}

// dismiss tells the app to end. Requests that it is answering are not waited for
// here.
func (s *server) dismiss() {
	if s.app == nil {
		return
	}
	s.leaving, s.app = s.app, nil
	s.leaving.stop(func() { s.say(" * The app did not end when it was told to, and was killed") })
}

// awaitClosed waits until the app takes no more requests. One that does not say
// so is not waited for: it is ended soon.
func (s *server) awaitClosed() {
	if s.leaving == nil || !s.leaving.ready || s.front.proxied {
		return
	}
	enough := time.After(leftover)
	for {
		select {
		case line := <-s.leaving.lines:
			if line == devapp.Closed {
				return
			}
		case <-s.leaving.done:
			return
		case <-enough:
			return
		}
	}
}

// awaitLeaving waits until the app before is gone: two of them at once would
// disturb each other.
func (s *server) awaitLeaving(ctx context.Context) {
	if s.leaving == nil {
		return
	}
	slow := time.NewTimer(time.Second)
	defer slow.Stop()
	for {
		select {
		case <-s.leaving.done:
			s.leaving = nil
			return
		case <-slow.C:
			s.say(" * Waiting for requests that are being answered…")
		case <-ctx.Done():
			return
		}
	}
}

// end stops everything.
func (s *server) end() {
	s.dismiss()
	s.front.close()
	if s.leaving != nil {
		<-s.leaving.done
	}
}
