package diff

import (
	"maps"
	"slices"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A thing is a table or an object, with what it cannot be created without.
type thing struct {
	table  schema.Table
	object schema.Object // of a table: the zero value

	needs      []*thing
	refers     []*thing // by foreign keys, which can be added later
	needsTable bool     // or something else that is made of tables
	state      visit
	place      int // in the order of creation
}

type visit int

const (
	waiting visit = iota
	open
	done
)

func (t *thing) isTable() bool { return t.object.Kind == "" }

// early reports whether t comes before what is altered.
func (t *thing) early() bool { return t.isTable() || t.object.Kind.Early() }

// inOrder sorts tables and objects so that each stands behind what it needs.
// Things that do not depend on each other keep their order, by kind: what
// tables are made of, tables, what is made of tables. A circle of foreign keys
// is cut somewhere; any other circle is left to the database to refuse.
//
// The late ones are those that no table needs.
func inOrder(tables []schema.Table, objects []schema.Object) (early, late []*thing) {
	things := make([]*thing, 0, len(tables)+len(objects))
	for _, o := range objects {
		things = append(things, &thing{object: o})
	}
	slices.SortStableFunc(things, func(a, b *thing) int { return rank(a.object.Kind) - rank(b.object.Kind) })
	n := slices.IndexFunc(things, func(t *thing) bool { return !t.early() })
	if n < 0 {
		n = len(things)
	}
	for _, t := range tables {
		things = slices.Insert(things, n, &thing{table: t})
		n++
	}
	link(things)
	for _, t := range things[:n] {
		early = t.visit(early)
	}
	for _, t := range things[n:] {
		late = t.visit(late)
	}
	for i, t := range early {
		t.place = i
	}
	return early, late
}

// visit appends t, behind everything that it needs.
func (t *thing) visit(to []*thing) []*thing {
	if t.state != waiting {
		return to
	}
	t.state = open
	for _, n := range t.needs {
		to = n.visit(to)
		t.needsTable = t.needsTable || n.isTable() || n.needsTable || !n.early()
	}
	for _, n := range t.refers {
		to = n.visit(to)
	}
	t.state = done
	return append(to, t)
}

// rank is the order of the kinds that come before tables; all others follow.
func rank(k schema.ObjectKind) int {
	order := [...]schema.ObjectKind{
		schema.Namespace, schema.Extension, schema.Collation, schema.Enum, schema.RangeType, schema.CompositeType,
		schema.Domain, schema.Sequence, schema.Function, schema.Procedure, schema.Aggregate,
	}
	if i := slices.Index(order[:], k); i >= 0 {
		return i
	}
	return len(order)
}

// createAll creates tables and objects.
func (p *phases) createAll(tables []schema.Table, objects []schema.Object, stay schema.Schema) {
	early, late := inOrder(tables, objects)
	early, late = notNeeded(early, late, neededBy(stay, early))
	for _, t := range early {
		if !t.isTable() {
			p.create = append(p.create, op.CreateObject{Object: t.object})
			continue
		}
		table, circular := t.apart()
		p.create = append(p.create, op.CreateTable{Table: table})
		for _, f := range circular {
			p.addForeignKeys = append(p.addForeignKeys, op.AddForeignKey{Table: table.Name, ForeignKey: f})
		}
	}
	for _, t := range late {
		p.createLate = append(p.createLate, op.CreateObject{Object: t.object})
	}
}

// dropAll drops tables and objects, in the opposite order. What was
// needed by something that stays goes at the end, when that is altered; the rest
// goes before anything comes that could have the same name.
func (p *phases) dropAll(tables []schema.Table, objects []schema.Object, stay schema.Schema) {
	early, late := inOrder(tables, objects)
	needed := neededBy(stay, early)
	early, late = notNeeded(early, late, needed)
	for _, t := range slices.Backward(late) {
		p.dropLate = append(p.dropLate, op.DropObject{Object: t.object})
	}
	for _, t := range slices.Backward(early) {
		switch {
		case needed[t]:
			p.dropEarly = append(p.dropEarly, op.DropObject{Object: t.object})
			for _, n := range t.needs {
				needed[n] = needed[n] || !n.isTable()
			}
		case !t.isTable():
			p.drop = append(p.drop, op.DropObject{Object: t.object})
		default:
			table, circular := t.apart()
			p.drop = append(p.drop, op.DropTable{Table: table})
			for _, f := range circular {
				p.dropForeignKeys = append(p.dropForeignKeys, op.DropForeignKey{Table: table.Name, ForeignKey: f})
			}
		}
	}
}

// notNeeded makes those objects late that could come early, but are made of
// tables, while no table is made of them: a function that returns the rows of a
// view, and the view.
func notNeeded(early, late []*thing, needed map[*thing]bool) (stay, goes []*thing) {
	needed = maps.Clone(needed)
	for _, t := range slices.Backward(early) { // what needs others stands behind them
		if t.isTable() || needed[t] {
			for _, n := range t.needs {
				needed[n] = true
			}
		}
	}
	for _, t := range early {
		if t.isTable() || needed[t] || t.early() && !t.needsTable && !t.onTable() {
			stay = append(stay, t)
		} else {
			goes = append(goes, t)
		}
	}
	return stay, append(goes, late...)
}

// onTable reports whether a thing needs a table, also one that stays as it is.
func (t *thing) onTable() bool {
	return slices.ContainsFunc(t.refs(), func(r schema.Ref) bool { return r.Kind == "" || !r.Kind.Early() })
}

// apart takes the foreign keys to tables that come later out of the table. A
// table that is created letter for letter keeps them: a dialect that cannot
// refer to a table before it exists has to see to that.
func (t *thing) apart() (rest schema.Table, circular []schema.ForeignKey) {
	later := map[string]bool{}
	for _, r := range t.refers {
		if r.place > t.place {
			later[r.table.Name] = true
		}
	}
	if len(later) == 0 || t.table.Verbatim != (schema.Variants{}) {
		return t.table, nil
	}
	rest = t.table.Clone()
	rest.ForeignKeys = slices.DeleteFunc(rest.ForeignKeys, func(f schema.ForeignKey) bool {
		if later[f.RefTable] {
			circular = append(circular, f)
			return true
		}
		return false
	})
	return rest, circular
}
