package conformance

import (
	"slices"

	"github.com/whimbreldb/whimbrel/schema"
)

// shrink makes a trial that fails smaller, as long as it goes on failing in
// the same way. It tries at most so many times.
func shrink(r rules, c trial, tries int, fails func(trial) bool) trial {
	for again := true; again; {
		again = false
		for _, smaller := range reductions(c) {
			if tries == 0 {
				return c
			}
			next := r.together(smaller())
			next.inspected = c.inspected
			if size(next) >= size(c) {
				continue
			}
			tries--
			if fails(next) {
				c, again = next, true
				break
			}
		}
	}
	return c
}

// size counts what a reader of a trial has to read.
func size(c trial) int {
	n := 0
	for _, s := range []schema.Schema{c.from, c.to} {
		n += 20 * (len(s.Tables) + len(s.Objects))
		for _, t := range s.Tables {
			n += 8*(len(t.Columns)+len(t.Uniques)+len(t.ForeignKeys)+len(t.Checks)+len(t.Indexes)) + len(t.PrimaryKey.Parts) + len(t.Name)
			if t.Options != (schema.TableOptions{}) {
				n++
			}
			if t.PrimaryKey.Name != "" {
				n++
			}
			for _, c := range t.Columns {
				n += extras(c)
			}
			for _, i := range t.Indexes {
				n += len(i.Parts)
				for _, p := range i.Parts {
					if p != (schema.Part{Column: p.Column}) {
						n++
					}
				}
				for _, is := range []bool{!i.Where.IsZero(), i.Unique, i.Comment != "", i.Method != (schema.Variants{}), i.Invisible} {
					if is {
						n++
					}
				}
			}
			for _, u := range t.Uniques {
				n += len(u.Parts)
			}
		}
	}
	return n
}

func extras(c schema.Column) int {
	n := 0
	for _, is := range []bool{c.NotNull, !c.Default.IsZero(), !c.Generated.Expr.IsZero(), c.AutoIncrement, c.Collation != (schema.Variants{}), c.Comment != "", c.Identity != (schema.Identity{}), c.OnUpdate != "", len(c.Name) > 6} {
		if is {
			n++
		}
	}
	return n
}

// reductions are the smaller trials that can be tried: the largest steps first.
func reductions(c trial) []func() (schema.Schema, schema.Schema) {
	var out []func() (schema.Schema, schema.Schema)
	add := func(f func(s *schema.Schema)) { // to both sides
		out = append(out, func() (schema.Schema, schema.Schema) {
			from, to := clone(c.from), clone(c.to)
			f(&from)
			f(&to)
			return from, to
		})
	}
	one := func(f func(from, to *schema.Schema)) {
		out = append(out, func() (schema.Schema, schema.Schema) {
			from, to := clone(c.from), clone(c.to)
			f(&from, &to)
			return from, to
		})
	}
	table := func(name string, f func(t *schema.Table)) func(*schema.Schema) {
		return func(s *schema.Schema) {
			for i := range s.Tables {
				if s.Tables[i].Name == name {
					f(&s.Tables[i])
				}
			}
		}
	}
	for _, name := range tableNames(c) {
		drop := func(s *schema.Schema) {
			s.Tables = slices.DeleteFunc(s.Tables, func(t schema.Table) bool { return t.Name == name })
		}
		add(drop)
		// No change to this table: each side may be the one that fails.
		one(func(from, to *schema.Schema) { copyTable(*from, to, name) })
		one(func(from, to *schema.Schema) { copyTable(*to, from, name) })
	}
	add(func(s *schema.Schema) { s.Objects = nil })
	for _, o := range slices.Concat(c.from.Objects, c.to.Objects) {
		add(func(s *schema.Schema) {
			s.Objects = slices.DeleteFunc(s.Objects, func(p schema.Object) bool { return p.ID() == o.ID() })
		})
	}
	for _, t := range slices.Concat(c.from.Tables, c.to.Tables) {
		name := t.Name
		add(table(name, func(t *schema.Table) { t.Indexes = nil }))
		add(table(name, func(t *schema.Table) { t.Checks = nil }))
		add(table(name, func(t *schema.Table) { t.ForeignKeys = nil }))
		add(table(name, func(t *schema.Table) { t.Uniques = nil }))
		add(table(name, func(t *schema.Table) { t.PrimaryKey = schema.PrimaryKey{} }))
		add(table(name, func(t *schema.Table) { t.PrimaryKey.Name = "" }))
		add(table(name, func(t *schema.Table) { t.Options = schema.TableOptions{} }))
		for _, c := range t.Columns {
			column := func(f func(c *schema.Column)) {
				add(table(name, func(t *schema.Table) {
					for i := range t.Columns {
						if t.Columns[i].Name == c.Name {
							f(&t.Columns[i])
						}
					}
				}))
			}
			add(table(name, func(t *schema.Table) {
				t.Columns = slices.DeleteFunc(t.Columns, func(d schema.Column) bool { return d.Name == c.Name })
			}))
			column(func(c *schema.Column) { c.Default = schema.Default{} })
			column(func(c *schema.Column) { c.Comment = "" })
			column(func(c *schema.Column) { c.Collation = schema.Variants{} })
			column(func(c *schema.Column) { c.AutoIncrement, c.Identity = false, schema.Identity{} })
			column(func(c *schema.Column) { c.Identity = schema.Identity{} })
			column(func(c *schema.Column) { c.OnUpdate = "" })
			column(func(c *schema.Column) { c.NotNull = false })
			column(func(c *schema.Column) { c.Generated = schema.Generated{} })
		}
		for _, p := range t.Indexes {
			add(table(name, func(t *schema.Table) { t.Indexes = without(t.Indexes, p.Name) }))
			index := func(f func(i *schema.Index)) {
				add(table(name, func(t *schema.Table) {
					for i := range t.Indexes {
						if t.Indexes[i].Name == p.Name {
							f(&t.Indexes[i])
						}
					}
				}))
			}
			index(func(i *schema.Index) { i.Where = schema.SQL{} })
			index(func(i *schema.Index) { i.Unique = false })
			index(func(i *schema.Index) { i.Comment = "" })
			index(func(i *schema.Index) { i.Invisible = false })
			index(func(i *schema.Index) { i.Method = schema.Variants{} })
			for n := range p.Parts {
				index(func(i *schema.Index) {
					if n < len(i.Parts) && len(i.Parts) > 1 {
						i.Parts = slices.Delete(i.Parts, n, n+1)
					}
				})
				index(func(i *schema.Index) {
					if n < len(i.Parts) && i.Parts[n].Column != "" {
						i.Parts[n] = schema.Part{Column: i.Parts[n].Column}
					}
				})
			}
		}
		for _, p := range t.Uniques {
			add(table(name, func(t *schema.Table) { t.Uniques = without(t.Uniques, p.Name) }))
		}
		for _, p := range t.Checks {
			add(table(name, func(t *schema.Table) { t.Checks = without(t.Checks, p.Name) }))
		}
		for _, p := range t.ForeignKeys {
			add(table(name, func(t *schema.Table) { t.ForeignKeys = without(t.ForeignKeys, p.Name) }))
		}
	}
	return out
}

func tableNames(c trial) []string {
	var names []string
	for _, t := range slices.Concat(c.from.Tables, c.to.Tables) {
		if !slices.Contains(names, t.Name) {
			names = append(names, t.Name)
		}
	}
	return names
}

func copyTable(from schema.Schema, to *schema.Schema, name string) {
	t, ok := from.Table(name)
	if !ok {
		return
	}
	for i := range to.Tables {
		if to.Tables[i].Name == name {
			to.Tables[i] = t.Clone()
		}
	}
}

func without[T interface{ GetName() string }](items []T, name string) []T {
	return slices.DeleteFunc(items, func(t T) bool { return t.GetName() == name })
}
