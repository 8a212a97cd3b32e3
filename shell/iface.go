package shell

import (
	"fmt"
	"go/types"
	"reflect"
)

// A box holds, in an interface, a value of a type that reflection cannot tell
// from another. Two boxes are equal when Go would call what is in them equal.
type box struct {
	t *boxType
	v any
}

// A boxType is the identity of a type: one pointer for identical types.
type boxType struct {
	s *Session
	t types.Type
}

func (s *Session) boxTypeLocked(t types.Type) *boxType {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.boxType(t)
}

func (s *Session) boxType(t types.Type) *boxType {
	for _, b := range s.boxTypes {
		if types.Identical(b.t, t) {
			return b
		}
	}
	b := &boxType{s: s, t: t}
	s.boxTypes = append(s.boxTypes, b)
	return b
}

// boxed reports whether a type goes into interfaces in a box: also where it
// has a method that printing asks for.
func (c *compiler) boxed(t types.Type) bool {
	if c.s.w.lossy(t) {
		return true
	}
	base := t
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		base = p.Elem()
	}
	if _, ours := c.s.w.ours(base); !ours {
		return false
	}
	return c.s.hasMethod(t, "String") || c.s.hasMethod(t, "Error")
}

// wrapper says which box a value of a type goes into: compiled code finds the
// methods Error and String on it.
func (s *Session) wrapper(t types.Type) func(box) any {
	switch {
	case s.hasMethod(t, "Error"):
		return func(b box) any { return errorBox{b} }
	case s.hasMethod(t, "String"):
		return func(b box) any { return stringerBox{b} }
	}
	return func(b box) any { return b }
}

func (s *Session) hasMethod(t types.Type, name string) bool {
	obj, _, indirect := types.LookupFieldOrMethod(t, false, s.main, name)
	f, ok := obj.(*types.Func)
	return ok && !indirect && f.Signature().Params().Len() == 0 && f.Signature().Results().Len() == 1 &&
		types.Identical(f.Signature().Results().At(0).Type(), types.Typ[types.String])
}

// text calls String or Error of the value in the box.
func (b box) text(name string) (string, bool) {
	m, ok := b.t.s.boundMethod(b.t.t, reflect.ValueOf(b.v), name)
	if !ok {
		return "", false
	}
	return m.call(&thread{run: b.t.s.current()}, nil, false)[0].String(), true
}

// Format prints what is in the box as package fmt would print the value in a
// compiled program.
func (b box) Format(f fmt.State, verb rune) {
	if verb == 'v' || verb == 's' || verb == 'q' {
		for _, name := range []string{"Error", "String"} {
			if b.t.s.hasMethod(b.t.t, name) && !f.Flag('#') {
				text, _ := b.text(name)
				if verb == 'v' {
					verb = 's'
				}
				fmt.Fprintf(f, plain(f, verb), text)
				return
			}
		}
	}
	if verb == 'T' {
		fmt.Fprint(f, b.t.s.typeName(b.t.t))
		return
	}
	fmt.Fprintf(f, fmt.FormatString(f, verb), b.v)
}

// plain is the format without a plus: the text is there.
func plain(f fmt.State, verb rune) string {
	out := "%"
	if f.Flag('-') {
		out += "-"
	}
	if w, ok := f.Width(); ok {
		out += fmt.Sprint(w)
	}
	if p, ok := f.Precision(); ok {
		out += fmt.Sprintf(".%d", p)
	}
	return out + string(verb)
}

// An adapter is a compiled type with the methods of a well-known interface,
// around a value of the shell's.
type adapter interface{ shellBox() box }

func (b box) shellBox() box { return b }

type (
	errorBox    struct{ box }
	stringerBox struct{ box }
)

func (e errorBox) Error() string { text, _ := e.text("Error"); return text }

func (x stringerBox) String() string { text, _ := x.text("String"); return text }

// Unwrap and Is are those of the value, where it has them.
func (e errorBox) Unwrap() error {
	if m, ok := e.t.s.boundMethod(e.t.t, reflect.ValueOf(e.v), "Unwrap"); ok {
		if out := m.call(&thread{run: e.t.s.current()}, nil, false); len(out) == 1 {
			err, _ := out[0].Interface().(error)
			return err
		}
	}
	return nil
}

func (e errorBox) Is(target error) bool {
	if t, ok := target.(errorBox); ok && reflect.TypeOf(e.v).Comparable() && t == e {
		return true
	}
	if m, ok := e.t.s.boundMethod(e.t.t, reflect.ValueOf(e.v), "Is"); ok {
		return m.call(&thread{run: e.t.s.current()}, []reflect.Value{reflect.ValueOf(&target).Elem()}, false)[0].Bool()
	}
	return false
}

// adapt wraps a value of the shell's for an interface of compiled code.
func adapt(b box, to reflect.Type) (reflect.Value, bool) {
	var v any
	switch to {
	case errorType:
		v = errorBox{b}
	case reflect.TypeFor[fmt.Stringer]():
		v = stringerBox{b}
	default:
		a, ok := b.t.s.w.table.adapterOf(to)
		if !ok {
			return reflect.Value{}, false
		}
		v = a.Wrap(Wrapped{b})
	}
	n := reflect.New(to).Elem()
	n.Set(reflect.ValueOf(v))
	return n, true
}

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

// dispatch compiles the look-up of a method of an interface.
func (s *Session) dispatch(v func(*frame) reflect.Value, m *types.Func) func(*frame) boundMethod {
	name := m.Name()
	return func(f *frame) boundMethod {
		in := v(f)
		if in.IsNil() {
			panic(nilDereference)
		}
		dyn, inner := s.dynamic(in)
		if dyn != nil {
			if b, ok := s.boundMethod(dyn, inner, name); ok {
				return b
			}
			panic(notLinkedError{what: "the method " + s.typeName(dyn) + "." + name})
		}
		if in.NumMethod() > 0 { // of the interface itself: unexported ones too
			if meth, ok := in.Type().MethodByName(name); ok && meth.PkgPath == "" {
				return boundMethod{native: in.Method(meth.Index)}
			}
		}
		meth := inner.MethodByName(name)
		if !meth.IsValid() {
			panic(notLinkedError{what: "the method " + inner.Type().String() + "." + name})
		}
		return boundMethod{native: meth}
	}
}

// boundMethod finds a method of a value of the shell's types while it runs.
func (s *Session) boundMethod(t types.Type, v reflect.Value, name string) (boundMethod, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	get, ok := s.methods[methodKey{t, name}]
	if !ok {
		get = s.findMethod(t, name)
		s.methods[methodKey{t, name}] = get
	}
	if get == nil {
		return boundMethod{}, false
	}
	return get(v), true
}

type methodKey struct {
	t    types.Type
	name string
}

func (s *Session) findMethod(t types.Type, name string) func(reflect.Value) boundMethod {
	defer func() {
		if v := recover(); v != nil { // what it uses is not linked
			s.dropUnfinished()
			panic(v)
		}
	}()
	obj, path, _ := types.LookupFieldOrMethod(t, true, s.main, name)
	m, ok := obj.(*types.Func)
	if !ok {
		return nil
	}
	c := &compiler{s: s, vars: map[types.Object]*variable{}, shared: map[types.Object]bool{}}
	c.fn = &function{name: name}
	x := valueCode(t, s.w.rtype(t), func(f *frame) reflect.Value { return f.v[0] })
	cal := c.method(c.walk(x, path[:len(path)-1]), m)
	s.finish()
	return func(v reflect.Value) boundMethod {
		f := &frame{v: []reflect.Value{v}, th: &thread{run: s.current()}}
		switch {
		case cal.fn != nil:
			return boundMethod{fn: cal.fn, recv: dup(cal.recv(f))}
		case cal.bound != nil:
			return cal.bound(f)
		}
		return boundMethod{native: cal.native(f)}
	}
}

// opaque reports whether a package does not look into the values of type any
// that it is given: they stay in their boxes, which print themselves.
func (s *Session) opaque(p *types.Package) bool {
	if p == nil {
		return true
	}
	switch p.Path() {
	case "fmt", "log", "log/slog", "errors", "context", "sync", "sync/atomic", "container/list", "container/heap", "container/ring":
		return true
	}
	return false
}
