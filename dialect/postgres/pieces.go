package postgres

import (
	"fmt"
	"slices"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A columnUse is a column of a type.
type columnUse struct {
	table  string
	column schema.Column
	array  bool
}

// viaText converts the column by way of its text.
func (u columnUse) viaText(d Dialect) string {
	name := quoteIdent(u.column.Name)
	if u.array {
		return name + "::text[]::" + d.sql(typeText(u.column.Type))
	}
	return name + "::text::" + d.sql(typeText(u.column.Type))
}

// columnsOf returns the columns of a type, or of arrays of it. Those of a
// partition change with the table that it is a part of.
func (c *compiler) columnsOf(name string) []columnUse {
	var out []columnUse
	for _, t := range c.state.Schema().Tables {
		if t.Options.Postgres.PartitionOf != "" {
			continue
		}
		for _, col := range t.Columns {
			text := typeText(col.Type)
			if text != "" && c.isNamed(text, name) {
				out = append(out, columnUse{t.Name, col, parseType(text).array})
			}
		}
	}
	return out
}

// byTable groups columns by their table, and yields them in order.
func byTable(columns []columnUse) func(yield func(string, []columnUse) bool) {
	return func(yield func(string, []columnUse) bool) {
		var done []string
		for _, u := range columns {
			if slices.Contains(done, u.table) {
				continue
			}
			done = append(done, u.table)
			var uses []columnUse
			for _, v := range columns {
				if v.table == u.table {
					uses = append(uses, v)
				}
			}
			if !yield(u.table, uses) {
				return
			}
		}
	}
}

// Pieces are the parts of a table in which the server keeps the type by what it
// is, not by its name.
type pieces struct {
	table     string
	columns   []columnUse
	checks    []schema.Check
	indexes   []schema.Index
	generated []removedColumn
	computed  []schema.Column
}

func (c *compiler) piecesOf(columns []columnUse) []*pieces {
	var out []*pieces
	for table, uses := range byTable(columns) {
		t, _ := c.state.Table(table)
		p := &pieces{table: table, columns: uses}
		has := func(f func(column string) bool) bool {
			return slices.ContainsFunc(uses, func(u columnUse) bool { return f(u.column.Name) })
		}
		for _, k := range t.Checks {
			if has(func(column string) bool { return mentions(k.Expr.For(schema.Postgres), column) }) {
				p.checks = append(p.checks, k)
			}
		}
		for _, i := range t.Indexes {
			if has(func(column string) bool { return indexMentions(i, column) }) {
				p.indexes = append(p.indexes, i)
			}
		}
		for _, col := range t.Columns {
			if has(func(column string) bool {
				return column != col.Name && mentions(col.Generated.Expr.For(schema.Postgres), column)
			}) {
				p.computed = append(p.computed, col)
			}
		}
		out = append(out, p)
	}
	return out
}

// uses returns the parts of a table that call a routine, which can go and come
// back, or says which column has the type.
func (c *compiler) uses(t schema.Table, ob schema.Object) (*pieces, string) {
	if !ob.Kind.Early() {
		return nil, ""
	}
	_, local, _ := objectName(ob)
	calls := func(s schema.SQL) bool { return !s.IsZero() && namesTable(s.For(schema.Postgres), local) }
	p, found := &pieces{table: t.Name}, false
	for _, col := range t.Columns {
		if !isRoutine(ob.Kind) && c.isNamed(typeText(col.Type), ob.Name) {
			return nil, "column " + t.Name + "." + col.Name
		}
		if calls(schema.Expr(defaultText(col))) {
			p.columns, found = append(p.columns, columnUse{table: t.Name, column: col}), true
		}
		if calls(col.Generated.Expr) {
			p.computed, found = append(p.computed, col), true
		}
	}
	for _, k := range t.Checks {
		if calls(k.Expr) {
			p.checks, found = append(p.checks, k), true
		}
	}
	for _, i := range t.Indexes {
		if calls(i.Where) || slices.ContainsFunc(i.Parts, func(p schema.Part) bool { return calls(p.Expr) }) {
			p.indexes, found = append(p.indexes, i), true
		}
	}
	if !found {
		return nil, ""
	}
	return p, ""
}

func (c *compiler) dropPieces(all []*pieces) {
	for _, p := range all {
		t, _ := c.state.Table(p.table)
		c.notAway(p)
		for _, i := range p.indexes {
			c.dropIndexNow(p.table, i.Name, false)
		}
		var actions []string
		for _, k := range p.checks {
			actions = append(actions, "DROP CONSTRAINT "+quoteIdent(checkName(t, k)))
		}
		for _, u := range p.columns {
			if defaultText(u.column) != "" {
				actions = append(actions, "ALTER COLUMN "+quoteIdent(u.column.Name)+" DROP DEFAULT")
			}
		}
		c.alter(p.table, actions...)
		for _, col := range p.computed {
			p.generated = append(p.generated, c.removeColumn(t, col))
		}
	}
}

// notAway leaves out of pieces what is away already.
func (c *compiler) notAway(p *pieces) {
	for _, q := range c.users {
		if q.table != p.table {
			continue
		}
		p.checks = slices.DeleteFunc(p.checks, func(k schema.Check) bool {
			return slices.ContainsFunc(q.checks, func(l schema.Check) bool { return l.Equal(k) })
		})
		p.indexes = slices.DeleteFunc(p.indexes, func(i schema.Index) bool {
			return slices.ContainsFunc(q.indexes, func(j schema.Index) bool { return j.Name == i.Name })
		})
		p.computed = slices.DeleteFunc(p.computed, func(col schema.Column) bool { return slices.Contains(q.computed, col) })
		p.columns = slices.DeleteFunc(p.columns, func(u columnUse) bool {
			return slices.ContainsFunc(q.columns, func(v columnUse) bool { return v.column.Name == u.column.Name })
		})
	}
}

func (c *compiler) addPieces(all []*pieces, removed []string) error {
	for _, p := range all {
		var actions []string
		for _, u := range p.columns {
			text := bareConstant(defaultText(u.column))
			if text == "" {
				continue
			}
			toks := significant(tokenize(text))
			if len(toks) == 1 {
				if value, ok := stringValue(toks[0]); ok && slices.Contains(removed, value) {
					if !c.changesLater(p.table, u.column.Name) {
						return unsupported(fmt.Sprintf("column %q of table %q", u.column.Name, p.table), "its default is %s, which the type will not have", text)
					}
					c.lost[partOf{p.table, u.column.Name}] = true
					continue
				}
			}
			actions = append(actions, "ALTER COLUMN "+quoteIdent(u.column.Name)+" SET DEFAULT "+c.d.sql(text))
		}
		c.alter(p.table, actions...)
		for _, r := range p.generated {
			c.addAgain(r)
			c.restore(r)
		}
		c.restore(removedColumn{parts: tableParts{Table: schema.Table{Name: p.table, Checks: p.checks, Indexes: p.indexes}}})
	}
	return nil
}

// changesLater reports whether a later operation changes or drops a column.
func (c *compiler) changesLater(table, column string) bool {
	return slices.ContainsFunc(c.later(), func(o op.Op) bool {
		switch o := o.(type) {
		case op.AlterColumn:
			return o.Table == table && o.To.Name == column
		case op.DropColumn:
			return o.Table == table && o.Column.Name == column
		case op.DropTable:
			return o.Table.Name == table
		default:
			return false
		}
	})
}
