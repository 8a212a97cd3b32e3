package mysql

import (
	"bytes"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/whimbreldb/whimbrel/schema"
)

// column reads the definition of a column.
func (c *cursor) column() schema.Column {
	col := schema.Column{Name: c.name()}
	start := c.at(0).pos
	c.next()
	if c.at(0).is("(") {
		c.group()
	}
	for c.word("unsigned") || c.word("zerofill") {
	}
	last := c.toks[c.i-1]
	col.Type = schema.NativeType(c.sql[start : last.pos+len(last.text)])
	in := c.in
	for !c.at(0).is(",") && !c.at(0).is(")") {
		switch {
		case c.word("CHARACTER", "SET"):
			// Unless another one follows, the collation is its own.
			col.Collation = col.Collation.With(in.name(), in.charsets[c.next()])
		case c.word("COLLATE"):
			col.Collation = col.Collation.With(in.name(), c.next())
		case c.word("NOT", "NULL"):
			col.NotNull = true
		case c.word("NULL"):
		case c.word("DEFAULT"):
			col.Default = c.defaultValue(col.Type.Text)
		case c.word("ON", "UPDATE"):
			col.OnUpdate = c.call()
		case c.word("AUTO_INCREMENT"):
			col.AutoIncrement = true
		case c.word("COMMENT"):
			col.Comment = c.string()
		case c.word("INVISIBLE"):
			col.Invisible = true
		case c.word("COMPRESSED"):
			in.addColumnOption(&col, "COMPRESSED")
		case c.word("WITHOUT", "SYSTEM", "VERSIONING"):
			in.addColumnOption(&col, "WITHOUT SYSTEM VERSIONING")
		case c.word("NOT", "SECONDARY"):
			in.addColumnOption(&col, "NOT SECONDARY")
		case c.word("SRID"):
			in.addColumnOption(&col, "SRID "+c.next())
		case c.word("CHECK"):
			in.addColumnOption(&col, "CHECK ("+c.expr().Text+")")
		case c.word("GENERATED", "ALWAYS", "AS"):
			c.generated(&col)
		default:
			c.fail()
		}
	}
	c.json(&col)
	return col
}

// json makes MariaDB's alias out of what it stands for.
func (c *cursor) json(col *schema.Column) {
	rest, ok := strings.CutSuffix(col.Options.On(c.in.name()), "CHECK (json_valid("+quoteIdent(col.Name)+"))")
	if ok && col.Type.Text == "longtext" && col.Collation.On(c.in.name()) == "utf8mb4_bin" {
		col.Type.Text, col.Collation = "json", schema.Variants{}
		col.Options = schema.Variants{}.With(c.in.name(), strings.TrimSpace(rest))
	}
}

func (c *cursor) generated(col *schema.Column) {
	col.Generated.Expr = c.expr()
	switch {
	case c.word("STORED"), c.word("PERSISTENT"):
		col.Generated.Stored = true
	default:
		c.want("VIRTUAL")
	}
}

// defaultValue reads what stands behind DEFAULT. MySQL writes '5' for a number,
// and 0xC3A9… for a string that has characters outside the basic plane, in the
// character set of the column: what is not UTF-8 stays as it is written.
func (c *cursor) defaultValue(typ string) schema.Default {
	d := sqlDefault(c.call())
	if !c.in.mysql() {
		return d
	}
	if d.Kind == schema.StringDefault && isNumeric(typ) {
		d.Kind = schema.LiteralDefault
	}
	if digits, ok := strings.CutPrefix(d.Text, "0x"); ok && d.Kind == schema.ExpressionDefault && !isBinary(typ) {
		if text, err := hex.DecodeString(digits); err == nil && utf8.Valid(text) && !bytes.Contains(text, []byte{0}) {
			return schema.StringValue(string(text))
		}
	}
	return d
}

// call takes one value: a constant, a name, a call, or what stands in
// parentheses.
func (c *cursor) call() string {
	start := c.at(0).pos
	switch {
	case c.op("-"):
		c.next()
	case c.at(0).is("("):
		c.group()
	default:
		word := c.next()
		if c.at(0).is("(") {
			c.group()
		} else if adjacent := c.at(0); adjacent.kind == tokString && adjacent.pos == start+len(word) {
			c.next() // b'101'
		}
	}
	last := c.toks[c.i-1]
	return c.in.canonical(c.sql[start:last.pos+len(last.text)], ignore)
}
