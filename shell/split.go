package shell

import (
	"go/scanner"
	"go/token"
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
// declarations, imports. One that is no Go is one group, for the parser to say
// what is wrong.
func split(src string) []group {
	pieces, ok := cut(src)
	if !ok {
		k := statements
		if len(pieces) > 0 {
			k = classify(pieces[0].toks)
		}
		return []group{{kind: k, text: src, line: 1, column: 1}}
	}
	var out []group
	from := 0 // where the last group begins
	for _, p := range pieces {
		k := classify(p.toks)
		if last := len(out) - 1; last >= 0 && out[last].kind == k && k != clause {
			out[last].text = src[from:p.end]
			continue
		}
		from = p.begin.Offset
		out = append(out, group{k, src[from:p.end], p.begin.Line, p.begin.Column})
	}
	return out
}

// A piece of an input is a statement or a declaration.
type piece struct {
	begin token.Position
	end   int
	toks  []token.Token // enough of them to classify it
}

// cut cuts an input at the semicolons outside brackets. It is not ok when a token
// or the brackets are wrong.
func cut(src string) (out []piece, ok bool) {
	fs := token.NewFileSet()
	file := fs.AddFile("", fs.Base(), len(src))
	var sc scanner.Scanner
	ok = true
	sc.Init(file, []byte(src), func(token.Position, string) { ok = false }, 0)
	depth, within := 0, false
	for {
		pos, tok, _ := sc.Scan()
		switch {
		case tok == token.SEMICOLON && depth <= 0, tok == token.EOF:
			if within {
				out[len(out)-1].end = min(file.Offset(pos), len(src))
			}
			if within = false; tok == token.EOF {
				return out, ok
			}
			continue
		case !within:
			out, within = append(out, piece{begin: file.Position(pos)}), true
		}
		if p := &out[len(out)-1]; len(p.toks) < 64 {
			p.toks = append(p.toks, tok)
		}
		switch tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			if depth--; depth < 0 {
				ok = false
			}
		}
	}
}

// classify says what kind of group a piece is of, by its first tokens.
func classify(toks []token.Token) kind {
	switch toks[0] {
	case token.TYPE:
		return declarations
	case token.IMPORT:
		return importing
	case token.PACKAGE:
		return clause
	case token.FUNC:
		if len(toks) > 1 && toks[1] == token.IDENT {
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
