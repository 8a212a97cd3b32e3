package gomod

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFind(t *testing.T) {
	dir := t.TempDir()
	below := filepath.Join(dir, "cmd", "shop")
	if err := os.MkdirAll(below, 0o755); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"module shop\n": "shop",
		"// a comment\n\nmodule example.com/shop // Deprecated: use v2.\n\ngo 1.25.0\n": "example.com/shop",
		"module \"example.com/shop\"\r\n":                                               "example.com/shop",
		"module `example.com/shop`":                                                     "example.com/shop",
		"go 1.25.0\n":                                                                   "",
	} {
		if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if m, ok := Find(below); !ok || m.Root != dir || m.Path != want || m.Text != text {
			t.Errorf("%q: %q, %v", text, m, ok)
		}
	}
	if m, ok := Find(filepath.VolumeName(dir) + string(filepath.Separator)); ok {
		t.Errorf("without a module: %q", m)
	}
}
