// Package tutorial plays a tutorial that is a test: a testscript whose comments
// are the text for a reader, and whose visible commands are shown with what
// they really printed.
//
// One script is three things: a test, a page of the documentation, and a demo.
// The package adds a few commands to those of testscript and knows how to turn
// what happened into Markdown; it knows nothing about what is taught. Start at
// [New].
//
// In a script, a line is
//
//	# text        text for the reader, in Markdown
//	#- text       a remark for whoever reads the script
//	$ command     a command, shown with its output; ! before it: it must fail;
//	              NAME=value before it is for its environment
//	visit command a command that serves until it is stopped; its page is shown
//	edit F P      the change in the archive file P is made in F, and shown;
//	              with -R before F, it is taken back
//	show F        a file is shown; F may be a pattern that fits one file
//	columns D T C the columns of table T in the SQLite file D are C (not shown)
//	anything else a check of testscript's own (not shown)
//
// One script can be several pages: a line that starts with [name] is there for
// the flavor of that name alone, and so is a file of the archive whose name does.
// The names are those of Flavors.
package tutorial

import (
	"fmt"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

// A step is a visible line of a script, with the text before it.
type step struct {
	text string // Markdown
	line string // as it is in the script; "" for the text at the end
}

// steps reads the visible part of a script.
func steps(script string) []step {
	var out []step
	var text strings.Builder
	for line := range strings.Lines(script) {
		line = strings.TrimSuffix(line, "\n")
		switch word, _, _ := strings.Cut(strings.TrimPrefix(line, "! "), " "); {
		case strings.HasPrefix(line, "#-"):
		case line == "#":
			text.WriteByte('\n')
		case strings.HasPrefix(line, "# "):
			text.WriteString(line[2:] + "\n")
		case word == "$", word == "visit", word == "edit", word == "show":
			out = append(out, step{text: text.String(), line: line})
			text.Reset()
		case text.Len() > 0 && !strings.HasSuffix(text.String(), "\n\n"):
			text.WriteByte('\n') // a check between two comments ends a paragraph
		}
	}
	return append(out, step{text: text.String()})
}

// Flavors are what a script can be for: the ORMs that whim new makes apps for. The
// first is the default.
var Flavors = []string{"gorm", "bun", "none"}

// only returns the script of one flavor.
func only(script []byte, flavor string) []byte {
	mine := func(line string) (rest string, ok bool) {
		for _, f := range Flavors {
			if rest, marked := strings.CutPrefix(line, "["+f+"] "); marked {
				return rest, f == flavor
			}
		}
		return line, true
	}
	all := txtar.Parse(script)
	var out txtar.Archive
	for line := range strings.Lines(string(all.Comment)) {
		if line, ok := mine(line); ok {
			out.Comment = append(out.Comment, line...)
		}
	}
	for _, f := range all.Files {
		if name, ok := mine(f.Name); ok {
			out.Files = append(out.Files, txtar.File{Name: name, Data: f.Data})
		}
	}
	return txtar.Format(&out)
}

// readSteps reads the steps of a script file.
func readSteps(file string) ([]step, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return steps(string(txtar.Parse(b).Comment)), nil
}

// patch makes the change that the lines of p describe: those with - or a blank
// in front are found in text, one below the other, and those with + or a blank
// take their place. With back, it is the other way round.
func patch(text, p string, back bool) (string, error) {
	var from, to strings.Builder
	for line := range strings.Lines(p) {
		body := line[1:]
		switch line[0] {
		case ' ', '\n':
			if line[0] == '\n' {
				body = line
			}
			from.WriteString(body)
			to.WriteString(body)
		case '-':
			from.WriteString(body)
		case '+':
			to.WriteString(body)
		default:
			return "", fmt.Errorf("a line of a change starts with a blank, + or -, not %q", line[:1])
		}
	}
	f, t := from.String(), to.String()
	if back {
		f, t = t, f
	}
	if n := strings.Count(text, f); n != 1 {
		return "", fmt.Errorf("the place of the change is there %d times", n)
	}
	return strings.Replace(text, f, t, 1), nil
}
