package mysql

import (
	"slices"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
)

// A question is a query about the rows of a table and the values of a column of
// it, or of none, that must return no row.
type question func(table, column string) string

// none asks a question where it stands and, as what was done before it would
// stay done, before everything else too, unless the answer can be another one
// by then. Both names are those of the place where it stands.
func (c *compiler) none(table, column string, query question, must string) {
	if len(c.out) > 0 {
		if t, col, ok := asBefore(c.ops[:c.index], table, column, nil); ok {
			c.ahead = append(c.ahead, c.ask(t, col, query, must))
		}
	}
	c.noneHere(table, column, query, must)
}

// noneHere asks a question where it stands only.
func (c *compiler) noneHere(table, column string, query question, must string) {
	c.out = append(c.out, c.ask(table, column, query, must))
}

func (c *compiler) ask(table, column string, query question, must string) dialect.Stmt {
	return dialect.Stmt{SQL: query(quoteName(table), quoteIdent(column)), Kind: dialect.None, Must: must, Op: c.index, Object: table}
}

// worksOn reports whether an operation before that at hand works on the table.
func (c *compiler) worksOn(table string) bool {
	return slices.ContainsFunc(c.ops[:c.index], func(o op.Op) bool {
		rename, ok := o.(op.RenameTable)
		return op.TableOf(o) == table || ok && rename.To == table
	})
}

// asBefore returns the names that a table and its column had before ops, and
// whether both were there and the rows had the same values, or values that kept
// says are as good.
func asBefore(ops []op.Op, table, column string, kept func(op.AlterColumn) bool) (t, col string, same bool) {
	for i := len(ops) - 1; i >= 0; i-- {
		here := op.TableOf(ops[i]) == table
		is := func(name string) bool { return here && sameName(name, column) }
		switch o := ops[i].(type) {
		case op.Exec, op.Run:
			return "", "", false // may have done anything
		case op.RenameTable:
			if o.From == table {
				return "", "", false
			}
			if o.To == table {
				table = o.From
			}
		case op.RenameColumn:
			if is(o.From) && !is(o.To) {
				return "", "", false
			}
			if is(o.To) {
				column = o.From
			}
		case op.CreateTable, op.DropTable, op.AlterTable:
			if here {
				return "", "", false
			}
		case op.AddColumn:
			if is(o.Column.Name) {
				return "", "", false
			}
		case op.DropColumn:
			if is(o.Column.Name) {
				return "", "", false
			}
		case op.AlterColumn:
			if is(o.To.Name) && (kept == nil || !kept(o)) {
				return "", "", false
			}
		case op.AlterPrimaryKey, op.AddUnique, op.DropUnique, op.AddForeignKey, op.DropForeignKey, op.AddCheck, op.DropCheck,
			op.CreateIndex, op.DropIndex, op.CreateObject, op.DropObject, op.AlterObject:
		}
	}
	return table, column, true
}
