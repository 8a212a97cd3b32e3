package mysql

import (
	"fmt"
	"slices"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

func (c *compiler) addForeignKey(o op.AddForeignKey) error {
	if err := c.possibleForeignKey(o.Table, o.ForeignKey); err != nil {
		return err
	}
	if _, err := c.apply(o); err != nil {
		return err
	}
	c.refer(o.Table, o.ForeignKey)
	if !c.exists(o.ForeignKey.RefTable) {
		c.pending = append(c.pending, foreignKeyOf{o.Table, o.ForeignKey, c.index})
		return nil
	}
	c.keyEarly(o.Table, o.ForeignKey)
	c.alter(o.Table, "ADD "+c.foreignKeyText(o.Table, o.ForeignKey))
	return nil
}

// dropForeignKey drops a foreign key with the index that the server made for
// it, which it leaves behind.
func (c *compiler) dropForeignKey(o op.DropForeignKey) error {
	before, _ := c.state.Table(o.Table)
	full, err := c.apply(o)
	if err != nil {
		return err
	}
	f := full.(op.DropForeignKey).ForeignKey
	after, _ := c.state.Table(o.Table)
	if f.Name == "" {
		return &dialect.UnsupportedError{Object: "foreign key of " + o.Table, Why: "it has no name, and only the server knows which it gave it"}
	}
	if n := len(c.pending); n > 0 { // it is not there yet
		c.pending = slices.DeleteFunc(c.pending, func(p foreignKeyOf) bool { return p.table == o.Table && p.key.Equal(f) })
		if len(c.pending) < n {
			return nil
		}
	}
	var clauses []string
	if !c.takeGone(o.Table, f) {
		clauses = append(clauses, "DROP FOREIGN KEY "+quoteIdent(f.Name))
	}
	if made, ok := c.automatic(before, f); ok && !needed(after, f.Columns) {
		clauses = append(clauses, "DROP INDEX "+quoteIdent(made.Name))
	}
	c.alter(o.Table, clauses...)
	return nil
}

// needed reports whether another foreign key of the table uses the index that
// one on these columns had.
func needed(t schema.Table, columns []string) bool {
	return slices.ContainsFunc(t.ForeignKeys, func(f schema.ForeignKey) bool {
		return coveredBy([][]schema.Part{schema.Columns(columns...)}, f.Columns)
	})
}

func (c *compiler) isGone(table string, f schema.ForeignKey) bool {
	same := func(g foreignKeyOf) bool { return g.table == table && g.key.Name == f.Name }
	return slices.ContainsFunc(c.gone, same) || slices.ContainsFunc(c.relink, same)
}

// takeGone reports whether a foreign key was dropped before its operation came,
// and forgets it.
func (c *compiler) takeGone(table string, f schema.ForeignKey) bool {
	gone := c.isGone(table, f)
	other := func(g foreignKeyOf) bool { return g.table == table && g.key.Name == f.Name }
	c.gone, c.relink = slices.DeleteFunc(c.gone, other), slices.DeleteFunc(c.relink, other)
	return gone
}

// dropsLater reports whether a later operation drops a foreign key, or its
// table.
func (c *compiler) dropsLater(table string, f schema.ForeignKey) bool {
	return slices.ContainsFunc(c.ops[c.index+1:], func(o op.Op) bool {
		switch o := o.(type) {
		case op.DropTable:
			return o.Table.Name == table
		case op.DropForeignKey:
			return o.Table == table && (o.ForeignKey.Name == f.Name || o.ForeignKey.Same(f))
		default:
			return false
		}
	})
}

// dropAhead drops a foreign key before its own operation comes.
func (c *compiler) dropAhead(table string, f schema.ForeignKey) {
	c.gone = append(c.gone, foreignKeyOf{table, f, c.index})
	c.emit(table, c.alterText(table, "DROP FOREIGN KEY "+quoteIdent(f.Name)))
}

// unlink drops the foreign keys in whose way a new type of a column is: the
// servers compare the types at once, and another operation changes the other
// end. linkAgain adds them when all is done.
func (c *compiler) unlink(table, column string) {
	has := func(names []string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return sameName(n, column) })
	}
	for _, t := range append(c.children(table), c.tableOf(table)...) {
		for _, f := range t.ForeignKeys {
			here := t.Name == table && has(f.Columns) || f.RefTable == table && has(c.refColumns(t.Name, f))
			if !here || c.isGone(t.Name, f) {
				continue
			}
			c.relink = append(c.relink, foreignKeyOf{t.Name, f, c.index})
			c.emit(t.Name, c.alterText(t.Name, "DROP FOREIGN KEY "+quoteIdent(f.Name)))
		}
	}
}

// linkAgain adds the foreign keys that unlink dropped, as they are now.
func (c *compiler) linkAgain() error {
	for _, r := range c.relink {
		t, ok := c.state.Table(r.table)
		if !ok {
			continue // dropped
		}
		i := slices.IndexFunc(t.ForeignKeys, func(f schema.ForeignKey) bool { return f.Name == r.key.Name })
		if i < 0 {
			return fmt.Errorf("foreign key %s of table %q is lost", r.key.Name, r.table) // takeGone forgets those that go
		}
		c.index = r.index
		c.emit(r.table, c.alterText(r.table, "ADD "+c.foreignKeyText(r.table, t.ForeignKeys[i])))
	}
	c.relink = nil
	return nil
}

// dropTable drops a table, after the foreign keys to it that go as well.
func (c *compiler) dropTable(o op.DropTable) error {
	name := o.Table.Name
	for _, t := range c.children(name) {
		for _, f := range t.ForeignKeys {
			if f.RefTable != name || t.Name == name || c.isGone(t.Name, f) || c.waits(t.Name, f) {
				continue
			}
			if !c.dropsLater(t.Name, f) {
				return &dialect.UnsupportedError{
					Object: fmt.Sprintf("table %q", name),
					Why:    fmt.Sprintf("table %q has a foreign key to it: drop that first", t.Name),
				}
			}
			c.dropAhead(t.Name, f)
		}
	}
	if err := c.unusedTable(name); err != nil {
		return err
	}
	if _, err := c.apply(o); err != nil {
		return err
	}
	gone := func(p foreignKeyOf) bool { return p.table == name }
	c.pending, c.relink = slices.DeleteFunc(c.pending, gone), slices.DeleteFunc(c.relink, gone)
	delete(c.held, name)
	c.emit(name, "DROP TABLE "+quoteName(name))
	return nil
}

// waits reports whether a foreign key is not there yet.
func (c *compiler) waits(table string, f schema.ForeignKey) bool {
	return slices.ContainsFunc(c.pending, func(p foreignKeyOf) bool { return p.table == table && p.key.Equal(f) })
}

// children returns the tables, other than the named one, that have a foreign key
// to it. Who refers to whom is looked up once, and kept up to date from there:
// a schema can have thousands of tables.
func (c *compiler) children(name string) []schema.Table {
	if c.refers == nil {
		c.refers = map[string][]string{}
		for _, t := range c.state.Schema().Tables {
			for _, f := range t.ForeignKeys {
				c.refer(t.Name, f)
			}
		}
	}
	var out []schema.Table
	for _, child := range c.refers[name] {
		if child != name {
			out = append(out, c.tableOf(child)...)
		}
	}
	return out
}

// refer notes that a table has a foreign key.
func (c *compiler) refer(table string, f schema.ForeignKey) {
	if c.refers != nil && !slices.Contains(c.refers[f.RefTable], table) {
		c.refers[f.RefTable] = append(c.refers[f.RefTable], table)
	}
}

// tableOf returns the table of that name, or nothing.
func (c *compiler) tableOf(name string) []schema.Table {
	if t, ok := c.state.Table(name); ok {
		return []schema.Table{t}
	}
	return nil
}
