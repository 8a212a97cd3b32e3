// Package devapp is the half of the dev server that is in the app: it takes the
// socket that whim run --debug hands over, tells whim when it serves, shows
// panics with their source, and keeps the SQL of each request for that page.
//
// It is for development only. Package app imports it under the build tag
// [Tag], which only whim sets, and it does nothing unless whim has started the
// process: [Open] returns nil. It executes no code that it is sent; its only
// addresses give a fixed script and the id of the build. Start at [Open].
package devapp

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/whimbreldb/whimbrel/internal/devpage"
)

// Tag is the build tag under which this package is linked into an app.
const Tag = "whim_debug"

// What whim tells the app, in its environment. The three numbers are of open
// files that the app inherits.
const (
	EnvBuild   = "WHIM_DEV"         // the id of the build: set means that whim run --debug started the process
	EnvListen  = "WHIM_DEV_LISTEN"  // the listening socket
	EnvAddr    = "WHIM_DEV_ADDR"    // or the address to listen on, where a socket cannot be handed over
	EnvStatus  = "WHIM_DEV_STATUS"  // a pipe to whim
	EnvControl = "WHIM_DEV_CONTROL" // a pipe from whim; its end is whim's end
	EnvRoot    = "WHIM_DEV_ROOT"    // the folder of the app's module
	EnvHosts   = "WHIM_DEV_HOSTS"   // names in Host that are allowed too, with commas between
	EnvNoSQL   = "WHIM_DEV_NO_SQL"  // set: the SQL of requests is not kept
)

// The words on the pipes, one a line.
const (
	Hello  = "hello"  // to whim: the app knows how to serve
	Ready  = "ready"  // to whim: requests are answered from now on
	Closed = "closed" // to whim: no more are taken from the socket
	Files  = "files " // to whim: files of this folder are read for each request
	Event  = "event " // to the app: pages belong to another id now
	Stop   = "stop"   // to the app: answer what is being answered, and end
)

// Grace is how long an app may take to answer what it is answering when it is
// told to stop.
const Grace = 5 * time.Second

// A Link is the connection between an app and the whim that has started it.
type Link struct {
	source devpage.Source
	hosts  Hosts
	sql    bool
	listen string
	addr   string

	status  *os.File
	control io.Reader

	mu      sync.Mutex
	id      string
	changed chan struct{} // closed when id changes

	stop     chan struct{} // closed when whim says so, or has ended
	stopOnce sync.Once
	traces   traces
}

// Open returns the link to whim, nil when the process was not started by
// whim run --debug.
func Open() *Link {
	id := os.Getenv(EnvBuild)
	if id == "" {
		return nil
	}
	dir, err := os.Getwd()
	if err != nil {
		dir = os.Getenv(EnvRoot)
	}
	l := &Link{
		source: devpage.Source{Dir: dir, Root: os.Getenv(EnvRoot)}, hosts: NewHosts(os.Getenv(EnvHosts)),
		sql: os.Getenv(EnvNoSQL) == "", listen: os.Getenv(EnvListen), addr: os.Getenv(EnvAddr),
		id: id, changed: make(chan struct{}), stop: make(chan struct{}),
	}
	// Programs that the app starts are none of whim's.
	for _, name := range []string{EnvBuild, EnvListen, EnvAddr, EnvStatus, EnvControl, EnvRoot, EnvHosts, EnvNoSQL} {
		defer os.Unsetenv(name)
	}
	l.status = inherited(EnvStatus)
	if control := inherited(EnvControl); control != nil {
		l.control = control
		go l.obey()
	}
	l.tell(Hello)
	return l
}

// inherited returns the open file whose number is in the environment.
func inherited(env string) *os.File {
	n, err := strconv.ParseUint(os.Getenv(env), 10, 64)
	if err != nil {
		return nil
	}
	closeOnExec(uintptr(n))
	return os.NewFile(uintptr(n), env)
}

// obey does what whim says, until whim has ended.
func (l *Link) obey() {
	defer l.stopOnce.Do(func() { close(l.stop) })
	lines := bufio.NewScanner(l.control)
	for lines.Scan() {
		line := lines.Text()
		if id, ok := strings.CutPrefix(line, Event); ok {
			l.mu.Lock()
			l.id = id
			close(l.changed)
			l.changed = make(chan struct{})
			l.mu.Unlock()
		}
		if line == Stop {
			return
		}
	}
}

// current returns the id that pages belong to now, and a channel that is closed
// when it is another.
func (l *Link) current() (string, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.id, l.changed
}

// tell says something to whim. A whim that has ended is noticed elsewhere.
func (l *Link) tell(line string) {
	if l.status != nil {
		_, _ = io.WriteString(l.status, line+"\n")
	}
}

// Listener returns the socket to serve on, nil when whim has none to hand over
// and the app listens as it was told on its command line.
func (l *Link) Listener() (net.Listener, error) {
	switch {
	case l.listen != "":
		n, err := strconv.ParseUint(l.listen, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s=%s: %w", EnvListen, l.listen, err)
		}
		f := os.NewFile(uintptr(n), EnvListen)
		if f == nil {
			return nil, errors.New("the socket was not handed over")
		}
		defer f.Close() // FileListener has its own
		return net.FileListener(f)
	case l.addr != "":
		return net.Listen("tcp", l.addr)
	}
	return nil, nil
}
