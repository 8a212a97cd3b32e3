package diff

import (
	"slices"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// parents takes tables away from the parents that they lose, before anything
// else, and gives them those that they get, after everything else: a partition
// must have what its parent has, and a parent that goes takes its partitions
// along. In between they stand alone, and list everything that they have.
func (p *phases) parents(kept []pair[schema.Table]) {
	for i, t := range kept {
		was, is := t.from.Options, t.to.Options
		if slices.Equal(was.Parents(), is.Parents()) && was.Postgres.Bound == is.Postgres.Bound {
			continue
		}
		p.find()
		if was.Parents() != nil {
			t.from = named(t.from.Leave(p.before), t.to)
			p.leave = append(p.leave, op.AlterTable{Table: t.from.Name, From: was, To: t.from.Options})
		}
		if is.Parents() != nil {
			t.to = named(t.to.Leave(p.after), t.from)
			p.join = append(p.join, op.AlterTable{Table: t.to.Name, From: t.to.Options, To: is})
		}
		kept[i] = t
	}
}

// find makes before and after, which few comparisons need.
func (p *phases) find() {
	if p.before == nil {
		p.before, p.after = p.from.Finder(), p.to.Finder()
	}
}

// given compares the columns that a table has from parents that stay. It lists
// them only where it has something to add, so they are there on both sides: one
// that comes to the list, or goes, is altered. That is done when the parents have
// changed. It returns both tables without them.
func (p *phases) given(from, to schema.Table) (schema.Table, schema.Table) {
	p.find()
	whole := func(options schema.TableOptions, columns []schema.Column, find func(string) (schema.Table, bool)) schema.Table {
		return schema.Table{Name: to.Name, Options: options, Columns: columns}.Leave(find)
	}
	was, is := whole(from.Options, nil, p.before), whole(to.Options, nil, p.after)
	old, new := whole(to.Options, from.Columns, p.after), whole(to.Options, to.Columns, p.after)
	inherited := func(c schema.Column) bool {
		_, before := was.Column(c.Name)
		_, after := is.Column(c.Name)
		return before && after
	}
	for _, c := range is.Columns {
		f, lists := from.Column(c.Name)
		t, listed := to.Column(c.Name)
		a, _ := old.Column(c.Name)
		b, _ := new.Column(c.Name)
		if inherited(c) && (lists != listed || f != t) && a != b {
			p.alterGiven = append(p.alterGiven, op.AlterColumn{Table: to.Name, From: a, To: b})
		}
	}
	from.Columns = slices.DeleteFunc(slices.Clone(from.Columns), inherited)
	to.Columns = slices.DeleteFunc(slices.Clone(to.Columns), inherited)
	return from, to
}

// named returns a table that has left its parents with the names that its NOT
// NULL constraints have where it stands alone. Which name a parent has handed on
// is known to the server alone: its own, or that which the table brought along.
func named(t, other schema.Table) schema.Table {
	for i, c := range t.Columns {
		if o, ok := other.Column(c.Name); ok && c.NotNullName == "" && c.NotNull && o.NotNull {
			t.Columns[i].NotNullName = o.NotNullName
		}
	}
	return t
}
