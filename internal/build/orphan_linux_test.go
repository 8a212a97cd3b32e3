package build

import (
	"context"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// builds is set in a copy of this test that builds an app.
const builds = "WHIM_TEST_BUILDS"

// TestNoOrphan: a go command whose whim was killed ends too. It would go on, and
// write its program over the one of a later build.
func TestNoOrphan(t *testing.T) {
	if dir := os.Getenv(builds); dir != "" {
		signal.Notify(make(chan os.Signal, 1), os.Interrupt) // these tests run in the background, say; what they start does not ignore it
		_, err := App{Dir: dir, Root: dir}.Build(context.Background(), io.Discard)
		t.Fatal("the build ended: ", err)
	}
	ownCache(t)
	dir := tree(t, map[string]string{"go.mod": goMod, "main.go": program})
	pidFile := filepath.Join(dir, "pid")
	fake := filepath.Join(t.TempDir(), "go")
	if err := os.WriteFile(fake, []byte("#!/bin/sh\necho $$ > '"+pidFile+"~'\nmv '"+pidFile+"~' '"+pidFile+"'\nexec sleep 1000\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	whim := exec.Command(exe, "-test.run", "^TestNoOrphan$")
	whim.Env = append(os.Environ(), builds+"="+dir, "PATH="+filepath.Dir(fake)+":"+os.Getenv("PATH"))
	if err := whim.Start(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(time.Minute)
	pid, running := 0, "" // a shell might take the signal for one to what it waits for
	for running != "sleep\n" {
		if time.Now().After(deadline) {
			t.Fatal("the go command was not started")
		}
		b, _ := os.ReadFile(pidFile) // not yet
		pid, _ = strconv.Atoi(strings.TrimSpace(string(b)))
		b, _ = os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
		running = string(b)
	}
	if err := whim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = whim.Wait() // it was killed
	for {
		state, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil || strings.Contains(string(state), ") Z ") { // gone, or dead and not asked for
			return
		}
		if time.Now().After(deadline) {
			_ = syscall.Kill(pid, syscall.SIGKILL) // the test has failed anyway
			t.Fatal("the go command goes on")
		}
	}
}
