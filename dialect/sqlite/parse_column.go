package sqlite

import (
	"fmt"
	"strings"

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

func (p *tableParser) setKey(key schema.PrimaryKey) error {
	if len(p.t.PrimaryKey.Parts) > 0 {
		return p.errorAt(p.peek(), "the table has two primary keys")
	}
	p.t.PrimaryKey = key
	return nil
}

func (p *tableParser) check() error {
	expr, err := p.parens("an expression")
	if err != nil {
		return err
	}
	p.t.Checks = append(p.t.Checks, schema.Check{Name: p.name, Expr: schema.Expr(p.span(expr))})
	_, err = p.onConflict() // parsed and ignored by SQLite too
	return err
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

// tableConstraint takes one constraint after the columns.
func (p *tableParser) tableConstraint() (err error) {
	switch {
	case p.word("constraint"):
		p.name, err = p.ident("the name of a constraint")
		return err
	case p.words("primary", "key"):
		err = p.tableKey()
	case p.word("unique"):
		u := schema.Unique{Name: p.name}
		if u.Parts, err = p.keyParts(nil); err != nil {
			return err
		}
		u.Conflict, err = p.onConflict()
		p.t.Uniques = append(p.t.Uniques, u)
	case p.word("check"):
		err = p.check()
	case p.words("foreign", "key"):
		var columns []string
		if columns, err = p.columnList(); err != nil {
			return err
		}
		if err = p.wantWord("references"); err != nil {
			return err
		}
		if err = p.references(columns); err != nil {
			return err
		}
		if p.peek().isWord("deferrable") || p.peek().isWord("not") {
			err = p.deferrable()
		}
	default:
		return p.unexpected("a table constraint")
	}
	p.name = ""
	return err
}

func (p *tableParser) tableKey() (err error) {
	key := schema.PrimaryKey{Name: p.name}
	auto := false
	if key.Parts, err = p.keyParts(&auto); err != nil {
		return err
	}
	if auto {
		for i := range p.t.Columns {
			c := &p.t.Columns[i]
			c.AutoIncrement = c.AutoIncrement || len(key.Parts) == 1 && sameName(c.Name, key.Parts[0].Column)
		}
	}
	if key.Conflict, err = p.onConflict(); err != nil {
		return err
	}
	return p.setKey(key)
}

// keyParts takes the columns of a key. With auto, AUTOINCREMENT may follow the
// last one, and auto is set.
func (p *tableParser) keyParts(auto *bool) ([]schema.Part, error) {
	toks, err := p.parens("a column")
	if err != nil {
		return nil, err
	}
	if n := len(toks); auto != nil && n > 1 && toks[n-1].isWord("autoincrement") {
		*auto = true
		toks = toks[:n-1]
	}
	parts, err := p.parts(toks, nil)
	if err != nil {
		return nil, err
	}
	for _, part := range parts {
		if !part.Expr.IsZero() {
			return nil, p.errorAt(toks[0], fmt.Sprintf("%q in a key is not a column", part.Expr.Text))
		}
	}
	return parts, nil
}

// columnList takes plain names in parentheses.
func (p *tableParser) columnList() ([]string, error) {
	if err := p.wantOp("("); err != nil {
		return nil, err
	}
	var list []string
	for {
		name, err := p.ident("the name of a column")
		if err != nil {
			return nil, err
		}
		list = append(list, name)
		if p.op(")") {
			return list, nil
		}
		if err := p.wantOp(","); err != nil {
			return nil, err
		}
	}
}

// references takes what follows REFERENCES, without the DEFERRABLE clause.
func (p *tableParser) references(columns []string) (err error) {
	f := schema.ForeignKey{Name: p.name, Columns: columns}
	if f.RefTable, err = p.ident("the name of a table"); err != nil {
		return err
	}
	if p.peek().is("(") {
		if f.RefColumns, err = p.columnList(); err != nil {
			return err
		}
	}
	for err == nil {
		switch {
		case p.word("match"):
			f.Match, err = p.ident("FULL, PARTIAL or SIMPLE")
			f.Match = strings.ToUpper(f.Match)
		case p.words("on", "delete"):
			f.OnDelete, err = p.action()
		case p.words("on", "update"):
			f.OnUpdate, err = p.action()
		case p.words("on", "insert"): // parsed and ignored by SQLite too
			_, err = p.action()
		default:
			p.t.ForeignKeys = append(p.t.ForeignKeys, f)
			return nil
		}
	}
	return err
}

func (p *tableParser) action() (schema.Action, error) {
	switch {
	case p.words("set", "null"):
		return schema.SetNull, nil
	case p.words("set", "default"):
		return schema.SetDefault, nil
	case p.word("cascade"):
		return schema.Cascade, nil
	case p.word("restrict"):
		return schema.Restrict, nil
	case p.words("no", "action"):
		return schema.NoAction, nil
	}
	return "", p.unexpected("the action of a foreign key")
}

// deferrable takes a DEFERRABLE clause. It is about the foreign key read last,
// of whatever column; without one SQLite ignores it. After NOT DEFERRABLE,
// INITIALLY DEFERRED has no effect.
func (p *tableParser) deferrable() error {
	not := p.word("not")
	if err := p.wantWord("deferrable"); err != nil {
		return err
	}
	deferred := false
	if p.word("initially") {
		switch {
		case p.word("deferred"):
			deferred = true
		case !p.word("immediate"):
			return p.unexpected("DEFERRED or IMMEDIATE")
		}
	}
	if n := len(p.t.ForeignKeys); n > 0 {
		f := &p.t.ForeignKeys[n-1]
		f.Deferrable, f.InitiallyDeferred = !not, !not && deferred
	}
	return nil
}
