package diff

import (
	"slices"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// foreignKeys takes foreign keys that stay out of the way of the key that they
// refer to, where that is dropped: a database keeps no foreign key without one.
func (p *phases) foreignKeys(kept []pair[schema.Table]) {
	lost := map[string][][]string{} // columns of the keys that a table loses
	stay := map[string][][]string{} // and of those that it keeps
	for _, t := range kept {
		if gone, left := keys(t.from, t.to); gone != nil {
			lost[t.to.Name], stay[t.to.Name] = gone, left
		}
	}
	if len(lost) == 0 {
		return
	}
	key := map[string]schema.PrimaryKey{}
	for _, t := range kept {
		key[t.from.Name] = t.from.PrimaryKey
	}
	for _, t := range kept {
		for _, f := range t.from.ForeignKeys {
			columns := f.RefColumns
			if len(columns) == 0 {
				columns = plain(key[f.RefTable].Parts)
			}
			refers := slices.ContainsFunc(lost[f.RefTable], func(l []string) bool { return sameSet(l, columns) }) &&
				!slices.ContainsFunc(stay[f.RefTable], func(k []string) bool { return sameSet(k, columns) })
			if refers && slices.ContainsFunc(t.to.ForeignKeys, f.Equal) {
				p.dropForeignKeys = append(p.dropForeignKeys, op.DropForeignKey{Table: t.to.Name, ForeignKey: f})
				p.addForeignKeys = append(p.addForeignKeys, op.AddForeignKey{Table: t.to.Name, ForeignKey: f})
			}
		}
	}
}

// keys returns the columns of each key that is dropped, or dropped and made
// again, and of those that stay.
func keys(from, to schema.Table) (lost, stay [][]string) {
	add := func(stays bool, parts []schema.Part) {
		if stays {
			stay = append(stay, plain(parts))
		} else {
			lost = append(lost, plain(parts))
		}
	}
	if len(from.PrimaryKey.Parts) > 0 {
		add(from.PrimaryKey.Same(to.PrimaryKey), from.PrimaryKey.Parts)
	}
	for _, u := range from.Uniques {
		add(slices.ContainsFunc(to.Uniques, u.Equal), u.Parts)
	}
	for _, i := range from.Indexes {
		if i.Unique && i.Where.IsZero() {
			add(slices.ContainsFunc(to.Indexes, i.Equal), i.Parts)
		}
	}
	return lost, stay
}

func plain(parts []schema.Part) []string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = p.Column
	}
	return out
}

func sameSet(a, b []string) bool {
	within := func(a, b []string) bool {
		return !slices.ContainsFunc(a, func(s string) bool { return !slices.Contains(b, s) })
	}
	return len(a) == len(b) && within(a, b) && within(b, a)
}
