package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/pflag"

	"github.com/whimbreldb/whimbrel/internal/tutorial"
)

// scriptCommands are what scripts can do besides running commands.
func scriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	all := tutorial.Commands()
	all["holds"], all["visits"], all["ends"] = holds, visits, ends
	return all
}

// patience is how long a script waits for a server. It may have to be built.
const patience = 5 * time.Minute

// holds listens on a port until the script ends: holds PORT.
func holds(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:"+args[0])
	ts.Check(err)
	ts.Defer(func() { l.Close() })
}

// A serving is a command that serves.
type serving struct {
	ts     *testscript.TestScript
	cmd    *exec.Cmd
	url    string
	mu     sync.Mutex
	stderr bytes.Buffer
	ended  chan error
}

func (s *serving) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stderr.Write(b)
}

func (s *serving) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stderr.String()
}

func startServing(ts *testscript.TestScript, args []string) *serving {
	s := &serving{ts: ts, ended: make(chan error, 1)}
	path, err := exec.LookPath(args[0])
	for _, dir := range strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator)) {
		if p, e := exec.LookPath(dir + "/" + args[0]); e == nil {
			path, err = p, nil
			break
		}
	}
	ts.Check(err)
	s.cmd = exec.Command(path, args[1:]...)
	s.cmd.Dir = ts.MkAbs(".")
	s.cmd.Stderr = s
	s.cmd.Env = append(os.Environ(), "PWD="+s.cmd.Dir)
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "GOCACHE", "GOMODCACHE", "GOFLAGS", "PATH"} {
		s.cmd.Env = append(s.cmd.Env, name+"="+ts.Getenv(name))
	}
	s.cmd.WaitDelay = time.Second
	ts.Check(s.cmd.Start())
	ts.Defer(func() { _ = s.cmd.Process.Kill() })
	go func() { s.ended <- s.cmd.Wait() }()
	for begun := time.Now(); ; {
		for word := range strings.FieldsSeq(s.said()) {
			if strings.HasPrefix(word, "http://127.0.0.1:") {
				s.url = word
				return s
			}
		}
		select {
		case err := <-s.ended:
			ts.Fatalf("it ended: %v\n%s", err, s.said())
		case <-time.After(20 * time.Millisecond):
		}
		if time.Since(begun) > patience {
			ts.Fatalf("it does not serve:\n%s", s.said())
		}
	}
}

// wait returns how the command ended.
func (s *serving) wait() error {
	select {
	case err := <-s.ended:
		return err
	case <-time.After(patience):
		s.ts.Fatalf("it does not end:\n%s", s.said())
		return nil
	}
}

// visits starts a server, asks for its first page, and stops it as Ctrl-C does,
// upon which it has to end well. The page is stdout.
func visits(ts *testscript.TestScript, _ bool, args []string) {
	s := startServing(ts, args)
	resp, err := http.Get(s.url)
	ts.Check(err)
	page, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	ts.Check(err)
	ts.Check(s.cmd.Process.Signal(os.Interrupt))
	if err := s.wait(); err != nil {
		ts.Fatalf("it ended: %v\n%s", err, s.said())
	}
	_, err = ts.Stdout().Write(page)
	ts.Check(err)
	_, err = io.WriteString(ts.Stderr(), s.said())
	ts.Check(err)
}

// ends starts a server, sends it a signal, and waits until nobody answers at its
// address: ends SIGNAL command. With !, the command may not end well.
func ends(ts *testscript.TestScript, neg bool, args []string) {
	signals := map[string]os.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "KILL": syscall.SIGKILL}
	sig := signals[args[0]]
	if signal.Ignored(sig) { // these tests run under nohup, say; what they start does not
		signal.Notify(make(chan os.Signal, 1), sig)
	}
	s := startServing(ts, args[1:])
	resp, err := http.Get(s.url)
	ts.Check(err)
	resp.Body.Close()
	ts.Check(s.cmd.Process.Signal(sig))
	if err := s.wait(); (err != nil) != neg {
		ts.Fatalf("it ended: %v\n%s", err, s.said())
	}
	addr := strings.TrimPrefix(s.url, "http://")
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		c.Close()
		if time.Since(begun) > patience {
			ts.Fatalf("somebody still serves on %s", addr)
		}
	}
}

// TestDevServerPage: the commands of the page are ones that whim takes, with all
// the flags that there are.
func TestDevServerPage(t *testing.T) {
	b, err := os.ReadFile("../../docs/devserver.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	commands := 0
	for line := range strings.Lines(text) {
		line, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "$ whim ")
		if !ok {
			continue
		}
		commands++
		args := strings.Fields(line)
		cmd := debugCommand("")
		if !wantsDebug(args) {
			t.Errorf("%s is not for the dev server", line)
		} else if err := cmd.ParseFlags(args[1:]); err != nil {
			t.Errorf("%s: %v", line, err)
		} else if err := cmd.Args(cmd, cmd.Flags().Args()); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	if commands < 6 {
		t.Errorf("%d commands were found", commands)
	}
	debugCommand("").Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" && !strings.Contains(text, "`--"+f.Name) {
			t.Errorf("the page does not tell of --%s", f.Name)
		}
	})
}

// TestSettingsOfTheFile: whim reads the file .env as the app does.
func TestSettingsOfTheFile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("WHIM_PORT", "")
	t.Setenv("WHIM_HOST", "")
	if err := os.WriteFile(filepath.Join(dir, ".env"), []byte("\ufeffWHIM_PORT=5777\r\nWHIM_HOST='::1'\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if get := settings(dir); get("WHIM_PORT") != "5777" || get("WHIM_HOST") != "::1" {
		t.Errorf("port %q, host %q", get("WHIM_PORT"), get("WHIM_HOST"))
	}
}
