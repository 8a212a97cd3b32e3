// Package devserver is whim run --debug: it builds the app with its debug
// features, serves it, and builds and restarts it whenever a file changes that
// the build reads.
//
// It owns the listening socket and hands it to the app. A request that arrives
// while there is no app to answer it waits, or gets the page about what is wrong:
// none is refused, and none is answered by a program that is older than the
// files. It runs nothing but the go command and the app, and takes no code over
// the network. Start at [Run].
package devserver

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/build"
	"github.com/whimbreldb/whimbrel/internal/devapp"
	"github.com/whimbreldb/whimbrel/internal/devpage"
	"github.com/whimbreldb/whimbrel/internal/socket"
)

// A Config says what is served, and where.
type Config struct {
	App build.App
	socket.Address
	AllowHosts string // more names to answer for, with commas between

	// Proxy is the address on which the app listens by itself, for apps that do
	// not take the socket; Args are its arguments. "" is an app that does.
	Proxy string
	Args  []string

	NoSQL bool     // leave the driver alone: do not keep the SQL of requests
	Env   []string // of the app, and of the go command
	Prog  string   // how people call whim for this app, in what is to be pasted

	Out, Err io.Writer // what the app prints, and what there is to say

	// Announce, if not nil, watches a build that may take long. What the compiler
	// says goes through the writer that it returns; stop is called at the end.
	Announce func(w io.Writer, app *build.App) (through io.Writer, stop func())

	behind string        // where the app listens, when the socket is not handed over
	late   time.Duration // tests wait less
}

// Once returns the arguments and the environment of an app that is built and
// started once, and listens by itself.
func (c Config) Once() (args, env []string) {
	args = []string{"run", "--debug", "--host", c.Host, "--port", strconv.Itoa(c.Port)}
	if c.Cert != "" {
		args = append(args, "--cert", c.Cert, "--key", c.Key)
	}
	return args, c.environment("once-" + strconv.FormatInt(now().UnixNano(), 36))
}

func (c Config) environment(id string) []string {
	env := append(c.Env[:len(c.Env):len(c.Env)],
		devapp.EnvBuild+"="+id, devapp.EnvRoot+"="+c.App.Root, devapp.EnvHosts+"="+c.AllowHosts)
	if c.NoSQL {
		env = append(env, devapp.EnvNoSQL+"=1")
	}
	return env
}

func (c Config) proxied() bool { return c.behind != "" }

// tooLate is how long an app may take to begin to serve before the browser is told.
const tooLate = 10 * time.Second

// Run serves the app until ctx is done. It returns an error only when it could
// not begin: later, what is wrong is shown, and waits to be mended.
func Run(ctx context.Context, c Config) error {
	c.App.Tags = devapp.Tag
	ln, err := c.Listen(ctx)
	if err != nil {
		return err
	}
	defer ln.Close()
	switch {
	case c.Proxy != "":
		c.behind = c.Proxy
		if dial(ctx, c.Proxy) == nil {
			return &whimbrel.Error{
				Code: whimbrel.CannotListen, Msg: "somebody serves on " + c.Proxy + " already",
				Detail: []string{"--proxy names where the app itself will listen"},
				Hint:   []string{"stop the other process first"},
			}
		}
	case !canHand:
		free, err := socket.Listen(ctx, "127.0.0.1", 0)
		if err != nil {
			return err
		}
		c.behind = free.Addr().String()
		free.Close()
	}
	ctx, cancel := untilHangup(ctx)
	defer cancel()
	s := &server{
		c: c, front: newFront(ln, c), watch: newWatcher(c.App), listed: make(chan list, 1),
		source: devpage.Source{Dir: c.App.Dir, Root: c.App.Root}, epoch: strconv.FormatInt(now().UnixNano(), 36),
	}
	return s.run(ctx)
}

// A server is the loop that everything happens in, one thing after the other.
type server struct {
	c      Config
	front  *front
	watch  *watcher
	source devpage.Source
	epoch  string // so that no two runs of whim have an id in common
	n      int    // of ids

	app     *child // nil: none runs
	leaving *child // the one before, which may still answer something
	last    string // id of the build that runs
	late    <-chan time.Time
	listed  chan list
	began   time.Time // of the build that is the newest
	saved   time.Time // when the change was noticed
}

// A list is the answer of the go command about what a build reads.
type list struct {
	in    inputs
	err   error
	begun time.Time
}

func (s *server) say(format string, args ...any) { fmt.Fprintf(s.c.Err, format+"\n", args...) }

func (s *server) nextID() string {
	s.n++
	return s.epoch + "-" + strconv.Itoa(s.n)
}

func (s *server) run(ctx context.Context) error {
	s.say(" * Serving app '%s'\n * Debug mode: on", filepath.Base(s.c.App.Dir))
	if err := s.rebuild(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	if ctx.Err() == nil {
		s.announce()
	}
	look := time.NewTimer(s.watch.period())
	defer look.Stop()
	for {
		var said chan string
		var ended chan struct{}
		if s.app != nil {
			said, ended = s.app.lines, s.app.done
		}
		select {
		case <-ctx.Done():
			s.end()
			return nil
		case <-look.C:
			now := s.watch.scan()
			if len(s.watch.last.changes(now)) > 0 {
				s.change(ctx, now)
			}
			look.Reset(s.watch.period())
		case line := <-said:
			s.heard(line)
		case <-ended:
			s.crashed()
		case <-s.late:
			s.notServing()
		case l := <-s.listed:
			s.adopt(l)
		}
	}
}

// announce says where the app is, in the words that a server for development is
// known by.
func (s *server) announce() {
	s.say("WARNING: This is a development server. Do not use it in production: use serve.")
	addr := s.front.ln.Addr()
	if warning := devapp.Exposed(addr); warning != "" {
		s.say("%s", warning)
	}
	s.say(" * Running on %s://%s\nPress CTRL+C to quit", s.c.Scheme(), addr)
}

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

// hold lets requests wait, and tells the app to end.
func (s *server) hold() {
	s.late = nil
	s.front.set(waiting, devpage.Page{}, s.last)
	s.dismiss()
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
			if err == nil {
				built.Release() // it is old already
			}
			s.watch.settled(ctx, now)
			continue
		}
		if whimbrel.CodeOf(err) == whimbrel.NotBuilt {
			s.fail(s.compilerPage(err, said))
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

// fail makes every request get a page.
func (s *server) fail(page devpage.Page) {
	s.last = s.nextID()
	s.front.set(broken, page, s.last)
}

// dial reports whether somebody answers at an address.
func dial(ctx context.Context, addr string) error {
	d := net.Dialer{Timeout: time.Second}
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return c.Close()
}
