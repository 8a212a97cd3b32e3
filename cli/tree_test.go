package cli_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/cli"
)

var update = flag.Bool("update", false, "rewrite docs/cli.md and the expectations of the scripts")

// newTree is the tree as a user of "whim" sees it.
func newTree() (root, db *cobra.Command) {
	root = &cobra.Command{Use: "whim"}
	db = cli.DB(func() (*whimbrel.Project, error) { return nil, errors.New("not opened in this test") })
	root.AddCommand(db)
	return root, db
}

func TestEveryCommandExplainsItself(t *testing.T) {
	_, db := newTree()
	for _, c := range append(db.Commands(), db) {
		t.Run(c.Name(), func(t *testing.T) {
			if c.Short == "" || strings.HasSuffix(c.Short, ".") {
				t.Errorf("Short is %q; want a phrase without full stop", c.Short)
			}
			if !strings.HasSuffix(c.Long, ".") || !strings.Contains(c.Long, " ") {
				t.Errorf("Long is %q; want sentences", c.Long)
			}
			for line := range strings.Lines(c.Long) {
				if n := len([]rune(line)); n > 81 {
					t.Errorf("Long has a line of %d characters: %s", n, line)
				}
			}
			if c.Example == "" {
				t.Error("no Example")
			}
			for line := range strings.Lines(c.Example) {
				if c != db && !strings.HasPrefix(line, "PROG "+c.Name()) {
					t.Errorf("example %q is of another command", line)
				}
			}
			if c.Args == nil {
				t.Error("no Args: any argument would be accepted in silence")
			}
			seen := map[string]bool{}
			c.Flags().VisitAll(func(f *pflag.Flag) {
				seen[f.Name] = true
				if f.Usage == "" || strings.HasSuffix(f.Usage, ".") || strings.ToLower(f.Usage[:1]) != f.Usage[:1] && !placeholder(f.Usage) {
					t.Errorf("--%s: usage %q; want a phrase without capital and full stop", f.Name, f.Usage)
				}
				if strings.Contains(f.Usage, "`") {
					t.Errorf("--%s: a shell that completes it would show the back quotes of %q", f.Name, f.Usage)
				}
				if f.Value.Type() == "stringSlice" {
					t.Errorf("--%s is split at commas", f.Name)
				}
			})
		})
	}
}

// placeholder reports whether a usage begins with the name of the value: OLD=NEW.
func placeholder(usage string) bool {
	word, _, _ := strings.Cut(usage, " ")
	return len(word) > 1 && word == strings.ToUpper(word)
}

// TestExamplesParse holds the examples to the flags that exist.
func TestExamplesParse(t *testing.T) {
	_, db := newTree()
	for _, c := range db.Commands() {
		for line := range strings.Lines(c.Example) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), " > ")
			root, _ := newTree()
			var out bytes.Buffer
			args := append([]string{"db"}, words(strings.TrimPrefix(line, "PROG "))...)
			code := cli.Run(t.Context(), root, args, strings.NewReader(""), &out, &out)
			if code != cli.Failed || !strings.Contains(out.String(), "not opened in this test") {
				t.Errorf("%s: exit %d, %s", line, code, out.String())
			}
		}
	}
}

// words splits a line at blanks that are not inside double quotes.
func words(line string) []string {
	quoted := false
	fields := strings.FieldsFunc(line, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ' ' && !quoted
	})
	for i, f := range fields {
		fields[i] = strings.Trim(f, `"`)
	}
	return fields
}

func TestDocsCommandPage(t *testing.T) {
	const file = "../docs/cli.md"
	root, db := newTree()
	got := page(t, root, db)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("docs/cli.md is not what the commands say; go test ./cli -run TestDocsCommandPage -update:\n%s", d)
	}
}

func page(t *testing.T, root, db *cobra.Command) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(`<!-- Written by go test ./cli -update from the commands themselves; do not edit. -->

# The db commands

The result of a command is on stdout, everything else on stderr. With ` + "`--json`" + ` stdout
holds one document and nothing else: ` + "`command`, `exit`, `result` and, when it failed, `errors`" + `
(` + "`go doc cli Document`" + ` lists the fields).

| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | failed, or interrupted; nothing of it remains. Also where ` + "`check`" + ` could not look at the database |
| 2 | wrong usage, or a decision is open; nothing was written |
| 3 | ` + "`check` or `drift`" + ` found something |
| 4 | somebody else holds the database |
| 5 | stopped half-way: some revisions are done, or part of one is, and the message says how to go on |

` + "`go run . db …` turns every exit code but 0 into 1: that is how `go run` works. `whim db …`" + ` and the built program keep them.

Which database it is says ` + "`db current --verbose`. The URL in an app's `main.go`, `sqlite:///shop.db`" + `, is a file in the
folder ` + "`instance`, which is looked for in the working directory: `whim` and `go run .`" + ` work in the folder of the app, a
built program where it is started. ` + "`WHIM_INSTANCE` names another folder, `DATABASE_URL`" + ` another database; both have the
last word. ` + "`postgres://…`, `mysql://…` and `mariadb://…`" + ` lead to a server: [databases.md](databases.md) has the options, and
where a password comes from. ` + "`upgrade`" + ` says when it makes a file. A program of your own that mounts these commands decides for itself
([library.md](library.md)).

`)
	for _, c := range append([]*cobra.Command{db}, db.Commands()...) {
		var out bytes.Buffer
		args := []string{"db", "--help"}
		if c != db {
			args = []string{"db", c.Name(), "--help"}
		}
		if code := cli.Run(t.Context(), root, args, strings.NewReader(""), &out, &out); code != cli.Done {
			t.Fatalf("%v: exit %d", args, code)
		}
		// A flag keeps its value between runs of one tree.
		if f := c.Flags().Lookup("help"); f != nil {
			_ = f.Value.Set("false")
		}
		fmt.Fprintf(&b, "## %s\n\n```text\n%s\n```\n\n", c.CommandPath(), strings.TrimSpace(out.String()))
	}
	return strings.TrimSpace(b.String()) + "\n"
}

// TestForeignTree mounts the tree in a program that does not use Run.
func TestForeignTree(t *testing.T) {
	root := &cobra.Command{Use: "tool", SilenceErrors: true}
	admin := &cobra.Command{Use: "admin"}
	root.AddCommand(admin)
	admin.AddCommand(cli.DB(func() (*whimbrel.Project, error) {
		return nil, &whimbrel.Error{Code: whimbrel.NoSuchRevision, Msg: "no revision \"x\"", Hint: []string{"to list revisions: whim db history"}}
	}))
	var out, talk bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&talk)
	root.SetArgs([]string{"admin", "db", "downgrade", "-1"})
	cmd, err := root.ExecuteC()
	if code := cli.Report(cmd, err); code != cli.Usage {
		t.Errorf("exit code %d, want %d", code, cli.Usage)
	}
	want := "tool: error: no revision \"x\"\ntool:  hint: to list revisions: tool admin db history\n"
	if d := cmp.Diff(want, talk.String()); d != "" {
		t.Error(d)
	}
	if out.Len() > 0 {
		t.Errorf("on stdout: %s", out.String())
	}
}

func TestExitCodes(t *testing.T) {
	for code, want := range map[whimbrel.Code]int{
		whimbrel.Locked:          cli.Locked,
		whimbrel.OpenQuestions:   cli.Usage,
		whimbrel.BadAnswer:       cli.Usage,
		whimbrel.BadMessage:      cli.Usage,
		whimbrel.NoSuchRevision:  cli.Usage,
		whimbrel.BadChoice:       cli.Usage,
		whimbrel.Interrupted:     cli.Failed,
		whimbrel.StatementFailed: cli.Failed,
		whimbrel.Mismatch:        cli.Failed,
	} {
		err := fmt.Errorf("around: %w", &whimbrel.Error{Code: code})
		if got := cli.ExitCode(err); got != want {
			t.Errorf("%s: exit code %d, want %d", code, got, want)
		}
	}
}

// TestHintsOfOtherCommands: what another command of the program says about the
// db commands names them as they are called there.
func TestHintsOfOtherCommands(t *testing.T) {
	for _, prog := range []string{"", "go run ."} {
		root := &cobra.Command{Use: "tool"}
		admin := &cobra.Command{Use: "admin"}
		var options []cli.Option
		want := "tool admin db upgrade"
		if prog != "" {
			options, want = append(options, cli.Prog(prog)), prog+" admin db upgrade"
		}
		admin.AddCommand(cli.DB(nil, options...))
		root.AddCommand(admin, &cobra.Command{Use: "products", RunE: func(*cobra.Command, []string) error {
			return &whimbrel.Error{Code: whimbrel.NoDatabase, Msg: "the database does not exist", Hint: []string{"to make it: whim db upgrade"}}
		}})
		var out bytes.Buffer
		if code := cli.Run(t.Context(), root, []string{"products"}, strings.NewReader(""), &out, &out); code != cli.Failed {
			t.Errorf("exit code %d", code)
		}
		if !strings.Contains(out.String(), "to make it: "+want+"\n") {
			t.Errorf("want %q in:\n%s", want, out.String())
		}
	}
}
