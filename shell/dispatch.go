package shell

import (
	"go/types"
	"reflect"
)

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
