//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// A terminal is a process on a pseudo-terminal, and what it has written.
type terminal struct {
	t    *testing.T
	cmd  *exec.Cmd
	pty  *os.File
	mu   sync.Mutex
	out  bytes.Buffer
	mark int
	gone chan struct{}
}

func openTerminal(t *testing.T, dir string, env []string, name string, args ...string) *terminal {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), append(env, "TERM=xterm-256color")...)
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 120})
	if err != nil {
		t.Fatal(err)
	}
	f = closable(t, f)
	tm := &terminal{t: t, cmd: cmd, pty: f, gone: make(chan struct{})}
	go func() {
		defer close(tm.gone)
		buf := make([]byte, 4096)
		for {
			n, err := f.Read(buf)
			tm.mu.Lock()
			tm.out.Write(buf[:n])
			tm.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { f.Close(); _ = cmd.Process.Kill() })
	return tm
}

// closable is a pseudo-terminal whose Close ends a Read that waits. With the
// file that pty opens (it blocks) Close leaves the terminal open until there is
// something to read, which is what a closed window does not say.
func closable(t *testing.T, f *os.File) *os.File {
	t.Helper()
	defer f.Close()
	fd, err := syscall.Dup(int(f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		t.Fatal(err)
	}
	return os.NewFile(uintptr(fd), f.Name())
}

var escapes = regexp.MustCompile(`\x1b\[[0-9;?]*[ A-Za-z]|\x1b[=>]|\x1b\][^\x07]*\x07`)

func (tm *terminal) text() string {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return escapes.ReplaceAllString(tm.out.String(), "")
}

// wait waits until the process has written something since the last wait.
func (tm *terminal) wait(want string) {
	tm.t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); {
		text := tm.text()
		if i := strings.Index(text[tm.mark:], want); i >= 0 {
			tm.mark += i + len(want)
			return
		}
		select {
		case <-tm.gone:
			if !strings.Contains(tm.text()[tm.mark:], want) {
				tm.t.Fatalf("it has ended before it said %q:\n%s", want, tm.text()[tm.mark:])
			}
		case <-time.After(10 * time.Millisecond):
		}
	}
	tm.t.Fatalf("it has not said %q:\n%s", want, tm.text()[tm.mark:])
}

// enter types a line at the prompt, waits for what it says, and for the prompt.
func (tm *terminal) enter(line string, wants ...string) {
	tm.t.Helper()
	tm.write(line)
	tm.send("\r")
	for _, w := range wants {
		tm.wait(w)
	}
	tm.wait(">>> ")
}

// write puts a line before the cursor, as one paste. It returns when the editor
// has drawn the line and says nothing more. (It is a terminal that answers
// nothing: where the editor asked where the cursor is, it would wait for ever.)
func (tm *terminal) write(line string) {
	tm.t.Helper()
	tm.calm()
	tm.send("\x1b[200~" + line + "\x1b[201~")
	tail := line[max(0, len(line)-12):]
	for range 1000 {
		if strings.Contains(tm.text()[tm.mark:], tail) {
			tm.calm()
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	tm.t.Fatalf("the editor does not show %q:\n%s", line, tm.text()[tm.mark:])
}

// calm waits until nothing was written for a while.
func (tm *terminal) calm() {
	for n := -1; n != len(tm.text()); time.Sleep(200 * time.Millisecond) {
		n = len(tm.text())
	}
}

func (tm *terminal) send(keys string) {
	tm.t.Helper()
	if _, err := io.WriteString(tm.pty, keys); err != nil {
		tm.t.Fatal(err)
	}
}

// TestShellTerminal is the tutorial's session in the shell, on a terminal: with
// Tab, an input of several lines, the history, and everything that stops one.
func TestShellTerminal(t *testing.T) {
	parent := t.TempDir()
	whim := filepath.Join(parent, "whim")
	run := func(dir, name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
		return string(out)
	}
	run(".", "go", "build", "-o", whim, ".")
	run(parent, whim, "new", "shop")
	dir := filepath.Join(parent, "mein läden")
	if err := os.Rename(filepath.Join(parent, "shop"), dir); err != nil {
		t.Fatal(err)
	}
	run(dir, whim, "db", "migrate", "-m", "initial migration")
	run(dir, whim, "db", "upgrade")
	env := []string{"XDG_STATE_HOME=" + filepath.Join(parent, "state")}

	tm := openTerminal(t, dir, env, whim, "shell")
	tm.wait(">>> ")
	tm.write("db.Crea")
	tm.send("\t")
	tm.wait("db.Create")
	tm.enter(`([]*Product{{Name: "Apple"}, {Name: "Orange"}, {Name: "Banana"}})`, "*gorm.DB{RowsAffected: 3, Error: <nil>}")
	tm.enter("var products []Product; db.Find(&products); products", "[<Product Apple>, <Product Orange>, <Product Banana>]")
	tm.write("for _, p := range products {")
	tm.send("\r")
	tm.write("fmt.Println(p.Name, p.ID)")
	tm.send("\r")
	tm.write("}")
	tm.send("\r")
	tm.wait("Apple 1")
	tm.wait("Banana 3")
	tm.wait(">>> ")
	tm.enter("products[7]", "panic: runtime error: index out of range [7] with length 3")
	tm.enter("prodcts", "1:1: undefined: prodcts")
	tm.enter("var np *Product; np.Name", "nil pointer dereference")
	tm.enter(`db.Exec("select nope")`, "error: ")

	// Until it runs, the key would be the editor's.
	tm.write(`fmt.Println("runs", 6*7); for {}`)
	tm.send("\r")
	tm.wait("runs 42")
	tm.send("\x03")
	tm.wait("interrupted")
	tm.wait(">>> ")
	tm.write(`fmt.Println("sleeps", 6*7); time.Sleep(time.Hour)`)
	tm.send("\r")
	tm.wait("sleeps 42")
	tm.send("\x03")
	tm.wait("goes on in the background")
	tm.wait(">>> ")
	tm.enter("go func() { for {} }()")
	tm.calm()
	tm.send("\x03") // at the prompt: what runs behind it
	tm.wait("stopped 1 running in the background")
	tm.enter("6 * 7", "42")
	// Typed, or pasted where the terminal does not say so: a tab that indents
	// completes nothing.
	tm.calm()
	tm.send("for i := range 3 {\r\tfmt.Println(\"v\", i)\r}\r")
	tm.wait("v 0")
	tm.wait("v 2")
	tm.wait(">>> ")
	tm.enter(":import archive/zip", "The shell of ")
	tm.enter(`zip.Store, "still"[0]`, "expected")
	tm.enter("zip.Deflate", "8")
	tm.write("exit()")
	tm.send("\r")
	<-tm.gone
	if err := tm.cmd.Wait(); err != nil {
		t.Errorf("exit(): %v", err)
	}

	tm = openTerminal(t, dir, env, whim, "shell")
	tm.wait(">>> ")
	for _, was := range []string{"exit()", "zip.Deflate", "zip.Store"} {
		tm.calm()
		tm.send("\x1b[A")
		tm.wait(was)
	}
	tm.calm()
	tm.send("\x03")
	tm.wait(">>> ")
	tm.calm()
	tm.send("\x04")
	<-tm.gone
	if err := tm.cmd.Wait(); err != nil {
		t.Errorf("Ctrl-D: %v", err)
	}

	tm = openTerminal(t, dir, env, whim, "shell")
	tm.wait(">>> ")
	tm.calm()
	tm.pty.Close() // the window is gone
	ended := make(chan error, 1)
	go func() { ended <- tm.cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		t.Error("the shell is still there when its terminal is not")
	}

	// What is not a terminal gets neither prompts nor escapes.
	script := exec.Command(whim, "shell")
	script.Dir, script.Stdin = dir, strings.NewReader("db.Find(&[]Product{})\nnope\n6 * 7\n")
	var out, errs bytes.Buffer
	script.Stdout, script.Stderr = &out, &errs
	err := script.Run()
	if code := script.ProcessState.ExitCode(); code != 1 || out.String() != "*gorm.DB{RowsAffected: 3, Error: <nil>}\n" || errs.String() != "whim: error: 2:1: undefined: nope\n" {
		t.Errorf("%v, exit %d\n%s\n%s", err, code, out.String(), errs.String())
	}
	one := run(dir, whim, "shell", "-c", "ctx, cancel := context.WithCancel(context.Background())\ndefer cancel()\nctx.Err()")
	if one != "nil\n" {
		t.Errorf("-c is not one input: %s", one)
	}
	if help := run(dir, whim, "shell", "-c", ":help"); !strings.Contains(help, "  db  *gorm.DB\n  types: Product\n") {
		t.Errorf("%s", help)
	}
	exit := exec.Command(whim, "shell", "-c", "os.Exit(7)")
	exit.Dir = dir
	if err := exit.Run(); exit.ProcessState.ExitCode() != 7 {
		t.Errorf("os.Exit(7): %v", err)
	}
}

// TestShellWithoutGo: the shell needs the go command, and says so.
func TestShellWithoutGo(t *testing.T) {
	dir := t.TempDir()
	shop := filepath.Join(dir, "shop")
	if out, err := exec.Command("go", "build", "-C", "../../examples/shop", "-o", shop, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command(shop, "shell")
	cmd.Dir, cmd.Env = "../../examples/shop", []string{"PATH=" + dir, "HOME=" + dir}
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "the go command is not on PATH") {
		t.Errorf("%v\n%s", err, out)
	}
	cmd = exec.Command(shop, "shell")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "run it in the app's folder") {
		t.Errorf("%v\n%s", err, out)
	}
}
