package mysql

import (
	"slices"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// createTable creates a table with everything in it, in one statement. A
// foreign key to a table that does not exist yet follows when it does.
func (c *compiler) createTable(o op.CreateTable) error {
	if err := c.possibleTable(o.Table); err != nil {
		return err
	}
	if _, err := c.apply(o); err != nil {
		return err
	}
	for _, f := range o.Table.ForeignKeys {
		c.refer(o.Table.Name, f)
	}
	t := o.Table.Clone()
	later := func(f schema.ForeignKey) bool { return !c.exists(f.RefTable) }
	if slices.ContainsFunc(t.ForeignKeys, later) {
		for _, f := range t.ForeignKeys {
			if later(f) {
				c.pending = append(c.pending, foreignKeyOf{t.Name, f, c.index})
			}
		}
		t.ForeignKeys = slices.DeleteFunc(t.ForeignKeys, later)
		t.Verbatim = schema.Variants{} // which has them all
	}
	// The key or the type of a column that one refers to may come yet.
	changes := func(f schema.ForeignKey) bool {
		return f.Name != "" && f.RefTable != t.Name && c.refersToComing(t.Name, f)
	}
	for _, f := range t.ForeignKeys {
		if changes(f) {
			c.relink = append(c.relink, foreignKeyOf{t.Name, f, c.index})
			t.Verbatim = schema.Variants{}
		}
	}
	t.ForeignKeys = slices.DeleteFunc(slices.Clone(t.ForeignKeys), changes)
	c.emit(t.Name, c.createText(t))
	c.pendingTo(t.Name)
	return nil
}

// exists reports whether a foreign key can refer to the table now.
func (c *compiler) exists(table string) bool {
	if _, ok := c.state.Table(table); ok {
		return true
	}
	namespace, _ := schema.Split(table)
	return namespace != "" // a schema read from one database does not list those of another
}

// pendingTo adds the foreign keys that waited for a table.
func (c *compiler) pendingTo(table string) {
	index := c.index
	c.pending = slices.DeleteFunc(c.pending, func(p foreignKeyOf) bool {
		if p.key.RefTable != table {
			return false
		}
		c.index = p.index
		c.emit(p.table, c.alterText(p.table, "ADD "+c.foreignKeyText(p.table, p.key)))
		return true
	})
	c.index = index
}
