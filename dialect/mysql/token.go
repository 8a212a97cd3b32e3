package mysql

import (
	"strings"
	"unicode/utf8"
)

// A tokenKind is a kind of token, as the lexer of MySQL tells them apart in a
// session without ANSI_QUOTES, in which the backslash escapes.
type tokenKind uint8

const (
	tokSpace   tokenKind = iota // white space, and a byte order mark
	tokComment                  // # or -- to the end of the line, /* */
	tokHint                     // /*! */ and /*+ */, which look like comments and are none
	tokWord                     // a keyword or an unquoted identifier
	tokQuoted                   // `x`
	tokString                   // 'x' or "x"
	tokNumber
	tokParam   // @a, @@a, @`a b`
	tokOp      // operators and punctuation
	tokIllegal // a quote or a comment that is never closed
)

// A token is a piece of SQL. The texts of all tokens, one after the other, are
// the input.
type token struct {
	kind tokenKind
	pos  int // byte offset
	text string
}

func (t token) is(op string) bool { return t.kind == tokOp && t.text == op }

// isWord reports whether t is one of these keywords.
func (t token) isWord(keywords ...string) bool {
	if t.kind == tokWord {
		for _, k := range keywords {
			if strings.EqualFold(t.text, k) {
				return true
			}
		}
	}
	return false
}

// isName reports whether t can be an identifier.
func (t token) isName() bool { return t.kind == tokWord || t.kind == tokQuoted }

// name returns the identifier that t stands for.
func (t token) name() string {
	if t.kind == tokQuoted {
		return strings.ReplaceAll(t.text[1:len(t.text)-1], "``", "`")
	}
	return t.text
}

// tokenize splits SQL into tokens. It accepts any input.
func tokenize(sql string) []token {
	toks := make([]token, 0, len(sql)/4+4)
	for pos := 0; pos < len(sql); {
		kind, n := nextToken(sql[pos:])
		toks = append(toks, token{kind, pos, sql[pos : pos+n]})
		pos += n
	}
	return toks
}

// significant returns the tokens of SQL without white space and comments.
func significant(sql string) []token {
	toks := tokenize(sql)
	out := toks[:0]
	for _, t := range toks {
		if t.kind != tokSpace && t.kind != tokComment {
			out = append(out, t)
		}
	}
	return out
}

// nextToken returns the kind and the length of the first token of s, which is
// not empty.
func nextToken(s string) (tokenKind, int) {
	switch c := s[0]; {
	case isSpace(c):
		n := 1
		for n < len(s) && isSpace(s[n]) {
			n++
		}
		return tokSpace, n
	case strings.HasPrefix(s, "\ufeff"):
		return tokSpace, len("\ufeff")
	case c == '\'' || c == '"':
		return closed(tokString, quotedLength(s, true))
	case c == '`':
		return closed(tokQuoted, quotedLength(s, false))
	case c == '#' || strings.HasPrefix(s, "--") && (len(s) == 2 || isSpace(s[2]) || s[2] < ' '):
		// Without white space behind it, -- is two minus signs.
		if n := strings.IndexByte(s, '\n'); n >= 0 {
			return tokComment, n
		}
		return tokComment, len(s)
	case strings.HasPrefix(s, "/*"):
		return blockComment(s)
	case c == '@':
		return tokParam, paramLength(s)
	case isDigit(c) || c == '.' && len(s) > 1 && isDigit(s[1]):
		return number(s)
	case isWordByte(c):
		n := 1
		for n < len(s) && isWordByte(s[n]) {
			n++
		}
		return tokWord, n
	}
	for _, op := range [...]string{"->>", "<=>", "->", "<=", ">=", "<>", "!=", ":=", "||", "&&", "<<", ">>"} {
		if strings.HasPrefix(s, op) {
			return tokOp, len(op)
		}
	}
	_, n := utf8.DecodeRuneInString(s)
	return tokOp, n
}

func closed(kind tokenKind, n int) (tokenKind, int) {
	if n < 0 {
		return tokIllegal, -n
	}
	return kind, n
}

// quotedLength returns the length of what stands between quotes, or minus the
// length of s where the quote is never closed.
func quotedLength(s string, escapes bool) int {
	for n := 1; n < len(s); n++ {
		switch {
		case escapes && s[n] == '\\':
			n++
		case s[n] == s[0]:
			if n+1 < len(s) && s[n+1] == s[0] {
				n++
				continue
			}
			return n + 1
		}
	}
	return -len(s)
}

func blockComment(s string) (tokenKind, int) {
	kind := tokComment
	if len(s) > 2 && (s[2] == '!' || s[2] == '+') || strings.HasPrefix(s, "/*M!") {
		kind = tokHint
	}
	n := strings.Index(s[2:], "*/")
	if n < 0 {
		return tokIllegal, len(s)
	}
	return kind, n + 4
}

func paramLength(s string) int {
	n := 1
	for n < len(s) && s[n] == '@' {
		n++
	}
	if n < len(s) && strings.IndexByte("`'\"", s[n]) >= 0 {
		if m := quotedLength(s[n:], s[n] != '`'); m > 0 {
			return n + m
		}
	}
	for n < len(s) && (isWordByte(s[n]) || s[n] == '.') {
		n++
	}
	return n
}

// number returns the length of a number. 12ab is a word: identifiers may begin
// with a digit.
func number(s string) (tokenKind, int) {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	if n < len(s) && isWordByte(s[n]) && s[n] != 'e' && s[n] != 'E' {
		for n < len(s) && isWordByte(s[n]) {
			n++
		}
		if strings.HasPrefix(s, "0x") || strings.HasPrefix(s, "0b") {
			return tokNumber, n
		}
		return tokWord, n
	}
	if n < len(s) && s[n] == '.' {
		for n++; n < len(s) && isDigit(s[n]); n++ {
		}
	}
	if n < len(s) && (s[n] == 'e' || s[n] == 'E') {
		m := n + 1
		if m < len(s) && (s[m] == '+' || s[m] == '-') {
			m++
		}
		if m < len(s) && isDigit(s[m]) {
			for n = m; n < len(s) && isDigit(s[n]); n++ {
			}
		}
	}
	return tokNumber, n
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWordByte(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
