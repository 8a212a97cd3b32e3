package coltype

import (
	"strings"
)

// A Kind is what a [Token] is.
type Kind uint8

// The kinds of token.
const (
	End    Kind = iota
	Word        // letters, digits, underscores
	Quoted      // 'x', "x" or `x`
	Group       // ( … ) with everything in it
	Other       // one character
)

// A Token is a part of a text of SQL.
type Token struct {
	Kind Kind
	Pos  int // of its first byte
	Text string
}

// Scan splits a text. White space is left out.
func Scan(text string) []Token {
	var toks []Token
	for i := 0; i < len(text); {
		c := text[i]
		from, k := i, Other
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
			continue
		case isWordByte(c):
			for k = Word; i < len(text) && isWordByte(text[i]); i++ {
			}
		case c == '\'' || c == '"' || c == '`':
			k, i = Quoted, skipQuoted(text, i)
		case c == '(':
			k, i = Group, skipGroup(text, i)
		default:
			i++
		}
		toks = append(toks, Token{k, from, text[from:i]})
	}
	return toks
}

func isWordByte(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// skipQuoted returns the offset behind the quoted text that starts at i. A
// doubled quote is a quote.
func skipQuoted(text string, i int) int {
	q := text[i]
	for i++; i < len(text); i++ {
		if text[i] != q {
			continue
		}
		if i+1 < len(text) && text[i+1] == q {
			i++
			continue
		}
		return i + 1
	}
	return i
}

// skipGroup returns the offset behind the parenthesis that closes the one at i.
func skipGroup(text string, i int) int {
	depth := 0
	for i < len(text) {
		switch text[i] {
		case '\'', '"', '`':
			i = skipQuoted(text, i)
			continue
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return i
}

// Balanced reports whether every parenthesis and every quote in an expression
// is closed.
func Balanced(expr string) bool {
	depth := 0
	for i := 0; i < len(expr); {
		switch c := expr[i]; c {
		case '\'', '"', '`':
			j := skipQuoted(expr, i)
			if j-i < 2 || expr[j-1] != c {
				return false
			}
			i = j
			continue
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return false
			}
		}
		i++
	}
	return depth == 0
}

// Inner returns what is between the parentheses of a group.
func Inner(text string) string {
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(text, "("), ")"))
}

func unquote(text string) string {
	if s, ok := Unquote(text); ok {
		return s
	}
	return text
}

// Unquote returns what a text that is one quoted constant stands for.
func Unquote(text string) (string, bool) {
	if len(text) < 2 {
		return "", false
	}
	q := text[0]
	if q != '\'' && q != '"' && q != '`' || skipQuoted(text, 0) != len(text) || text[len(text)-1] != q {
		return "", false
	}
	return strings.ReplaceAll(text[1:len(text)-1], string([]byte{q, q}), string(q)), true
}

// Tail takes the words COLLATE x, ASC, DESC and NULLS FIRST or LAST off the
// end of an index part.
func Tail(expr string) (rest, collation, nulls string, desc bool) {
	toks := Scan(expr)
	n := len(toks)
	at := func(back int) string {
		if n-back >= 0 && toks[n-back].Kind == Word {
			return strings.ToUpper(toks[n-back].Text)
		}
		return ""
	}
	if last := at(1); (last == "FIRST" || last == "LAST") && at(2) == "NULLS" {
		nulls, n = last, n-2
	}
	if last := at(1); last == "DESC" || last == "ASC" {
		desc, n = last == "DESC", n-1
	}
	if at(2) == "COLLATE" {
		collation, n = unquote(toks[n-1].Text), n-2
	}
	if n <= 0 {
		return "", collation, nulls, desc
	}
	last := toks[n-1]
	return strings.TrimSpace(expr[:last.Pos+len(last.Text)]), collation, nulls, desc
}

// OpClass takes the name of an operator class off the end of an index part.
// PostgreSQL's own end in _ops.
func OpClass(expr string) (rest, class string) {
	toks := Scan(expr)
	n := len(toks)
	if n < 2 || toks[n-1].Kind != Word || !strings.HasSuffix(strings.ToLower(toks[n-1].Text), "_ops") {
		return expr, ""
	}
	return strings.TrimSpace(expr[:toks[n-1].Pos]), toks[n-1].Text
}

// IsList reports whether an expression is several.
func IsList(expr string) bool { return len(List(expr)) > 1 }

// List splits a list at the commas that no parenthesis, bracket or quote is
// around.
func List(text string) (items []string) {
	depth, from := 0, 0
	for _, t := range Scan(text) {
		switch t.Text {
		case "[":
			depth++
		case "]":
			depth--
		case ",":
			if depth == 0 {
				items = append(items, strings.TrimSpace(text[from:t.Pos]))
				from = t.Pos + 1
			}
		}
	}
	return append(items, strings.TrimSpace(text[from:]))
}
