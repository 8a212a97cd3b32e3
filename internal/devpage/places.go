package devpage

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// A Place is a line of a file, with the lines around it when they are the
// developer's own.
type Place struct {
	Func      string
	File      string // as it is shown
	Line, Col int
	Text      string // what is said about it
	Lines     []Line
}

// A Line is one line of an excerpt.
type Line struct {
	N    int
	Text string
	Hit  bool
}

// Where returns the place as people write it.
func (p Place) Where() string {
	s := p.File
	if p.Line > 0 {
		s += ":" + strconv.Itoa(p.Line)
	}
	if p.Col > 0 {
		s += ":" + strconv.Itoa(p.Col)
	}
	if p.Func != "" {
		s += "  " + p.Func
	}
	return s
}

// Limits of what a page shows.
const (
	around    = 4       // lines before and after
	mostLine  = 400     // characters of a line
	mostFile  = 4 << 20 // bytes of a file
	mostSaid  = 10      // messages of a compiler
	mostStack = 40      // calls of a stack

	mostLooked = 5000 // files that are looked at for the name of a template
)

// A Source knows which files are the developer's own.
type Source struct {
	Dir  string // the folder of the app: relative paths are relative to it
	Root string // the folder of its module
}

// own returns the path of a file below the module, as it is shown.
func (s Source) own(file string) (shown string, ok bool) {
	for _, dir := range []string{s.Dir, s.Root} {
		if dir == "" {
			continue
		}
		if rel, err := filepath.Rel(dir, file); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return rel, true
		}
	}
	return file, false
}

// Place returns a line of a file, with an excerpt when the file is the
// developer's own.
func (s Source) Place(file string, line int) Place {
	path := file
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.Dir, path)
	}
	p := Place{File: file, Line: line}
	shown, ok := s.own(path)
	if !ok {
		return p
	}
	p.File, p.Lines = shown, excerpt(path, line)
	return p
}

func excerpt(path string, line int) []Line {
	if info, err := os.Stat(path); err != nil || info.Size() > mostFile {
		return nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	all := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	if line < 1 || line > len(all)+1 {
		return nil
	}
	var out []Line
	for n := max(1, line-around); n <= min(len(all), line+around); n++ {
		text := strings.ToValidUTF8(strings.TrimSuffix(all[n-1], "\r"), "\uFFFD")
		if r := []rune(text); len(r) > mostLine {
			text = string(r[:mostLine]) + "…"
		}
		out = append(out, Line{N: n, Text: text, Hit: n == line})
	}
	return out
}

// said matches a message with a place, as compilers print it.
var said = regexp.MustCompile(`^(\S.*?\.(?:go|mod|work|sum|s|c|h|cc|cpp)):(\d+)(?::(\d+))?: (.*)$`)

// Compiler finds the places in what the go command has printed.
func (s Source) Compiler(output string) []Place {
	var out []Place
	for line := range strings.Lines(output) {
		m := said.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		if m == nil {
			// A message goes on in lines that are indented.
			if n := len(out); n > 0 && strings.HasPrefix(line, "\t") {
				out[n-1].Text += " " + strings.TrimSpace(line)
			}
			continue
		}
		if len(out) == mostSaid {
			break
		}
		n, _ := strconv.Atoi(m[2]) // digits; too many are no line of any file
		p := s.Place(strings.TrimPrefix(m[1], "vet: "), n)
		p.Col, _ = strconv.Atoi(m[3])
		p.Text = m[4]
		out = append(out, p)
	}
	return out
}

// frame matches the second line of a call in a stack that Go prints.
var frame = regexp.MustCompile(`^\t(\S.*\.(?:go|s)):(\d+)(?: \+0x[0-9a-f]+)?$`)

// Crash finds what ended a program in what it has printed last: the message,
// and the calls of the goroutine that panicked.
func (s Source) Crash(output string) (message string, places []Place) {
	start := -1
	for _, mark := range []string{"panic: ", "fatal error: "} {
		if i := strings.LastIndex("\n"+output, "\n"+mark); i > start {
			start = i
		}
	}
	if start < 0 {
		return "", nil
	}
	head, stack, _ := strings.Cut(output[start:], "\n\ngoroutine ")
	stack, _, _ = strings.Cut(stack, "\n\n") // other goroutines
	name := ""
	for line := range strings.Lines(stack) {
		line = strings.TrimRight(line, "\r\n")
		m := frame.FindStringSubmatch(line)
		if m == nil {
			name = line
			continue
		}
		if i := strings.LastIndexByte(name, '('); i > 0 && !strings.HasPrefix(name, "created by ") {
			name = name[:i]
		}
		if strings.HasPrefix(name, "runtime.") || name == "panic" || len(places) == mostStack {
			continue
		}
		n, _ := strconv.Atoi(m[2])
		p := s.Place(m[1], n)
		p.Func = name
		places = append(places, p)
	}
	return strings.TrimSpace(head), places
}

// inTemplate matches where html/template says an error is.
var inTemplate = regexp.MustCompile(`template: ([^:\s]+):(\d+)(?::(\d+))?: `)

// Template finds the place of an error in a template. Its message has the name
// of the file without its folder, so the file is looked for below the app.
func (s Source) Template(message string) []Place {
	m := inTemplate.FindStringSubmatch(message)
	if m == nil {
		return nil
	}
	line, _ := strconv.Atoi(m[2]) // digits
	var found []Place
	seen := 0
	_ = filepath.WalkDir(s.Dir, func(path string, d os.DirEntry, err error) error {
		seen++
		switch {
		case err != nil || seen > mostLooked:
			return filepath.SkipAll
		case d.IsDir() && path != s.Dir && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "vendor"):
			return filepath.SkipDir
		case !d.IsDir() && d.Name() == filepath.Base(m[1]):
			found = append(found, s.Place(path, line))
		}
		return nil
	})
	return found
}
