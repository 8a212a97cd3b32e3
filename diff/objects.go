package diff

import (
	"slices"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// objects returns the objects that are dropped and those that are created.
// What tables are made of is altered in place. What is made of tables is
// dropped and created again, and with it what was made of that.
func (p *phases) objects(from, to schema.Schema) (gone, added []schema.Object) {
	old := make(map[schema.ObjectID]schema.Object, len(from.Objects))
	for _, o := range from.Objects {
		old[o.ID()] = o
	}
	again := map[schema.ObjectID]bool{} // dropped, or dropped and created
	for _, o := range to.Objects {
		was, ok := old[o.ID()]
		delete(old, o.ID())
		switch {
		case !ok:
			added = append(added, o)
		case was.Equal(o):
		case o.Kind.Early():
			p.alterObjects = append(p.alterObjects, op.AlterObject{From: was, To: o})
		default:
			again[o.ID()] = true
		}
	}
	for id := range old {
		again[id] = true
	}
	madeOf(from, again)
	p.alterObjects = slices.DeleteFunc(p.alterObjects, func(o op.Op) bool { return again[o.(op.AlterObject).From.ID()] })
	for _, o := range from.Objects {
		if again[o.ID()] {
			gone = append(gone, o)
		}
	}
	for _, o := range to.Objects {
		if again[o.ID()] {
			added = append(added, o)
		}
	}
	return gone, added
}

// madeOf adds to the set what is made of things in it, and so cannot stay while
// they are away: what is made of tables, and routines of which that is known.
func madeOf(s schema.Schema, again map[schema.ObjectID]bool) {
	if len(again) == 0 {
		return
	}
	early, late := inOrder(nil, s.Objects)
	early = slices.DeleteFunc(early, func(t *thing) bool {
		k := t.object.Kind
		return k.Early() && (t.unasked() || k != schema.Function && k != schema.Procedure && k != schema.Aggregate)
	})
	for _, t := range slices.Concat(early, late) { // what is needed stands first
		for _, n := range t.needs {
			if again[n.object.ID()] {
				again[t.object.ID()] = true
			}
		}
	}
}
