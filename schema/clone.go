package schema

import "slices"

// Clone returns a copy that shares no slice with t.
func (t Table) Clone() Table {
	t.Columns = slices.Clone(t.Columns)
	t.PrimaryKey.Parts = slices.Clone(t.PrimaryKey.Parts)
	t.PrimaryKey.Include = slices.Clone(t.PrimaryKey.Include)
	t.Uniques = slices.Clone(t.Uniques)
	for i := range t.Uniques {
		u := &t.Uniques[i]
		u.Parts, u.Include = slices.Clone(u.Parts), slices.Clone(u.Include)
	}
	t.ForeignKeys = slices.Clone(t.ForeignKeys)
	for i := range t.ForeignKeys {
		f := &t.ForeignKeys[i]
		f.Columns, f.RefColumns = slices.Clone(f.Columns), slices.Clone(f.RefColumns)
		f.SetColumns = slices.Clone(f.SetColumns)
	}
	t.Checks = slices.Clone(t.Checks)
	t.Indexes = slices.Clone(t.Indexes)
	for i := range t.Indexes {
		x := &t.Indexes[i]
		x.Parts, x.Include = slices.Clone(x.Parts), slices.Clone(x.Include)
	}
	t.Needs = slices.Clone(t.Needs)
	return t
}

// Equal reports whether two keys are the same, names included.
func (p PrimaryKey) Equal(q PrimaryKey) bool { return p.Name == q.Name && p.Same(q) }

// Same reports whether two keys do the same, whatever their names.
func (p PrimaryKey) Same(q PrimaryKey) bool {
	return p.Conflict == q.Conflict && p.Method == q.Method && slices.Equal(p.Parts, q.Parts) && p.ConstraintOptions.same(q.ConstraintOptions)
}

func (o ConstraintOptions) same(p ConstraintOptions) bool {
	return slices.Equal(o.Include, p.Include) && o.Deferrable == p.Deferrable &&
		o.InitiallyDeferred == p.InitiallyDeferred && o.WithoutOverlaps == p.WithoutOverlaps &&
		o.Storage == p.Storage && o.Tablespace == p.Tablespace && o.Comment == p.Comment
}

// Same reports whether two constraints do the same, whatever their names. A
// unique constraint is a set of columns: their order has no effect on what it
// forbids.
func (u Unique) Same(v Unique) bool {
	if u.Conflict != v.Conflict || len(u.Parts) != len(v.Parts) || u.NullsNotDistinct != v.NullsNotDistinct ||
		!u.ConstraintOptions.same(v.ConstraintOptions) {
		return false
	}
	if u.WithoutOverlaps && !slices.Equal(u.Parts, v.Parts) {
		return false // of the last column
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
		f.NotValid == g.NotValid && f.NotEnforced == g.NotEnforced && f.Period == g.Period && f.Comment == g.Comment &&
		slices.Equal(f.Columns, g.Columns) && slices.Equal(f.RefColumns, g.RefColumns) &&
		slices.Equal(f.SetColumns, g.SetColumns)
}

// Equal reports whether two constraints are the same, names included.
func (f ForeignKey) Equal(g ForeignKey) bool { return f.Name == g.Name && f.Same(g) }

// Same reports whether two constraints do the same, whatever their names.
func (c Check) Same(d Check) bool {
	c.Name = d.Name
	return c == d
}

// Equal reports whether two constraints are the same, names included.
func (c Check) Equal(d Check) bool { return c == d }

// Same reports whether two indexes do the same, whatever their names and the
// way they were written.
func (i Index) Same(j Index) bool {
	return i.Unique == j.Unique && i.Where == j.Where && i.Method == j.Method &&
		i.Comment == j.Comment && i.Invisible == j.Invisible && i.NullsNotDistinct == j.NullsNotDistinct &&
		i.Storage == j.Storage && i.Tablespace == j.Tablespace && i.Invalid == j.Invalid &&
		slices.Equal(i.Parts, j.Parts) && slices.Equal(i.Include, j.Include)
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
		out = append(out, i.Include)
	}
	return out
}
