package mysql

import (
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// parseCreate reads what SHOW CREATE TABLE writes, and nothing else: the
// servers write every name between backticks, one space between two words, and
// the parts of a column always in one order.
//
// Charsets and collations are taken as they stand there, which is only where
// they are not the table's or, at the table, always.
func (in *inspector) parseCreate(sql string) (t schema.Table, err error) {
	sql = in.plain(sql)
	c := &cursor{in: in, sql: sql, toks: significant(sql)}
	defer func() {
		if p := recover(); p != nil {
			s, ok := p.(syntax)
			if !ok {
				panic(p)
			}
			err = fmt.Errorf("its definition is not understood at %q", string(s))
		}
	}()
	c.want("CREATE")
	c.word("TEMPORARY")
	c.want("TABLE")
	t.Name = schema.Qualify("", c.name())
	c.wantOp("(")
	for {
		c.item(&t)
		if c.op(")") {
			break
		}
		c.wantOp(",")
	}
	c.options(&t)
	if method := t.PrimaryKey.Method.On(in.name()); method != "" {
		t.PrimaryKey.Method = in.method(&t, method)
	}
	return t, nil
}

// A syntax is what parseCreate did not expect.
type syntax string

// A cursor is a place in a statement.
type cursor struct {
	in   *inspector
	sql  string
	toks []token
	i    int
}

func (c *cursor) end() bool { return c.i >= len(c.toks) }

// at returns the token that is n further on, an empty one behind the end.
func (c *cursor) at(n int) token {
	if c.i+n < len(c.toks) {
		return c.toks[c.i+n]
	}
	return token{kind: tokSpace, pos: len(c.sql)}
}

func (c *cursor) fail() {
	rest := c.sql[c.at(0).pos:]
	if len(rest) > 60 {
		rest = rest[:60] + "…"
	}
	panic(syntax(rest))
}

// word takes these words, all or none.
func (c *cursor) word(words ...string) bool {
	for n, w := range words {
		if !c.at(n).isWord(w) {
			return false
		}
	}
	c.i += len(words)
	return true
}

func (c *cursor) op(op string) bool {
	if c.at(0).is(op) {
		c.i++
		return true
	}
	return false
}

func (c *cursor) want(words ...string) {
	if !c.word(words...) {
		c.fail()
	}
}

func (c *cursor) wantOp(op string) {
	if !c.op(op) {
		c.fail()
	}
}

func (c *cursor) name() string {
	if c.at(0).kind != tokQuoted {
		c.fail()
	}
	c.i++
	return c.toks[c.i-1].name()
}

func (c *cursor) string() string {
	if c.at(0).kind != tokString {
		c.fail()
	}
	c.i++
	return stringValue(c.toks[c.i-1].text)
}

// next returns the next token, whatever it is.
func (c *cursor) next() string {
	if c.end() {
		c.fail()
	}
	c.i++
	return c.toks[c.i-1].text
}

// group takes what stands in parentheses, and returns it without them.
func (c *cursor) group() string {
	if !c.at(0).is("(") {
		c.fail()
	}
	end := closing(c.toks, c.i)
	if !c.toks[end].is(")") {
		c.fail()
	}
	text := c.sql[c.toks[c.i].pos+1 : c.toks[end].pos]
	c.i = end + 1
	return strings.TrimSpace(text)
}

func (c *cursor) expr() schema.SQL { return schema.Expr(c.in.canonical(c.group(), ignore)) }

// item reads a column, a key or a constraint.
func (c *cursor) item(t *schema.Table) {
	switch {
	case c.at(0).kind == tokQuoted:
		t.Columns = append(t.Columns, c.column())
	case c.word("PRIMARY", "KEY"):
		x := c.index(false, "")
		t.PrimaryKey.Parts, t.PrimaryKey.Method, t.PrimaryKey.Comment = x.Parts, x.Method, x.Comment
		if x.Storage != "" {
			unsupported(t, "its primary key has %s", x.Storage)
		}
	case c.word("UNIQUE", "KEY"):
		t.Indexes = append(t.Indexes, c.index(true, ""))
	case c.word("FULLTEXT", "KEY"):
		t.Indexes = append(t.Indexes, c.index(false, "fulltext"))
	case c.word("SPATIAL", "KEY"):
		t.Indexes = append(t.Indexes, c.index(false, "spatial"))
	case c.word("VECTOR", "KEY"):
		t.Indexes = append(t.Indexes, c.index(false, "vector"))
	case c.word("KEY"):
		t.Indexes = append(t.Indexes, c.index(false, ""))
	case c.word("CONSTRAINT"):
		c.constraint(t, c.name())
	default: // a period, and what is to come
		c.fail()
	}
}

func (c *cursor) constraint(t *schema.Table, name string) {
	if c.word("CHECK") {
		k := schema.Check{Name: name, Expr: c.expr()}
		k.NotEnforced = c.word("NOT", "ENFORCED")
		t.Checks = append(t.Checks, k)
		return
	}
	c.want("FOREIGN", "KEY")
	f := schema.ForeignKey{Name: name, Columns: c.names()}
	c.want("REFERENCES")
	first, second := c.name(), ""
	if c.op(".") {
		second = c.name()
		f.RefTable = c.in.referenced(first, second)
	} else {
		f.RefTable = schema.Qualify("", first)
	}
	f.RefColumns = c.names()
	for c.word("ON") {
		action := &f.OnUpdate
		if c.word("DELETE") {
			action = &f.OnDelete
		} else {
			c.want("UPDATE")
		}
		text := c.next()
		if text == "SET" || text == "NO" {
			text += " " + c.next()
		}
		*action = c.in.action(text)
	}
	t.ForeignKeys = append(t.ForeignKeys, f)
}

func (c *cursor) names() []string {
	var names []string
	c.wantOp("(")
	for {
		names = append(names, c.name())
		if c.op(")") {
			return names
		}
		c.wantOp(",")
	}
}

// index reads an index from its name on; the primary key has none.
func (c *cursor) index(unique bool, method string) schema.Index {
	x := schema.Index{Unique: unique}
	if method != "" {
		x.Method = x.Method.With(c.in.name(), method)
	}
	if c.at(0).kind == tokQuoted {
		x.Name = c.name()
	}
	c.wantOp("(")
	for {
		x.Parts = append(x.Parts, c.part())
		if c.op(")") {
			break
		}
		c.wantOp(",")
	}
	for {
		switch {
		case c.word("USING"):
			x.Method = x.Method.With(c.in.name(), strings.ToLower(c.next()))
		case c.word("COMMENT"):
			x.Comment = c.string()
		case c.word("INVISIBLE"), c.word("IGNORED"):
			x.Invisible = true
		case c.word("WITH", "PARSER"):
			x.Storage = join(x.Storage, "WITH PARSER "+quoteIdent(c.name()))
		case c.word("KEY_BLOCK_SIZE"):
			c.wantOp("=")
			x.Storage = join(x.Storage, "KEY_BLOCK_SIZE="+c.next())
		default:
			return x
		}
	}
}

func join(a, b string) string { return strings.TrimSpace(a + " " + b) }

func (c *cursor) part() schema.Part {
	var p schema.Part
	if c.at(0).is("(") {
		p.Expr = c.expr()
	} else {
		p.Column = c.name()
		if c.at(0).is("(") {
			for _, digit := range c.group() {
				p.Length = p.Length*10 + int(digit-'0')
			}
		}
	}
	p.Desc = c.word("DESC")
	return p
}

// options reads what stands behind the columns.
func (c *cursor) options(t *schema.Table) {
	o := &t.Options
	for !c.end() {
		switch {
		case c.word("PARTITION", "BY"):
			o.MySQL.PartitionBy = c.in.canonical(strings.TrimSpace(c.sql[c.at(0).pos:]), ignore)
			return
		case c.word("WITH", "SYSTEM", "VERSIONING"):
			addOption(&o.MySQL, "WITH SYSTEM VERSIONING")
		case c.word("TABLESPACE"):
			addOption(&o.MySQL, "TABLESPACE="+quoteIdent(c.name()))
		case c.word("DATA", "DIRECTORY"):
			c.wantOp("=")
			addOption(&o.MySQL, "DATA DIRECTORY="+quoteString(c.string()))
		case c.word("DEFAULT"):
		default:
			c.option(o)
		}
	}
}

func (c *cursor) option(o *schema.TableOptions) {
	name := c.next()
	c.wantOp("=")
	switch strings.ToUpper(name) {
	case "ENGINE":
		if o.MySQL.Engine = c.next(); o.MySQL.Engine == "InnoDB" {
			o.MySQL.Engine = ""
		}
	case "AUTO_INCREMENT":
		c.next() // data
	case "CHARSET":
		o.MySQL.Charset = c.next()
	case "COLLATE":
		o.MySQL.Collation = c.next()
	case "ROW_FORMAT":
		o.MySQL.RowFormat = c.next()
	case "COMMENT":
		o.Comment = c.string()
	default:
		value := c.next()
		if value == "(" { // UNION=(`a`,`b`)
			c.i--
			value = "(" + c.group() + ")"
		}
		addOption(&o.MySQL, strings.ToUpper(name)+"="+value)
	}
}
