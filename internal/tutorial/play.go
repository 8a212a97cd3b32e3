package tutorial

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"
)

// A Player plays one script and keeps what happened.
type Player struct {
	file  string
	steps []step
	env   []string // of the commands

	// Live, if not nil, is written to as the script is played, in the way a
	// terminal would show it.
	Live io.Writer

	events []event
	work   string
	given  []string // variables for the commands
}

// An event is what happened at a visible line.
type event struct {
	output string // of a command, in the order in which it was written
	file   string // that was shown or changed, relative to the folder
	text   string // of the file, or the change
}

// New returns a player for one flavor of a script file. What testscript is to run
// is written into a folder.
func New(file, flavor, folder string) (*Player, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	mine := filepath.Join(folder, filepath.Base(file))
	if err := os.WriteFile(mine, only(b, flavor), 0o644); err != nil {
		return nil, err
	}
	s, err := readSteps(mine)
	return &Player{file: mine, steps: s}, err
}

// Set gives the commands a variable.
func (p *Player) Set(name, value string) { p.given = append(p.given, name+"="+value) }

// Params returns the parameters for testscript.
func (p *Player) Params() testscript.Params {
	return testscript.Params{Files: []string{p.file}, Setup: p.setup, Cmds: p.commands(), RequireExplicitExec: true}
}

// Setup gives scripts the caches of the go command that runs the test, and a
// home folder of their own. PATH is what the caller has.
func Setup(env *testscript.Env) error {
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		return err
	}
	dirs := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(dirs) != 2 {
		return fmt.Errorf("go env printed %q", out)
	}
	home := filepath.Join(env.WorkDir, ".home")
	if err := os.MkdirAll(home, 0o755); err != nil {
		return err
	}
	env.Setenv("HOME", home)
	env.Setenv("XDG_CACHE_HOME", filepath.Join(home, ".cache"))
	env.Setenv("GOCACHE", strings.TrimSpace(dirs[0]))
	env.Setenv("GOMODCACHE", strings.TrimSpace(dirs[1]))
	env.Setenv("GOFLAGS", "-buildvcs=false")
	for _, name := range []string{"GOPROXY", "GOSUMDB", "GOTOOLCHAIN"} {
		if v, ok := os.LookupEnv(name); ok {
			env.Setenv(name, v)
		}
	}
	return nil
}

func (p *Player) setup(env *testscript.Env) error {
	if err := Setup(env); err != nil {
		return err
	}
	p.env, p.work = append(slices.Clone(env.Vars), p.given...), env.WorkDir
	return nil
}

func (p *Player) commands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"$":       p.command,
		"visit":   p.visit,
		"edit":    p.edit,
		"show":    p.show,
		"columns": columns,
	}
}

// next starts the event of the next visible line.
func (p *Player) next() *event {
	n := len(p.events)
	p.events = append(p.events, event{})
	if p.Live != nil && n < len(p.steps) {
		for line := range strings.Lines(p.steps[n].text) {
			if title, ok := strings.CutPrefix(line, "## "); ok {
				fmt.Fprintf(p.Live, "\n=== %s\n", title)
			}
		}
		if line, ok := shown(p.steps[n].line); ok {
			fmt.Fprintf(p.Live, "$ %s\n", line)
		}
	}
	return &p.events[n]
}

// command runs a command. cd, rm and cat are done here: they are not the same
// everywhere.
func (p *Player) command(ts *testscript.TestScript, neg bool, args []string) {
	e := p.next()
	if len(args) == 0 {
		ts.Fatalf("usage: $ command")
	}
	switch args[0] {
	case "cd":
		ts.Check(ts.Chdir(args[1]))
		return
	case "rm":
		for _, a := range args[1:] {
			ts.Check(os.Remove(one(ts, a)))
		}
		return
	}
	env := append(slices.Clone(p.env), "PWD="+ts.MkAbs("."))
	for len(args) > 1 && setting.MatchString(args[0]) {
		env, args = append(env, args[0]), args[1:]
	}
	cmd := exec.Command(program(ts, args[0]), args[1:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), env
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	show(ts, stdout.Bytes(), stderr.Bytes())
	e.output = inOrder(stdout.String(), stderr.String())
	p.live("%s", e.output)
	fail(ts, neg, args, err, e.output)
}

// setting is a word before a command that is for its environment.
var setting = regexp.MustCompile(`^[A-Z][A-Z0-9_]*=`)

// program finds "./shop" in the folder of the script; anything else is on PATH.
func program(ts *testscript.TestScript, name string) string {
	if strings.HasPrefix(name, "./") {
		return ts.MkAbs(name)
	}
	return name
}

// inOrder puts together what came from two pipes, which have no common order:
// what is said comes after what is answered, as it does on a terminal when a
// command ends with a hint. Only what a command announces ("Making …") comes
// before.
func inOrder(stdout, stderr string) string {
	var before, after string
	for line := range strings.Lines(stderr) {
		if word, _, _ := strings.Cut(line, " "); strings.HasSuffix(word, "ing") {
			before += line
		} else {
			after += line
		}
	}
	return before + stdout + after
}

// show puts the output of a command where the script can look at it.
func show(ts *testscript.TestScript, stdout, stderr []byte) {
	_, err := ts.Stdout().Write(stdout)
	ts.Check(err)
	_, err = ts.Stderr().Write(stderr)
	ts.Check(err)
}

func fail(ts *testscript.TestScript, neg bool, args []string, err error, output string) {
	var exit *exec.ExitError
	switch {
	case err != nil && !errors.As(err, &exit):
		ts.Fatalf("%s: %v", args[0], err)
	case err != nil && !neg:
		ts.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, output)
	case err == nil && neg:
		ts.Fatalf("%s: succeeded, and should fail\n%s", strings.Join(args, " "), output)
	}
}

// A tee collects the output of a command that is still running.
type tee struct {
	mu   sync.Mutex
	buf  bytes.Buffer
	live io.Writer
}

func (t *tee) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.live != nil {
		if _, err := t.live.Write(b); err != nil {
			return 0, err
		}
	}
	return t.buf.Write(b)
}

func (t *tee) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}

// edit changes a file as a change in the archive says.
func (p *Player) edit(ts *testscript.TestScript, neg bool, args []string) {
	back := len(args) > 0 && args[0] == "-R"
	if back {
		args = args[1:]
	}
	if neg || len(args) != 2 {
		ts.Fatalf("usage: edit [-R] file change")
	}
	e := p.next()
	change, err := os.ReadFile(filepath.Join(p.work, args[1]))
	ts.Check(err)
	text, err := patch(ts.ReadFile(args[0]), string(change), back)
	if err != nil {
		ts.Fatalf("%s: %v", args[0], err)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
	e.file, e.text = args[0], direction(string(change), back)
	p.live("(edit %s)\n%s", e.file, e.text)
}

// direction turns the signs of a change that is taken back. What goes comes
// before what comes.
func direction(change string, back bool) string {
	if !back {
		return change
	}
	var out, plus strings.Builder
	for line := range strings.Lines(change) {
		switch line[0] {
		case '+':
			out.WriteString("-" + line[1:])
		case '-':
			plus.WriteString("+" + line[1:])
		default:
			out.WriteString(plus.String())
			plus.Reset()
			out.WriteString(line)
		}
	}
	return out.String() + plus.String()
}

func (p *Player) live(format string, args ...any) {
	if p.Live != nil {
		fmt.Fprintf(p.Live, format, args...)
	}
}

func (p *Player) show(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: show file")
	}
	e := p.next()
	path := one(ts, args[0])
	rel, err := filepath.Rel(ts.MkAbs("."), path)
	ts.Check(err)
	b, err := os.ReadFile(path)
	ts.Check(err)
	e.file, e.text = filepath.ToSlash(rel), string(b)
	p.live("(%s)\n%s", e.file, e.text)
}

// one returns the path of the one file that a pattern fits.
func one(ts *testscript.TestScript, pattern string) string {
	files, err := filepath.Glob(ts.MkAbs(pattern))
	ts.Check(err)
	if len(files) != 1 {
		ts.Fatalf("%s fits %d files, not one", pattern, len(files))
	}
	return files[0]
}

// columns is the command that compares the columns of a table with a list.
func columns(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: columns database table column…")
	}
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(ts.MkAbs(args[0]))+"?mode=ro")
	ts.Check(err)
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	rows, err := db.QueryContext(ctx, "SELECT name FROM pragma_table_info(?) ORDER BY cid", args[1])
	ts.Check(err)
	defer rows.Close()
	var got []string
	for rows.Next() {
		var name string
		ts.Check(rows.Scan(&name))
		got = append(got, name)
	}
	ts.Check(rows.Err())
	if !slices.Equal(got, args[2:]) {
		ts.Fatalf("table %s has the columns %q, not %q", args[1], got, args[2:])
	}
}

// Commands are the commands that check, for scripts that are no tutorial.
func Commands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){"columns": columns, "change": change}
}

// change is edit without a page: change [-R] file change.
func change(ts *testscript.TestScript, neg bool, args []string) {
	(&Player{work: ts.Getenv("WORK")}).edit(ts, neg, args)
}
