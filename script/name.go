package script

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"
)

const (
	maxSlug   = 40
	emptySlug = "revision"
	stamp     = "20060102T150405"
)

// FileName returns the name of the file of a revision:
// 20261122T164012_b9198aca3963_initial_migration.go.
func FileName(created time.Time, id, message string) string {
	safe := strings.Map(func(r rune) rune {
		if r == '_' || r == '.' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '_'
	}, id)
	return created.UTC().Format(stamp) + "_" + safe + "_" + Slug(message) + ".go"
}

// Slug makes a message into the last part of a file name: at most 40 of
// a-z, 0-9 and _, cut where a word ends. The Go tool leaves out files whose
// names end in _test, an operating system or an architecture; a slug never
// does.
func Slug(message string) string {
	slug := words(message, maxSlug)
	if slug == "" {
		return emptySlug
	}
	if last := slug[strings.LastIndexByte(slug, '_')+1:]; special[last] {
		slug = words(slug, maxSlug-len("_"+emptySlug)) + "_" + emptySlug
	}
	return slug
}

// words returns the words of text, joined with _, as many as there is room for.
func words(text string, room int) string {
	fields := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	out := ""
	for _, w := range fields {
		switch {
		case out == "":
			out = w[:min(len(w), room)]
		case len(out)+1+len(w) <= room:
			out += "_" + w
		default:
			return out
		}
	}
	return out
}

// special are the endings of file names that the Go tool acts on, by
// go/build's rules: every GOOS and GOARCH, past and future ones too.
var special = map[string]bool{
	"test": true,

	"aix": true, "android": true, "darwin": true, "dragonfly": true, "freebsd": true, "hurd": true, "illumos": true,
	"ios": true, "js": true, "linux": true, "nacl": true, "netbsd": true, "openbsd": true, "plan9": true,
	"solaris": true, "wasip1": true, "wasip2": true, "windows": true, "zos": true,

	"386": true, "amd64": true, "amd64p32": true, "arm": true, "armbe": true, "arm64": true, "arm64be": true,
	"loong64": true, "mips": true, "mipsle": true, "mips64": true, "mips64le": true, "mips64p32": true,
	"mips64p32le": true, "ppc": true, "ppc64": true, "ppc64le": true, "riscv": true, "riscv64": true,
	"s390": true, "s390x": true, "sparc": true, "sparc64": true, "wasm": true,
}

// A Found is a file that by its name is a revision.
type Found struct {
	Name string // of the file; op.Revision.Source begins with it
	ID   string // as the name has it: what stands before the second _
}

// List returns the revision files in dir, by name. It does not read them: a
// file whose name no registered revision has as its source registers nothing.
// A folder that is not there has none.
func List(dir string) ([]Found, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Found
	for _, e := range entries { // sorted by name
		if id, ok := fileID(e.Name()); ok && !e.IsDir() {
			out = append(out, Found{e.Name(), id})
		}
	}
	return out, nil
}

func fileID(name string) (string, bool) {
	base, ok := strings.CutSuffix(name, ".go")
	when, rest, ok2 := strings.Cut(base, "_")
	id, slug, ok3 := strings.Cut(rest, "_")
	if !ok || !ok2 || !ok3 || id == "" || slug == "" {
		return "", false
	}
	_, err := time.Parse(stamp, when)
	return id, err == nil
}
