package sqlite

import (
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// The parser reads the statements that SQLite keeps in sqlite_schema. It takes
// what SQLite takes (see parse.y there), as long as it can say what it means;
// anything else is a *parseError, never a guess. Expressions it does not look
// into: it takes them whole, by their parentheses.

// A parseError says where a statement stopped making sense.
type parseError struct {
	line, column int // from 1; column in bytes
	msg          string
}

func (e *parseError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.line, e.column, e.msg)
}

type parser struct {
	src  string
	toks []token // without white space and comments
	i    int
}

func newParser(sql string) *parser {
	return &parser{src: sql, toks: appendSignificant(nil, sql)}
}

// A reader parses one statement after the other, with one slice for all their
// tokens. Nothing that it returns refers to a token.
type reader struct {
	toks []token
	// columns, where it is not nil, is what the columns of a table are put
	// into: the table is good until the next one.
	columns []schema.Column
}

func (r *reader) parser(sql string) *parser {
	r.toks = appendSignificant(r.toks[:0], sql)
	return &parser{src: sql, toks: r.toks}
}

// peek returns the next token; at the end, one without text.
func (p *parser) peek() token { return p.peekAt(0) }

func (p *parser) peekAt(n int) token {
	if p.i+n < len(p.toks) {
		return p.toks[p.i+n]
	}
	return token{kind: tokSpace, pos: len(p.src)}
}

func (p *parser) next() token {
	t := p.peek()
	p.i++
	return t
}

// word takes the keyword, given in lower case, if it comes next.
func (p *parser) word(keyword string) bool {
	if p.peek().isWord(keyword) {
		p.i++
		return true
	}
	return false
}

// words takes a sequence of keywords, all or none.
func (p *parser) words(keywords ...string) bool {
	for n, k := range keywords {
		if !p.peekAt(n).isWord(k) {
			return false
		}
	}
	p.i += len(keywords)
	return true
}

func (p *parser) op(op string) bool {
	if p.peek().is(op) {
		p.i++
		return true
	}
	return false
}

func (p *parser) wantOp(op string) error {
	if !p.op(op) {
		return p.unexpected(op)
	}
	return nil
}

func (p *parser) wantWord(keyword string) error {
	if !p.word(keyword) {
		return p.unexpected(strings.ToUpper(keyword))
	}
	return nil
}

func (p *parser) unexpected(want string) error {
	t := p.peek()
	if t.text == "" {
		return p.errorAt(t, "the statement ends where it should have "+want)
	}
	return p.errorAt(t, fmt.Sprintf("unexpected %q, want %s", t.text, want))
}

func (p *parser) errorAt(t token, msg string) error {
	before := p.src[:t.pos]
	line := 1 + strings.Count(before, "\n")
	return &parseError{line, t.pos - strings.LastIndexByte(before, '\n'), msg}
}

// ident takes a name of anything.
func (p *parser) ident(what string) (string, error) {
	if t := p.peek(); t.kind == tokQuoted || t.kind == tokString ||
		t.kind == tokWord && keywordClass(t.text) != reserved {
		p.i++
		return t.name(), nil
	}
	return "", p.unexpected(what)
}

// qualified takes a name with or without a database name before it, which is
// dropped: the statement is about the database it is in.
func (p *parser) qualified(what string) (string, error) {
	name, err := p.ident(what)
	if err == nil && p.op(".") {
		name, err = p.ident(what)
	}
	return name, err
}

// text returns the source from one token to another, which is included.
func (p *parser) text(from, to token) string { return p.src[from.pos:to.end()] }

// span returns the source of tokens.
func (p *parser) span(toks []token) string {
	if len(toks) == 0 {
		return ""
	}
	return p.text(toks[0], toks[len(toks)-1])
}

// parens takes everything in the parentheses that come next and returns the
// tokens between them, of which there is at least one.
func (p *parser) parens(what string) ([]token, error) {
	open := p.peek()
	if err := p.wantOp("("); err != nil {
		return nil, err
	}
	start, depth := p.i, 1
	for depth > 0 {
		switch t := p.next(); {
		case t.text == "":
			return nil, p.errorAt(open, "this parenthesis is never closed")
		case t.kind == tokIllegal:
			return nil, p.errorAt(t, fmt.Sprintf("unrecognized token %q", t.text))
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		}
	}
	inner := p.toks[start : p.i-1]
	if len(inner) == 0 {
		return nil, p.errorAt(open, "empty parentheses, want "+what)
	}
	return inner, nil
}

// end requires that nothing but semicolons is left.
func (p *parser) end() error {
	for p.op(";") {
	}
	if p.i < len(p.toks) {
		return p.unexpected("the end of the statement")
	}
	return nil
}

// onConflict takes an ON CONFLICT clause. ABORT is the default, and so is "".
func (p *parser) onConflict() (string, error) {
	if !p.words("on", "conflict") {
		return "", nil
	}
	for _, action := range [...]string{"ROLLBACK", "FAIL", "IGNORE", "REPLACE"} {
		if p.word(fold(action)) {
			return action, nil
		}
	}
	if p.word("abort") {
		return "", nil
	}
	return "", p.unexpected("ROLLBACK, ABORT, FAIL, IGNORE or REPLACE")
}

// createHead takes CREATE, what stands before the kind of thing, and the kind.
func (p *parser) createHead(kinds ...string) error {
	if err := p.wantWord("create"); err != nil {
		return err
	}
	if !p.word("temp") {
		p.word("temporary")
	}
	for _, k := range kinds {
		if err := p.wantWord(k); err != nil {
			return err
		}
	}
	p.words("if", "not", "exists")
	return nil
}
