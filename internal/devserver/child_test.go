//go:build unix

package devserver

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// A gone is a pipe that nobody reads any more.
type gone struct{}

func (gone) Write([]byte) (int, error) { return 0, syscall.EPIPE }

// TestNobodyListens: an app goes on when what it says is not heard, and its last
// words are kept.
func TestNobodyListens(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	c, err := start(sh, []string{"-c", "echo one >&2; echo two >&2; echo three >&2; exit 3"}, nil, t.TempDir(), nil, io.Discard, gone{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.control.Close()
	<-c.done
	var exit *exec.ExitError
	if !errors.As(c.err, &exit) || exit.ExitCode() != 3 || !strings.HasSuffix(c.tail.String(), "three\n") {
		t.Errorf("it ended with %v, and said %q", c.err, c.tail)
	}
}

// TestLeftBehind: what an app has started does not change how the app ended, and
// ends with it.
func TestLeftBehind(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	var out syncBuffer
	c, err := start(sh, []string{"-c", "sleep 1000 & echo $! >&2"}, nil, t.TempDir(), nil, io.Discard, &out)
	if err != nil {
		t.Fatal(err)
	}
	defer c.control.Close()
	<-c.done
	if c.err != nil {
		t.Errorf("it ended with %v", c.err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(out.String()))
	if err != nil {
		t.Fatal(err)
	}
	for deadline := now().Add(patience); syscall.Kill(pid, 0) == nil; {
		if state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil && strings.Contains(string(state), ") Z ") {
			break // dead, and nobody has asked
		}
		if now().After(deadline) {
			t.Fatal("what it has started is still there")
		}
	}
}

// TestNohup: who is not to end with the terminal does not.
func TestNohup(t *testing.T) {
	signal.Ignore(syscall.SIGHUP)
	defer signal.Reset(syscall.SIGHUP)
	_, cancel := untilHangup(t.Context())
	defer cancel()
	if !signal.Ignored(syscall.SIGHUP) {
		t.Error("SIGHUP was ignored, and is not any more")
	}
}
