package tutorial

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"
)

// Markdown returns the page: the text of the script, and between it each
// visible line with what happened there. Ids, dates and folders differ from
// run to run, so each is replaced by one that does not.
func (p *Player) Markdown(source string) (string, error) {
	if len(p.events) != len(p.steps)-1 {
		return "", fmt.Errorf("%s: %d visible lines were played, and there are %d", p.file, len(p.events), len(p.steps)-1)
	}
	var w strings.Builder
	fmt.Fprintf(&w, "<!-- Made from %s by its test: go test ./cmd/whim -run Tutorial -update -->\n\n", source)
	console := false // a block of commands is open
	for i, s := range p.steps {
		line, isCommand := shown(s.line)
		if console && (s.text != "" || !isCommand) {
			w.WriteString("```\n")
			console = false
		}
		if s.text != "" {
			if i > 0 {
				w.WriteByte('\n')
			}
			w.WriteString(strings.Trim(s.text, "\n") + "\n")
		}
		if s.line == "" {
			break
		}
		e := p.events[i]
		switch {
		case isCommand:
			if !console {
				w.WriteString("\n```console\n")
				console = true
			}
			fmt.Fprintf(&w, "$ %s\n%s", line, ending(e.output))
		case strings.HasPrefix(s.line, "edit "):
			fmt.Fprintf(&w, "\n`%s`\n\n```diff\n%s```\n", e.file, ending(e.text))
		default:
			fmt.Fprintf(&w, "\n`%s`\n\n```%s\n%s```\n", e.file, strings.TrimPrefix(path.Ext(e.file), "."), ending(e.text))
		}
	}
	return p.steady(w.String()), nil
}

// shown returns a line as a reader types it, and whether it is a command.
func shown(line string) (string, bool) {
	line = strings.TrimPrefix(line, "! ")
	if rest, ok := strings.CutPrefix(line, "$ "); ok {
		return quotes(rest), true
	}
	if rest, ok := strings.CutPrefix(line, "visit "); ok {
		return quotes(rest), true
	}
	return line, false
}

// quotes writes the quotes of a script as people do, and as every shell takes
// them.
func quotes(line string) string { return strings.ReplaceAll(line, "'", `"`) }

func ending(s string) string {
	if s == "" || strings.HasSuffix(s, "\n") {
		return s
	}
	return s + "\n"
}

// What the page says for the n-th revision.
var (
	ids   = []string{"b9198aca3963", "7ad34929a0f2", "c41f0d6e92ab", "1e58b7c3d074"}
	times = []time.Time{
		time.Date(2026, 11, 22, 16, 40, 12, 0, time.UTC), time.Date(2026, 11, 22, 17, 5, 48, 0, time.UTC),
		time.Date(2026, 11, 23, 9, 12, 30, 0, time.UTC), time.Date(2026, 11, 23, 10, 1, 3, 0, time.UTC),
	}
)

const stamp = "20060102T150405"

var (
	revisionFile = regexp.MustCompile(`\b(\d{8}T\d{6})_([0-9a-f]{12})_`)
	logTime      = regexp.MustCompile(`\[\d\d/[A-Z][a-z]{2}/\d{4} \d\d:\d\d:\d\d\]`)
	testDatabase = regexp.MustCompile(`postgres://\S+/whim_test_\w+`)
	seconds      = regexp.MustCompile(`\b\d+\.\d{2,3}s\b`)
	address      = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
)

// firstRun is what whim says when it has a whole program to compile, which
// depends on what was compiled before.
const firstRun = "Compiling dependencies (first run only)…\n"

// steady replaces what differs from run to run. The n-th revision that the
// page names gets the n-th id and time; times are replaced where they stand
// next to an id, and as the revision file spells them.
func (p *Player) steady(page string) string {
	page = strings.ReplaceAll(page, p.work, "/home/you")
	page = strings.ReplaceAll(page, firstRun, "")
	page = testDatabase.ReplaceAllString(page, "postgres://you@localhost:5432/shop")
	seen := map[string]int{}
	var pairs []string
	for _, m := range revisionFile.FindAllStringSubmatch(page, -1) {
		n, ok := seen[m[2]]
		if !ok {
			n = len(seen) % len(ids)
			seen[m[2]] = n
		}
		pairs = append(pairs, m[1]+"_"+m[2], times[n].Format(stamp)+"_"+ids[n], m[2], ids[n])
		if t, err := time.Parse(stamp, m[1]); err == nil {
			pairs = append(pairs, t.Format(time.RFC3339), times[n].Format(time.RFC3339))
		}
	}
	page = strings.NewReplacer(pairs...).Replace(page)
	page = logTime.ReplaceAllString(page, times[0].Format("[02/Jan/2006 15:04:05]"))
	page = seconds.ReplaceAllString(page, "0.15s")
	return address.ReplaceAllString(page, "http://127.0.0.1:5000")
}
