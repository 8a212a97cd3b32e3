package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/whimbreldb/whimbrel"
)

// A Built is an app that was built and waits to be started. Nobody else
// replaces the file until the process becomes it, or Release is called.
type Built struct {
	Path string
	lock *os.File
}

// Release lets others build the app again.
func (b Built) Release() { b.lock.Close() }

// Build compiles the app, as far as something changed, and returns the
// program. What the compiler says goes to w. It always asks the go command: a
// stamp of our own would be faster, and sometimes wrong.
func (a App) Build(ctx context.Context, w io.Writer) (Built, error) {
	goCmd, err := exec.LookPath("go")
	if err != nil {
		return Built{}, &whimbrel.Error{
			Code: whimbrel.NoGo, Msg: "the go command is not on PATH", Err: err,
			Hint: []string{
				"whim builds the app before it runs it, so it needs Go: https://go.dev/dl",
				"a program that is built already runs without: ./NAME db …",
			},
		}
	}
	if system := os.Getenv("GOOS"); system != "" && system != runtime.GOOS {
		return Built{}, &whimbrel.Error{
			Code: whimbrel.NotBuilt, Msg: "the app would be built for another system: GOOS=" + system,
			Detail: []string{"whim runs what it builds, here on " + runtime.GOOS},
			Hint:   []string{"to build for this one: unset GOOS GOARCH"},
		}
	}
	dir, err := a.CacheDir()
	if err != nil {
		return Built{}, err
	}
	lock, err := lockFile(ctx, filepath.Join(dir, "lock"), w)
	switch {
	case err != nil && ctx.Err() != nil:
		return Built{}, err
	case err != nil:
		return Built{}, CacheError(err)
	}
	bin := a.program(dir)
	_, missing := os.Stat(bin)
	args := append([]string{"build", "-v", "-buildvcs=false", "-o", bin}, a.TagFlags()...)
	if a.Overlay != "" {
		args = append(args, "-overlay="+a.Overlay)
	}
	if !strings.Contains(ownFlags(), "-ldflags") {
		// The tables of the debugger are left out: a build after an edit is a
		// quarter faster. What somebody has set would be replaced.
		args = append(args, "-ldflags=-s -w")
	}
	cmd := exec.CommandContext(ctx, goCmd, append(args, ".")...)
	cmd.Dir = a.Dir
	cmd.Env = append(os.Environ(), "PWD="+a.Dir)
	cmd.SysProcAttr = withUs()
	var out bytes.Buffer
	said := &packages{rest: io.MultiWriter(w, &out), compiled: a.Compiled}
	cmd.Stdout = said
	cmd.Stderr = said // the same writer, so that there is one pipe and one order
	if err := errors.Join(cmd.Run(), said.flush()); err != nil {
		lock.Close()
		return Built{}, a.notBuilt(err, out.String())
	}
	if missing != nil { // one more: the moment to let old ones go
		if now, err := lock.Stat(); err == nil { // it was written just now
			sweep(filepath.Dir(dir), now.ModTime())
		}
	}
	return Built{Path: bin, lock: lock}, nil
}

// ownFlags returns the flags of the go command that somebody has set, in the
// environment or with "go env -w".
func ownFlags() string {
	if flags := os.Getenv("GOFLAGS"); flags != "" {
		return flags
	}
	file := os.Getenv("GOENV")
	if dir, err := os.UserConfigDir(); file == "" && err == nil {
		file = filepath.Join(dir, "go", "env")
	}
	b, _ := os.ReadFile(file) // no file, no settings
	for line := range strings.Lines(string(b)) {
		if flags, ok := strings.CutPrefix(line, "GOFLAGS="); ok {
			return strings.TrimSpace(flags)
		}
	}
	return ""
}

// ownTags finds the tags in GOFLAGS. A flag there is one word, or quoted.
var ownTags = regexp.MustCompile(`(?:^|[\s'"])--?tags=([^\s'"]+)`)

// TagFlags returns what tells the go command the tags of the app. A -tags on the
// command line replaces that of GOFLAGS, so the tags there are said again.
func (a App) TagFlags() []string {
	if a.Tags == "" {
		return nil
	}
	tags := a.Tags
	if own := ownTags.FindStringSubmatch(ownFlags()); own != nil {
		tags = own[1] + "," + tags
	}
	return []string{"-tags=" + tags}
}

// notBuilt says in one line what the compiler has said in many.
func (a App) notBuilt(err error, out string) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return &whimbrel.Error{Code: whimbrel.NotBuilt, Msg: "go build did not run", Detail: []string{err.Error()}, Err: err}
	}
	e := &whimbrel.Error{Code: whimbrel.NotBuilt, Msg: "the app in " + a.Dir + " does not compile", Err: err}
	switch {
	case strings.Contains(out, "go.mod") && strings.Contains(out, "go mod tidy"),
		strings.Contains(out, "missing go.sum entry"), strings.Contains(out, "no required module provides"):
		e.Hint = []string{"to complete go.mod and go.sum: go mod tidy"}
	case strings.Contains(out, "go work use"), strings.Contains(out, "go help work"):
		e.Hint = []string{"a go.work above this folder does not list it: go work use ."}
	}
	return e
}

// program returns the path of the program in the folder of the built app. It has
// the name of the app's folder, which may be that of any file of ours: so it is
// in a folder of its own.
func (a App) program(cache string) string {
	name := filepath.Base(a.Dir)
	if name == "" || strings.ContainsRune(name, filepath.Separator) {
		name = "app" // the root of a file system
	}
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(cache, "bin", name)
}

// CacheDir returns the folder of the built app. Two folders, or two settings
// that change what go build makes, must not share one: each would build again
// what the other has built.
func (a App) CacheDir() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return "", CacheError(err)
	}
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q", a.Module, a.Dir, a.Tags)
	for _, name := range []string{"GOFLAGS", "GOOS", "GOARCH", "CGO_ENABLED", "GOWORK", "GOEXPERIMENT"} {
		fmt.Fprintf(h, " %q", os.Getenv(name))
	}
	dir := filepath.Join(base, "whim", hex.EncodeToString(h.Sum(nil)[:12]))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", CacheError(err)
	}
	return dir, nil
}

// CacheError says that the folder for built apps cannot be used.
func CacheError(err error) error {
	return &whimbrel.Error{
		Code: whimbrel.NoCache, Msg: "the folder for built apps cannot be used", Detail: []string{err.Error()}, Err: err,
		Hint: []string{"to use another one: set XDG_CACHE_HOME or HOME (on Windows LocalAppData)"},
	}
}
