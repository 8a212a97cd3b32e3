package shell

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"io"
	"reflect"
	"strings"
)

// builtin compiles a call of a predeclared function.
func (c *compiler) builtin(e *ast.CallExpr) code {
	name := ""
	switch x := ast.Unparen(e.Fun).(type) {
	case *ast.Ident:
		name = x.Name
	case *ast.SelectorExpr:
		return c.unsafeBuiltin(x.Sel.Name, e)
	}
	switch name {
	case "len", "cap":
		return c.length(name, c.expr(e.Args[0]))
	case "append":
		return c.append(e)
	case "make":
		return c.make(e)
	case "new":
		return c.new(e)
	case "copy":
		dst, src := c.expr(e.Args[0]).v, c.expr(e.Args[1]).v
		return intCode(types.Typ[types.Int], intType, func(f *frame) int64 { d := dst(f); return int64(reflect.Copy(d, src(f))) })
	case "recover":
		return valueCode(types.Universe.Lookup("any").Type(), anyType, recovered)
	case "min", "max":
		return c.extreme(name, e)
	case "complex", "real", "imag":
		return c.complex(name, e)
	}
	operands, do := c.effect(name, e)
	return statement(func(f *frame) { do(values(f, operands)) })
}

// effect compiles a builtin that is called for what it does: its operands, and
// the deed over their values, which go and defer do later.
func (c *compiler) effect(name string, e *ast.CallExpr) (operands []func(*frame) reflect.Value, do func([]reflect.Value)) {
	args := make([]code, len(e.Args))
	for i, a := range e.Args {
		args[i] = c.expr(a)
	}
	switch name { // the parameters of these two have a type
	case "delete":
		m, _ := coreMap(args[0].t)
		args[1] = c.convert(args[1], m.Key())
	case "panic":
		args[0] = c.convert(args[0], types.Universe.Lookup("any").Type())
	}
	for _, a := range args {
		operands = append(operands, a.v)
	}
	switch name {
	case "copy":
		return operands, func(v []reflect.Value) { reflect.Copy(v[0], v[1]) }
	case "delete":
		return operands, func(v []reflect.Value) {
			if !v[0].IsNil() {
				v[0].SetMapIndex(v[1], reflect.Value{})
			}
		}
	case "clear":
		return operands, func(v []reflect.Value) { v[0].Clear() }
	case "close":
		return operands, func(v []reflect.Value) { v[0].Close() }
	case "panic":
		return operands, func(v []reflect.Value) { throw(v[0]) }
	case "print", "println":
		w := c.s.err
		return operands, func(v []reflect.Value) { write(w, name, v) }
	}
	unsupported("the builtin %s", name)
	return nil, nil
}

// write is print and println.
func write(w io.Writer, name string, vals []reflect.Value) {
	var b strings.Builder
	for i, v := range vals {
		if i > 0 && name == "println" {
			b.WriteByte(' ')
		}
		fmt.Fprint(&b, v)
	}
	if name == "println" {
		b.WriteByte('\n')
	}
	fmt.Fprint(w, b.String())
}

// values evaluates operands; what is assigned to a variable later does not
// change them.
func values(f *frame, operands []func(*frame) reflect.Value) []reflect.Value {
	out := make([]reflect.Value, len(operands))
	for i, v := range operands {
		out[i] = dup(v(f))
	}
	return out
}

// statement is a call without a value.
func statement(do func(*frame)) code {
	return code{t: types.NewTuple(), vs: func(f *frame) []reflect.Value { do(f); return nil }}
}

// throw panics with the value of an interface, as a compiled panic does, so
// that compiled code that recovers finds what it looks for.
func throw(v reflect.Value) {
	if v.IsNil() {
		panic(any(nil)) // the runtime makes a *runtime.PanicNilError of it
	}
	panic(v.Interface())
}

func recovered(f *frame) reflect.Value {
	n := reflect.New(anyType).Elem()
	p := f.caught
	if p == nil || p.recovered {
		return n
	}
	if _, ok := p.value.(stopped); ok {
		return n
	}
	p.recovered = true
	n.Set(reflect.ValueOf(p.value))
	return n
}

func (c *compiler) length(name string, x code) code {
	if _, ok := x.t.Underlying().(*types.Pointer); ok {
		x = c.deref(x)
	}
	t := types.Typ[types.Int]
	if name == "cap" {
		v := x.v
		return intCode(t, intType, func(f *frame) int64 { return int64(v(f).Cap()) })
	}
	if x.s != nil {
		str := x.s
		return intCode(t, intType, func(f *frame) int64 { return int64(len(str(f))) })
	}
	v := x.v
	return intCode(t, intType, func(f *frame) int64 { return int64(v(f).Len()) })
}

func (c *compiler) append(e *ast.CallExpr) code {
	t := c.typeOf(e)
	r := c.rtype(t)
	x := c.convert(c.expr(e.Args[0]), t).v
	sl := t.Underlying().(*types.Slice)
	if e.Ellipsis.IsValid() {
		more := c.expr(e.Args[1])
		if more.n {
			return valueCode(t, r, x)
		}
		mv := more.v
		toBytes := more.r.Kind() == reflect.String
		return valueCode(t, r, func(f *frame) reflect.Value {
			xs := dup(x(f))
			ys := mv(f)
			switch {
			case toBytes:
				ys = ys.Convert(r)
			case ys.Type() != r:
				ys = fix(dup(ys), r)
			}
			return reflect.AppendSlice(xs, ys)
		})
	}
	vals := make([]func(*frame) reflect.Value, len(e.Args)-1)
	for i, a := range e.Args[1:] {
		vals[i] = c.store(c.convert(c.expr(a), sl.Elem()), r.Elem())
	}
	if len(vals) == 1 {
		one := vals[0]
		return valueCode(t, r, func(f *frame) reflect.Value { xs := dup(x(f)); return reflect.Append(xs, one(f)) })
	}
	return valueCode(t, r, func(f *frame) reflect.Value {
		xs := dup(x(f))
		more := make([]reflect.Value, len(vals))
		for i, v := range vals {
			more[i] = dup(v(f))
		}
		return reflect.Append(xs, more...)
	})
}

func (c *compiler) make(e *ast.CallExpr) code {
	t := c.typeOf(e)
	r := c.rtype(t)
	sizes := make([]func(*frame) int, len(e.Args)-1)
	for i, a := range e.Args[1:] {
		sizes[i] = c.expr(a).index()
	}
	size := func(i int, f *frame) int {
		if i < len(sizes) {
			return sizes[i](f)
		}
		return 0
	}
	return valueCode(t, r, func(f *frame) reflect.Value {
		n := size(0, f)
		switch r.Kind() {
		case reflect.Slice:
			m := n
			if len(sizes) > 1 {
				m = size(1, f)
			}
			limit := 1 << 47
			if s := int(r.Elem().Size()); s > 0 {
				limit /= s
			}
			if n < 0 || n > limit {
				panic(runtimeError("makeslice: len out of range"))
			}
			if m < n || m > limit {
				panic(runtimeError("makeslice: cap out of range"))
			}
			return reflect.MakeSlice(r, n, m)
		case reflect.Map:
			return reflect.MakeMapWithSize(r, max(n, 0))
		}
		if n < 0 {
			panic(runtimeError("makechan: size out of range"))
		}
		return reflect.MakeChan(r, n)
	})
}

// runtimeError is an error in the words of the runtime, which cannot be made
// to say it here.
type runtimeError string

func (e runtimeError) Error() string { return "runtime error: " + string(e) }
func (runtimeError) RuntimeError()   {}

func (c *compiler) new(e *ast.CallExpr) code {
	t := c.typeOf(e)
	r := c.rtype(t)
	if c.s.info.Types[e.Args[0]].IsType() {
		return valueCode(t, r, func(*frame) reflect.Value { return reflect.New(r.Elem()) })
	}
	v := c.convert(c.expr(e.Args[0]), t.Underlying().(*types.Pointer).Elem()).v // Go 1.26: new(value)
	return valueCode(t, r, func(f *frame) reflect.Value {
		p := reflect.New(r.Elem())
		p.Elem().Set(v(f))
		return p
	})
}

func (c *compiler) extreme(name string, e *ast.CallExpr) code {
	t := c.typeOf(e)
	r := c.rtype(t)
	op := token.LSS
	if name == "max" {
		op = token.GTR
	}
	out := c.expr(e.Args[0]).as(t, r)
	for _, a := range e.Args[1:] {
		y := c.expr(a).as(t, r)
		x := out
		switch classOf(r.Kind()) {
		case 'i':
			out = intCode(t, r, better(op, x.ints(), y.ints()))
		case 'u':
			out = uintCode(t, r, better(op, x.uints(), y.uints()))
		case 'f':
			xf, yf := x.floats(), y.floats()
			out = floatCode(t, r, func(f *frame) float64 { // NaN wins
				if op == token.LSS {
					return min(xf(f), yf(f))
				}
				return max(xf(f), yf(f))
			})
		default:
			out = stringCode(t, r, better(op, x.strings(), y.strings()))
		}
	}
	return out
}

func better[T int64 | uint64 | string](op token.Token, x, y func(*frame) T) func(*frame) T {
	if op == token.LSS {
		return func(f *frame) T { a := x(f); return min(a, y(f)) }
	}
	return func(f *frame) T { a := x(f); return max(a, y(f)) }
}

func (c *compiler) complex(name string, e *ast.CallExpr) code {
	t := c.typeOf(e)
	r := c.rtype(t)
	x := c.expr(e.Args[0])
	switch name {
	case "real", "imag":
		if x.k != nil {
			ct := types.Typ[types.Complex128]
			x = constCode(ct, c.rtype(ct), x.k)
		}
		v := x.v
		if name == "real" {
			return floatCode(t, r, func(f *frame) float64 { return real(v(f).Complex()) })
		}
		return floatCode(t, r, func(f *frame) float64 { return imag(v(f).Complex()) })
	}
	y := c.expr(e.Args[1])
	if x.k != nil {
		x = x.as(y.t, y.r)
	}
	if y.k != nil {
		y = y.as(x.t, x.r)
	}
	re, im := x.floats(), y.floats()
	return valueCode(t, r, func(f *frame) reflect.Value {
		n := reflect.New(r).Elem()
		a := re(f)
		n.SetComplex(complex(a, im(f)))
		return n
	})
}

// unsafeBuiltin compiles what package unsafe has, as far as the sources of
// generic functions need it.
func (c *compiler) unsafeBuiltin(name string, e *ast.CallExpr) code {
	t := c.typeOf(e)
	r := c.rtype(t)
	switch name {
	case "Sizeof":
		n := uint64(c.rtype(c.typeOf(e.Args[0])).Size())
		return uintCode(t, r, func(*frame) uint64 { return n })
	case "SliceData", "StringData":
		v := c.expr(e.Args[0]).v
		return valueCode(t, r, func(f *frame) reflect.Value { return reflect.NewAt(r.Elem(), v(f).UnsafePointer()) })
	}
	unsupported("unsafe.%s", name)
	return code{}
}
