package sqlite

import (
	"github.com/whimbreldb/whimbrel/schema"
)

// parseIndex reads a CREATE INDEX statement and returns the index and the name
// of its table. A name among its members that columns does not have is an
// expression: to SQLite "x" is a string where no column is called x. Without
// columns every name is a column.
func parseIndex(sql string, columns nameMap) (table string, index schema.Index, err error) {
	return new(reader).index(sql, columns)
}

func (r *reader) index(sql string, columns nameMap) (table string, index schema.Index, err error) {
	p := r.parser(sql)
	if err := p.wantWord("create"); err != nil {
		return "", index, err
	}
	index.Unique = p.word("unique")
	if err := p.wantWord("index"); err != nil {
		return "", index, err
	}
	p.words("if", "not", "exists")
	if index.Name, err = p.qualified("the name of the index"); err != nil {
		return "", index, err
	}
	if err := p.wantWord("on"); err != nil {
		return "", index, err
	}
	if table, err = p.ident("the name of a table"); err != nil {
		return "", index, err
	}
	toks, err := p.parens("a column")
	if err != nil {
		return "", index, err
	}
	if index.Parts, err = p.parts(toks, columns); err != nil {
		return "", index, err
	}
	if p.word("where") {
		start := p.i
		for p.i < len(p.toks) && !p.peek().is(";") {
			if t := p.next(); t.kind == tokIllegal {
				return "", index, p.errorAt(t, "unrecognized token")
			}
		}
		if start == p.i {
			return "", index, p.unexpected("an expression")
		}
		index.Where = schema.Expr(p.span(p.toks[start:p.i]))
	}
	return table, index, p.end()
}

// parts reads the members of a key or an index.
func (p *parser) parts(toks []token, columns nameMap) ([]schema.Part, error) {
	members := splitCommas(toks)
	parts := make([]schema.Part, 0, len(members))
	for _, member := range members {
		if len(member) == 0 {
			return nil, p.errorAt(toks[0], "a comma too many in this list")
		}
		parts = append(parts, p.part(member, columns))
	}
	return parts, nil
}

// splitCommas splits tokens at the commas that no parentheses enclose.
func splitCommas(toks []token) [][]token {
	var out [][]token
	depth, start := 0, 0
	for i, t := range toks {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case depth == 0 && t.is(","):
			out = append(out, toks[start:i])
			start = i + 1
		}
	}
	return append(out, toks[start:])
}

// part reads one member: an expression, then perhaps ASC or DESC, then perhaps
// NULLS FIRST or NULLS LAST.
func (p *parser) part(toks []token, columns nameMap) (part schema.Part) {
	if n := len(toks); n > 2 && toks[n-2].isWord("nulls") {
		switch {
		case toks[n-1].isWord("first"):
			part.Nulls, toks = "FIRST", toks[:n-2]
		case toks[n-1].isWord("last"):
			part.Nulls, toks = "LAST", toks[:n-2]
		}
	}
	if n := len(toks); n > 1 {
		switch {
		case toks[n-1].isWord("desc"):
			part.Desc, toks = true, toks[:n-1]
		case toks[n-1].isWord("asc"):
			toks = toks[:n-1]
		}
	}
	whole := toks
	for {
		n := len(toks)
		if n > 2 && toks[n-2].isWord("collate") && isTypeWord(toks[n-1]) && isOperand(toks[:n-2]) {
			if part.Collation.SQLite == "" { // the outermost counts
				part.Collation.SQLite = toks[n-1].name()
			}
			toks = toks[:n-2]
			whole = toks
			continue
		}
		if !isParenthesized(toks) {
			break
		}
		toks = toks[1 : n-1]
	}
	if len(toks) == 1 {
		if name, ok := columnToken(toks[0], columns); ok {
			part.Column = name
			return part
		}
	}
	part.Expr = schema.Expr(p.span(whole))
	return part
}

// isOperand reports whether COLLATE after toks is about all of toks: it binds
// tighter than any operator.
func isOperand(toks []token) bool {
	n := len(toks)
	if n >= 2 && toks[n-2].isWord("collate") {
		return isOperand(toks[:n-2])
	}
	if n == 1 || isParenthesized(toks) {
		return true
	}
	return n > 2 && toks[0].kind == tokWord && (isParenthesized(toks[1:]) || n == 3 && toks[1].is("(") && toks[2].is(")"))
}

// columnToken returns the column that a token names, in the spelling of the
// table.
func columnToken(t token, columns nameMap) (string, bool) {
	switch t.kind {
	case tokWord:
		if keywordClass(t.text) == reserved {
			return "", false
		}
	case tokQuoted, tokString:
	default:
		return "", false
	}
	if columns == nil {
		return t.name(), true
	}
	return columns.declared(t.name())
}

// parseObject reads the beginning of a CREATE VIEW, CREATE TRIGGER or CREATE
// VIRTUAL TABLE statement. module is set for virtual tables, in lower case.
func parseObject(sql string) (o schema.Object, module string, err error) {
	p := newParser(sql)
	at := 1
	if t := p.peekAt(1); t.isWord("temp") || t.isWord("temporary") {
		at = 2
	}
	switch t := p.peekAt(at); {
	case t.isWord("view"):
		o.Kind = schema.View
		err = p.createHead("view")
	case t.isWord("trigger"):
		o.Kind = schema.Trigger
		err = p.createHead("trigger")
	case t.isWord("virtual"):
		o.Kind = schema.VirtualTable
		err = p.createHead("virtual", "table")
	default:
		p.i = min(at, len(p.toks))
		err = p.unexpected("VIEW, TRIGGER or VIRTUAL TABLE")
	}
	if err != nil {
		return o, "", err
	}
	if o.Name, err = p.qualified("a name"); err != nil {
		return o, "", err
	}
	if o.Kind == schema.Trigger {
		o.Table, err = p.triggerTable()
	}
	if o.Kind == schema.VirtualTable {
		if err = p.wantWord("using"); err == nil {
			module, err = p.ident("the name of a module")
		}
	}
	if t := p.peek(); o.Kind == schema.View && !t.isWord("as") && !t.is("(") {
		err = p.unexpected("AS")
	}
	o.Definition.Variants.SQLite = sql
	return o, fold(module), err
}

// triggerTable takes the event of a trigger and the table it is on.
func (p *parser) triggerTable() (string, error) {
	if !p.words("instead", "of") && !p.word("before") {
		p.word("after")
	}
	switch {
	case p.word("insert"), p.word("delete"):
	case p.word("update"):
		if p.word("of") {
			for {
				if _, err := p.ident("the name of a column"); err != nil {
					return "", err
				}
				if !p.op(",") {
					break
				}
			}
		}
	default:
		return "", p.unexpected("INSERT, UPDATE or DELETE")
	}
	if err := p.wantWord("on"); err != nil {
		return "", err
	}
	return p.qualified("the name of a table")
}
