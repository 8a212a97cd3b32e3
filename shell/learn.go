package shell

import (
	"errors"
	"go/types"
	"reflect"
	"strings"
)

// learn reads off a type and what it is in memory what the named types within
// are: of those that a package does not export, or that nobody has registered.
func (w *world) learn(t types.Type, r reflect.Type) {
	t = types.Unalias(t)
	if r == nil || w.seen[learnedPair{t, r}] {
		return
	}
	w.seen[learnedPair{t, r}] = true
	switch t := t.(type) {
	case *types.Named:
		if t.Obj().Pkg() == nil || w.declared[t.Obj()] || r.Name() == "" {
			return
		}
		if _, ok := w.native(t); !ok {
			w.learned[t.Obj().Pkg().Path()+"."+nameKey(t)] = r
		}
		if st, ok := t.Underlying().(*types.Struct); ok && r.Kind() == reflect.Struct && st.NumFields() == r.NumField() {
			for i := range st.NumFields() {
				if st.Field(i).Exported() {
					w.learn(st.Field(i).Type(), r.Field(i).Type)
				}
			}
		}
	case *types.Pointer:
		w.learnElem(t.Elem(), r, reflect.Pointer)
	case *types.Slice:
		w.learnElem(t.Elem(), r, reflect.Slice)
	case *types.Array:
		w.learnElem(t.Elem(), r, reflect.Array)
	case *types.Chan:
		w.learnElem(t.Elem(), r, reflect.Chan)
	case *types.Map:
		if r.Kind() == reflect.Map {
			w.learn(t.Key(), r.Key())
			w.learn(t.Elem(), r.Elem())
		}
	case *types.Signature:
		if r.Kind() != reflect.Func || r.NumIn() != t.Params().Len() || r.NumOut() != t.Results().Len() {
			return
		}
		for i := range r.NumIn() {
			w.learn(t.Params().At(i).Type(), r.In(i))
		}
		for i := range r.NumOut() {
			w.learn(t.Results().At(i).Type(), r.Out(i))
		}
	}
}

func (w *world) learnElem(t types.Type, r reflect.Type, k reflect.Kind) {
	if r.Kind() == k {
		w.learn(t, r.Elem())
	}
}

// typeOf finds the checker's type of a compiled one.
func (w *world) typeOf(r reflect.Type, imp types.Importer, main *types.Package) (types.Type, error) {
	if r.Name() != "" && r.PkgPath() != "" {
		name, _, generic := strings.Cut(r.Name(), "[")
		path := r.PkgPath()
		pkg := main
		if path != "main" && path != main.Path() {
			var err error
			if pkg, err = imp.Import(path); err != nil {
				return nil, err
			}
		}
		tn, ok := pkg.Scope().Lookup(name).(*types.TypeName)
		if !ok || generic {
			return nil, errors.New("the type " + r.String() + " has no name here")
		}
		w.learn(tn.Type(), r)
		return tn.Type(), nil
	}
	elem := func() (types.Type, error) { return w.typeOf(r.Elem(), imp, main) }
	switch r.Kind() {
	case reflect.Pointer:
		t, err := elem()
		return types.NewPointer(orInvalid(t)), err
	case reflect.Slice:
		t, err := elem()
		return types.NewSlice(orInvalid(t)), err
	case reflect.Map:
		k, err := w.typeOf(r.Key(), imp, main)
		if err != nil {
			return nil, err
		}
		t, err := elem()
		return types.NewMap(k, orInvalid(t)), err
	}
	if r == errorType {
		return types.Universe.Lookup("error").Type(), nil
	}
	for k, b := range basics {
		if b == r && k != types.UntypedNil && (k < types.UntypedBool) {
			return types.Typ[k], nil
		}
	}
	if r == anyType {
		return types.Universe.Lookup("any").Type(), nil
	}
	return nil, errors.New("the type " + r.String() + " has no name here")
}

func orInvalid(t types.Type) types.Type {
	if t == nil {
		return types.Typ[types.Invalid]
	}
	return t
}
