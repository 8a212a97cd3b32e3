// Command with starts database servers, runs a command with the URLs of them in
// WHIM_TEST_DATABASES, and stops the servers when the command has ended, however
// it ended. So the tests of many packages share one start.
//
//	with [-install] [-tested file] databases command [argument …]
//	with -engines
//
// The databases are written as in WHIM_TEST_DATABASES. With -install, servers
// that are missing are installed with apt, where that can be done. With -tested,
// the command is a go test -json; what passed on which server is written to the
// file, if nothing failed. With -engines it prints where make engines puts
// servers.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
)

func main() {
	code, err := run(os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "with:", err)
	}
	os.Exit(code)
}

// run returns the exit code: that of the command, or 1 and an error.
func run(args []string, out io.Writer) (int, error) {
	flags := flag.NewFlagSet("with", flag.ContinueOnError)
	engines := flags.Bool("engines", false, "print the folder of make engines")
	installs := flags.Bool("install", false, "install missing servers with apt")
	tested := flags.String("tested", "", "write to this `file` what a go test -json tested")
	if err := flags.Parse(args); err != nil {
		return 2, nil // flag has said it
	}
	if *engines {
		fmt.Fprintln(out, dbtest.Engines())
		return 0, nil
	}
	if flags.NArg() < 2 {
		return 2, errors.New("usage: with [-install] [-tested file] databases command [argument …]")
	}
	databases, command := flags.Arg(0), flags.Args()[1:]

	c := newChild()
	defer c.release()
	if *installs {
		if err := install(c.ctx, databases); err != nil {
			return 1, err
		}
	}
	servers, stop, err := dbtest.Open(c.ctx, databases)
	if err != nil {
		return 1, err
	}
	defer stop()
	var entries []string
	for _, s := range servers {
		entries = append(entries, s.Entry())
		fmt.Fprintf(out, "== %s is %s %s\n", s.Name, s.Dialect, s.Version)
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), dbtest.Env+"="+strings.Join(entries, ","))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, out, os.Stderr
	if *tested == "" {
		return c.run(cmd)
	}
	r := newReport(servers, out)
	cmd.Stdout = r
	code, err := c.run(cmd)
	if code != 0 || err != nil {
		return code, err
	}
	page, err := r.page()
	if err != nil {
		return 1, err
	}
	if err := os.WriteFile(*tested, []byte(page), 0o644); err != nil {
		return 1, err
	}
	fmt.Fprintf(out, "== wrote %s\n", *tested)
	return 0, nil
}

// A child is the command, and what becomes of signals: this process must outlive
// the command to stop the servers, so none ends it.
type child struct {
	ctx     context.Context // over at the first signal: nothing is started any more
	release func()
	signals chan os.Signal
}

func newChild() *child {
	ctx, cancel := context.WithCancel(context.Background())
	c := &child{ctx: ctx, signals: make(chan os.Signal, 4)}
	arrived := make(chan os.Signal, 4)
	signal.Notify(arrived, os.Interrupt, syscall.SIGTERM)
	go func() {
		for s := range arrived {
			cancel()
			select {
			case c.signals <- s:
			default: // nobody takes them, and there are enough
			}
		}
	}()
	c.release = func() {
		signal.Stop(arrived)
		close(arrived)
		cancel()
	}
	return c
}

// run runs the command to its end. A terminal sends Ctrl-C to the command by
// itself; what is sent to this process alone is passed on.
func (c *child) run(cmd *exec.Cmd) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 1, errors.New("interrupted")
	}
	if err := cmd.Start(); err != nil {
		return 1, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-c.signals:
			if s == syscall.SIGTERM {
				// It may have ended meanwhile, which is what was wanted.
				_ = cmd.Process.Signal(s)
			}
		case err := <-ended:
			var exit *exec.ExitError
			if !errors.As(err, &exit) {
				return 0, err
			}
			if code := exit.ExitCode(); code > 0 {
				return code, nil // the command has said why
			}
			return 1, fmt.Errorf("%s: %w", cmd.Path, err)
		}
	}
}
