package mysql

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A lastClause is a clause of an ALTER TABLE that waits until the columns and the
// keys of the table are what they shall be: partitions by a column that is not
// there yet, an engine that has no place for what is still there.
type lastClause struct {
	table, text string
	index       int // of its operation
}

func (c *compiler) atLast(table, text string) {
	c.last = append(c.last, lastClause{table, text, c.index})
}

// sayLast says what has waited long enough.
func (c *compiler) sayLast() {
	index := c.index
	c.last = slices.DeleteFunc(c.last, func(l lastClause) bool {
		if _, there := c.state.Table(l.table); !there {
			return true // dropped
		}
		if c.index = index; c.shapesLater(l.table) {
			return false
		}
		c.index = l.index
		c.alter(l.table, l.text)
		return true
	})
	c.index = index
}

// shapesLater reports whether a later operation makes another column or key on
// the table, or lets one go.
func (c *compiler) shapesLater(table string) bool {
	return slices.ContainsFunc(c.ops[c.index+1:], func(o op.Op) bool {
		switch o.(type) {
		case op.AlterTable, op.AddColumn, op.AlterColumn, op.DropColumn, op.AlterPrimaryKey, op.AddUnique, op.CreateIndex, op.AddCheck:
			return op.TableOf(o) == table
		default:
			return false
		}
	})
}

// refersToComing reports whether what a foreign key refers to is not yet what it
// will be: a column, its type, its key, or the engine of its table.
func (c *compiler) refersToComing(table string, f schema.ForeignKey) bool {
	columns := c.refColumns(table, f)
	has := func(name string) bool {
		return slices.ContainsFunc(columns, func(c string) bool { return sameName(c, name) })
	}
	parent, _ := c.state.Table(f.RefTable)
	keyless := !coveredBy(keys(parent), columns)
	return slices.ContainsFunc(c.ops[c.index+1:], func(o op.Op) bool {
		if op.TableOf(o) != f.RefTable {
			return false
		}
		switch o := o.(type) {
		case op.AlterTable:
			was, is := o.From.MySQL, o.To.MySQL
			return engine(was) != engine(is) || was.Charset != is.Charset || was.Collation != is.Collation || was.PartitionBy != is.PartitionBy
		case op.AddColumn:
			return has(o.Column.Name)
		case op.AlterColumn:
			return has(o.To.Name)
		case op.RenameColumn:
			return has(o.From) || has(o.To)
		case op.AlterPrimaryKey:
			return keyless || coveredBy([][]schema.Part{parent.PrimaryKey.Parts}, columns)
		case op.AddUnique, op.CreateIndex:
			return keyless
		default:
			return false
		}
	})
}

// clearAhead takes away what changes later and could be in the way of a change of
// a key or a column until then: partitions, and an engine that is poor.
func (c *compiler) clearAhead(table string, o op.Op) {
	switch o.(type) {
	case op.DropColumn, op.RenameColumn, op.AlterColumn, op.AlterPrimaryKey, op.AddUnique, op.CreateIndex, op.AddForeignKey:
	default:
		return
	}
	t, _ := c.state.Table(table)
	is := t.Options.MySQL
	if is.PartitionBy == "" && !isPoor(engine(is)) {
		return
	}
	for _, later := range c.ops[c.index+1:] {
		alter, ok := later.(op.AlterTable)
		if !ok || alter.Table != table {
			continue
		}
		if alter.To.MySQL.PartitionBy != is.PartitionBy {
			c.unpartition(table, is.PartitionBy)
		}
		if to := engine(alter.To.MySQL); isPoor(engine(is)) && !isPoor(to) && !c.rich[table] {
			c.rich[table] = true
			c.alter(table, "ENGINE="+to)
		}
	}
}

func (c *compiler) unpartition(table, by string) {
	if by != "" && !c.bare[table] {
		c.bare[table] = true
		c.alter(table, "REMOVE PARTITIONING")
	}
}

// isPoor reports whether an engine has no place for much that others have:
// CSV for NULLs and keys, ARCHIVE for keys, MEMORY for large columns.
func isPoor(engine string) bool {
	return slices.ContainsFunc([]string{"csv", "archive", "memory"}, func(e string) bool { return strings.EqualFold(e, engine) })
}
