package postgres

import (
	"strings"
)

// A tokenKind is what a token is, as far as anybody here must know it.
type tokenKind int

const (
	tokSpace   tokenKind = iota // white space
	tokComment                  // -- or /* */, which nests
	tokWord                     // a bare identifier or a keyword
	tokQuoted                   // "identifier", or U&"identifier"
	tokString                   // 'x', E'x', B'x', $tag$x$tag$
	tokNumber
	tokParam // $1
	tokOp    // an operator, ::, or a punctuation mark, which is one byte
	tokOpen  // something that is opened and never closed
)

// A token is a piece of SQL. The texts of the tokens of a text, one behind the
// other, are the text.
type token struct {
	kind tokenKind
	text string
}

// is reports whether t is this operator or punctuation mark.
func (t token) is(op string) bool { return t.kind == tokOp && t.text == op }

// word reports whether t is this bare word, in any case.
func (t token) word(w string) bool { return t.kind == tokWord && strings.EqualFold(t.text, w) }

// blank reports whether t means nothing.
func (t token) blank() bool { return t.kind == tokSpace || t.kind == tokComment }

// name returns the identifier that t is: folded as the server does it when it
// is bare.
func (t token) name() (string, bool) {
	switch {
	case t.kind == tokWord:
		return foldWord(t.text), true
	case t.kind == tokQuoted && t.text[0] == '"':
		return strings.ReplaceAll(t.text[1:len(t.text)-1], `""`, `"`), true
	}
	return "", false
}

// foldWord returns a bare word as the server takes it: ASCII letters without
// case. (What it does to other letters depends on the encoding; it leaves them
// alone in UTF-8.)
func foldWord(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

// tokenize splits a text into tokens, as the scanner of PostgreSQL does with
// standard_conforming_strings on.
func tokenize(text string) []token {
	var out []token
	for text != "" {
		t := next(text)
		out = append(out, t)
		text = text[len(t.text):]
	}
	return out
}

// significant returns the tokens that mean something.
func significant(toks []token) []token {
	out := make([]token, 0, len(toks))
	for _, t := range toks {
		if !t.blank() {
			out = append(out, t)
		}
	}
	return out
}

const operators = "~!@#^&|`?+-*/%<>="

func next(s string) token {
	c := s[0]
	switch {
	case isSpace(c):
		n := 1
		for n < len(s) && isSpace(s[n]) {
			n++
		}
		return token{tokSpace, s[:n]}
	case strings.HasPrefix(s, "--"):
		n := strings.IndexAny(s, "\r\n")
		if n < 0 {
			n = len(s)
		}
		return token{tokComment, s[:n]}
	case strings.HasPrefix(s, "/*"):
		return blockComment(s)
	case c == '\'':
		return closed(tokString, s, 0, '\'', false)
	case c == '"':
		return closed(tokQuoted, s, 0, '"', false)
	case c == '$':
		return dollar(s)
	case wordStart(c):
		return wordToken(s)
	case isDigit(c), c == '.' && len(s) > 1 && isDigit(s[1]):
		return numberToken(s)
	case strings.HasPrefix(s, "::"), strings.HasPrefix(s, ":="), strings.HasPrefix(s, ".."):
		return token{tokOp, s[:2]}
	case strings.IndexByte(operators, c) >= 0:
		n := 1
		for n < len(s) && strings.IndexByte(operators, s[n]) >= 0 && !strings.HasPrefix(s[n:], "--") && !strings.HasPrefix(s[n:], "/*") {
			n++
		}
		return token{tokOp, s[:n]}
	}
	return token{tokOp, s[:1]}
}

// closed takes a token that starts with a quote at s[at] and ends with the next
// one that is not doubled, nor behind a backslash where that means something.
func closed(kind tokenKind, s string, at int, quote byte, backslash bool) token {
	for i := at + 1; i < len(s); i++ {
		switch {
		case backslash && s[i] == '\\':
			i++
		case s[i] == quote && i+1 < len(s) && s[i+1] == quote:
			i++
		case s[i] == quote:
			return token{kind, s[:i+1]}
		}
	}
	return token{tokOpen, s}
}

func blockComment(s string) token {
	depth := 0
	for i := 0; i < len(s)-1; i++ {
		switch s[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++
			if depth == 0 {
				return token{tokComment, s[:i+1]}
			}
		}
	}
	return token{tokOpen, s}
}

// dollar takes a dollar-quoted string, a parameter, or a lone dollar.
func dollar(s string) token {
	n := 1
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	if n > 1 {
		return token{tokParam, s[:n]}
	}
	for n < len(s) && wordByte(s[n]) && s[n] != '$' {
		n++
	}
	if n == len(s) || s[n] != '$' {
		return token{tokOp, s[:1]}
	}
	tag := s[:n+1]
	end := strings.Index(s[len(tag):], tag)
	if end < 0 {
		return token{tokOpen, s}
	}
	return token{tokString, s[:len(tag)+end+len(tag)]}
}

func wordToken(s string) token {
	if len(s) > 1 && s[1] == '\'' {
		switch s[0] {
		case 'e', 'E':
			return closed(tokString, s, 1, '\'', true)
		case 'b', 'B', 'x', 'X', 'n', 'N':
			return closed(tokString, s, 1, '\'', false)
		}
	}
	if len(s) > 2 && (s[0] == 'u' || s[0] == 'U') && s[1] == '&' {
		switch s[2] {
		case '\'':
			return closed(tokString, s, 2, '\'', false)
		case '"':
			return closed(tokQuoted, s, 2, '"', false)
		}
	}
	n := 1
	for n < len(s) && wordByte(s[n]) {
		n++
	}
	return token{tokWord, s[:n]}
}

func numberToken(s string) token {
	n := 0
	for n < len(s) && (wordByte(s[n]) && s[n] != '$' || s[n] == '.' && !strings.HasPrefix(s[n:], "..") ||
		(s[n] == '+' || s[n] == '-') && n > 0 && (s[n-1] == 'e' || s[n-1] == 'E') && !strings.HasPrefix(s, "0x")) {
		n++
	}
	return token{tokNumber, s[:n]}
}

func isSpace(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'
}
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func wordStart(c byte) bool {
	return c == '_' || c >= 0x80 || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
func wordByte(c byte) bool { return wordStart(c) || isDigit(c) || c == '$' }

// join returns the tokens as the text they were.
func join(toks []token) string {
	var b strings.Builder
	for _, t := range toks {
		b.WriteString(t.text)
	}
	return b.String()
}

// stringValue returns what a string constant stands for. It reports false for
// one with escapes that nobody here writes.
func stringValue(t token) (string, bool) {
	switch {
	case t.kind != tokString:
		return "", false
	case t.text[0] == '\'':
		return strings.ReplaceAll(t.text[1:len(t.text)-1], "''", "'"), true
	case t.text[0] == '$':
		n := strings.IndexByte(t.text[1:], '$') + 2
		return t.text[n : len(t.text)-n], true
	case t.text[0] == 'E' || t.text[0] == 'e':
		body := strings.ReplaceAll(t.text[2:len(t.text)-1], "''", "'")
		plain := strings.ReplaceAll(body, `\\`, "")
		return strings.ReplaceAll(body, `\\`, `\`), !strings.Contains(plain, `\`)
	}
	return "", false
}

// sameTokens reports whether two texts are the same but for white space,
// comments and the case of bare words.
func sameTokens(a, b string) bool {
	x, y := significant(tokenize(a)), significant(tokenize(b))
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i].kind != y[i].kind {
			return false
		}
		if x[i].text != y[i].text && (x[i].kind != tokWord || !strings.EqualFold(x[i].text, y[i].text)) {
			return false
		}
	}
	return true
}

// mentions reports whether a text names name, as a word or as a quoted
// identifier: not in a string, not as a type behind ::, not as a function.
func mentions(text, name string) bool {
	if !strings.Contains(foldWord(text), foldWord(name)) && !strings.Contains(name, `"`) {
		return false
	}
	toks := significant(tokenize(text))
	for i, t := range toks {
		n, ok := t.name()
		if !ok || n != name || i > 0 && toks[i-1].is("::") {
			continue
		}
		if i+1 < len(toks) && toks[i+1].is("(") && t.kind == tokWord {
			continue
		}
		return true
	}
	return false
}
