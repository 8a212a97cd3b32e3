package bunmodel

import (
	"slices"

	"github.com/whimbreldb/whimbrel/schema"
)

// indexes adds the indexes that hooks have made on the table of a model.
func (l *loader) indexes(i int, t *schema.Table) {
	name := modelName(l.targets[0].bun[i].Type)
	var done []string
	for _, m := range l.targets {
		for _, ix := range m.models[i].indexes {
			if slices.Contains(done, ix.Name) {
				continue
			}
			done = append(done, ix.Name)
			if merged, ok := l.index(i, ix.Name, name); ok {
				t.Indexes = append(t.Indexes, merged)
			}
		}
	}
}

// index puts together what an index is on each dialect.
func (l *loader) index(i int, index, model string) (schema.Index, bool) {
	var all []schema.Index
	for _, m := range l.targets {
		at := slices.IndexFunc(m.models[i].indexes, func(ix schema.Index) bool { return ix.Name == index })
		if at < 0 {
			l.warn(model, "", "index %q is left out: a hook makes it on some dialects and not on %s, and a history has one for all", index, m.dialect)
			return schema.Index{}, false
		}
		all = append(all, m.models[i].indexes[at])
	}
	out := all[0]
	out.Parts = slices.Clone(out.Parts)
	var where []schema.SQL
	for n, ix := range all {
		d := l.targets[n].dialect
		if len(ix.Parts) != len(out.Parts) || ix.Unique != out.Unique {
			l.fail(model, "", "index %q is another one on %s than on %s", index, d, l.targets[0].dialect)
			return schema.Index{}, false
		}
		if d == schema.MySQL && !ix.Where.IsZero() {
			l.warn(model, "", "index %q: MySQL has no partial indexes, the index covers every row there", index)
			ix.Where = schema.SQL{}
		}
		out.Method = out.Method.With(d, ix.Method.On(d))
		if d == schema.Postgres {
			out.Include, out.NullsNotDistinct, out.Storage, out.Tablespace = ix.Include, ix.NullsNotDistinct, ix.Storage, ix.Tablespace
		}
		where = append(where, ix.Where)
	}
	out.Where = l.together(where)
	for p := range out.Parts {
		var exprs []schema.SQL
		for n, ix := range all {
			part := ix.Parts[p]
			d := l.targets[n].dialect
			if part.Column != out.Parts[p].Column {
				l.fail(model, "", "index %q is another one on %s than on %s", index, d, l.targets[0].dialect)
				return schema.Index{}, false
			}
			out.Parts[p].Collation = out.Parts[p].Collation.With(d, part.Collation.On(d))
			out.Parts[p].Length = max(out.Parts[p].Length, part.Length)
			if d == schema.Postgres {
				out.Parts[p].OpClass, out.Parts[p].Nulls = part.OpClass, part.Nulls
			}
			exprs = append(exprs, part.Expr)
		}
		out.Parts[p].Expr = l.together(exprs)
	}
	return out, true
}

// together makes one fragment of those of each dialect.
func (l *loader) together(each []schema.SQL) schema.SQL {
	first := each[0].For(l.targets[0].dialect)
	same := true
	var out schema.SQL
	for i, s := range each {
		d := l.targets[i].dialect
		same = same && s.For(d) == first
		out = out.On(d, s.For(d))
	}
	if same {
		return schema.Expr(first)
	}
	return out
}

// hookObjects adds what hooks make beside tables and indexes.
func (l *loader) hookObjects() {
	for _, m := range l.targets {
		for _, o := range m.objects {
			have := l.objects[o.ID()]
			if have == nil {
				l.ids = append(l.ids, o.ID())
				l.objects[o.ID()] = &o
				continue
			}
			have.Definition = have.Definition.On(m.dialect, o.Definition.For(m.dialect))
		}
	}
}
