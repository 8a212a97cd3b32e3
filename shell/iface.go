package shell

import (
	"fmt"
	"go/types"
	"reflect"
)

// toInterface puts a value in an interface.
func (c *compiler) toInterface(x code, t types.Type) code {
	r := c.rtype(t)
	v, s := x.v, c.s
	if types.IsInterface(x.t) {
		if x.r == r {
			return x.as(t, r)
		}
		return valueCode(t, r, func(f *frame) reflect.Value { return s.toNative(v(f), r) })
	}
	if x.k != nil && x.t != nil {
		d := types.Default(x.t)
		x = constCode(d, c.rtype(d), x.k)
		v = x.v
	}
	boxed := c.boxed(x.t)
	_, ours := c.s.w.ours(x.t)
	switch {
	case boxed && r == anyType:
		bt := s.boxType(x.t)
		wrap := c.s.wrapper(x.t)
		return valueCode(t, r, func(f *frame) reflect.Value {
			n := reflect.New(anyType).Elem()
			n.Set(reflect.ValueOf(wrap(box{bt, v(f).Interface()})))
			return n
		})
	case !boxed && !ours && (r == anyType || x.r.Implements(r)):
		return valueCode(t, r, func(f *frame) reflect.Value {
			n := reflect.New(r).Elem()
			n.Set(v(f))
			return n
		})
	case r == anyType:
		return valueCode(t, r, func(f *frame) reflect.Value {
			n := reflect.New(anyType).Elem()
			n.Set(v(f))
			return n
		})
	}
	bt := s.boxType(x.t)
	return valueCode(t, r, func(f *frame) reflect.Value {
		n, ok := adapt(box{bt, v(f).Interface()}, r)
		if !ok {
			panic(noAdapter(s.typeName(bt.t), r))
		}
		return n
	})
}

func noAdapter(name string, r reflect.Type) error {
	return unsupportedError(fmt.Sprintf("compiled code cannot use %s as %v: its methods exist in the shell only", name, r))
}

// toNative makes of one interface another, which the value is known to have.
func (s *Session) toNative(v reflect.Value, to reflect.Type) reflect.Value {
	if v.Type() == to {
		return v
	}
	n := reflect.New(to).Elem()
	if v.Kind() != reflect.Interface {
		if v.Type().AssignableTo(to) {
			n.Set(v)
			return n
		}
		return s.fromNative(v, to)
	}
	if v.IsNil() {
		return n
	}
	e := v.Elem()
	if to.Kind() == reflect.Interface && e.Type().Implements(to) && e.Type() != reflect.TypeFor[box]() {
		n.Set(e)
		return n
	}
	if to == anyType {
		n.Set(e)
		return n
	}
	t, inner := s.dynamic(v)
	if t != nil {
		if a, ok := adapt(box{s.boxTypeLocked(t), inner.Interface()}, to); ok {
			return a
		}
		panic(noAdapter(s.typeName(t), to))
	}
	panic(noAdapter(e.Type().String(), to))
}

// dynamic returns the value in an interface, and its type where it is one of
// the shell's; nil is a compiled one.
func (s *Session) dynamic(v reflect.Value) (types.Type, reflect.Value) {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() {
		return nil, v
	}
	r := v.Type()
	if r.Name() != "" {
		if r.Kind() == reflect.Struct {
			if a, ok := v.Interface().(adapter); ok {
				b := a.shellBox()
				return b.t.t, reflect.ValueOf(b.v)
			}
		}
		return nil, v
	}
	if n, ok := s.w.structs.Load(r); ok {
		return n.(*types.Named), v
	}
	if r.Kind() == reflect.Pointer {
		if n, ok := s.w.structs.Load(r.Elem()); ok {
			return types.NewPointer(n.(*types.Named)), v
		}
	}
	return nil, v
}

// assertion compiles x.(T).
func (c *compiler) assertion(x code, t types.Type) code {
	r := c.rtype(t)
	zero := reflect.Zero(r)
	v, s := x.v, c.s
	test := c.tester(t)
	src := x.t
	out := valueCode(t, r, func(f *frame) reflect.Value {
		in := v(f)
		got, ok := test(in)
		if !ok {
			panic(s.conversionError(in, src, t))
		}
		return got
	})
	out.ok = func(f *frame) (reflect.Value, bool) {
		got, ok := test(v(f))
		if !ok {
			return zero, false
		}
		return got, true
	}
	return out
}

// tester makes the test whether an interface holds a type, and the value as
// that type.
func (c *compiler) tester(t types.Type) func(reflect.Value) (reflect.Value, bool) {
	s, r := c.s, c.rtype(t)
	if iface, ok := t.Underlying().(*types.Interface); ok {
		return func(v reflect.Value) (reflect.Value, bool) { return s.asInterface(v, iface, r) }
	}
	lossy := c.s.w.lossy(t)
	return func(v reflect.Value) (reflect.Value, bool) {
		dyn, inner := s.dynamic(v)
		switch {
		case !inner.IsValid():
			return inner, false
		case dyn != nil:
			return inner, types.Identical(dyn, t)
		}
		return inner, !lossy && inner.Type() == r
	}
}

// asInterface returns the value of an interface as another interface.
func (s *Session) asInterface(v reflect.Value, iface *types.Interface, r reflect.Type) (reflect.Value, bool) {
	dyn, inner := s.dynamic(v)
	if !inner.IsValid() {
		return inner, false
	}
	n := reflect.New(r).Elem()
	if dyn != nil {
		if !types.Implements(dyn, iface) {
			return inner, false
		}
		if r != anyType {
			return adapt(box{s.boxTypeLocked(dyn), inner.Interface()}, r)
		}
		n.Set(v.Elem())
		return n, true
	}
	if r != anyType {
		if !inner.Type().Implements(r) {
			return inner, false
		}
		n.Set(inner)
		return n, true
	}
	for m := range iface.Methods() {
		meth, ok := inner.Type().MethodByName(m.Name())
		if !ok || !s.sameSignature(inner.Method(meth.Index).Type(), m) {
			return inner, false
		}
	}
	n.Set(inner)
	return n, true
}

func (s *Session) sameSignature(r reflect.Type, m *types.Func) (same bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { _ = recover() }() // a type that is not linked is not the same
	return s.w.rtype(withoutReceiver(m.Signature())) == r
}

// conversionError is the runtime's, in its words.
func (s *Session) conversionError(v reflect.Value, from, to types.Type) error {
	dyn, inner := s.dynamic(v)
	name := "nil"
	switch {
	case dyn != nil:
		name = s.typeName(dyn)
	case inner.IsValid():
		name = inner.Type().String()
	}
	src := s.typeName(from)
	if i, ok := from.Underlying().(*types.Interface); ok && i.NumMethods() == 0 {
		src = "interface {}"
	}
	if iface, ok := to.Underlying().(*types.Interface); ok && inner.IsValid() {
		missing := ""
		if dyn != nil {
			if m, _ := types.MissingMethod(dyn, iface, true); m != nil {
				missing = m.Name()
			}
		} else {
			for m := range iface.Methods() {
				if _, ok := inner.Type().MethodByName(m.Name()); !ok {
					missing = m.Name()
					break
				}
			}
		}
		return runtimePlain(fmt.Sprintf("interface conversion: %s is not %s: missing method %s", name, s.typeName(to), missing))
	}
	if !inner.IsValid() {
		if _, ok := to.Underlying().(*types.Interface); ok {
			return runtimePlain(fmt.Sprintf("interface conversion: interface is nil, not %s", s.typeName(to)))
		}
		return runtimePlain(fmt.Sprintf("interface conversion: %s is nil, not %s", orInterface(src), s.typeName(to)))
	}
	return runtimePlain(fmt.Sprintf("interface conversion: %s is %s, not %s", orInterface(src), name, s.typeName(to)))
}

func orInterface(s string) string { return s }

// typeName is a type's name as the runtime prints it.
func (s *Session) typeName(t types.Type) string {
	if b, ok := types.Unalias(t).(*types.Basic); ok {
		return b.Name()
	}
	return types.TypeString(t, func(p *types.Package) string { return p.Name() })
}

// equal compares two values of one type.
func (s *Session) equal(x, y reflect.Value) bool {
	switch x.Kind() {
	case reflect.Interface:
		if x.IsNil() || y.IsNil() {
			return x.IsNil() && y.IsNil()
		}
		a, b := x.Interface(), y.Interface()
		ad, aok := a.(adapter)
		bd, bok := b.(adapter)
		if aok && bok {
			return ad.shellBox() == bd.shellBox()
		}
		return a == b
	case reflect.Pointer, reflect.Chan, reflect.UnsafePointer:
		return x.Pointer() == y.Pointer()
	case reflect.Slice, reflect.Map, reflect.Func: // with nil only
		return x.IsNil() && y.IsNil()
	}
	return x.Interface() == y.Interface()
}
