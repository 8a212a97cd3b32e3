package mysql

import (
	"errors"
	"fmt"
	"strings"
)

// splitStatements splits a script at the semicolons that end a statement. The
// statements come without them, and without the white space and comments
// around them; comments inside stay. A semicolon inside the body of a stored
// program, between BEGIN and END, ends nothing.
//
// DELIMITER is a word of the mysql client, not of the server: a script that
// has it is an error that says so.
func splitStatements(sql string) ([]string, error) {
	toks := tokenize(sql)
	var out []string
	start, end := -1, 0 // of the statement at hand, in bytes
	var at []token      // its tokens that say something
	flush := func() {
		if start >= 0 {
			out = append(out, sql[start:end])
		}
		start, at = -1, nil
	}
	for _, t := range toks {
		if t.kind == tokIllegal {
			return nil, fmt.Errorf("this %s is never closed: %s", opening(t.text), excerpt(t.text))
		}
		if t.kind == tokSpace || t.kind == tokComment {
			continue
		}
		if t.isWord("delimiter") && start < 0 {
			return nil, errors.New("DELIMITER is a command of the mysql client, and the server does not know it: " +
				"leave it out, a body between BEGIN and END is one statement here without it")
		}
		if t.is(";") && !inBody(at) {
			flush()
			continue
		}
		if start < 0 {
			start = t.pos
		}
		end = t.pos + len(t.text)
		at = append(at, t)
	}
	flush()
	return out, nil
}

func opening(text string) string {
	if strings.HasPrefix(text, "/*") {
		return "comment"
	}
	return text[:1]
}

func excerpt(text string) string {
	if r := []rune(text); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return text
}

// inBody reports whether the tokens are the beginning of a stored program whose
// body is not at its end.
func inBody(toks []token) bool {
	body := bodyOf(toks)
	if body < 0 {
		return false
	}
	depth := 0
	for i := body; i < len(toks); i++ {
		t := toks[i]
		previous := toks[max(i-1, 0)]
		switch {
		case t.kind != tokWord || previous.is("."):
		case t.isWord("begin") && (i+1 >= len(toks) || !toks[i+1].isWord("work")):
			depth++
		case t.isWord("case", "loop", "repeat", "while") && !previous.isWord("end"):
			if t.isWord("repeat") && i+1 < len(toks) && toks[i+1].is("(") {
				continue // the function
			}
			depth++
		case t.isWord("if") && !previous.isWord("end") && opensIf(toks, i):
			depth++
		case t.isWord("end"):
			depth--
		}
	}
	return depth > 0
}

// opensIf reports whether the IF at i is a statement: not the function, and not
// IF EXISTS. Behind the function's parentheses no THEN can follow.
func opensIf(toks []token, i int) bool {
	if i+1 < len(toks) && (toks[i+1].isWord("exists") || toks[i+1].isWord("not") && i+2 < len(toks) && toks[i+2].isWord("exists")) {
		return false
	}
	if i > 0 {
		if p := toks[i-1]; !p.is(";") && !p.is(":") && !p.isWord("begin", "then", "else", "do", "loop", "repeat", "row", "elseif") && !p.is(")") &&
			!p.isWord("sql", "data", "deterministic", "invoker", "definer") {
			return false
		}
	}
	return true
}

// bodyOf returns the index of the first token behind the kind of a CREATE
// statement that has a body; -1 for any other statement.
func bodyOf(toks []token) int {
	if len(toks) == 0 {
		return -1
	}
	if toks[0].isWord("begin") && len(toks) > 1 && toks[1].isWord("not") {
		return 0 // MariaDB: BEGIN NOT ATOMIC
	}
	if !toks[0].isWord("create", "alter") {
		return -1
	}
	for i, t := range toks[1:] {
		if t.isWord("trigger", "procedure", "function", "event", "package") {
			return i + 2
		}
		if t.isWord("table", "view", "index", "database", "schema", "user", "role", "sequence", "server") {
			return -1
		}
	}
	return -1
}
