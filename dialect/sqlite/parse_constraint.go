package sqlite

import (
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

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

func (p *tableParser) setKey(key schema.PrimaryKey) error {
	if len(p.t.PrimaryKey.Parts) > 0 {
		return p.errorAt(p.peek(), "the table has two primary keys")
	}
	p.t.PrimaryKey = key
	return nil
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

func (p *tableParser) check() error {
	expr, err := p.parens("an expression")
	if err != nil {
		return err
	}
	p.t.Checks = append(p.t.Checks, schema.Check{Name: p.name, Expr: schema.Expr(p.span(expr))})
	_, err = p.onConflict() // parsed and ignored by SQLite too
	return err
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
