package conformance

import (
	"slices"
	"time"

	"github.com/whimbreldb/whimbrel/schema"
)

// shrink makes a trial that fails smaller, as long as it goes on failing in
// the same way, and until the time is up. It tries to take many things away at
// once, and fewer where that does not go.
func shrink(r rules, c trial, until time.Time, fails func(trial) bool) trial {
	all := reductions(c)
	for chunk := (len(all) + 1) / 2; chunk > 0; {
		shrunk := false
		for at := 0; at < len(all) && time.Now().Before(until); at += chunk {
			from, to := clone(c.from), clone(c.to)
			for _, f := range all[at:min(at+chunk, len(all))] {
				f(&from, &to)
			}
			next := r.together(from, to)
			next.inspected = c.inspected
			if size(next) < size(c) && fails(next) {
				c, shrunk = next, true
			}
		}
		if shrunk {
			all = reductions(c)
			chunk = min(chunk, (len(all)+1)/2)
			continue
		}
		chunk /= 2
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

// reductions are what can be taken away, large things first.
func reductions(c trial) []func(from, to *schema.Schema) {
	var out []func(from, to *schema.Schema)
	one := func(f func(from, to *schema.Schema)) { out = append(out, f) }
	add := func(f func(s *schema.Schema)) { // to both sides
		one(func(from, to *schema.Schema) {
			f(from)
			f(to)
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
	for _, o := range slices.Concat(c.from.Objects, c.to.Objects) {
		add(func(s *schema.Schema) {
			s.Objects = slices.DeleteFunc(s.Objects, func(p schema.Object) bool { return p.ID() == o.ID() })
		})
	}
	seen := map[string]bool{}
	for _, t := range slices.Concat(c.from.Tables, c.to.Tables) {
		name := t.Name
		if seen[name] {
			continue
		}
		seen[name] = true
		if other, ok := c.to.Table(name); ok {
			t = t.Clone()
			t.Columns = union(t.Columns, other.Columns)
			t.Uniques = union(t.Uniques, other.Uniques)
			t.ForeignKeys = union(t.ForeignKeys, other.ForeignKeys)
			t.Checks = union(t.Checks, other.Checks)
			t.Indexes = union(t.Indexes, other.Indexes)
		}
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

// union returns the items of both, each name once.
func union[T interface{ GetName() string }](a, b []T) []T {
	a = slices.Clone(a)
	for _, t := range b {
		if !slices.ContainsFunc(a, func(u T) bool { return u.GetName() == t.GetName() }) {
			a = append(a, t)
		}
	}
	return a
}
