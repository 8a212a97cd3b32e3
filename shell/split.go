package shell

import (
	"go/scanner"
	"go/token"
	"strings"
)

type kind int

const (
	statements kind = iota
	declarations
	importing
	clause // package p, of a file that was pasted
)

// A group is a part of an input that is checked as one.
type group struct {
	kind         kind
	text         string
	line, column int // of its beginning
}

// split cuts an input into groups: consecutive statements, consecutive
// declarations, imports.
func split(src string) []group {
	var out []group
	fs := token.NewFileSet()
	file := fs.AddFile("", fs.Base(), len(src))
	var sc scanner.Scanner
	bad := false
	sc.Init(file, []byte(src), func(token.Position, string) { bad = true }, 0)
	depth, start, n := 0, -1, 0
	var head [3]token.Token
	var toks []token.Token
	add := func(end int) {
		if start < 0 {
			return
		}
		k := classify(head, toks)
		text := src[start:end]
		p := file.Position(file.Pos(start))
		if last := len(out) - 1; last >= 0 && out[last].kind == k && k != clause {
			from := offset(src, out[last].line, out[last].column)
			out[last].text = src[from:end]
		} else {
			out = append(out, group{kind: k, text: text, line: p.Line, column: p.Column})
		}
		start, n, toks = -1, 0, nil
		head = [3]token.Token{}
	}
	for {
		pos, tok, _ := sc.Scan()
		if tok == token.EOF {
			break
		}
		at := file.Offset(pos)
		if tok == token.SEMICOLON && depth <= 0 {
			add(min(at, len(src)))
			continue
		}
		if start < 0 {
			start = at
		}
		if n < 3 {
			head[n] = tok
		}
		n++
		if len(toks) < 64 {
			toks = append(toks, tok)
		}
		switch tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth--
		}
		if depth < 0 {
			bad = true
		}
	}
	add(len(src))
	if bad {
		k := statements
		if len(out) > 0 {
			k = out[0].kind
		}
		return []group{{kind: k, text: src, line: 1, column: 1}}
	}
	return out
}

// offset is the place of a line and a column in src.
func offset(src string, line, column int) int {
	at := 0
	for range line - 1 {
		at += strings.IndexByte(src[at:], '\n') + 1
	}
	return at + column - 1
}

func classify(head [3]token.Token, toks []token.Token) kind {
	switch head[0] {
	case token.TYPE:
		return declarations
	case token.IMPORT:
		return importing
	case token.PACKAGE:
		return clause
	case token.FUNC:
		if head[1] == token.IDENT {
			return declarations
		}
		// func (r T) name(…): a method; func (x int) T {…}: a literal.
		depth := 0
		for i, t := range toks {
			switch t {
			case token.LPAREN:
				depth++
			case token.RPAREN:
				if depth--; depth == 0 {
					if i+2 < len(toks) && toks[i+1] == token.IDENT && (toks[i+2] == token.LPAREN || toks[i+2] == token.LBRACK) {
						return declarations
					}
					return statements
				}
			}
		}
	}
	return statements
}
