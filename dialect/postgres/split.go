package postgres

import (
	"fmt"
	"strings"
)

// splitStatements splits a script at the semicolons that end a statement. The
// statements come without them, and without the white space and comments
// around them; comments inside stay. What is opened and never closed is an
// error, since every semicolon behind it would be a guess.
//
// A semicolon ends nothing inside parentheses (CREATE RULE … DO (a; b)) nor in
// the body of a function that is written as SQL (BEGIN ATOMIC … END).
func splitStatements(sql string) ([]string, error) {
	var out []string
	var current []token
	flush := func() {
		for len(current) > 0 && current[0].blank() {
			current = current[1:]
		}
		for len(current) > 0 && current[len(current)-1].blank() {
			current = current[:len(current)-1]
		}
		if len(current) > 0 {
			out = append(out, join(current))
		}
		current = nil
	}
	var b body
	depth := 0
	for _, t := range tokenize(sql) {
		switch {
		case t.kind == tokOpen:
			return nil, fmt.Errorf("this %s is never closed: %s", opened(t.text), firstLine(t.text))
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case t.kind == tokWord:
			b.see(t, depth)
		case t.is(";") && depth <= 0 && b.depth == 0:
			flush()
			b, depth = body{}, 0
			continue
		}
		current = append(current, t)
	}
	flush()
	return out, nil
}

// A body follows the words of a statement, to know whether they are those of a
// function's body. psql does the same.
type body struct {
	words []string // the first ones
	depth int      // of BEGIN and CASE
}

func (b *body) see(t token, parens int) {
	w := foldWord(t.text)
	if len(b.words) < 4 {
		b.words = append(b.words, w)
	}
	if !b.routine() || parens > 0 {
		return
	}
	switch w {
	case "begin":
		b.depth++
	case "case":
		if b.depth > 0 {
			b.depth++
		}
	case "end":
		if b.depth > 0 {
			b.depth--
		}
	}
}

// routine reports whether the statement is CREATE [OR REPLACE] FUNCTION or
// PROCEDURE.
func (b *body) routine() bool {
	w := b.words
	if len(w) < 2 || w[0] != "create" {
		return false
	}
	if w[1] == "or" && len(w) > 3 {
		return w[2] == "replace" && (w[3] == "function" || w[3] == "procedure")
	}
	return w[1] == "function" || w[1] == "procedure"
}

func opened(text string) string {
	switch text[0] {
	case '/':
		return "comment"
	case '"':
		return "identifier"
	}
	return "string"
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
