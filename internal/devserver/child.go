package devserver

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"

	"github.com/whimbreldb/whimbrel/internal/devapp"
)

// A child is one run of the app.
type child struct {
	cmd     *exec.Cmd
	control *os.File
	lines   chan string   // what it says about itself
	done    chan struct{} // closed when it has ended and nothing of it is left
	err     error         // how it has ended
	tail    *tail
	begun   time.Time

	hello, ready bool // what it has said
	stopping     bool
}

// Limits of stopping, for an app that knows how and for one that does not.
const (
	grace    = devapp.Grace + time.Second
	strange  = 2 * time.Second // it does not use app.Main, or has not come to it
	leftover = 300 * time.Millisecond
)

// start runs a program with the given open files for it: none if the system
// cannot hand files over.
func start(path string, args, env []string, dir string, socket *os.File, out, errOut io.Writer) (*child, error) {
	status, statusEnd, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer statusEnd.Close()
	controlEnd, control, err := os.Pipe()
	if err != nil {
		status.Close()
		return nil, err
	}
	defer controlEnd.Close()

	c := &child{
		control: control, lines: make(chan string, 64), done: make(chan struct{}), begun: now(),
		tail: new(tail),
	}
	c.cmd = exec.Command(path, args...)
	c.cmd.Dir = dir
	c.cmd.Stdout, c.cmd.Stderr = out, io.MultiWriter(c.tail, heedless{errOut})
	c.cmd.WaitDelay = leftover // a process of its own may hold the pipes
	names := []string{devapp.EnvStatus, devapp.EnvControl}
	files := []*os.File{statusEnd, controlEnd}
	if socket != nil {
		names, files = append(names, devapp.EnvListen), append(files, socket)
	}
	c.cmd.Env = env
	hand(c.cmd, names, files)

	started := make(chan error)
	go func() {
		// The system ends the child when the thread that made it ends, so the
		// thread has to stay.
		runtime.LockOSThread()
		err := c.cmd.Start()
		started <- err
		if err == nil {
			if c.err = c.cmd.Wait(); errors.Is(c.err, exec.ErrWaitDelay) {
				c.err = nil // it ended well, and what it has started holds its pipe
			}
			killGroup(c.cmd.Process) // what it has left behind
			close(c.done)
		}
	}()
	if err := <-started; err != nil {
		status.Close()
		control.Close()
		return nil, err
	}
	go func() {
		defer status.Close()
		for s := bufio.NewScanner(status); s.Scan(); {
			select {
			case c.lines <- s.Text():
			case <-c.done:
				return
			}
		}
	}()
	return c, nil
}

// tell says something to the app.
func (c *child) tell(line string) {
	_, _ = io.WriteString(c.control, line+"\n") // it has ended, which is noticed elsewhere
}

// stop asks the app to end, and ends it when it does not. It returns at once;
// done is closed when the app is gone.
func (c *child) stop(late func()) {
	if c.stopping {
		return
	}
	c.stopping = true
	wait := strange
	if c.ready {
		wait = grace
	}
	go func() {
		defer c.control.Close()
		c.tell(devapp.Stop)
		terminate(c.cmd.Process)
		select {
		case <-c.done:
			return
		case <-time.After(wait):
		}
		late()
		killGroup(c.cmd.Process)
		_ = c.cmd.Process.Kill() // where there are no groups
	}()
}

// awaitPort says that the app is ready when somebody answers at its address.
func (c *child) awaitPort(ctx context.Context, addr string) {
	for {
		if dial(ctx, addr) == nil {
			select {
			case c.lines <- devapp.Ready:
			case <-c.done:
			}
			return
		}
		select {
		case <-c.done:
			return
		case <-ctx.Done():
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// A heedless writer goes on when nobody reads any more (a closed terminal, "… |
// head"): an app must not end because what it says is not heard.
type heedless struct{ io.Writer }

func (h heedless) Write(b []byte) (int, error) {
	_, _ = h.Writer.Write(b)
	return len(b), nil
}

// A tail keeps the end of what was written.
type tail struct {
	mu   sync.Mutex
	text []byte
	lost bool
}

const mostTail = 64 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	if n := len(t.text) - mostTail; n > 0 {
		t.text, t.lost = append([]byte(nil), t.text[n:]...), true
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lost {
		return "…" + string(t.text)
	}
	return string(t.text)
}
