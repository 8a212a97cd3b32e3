package shell

import (
	"go/ast"
	"go/types"
	"reflect"
	"slices"
)

// call compiles a call, a conversion or a builtin.
func (c *compiler) call(e *ast.CallExpr) code {
	tv := c.s.info.Types[e.Fun]
	switch {
	case tv.IsType():
		return c.conversion(c.expr(e.Args[0]), c.typeOf(e.Fun))
	case tv.IsBuiltin():
		return c.builtin(e)
	}
	return c.calling(c.callee(e.Fun), e)
}

// callee finds what a call calls.
func (c *compiler) callee(e ast.Expr) callee {
	e = ast.Unparen(e)
	info := c.s.info
	var id *ast.Ident
	switch x := e.(type) {
	case *ast.Ident:
		id = x
	case *ast.SelectorExpr:
		if info.Selections[x] == nil {
			id = x.Sel
			break
		}
		if m, ok := c.methodCallee(x); ok {
			return m
		}
	case *ast.IndexExpr:
		id, _ = c.instance(x.X)
	case *ast.IndexListExpr:
		id, _ = c.instance(x.X)
	case *ast.FuncLit:
		fn, cells := c.literal(x)
		return callee{sig: fn.sig, fn: fn, cells: cells}
	}
	sig, _ := c.typeOf(e).Underlying().(*types.Signature)
	if id != nil {
		if o, ok := info.Uses[id].(*types.Func); ok {
			fn, native := c.function(o, id)
			if fn != nil {
				return callee{sig: fn.sig, fn: fn}
			}
			return callee{sig: sig, native: func(*frame) reflect.Value { return native }, late: true, opaque: c.s.opaque(o.Pkg())}
		}
	}
	x := c.expr(e)
	if _, ours := c.s.w.ours(x.t); ours { // its results may be stand-ins
		v, r := x.v, c.rtype(sig)
		x.v = func(f *frame) reflect.Value { return fix(v(f), r) }
	}
	return callee{sig: sig, native: x.v, late: !c.calls(e), opaque: true}
}

// methodCallee finds the method that x.f calls; none where f is a field.
func (c *compiler) methodCallee(x *ast.SelectorExpr) (callee, bool) {
	sel := c.s.info.Selections[x]
	if sel.Kind() != types.MethodVal {
		return callee{}, false
	}
	obj, path := c.find(sel, subst(sel.Recv(), c.args))
	m, ok := obj.(*types.Func)
	if !ok {
		return callee{}, false
	}
	recv := c.expr(x.X)
	late := !c.calls(x.X)
	var first func(*frame)
	if _, ptr := recv.t.Underlying().(*types.Pointer); !late && (ptr || types.IsInterface(recv.t)) {
		tmp := c.place(recv.t, false)
		set := recv.setter(tmp, true)
		recv, late, first = tmp.load(), true, func(f *frame) { set(f, f) }
	}
	cal := c.method(c.walk(recv, path[:len(path)-1]), m)
	cal.late, cal.first = late, first
	return cal, true
}

// calling compiles the call of a callee.
func (c *compiler) calling(cal callee, e *ast.CallExpr) code {
	args, all := c.arguments(cal.sig, e)
	t := c.typeOf(e)
	if tuple, ok := t.(*types.Tuple); ok && tuple.Len() == 1 {
		t = tuple.At(0).Type()
	}
	if cal.fn != nil {
		return c.direct(cal, args, all, t)
	}
	invoke := c.indirect(cal, args, all)
	_, several := t.(*types.Tuple)
	if several {
		return code{t: t, vs: invoke}
	}
	r := c.rtype(t)
	return valueCode(t, r, func(f *frame) reflect.Value {
		v := invoke(f)[0]
		if v.Type() != r {
			return c.s.fromNative(v, r)
		}
		return v
	})
}

// fromNative makes of a result what its type is in the shell.
func (s *Session) fromNative(v reflect.Value, r reflect.Type) reflect.Value {
	switch {
	case r.Kind() == reflect.Interface:
		n := reflect.New(r).Elem()
		n.Set(v)
		return n
	case v.Type().ConvertibleTo(r):
		return v.Convert(r)
	}
	return fix(v, r)
}

// direct calls code of the shell's, without making values of the arguments.
func (c *compiler) direct(cal callee, args []code, all func(*frame) []reflect.Value, t types.Type) code {
	fn := cal.fn
	params := fn.params
	if cal.recv != nil {
		params = params[1:]
	}
	var sets []func(from, to *frame)
	for i, a := range args {
		sets = append(sets, a.setter(params[i], true))
	}
	if all != nil {
		sets = append(sets, func(from, to *frame) {
			for i, v := range all(from) {
				params[i].declare(to, v)
			}
		})
	}
	if cal.recv != nil {
		set := valueCode(fn.params[0].t, fn.params[0].r, cal.recv).setter(fn.params[0], true)
		if cal.late {
			sets = append(sets, set)
		} else {
			sets = slices.Insert(sets, 0, set)
		}
	}
	if cal.first != nil {
		sets = slices.Insert(sets, 0, func(from, _ *frame) { cal.first(from) })
	}
	cells := cal.cells
	captured := &fn.captured
	enter := func(f *frame) *frame {
		to := fn.enter(f, f.th)
		if cells != nil {
			for i, v := range cells(f) {
				to.v[(*captured)[i].index] = v
			}
		}
		switch len(sets) {
		case 0:
		case 1:
			sets[0](f, to)
		default:
			for _, set := range sets {
				set(f, to)
			}
		}
		fn.call(to)
		return to
	}
	return c.results(fn, enter, t)
}

func (c *compiler) results(fn *function, enter func(*frame) *frame, t types.Type) code {
	if len(fn.results) != 1 {
		return code{t: t, vs: func(f *frame) []reflect.Value {
			to := enter(f)
			out := make([]reflect.Value, len(fn.results))
			for i, x := range fn.results {
				out[i] = dup(x.get(to))
			}
			fn.leave(to)
			return out
		}}
	}
	x := fn.results[0]
	n := x.index
	switch x.class {
	case 'i':
		return intCode(t, x.r, func(f *frame) int64 {
			to := enter(f)
			r := to.n[n]
			fn.leave(to)
			return int64(r)
		})
	case 'u':
		return uintCode(t, x.r, func(f *frame) uint64 {
			to := enter(f)
			r := to.n[n]
			fn.leave(to)
			return r
		})
	case 'f':
		return floatCode(t, x.r, func(f *frame) float64 {
			to := enter(f)
			r := to.n[n]
			fn.leave(to)
			return bitsFloat(r)
		})
	case 'b':
		return boolCode(t, x.r, func(f *frame) bool {
			to := enter(f)
			r := to.n[n]
			fn.leave(to)
			return r != 0
		})
	}
	return valueCode(t, x.r, func(f *frame) reflect.Value {
		to := enter(f)
		r := dup(to.v[n])
		fn.leave(to)
		return r
	})
}

// indirect calls a value.
func (c *compiler) indirect(cal callee, args []code, all func(*frame) []reflect.Value) func(*frame) []reflect.Value {
	vals := make([]func(*frame) reflect.Value, len(args))
	for i, a := range args {
		vals[i] = a.v
		if !cal.opaque && types.IsInterface(a.t) && a.r == anyType {
			vals[i] = func(f *frame) reflect.Value { return unboxed(a.v(f)) }
		}
		if sl, ok := a.t.Underlying().(*types.Slice); ok && !cal.opaque && i == len(args)-1 && cal.sig.Variadic() && types.IsInterface(sl.Elem()) && a.r.Elem() == anyType {
			vals[i] = func(f *frame) reflect.Value { return unboxedAll(a.v(f)) }
		}
	}
	spread := cal.sig.Variadic()
	arguments := func(f *frame) []reflect.Value {
		if cal.first != nil {
			cal.first(f)
		}
		if all != nil {
			return all(f)
		}
		return values(f, vals)
	}
	if cal.bound != nil {
		return func(f *frame) []reflect.Value {
			in := arguments(f)
			out := cal.bound(f).call(f.th, in, spread)
			f.th.cur = f
			return out
		}
	}
	native := cal.native
	return func(f *frame) []reflect.Value {
		var fn reflect.Value
		if !cal.late {
			fn = native(f)
		}
		in := arguments(f)
		if cal.late {
			fn = native(f)
		}
		if fn.IsNil() {
			panic(nilDereference)
		}
		if fn.Type().NumIn() == len(in) {
			for i := range in { // a compiled interface where the shell has any, and the like
				if to := fn.Type().In(i); in[i].Type() != to {
					in[i] = f.th.run.s.toNative(in[i], to)
				}
			}
		}
		if spread {
			return fn.CallSlice(in)
		}
		return fn.Call(in)
	}
}
