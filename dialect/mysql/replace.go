package mysql

import (
	"slices"

	"github.com/whimbreldb/whimbrel/schema"
)

// replace returns the clauses that put another definition in the place of a
// column, with what is made of it.
func (c *compiler) replace(before, after schema.Table, is schema.Column) []string {
	after = after.Clone()
	for i := range after.Columns {
		if after.Columns[i].Name == is.Name {
			after.Columns[i] = is
		}
	}
	names := append([]string{is.Name}, c.madeOf(after, is.Name)...)
	drops, adds := c.again(before, after, names, names)
	return append(drops, adds...)
}

// madeOf returns the generated columns that are made of a column, at once or by
// way of another one.
func (c *compiler) madeOf(t schema.Table, column string) []string {
	names := []string{column}
	for i := 0; i < len(names); i++ {
		for _, col := range t.Columns {
			if !slices.Contains(names, col.Name) && mentions(col.Generated.Expr.For(c.name), names[i]) {
				names = append(names, col.Name)
			}
		}
	}
	return names[1:]
}

// again returns the clauses that drop columns and those that add them again,
// in their old places, with their indexes, and with the checks and the indexes
// on expressions that have one of the names in them: no server lets a column go
// that has those. (MySQL 9.7 does, where a check is of this column only, and
// drops the check without a word.)
func (c *compiler) again(before, after schema.Table, columns, names []string) (drops, adds []string) {
	touched := func(text string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return mentions(text, name) })
	}
	part := func(p schema.Part) bool {
		return touched(p.Expr.For(c.name)) || slices.ContainsFunc(columns, func(name string) bool { return sameName(p.Column, name) })
	}
	var checks []string
	for i, k := range before.Checks {
		if k.Name != "" && touched(k.Expr.For(c.name)) {
			drops = append(drops, c.dropCheckText(k.Name))
			checks = append(checks, "ADD "+c.checkConstraint(after.Checks[i]))
		}
	}
	for i, col := range after.Columns {
		if !slices.Contains(columns, col.Name) {
			continue
		}
		place := " FIRST"
		if i > 0 {
			place = " AFTER " + quoteIdent(after.Columns[i-1].Name)
		}
		drops = append(drops, "DROP COLUMN "+quoteIdent(col.Name))
		adds = append(adds, "ADD COLUMN "+c.d.columnDef(after, col)+place)
	}
	adds = append(adds, checks...)
	for i, x := range before.Indexes {
		if slices.ContainsFunc(x.Parts, part) {
			drops = append(drops, "DROP INDEX "+quoteIdent(x.Name))
			adds = append(adds, "ADD "+c.indexText(after.Indexes[i]))
		}
	}
	for i, u := range before.Uniques {
		if slices.ContainsFunc(u.Parts, part) {
			drops = append(drops, "DROP INDEX "+quoteIdent(u.Name))
			adds = append(adds, "ADD "+c.uniqueText(after.Uniques[i]))
		}
	}
	return drops, adds
}
