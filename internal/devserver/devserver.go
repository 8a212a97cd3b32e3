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
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"time"

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
	if err := checkProxy(c.Proxy); err != nil {
		return err
	}
	ln, err := c.Listen(ctx)
	if err != nil {
		return err
	}
	defer ln.Close()
	switch {
	case c.Proxy != "":
		c.behind = c.Proxy
		if err := notServed(ctx, c.Proxy, ln.Addr()); err != nil {
			return err
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
