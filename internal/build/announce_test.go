package build

import (
	"bytes"
	"testing"
)

// TestAnnouncement: what is said of a long build, and where.
func TestAnnouncement(t *testing.T) {
	for _, c := range []struct {
		what            string
		terminal, quiet bool
		stale           int
		want            string
	}{
		{"a terminal counts, and the line is gone", true, true, 30, "\rfirst 0 of 30 packages\rfirst 1 of 30 packages\r\x1b[K"},
		{"a terminal, after an edit", true, true, 3, "building\n"},
		{"a log is told of the first build only", false, false, 3, ""},
		{"a log is told once", false, false, 30, "first\n"},
		{"a pipe is told nothing of a shell", false, true, 30, ""},
	} {
		var out bytes.Buffer
		a := &Announcement{w: &out, terminal: c.terminal, quiet: c.quiet, begins: "building", counts: "first"}
		a.begin(c.stale)
		a.compiled("p")
		a.clear()
		if out.String() != c.want {
			t.Errorf("%s: %q", c.what, out.String())
		}
	}
}
