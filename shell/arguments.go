package shell

import (
	"go/ast"
	"go/types"
	"reflect"
)

// arguments compiles the arguments, as the parameters want them: one code for
// each parameter, or one function for all where a call gives several values.
func (c *compiler) arguments(sig *types.Signature, e *ast.CallExpr) ([]code, func(*frame) []reflect.Value) {
	n := sig.Params().Len()
	param := func(i int) types.Type { return sig.Params().At(i).Type() }
	if len(e.Args) == 1 {
		if _, ok := c.typeOf(e.Args[0]).(*types.Tuple); ok {
			return nil, c.spread(sig, c.multi(e.Args[0]))
		}
	}
	var out []code
	fixed := n
	if sig.Variadic() && !e.Ellipsis.IsValid() {
		fixed--
	}
	for i := range fixed {
		out = append(out, c.convert(c.expr(e.Args[i]), param(i)))
	}
	if fixed == n {
		return out, nil
	}
	return append(out, c.rest(param(n-1), e.Args[fixed:])), nil
}

// rest makes the slice of a variadic parameter.
func (c *compiler) rest(t types.Type, args []ast.Expr) code {
	sl := t.Underlying().(*types.Slice)
	r := c.rtype(t)
	vals := make([]func(*frame) reflect.Value, len(args))
	for i, a := range args {
		vals[i] = c.store(c.convert(c.expr(a), sl.Elem()), r.Elem())
	}
	if len(vals) == 0 {
		zero := reflect.Zero(r)
		return valueCode(t, r, func(*frame) reflect.Value { return zero })
	}
	return valueCode(t, r, func(f *frame) reflect.Value {
		v := reflect.MakeSlice(r, len(vals), len(vals))
		for i, x := range vals {
			v.Index(i).Set(x(f))
		}
		return v
	})
}

// spread makes the arguments of f(g()).
func (c *compiler) spread(sig *types.Signature, x code) func(*frame) []reflect.Value {
	tuple := x.t.(*types.Tuple)
	n := sig.Params().Len()
	conv := make([]func(reflect.Value) reflect.Value, tuple.Len())
	for i := range conv {
		var to types.Type
		if sig.Variadic() && i >= n-1 {
			to = sig.Params().At(n - 1).Type().Underlying().(*types.Slice).Elem()
		} else {
			to = sig.Params().At(i).Type()
		}
		conv[i] = c.converter(tuple.At(i).Type(), to)
	}
	var rest reflect.Type
	if sig.Variadic() {
		rest = c.rtype(sig.Params().At(n - 1).Type())
	}
	vs := x.vs
	return func(f *frame) []reflect.Value {
		var out []reflect.Value
		for i, v := range vs(f) {
			out = append(out, conv[i](v))
		}
		if rest != nil {
			sl := reflect.MakeSlice(rest, 0, len(out))
			sl = reflect.Append(sl, out[n-1:]...)
			out = append(out[:n-1:n-1], sl)
		}
		return out
	}
}

// converter is convert for a value that is there already.
func (c *compiler) converter(from, to types.Type) func(reflect.Value) reflect.Value {
	// One place for the value would be shared by goroutines: a frame each.
	x := c.convert(valueCode(from, c.rtype(from), func(f *frame) reflect.Value { return f.v[0] }), to)
	return func(v reflect.Value) reflect.Value { return x.v(&frame{v: []reflect.Value{v}}) }
}
