package app

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel"
)

func TestParseURL(t *testing.T) {
	const instance = "/srv/instance"
	tests := []struct {
		url  string
		want location
		why  string // of the refusal
	}{
		{url: "sqlite:///shop.db", want: location{path: "/srv/instance/shop.db", inside: true}},
		{url: "sqlite:///data/shop.db", want: location{path: "/srv/instance/data/shop.db", inside: true}},
		{url: "sqlite:////var/lib/shop.db", want: location{path: "/var/lib/shop.db"}},
		{url: "sqlite:///a b?c#d%20é🛒.db", want: location{path: "/srv/instance/a b?c#d%20é🛒.db", inside: true}},
		{url: "sqlite://", want: location{memory: true}},
		{url: "sqlite:///:memory:", want: location{memory: true}},
		{url: "", why: "it does not start with sqlite:"},
		{url: "shop.db", why: "it does not start with sqlite:"},
		{url: "sqlite:", why: "three slashes must follow sqlite:"},
		{url: "sqlite:shop.db", why: "three slashes must follow sqlite:"},
		{url: "sqlite:/shop.db", why: "three slashes must follow sqlite:"},
		{url: "sqlite://shop.db", why: "two slashes name a server, and SQLite has none"},
		{url: "sqlite:///", why: "the file name is missing"},
		{url: "sqlite:///data/", why: "it names a folder"},
		{url: "sqlite:///a\x00b", why: "a path cannot hold a NUL byte"},
		{url: "sqlite:///shop.db?mode=ro", why: "options after ? are not supported"},
		{url: "file:shop.db", why: "the scheme is not sqlite"},
		{url: "postgres://me:pw@host/shop", why: "postgres is not supported here yet"},
	}
	for _, tt := range tests {
		got, err := parseURL(tt.url, instance)
		if tt.why == "" {
			got.path = filepath.ToSlash(got.path)
			if err != nil || got != tt.want {
				t.Errorf("%q: got %+v, %v, want %+v", tt.url, got, err, tt.want)
			}
			continue
		}
		if whimbrel.CodeOf(err) != whimbrel.BadDatabase || !strings.Contains(err.Error(), tt.why) {
			t.Errorf("%q: got %v, want %q", tt.url, err, tt.why)
		}
	}
}

// TestSecrets: whatever is wrong with a URL, its password is not in what is
// printed.
func TestSecrets(t *testing.T) {
	for _, url := range []string{
		"postgres://me:hunter2@host:5432/shop?sslmode=disable",
		"postgres://me:hunter2@host:notaport/shop",
		"postgres://me:hunter2%zz@host/shop",
		"postgres://host/shop?password=hunter2",
		"mysql://me:hunter2@tcp(host:3306)/shop",
		"me:hunter2@tcp(host:3306)/shop",
		"host=db user=me password=hunter2",
		"sqlite://me:hunter2@host/shop.db",
		"sqlite:///shop.db?key=hunter2",
		" postgres://me:hunter2@host/shop",
		"\x00postgres://me:hunter2@host/shop",
	} {
		t.Setenv("DATABASE_URL", "")
		a := New("shop", Config{Database: url})
		var out strings.Builder
		if code := a.Run(t.Context(), []string{"db", "upgrade"}, strings.NewReader(""), &out, &out); code != 1 {
			t.Errorf("%q: exit code %d", url, code)
		}
		_, err := a.Project()
		queryErr := a.DB().PingContext(t.Context())
		if whimbrel.CodeOf(err) != whimbrel.BadDatabase || whimbrel.CodeOf(queryErr) != whimbrel.BadDatabase {
			t.Errorf("%q: got %v and %v", url, err, queryErr)
		}
		all := out.String() + fmt.Sprintf("%v %+v %#v %v %+v", err, err, err, queryErr, a)
		if strings.Contains(all, "hunter2") {
			t.Errorf("%q: the password is in\n%s", url, all)
		}
	}
}

func TestGoRun(t *testing.T) {
	hash := strings.Repeat("0af9", 16)
	for dir, want := range map[string]bool{
		"/tmp/go-build123/b001/exe":  true,
		"/cache/0a/" + hash + "-d":   true,
		"/cache/0a/" + hash:          false,
		"/srv/shop-d":                false,
		"/home/somebody/go/bin":      false,
		"/home/somebody/shop/abcd-d": false,
	} {
		if got := goRun(dir); got != want {
			t.Errorf("%s: %t", dir, got)
		}
	}
}
