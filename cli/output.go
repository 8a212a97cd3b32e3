package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"golang.org/x/term"
)

// A printer writes lines for people: colours where they are seen, and nothing
// that a name in a database could do to a terminal.
type printer struct {
	w     io.Writer
	color bool
	term  bool
	err   error // the first failed write; nothing is written after it
}

func newPrinter(w io.Writer, noColor bool) *printer {
	t := isTerminal(w)
	return &printer{w: w, term: t, color: t && !noColor && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

func isTerminal(v any) bool {
	f, ok := v.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// styled is text that is printed as it is: colours of our own, around text
// that is clean already.
type styled string

type color string

const (
	red    color = "31"
	green  color = "32"
	yellow color = "33"
	cyan   color = "36"
)

// style colours text, after cleaning it.
func (p *printer) style(c color, text string) styled {
	text = clean(text)
	if !p.color {
		return styled(text)
	}
	return styled("\x1b[" + string(c) + "m" + text + "\x1b[0m")
}

// line prints one line. Every argument that is text is cleaned; the format is
// ours.
func (p *printer) line(format string, args ...any) {
	p.write(sprintf(format, args...) + "\n")
}

// ask prints a prompt, without a line break.
func (p *printer) ask(format string, args ...any) { p.write(sprintf(format, args...)) }

func sprintf(format string, args ...any) string {
	for i, a := range args {
		switch a := a.(type) {
		case styled:
			args[i] = string(a)
		case string:
			args[i] = clean(a)
		case error:
			args[i] = clean(a.Error())
		case fmt.Stringer:
			args[i] = clean(a.String())
		}
	}
	return fmt.Sprintf(format, args...)
}

func (p *printer) write(s string) {
	if p.err == nil {
		_, p.err = io.WriteString(p.w, s)
	}
}

// Write lets a printer receive a stream: SQL, which must arrive byte for byte
// in a file or a pipe, and must not command a terminal.
func (p *printer) Write(b []byte) (int, error) {
	s := string(b)
	if p.term {
		s = cleanLines(s)
	}
	p.write(s)
	if p.err != nil && p.lost() == nil {
		return len(b), nil // the reader has gone: no reason to stop the work
	}
	return len(b), p.err
}

// lost returns why output was lost. A reader that has gone ("| head -1") has
// seen what it wanted.
func (p *printer) lost() error {
	if errors.Is(p.err, syscall.EPIPE) || errors.Is(p.err, io.ErrClosedPipe) {
		return nil
	}
	return p.err
}

// document prints v as JSON.
func (p *printer) document(v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		p.err = errors.Join(p.err, err)
		return
	}
	p.write(escapeJSON(b.String()))
}

// escapeJSON writes what a terminal could obey as escapes. Outside of its
// strings JSON has no such character but the line break, so this changes no
// value.
func escapeJSON(s string) string {
	if !strings.ContainsFunc(s, harmfulInJSON) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if harmfulInJSON(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func harmfulInJSON(r rune) bool { return r != '\n' && harmful(r) }

// clean makes text fit for one line of a terminal: what is not printable is
// shown as an escape, so that it is seen and does nothing.
func clean(s string) string { return escape(s, false) }

// cleanLines is clean for text of several lines.
func cleanLines(s string) string { return escape(s, true) }

func escape(s string, lines bool) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return harmful(r) || r == utf8.RuneError }) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case lines && (r == '\n' || r == '\t'):
			b.WriteByte(byte(r))
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !harmful(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		i += n
	}
	return b.String()
}

// harmful reports whether r can make a terminal show something else than what
// is there: control characters, and marks that change the direction of text.
// The joiners inside of emoji and of some scripts are not.
func harmful(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\u2028', r == '\u2029':
		return true
	case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\u200e', r == '\u200f', r == '\u061c':
		return true
	}
	return false
}
