package conformance

import (
	"slices"

	"github.com/whimbreldb/whimbrel/schema"
)

// change changes something. What it breaks elsewhere is taken away by valid.
func (g *generator) change() {
	if len(g.s.Tables) == 0 {
		g.table()
		return
	}
	i := g.n(len(g.s.Tables))
	t := &g.s.Tables[i]
	switch g.n(19) {
	case 0, 1:
		t.Columns = append(t.Columns, g.column(*t))
	case 2, 3:
		at := g.n(len(t.Columns))
		t.Columns = slices.Delete(t.Columns, at, at+1)
	case 4, 5:
		g.changeType(t)
	case 6:
		c := &t.Columns[g.n(len(t.Columns))]
		if c.Generated.Expr.IsZero() {
			c.OnUpdate = ""
			g.attributes(c)
		}
	case 7:
		c := &t.Columns[g.n(len(t.Columns))]
		if c.Generated.Expr.IsZero() {
			c.NotNull = !c.NotNull
		}
	case 8, 9:
		g.part(t)
	case 10:
		if n := len(t.Indexes); n > 0 {
			t.Indexes = slices.Delete(t.Indexes, n-1, n)
		}
	case 11:
		if n := len(t.Uniques); n > 0 {
			t.Uniques = slices.Delete(t.Uniques, n-1, n)
		} else if n := len(t.Checks); n > 0 {
			t.Checks = slices.Delete(t.Checks, n-1, n)
		}
	case 12:
		g.foreignKey()
	case 13:
		if n := len(t.ForeignKeys); n > 0 {
			g.changeForeignKey(t, g.n(n))
		}
	case 14:
		g.table()
	case 15:
		g.s.Tables = slices.Delete(g.s.Tables, i, i+1)
	case 16:
		t.PrimaryKey = g.key(g.members(*t, 2))
	case 17:
		g.options(t)
	case 18:
		g.changeObject()
	}
}

func (g *generator) changeForeignKey(t *schema.Table, i int) {
	f := &t.ForeignKeys[i]
	if g.one(2) {
		t.ForeignKeys = slices.Delete(t.ForeignKeys, i, i+1)
		return
	}
	actions := []schema.Action{schema.NoAction, schema.Cascade}
	f.OnDelete, f.OnUpdate = pick(g.source, actions), pick(g.source, actions)
	if g.one(2) {
		f.Name = g.id("f")
	}
}

// changeType gives a column another type that its values fit, and the same to
// every column that refers to it or that it refers to.
func (g *generator) changeType(t *schema.Table) {
	c := t.Columns[g.n(len(t.Columns))]
	k := kindOf(g.rules, c.Type, enumerations(g.s))
	if len(k.become) == 0 || !c.Generated.Expr.IsZero() {
		return
	}
	to := pick(g.source, k.become)
	set := map[cell]bool{{t.Name, c.Name}: true}
	for again := true; again; {
		again = false
		for _, t := range g.s.Tables {
			for _, f := range t.ForeignKeys {
				for i := range f.Columns {
					a, b := cell{t.Name, f.Columns[i]}, cell{f.RefTable, f.RefColumns[i]}
					if set[a] != set[b] {
						set[a], set[b], again = true, true, true
					}
				}
			}
		}
	}
	for i := range g.s.Tables {
		t := &g.s.Tables[i]
		for j := range t.Columns {
			c := &t.Columns[j]
			if !set[cell{t.Name, c.Name}] {
				continue
			}
			c.Type, c.Default, c.OnUpdate = to, schema.Default{}, ""
			if !isInt(to) {
				c.AutoIncrement, c.Identity = false, schema.Identity{}
			}
			if d := kindOf(g.rules, to, nil).defaults; len(d) > 0 && g.one(3) && !c.AutoIncrement {
				c.Default = pick(g.source, d)
			}
		}
	}
}

func (g *generator) changeObject() {
	n := len(g.s.Objects)
	if n == 0 || g.one(3) {
		g.object()
		return
	}
	i := g.n(n)
	o := &g.s.Objects[i]
	switch o.Kind {
	case schema.Enum:
		list := enumerations(g.s)[o.Name]
		_, local := schema.Split(o.Name)
		at := g.n(len(list) + 1)
		o.Definition = schema.SQL{}.On(g.name, enumText(g.d, local, slices.Insert(slices.Clone(list), at, "'"+g.id("more ")[:6]+"'")))
	case schema.View, schema.MaterializedView:
		t := pick(g.source, g.s.Tables)
		_, local := schema.Split(o.Name)
		if g.sqlite() {
			local = o.Name
		}
		create := "CREATE VIEW "
		if o.Kind == schema.MaterializedView {
			create = "CREATE MATERIALIZED VIEW "
		}
		o.Definition = schema.SQL{}.On(g.name, create+g.d.Quote(local)+" AS "+g.query(t))
	default:
		g.s.Objects = slices.Delete(g.s.Objects, i, i+1)
	}
}
