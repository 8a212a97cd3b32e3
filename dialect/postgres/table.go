package postgres

import (
	"slices"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

func (c *compiler) createTable(o op.CreateTable) error {
	if err := c.possible(o.Table); err != nil {
		return err
	}
	if _, err := c.state.Apply(o); err != nil {
		return err
	}
	t := o.Table.Clone()
	t.ForeignKeys = slices.DeleteFunc(t.ForeignKeys, func(f schema.ForeignKey) bool {
		own := t
		own.Indexes = nil // they are made behind the table
		if f.RefTable == t.Name && keyed(own, f.RefColumns) || f.RefTable != t.Name && c.referable(f) {
			return false
		}
		c.wait(t.Name, f)
		return true
	})
	c.emit(t.Name, c.d.createTable(t))
	c.emit(t.Name, c.d.afterCreate(t)...)
	return nil
}

// wait puts off a foreign key until what it refers to is there.
func (c *compiler) wait(table string, f schema.ForeignKey) {
	c.waiting = append(c.waiting, waiting{op: c.at, table: table, key: f})
}

// forget gives up what was waiting and is not wanted any more.
func (c *compiler) forget(fits func(waiting) bool) (found bool) {
	n := len(c.waiting)
	c.waiting = slices.DeleteFunc(c.waiting, fits)
	return len(c.waiting) < n
}

// dropTable drops a table, and before it the foreign keys to it of tables that
// go later. Those of tables that stay are in the way, as they should be.
func (c *compiler) dropTable(o op.DropTable) error {
	t, ok := c.state.Table(o.Table.Name)
	if ok {
		for _, other := range c.state.Schema().Tables {
			for _, f := range other.ForeignKeys {
				if other.Name != t.Name && f.RefTable == t.Name && c.goes(other.Name, f) {
					c.dropEarly(other.Name, f)
				}
			}
		}
	}
	c.disown(o.Table.Name, "")
	if _, err := c.state.Apply(o); err != nil {
		return err
	}
	c.forget(func(w waiting) bool { return w.table == o.Table.Name })
	c.emit(o.Table.Name, "DROP TABLE "+quoteName(c.d, o.Table.Name))
	return c.dropOwned(o.Table.Name, "")
}

// goes reports whether a later operation drops the foreign key or its table.
func (c *compiler) goes(table string, f schema.ForeignKey) bool {
	return slices.ContainsFunc(c.later(), func(o op.Op) bool {
		switch o := o.(type) {
		case op.DropTable:
			return o.Table.Name == table
		case op.DropForeignKey:
			return o.Table == table && (o.ForeignKey.Name == f.Name && f.Name != "" || o.ForeignKey.Same(f))
		default:
			return false
		}
	})
}

// dropEarly drops a foreign key that is in the way now, and that a later
// operation would drop anyway.
func (c *compiler) dropEarly(table string, f schema.ForeignKey) {
	name := foreignKeyName(table, f)
	key := partOf{table, name}
	if !c.early[key] {
		c.early[key] = true
		c.alter(table, "DROP CONSTRAINT "+quoteIdent(name))
	}
}

// disown takes from a table that is about to go, or from one column of it, the
// sequences that shall stay: a later operation changes them.
func (c *compiler) disown(table, column string) {
	for _, ob := range c.state.Objects() {
		t, col, ok := ownedBy(ob)
		stays := func(o op.Op) bool {
			alter, is := o.(op.AlterObject)
			return is && alter.From.ID() == ob.ID() && alter.To.Definition.For(schema.Postgres) != ""
		}
		if ob.Kind != schema.Sequence || !ok || t != table || column != "" && col != column || !slices.ContainsFunc(c.later(), stays) {
			continue
		}
		c.emit(ob.Name, "ALTER SEQUENCE "+c.d.objectRef(ob)+" OWNED BY NONE")
		c.disowned[ob.Name] = true
	}
}

// dropOwned takes out of the state the sequences that went with a table, or
// with one column of it.
func (c *compiler) dropOwned(table, column string) error {
	for _, ob := range c.state.Objects() {
		if ob.Kind != schema.Sequence || c.disowned[ob.Name] {
			continue
		}
		t, col, ok := ownedBy(ob)
		if ok && t == table && (column == "" || col == column) {
			if _, err := c.state.Apply(op.DropObject{Object: ob}); err != nil {
				return err
			}
		}
	}
	return nil
}

// renameTable renames a table, and with it the sequences of its serial columns,
// whose names are part of what makes them serial. Constraints and indexes keep
// theirs, as the server leaves them.
func (c *compiler) renameTable(o op.RenameTable) error {
	t, _ := c.state.Table(o.From)
	if _, err := c.state.Apply(o); err != nil {
		return err
	}
	for i := range c.waiting {
		w := &c.waiting[i]
		if w.table == o.From {
			w.table = o.To
		}
		if w.key.RefTable == o.From {
			w.key.RefTable = o.To
		}
	}
	fromSpace, from := schema.Split(o.From)
	toSpace, to := schema.Split(o.To)
	name := o.From
	if from != to {
		c.alter(name, "RENAME TO "+quoteIdent(to))
		name = schema.Qualify(fromSpace, to)
		for _, col := range t.Columns {
			c.renameSequence(col, fromSpace, automaticName(o.From, col.Name, "seq"), automaticName(o.To, col.Name, "seq"))
		}
	}
	if fromSpace != toSpace {
		if real := c.d.scratch.namespace(toSpace); real != "" {
			c.alter(name, "SET SCHEMA "+quoteIdent(real))
			return nil
		}
		// What the default namespace is called, only the session knows.
		c.emit(name, "DO $whim$ BEGIN EXECUTE format('ALTER TABLE %s SET SCHEMA %I', "+
			quoteString(quoteName(c.d, name))+", current_schema()); END $whim$")
	}
	return nil
}

// renameSequence renames the sequence of a serial column.
func (c *compiler) renameSequence(col schema.Column, namespace, from, to string) {
	if isSerial(col) && from != to {
		c.emit(schema.Qualify(namespace, from), "ALTER SEQUENCE "+quoteIn(c.d, namespace, from)+" RENAME TO "+quoteIdent(to))
	}
}

func (c *compiler) renameColumn(o op.RenameColumn) error {
	t, _ := c.state.Table(o.Table)
	col, _ := t.Column(o.From)
	if _, err := c.state.Apply(o); err != nil {
		return err
	}
	for i := range c.waiting {
		w := &c.waiting[i]
		if w.table == o.Table {
			w.key.Columns, w.key.SetColumns = renamedIn(w.key.Columns, o), renamedIn(w.key.SetColumns, o)
		}
		if w.key.RefTable == o.Table {
			w.key.RefColumns = renamedIn(w.key.RefColumns, o)
		}
	}
	c.renamed[o.Table] = append(c.renamed[o.Table], o.To, o.From)
	c.alter(o.Table, "RENAME COLUMN "+quoteIdent(o.From)+" TO "+quoteIdent(o.To))
	namespace, _ := schema.Split(o.Table)
	c.renameSequence(col, namespace, automaticName(o.Table, o.From, "seq"), automaticName(o.Table, o.To, "seq"))
	return nil
}

func renamedIn(names []string, o op.RenameColumn) []string {
	names = slices.Clone(names)
	for i, n := range names {
		if n == o.From {
			names[i] = o.To
		}
	}
	return names
}

func isGenerated(c schema.Column) bool { return c.Generated.Expr.For(schema.Postgres) != "" }
