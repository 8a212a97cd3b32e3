package dbtest

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// A want is one entry of WHIM_TEST_DATABASES.
type want struct {
	ask     string         // the entry as it was written, without the URL of a named one
	dialect schema.Dialect // empty for mysql://, which MariaDB speaks too
	version string         // how the version must begin, component by component; empty for any
	url     string         // of a server that runs; empty to find one and start it
}

// schemes says which dialect the scheme of a URL means.
var schemes = map[string]schema.Dialect{
	"postgres":   schema.Postgres,
	"postgresql": schema.Postgres,
	"mysql":      "",
	"mariadb":    schema.MariaDB,
}

// parse reads WHIM_TEST_DATABASES.
func parse(list string) ([]want, error) {
	var wants []want
	for entry := range strings.SplitSeq(list, ",") {
		entry = strings.TrimSpace(entry)
		if entry == "" {
			continue
		}
		w, err := parseEntry(entry)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", Env, err)
		}
		wants = append(wants, w)
	}
	if len(wants) == 0 {
		wants = []want{{ask: string(schema.SQLite), dialect: schema.SQLite}}
	}
	return wants, nil
}

// parseEntry never repeats a URL in an error, for it may hold a password.
func parseEntry(entry string) (want, error) {
	name, address, named := strings.Cut(entry, "=")
	if scheme, _, is := strings.Cut(name, "://"); is { // a URL alone, with a = somewhere in it
		d, ok := schemes[scheme]
		if !ok {
			return want{}, fmt.Errorf("unknown scheme %q in a URL: postgres, mysql and mariadb are known", scheme)
		}
		u, err := url.Parse(entry)
		if err != nil {
			return want{}, fmt.Errorf("a %s URL cannot be read", scheme)
		}
		return want{ask: u.Redacted(), dialect: d, url: entry}, nil
	}
	d, version, err := parseName(name)
	if err != nil {
		return want{}, err
	}
	w := want{ask: name, dialect: d, version: version, url: address}
	if !named {
		return w, nil
	}
	scheme, _, _ := strings.Cut(address, "://")
	of, ok := schemes[scheme]
	mysql := of == "" && (d == schema.MySQL || d == schema.MariaDB)
	if _, err := url.Parse(address); err != nil || !ok || of != d && !mysql {
		return want{}, fmt.Errorf("what follows %q is no URL of such a server", name+"=")
	}
	return w, nil
}

// parseName splits "postgres15" into the dialect and the version.
func parseName(name string) (schema.Dialect, string, error) {
	word := strings.TrimRight(name, "0123456789.")
	for _, d := range schema.Dialects {
		if string(d) != word {
			continue
		}
		version := name[len(word):]
		if d == schema.SQLite && version != "" {
			return "", "", fmt.Errorf("%q: SQLite is the one that is built in, so it has no version here", name)
		}
		return d, version, nil
	}
	return "", "", fmt.Errorf("unknown database %q: sqlite, postgres, mariadb and mysql are known, with a version behind (postgres18) or a URL (postgres=postgres://…)", name)
}

// accepts says whether the server of that version is what is asked for: 15
// accepts 15.4, and not 150.
func (w want) accepts(version string) bool {
	return w.version == "" || version == w.version || strings.HasPrefix(version, strings.TrimSuffix(w.version, ".")+".")
}
