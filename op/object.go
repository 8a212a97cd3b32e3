package op

import (
	"maps"
	"slices"

	"github.com/whimbreldb/whimbrel/schema"
)

// find returns the object that o names. Where o does not say which table it is
// on, it must be the only one of that kind and name.
func (s *State) find(o schema.Object) (*object, bool) {
	if old, ok := s.objects[o.ID()]; ok || o.Table != "" {
		return old, ok
	}
	var found *object
	for id, old := range s.objects {
		if id.Kind == o.Kind && id.Name == o.Name {
			if found != nil {
				return nil, false
			}
			found = old
		}
	}
	return found, found != nil
}

func (s *State) alterObject(o AlterObject) (Op, string) {
	old, ok := s.objects[o.From.ID()]
	switch {
	case o.From.ID() != o.To.ID():
		return nil, "it must not change the kind, the name or the table: drop and create it"
	case !ok:
		return nil, "there is no such " + string(o.From.Kind)
	case !s.live && !old.Equal(o.From):
		return nil, "its definition is not what the operation starts from"
	}
	was := old.Object
	s.objects[o.From.ID()] = &object{old.order, o.To.Clone()}
	return AlterObject{From: was, To: o.To}, ""
}

// renameInObjects lets objects follow a table that is renamed.
func (s *State) renameInObjects(o RenameTable) {
	_, from := schema.Split(o.From)
	_, to := schema.Split(o.To)
	for _, id := range slices.Collect(maps.Keys(s.objects)) {
		ob := s.objects[id]
		ob.Definition = renameInSQL(ob.Definition, from, to, tableName)
		ob.Needs = slices.Clone(ob.Needs) // the caller of Schema may have them
		for i := range ob.Needs {
			if ob.Needs[i].Kind == "" && ob.Needs[i].Name == o.From {
				ob.Needs[i].Name = o.To
			}
		}
		if ob.Table == o.From {
			delete(s.objects, id)
			ob.Table = o.To
			s.objects[ob.ID()] = ob
		}
	}
}
