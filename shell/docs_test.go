package shell_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite docs/shell.md")

// TestDocsShell holds docs/shell.md to the suites: what they cover, and what
// the shell says to a mistake.
func TestDocsShell(t *testing.T) {
	var b strings.Builder
	b.WriteString(`# The language of the shell

What ` + "`whim shell`" + ` does, from its tests (` + "`make generate`" + `). Each input is evaluated by the shell and compiled with ` + "`go run`" + `, and
prints the same both ways. What differs on purpose is in [its README](../shell/README.md).

| | inputs | for example |
| --- | --- | --- |
`)
	total := 0
	files, err := filepath.Glob("testdata/suites/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	for _, file := range files {
		count := map[string]int{}
		example := map[string]string{}
		var order []string
		for _, in := range readSuite(t, file) {
			if count[in.feature] == 0 {
				order = append(order, in.feature)
			}
			count[in.feature]++
			total++
			if n := len(in.text); n > len(example[in.feature]) && n < 90 && !strings.ContainsAny(in.text, "`\n") {
				example[in.feature] = in.text
			}
		}
		for _, f := range order {
			fmt.Fprintf(&b, "| %s | %d | `%s` |\n", f, count[f], strings.ReplaceAll(example[f], "|", "\\|"))
		}
	}
	fmt.Fprintf(&b, "\n%d inputs. What the shell says to mistakes:\n\n```\n", total)
	for _, m := range mistakes {
		if what, ok := strings.CutPrefix(m.out, "ERROR "); ok && !strings.ContainsAny(m.in, "\n\x1b") {
			fmt.Fprintf(&b, ">>> %s\n%s\n", m.in, what)
		}
	}
	b.WriteString("```\n")
	const page = "../docs/shell.md"
	if *update {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if old, err := os.ReadFile(page); err != nil || string(old) != b.String() {
		t.Errorf("docs/shell.md is not current: make generate (%v)", err)
	}
}
