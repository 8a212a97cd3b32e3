package app

import (
	"strings"
	"testing"
)

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
