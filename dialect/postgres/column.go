package postgres

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// addColumn adds a column. Existing rows get the fill where the column has no
// default: a constant is a default that goes again, which writes no row; an
// expression is worked out for each row.
func (c *compiler) addColumn(o op.AddColumn) error {
	if err := c.possibleColumn(o.Table, o.Column); err != nil {
		return err
	}
	if _, err := c.state.Apply(o); err != nil {
		return err
	}
	col, name := o.Column, quoteIdent(o.Column.Name)
	fill := ""
	if defaultText(col) == "" && !isGenerated(col) && !isIdentity(col) && !isSerial(col) {
		fill = defaultText(schema.Column{Default: o.Fill})
	}
	switch {
	case fill == "":
		c.alter(o.Table, "ADD COLUMN "+c.d.columnDef(col, true))
	case o.Fill.Kind != schema.ExpressionDefault && o.Fill.Variants.Postgres == "":
		with := col
		with.Default = o.Fill
		c.alter(o.Table, "ADD COLUMN "+c.d.columnDef(with, true))
		c.alter(o.Table, "ALTER COLUMN "+name+" DROP DEFAULT")
	default:
		nullable := col
		nullable.NotNull = false
		c.alter(o.Table, "ADD COLUMN "+c.d.columnDef(nullable, true))
		c.update(o.Table, "UPDATE "+quoteName(c.d, o.Table)+" SET "+name+" = "+c.d.sql(fill))
		if col.NotNull {
			c.setNotNull(o.Table, col)
		}
	}
	c.columnExtras(o.Table, col)
	return nil
}

// columnExtras emits what is not part of a column's definition.
func (c *compiler) columnExtras(table string, col schema.Column) {
	var actions []string
	for _, action := range columnActions(col) {
		actions = append(actions, "ALTER COLUMN "+quoteIdent(col.Name)+" "+action)
	}
	c.alter(table, actions...)
	if col.Comment != "" {
		c.emit(table, c.d.commentColumn(table, col.Name, col.Comment))
	}
}

// setNotNull forbids NULL, under a name where the server keeps one.
func (c *compiler) setNotNull(table string, col schema.Column) {
	c.alter(table, c.notNullAction(col))
}

func (c *compiler) notNullAction(col schema.Column) string {
	if name := c.d.notNullName(col); name != "" {
		return "ADD" + name + " NOT NULL " + quoteIdent(col.Name)
	}
	return "ALTER COLUMN " + quoteIdent(col.Name) + " SET NOT NULL"
}

// update emits an UPDATE, and has the constraints checked that wait for the end
// of the transaction: with such a check pending, ALTER TABLE is refused (55006).
func (c *compiler) update(table, sql string) {
	c.emit(table, sql)
	if names := c.deferred(table); len(names) > 0 {
		c.emit(table, "SET CONSTRAINTS "+strings.Join(names, ", ")+" IMMEDIATE", "SET CONSTRAINTS "+strings.Join(names, ", ")+" DEFERRED")
	}
}

// deferred returns the constraints on a table, and those of other tables that
// refer to it, that are checked at the end of the transaction.
func (c *compiler) deferred(table string) []string {
	var names []string
	for _, t := range c.state.Schema().Tables {
		add := func(name string, deferred bool) {
			if deferred {
				names = append(names, c.d.indexName(t.Name, name))
			}
		}
		if t.Name == table {
			add(keyName(t), t.PrimaryKey.InitiallyDeferred)
			for _, u := range t.Uniques {
				add(uniqueName(t.Name, u), u.InitiallyDeferred)
			}
		}
		for _, f := range t.ForeignKeys {
			add(foreignKeyName(t.Name, f), f.InitiallyDeferred && (t.Name == table || f.RefTable == table))
		}
	}
	return names
}

// dropColumn drops a column. The server would take along, without a word, every
// check, expression index, exclusion constraint and statistics object that has
// the column in it: those have to go by name first.
func (c *compiler) dropColumn(o op.DropColumn) error {
	name := o.Column.Name
	if t, ok := c.state.Table(o.Table); ok {
		if user := c.userOf(t, name); user != "" {
			return unsupported(fmt.Sprintf("column %q of table %q", name, o.Table), "%s uses it: drop or change that first", user)
		}
	}
	c.disown(o.Table, name)
	if _, err := c.state.Apply(o); err != nil {
		return err
	}
	c.alter(o.Table, "DROP COLUMN "+quoteIdent(name))
	return c.dropOwned(o.Table, name)
}

// userOf returns what would silently go with a column, or "".
func (c *compiler) userOf(t schema.Table, column string) string {
	for _, k := range t.Checks {
		if mentions(k.Expr.For(schema.Postgres), column) {
			return fmt.Sprintf("check %q", checkName(t, k))
		}
	}
	for _, i := range t.Indexes {
		if indexMentions(i, column) {
			return fmt.Sprintf("index %q", i.Name)
		}
	}
	for _, ob := range c.state.Objects() {
		if (ob.Kind == schema.Exclusion || ob.Kind == schema.Statistics) && c.needsColumn(ob, t.Name, column) {
			return fmt.Sprintf("%s %q", ob.Kind, ob.Name)
		}
	}
	return ""
}

// indexMentions reports whether an expression or the predicate of an index has
// a column in it.
func indexMentions(i schema.Index, column string) bool {
	return mentions(i.Where.For(schema.Postgres), column) || slices.ContainsFunc(i.Parts, func(p schema.Part) bool {
		return p.Column == "" && mentions(p.Expr.For(schema.Postgres), column)
	})
}
