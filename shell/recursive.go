package shell

import (
	"go/types"
	"reflect"
	"slices"
	"unsafe"
)

func (w *world) makeNamed(t *types.Named) reflect.Type {
	if r, ok := w.native(t); ok {
		return r
	}
	o := t.Obj()
	for _, n := range w.named[t.Origin().Obj()] {
		if types.Identical(n.t, t) {
			return n.r
		}
	}
	for _, u := range w.open[o] { // recursive: something of the same size and shape to the garbage collector
		if types.Identical(u, t) {
			return nil
		}
	}
	w.open[o] = append(w.open[o], t)
	var r reflect.Type
	func() {
		defer func() {
			w.open[o] = w.open[o][:len(w.open[o])-1]
			if len(w.open[o]) == 0 {
				delete(w.open, o)
			}
		}()
		if st, ok := t.Underlying().(*types.Struct); ok {
			r = w.makeStruct(st, t)
		} else {
			r = w.makeShaped(t.Underlying())
		}
	}()
	w.named[t.Origin().Obj()] = append(w.named[t.Origin().Obj()], namedType{t, r})
	return r
}

// makeShaped is make for what is below a name: parts of it that contain the
// name are of the same shape only.
func (w *world) makeShaped(t types.Type) reflect.Type {
	if !w.mentionsOpen(t, nil) {
		return w.rtype(t)
	}
	switch t := t.(type) {
	case *types.Pointer:
		return reflect.PointerTo(w.shape(t.Elem()))
	case *types.Slice:
		return reflect.SliceOf(w.shape(t.Elem()))
	case *types.Map:
		return reflect.MapOf(w.shape(t.Key()), w.shape(t.Elem()))
	case *types.Chan:
		return reflect.ChanOf(chanDirs[t.Dir()], w.shape(t.Elem()))
	case *types.Signature:
		return w.makeFunc(t, w.shape)
	}
	return w.shape(t)
}

// shape is rtype, but where the type contains one that is being made, the
// nearest pointer, slice, map, channel or function around that is one of the
// same shape, that the garbage collector treats alike. Who reads a value from
// there looks at it with the right type: see fix.
func (w *world) shape(t types.Type) reflect.Type {
	if !w.mentionsOpen(t, nil) {
		return w.rtype(t)
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer, *types.Map, *types.Chan, *types.Signature:
		return reflect.TypeFor[unsafe.Pointer]()
	case *types.Slice:
		return reflect.TypeFor[[]unsafe.Pointer]()
	case *types.Interface:
		return w.rtype(t)
	case *types.Array:
		return reflect.ArrayOf(int(u.Len()), w.shape(u.Elem()))
	case *types.Struct:
		if _, ok := t.(*types.Named); ok {
			return w.rtype(t)
		}
		return w.makeStruct(u, nil)
	}
	return w.rtype(t)
}

// mentionsOpen reports whether t contains a type that is being made.
func (w *world) mentionsOpen(t types.Type, seen []types.Type) bool {
	t = types.Unalias(t)
	named, ok := t.(*types.Named)
	if !ok {
		return inside(t, func(part types.Type) bool { return w.mentionsOpen(part, seen) })
	}
	if slices.ContainsFunc(w.open[named.Obj()], func(o types.Type) bool { return types.Identical(o, named) }) {
		return true
	}
	if _, ok := w.native(named); ok || slices.Contains(seen, t) {
		return false
	}
	return w.mentionsOpen(named.Underlying(), append(seen, t))
}

// inside reports whether one of the types that t is written with fits.
func inside(t types.Type, fits func(types.Type) bool) bool {
	switch t := t.(type) {
	case *types.Map:
		return fits(t.Key()) || fits(t.Elem())
	case interface{ Elem() types.Type }: // pointer, slice, array, channel
		return fits(t.Elem())
	case *types.Signature:
		return inside(t.Params(), fits) || inside(t.Results(), fits)
	case *types.Tuple:
		for v := range t.Variables() {
			if fits(v.Type()) {
				return true
			}
		}
	case *types.Struct:
		for f := range t.Fields() {
			if fits(f.Type()) {
				return true
			}
		}
	}
	return false
}

// fix gives a value that was stored as something of the same shape its type.
func fix(v reflect.Value, r reflect.Type) reflect.Value {
	if v.Type() == r {
		return v
	}
	if !v.CanAddr() {
		v = addressable(v)
	}
	return reflect.NewAt(r, unsafe.Pointer(v.UnsafeAddr())).Elem() //nolint:gosec // the same shape: see shape
}
