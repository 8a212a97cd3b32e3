// Package gomod finds the module that a folder is in. It reads go.mod and runs no
// command. Start at [Find].
package gomod

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A Module is a go.mod.
type Module struct {
	Root string // its folder, absolute
	Path string // of the module; "" when it says none
	Text string
}

// Find returns the module that governs dir: that of the nearest go.mod in it or
// above. It is not ok where there is none.
func Find(dir string) (m Module, ok bool) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Module{}, false
	}
	for {
		if b, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil {
			return Module{Root: dir, Path: path(string(b)), Text: string(b)}, true
		}
		up := filepath.Dir(dir)
		if up == dir {
			return Module{}, false
		}
		dir = up
	}
}

// path returns the path in the module line of a go.mod, behind which there may be
// a comment.
func path(text string) string {
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == "module" {
			if name, err := strconv.Unquote(f[1]); err == nil {
				return name
			}
			return f[1]
		}
	}
	return ""
}
