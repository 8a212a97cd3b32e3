package shell

import (
	"go/types"
	"iter"
	"reflect"
)

// intrinsic returns functions that have no body in Go, or one that needs what
// only the runtime has.
func (s *Session) intrinsic(o *types.Func, args []types.Type) (reflect.Value, bool) {
	if o.Pkg() == nil || o.Signature().Recv() != nil {
		return reflect.Value{}, false
	}
	switch o.Pkg().Path() + "." + o.Name() {
	case "iter.Pull":
		return s.pull(args), true
	case "iter.Pull2":
		return s.pull(args), true
	case "maps.clone":
		return reflect.ValueOf(cloneMap), true
	case "errors.As":
		return reflect.ValueOf(s.errorsAs), true
	}
	return reflect.Value{}, false
}

// cloneMap copies a map.
func cloneMap(m any) any {
	v := reflect.ValueOf(m)
	if !v.IsValid() || v.IsNil() {
		return m
	}
	out := reflect.MakeMapWithSize(v.Type(), v.Len())
	for it := v.MapRange(); it.Next(); {
		out.SetMapIndex(it.Key(), it.Value())
	}
	return out.Interface()
}

// pull is iter.Pull, or Pull2, for any element.
func (s *Session) pull(args []types.Type) reflect.Value {
	elems := make([]reflect.Type, len(args))
	for i, a := range args {
		elems[i] = s.w.rtype(a)
	}
	yield := reflect.FuncOf(elems, []reflect.Type{boolType}, false)
	seq := reflect.FuncOf([]reflect.Type{yield}, nil, false)
	next := reflect.FuncOf(nil, append(append([]reflect.Type{}, elems...), boolType), false)
	stop := reflect.FuncOf(nil, nil, false)
	fn := reflect.FuncOf([]reflect.Type{seq}, []reflect.Type{next, stop}, false)
	return reflect.MakeFunc(fn, func(in []reflect.Value) []reflect.Value {
		nextValues, end := iter.Pull(func(y func([]reflect.Value) bool) {
			in[0].Call([]reflect.Value{reflect.MakeFunc(yield, func(vs []reflect.Value) []reflect.Value {
				return []reflect.Value{reflect.ValueOf(y(vs))}
			})})
		})
		return []reflect.Value{
			reflect.MakeFunc(next, func([]reflect.Value) []reflect.Value {
				vs, ok := nextValues()
				if !ok {
					vs = nil
					for _, e := range elems {
						vs = append(vs, reflect.Zero(e))
					}
				}
				return append(append([]reflect.Value{}, vs...), reflect.ValueOf(ok))
			}),
			reflect.MakeFunc(stop, func([]reflect.Value) []reflect.Value { end(); return nil }),
		}
	})
}

// errorsAs is errors.As, also for error types of the shell's: package errors
// would refuse them, because reflection sees no method Error.
func (s *Session) errorsAs(err error, target any) bool {
	var want types.Type
	v := reflect.ValueOf(target)
	if b, ok := target.(box); ok {
		v = reflect.ValueOf(b.v)
		if p, ok := b.t.t.Underlying().(*types.Pointer); ok {
			want = p.Elem()
		}
	}
	if v.Kind() != reflect.Pointer || v.IsNil() {
		panic("errors: target must be a non-nil pointer")
	}
	if want == nil {
		if n, ok := s.w.structs.Load(v.Type().Elem()); ok {
			want = n.(*types.Named)
		} else if e := v.Type().Elem(); e.Kind() == reflect.Pointer {
			if n, ok := s.w.structs.Load(e.Elem()); ok {
				want = types.NewPointer(n.(*types.Named))
			}
		}
	}
	to := v.Elem()
	for err != nil {
		dyn, inner := s.dynamic(reflect.ValueOf(&err).Elem())
		switch {
		case want != nil && dyn != nil && types.Identical(dyn, want):
			to.Set(inner)
			return true
		case want == nil && dyn == nil && inner.Type().AssignableTo(to.Type()):
			to.Set(inner)
			return true
		}
		if x, ok := err.(interface{ As(any) bool }); ok && want == nil && x.As(target) {
			return true
		}
		switch x := err.(type) { //nolint:errorlint // this is As
		case interface{ Unwrap() error }:
			err = x.Unwrap()
		case interface{ Unwrap() []error }:
			for _, e := range x.Unwrap() {
				if s.errorsAs(e, target) {
					return true
				}
			}
			return false
		default:
			return false
		}
	}
	return false
}
