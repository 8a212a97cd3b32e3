package app

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the table of docs/settings.md")

// TestDocsSettings: every variable that the package, apptest and the flags of an
// address read is one of the settings, and the table of docs/settings.md is made
// of them.
func TestDocsSettings(t *testing.T) {
	const file = "../docs/settings.md"
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"WHIM_PROG": true} // is whim's own word to the app
	table := "| variable | instead of | meaning |\n| --- | --- | --- |\n"
	for _, s := range settings {
		known[s.variable] = true
		table += fmt.Sprintf("| `%s` | %s | %s |\n", s.variable, s.instead, s.meaning)
	}
	made := regexp.MustCompile(`(?m)^\| variable .*\n(\|.*\n)+`).ReplaceAllLiteralString(string(page), table)
	switch {
	case *update:
		if err := os.WriteFile(file, []byte(made), 0o644); err != nil {
			t.Fatal(err)
		}
	case made != string(page) || !strings.Contains(made, table):
		t.Error(file + " is not current: make generate")
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, "apptest/apptest.go", "../internal/socket/address.go")
	read := regexp.MustCompile(`"(DATABASE_URL|_DATABASE_URL|WHIM_[A-Z_]+)"`)
	n := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "settings.go" {
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
			if !known[name] || strings.HasSuffix(name, "DATABASE_URL") && !known["TEST_"+name] {
				t.Errorf("%s reads %s, which is no setting", file, name)
			}
		}
	}
	if n < 4 {
		t.Errorf("only %d variables were found", n)
	}
}
