package main

import (
	"flag"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/internal/tutorial"
	"github.com/whimbreldb/whimbrel/schema"
)

var update = flag.Bool("update", false, "rewrite the pages of the documentation that are played")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"whim": main})
}

// A page is a page of the documentation that is played, and the script that it is
// made from.
type page struct{ file, script, flavor string }

// pages are those of testdata/howto, and the tutorial in its flavors, which "make
// demo" plays too.
func pages(t *testing.T) []page {
	t.Helper()
	const tutorial = "testdata/script/tutorial.txtar"
	pages := []page{
		{"tutorial", tutorial, "gorm"}, {"tutorial-bun", tutorial, "bun"}, {"tutorial-no-orm", tutorial, "none"},
	}
	howtos, err := filepath.Glob("testdata/howto/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range howtos {
		pages = append(pages, page{"howto/" + strings.TrimSuffix(filepath.Base(h), ".txtar"), filepath.ToSlash(h), "gorm"})
	}
	return pages
}

// TestTutorial plays each page, and compares it with what happened.
func TestTutorial(t *testing.T) {
	if testing.Short() {
		t.Skip("builds an app")
	}
	for _, page := range pages(t) {
		p, err := tutorial.New(page.script, page.flavor, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		t.Run(path.Base(page.file), func(t *testing.T) { play(t, p, page.script, "../../docs/"+page.file+".md") })
	}
}

// TestTutorialPostgres plays the page that needs a server.
func TestTutorialPostgres(t *testing.T) {
	if testing.Short() {
		t.Skip("builds an app")
	}
	played := false
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		if s.Dialect != schema.Postgres || played {
			return // another test's
		}
		played = true
		const script = "testdata/postgres/tutorial-postgres.txtar"
		p, err := tutorial.New(script, "gorm", t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		p.Set("DATABASE_URL", s.URL(t))
		play(t, p, script, "../../docs/tutorial-postgres.md")
	})
	if !played {
		t.Skip("PostgreSQL is not asked for: make test")
	}
}

func play(t *testing.T, p *tutorial.Player, script, page string) {
	if !t.Run("play", func(t *testing.T) { testscript.Run(t, p.Params()) }) {
		return
	}
	got, err := p.Markdown("cmd/whim/" + script)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s is out of date: go test ./cmd/whim -run Tutorial -update (-page +played):\n%s", page, d)
	}
}

// TestScripts runs the other scripts.
func TestScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("builds apps")
	}
	all, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, f := range all {
		if !slices.ContainsFunc(pages(t), func(p page) bool { return p.script == filepath.ToSlash(f) }) {
			files = append(files, f)
		}
	}
	testscript.Run(t, testscript.Params{
		Files: files, Setup: tutorial.Setup, RequireExplicitExec: true,
		Cmds: scriptCommands(),
	})
}

// TestExample: the example's one revision says what its models say, and is the
// one that the tutorial shows.
func TestExample(t *testing.T) {
	if testing.Short() {
		t.Skip("builds an app")
	}
	const shop, page = "../../examples/shop", "../../docs/tutorial.md"
	t.Setenv("DATABASE_URL", "sqlite://")
	t.Setenv("GOWORK", "off")
	cmd := exec.Command("go", "run", ".", "db", "check")
	cmd.Dir = shop
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("db check: %v\n%s", err, out)
	}
	files, err := filepath.Glob(shop + "/migrations/*_initial_migration.go")
	if err != nil || len(files) != 1 {
		t.Fatalf("%q, %v", files, err)
	}
	revision, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), string(revision)) || !strings.Contains(string(text), filepath.Base(files[0])) {
		t.Errorf("%s is not the revision of %s", files[0], page)
	}
}
