package diff

import (
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
// they are away.
func madeOf(s schema.Schema, again map[schema.ObjectID]bool) {
	if len(again) == 0 {
		return
	}
	_, late := inOrder(nil, s.Objects)
	for _, t := range late { // what is needed stands first
		for _, n := range t.needs {
			if again[n.object.ID()] {
				again[t.object.ID()] = true
			}
		}
	}
}
