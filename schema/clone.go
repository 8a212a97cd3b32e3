package schema

import "slices"

// Clone returns a copy that shares no slice with t.
func (t Table) Clone() Table {
	t.Columns = slices.Clone(t.Columns)
	t.PrimaryKey.Parts = slices.Clone(t.PrimaryKey.Parts)
	t.Uniques = slices.Clone(t.Uniques)
	for i := range t.Uniques {
		t.Uniques[i].Parts = slices.Clone(t.Uniques[i].Parts)
	}
	t.ForeignKeys = slices.Clone(t.ForeignKeys)
	for i := range t.ForeignKeys {
		f := &t.ForeignKeys[i]
		f.Columns, f.RefColumns = slices.Clone(f.Columns), slices.Clone(f.RefColumns)
	}
	t.Checks = slices.Clone(t.Checks)
	t.Indexes = slices.Clone(t.Indexes)
	for i := range t.Indexes {
		t.Indexes[i].Parts = slices.Clone(t.Indexes[i].Parts)
	}
	return t
}

// Equal reports whether two keys are the same, names included.
func (p PrimaryKey) Equal(q PrimaryKey) bool { return p.Name == q.Name && p.Same(q) }

// Same reports whether two keys do the same, whatever their names.
func (p PrimaryKey) Same(q PrimaryKey) bool {
	return p.Conflict == q.Conflict && slices.Equal(p.Parts, q.Parts)
}

// Same reports whether two constraints do the same, whatever their names. A
// unique constraint is a set of columns: their order has no effect on what it
// forbids.
func (u Unique) Same(v Unique) bool {
	if u.Conflict != v.Conflict || len(u.Parts) != len(v.Parts) {
		return false
	}
	within := func(a, b []Part) bool {
		return !slices.ContainsFunc(a, func(p Part) bool { return !slices.Contains(b, p) })
	}
	return within(u.Parts, v.Parts) && within(v.Parts, u.Parts)
}

// Equal reports whether two constraints are the same, names included.
func (u Unique) Equal(v Unique) bool { return u.Name == v.Name && u.Same(v) }

// Same reports whether two constraints do the same, whatever their names.
func (f ForeignKey) Same(g ForeignKey) bool {
	return f.RefTable == g.RefTable && f.OnDelete == g.OnDelete && f.OnUpdate == g.OnUpdate &&
		f.Match == g.Match && f.Deferrable == g.Deferrable && f.InitiallyDeferred == g.InitiallyDeferred &&
		slices.Equal(f.Columns, g.Columns) && slices.Equal(f.RefColumns, g.RefColumns)
}

// Equal reports whether two constraints are the same, names included.
func (f ForeignKey) Equal(g ForeignKey) bool { return f.Name == g.Name && f.Same(g) }

// Same reports whether two constraints do the same, whatever their names.
func (c Check) Same(d Check) bool { return c.Expr == d.Expr }

// Equal reports whether two constraints are the same, names included.
func (c Check) Equal(d Check) bool { return c == d }

// Same reports whether two indexes do the same, whatever their names and the
// way they were written.
func (i Index) Same(j Index) bool {
	return i.Unique == j.Unique && i.Where == j.Where && i.Method == j.Method &&
		i.Comment == j.Comment && slices.Equal(i.Parts, j.Parts)
}

// Equal reports whether two indexes are the same, names included.
func (i Index) Equal(j Index) bool { return i.Name == j.Name && i.Same(j) }

// References returns, for each key, constraint and index of the table, the
// names of the table's own columns in it, expressions left out.
func (t Table) References() [][]string {
	var out [][]string
	add := func(parts []Part) {
		var names []string
		for _, p := range parts {
			if p.Column != "" {
				names = append(names, p.Column)
			}
		}
		out = append(out, names)
	}
	add(t.PrimaryKey.Parts)
	for _, u := range t.Uniques {
		add(u.Parts)
	}
	for _, f := range t.ForeignKeys {
		out = append(out, f.Columns)
	}
	for _, i := range t.Indexes {
		add(i.Parts)
	}
	return out
}
