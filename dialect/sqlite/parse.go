package sqlite

import (
	"fmt"
	"slices"
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

// parseTable reads a CREATE TABLE statement. Verbatim is left empty.
func parseTable(sql string) (schema.Table, error) { return new(reader).table(sql) }

func (r *reader) table(sql string) (schema.Table, error) {
	tp := &tableParser{parser: r.parser(sql)}
	tp.t.Columns = r.columns[:0]
	if err := tp.parse(); err != nil {
		return schema.Table{}, err
	}
	if r.columns != nil {
		r.columns = tp.t.Columns
	}
	return tp.t, nil
}

// A tableParser is in the middle of a CREATE TABLE statement.
type tableParser struct {
	*parser
	t schema.Table

	// name is that of the CONSTRAINT clause just read. It names the next
	// constraint; SQLite allows several in a row, of which the last counts.
	name string
	// inlineDesc: the primary key is INTEGER PRIMARY KEY DESC in its column.
	inlineDesc bool
}

func (p *tableParser) parse() error {
	if err := p.createHead("table"); err != nil {
		return err
	}
	name, err := p.qualified("the name of the table")
	if err != nil {
		return err
	}
	p.t.Name = name
	if p.peek().isWord("as") {
		return p.errorAt(p.peek(), "a table made of a query does not say what its columns are")
	}
	if err := p.wantOp("("); err != nil {
		return err
	}
	if err := p.body(); err != nil {
		return err
	}
	if err := p.options(); err != nil {
		return err
	}
	if err := p.end(); err != nil {
		return err
	}
	return p.resolve()
}

// body takes the columns, then the constraints, and the closing parenthesis.
func (p *tableParser) body() error {
	p.t.Columns = slices.Grow(p.t.Columns, p.members())
	for {
		if err := p.column(); err != nil {
			return err
		}
		if p.op(")") {
			return nil
		}
		if err := p.wantOp(","); err != nil {
			return err
		}
		if p.atConstraint() {
			break
		}
	}
	for {
		if err := p.tableConstraint(); err != nil {
			return err
		}
		switch {
		case p.op(")"):
			return nil
		case p.op(","):
			p.name = ""
		case !p.atConstraint(): // the comma may be missing
			return p.unexpected(", or )")
		}
	}
}

// members counts the columns and constraints to come, roughly.
func (p *tableParser) members() int {
	n, depth := 1, 1
	for _, t := range p.toks[p.i:] {
		switch {
		case t.kind != tokOp:
		case t.text == "(":
			depth++
		case t.text == ")":
			depth--
		case t.text == "," && depth == 1:
			n++
		}
	}
	return n
}

func (p *tableParser) atConstraint() bool {
	t := p.peek()
	for _, k := range [...]string{"constraint", "primary", "unique", "check", "foreign"} {
		if t.isWord(k) {
			return true
		}
	}
	return false
}

func (p *tableParser) options() error {
	if p.i >= len(p.toks) || p.peek().is(";") {
		return nil
	}
	for {
		switch {
		case p.words("without", "rowid"):
			p.t.Options.WithoutRowID = true
		case p.word("strict"):
			p.t.Options.Strict = true
		default:
			return p.unexpected("WITHOUT ROWID or STRICT")
		}
		if !p.op(",") {
			return nil
		}
	}
}

// resolve gives the columns in keys and constraints the spelling of the
// column, and settles what depends on the whole table.
func (p *tableParser) resolve() error {
	find := func(name string) (string, error) {
		for i := range p.t.Columns {
			if declared := p.t.Columns[i].Name; sameName(declared, name) {
				return declared, nil
			}
		}
		return "", p.errorAt(token{}, fmt.Sprintf("a constraint names column %q, which the table does not have", name))
	}
	resolveParts := func(parts []schema.Part) (err error) {
		for i := range parts {
			if parts[i].Column, err = find(parts[i].Column); err != nil {
				return err
			}
		}
		return nil
	}
	if err := resolveParts(p.t.PrimaryKey.Parts); err != nil {
		return err
	}
	for _, u := range p.t.Uniques {
		if err := resolveParts(u.Parts); err != nil {
			return err
		}
	}
	for _, f := range p.t.ForeignKeys {
		for i := range f.Columns {
			var err error
			if f.Columns[i], err = find(f.Columns[i]); err != nil {
				return err
			}
		}
	}
	p.t.Uniques = dropTwins(p.t.Uniques)
	p.resolveKey()
	return nil
}

// dropTwins drops a constraint that is there already, name and all: a second
// one says nothing that the first does not.
func dropTwins(list []schema.Unique) []schema.Unique {
	if len(list) < 2 {
		return list
	}
	var out []schema.Unique
	for _, u := range list {
		if !slices.ContainsFunc(out, func(v schema.Unique) bool {
			return v.Name == u.Name && v.Conflict == u.Conflict && slices.Equal(v.Parts, u.Parts)
		}) {
			out = append(out, u)
		}
	}
	return out
}

// resolveKey drops what a primary key that is the rowid says about an order or
// a collation: the rowid has neither. At table level DESC does not keep an
// INTEGER column from being the rowid; inline it does.
func (p *tableParser) resolveKey() {
	if p.t.Options.WithoutRowID {
		// The table is the key's index, and has each column once.
		parts := p.t.PrimaryKey.Parts[:0]
		for _, part := range p.t.PrimaryKey.Parts {
			if !slices.ContainsFunc(parts, func(q schema.Part) bool {
				return q.Column == part.Column && sameName(q.Collation.SQLite, part.Collation.SQLite)
			}) {
				parts = append(parts, part)
			}
		}
		p.t.PrimaryKey.Parts = parts
	}
	if len(p.t.PrimaryKey.Parts) != 1 || p.inlineDesc {
		return
	}
	part := &p.t.PrimaryKey.Parts[0]
	i := slices.IndexFunc(p.t.Columns, func(c schema.Column) bool { return c.Name == part.Column })
	if isInteger(p.t.Columns[i].Type) {
		part.Collation = schema.Variants{} // forgotten even WITHOUT ROWID (SQLite 3.53.4 seen)
		part.Desc = part.Desc && p.t.Options.WithoutRowID
	}
}

// A nameMap finds columns by any spelling of their name.
type nameMap map[string]string

func newNames(columns []schema.Column) nameMap {
	n := make(nameMap, len(columns))
	for _, c := range columns {
		n[fold(c.Name)] = c.Name
	}
	return n
}

// declared returns the name as the table has it.
func (n nameMap) declared(name string) (string, bool) {
	if d, ok := n[name]; ok {
		return d, true
	}
	d, ok := n[fold(name)]
	return d, ok
}
