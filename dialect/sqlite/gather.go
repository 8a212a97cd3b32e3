package sqlite

import (
	"slices"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// gather brings the operations on a table together where only indexes of other
// tables come or go between them, so that it is made anew once: a table that
// other tables refer to and that gets another name takes its indexes and their
// foreign keys along, each by operations of its own.
func gather(items []item) []item {
	for i := 0; i < len(items); i++ {
		if r := roleOf(items[i].op); r != alters && r != constrains || isIndex(items[i].op) {
			continue
		}
		table, end := op.TableOf(items[i].op), i+1
		var passed []op.Op
	search:
		for j := end; j < len(items); j++ {
			it := items[j]
			r := roleOf(it.op)
			switch {
			case op.TableOf(it.op) == table && (r == alters || r == constrains || r == indexes):
				if slices.ContainsFunc(passed, func(p op.Op) bool { return waitsFor(it.op, p) }) {
					break search
				}
				items = slices.Insert(slices.Delete(items, j, j+1), end, it)
				end++
			case isIndex(it.op):
				passed = append(passed, it.op)
			default:
				break search
			}
		}
		i = end - 1
	}
	return items
}

func isIndex(o op.Op) bool {
	switch o.(type) {
	case op.CreateIndex, op.DropIndex:
		return true
	default:
		return false
	}
}

// waitsFor reports whether an operation needs what another one does to an index
// of another table: a key to refer to, or a name that is free.
func waitsFor(o, index op.Op) bool {
	switch o := o.(type) {
	case op.AddForeignKey:
		create, ok := index.(op.CreateIndex)
		return ok && create.Index.Unique && create.Table == o.ForeignKey.RefTable && slices.ContainsFunc(create.Index.Parts, func(p schema.Part) bool {
			return slices.ContainsFunc(o.ForeignKey.RefColumns, func(c string) bool { return fold(c) == fold(p.Column) })
		})
	case op.CreateIndex:
		drop, ok := index.(op.DropIndex)
		return ok && fold(drop.Index.Name) == fold(o.Index.Name)
	default:
		return false
	}
}
