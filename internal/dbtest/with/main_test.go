package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
)

func TestRun(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		code int
		out  string // is in the output
		err  string // is in the error
	}{
		{"databases are told", []string{"sqlite", "sh", "-c", "echo asked for $WHIM_TEST_DATABASES"}, 0, "asked for sqlite\n", ""},
		{"versions are told", []string{"sqlite", "true"}, 0, "== sqlite is sqlite 3.", ""},
		{"the command fails", []string{"sqlite", "sh", "-c", "exit 7"}, 7, "", ""},
		{"the command dies", []string{"sqlite", "sh", "-c", "kill -KILL $$"}, 1, "", "signal: killed"},
		{"no such command", []string{"sqlite", "no-such-command-here"}, 1, "", "no-such-command-here"},
		{"unknown database", []string{"oracle", "true"}, 1, "", `unknown database "oracle"`},
		{"missing server", []string{"postgres1", "true"}, 1, "", "postgres1 is asked for"},
		{"missing and not in Debian", []string{"-install", "mysql1", "true"}, 1, "", "make engines"},
		{"all that is missing is said", []string{"-install", "postgres1,mysql1", "true"}, 1, "", "recommends postgresql-1\n"},
		{"nothing to install", []string{"-install", "sqlite", "echo", "done"}, 0, "done\n", ""},
		{"no command", []string{"sqlite"}, 2, "", "usage"},
		{"engines", []string{"-engines"}, 0, dbtest.Engines() + "\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			code, err := run(tt.args, &out)
			if code != tt.code || !strings.Contains(out.String(), tt.out) {
				t.Errorf("got %d and\n%s\nwant %d and %q", code, &out, tt.code, tt.out)
			}
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("got error %v, want %q", err, tt.err)
			}
		})
	}
}

// The servers of with are what the command gets, and end with it.
func TestServersEnd(t *testing.T) {
	for _, w := range strings.Split(os.Getenv(dbtest.Env), ",") {
		name, _, _ := strings.Cut(w, "=")
		if missing, err := dbtest.Missing(t.Context(), name); name == "" || name == "sqlite" || err != nil || len(missing) != 0 {
			continue // given by URL, so that there is no program to start
		}
		var out bytes.Buffer
		code, err := run([]string{name, "sh", "-c", `echo "entry $WHIM_TEST_DATABASES"`}, &out)
		if code != 0 || err != nil {
			t.Fatal(code, err)
		}
		_, entry, _ := strings.Cut(out.String(), "entry ")
		if !strings.Contains(entry, "://") {
			t.Fatalf("no URL in %q", out.String())
		}
		if _, _, err := dbtest.Open(t.Context(), strings.TrimSpace(entry)); err == nil {
			t.Errorf("%s is still there", name)
		}
	}
}

func TestPackages(t *testing.T) {
	postgres, maria, mysql := &dbtest.MissingError{Dialect: schema.Postgres}, &dbtest.MissingError{Dialect: schema.MariaDB}, &dbtest.MissingError{Dialect: schema.MySQL}
	got, ok := packagesOf([]*dbtest.MissingError{postgres, maria, postgres})
	if want := []string{"mariadb-client-core", "mariadb-server-core", "postgresql"}; !ok || !slices.Equal(got, want) {
		t.Errorf("got %v and %v, want %v", got, ok, want)
	}
	if _, ok := packagesOf([]*dbtest.MissingError{maria, mysql}); ok {
		t.Error("MySQL can be installed")
	}
}

// What go test -json would write for these results, "package test action".
func stream(results ...string) string {
	var b strings.Builder
	for _, r := range results {
		f := strings.Fields(r)
		fmt.Fprintf(&b, `{"Action":%q,"Package":%q,"Test":%q}`+"\n", f[2], module+f[0], f[1])
	}
	return b.String()
}

func TestPage(t *testing.T) {
	servers := []*dbtest.Server{{Name: "postgres15", Version: "15.20"}, {Name: "sqlite", Version: "3.53.4"}}
	good := []string{
		"laws TestLaws pass",
		"laws TestLaws/add pass",
		"laws TestLaws/add/postgres15 pass",
		"laws TestLaws/add/postgres15/again pass", // counts, and its parent does not
		"laws TestLaws/add/sqlite pass",
		"laws TestLaws/drop/sqlite skip",
		"laws TestOther pass",
		"laws TestOther/postgres150 pass",
		"runner TestRun/postgres15 pass",
	}
	for _, tt := range []struct {
		name, stream, want, err string
	}{
		{"good", stream(good...), "| postgres15 | 15.20 | `laws` | 1 | 0 |\n| postgres15 | 15.20 | `runner` | 1 | 0 |\n| sqlite | 3.53.4 | `laws` | 1 | 1 |\n", ""},
		{"a failure", stream(append(good, "laws TestX fail")...), "", "tests failed"},
		{"nothing on one server", stream("laws TestLaws/sqlite pass"), "", "no test ran on postgres15"},
		{"only skipped on one server", stream("laws TestLaws/postgres15 pass", "laws TestLaws/sqlite skip"), "", "no test ran on sqlite"},
		{"nothing", "", "", "no test ran"},
		{"not JSON", stream(good...) + "ok  \tpkg\n", "", "not a line of go test -json"},
		{"cut off", stream(good...) + `{"Action"`, "", "in the middle of a line"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newReport(servers, new(bytes.Buffer))
			for piece := range slices.Chunk([]byte(tt.stream), 7) {
				if _, err := r.Write(piece); err != nil {
					t.Fatal(err)
				}
			}
			page, err := r.page()
			if !strings.HasSuffix(page, tt.want) || tt.want == "" && page != "" {
				t.Errorf("got\n%s\nwant\n%s", page, tt.want)
			}
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("got error %v, want %q", err, tt.err)
			}
		})
	}
}

// A run that fails leaves the page of the last one that did not.
func TestTestedIsKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tested.md")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"exit 1", "true", `echo '{"Action":"fail","Package":"p","Test":"TestX/sqlite"}'`} {
		code, err := run([]string{"-tested", file, "sqlite", "sh", "-c", command}, new(bytes.Buffer))
		if code == 0 {
			t.Errorf("%s: got code 0 and %v", command, err)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != "old" {
			t.Errorf("%s: the page is %q, %v", command, got, err)
		}
	}
	command := `echo '{"Action":"pass","Package":"p","Test":"TestX/sqlite"}'`
	if code, err := run([]string{"-tested", file, "sqlite", "sh", "-c", command}, new(bytes.Buffer)); code != 0 || err != nil {
		t.Fatal(code, err)
	}
	if got, err := os.ReadFile(file); err != nil || !strings.Contains(string(got), "| `p` | 1 | 0 |") {
		t.Errorf("the page is %q, %v", got, err)
	}
}
