package cli_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup: func(e *testscript.Env) error {
			// Whoever runs the tests, the scripts say themselves where they run.
			e.Setenv("CI", "")
			e.Setenv("NO_COLOR", "")
			e.Setenv("TERM", "xterm")
			e.Setenv("SHOP_EXIT", filepath.Join(e.WorkDir, ".exit"))
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "exited": exited, "json": wantJSON, "sql": runSQL, "holdlock": holdLock, "release": release, "glob": glob,
		},
	})
}

// exits is "exits CODE COMMAND…": the command ends with that exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG…]")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	var exit interface{ ExitCode() int }
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

// exited is "exited CODE", after an "! exec shop": only that can have a
// terminal.
func exited(ts *testscript.TestScript, neg bool, args []string) {
	if got := ts.ReadFile(ts.Getenv("SHOP_EXIT")); got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

// wantJSON is "json PATH=VALUE…": stdout is one JSON document, and has these
// values: result.steps.0.revision.id=b9198aca3963.
func wantJSON(ts *testscript.TestScript, neg bool, args []string) {
	d := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	var doc any
	ts.Check(d.Decode(&doc))
	if d.More() {
		ts.Fatalf("stdout holds more than one document")
	}
	for _, a := range args {
		path, want, _ := strings.Cut(a, "=")
		at := doc
		for key := range strings.SplitSeq(path, ".") {
			switch v := at.(type) {
			case map[string]any:
				at = v[key]
			case []any:
				i, err := strconv.Atoi(key)
				ts.Check(err)
				if i >= len(v) {
					ts.Fatalf("%s: there are %d elements", path, len(v))
				}
				at = v[i]
			default:
				at = nil
			}
		}
		if got := fmt.Sprint(at); got != want {
			ts.Fatalf("%s is %s, want %s", path, got, want)
		}
	}
}

// runSQL is "sql FILE STATEMENT…": what somebody does to a database by hand. It
// prints the rows of the statements.
func runSQL(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: sql FILE STATEMENT…")
	}
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	defer db.Close()
	for _, s := range args[1:] {
		rows, err := db.Query(s)
		ts.Check(err)
		columns, err := rows.Columns()
		ts.Check(err)
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			ts.Check(rows.Scan(values...))
			for _, v := range values {
				fmt.Fprintf(ts.Stdout(), "%v ", *v.(*any))
			}
			fmt.Fprintln(ts.Stdout())
		}
		ts.Check(rows.Err())
		ts.Check(rows.Close())
	}
}

// held is how the script that holds a lock lets go of it. One script does.
var held func()

// holdLock is "holdlock FILE": somebody else writes to the database, until
// "release".
func holdLock(ts *testscript.TestScript, neg bool, args []string) {
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	conn, err := db.Conn(context.Background())
	ts.Check(err)
	_, err = conn.ExecContext(context.Background(), "BEGIN IMMEDIATE")
	ts.Check(err)
	held = sync.OnceFunc(func() { conn.Close(); db.Close() })
	ts.Defer(held)
}

func release(ts *testscript.TestScript, neg bool, args []string) { held() }

// glob is "[!] glob PATTERN": a file of that name is there.
func glob(ts *testscript.TestScript, neg bool, args []string) {
	found, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if neg == (len(found) > 0) {
		ts.Fatalf("%s: %d files", args[0], len(found))
	}
}
