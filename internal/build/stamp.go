package build

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// BuildAs is Build, and remembers what the program was made of, for Ready.
func (a App) BuildAs(ctx context.Context, w io.Writer, stamp string) (Built, error) {
	dir, err := a.CacheDir()
	if err != nil {
		return Built{}, err
	}
	file := filepath.Join(dir, "stamp")
	if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
		return Built{}, CacheError(err)
	}
	built, err := a.Build(ctx, w)
	if err != nil {
		return built, err
	}
	if err := os.WriteFile(file, []byte(stamp), 0o644); err != nil {
		built.Release()
		return Built{}, CacheError(err)
	}
	return built, nil
}

// Ready returns the program that BuildAs has made of the same things; usable is
// asked last, while nobody else can build.
func (a App) Ready(ctx context.Context, w io.Writer, stamp string, usable func() bool) (Built, bool) {
	dir, err := a.CacheDir()
	if err != nil {
		return Built{}, false
	}
	lock, err := lockFile(ctx, filepath.Join(dir, "lock"), w)
	if err != nil {
		return Built{}, false
	}
	bin := a.program(dir)
	was, err := os.ReadFile(filepath.Join(dir, "stamp"))
	_, missing := os.Stat(bin)
	if err != nil || missing != nil || string(was) != stamp || !usable() {
		lock.Close()
		return Built{}, false
	}
	return Built{Path: bin, lock: lock}, true
}
