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
func (p *phases) parents(from, to schema.Schema, kept []pair[schema.Table]) {
	var before, after func(string) (schema.Table, bool)
	for i, t := range kept {
		was, is := t.from.Options, t.to.Options
		if slices.Equal(was.Parents(), is.Parents()) && was.Postgres.Bound == is.Postgres.Bound {
			continue
		}
		if before == nil {
			before, after = byName(from), byName(to)
		}
		if was.Parents() != nil {
			t.from = named(t.from.Leave(before), t.to)
			p.leave = append(p.leave, op.AlterTable{Table: t.from.Name, From: was, To: t.from.Options})
		}
		if is.Parents() != nil {
			t.to = named(t.to.Leave(after), t.from)
			p.join = append(p.join, op.AlterTable{Table: t.to.Name, From: t.to.Options, To: is})
		}
		kept[i] = t
	}
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

func byName(s schema.Schema) func(string) (schema.Table, bool) {
	tables := make(map[string]schema.Table, len(s.Tables))
	for _, t := range s.Tables {
		tables[t.Name] = t
	}
	return func(name string) (schema.Table, bool) { t, ok := tables[name]; return t, ok }
}
