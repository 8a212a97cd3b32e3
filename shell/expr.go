package shell

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
)

// expr compiles an expression of one value.
func (c *compiler) expr(e ast.Expr) code {
	x := c.multi(e)
	if x.v == nil {
		unsupported("%T used as one value", e)
	}
	return x
}

// multi compiles an expression of any number of values.
func (c *compiler) multi(e ast.Expr) code {
	tv := c.s.info.Types[e]
	if tv.Value != nil {
		t := subst(tv.Type, c.args)
		r := c.rtype(t)
		if r.Kind() == reflect.Interface {
			t = types.Default(t)
			r = c.rtype(t)
		}
		return constCode(t, r, tv.Value)
	}
	if tv.IsNil() {
		zero := reflect.Zero(anyType)
		return code{t: types.Typ[types.UntypedNil], r: anyType, n: true, v: func(*frame) reflect.Value { return zero }}
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return c.multi(e.X)
	case *ast.Ident:
		return c.ident(e, e)
	case *ast.FuncLit:
		fn, cells := c.literal(e)
		s := c.s
		return valueCode(c.typeOf(e), fn.r, func(f *frame) reflect.Value { return closure{fn, cells(f)}.value(s) })
	case *ast.CompositeLit:
		return c.composite(e, c.typeOf(e))
	case *ast.UnaryExpr:
		return c.unary(e)
	case *ast.BinaryExpr:
		return c.binary(e)
	case *ast.StarExpr:
		return c.deref(c.expr(e.X))
	case *ast.IndexExpr:
		if id, ok := c.instance(e.X); ok {
			return c.ident(id, e)
		}
		return c.index(e)
	case *ast.IndexListExpr:
		if id, ok := c.instance(e.X); ok {
			return c.ident(id, e)
		}
	case *ast.SliceExpr:
		return c.slice(e)
	case *ast.SelectorExpr:
		return c.selector(e)
	case *ast.TypeAssertExpr:
		return c.assertion(c.expr(e.X), c.typeOf(e.Type))
	case *ast.CallExpr:
		return c.call(e)
	}
	unsupported("%T", e)
	return code{}
}

// instance returns the name of a generic function in f[T].
func (c *compiler) instance(e ast.Expr) (*ast.Ident, bool) {
	var id *ast.Ident
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		id = x
	case *ast.SelectorExpr:
		id = x.Sel
	default:
		return nil, false
	}
	_, ok := c.s.info.Instances[id]
	if _, isFunc := c.s.info.Uses[id].(*types.Func); !isFunc {
		return nil, false
	}
	return id, ok
}

// ident compiles a name; e is the expression that it is, with type arguments.
func (c *compiler) ident(id *ast.Ident, e ast.Expr) code {
	o := c.s.info.ObjectOf(id)
	switch o := o.(type) {
	case *types.Var:
		return c.varCode(o)
	case *types.Func:
		fn, native := c.function(o, id)
		if fn != nil {
			v := closure{f: fn}.value(c.s)
			return valueCode(c.typeOf(e), fn.r, func(*frame) reflect.Value { return v })
		}
		return valueCode(c.typeOf(e), native.Type(), func(*frame) reflect.Value { return native })
	}
	unsupported("%s is not a value", id.Name)
	return code{}
}

// varCode reads a variable, wherever it lives.
func (c *compiler) varCode(o *types.Var) code {
	if x := c.lookup(o); x != nil {
		return x.load()
	}
	if o.Pkg() != nil {
		if v, ok := c.s.w.table.get(o.Pkg().Path()).Values[o.Name()]; ok {
			c.s.w.learn(o.Type(), v.Type())
			return valueCode(o.Type(), v.Type(), func(*frame) reflect.Value { return v })
		}
		panic(notLinkedError{what: o.Pkg().Name() + "." + o.Name(), path: c.s.importable(o.Pkg().Path())})
	}
	panic(notLinkedError{what: o.Name()})
}

// function finds what a function's name stands for: code of the shell's, or a
// compiled function.
func (c *compiler) function(o *types.Func, id *ast.Ident) (*function, reflect.Value) {
	if inst, ok := c.s.info.Instances[id]; ok {
		var args []types.Type
		for t := range inst.TypeArgs.Types() {
			args = append(args, subst(t, c.args))
		}
		return c.s.generic(o, args)
	}
	if o.Signature().TypeParams().Len() > 0 {
		unsupported("%s needs type arguments", o.Name())
	}
	return c.s.plain(o)
}

func (c *compiler) unary(e *ast.UnaryExpr) code {
	switch e.Op {
	case token.AND:
		t := c.typeOf(e)
		if lit, ok := ast.Unparen(e.X).(*ast.CompositeLit); ok {
			x := c.composite(lit, c.typeOf(lit))
			v := x.v
			return valueCode(t, reflect.PointerTo(x.r), func(f *frame) reflect.Value { return addressable(v(f)).Addr() })
		}
		x := c.expr(e.X)
		v := x.v
		return valueCode(t, reflect.PointerTo(x.r), func(f *frame) reflect.Value { return v(f).Addr() })
	case token.ARROW:
		return c.receive(c.expr(e.X))
	}
	t := c.typeOf(e)
	x := c.expr(e.X)
	r := c.rtype(t)
	switch class := classOf(r.Kind()); {
	case e.Op == token.ADD:
		return x
	case e.Op == token.NOT:
		b := x.bools()
		return boolCode(t, r, func(f *frame) bool { return !b(f) })
	case class == 'i':
		zero := constCode(t, r, zeroConst)
		if e.Op == token.XOR {
			i := x.ints()
			return intCode(t, r, func(f *frame) int64 { return ^i(f) })
		}
		return arithmetic(token.SUB, zero, x, t, r)
	case class == 'u':
		u := x.uints()
		wrap := wrapUint(r)
		if wrap == nil {
			wrap = func(u uint64) uint64 { return u }
		}
		if e.Op == token.XOR {
			return uintCode(t, r, func(f *frame) uint64 { return wrap(^u(f)) })
		}
		return uintCode(t, r, func(f *frame) uint64 { return wrap(-u(f)) })
	case class == 'f':
		fl := x.floats()
		return floatCode(t, r, func(f *frame) float64 { return -fl(f) })
	}
	v := x.v
	return valueCode(t, r, func(f *frame) reflect.Value {
		n := reflect.New(r).Elem()
		n.SetComplex(-v(f).Complex())
		return n
	})
}

func (c *compiler) binary(e *ast.BinaryExpr) code {
	t := c.typeOf(e)
	r := c.rtype(t)
	if e.Op == token.LAND || e.Op == token.LOR {
		x, y := c.expr(e.X).bools(), c.expr(e.Y).bools()
		if e.Op == token.LAND {
			return boolCode(t, r, func(f *frame) bool { return x(f) && y(f) })
		}
		return boolCode(t, r, func(f *frame) bool { return x(f) || y(f) })
	}
	x, y := c.expr(e.X), c.expr(e.Y)
	switch e.Op {
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		return boolCode(t, r, c.compare(e.Op, x, y))
	case token.SHL, token.SHR:
		return shift(e.Op, x.as(t, r), y, t, r)
	}
	if x.k != nil {
		x = constCode(t, r, x.k)
	}
	if y.k != nil {
		y = constCode(t, r, y.k)
	}
	return arithmetic(e.Op, x, y, t, r)
}

// compare compiles a comparison of two operands, one of which may be an
// interface, or nil.
func (c *compiler) compare(op token.Token, x, y code) func(*frame) bool {
	if x.n || y.n {
		if x.n {
			x = y
		}
		v := x.v
		if op == token.EQL {
			return func(f *frame) bool { return v(f).IsNil() }
		}
		return func(f *frame) bool { return !v(f).IsNil() }
	}
	xi, yi := types.IsInterface(x.t), types.IsInterface(y.t)
	if xi != yi {
		if xi {
			y = c.convert(y, x.t)
		} else {
			x = c.convert(x, y.t)
		}
	} else if !xi && x.r != y.r {
		if x.k != nil {
			x = x.as(y.t, y.r)
		} else {
			y = y.as(x.t, x.r)
		}
	}
	if b := comparison(op, x, y); b != nil {
		return b
	}
	s, xv, yv := c.s, x.v, y.v
	if op == token.EQL {
		return func(f *frame) bool { a := dup(xv(f)); return s.equal(a, yv(f)) }
	}
	return func(f *frame) bool { a := dup(xv(f)); return !s.equal(a, yv(f)) }
}
