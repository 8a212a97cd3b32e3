// Package shellbuild builds the shell of an app: the app itself, with what the
// tag whim_shell links, and a file that registers the app's symbols. It runs
// the go command, and changes nothing outside the cache folder of the app.
//
// The file is written by a program that is built for it (shell/link), so that
// an app has no type checker in it.
package shellbuild

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/build"
)

// tag is the build tag of what only a shell links.
const tag = "whim_shell"

// Of is the variable that tells a shell which program it is the shell of.
const Of = "WHIM_SHELL_OF"

// What the generated file does when the program starts.
const (
	imports = `whimapp "github.com/whimbreldb/whimbrel/app"`
	hook    = "\twhimapp.UseShell(shellTable, shellManifest)"
)

// Build returns the shell of the app whose program, as it is without a shell,
// is exe. While that program is the same, so is its shell: then nothing is
// asked of the go command.
func Build(ctx context.Context, w io.Writer, app build.App, exe string, packages []string) (build.Built, error) {
	goCmd, err := exec.LookPath("go")
	if err != nil {
		return build.Built{}, &whimbrel.Error{
			Code: whimbrel.NoGo, Msg: "the go command is not on PATH", Err: err,
			Hint: []string{"the shell reads the program's types from the compiler, so it needs Go where it runs: https://go.dev/dl"},
		}
	}
	app.Tags = tag
	dir, err := app.CacheDir()
	if err != nil {
		return build.Built{}, err
	}
	packages = slices.Sorted(slices.Values(packages))
	packages = slices.Compact(packages)
	stamp, err := stampOf(app, exe, goCmd, packages)
	if err != nil {
		return build.Built{}, err
	}
	app.Overlay = filepath.Join(dir, "overlay.json")
	if stamp != "" {
		if built, ok := app.Ready(ctx, w, stamp, func() bool { return complete(dir) }); ok {
			return built, nil
		}
	}
	a := build.AnnounceShell(ctx, w, &app)
	defer a.Stop()
	if err := generate(ctx, a, app, dir, goCmd, packages); err != nil {
		return build.Built{}, err
	}
	return app.BuildAs(ctx, a, stamp)
}

// stampOf identifies what a shell is made of; "" is not known. The program's own
// content stands for its sources and flags: the linker writes their hash into
// it. What only a shell links is that of a version, or of a folder.
func stampOf(app build.App, exe, goCmd string, packages []string) (string, error) {
	files := []string{exe, filepath.Join(app.Root, "go.mod"), filepath.Join(app.Root, "go.sum")}
	checkout, known := library(app.Root)
	if !known {
		return "", nil
	}
	if checkout != "" {
		for _, pattern := range []string{"app/*.go", "shell/*.go", "shell/*/*.go"} {
			more, err := filepath.Glob(filepath.Join(checkout, pattern))
			if err != nil {
				return "", err
			}
			files = append(files, more...)
		}
	}
	h := sha256.New()
	fmt.Fprintf(h, "1 %q %q", goCmd, packages)
	for i, name := range files {
		f, err := os.Open(name)
		if errors.Is(err, os.ErrNotExist) && i > 0 {
			continue
		}
		if err != nil {
			return "", err
		}
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// library returns the folder that this library is in, where go.mod replaces it
// by one; a version needs none. In a workspace it is not known.
func library(root string) (dir string, known bool) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", false
	}
	for _, d := range info.Deps {
		switch {
		case d.Path != "github.com/whimbreldb/whimbrel":
		case d.Replace == nil:
			return "", d.Version != "(devel)"
		case d.Replace.Version != "":
			return "", true
		case filepath.IsAbs(d.Replace.Path):
			return d.Replace.Path, true
		default:
			return filepath.Join(root, d.Replace.Path), true
		}
	}
	return "", false
}

// complete reports whether what the shell will read is still there: the go
// command trims its cache.
func complete(dir string) bool {
	b, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		return false
	}
	var m struct{ Exports map[string]string }
	if json.Unmarshal(b, &m) != nil || len(m.Exports) == 0 {
		return false
	}
	for _, file := range m.Exports {
		if _, err := os.Stat(file); err != nil {
			return false
		}
	}
	return true
}

// generate writes the files of the overlay. The program that does is a package
// of the overlay too, below that of the app: so it is of the version that the
// app requires, also from a vendor folder.
func generate(ctx context.Context, w io.Writer, app build.App, dir, goCmd string, packages []string) error {
	const pkg = "zz_whim_link"
	source := filepath.Join(dir, "link.go")
	overlay := filepath.Join(dir, "link.json")
	text := "package main\n\nimport \"github.com/whimbreldb/whimbrel/shell/link\"\n\nfunc main() { link.Main() }\n"
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(app.Dir, pkg, "main.go"): source}})
	if err != nil {
		return err
	}
	if err := errors.Join(os.WriteFile(source, []byte(text), 0o644), os.WriteFile(overlay, replace, 0o644)); err != nil {
		return build.CacheError(err)
	}
	bin := filepath.Join(dir, "link.bin")
	var out bytes.Buffer
	said, flush := app.Counted(&out)
	cmd := exec.CommandContext(ctx, goCmd, "build", "-v", "-buildvcs=false", "-overlay", overlay, "-o", bin, "./"+pkg)
	cmd.Dir, cmd.Stdout, cmd.Stderr = app.Dir, said, said
	if err := errors.Join(cmd.Run(), flush()); err != nil {
		return failed(err, out.String())
	}
	options, err := json.Marshal(map[string]any{
		"Dir": app.Dir, "Out": dir, "Packages": packages, "Imports": []string{imports}, "Init": hook, "Flags": app.TagFlags(),
	})
	if err != nil {
		return err
	}
	out.Reset()
	cmd = exec.CommandContext(ctx, bin)
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = app.Dir, bytes.NewReader(options), &out, &out
	if err := cmd.Run(); err != nil {
		// The go command says it better, if it is about the program.
		plain := app
		plain.Overlay = ""
		built, bad := plain.Build(ctx, w)
		if bad != nil {
			return bad
		}
		built.Release()
		return failed(err, out.String())
	}
	return nil
}

func failed(err error, out string) error {
	e := &whimbrel.Error{Code: whimbrel.NotBuilt, Msg: "the shell cannot be built", Err: err}
	for line := range strings.Lines(strings.TrimSpace(out)) {
		e.Detail = append(e.Detail, strings.TrimRight(line, "\n"))
	}
	if strings.Contains(out, "go.sum") || strings.Contains(out, "no required module provides") {
		e.Hint = []string{"to complete go.mod and go.sum: go mod tidy"}
	}
	return e
}
