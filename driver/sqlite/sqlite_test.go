package sqlite

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestLocate(t *testing.T) {
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
		{url: "sqlite:", why: "three slashes must follow sqlite:"},
		{url: "sqlite:shop.db", why: "three slashes must follow sqlite:"},
		{url: "sqlite:/shop.db", why: "three slashes must follow sqlite:"},
		{url: "sqlite://shop.db", why: "two slashes name a server, and SQLite has none"},
		{url: "sqlite:///", why: "the file name is missing"},
		{url: "sqlite:///data/", why: "it names a folder"},
		{url: "sqlite:///a\x00b", why: "a path cannot hold a NUL byte"},
		{url: "sqlite:///shop.db?mode=ro", why: "options after ? are not supported"},
	}
	for _, tt := range tests {
		got, err := locate(strings.TrimPrefix(tt.url, "sqlite:"), instance)
		if tt.why == "" {
			got.path = filepath.ToSlash(got.path)
			if err != nil || got != tt.want {
				t.Errorf("%q: got %+v, %v, want %+v", tt.url, got, err, tt.want)
			}
			continue
		}
		if err == nil || err.Error() != tt.why {
			t.Errorf("%q: got %v, want %q", tt.url, err, tt.why)
		}
	}
}
