package sqlite

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/schema"
)

// column takes one column definition.
func (p *tableParser) column() error {
	p.name = ""
	name, err := p.ident("the name of a column")
	if err != nil {
		return err
	}
	c := schema.Column{Name: name}
	text, err := p.columnType()
	if err != nil {
		return err
	}
	c.Type = schema.NativeType(text)
	for {
		more, err := p.columnConstraint(&c)
		if err != nil {
			return err
		}
		if !more {
			p.t.Columns = append(p.t.Columns, c)
			return nil
		}
	}
}

// columnType takes a declared type as it is written: any number of words, and
// up to two numbers in parentheses. It may be empty.
func (p *tableParser) columnType() (string, error) {
	start := p.i
	for isTypeWord(p.peek()) {
		p.i++
	}
	words := p.toks[start:p.i]
	if n := len(words); n >= 2 && words[n-2].isWord("generated") && words[n-1].isWord("always") {
		// To the grammar these are two more words of the type; SQLite cuts
		// them off again, with and without AS behind them.
		return p.span(words[:n-2]), nil
	}
	if len(words) == 0 {
		return "", nil
	}
	if p.peek().is("(") {
		args, err := p.parens("a number")
		if err != nil {
			return "", err
		}
		for _, a := range args {
			if a.kind != tokNumber && !a.is(",") && !a.is("+") && !a.is("-") {
				return "", p.errorAt(a, fmt.Sprintf("unexpected %q in a type, want a number", a.text))
			}
		}
	}
	return p.span(p.toks[start:p.i]), nil
}

// isTypeWord reports whether t can be part of a type name.
func isTypeWord(t token) bool {
	switch t.kind {
	case tokQuoted, tokString:
		return true
	case tokWord:
		class := keywordClass(t.text)
		return class == notKeyword || class == softWord
	}
	return false
}

// columnConstraint takes one constraint of a column, if there is one.
func (p *tableParser) columnConstraint(c *schema.Column) (bool, error) {
	var err error
	switch {
	case p.word("constraint"):
		p.name, err = p.ident("the name of a constraint")
		return true, err
	case p.word("default"):
		c.Default, err = p.defaultValue()
	case p.word("null"):
		_, err = p.onConflict()
	case p.peek().isWord("not") && p.peekAt(1).isWord("null"):
		p.i += 2
		c.NotNull, c.NotNullName = true, p.name
		c.NotNullConflict, err = p.onConflict()
	case p.peek().isWord("deferrable") || p.peek().isWord("not") && p.peekAt(1).isWord("deferrable"):
		err = p.deferrable()
	case p.words("primary", "key"):
		err = p.columnKey(c)
	case p.word("unique"):
		u := schema.Unique{Name: p.name, Parts: schema.Columns(c.Name)}
		u.Conflict, err = p.onConflict()
		p.t.Uniques = append(p.t.Uniques, u)
	case p.word("check"):
		err = p.check()
	case p.word("references"):
		err = p.references([]string{c.Name})
	case p.word("collate"):
		if !isTypeWord(p.peek()) {
			return false, p.unexpected("the name of a collation")
		}
		c.Collation.SQLite = p.next().name()
	case p.words("generated", "always"):
		if err = p.wantWord("as"); err == nil {
			err = p.generated(c)
		}
	case p.word("as"):
		err = p.generated(c)
	default:
		return false, p.atColumnEnd()
	}
	p.name = ""
	return true, err
}

func (p *tableParser) atColumnEnd() error {
	if t := p.peek(); !t.is(",") && !t.is(")") {
		return p.unexpected("a column constraint, \",\" or \")\"")
	}
	return nil
}

// columnKey takes what follows PRIMARY KEY in a column.
func (p *tableParser) columnKey(c *schema.Column) (err error) {
	part := schema.Part{Column: c.Name}
	if !p.word("asc") {
		part.Desc = p.word("desc")
	}
	p.inlineDesc = part.Desc
	key := schema.PrimaryKey{Name: p.name, Parts: []schema.Part{part}}
	if key.Conflict, err = p.onConflict(); err != nil {
		return err
	}
	c.AutoIncrement = p.word("autoincrement")
	return p.setKey(key)
}

// generated takes what follows AS.
func (p *tableParser) generated(c *schema.Column) error {
	expr, err := p.parens("an expression")
	if err != nil {
		return err
	}
	c.Generated = schema.Generated{Expr: schema.Expr(p.span(expr))}
	if !p.word("virtual") {
		c.Generated.Stored = p.word("stored")
	}
	return nil
}

// defaultValue takes what follows DEFAULT.
func (p *tableParser) defaultValue() (schema.Default, error) {
	t := p.peek()
	if t.is("(") {
		expr, err := p.parens("an expression")
		return schema.Expression(p.span(expr)), err
	}
	if t.is("+") || t.is("-") {
		p.i++
		v := p.next()
		if v.kind == tokNumber {
			return schema.Literal(t.text + v.text), nil
		}
		if v.kind == tokString || v.kind == tokBlob || isConstantWord(v) {
			return schema.Expression(t.text + " " + v.text), nil
		}
		p.i--
		return schema.Default{}, p.unexpected("a number")
	}
	d, ok := constant(t)
	if !ok {
		return schema.Default{}, p.unexpected("a default")
	}
	p.i++
	return d, nil
}

// constant returns the default that one token makes. A word that means nothing
// is a string, and so is a quoted name.
func constant(t token) (schema.Default, bool) {
	switch t.kind {
	case tokNumber:
		return schema.Literal(t.text), true
	case tokBlob:
		return schema.Expression(t.text), true
	case tokString, tokQuoted:
		return schema.StringValue(t.name()), true
	case tokWord:
		if isConstantWord(t) {
			if fold(t.text)[0] == 'c' {
				return schema.Expression(t.text), true
			}
			return schema.Literal(t.text), true
		}
		if class := keywordClass(t.text); class == notKeyword || class == softWord || t.isWord("indexed") {
			return schema.StringValue(t.text), true
		}
	}
	return schema.Default{}, false
}

// isConstantWord reports whether a word is a constant by itself.
func isConstantWord(t token) bool {
	if t.kind != tokWord {
		return false
	}
	switch fold(t.text) {
	case "null", "true", "false", "current_time", "current_date", "current_timestamp":
		return true
	}
	return false
}
