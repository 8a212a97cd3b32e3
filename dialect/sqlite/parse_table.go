package sqlite

import (
	"fmt"
	"slices"

	"github.com/whimbreldb/whimbrel/schema"
)

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
