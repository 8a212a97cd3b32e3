package cli_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// start runs the shop in a folder of its own, as a process of its own.
func start(t *testing.T, shop string, setup func(*exec.Cmd), args ...string) (*exec.Cmd, *strings.Builder) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // a test that hangs must end
	t.Cleanup(cancel)
	var stderr strings.Builder
	cmd := exec.CommandContext(ctx, "shop", args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "SHOP="+shop, "CI=", "TERM=dumb")
	cmd.Stderr = &stderr
	setup(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, &stderr
}

func exitCode(t *testing.T, cmd *exec.Cmd, want int) {
	t.Helper()
	_ = cmd.Wait() // the state says what the error says
	if got := cmd.ProcessState.ExitCode(); got != want {
		t.Errorf("%s, want exit code %d", cmd.ProcessState, want)
	}
}

// TestInterruptedUpgrade stops an upgrade in its third revision.
func TestInterruptedUpgrade(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			var stdout io.Reader
			cmd, stderr := start(t, "waits", func(c *exec.Cmd) { stdout, _ = c.StdoutPipe() }, "db", "upgrade")
			lines := bufio.NewScanner(stdout)
			for lines.Scan() && !strings.HasSuffix(lines.Text(), ", wait") {
			}
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			exitCode(t, cmd, 5)
			for _, want := range []string{
				"shop: error: interrupted\n",
				"2 revisions were done before it stopped: the database is at 7ad34929a0f2\n",
				"go on with: shop db upgrade head\n",
			} {
				if !strings.Contains(stderr.String(), want) {
					t.Errorf("stderr lacks %q:\n%s", want, stderr)
				}
			}
		})
	}
}

// TestSecondSignalKills: a step that does not listen must not hold the
// terminal for ever.
func TestSecondSignalKills(t *testing.T) {
	var stdout io.Reader
	cmd, _ := start(t, "deaf", func(c *exec.Cmd) { stdout, _ = c.StdoutPipe() }, "db", "upgrade")
	lines := bufio.NewScanner(stdout)
	for lines.Scan() && !strings.HasSuffix(lines.Text(), ", wait") {
	}
	gone := make(chan error, 1)
	go func() { gone <- cmd.Wait() }()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		_ = cmd.Process.Signal(os.Interrupt) // it may be gone
		select {
		case <-gone:
			if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGINT {
				t.Errorf("%s, want killed by SIGINT", cmd.ProcessState)
			}
			return
		case <-again.C:
		}
	}
}

// TestInterruptedPrompt presses Ctrl-C when a question is on the screen.
func TestInterruptedPrompt(t *testing.T) {
	master, terminal := openTerminal(t)
	var seen strings.Builder
	cmd, _ := start(t, "renamed", func(c *exec.Cmd) {
		c.Stdin, c.Stderr = terminal, terminal
		c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 0}
	}, "db", "migrate", "-m", "x")
	terminal.Close()

	buf := make([]byte, 256)
	for !strings.Contains(seen.String(), "1-2: ") {
		n, err := master.Read(buf)
		if err != nil {
			t.Fatalf("%v; on the terminal: %s", err, seen.String())
		}
		seen.Write(buf[:n])
	}
	if _, err := master.Write([]byte{3}); err != nil {
		t.Fatal(err)
	}
	for {
		n, err := master.Read(buf)
		seen.Write(buf[:n])
		if err != nil { // EIO: the process has closed the terminal
			break
		}
	}
	exitCode(t, cmd, 1)
	for _, want := range []string{"was it renamed?", "shop: error: stopped at a question", "detail: nothing was written"} {
		if !strings.Contains(seen.String(), want) {
			t.Errorf("the terminal lacks %q:\n%s", want, seen.String())
		}
	}
	if left, _ := filepath.Glob(filepath.Join(cmd.Dir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func openTerminal(t *testing.T) (master, terminal *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	var unlock, number int32
	for request, v := range map[uintptr]*int32{syscall.TIOCSPTLCK: &unlock, syscall.TIOCGPTN: &number} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, master.Fd(), request, uintptr(unsafe.Pointer(v))); errno != 0 {
			t.Fatal(errno)
		}
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	// On Ctrl-C the kernel throws away what nobody has read from the terminal
	// yet, which may be our message.
	var mode syscall.Termios
	for _, request := range []uintptr{syscall.TCGETS, syscall.TCSETS} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, terminal.Fd(), request, uintptr(unsafe.Pointer(&mode))); errno != 0 {
			t.Fatal(errno)
		}
		mode.Lflag |= syscall.NOFLSH
	}
	return master, terminal
}
