package app

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/whimbreldb/whimbrel"
)

// A location is where the database is. Only SQLite is spoken here.
type location struct {
	path   string // absolute; "" for memory
	memory bool
	inside bool // path is relative to the instance folder, which is ours to make
}

// String is how people find the database: its path.
func (l location) String() string {
	if l.memory {
		return "in memory"
	}
	return l.path
}

// parseURL reads a database URL. What follows the three slashes is a path as
// it is: no character in it has a meaning, so that every file has a URL.
func parseURL(raw, instance string) (location, error) {
	scheme, rest, ok := strings.Cut(raw, ":")
	if !ok || scheme != "sqlite" {
		return location{}, badURL(raw, otherScheme(scheme, ok))
	}
	if rest == "//" || rest == "///:memory:" {
		return location{memory: true}, nil
	}
	path, ok := strings.CutPrefix(rest, "///")
	switch {
	case !ok && strings.HasPrefix(rest, "//"):
		return location{}, badURL(raw, "two slashes name a server, and SQLite has none")
	case !ok:
		return location{}, badURL(raw, "three slashes must follow sqlite:")
	case path == "":
		return location{}, badURL(raw, "the file name is missing")
	case strings.ContainsRune(path, 0):
		return location{}, badURL(raw, "a path cannot hold a NUL byte")
	case hasOptions(path):
		return location{}, badURL(raw, "options after ? are not supported")
	case strings.HasSuffix(path, "/"):
		return location{}, badURL(raw, "it names a folder")
	}
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return location{path: filepath.Clean(path)}, nil
	}
	return location{path: filepath.Join(instance, path), inside: true}, nil
}

// hasOptions reports whether a path ends in something that was surely meant as
// options: ?name=value. A file of such a name would be made in silence.
func hasOptions(path string) bool {
	_, query, ok := strings.Cut(path, "?")
	name, _, eq := strings.Cut(query, "=")
	return ok && eq && name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") == ""
}

func otherScheme(scheme string, ok bool) string {
	switch {
	case !ok:
		return "it does not start with sqlite:"
	case scheme == "postgres", scheme == "postgresql", scheme == "mysql", scheme == "mariadb":
		return scheme + " is not supported here yet"
	}
	return "the scheme is not sqlite"
}

func badURL(raw, why string) error {
	return &whimbrel.Error{
		Code: whimbrel.BadDatabase, Msg: "the database URL cannot be used: " + why,
		Detail: []string{"given: " + redact(raw)},
		Hint: []string{
			"in the instance folder: sqlite:///shop.db",
			"anywhere: sqlite:////absolute/path/shop.db",
			"in memory: sqlite://",
		},
	}
}

// redact returns what can be shown of a URL: never a user, a password, an
// option, or a text that could not be read.
func redact(raw string) string {
	if strings.HasPrefix(raw, "sqlite:") {
		path, _, more := strings.Cut(raw, "?")
		if more {
			path += "?…"
		}
		if _, after, ok := strings.Cut(path, "@"); ok {
			return "sqlite:…@" + after
		}
		return fmt.Sprintf("%q", path)
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return fmt.Sprintf("a text of %d bytes", len(raw))
	}
	shown := u.Scheme + "://"
	if u.User != nil {
		shown += "…@"
	}
	shown += u.Host + u.EscapedPath()
	if u.RawQuery != "" || u.Fragment != "" {
		shown += "?…"
	}
	return shown
}
