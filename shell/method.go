package shell

import (
	"go/ast"
	"go/types"
	"reflect"
)

// A callee is what a call calls, found when the call is compiled as far as
// possible.
type callee struct {
	sig    *types.Signature
	fn     *function                    // code of the shell's
	recv   func(*frame) reflect.Value   // its receiver
	cells  func(*frame) []reflect.Value // or what it captures
	native func(*frame) reflect.Value   // a compiled function, or any value of a func type
	opaque bool                         // it does not look into values of type any
	bound  func(*frame) boundMethod     // a method of an interface
	first  func(*frame)                 // what comes before the arguments
	late   bool                         // what is called is looked at after them: no call is a part of it
}

// A boundMethod is a method of the value in an interface.
type boundMethod struct {
	fn     *function
	recv   reflect.Value
	native reflect.Value
}

func (b boundMethod) call(th *thread, args []reflect.Value, spread bool) []reflect.Value {
	if b.fn != nil {
		return closure{f: b.fn}.invoke(th, nil, append([]reflect.Value{b.recv}, args...))
	}
	if spread {
		return b.native.CallSlice(args)
	}
	return b.native.Call(args)
}

// method finds how to call a method of a value that is not an interface.
func (c *compiler) method(x code, m *types.Func) callee {
	sig := c.signature(x, m)
	if types.IsInterface(x.t) {
		return callee{sig: sig, bound: c.s.dispatch(x.v, m), opaque: c.s.opaque(m.Pkg())}
	}
	if fn := c.s.methodOf(x.t, m); fn != nil {
		return callee{sig: sig, fn: fn, recv: c.receiver(x, fn.params[0].t)}
	}
	native := c.nativeMethod(x, m, sig)
	return callee{sig: sig, native: native, opaque: c.s.opaque(m.Pkg())}
}

// signature is that of a method as it is called on x.
func (c *compiler) signature(x code, m *types.Func) *types.Signature {
	obj, _, _ := types.LookupFieldOrMethod(x.t, true, m.Pkg(), m.Name())
	if f, ok := obj.(*types.Func); ok {
		return f.Signature()
	}
	return m.Signature()
}

// receiver makes of x what a method's receiver is: the value or its address.
func (c *compiler) receiver(x code, want types.Type) func(*frame) reflect.Value {
	_, wantPtr := types.Unalias(want).(*types.Pointer)
	_, isPtr := types.Unalias(x.t).Underlying().(*types.Pointer)
	v := x.v
	switch {
	case wantPtr && !isPtr:
		return func(f *frame) reflect.Value { return addressable(v(f)).Addr() }
	case !wantPtr && isPtr:
		return c.deref(x).v
	}
	return v
}

// nativeMethod finds a compiled method.
func (c *compiler) nativeMethod(x code, m *types.Func, sig *types.Signature) func(*frame) reflect.Value {
	v, r := x.v, x.r
	if meth, ok := r.MethodByName(m.Name()); ok {
		i := meth.Index
		c.s.w.learn(withoutReceiver(sig), reflect.Zero(r).Method(i).Type())
		if r.Kind() == reflect.Pointer {
			if _, byValue := r.Elem().MethodByName(m.Name()); byValue {
				return func(f *frame) reflect.Value {
					p := v(f)
					if p.IsNil() {
						panic(nilDereference)
					}
					return p.Method(i)
				}
			}
		}
		return func(f *frame) reflect.Value { return v(f).Method(i) }
	}
	if r.Kind() != reflect.Pointer {
		p := reflect.PointerTo(r)
		if meth, ok := p.MethodByName(m.Name()); ok {
			i := meth.Index
			c.s.w.learn(withoutReceiver(sig), reflect.Zero(p).Method(i).Type())
			return func(f *frame) reflect.Value { return addressable(v(f)).Addr().Method(i) }
		}
	}
	if n := receiverName(m); n != nil && n.Obj().Pkg() != nil {
		if me, ok := c.s.w.table.get(n.Obj().Pkg().Path()).Methods[n.Obj().Name()+"."+m.Name()]; ok {
			recv := c.receiver(x, m.Signature().Recv().Type())
			return func(f *frame) reflect.Value { return bind(me, dup(recv(f))) }
		}
	}
	panic(notLinkedError{what: "the method " + types.TypeString(x.t, relativeTo) + "." + m.Name()})
}

func relativeTo(p *types.Package) string { return p.Name() }

func withoutReceiver(s *types.Signature) *types.Signature {
	return types.NewSignatureType(nil, nil, nil, s.Params(), s.Results(), s.Variadic())
}

// bind makes a function of a method expression and a receiver.
func bind(fn, recv reflect.Value) reflect.Value {
	t := fn.Type()
	var in, out []reflect.Type
	for i := 1; i < t.NumIn(); i++ {
		in = append(in, t.In(i))
	}
	for i := range t.NumOut() {
		out = append(out, t.Out(i))
	}
	return reflect.MakeFunc(reflect.FuncOf(in, out, t.IsVariadic()), func(args []reflect.Value) []reflect.Value {
		args = append([]reflect.Value{recv}, args...)
		if t.IsVariadic() {
			return fn.CallSlice(args)
		}
		return fn.Call(args)
	})
}

func receiverName(m *types.Func) *types.Named {
	r := m.Signature().Recv()
	if r == nil {
		return nil
	}
	t := types.Unalias(r.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	n, _ := t.(*types.Named)
	return n
}

// methodValue compiles x.m where it is not called.
func (c *compiler) methodValue(x code, m *types.Func, t types.Type) code {
	cal := c.method(x, m)
	r := c.rtype(t)
	s := c.s
	switch {
	case cal.fn != nil:
		fn, recv := cal.fn, cal.recv
		return valueCode(t, r, func(f *frame) reflect.Value {
			b := boundMethod{fn: fn, recv: dup(recv(f))}
			return b.value(s, r)
		})
	case cal.bound != nil:
		return valueCode(t, r, func(f *frame) reflect.Value {
			b := cal.bound(f)
			return b.value(s, r)
		})
	}
	native := cal.native
	return valueCode(t, r, func(f *frame) reflect.Value { // bound now, not when it is called
		n := reflect.New(r).Elem()
		n.Set(native(f))
		return n
	})
}

func (b boundMethod) value(s *Session, r reflect.Type) reflect.Value {
	if b.fn == nil {
		n := reflect.New(r).Elem()
		n.Set(b.native)
		return n
	}
	return reflect.MakeFunc(r, func(args []reflect.Value) []reflect.Value {
		return b.call(&thread{run: s.current()}, args, r.IsVariadic())
	})
}

// methodExpr compiles T.m.
func (c *compiler) methodExpr(e *ast.SelectorExpr, recv types.Type) code {
	t := c.typeOf(e)
	r := c.rtype(t)
	obj, path, _ := types.LookupFieldOrMethod(recv, true, c.s.info.Selections[e].Obj().Pkg(), e.Sel.Name)
	m, ok := obj.(*types.Func)
	if !ok {
		unsupported("the method expression %s", e.Sel.Name)
	}
	// As a function that calls the method on its first parameter.
	in := &compiler{s: c.s, args: c.args, vars: map[types.Object]*variable{}, shared: map[types.Object]bool{}}
	in.fn = &function{name: e.Sel.Name, r: r}
	x := in.place(recv, true)
	cal := in.method(in.walk(x.load(), path[:len(path)-1]), m)
	s := c.s
	v := reflect.MakeFunc(r, func(args []reflect.Value) []reflect.Value {
		th := &thread{run: s.current()}
		f := in.fn.enter(nil, th)
		x.declare(f, args[0])
		switch {
		case cal.fn != nil:
			return boundMethod{fn: cal.fn, recv: cal.recv(f)}.call(th, args[1:], r.IsVariadic())
		case cal.bound != nil:
			return cal.bound(f).call(th, args[1:], r.IsVariadic())
		}
		return boundMethod{native: cal.native(f)}.call(th, args[1:], r.IsVariadic())
	})
	return valueCode(t, r, func(*frame) reflect.Value { return v })
}
