package whimbrel_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDependenciesAreDocumented: whatever go.mod requires directly is in
// docs/dependencies.md, with what it gives and costs.
func TestDependenciesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	required := regexp.MustCompile(`(?m)^\t(\S+) v\S+$`) // what is indirect says so behind it
	for _, dir := range []string{".", "gormmodel", "bunmodel", "bench"} {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err != nil {
			t.Fatal(err)
		}
		all := required.FindAllStringSubmatch(string(text), -1)
		if len(all) == 0 {
			t.Errorf("%s/go.mod: nothing is required: this test looks for the wrong thing", dir)
		}
		for _, m := range all {
			path := m[1]
			ours := strings.HasPrefix(path, "github.com/whimbreldb/whimbrel")
			if !ours && !strings.Contains(string(page), "`"+path) && !strings.Contains(string(page), "`"+filepath.Base(path)+"`") {
				t.Errorf("docs/dependencies.md has no line for %s of %s/go.mod", path, dir)
			}
		}
	}
}
