package shell

import (
	"go/constant"
	"go/types"
	"reflect"
)

// A code is a compiled expression. v computes it; what its class can compute
// without reflection is beside it.
type code struct {
	t types.Type
	r reflect.Type
	v func(*frame) reflect.Value

	i  func(*frame) int64
	u  func(*frame) uint64
	f  func(*frame) float64
	s  func(*frame) string
	b  func(*frame) bool
	k  constant.Value                     // it is a constant
	n  bool                               // it is the untyped nil
	vs func(*frame) []reflect.Value       // it is several values, or one with an ok
	ok func(*frame) (reflect.Value, bool) // the form with an ok, where there is one
}

func intCode(t types.Type, r reflect.Type, i func(*frame) int64) code {
	return code{t: t, r: r, i: i, v: func(f *frame) reflect.Value { return makeInt(r, i(f)) }}
}

func uintCode(t types.Type, r reflect.Type, u func(*frame) uint64) code {
	return code{t: t, r: r, u: u, v: func(f *frame) reflect.Value { return makeUint(r, u(f)) }}
}

func floatCode(t types.Type, r reflect.Type, x func(*frame) float64) code {
	return code{t: t, r: r, f: x, v: func(f *frame) reflect.Value { return makeFloat(r, x(f)) }}
}

func stringCode(t types.Type, r reflect.Type, x func(*frame) string) code {
	return code{t: t, r: r, s: x, v: func(f *frame) reflect.Value { return makeString(r, x(f)) }}
}

func boolCode(t types.Type, r reflect.Type, x func(*frame) bool) code {
	return code{t: t, r: r, b: x, v: func(f *frame) reflect.Value { return makeBool(r, x(f)) }}
}

func valueCode(t types.Type, r reflect.Type, v func(*frame) reflect.Value) code {
	return code{t: t, r: r, v: v}
}

func constCode(t types.Type, r reflect.Type, k constant.Value) code {
	v := makeConst(k, r)
	c := code{t: t, r: r, k: k, v: func(*frame) reflect.Value { return v }}
	switch classOf(r.Kind()) {
	case 'i':
		x := v.Int()
		c.i = func(*frame) int64 { return x }
	case 'u':
		x := v.Uint()
		c.u = func(*frame) uint64 { return x }
	case 'f':
		x := v.Float()
		c.f = func(*frame) float64 { return x }
	case 's':
		x := v.String()
		c.s = func(*frame) string { return x }
	case 'b':
		x := v.Bool()
		c.b = func(*frame) bool { return x }
	}
	return c
}

func (c code) ints() func(*frame) int64 {
	if c.i != nil {
		return c.i
	}
	v := c.v
	return func(f *frame) int64 { return v(f).Int() }
}

func (c code) uints() func(*frame) uint64 {
	if c.u != nil {
		return c.u
	}
	v := c.v
	return func(f *frame) uint64 { return v(f).Uint() }
}

func (c code) floats() func(*frame) float64 {
	if c.f != nil {
		return c.f
	}
	v := c.v
	return func(f *frame) float64 { return v(f).Float() }
}

func (c code) strings() func(*frame) string {
	if c.s != nil {
		return c.s
	}
	v := c.v
	return func(f *frame) string { return v(f).String() }
}

func (c code) bools() func(*frame) bool {
	if c.b != nil {
		return c.b
	}
	v := c.v
	return func(f *frame) bool { return v(f).Bool() }
}

// index is the value as an index, a length or a count.
func (c code) index() func(*frame) int {
	if classOf(c.r.Kind()) == 'u' {
		u := c.uints()
		return func(f *frame) int {
			x := u(f)
			if x > 1<<62 {
				return -1
			}
			return int(x)
		}
	}
	i := c.ints()
	return func(f *frame) int { return int(i(f)) }
}

// as is the same value under another name of its type.
func (c code) as(t types.Type, r reflect.Type) code {
	if c.r == r {
		c.t = t
		return c
	}
	switch {
	case c.k != nil:
		return constCode(t, r, c.k)
	case c.i != nil:
		return intCode(t, r, c.i)
	case c.u != nil:
		return uintCode(t, r, c.u)
	case c.f != nil:
		return floatCode(t, r, c.f)
	case c.s != nil:
		return stringCode(t, r, c.s)
	case c.b != nil:
		return boolCode(t, r, c.b)
	}
	v := c.v
	return valueCode(t, r, func(f *frame) reflect.Value { return v(f).Convert(r) })
}

// setter stores the value in a variable: as its declaration does, or as an
// assignment does.
func (c code) setter(x *variable, declare bool) func(from, to *frame) {
	n := x.index
	switch x.class {
	case 'i':
		i := c.ints()
		return func(from, to *frame) { to.n[n] = uint64(i(from)) }
	case 'u':
		u := c.uints()
		return func(from, to *frame) { to.n[n] = u(from) }
	case 'f':
		fl := c.floats()
		return func(from, to *frame) { to.n[n] = floatBits(fl(from)) }
	case 'b':
		b := c.bools()
		return func(from, to *frame) { to.n[n] = boolBits(b(from)) }
	}
	if !declare || !x.shared || x.global != nil {
		if set := c.store(x); set != nil {
			return set
		}
	}
	v := c.v
	switch {
	case x.global != nil:
		g := x.global
		return func(from, _ *frame) { g.Set(v(from)) }
	case declare && x.shared:
		r := x.r
		return func(from, to *frame) {
			cell := reflect.New(r).Elem()
			cell.Set(v(from))
			to.v[n] = cell
		}
	}
	return func(from, to *frame) { to.v[n].Set(v(from)) }
}

// store sets the cell of a variable without making a value, where the class
// allows it.
func (c code) store(x *variable) func(from, to *frame) {
	cell := func(to *frame) reflect.Value { return to.v[x.index] }
	if x.global != nil {
		g := *x.global
		cell = func(*frame) reflect.Value { return g }
	}
	switch {
	case c.i != nil && x.r == intType && x.global != nil:
		p, i := (*int)(x.global.Addr().UnsafePointer()), c.i
		return func(from, _ *frame) { *p = int(i(from)) }
	case c.i != nil:
		i := c.i
		return func(from, to *frame) { n := i(from); cell(to).SetInt(n) }
	case c.u != nil:
		u := c.u
		return func(from, to *frame) { n := u(from); cell(to).SetUint(n) }
	case c.f != nil:
		fl := c.f
		return func(from, to *frame) { n := fl(from); cell(to).SetFloat(n) }
	case c.s != nil:
		str := c.s
		return func(from, to *frame) { n := str(from); cell(to).SetString(n) }
	case c.b != nil:
		b := c.b
		return func(from, to *frame) { n := b(from); cell(to).SetBool(n) }
	}
	return nil
}

// load reads a variable.
func (x *variable) load() code {
	n := x.index
	switch x.class {
	case 'i':
		return intCode(x.t, x.r, func(f *frame) int64 { return int64(f.n[n]) })
	case 'u':
		return uintCode(x.t, x.r, func(f *frame) uint64 { return f.n[n] })
	case 'f':
		return floatCode(x.t, x.r, func(f *frame) float64 { return bitsFloat(f.n[n]) })
	case 'b':
		return boolCode(x.t, x.r, func(f *frame) bool { return f.n[n] != 0 })
	}
	var c code
	if g := x.global; g != nil {
		cell := *g
		c = valueCode(x.t, x.r, func(*frame) reflect.Value { return cell })
		if x.r.Kind() == reflect.Int {
			p := (*int)(cell.Addr().UnsafePointer())
			c.i = func(*frame) int64 { return int64(*p) }
		}
		return c
	}
	return valueCode(x.t, x.r, func(f *frame) reflect.Value { return f.v[n] })
}
