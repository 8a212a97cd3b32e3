package app

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocsSettings: every variable that the package, apptest and the flags of an
// address read is in docs/settings.md.
func TestDocsSettings(t *testing.T) {
	page, err := os.ReadFile("../docs/settings.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, "apptest/apptest.go", "../internal/socket/address.go")
	read := regexp.MustCompile(`"((?:TEST_)?DATABASE_URL|_DATABASE_URL|WHIM_[A-Z_]+)"`)
	n := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range read.FindAllStringSubmatch(string(text), -1) {
			n++
			name := m[1]
			if name == "_DATABASE_URL" {
				name = "NAME" + name
			}
			if !strings.Contains(string(page), "| `"+name+"` |") && name != "WHIM_PROG" {
				t.Errorf("%s reads %s, of which docs/settings.md says nothing", file, name)
			}
		}
	}
	if n < 4 {
		t.Errorf("only %d variables were found", n)
	}
}
