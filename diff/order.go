package diff

import (
	"slices"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// createAll creates tables, those that are referred to before those that
// refer. A foreign key that would close a circle is added afterwards.
func (p *phases) createAll(tables []schema.Table) {
	sorted, later := byReference(tables)
	for i, t := range sorted {
		t, circular := apart(t, later[i])
		p.createTables = append(p.createTables, op.CreateTable{Table: t})
		for _, f := range circular {
			p.addForeignKeys = append(p.addForeignKeys, op.AddForeignKey{Table: t.Name, ForeignKey: f})
		}
	}
}

// dropAll drops tables, those that refer before those that are referred to.
func (p *phases) dropAll(tables []schema.Table) {
	sorted, later := byReference(tables)
	for i := len(sorted) - 1; i >= 0; i-- {
		t, circular := apart(sorted[i], later[i])
		p.dropTables = append(p.dropTables, op.DropTable{Table: t})
		for _, f := range circular {
			p.dropForeignKeys = append(p.dropForeignKeys, op.DropForeignKey{Table: t.Name, ForeignKey: f})
		}
	}
}

// apart takes the foreign keys to the tables in later out of t. A table that
// is created letter for letter keeps them: a dialect that cannot refer to a
// table before it exists has to see to that.
func apart(t schema.Table, later map[string]bool) (rest schema.Table, circular []schema.ForeignKey) {
	if len(later) == 0 || t.Verbatim != (schema.Variants{}) {
		return t, nil
	}
	t = t.Clone()
	t.ForeignKeys = slices.DeleteFunc(t.ForeignKeys, func(f schema.ForeignKey) bool {
		if later[f.RefTable] {
			circular = append(circular, f)
			return true
		}
		return false
	})
	return t, circular
}

// byReference sorts tables so that each stands behind those it refers to. For
// each table of the result, later holds the tables it refers to that could not
// be put before it, because they refer back. A reference to itself is none.
// Tables that do not depend on each other keep their order.
func byReference(tables []schema.Table) (sorted []schema.Table, later []map[string]bool) {
	index := make(map[string]int, len(tables))
	for i, t := range tables {
		index[t.Name] = i
	}
	const (
		waiting = iota
		open
		done
	)
	state := make([]int, len(tables))
	type frame struct{ table, next int }
	for start := range tables {
		stack := []frame{{start, 0}}
		if state[start] != waiting {
			continue
		}
		state[start] = open
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			t := tables[f.table]
			if f.next < len(t.ForeignKeys) {
				ref, ok := index[t.ForeignKeys[f.next].RefTable]
				f.next++
				if ok && state[ref] == waiting {
					state[ref] = open
					stack = append(stack, frame{ref, 0})
				}
				continue
			}
			var back map[string]bool
			for _, fk := range t.ForeignKeys {
				if ref, ok := index[fk.RefTable]; ok && ref != f.table && state[ref] == open {
					if back == nil {
						back = map[string]bool{}
					}
					back[fk.RefTable] = true
				}
			}
			state[f.table] = done
			sorted, later = append(sorted, t), append(later, back)
			stack = stack[:len(stack)-1]
		}
	}
	return sorted, later
}
