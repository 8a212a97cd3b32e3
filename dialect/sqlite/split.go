package sqlite

import "fmt"

// splitStatements splits a script at the semicolons that end a statement. The
// statements come without them, and without the white space and comments
// around them; comments inside stay. What SQLite's tokenizer refuses (a quote
// that is never closed) is an error, since every semicolon after it would be a
// guess.
func splitStatements(sql string) ([]string, error) {
	p := newParser(sql)
	var out []string
	for p.i < len(p.toks) {
		toks, err := p.statement()
		if err != nil {
			return nil, err
		}
		if len(toks) > 0 {
			out = append(out, p.span(toks))
		}
	}
	return out, nil
}

// statement takes the tokens of one statement and the semicolon after it.
func (p *parser) statement() ([]token, error) {
	start := p.i
	trigger := isCreateTrigger(p.toks[start:])
	for ; p.i < len(p.toks); p.i++ {
		t := p.toks[p.i]
		if t.kind == tokIllegal {
			return nil, p.illegal(t)
		}
		if t.is(";") && (!trigger || p.endsTrigger(start)) {
			p.i++
			return p.toks[start : p.i-1], nil
		}
	}
	toks := p.toks[start:p.i]
	if trigger && !p.endsTrigger(start) {
		return nil, p.errorAt(toks[0], "this trigger has no END")
	}
	return toks, nil
}

func (p *parser) illegal(t token) error {
	switch t.text[0] {
	case '\'', '"', '`', '[':
		return p.errorAt(t, fmt.Sprintf("this %c is never closed", t.text[0]))
	}
	return p.errorAt(t, fmt.Sprintf("unrecognized token %q", t.text))
}

// endsTrigger reports whether the tokens from start to here end with the END
// of a trigger. It stands behind a semicolon, which that of a CASE never does.
func (p *parser) endsTrigger(start int) bool {
	return p.i-start > 2 && p.toks[p.i-1].isWord("end") && p.toks[p.i-2].is(";")
}

func isCreateTrigger(toks []token) bool {
	if len(toks) < 2 || !toks[0].isWord("create") {
		return false
	}
	if toks[1].isWord("temp") || toks[1].isWord("temporary") {
		toks = toks[1:]
	}
	return len(toks) > 1 && toks[1].isWord("trigger")
}
