package postgres

import (
	"slices"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// A removedColumn is a column that was dropped to be added again, with what
// went with it.
type removedColumn struct {
	column schema.Column
	parts  tableParts
	late   []schema.Object // exclusion constraints and statistics
}

// removeColumn drops a column with everything of the table that is made of it.
func (c *compiler) removeColumn(t schema.Table, col schema.Column) removedColumn {
	r := removedColumn{col, c.partsWith(t, col.Name), nil}
	r.late = c.needing([]schema.Ref{{Name: t.Name, Column: col.Name}}, func(ob schema.Object) bool {
		return ob.Kind == schema.Exclusion || ob.Kind == schema.Statistics
	})
	for _, f := range r.parts.foreign {
		c.alter(f.table, "DROP CONSTRAINT "+quoteIdent(foreignKeyName(f.table, f.key)))
	}
	for _, ob := range slices.Backward(r.late) {
		c.emit(ob.Name, c.d.dropText(ob))
	}
	c.alter(t.Name, "DROP COLUMN "+quoteIdent(col.Name))
	return r
}

// addAgain adds the column, behind the others.
func (c *compiler) addAgain(r removedColumn) {
	c.alter(r.parts.Name, "ADD COLUMN "+c.d.columnDef(r.column, true))
	c.columnExtras(r.parts.Name, r.column)
}

// tableParts are the keys, constraints and indexes that go with a column.
type tableParts struct {
	schema.Table
	foreign []foreign // foreign keys of other tables, to a key with the column in it
}

type foreign struct {
	table string
	key   schema.ForeignKey
}

// partsWith returns what of a table has a column in it.
func (c *compiler) partsWith(t schema.Table, column string) tableParts {
	has := func(parts []schema.Part, include []string) bool {
		return slices.Contains(include, column) || slices.ContainsFunc(parts, func(p schema.Part) bool {
			return p.Column == column || p.Column == "" && mentions(p.Expr.For(schema.Postgres), column)
		})
	}
	var out tableParts
	out.Name = t.Name
	if has(t.PrimaryKey.Parts, t.PrimaryKey.Include) {
		out.PrimaryKey = t.PrimaryKey
	}
	for _, u := range t.Uniques {
		if has(u.Parts, u.Include) {
			out.Uniques = append(out.Uniques, u)
		}
	}
	for _, k := range t.Checks {
		if mentions(k.Expr.For(schema.Postgres), column) {
			out.Checks = append(out.Checks, k)
		}
	}
	for _, i := range t.Indexes {
		if has(i.Parts, i.Include) || mentions(i.Where.For(schema.Postgres), column) {
			out.Indexes = append(out.Indexes, i)
		}
	}
	for _, f := range t.ForeignKeys {
		if slices.Contains(f.Columns, column) {
			out.ForeignKeys = append(out.ForeignKeys, f)
		}
	}
	for _, other := range c.state.Schema().Tables {
		for _, f := range other.ForeignKeys {
			key := f.RefColumns
			if len(key) == 0 {
				for _, p := range t.PrimaryKey.Parts {
					key = append(key, p.Column)
				}
			}
			own := other.Name == t.Name && slices.Contains(f.Columns, column) // it is among those above
			if f.RefTable == t.Name && slices.Contains(key, column) && !own {
				out.foreign = append(out.foreign, foreign{other.Name, f})
			}
		}
	}
	return out
}

// restore makes what went with a column again.
func (c *compiler) restore(r removedColumn) {
	p, table := r.parts, r.parts.Name
	var adds []string
	if len(p.PrimaryKey.Parts) > 0 {
		adds = append(adds, "ADD "+c.d.primaryKeyText(p.PrimaryKey))
	}
	for _, u := range p.Uniques {
		adds = append(adds, "ADD "+c.d.uniqueText(u))
	}
	for _, k := range p.Checks {
		adds = append(adds, "ADD "+c.d.checkText(k))
	}
	for _, f := range p.ForeignKeys {
		adds = append(adds, "ADD "+c.d.foreignKeyText(f))
	}
	c.alter(table, adds...)
	bare := p.Table
	bare.Checks, bare.ForeignKeys = slices.Clone(bare.Checks), slices.Clone(bare.ForeignKeys)
	for i := range bare.Checks {
		bare.Checks[i].NotValid = false // they are there: what is left are comments
	}
	for i := range bare.ForeignKeys {
		bare.ForeignKeys[i].NotValid = false
	}
	c.emit(table, c.d.afterCreate(bare)...)
	for _, f := range p.foreign {
		c.alter(f.table, "ADD "+c.d.foreignKeyText(f.key))
		if f.key.Comment != "" {
			c.emit(f.table, c.d.commentConstraint(f.table, foreignKeyName(f.table, f.key), f.key.Comment))
		}
	}
	for _, ob := range r.late {
		c.emit(ob.Name, c.d.definition(ob)...)
	}
}

// changeGenerated changes how a column is computed, or whether it is.
func (c *compiler) changeGenerated(table string, before, after schema.Column, fill schema.Default) error {
	was, is := before.Generated.Expr.For(schema.Postgres), after.Generated.Expr.For(schema.Postgres)
	same := sameType(storedType(before), storedType(after)) && before.Collation.Postgres == after.Collation.Postgres
	name := quoteIdent(after.Name)
	switch {
	case was != "" && is != "" && before.Generated.Stored == after.Generated.Stored && same && c.d.Flavor().Can(dialect.SetExpression):
		ch := &columnChange{compiler: c, table: table, before: before, after: after}
		ch.column("SET EXPRESSION AS (" + endLine(c.d.sql(is)) + ")")
		ch.properties(fill)
		return nil
	case was != "" && is == "" && before.Generated.Stored:
		c.alter(table, "ALTER COLUMN "+name+" DROP EXPRESSION")
		before.Generated = schema.Generated{}
		return c.change(table, before, after, fill)
	}
	t, _ := c.state.Table(table)
	if err := c.takeAway(c.needing([]schema.Ref{{Name: table, Column: after.Name}}, stopsRetype)); err != nil {
		return err
	}
	if was != "" && is == "" {
		// The values of a virtual column are nowhere: they are put down first.
		const values = "_whim_values"
		c.alter(table, "ADD COLUMN "+quoteIdent(values)+" "+c.d.sql(storedType(before)))
		c.update(table, "UPDATE "+quoteName(c.d, table)+" SET "+quoteIdent(values)+" = "+name)
		r := c.removeColumn(t, after)
		c.alter(table, "RENAME COLUMN "+quoteIdent(values)+" TO "+name)
		c.restore(r)
		plain := before
		plain.Generated, plain.NotNull, plain.Comment, plain.Storage = schema.Generated{}, false, "", ""
		return c.change(table, plain, after, fill)
	}
	if was == "" {
		c.none(table, "values of "+table+"."+after.Name+" are not what would be computed, and would be lost",
			"SELECT "+shown(name)+" FROM "+quoteName(c.d, table)+" WHERE "+name+" IS DISTINCT FROM ("+endLine(c.d.sql(is))+") LIMIT 6")
	}
	r := c.removeColumn(t, after)
	c.addAgain(r)
	c.restore(r)
	return c.dropOwned(table, after.Name)
}
