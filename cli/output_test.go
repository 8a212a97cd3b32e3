package cli

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"products":           "products",
		"préise 👩‍👩‍👧 %s":    "préise 👩‍👩‍👧 %s",
		"a\x1b[31mb":         `a\x1b[31mb`,
		"a\nb\tc\rd":         `a\nb\tc\x0dd`,
		"a\u009b2Jb\u007f":   `a\u009b2Jb\x7f`,
		"a\u202eb\u2066c":    `a\u202eb\u2066c`,
		"broken \xff\xc3 up": `broken \xff\xc3 up`,
		"\ufffd is a letter": "\ufffd is a letter",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
	if got := cleanLines("a\n\tb\x1bc"); got != "a\n\tb\\x1bc" {
		t.Errorf("cleanLines keeps lines and tabs, got %q", got)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\x1b[2J\u202e\xff\n")
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		if i := strings.IndexFunc(got, func(r rune) bool { return unicode.IsControl(r) }); i >= 0 {
			t.Errorf("clean(%q) = %q has a control character", s, got)
		}
		if !strings.ContainsFunc(s, harmful) && strings.ToValidUTF8(s, "") == s && got != s {
			t.Errorf("clean(%q) = %q changes what is harmless", s, got)
		}
	})
}

func TestDocumentIsHarmlessAndTheSame(t *testing.T) {
	const evil = "a\u009b2J\u202e<b> & \x1b\n\u2028"
	var b bytes.Buffer
	newPrinter(&b, false).document(map[string]string{"name": evil})
	if strings.ContainsFunc(b.String(), harmfulInJSON) {
		t.Errorf("%q has a character that a terminal obeys", b.String())
	}
	var back map[string]string
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || back["name"] != evil {
		t.Errorf("read back as %q, %v", back["name"], err)
	}
}

func TestNearest(t *testing.T) {
	names := []string{"upgrade", "downgrade", "migrate", "check", "current", "init"}
	for in, want := range map[string]string{
		"upgarde": "upgrade", "upgraed": "upgrade", "migrations": "", "mig": "migrate", "chekc": "check", "xyz": "", "i": "", "curent": "current",
	} {
		if got := nearest(in, names); got != want {
			t.Errorf("nearest(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestRemaining(t *testing.T) {
	for in, want := range map[string]string{"-3": "-2", "+2": "+1", "head": "head", "base": "base", "7ad3": "7ad3", "7ad3-1": "7ad3-1", "": "", "+": "+"} {
		if got := remaining(in, 1); got != want {
			t.Errorf("remaining(%q, 1) = %q, want %q", in, got, want)
		}
	}
}

func TestIsNumber(t *testing.T) {
	for in, want := range map[string]bool{"1": true, "12": true, "": false, "x": false, "1x": false} {
		if got := isNumber(in); got != want {
			t.Errorf("isNumber(%q) = %v", in, got)
		}
	}
}
