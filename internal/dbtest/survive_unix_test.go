//go:build unix

package dbtest_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
)

// A server does not survive the process that started it, even when that had no
// chance to say so, and its folder goes too.
func TestServerEndsWithItsProcess(t *testing.T) {
	if os.Getenv("WHIM_DBTEST_HELPER") != "" {
		for _, s := range dbtest.Servers(t) {
			fmt.Println("entry", s.Entry())
		}
		select {} // until it is killed
	}
	for _, s := range dbtest.Servers(t) {
		if s.Dialect == schema.SQLite {
			continue
		}
		for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} {
			t.Run(s.Name+"/"+signal.String(), func(t *testing.T) { testEnds(t, s.Name, signal) })
		}
	}
}

func testEnds(t *testing.T, name string, signal syscall.Signal) {
	installed, err := dbtest.Missing(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if len(installed) != 0 {
		t.Logf("%s was given by URL, so there is no server to start", name)
		return
	}
	dir, err := os.MkdirTemp("/tmp", "whim-ends-") // short, and open to the user that servers run as
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	cmd := helper("TestServerEndsWithItsProcess", name)
	cmd.Env = append(cmd.Env, "TMPDIR="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	entry, lines := "", bufio.NewScanner(out)
	for entry == "" && lines.Scan() {
		entry, _ = strings.CutPrefix(lines.Text(), "entry ")
		if !strings.HasPrefix(lines.Text(), "entry ") {
			entry = ""
		}
	}
	if entry == "" {
		t.Fatalf("the helper started no server: %v", cmd.Wait())
	}
	if gone(t, dir) {
		t.Fatalf("the server is not in %s", dir)
	}
	if _, stop, err := dbtest.Open(t.Context(), entry); err != nil {
		t.Fatalf("the server does not answer: %v", err)
	} else {
		stop() // it was not started here, so this ends nothing
	}
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the helper ended well")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !gone(t, dir) {
		select {
		case <-ctx.Done():
			t.Fatal("the folder of the server is still there")
		case <-tick.C:
		}
	}
	if _, _, err := dbtest.Open(t.Context(), entry); err == nil {
		t.Error("the server is still there")
	}
}
