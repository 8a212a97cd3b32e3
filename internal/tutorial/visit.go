package tutorial

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// visit starts a command that serves, asks for its first page, and stops it as
// a person would. The command is given a free port; the page of the
// documentation says 5000, which is what a reader gets.
func (p *Player) visit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: visit command")
	}
	e := p.next()
	cmd := exec.Command(args[0], append(slices.Clone(args[1:]), "--port", "0")...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(slices.Clone(p.env), "PWD="+cmd.Dir)
	both := &tee{live: p.Live}
	cmd.Stdout, cmd.Stderr = both, both
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	stop := func() {
		_ = cmd.Process.Signal(os.Interrupt) // it may have ended by itself
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			_ = cmd.Process.Kill()
			ts.Fatalf("the server did not stop")
		}
	}
	url := waitURL(both, ended)
	if url == "" {
		_ = cmd.Process.Kill()
		ts.Fatalf("the server did not start:\n%s", both.String())
	}
	client := http.Client{Timeout: 10 * time.Second}
	resp, err := client.Get(url)
	if err != nil {
		stop()
		ts.Fatalf("%v", err)
	}
	page, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	stop()
	ts.Check(err)
	if resp.StatusCode != http.StatusOK {
		ts.Fatalf("%s: %s", url, resp.Status)
	}
	e.output, e.text = both.String(), strings.TrimSpace(string(page))
	p.live("(the page: %s)\n", e.text)
	show(ts, page, nil)
}

// waitURL returns the address that a server prints, or "" when it ends or
// takes too long.
func waitURL(out *tee, ended <-chan error) string {
	deadline := time.After(5 * time.Minute) // it may have to be built first
	for {
		for word := range strings.FieldsSeq(out.String()) {
			if strings.HasPrefix(word, "http://127.0.0.1:") {
				return word
			}
		}
		select {
		case <-ended:
			return ""
		case <-deadline:
			return ""
		case <-time.After(50 * time.Millisecond):
		}
	}
}
