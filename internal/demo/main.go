// Command demo plays the tutorial in a scratch folder and prints what a person
// would see: each command, and its output. It needs the go command and nothing
// else, and leaves nothing behind but the caches of the go command.
//
// It runs in the root of the repository: go run ./internal/demo, or with a flavor
// behind it, go run ./internal/demo bun.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/whimbreldb/whimbrel/internal/tutorial"
)

const script = "cmd/whim/testdata/script/tutorial.txtar"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run() error {
	flavor := tutorial.Flavors[0]
	if len(os.Args) > 1 {
		flavor = os.Args[1]
	}
	if !slices.Contains(tutorial.Flavors, flavor) {
		return fmt.Errorf("there is no tutorial for %q, but for %s", flavor, strings.Join(tutorial.Flavors, ", "))
	}
	dir, err := os.MkdirTemp("", "whim-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	p, err := tutorial.New(script, flavor, dir)
	if err != nil {
		return fmt.Errorf("%w (start it in the root of the repository)", err)
	}
	fmt.Println("Building whim, and then an app: the first time this takes a minute or two.")
	whim := filepath.Join(dir, "bin", "whim")
	if runtime.GOOS == "windows" {
		whim += ".exe"
	}
	build := exec.Command("go", "build", "-buildvcs=false", "-o", whim, "./cmd/whim")
	build.Stdout, build.Stderr = os.Stdout, os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("go build ./cmd/whim: %w", err)
	}
	// The player looks commands up where this process does.
	path := filepath.Dir(whim) + string(os.PathListSeparator) + os.Getenv("PATH")
	if err := os.Setenv("PATH", path); err != nil {
		return err
	}
	p.Live = os.Stdout
	params := p.Params()
	params.WorkdirRoot = dir
	t := new(player)
	t.play(func() { testscript.RunT(t, params) })
	if t.failed {
		return fmt.Errorf("the tutorial did not go as it should:\n%s", t.log.String())
	}
	fmt.Println("\nThat was the tutorial. All of it was checked.")
	return nil
}

// A player stands in for a testing.T.
type player struct {
	failed bool
	log    strings.Builder
}

// stop is what FailNow panics with, to leave the script.
type stop struct{}

// play calls f, which may end by FailNow.
func (p *player) play(f func()) {
	defer func() {
		if r := recover(); r != nil && r != (stop{}) {
			panic(r)
		}
	}()
	f()
}

func (p *player) Run(_ string, f func(testscript.T)) { p.play(func() { f(p) }) }
func (p *player) Log(args ...any)                    { fmt.Fprintln(&p.log, args...) }
func (p *player) Fatal(args ...any)                  { p.Log(args...); p.FailNow() }
func (p *player) Skip(args ...any)                   { p.Fatal(args...) }
func (p *player) FailNow()                           { p.failed = true; panic(stop{}) }
func (p *player) Parallel()                          {}
func (p *player) Verbose() bool                      { return false }
