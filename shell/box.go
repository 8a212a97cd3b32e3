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

// unboxed takes a value that goes to compiled code out of its box.
func unboxed(v reflect.Value) reflect.Value {
	if v.Kind() != reflect.Interface || v.IsNil() {
		return v
	}
	if !inBox(v) {
		return v
	}
	n := reflect.New(anyType).Elem()
	n.Set(reflect.ValueOf(v.Interface().(adapter).shellBox().v))
	return n
}

// inBox reports whether an interface holds a box that means nothing to compiled
// code. One with an error in it does.
func inBox(v reflect.Value) bool {
	switch v.Interface().(type) {
	case box, stringerBox:
		return true
	}
	return false
}

func unboxedAll(v reflect.Value) reflect.Value {
	for i := range v.Len() {
		if inBox(v.Index(i)) {
			out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			for j := range v.Len() {
				out.Index(j).Set(unboxed(v.Index(j)))
			}
			return out
		}
	}
	return v
}
