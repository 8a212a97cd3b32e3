package shell

import "go/types"

// A typeArgs says what the type parameters of the function that is being
// compiled stand for.
type typeArgs map[*types.TypeParam]types.Type

// subst replaces type parameters within t.
func subst(t types.Type, a typeArgs) types.Type {
	if len(a) == 0 || t == nil {
		return t
	}
	s := substituter{args: a}
	return s.typ(t)
}

type substituter struct {
	args typeArgs
	// again makes new instances of generic types even where nothing changes:
	// an instance remembers the methods that its origin had.
	again func(*types.Named) bool
}

func (s substituter) typ(t types.Type) types.Type {
	switch t := t.(type) {
	case *types.TypeParam:
		if r, ok := s.args[t]; ok {
			return r
		}
	case *types.Alias:
		return s.typ(types.Unalias(t))
	case *types.Pointer:
		if e := s.typ(t.Elem()); e != t.Elem() {
			return types.NewPointer(e)
		}
	case *types.Slice:
		if e := s.typ(t.Elem()); e != t.Elem() {
			return types.NewSlice(e)
		}
	case *types.Array:
		if e := s.typ(t.Elem()); e != t.Elem() {
			return types.NewArray(e, t.Len())
		}
	case *types.Map:
		k, e := s.typ(t.Key()), s.typ(t.Elem())
		if k != t.Key() || e != t.Elem() {
			return types.NewMap(k, e)
		}
	case *types.Chan:
		if e := s.typ(t.Elem()); e != t.Elem() {
			return types.NewChan(t.Dir(), e)
		}
	case *types.Tuple:
		if n := s.tuple(t); n != t {
			return n
		}
	case *types.Signature:
		p, r := s.tuple(t.Params()), s.tuple(t.Results())
		if p != t.Params() || r != t.Results() {
			return types.NewSignatureType(nil, nil, nil, p, r, t.Variadic())
		}
	case *types.Struct:
		return s.structure(t)
	case *types.Interface:
		return s.iface(t)
	case *types.Union:
		terms := make([]*types.Term, t.Len())
		for i := range terms {
			terms[i] = types.NewTerm(t.Term(i).Tilde(), s.typ(t.Term(i).Type()))
		}
		return types.NewUnion(terms)
	case *types.Named:
		return s.named(t)
	}
	return t
}

func (s substituter) named(t *types.Named) types.Type {
	if t.TypeArgs().Len() == 0 {
		return t
	}
	args := make([]types.Type, t.TypeArgs().Len())
	changed := s.again != nil && s.again(t)
	for i := range args {
		args[i] = s.typ(t.TypeArgs().At(i))
		changed = changed || args[i] != t.TypeArgs().At(i)
	}
	if !changed {
		return t
	}
	n, err := types.Instantiate(nil, t.Origin(), args, false)
	if err != nil {
		return t
	}
	return n
}

func (s substituter) tuple(t *types.Tuple) *types.Tuple {
	vars := make([]*types.Var, t.Len())
	changed := false
	for i := range vars {
		v := t.At(i)
		vars[i] = v
		if n := s.typ(v.Type()); n != v.Type() {
			vars[i] = types.NewParam(v.Pos(), v.Pkg(), v.Name(), n)
			changed = true
		}
	}
	if !changed {
		return t
	}
	return types.NewTuple(vars...)
}

func (s substituter) structure(t *types.Struct) types.Type {
	fields := make([]*types.Var, t.NumFields())
	tags := make([]string, len(fields))
	changed := false
	for i := range fields {
		v := t.Field(i)
		fields[i], tags[i] = v, t.Tag(i)
		if n := s.typ(v.Type()); n != v.Type() {
			fields[i] = types.NewField(v.Pos(), v.Pkg(), v.Name(), n, v.Embedded())
			changed = true
		}
	}
	if !changed {
		return t
	}
	return types.NewStruct(fields, tags)
}

func (s substituter) iface(t *types.Interface) types.Type {
	changed := false
	var methods []*types.Func
	for m := range t.ExplicitMethods() {
		sig := s.typ(m.Signature())
		if sig != types.Type(m.Signature()) {
			changed = true
			m = types.NewFunc(m.Pos(), m.Pkg(), m.Name(), sig.(*types.Signature))
		}
		methods = append(methods, m)
	}
	var embedded []types.Type
	for e := range t.EmbeddedTypes() {
		n := s.typ(e)
		changed = changed || n != e
		embedded = append(embedded, n)
	}
	if !changed {
		return t
	}
	return types.NewInterfaceType(methods, embedded).Complete()
}
