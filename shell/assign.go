package shell

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
)

// declared makes the variable of a declaration; those of an input itself are
// the session's.
func (c *compiler) declared(o types.Object) *variable {
	if g, ok := c.s.globals[o]; ok {
		return &variable{obj: o, t: o.Type(), r: g.Type(), shared: true, global: g}
	}
	return c.newVariable(o)
}

// define compiles := and var with values.
func (c *compiler) define(lhs, rhs []ast.Expr) exec {
	if len(lhs) == 1 && len(rhs) == 1 {
		id := lhs[0].(*ast.Ident)
		o := c.s.info.Defs[id]
		if o != nil && id.Name != "_" {
			x := c.expr(rhs[0])
			v := c.declared(o)
			set := c.convert(x, v.t).setter(v, true)
			return func(f *frame) signal { set(f, f); return next }
		}
	}
	return c.tuple(lhs, rhs, true)
}

// tuple compiles an assignment of several values. What the operands on the left
// are made of, and the values, are there before anything is assigned.
func (c *compiler) tuple(lhs, rhs []ast.Expr, define bool) exec {
	right := c.rightSide(rhs, len(lhs))
	var operands []operand
	sets := make([]setter, len(lhs)) // nil: _
	to := make([]types.Type, len(lhs))
	early := false
	for i, l := range lhs {
		sets[i], to[i] = c.assignee(l, define, &operands)
		early = early || c.calls(l)
	}
	all := right(to)
	return func(f *frame) signal {
		var got []reflect.Value
		at := &frame{}
		if early {
			at.v = evaluated(f, operands)
			got = all(f)
		} else {
			got = all(f)
			at.v = evaluated(f, operands)
		}
		for i, set := range sets {
			if set != nil {
				set(f, at, got[i])
			}
		}
		return next
	}
}

// rightSide compiles the values of an assignment or a return: those of one
// call, or of one expression each. What it returns makes them of the types
// that they go to; nil is any.
func (c *compiler) rightSide(rhs []ast.Expr, n int) func(to []types.Type) func(*frame) []reflect.Value {
	if len(rhs) == 1 && n > 1 {
		all, from := c.several(rhs[0], n)
		return func(to []types.Type) func(*frame) []reflect.Value {
			conv := make([]func(reflect.Value) reflect.Value, n)
			for i, t := range to {
				if t != nil {
					conv[i] = c.converter(from[i], t)
				}
			}
			return func(f *frame) []reflect.Value {
				out := all(f)
				for i, do := range conv {
					if do != nil {
						out[i] = do(out[i])
					}
				}
				return out
			}
		}
	}
	codes := make([]code, n)
	for i, e := range rhs {
		codes[i] = c.expr(e)
	}
	return func(to []types.Type) func(*frame) []reflect.Value {
		operands := make([]operand, n)
		for i, x := range codes {
			if to[i] != nil {
				x = c.convert(x, to[i])
			}
			operands[i] = x.v
		}
		return func(f *frame) []reflect.Value { return values(f, operands) }
	}
}

// several compiles an expression of n values: a call, or one with an ok.
func (c *compiler) several(e ast.Expr, n int) (func(*frame) []reflect.Value, []types.Type) {
	x := c.multi(e)
	if x.vs != nil {
		tuple := x.t.(*types.Tuple)
		ts := make([]types.Type, n)
		for i := range ts {
			ts[i] = tuple.At(i).Type()
		}
		return x.vs, ts
	}
	ok := x.ok
	t := x.t
	if tuple, isTuple := t.(*types.Tuple); isTuple {
		t = tuple.At(0).Type()
	}
	return func(f *frame) []reflect.Value {
		v, ok := ok(f)
		return []reflect.Value{dup(v), reflect.ValueOf(ok)}
	}, []types.Type{t, types.Typ[types.Bool]}
}

func (c *compiler) assign(s *ast.AssignStmt) exec {
	switch s.Tok {
	case token.DEFINE:
		return c.define(s.Lhs, s.Rhs)
	case token.ASSIGN:
		if len(s.Lhs) == 1 {
			return c.assignOne(s.Lhs[0], s.Rhs[0])
		}
		return c.tuple(s.Lhs, s.Rhs, false)
	}
	op := s.Tok - token.ADD_ASSIGN + token.ADD
	return c.update(op, s.Lhs[0], c.expr(s.Lhs[0]), c.expr(s.Rhs[0]), c.calls(s.Rhs[0]))
}

func (c *compiler) assignOne(l, r ast.Expr) exec {
	if id, ok := ast.Unparen(l).(*ast.Ident); ok {
		if id.Name == "_" {
			return c.run(r)
		}
		if x := c.lookup(c.s.info.ObjectOf(id)); x != nil {
			set := c.convert(c.expr(r), x.t).setter(x, false)
			return func(f *frame) signal { set(f, f); return next }
		}
	}
	if c.calls(l) {
		return c.tuple([]ast.Expr{l}, []ast.Expr{r}, false)
	}
	p, t := c.placeOf(l)
	v := c.convert(c.expr(r), t).v
	return func(f *frame) signal {
		got := v(f)
		p(f).set(got)
		return next
	}
}

// update compiles x op= y, where the operand x is evaluated once. What y calls
// comes before x is looked at, except in a map.
func (c *compiler) update(op token.Token, l ast.Expr, x, y code, calls bool) exec {
	combine := func(x code) code {
		if op == token.SHL || op == token.SHR {
			return shift(op, x, y, x.t, x.r)
		}
		return arithmetic(op, x, y.as(x.t, x.r), x.t, x.r)
	}
	if ix, ok := ast.Unparen(l).(*ast.IndexExpr); ok {
		if m := c.expr(ix.X); m.r.Kind() == reflect.Map {
			return c.updateMap(m, ix, combine)
		}
	}
	before := func(*frame) {}
	if calls {
		tmp := c.place(y.t, false)
		set := y.setter(tmp, true)
		y, before = tmp.load(), func(f *frame) { set(f, f) }
	}
	if id, ok := ast.Unparen(l).(*ast.Ident); ok {
		if v := c.lookup(c.s.info.ObjectOf(id)); v != nil {
			return c.updateVariable(op, v, y, combine, before)
		}
	}
	// The place is evaluated into the frame, and the operation reads it there.
	at := c.place(x.t, true)
	sum := combine(at.load()).v
	if !calls || !c.calls(l) {
		v := x.v
		return func(f *frame) signal {
			before(f)
			p := v(f)
			f.v[at.index] = p
			p.Set(sum(f))
			return next
		}
	}
	var operands []operand
	v := c.memory(l, &operands).v
	return func(f *frame) signal {
		parts := &frame{v: evaluated(f, operands)}
		before(f)
		p := v(parts)
		f.v[at.index] = p
		p.Set(sum(f))
		return next
	}
}

func (c *compiler) updateVariable(op token.Token, v *variable, y code, combine func(code) code, before func(*frame)) exec {
	if v.class == 'i' && v.r == intType && y.k != nil && (op == token.ADD || op == token.SUB) {
		n, k := v.index, y.as(v.t, v.r).i(nil)
		if op == token.SUB {
			k = -k
		}
		return func(f *frame) signal { f.n[n] = uint64(int64(f.n[n]) + k); return next }
	}
	set := combine(v.load()).setter(v, false)
	return func(f *frame) signal { before(f); set(f, f); return next }
}

func (c *compiler) updateMap(m code, ix *ast.IndexExpr, combine func(code) code) exec {
	mt, _ := coreMap(m.t)
	at := c.place(mt.Elem(), true)
	mv, kv := m.v, c.convert(c.expr(ix.Index), mt.Key()).v
	elem := c.rtype(mt.Elem())
	sum := combine(at.load()).v
	return func(f *frame) signal {
		p := place{m: dup(mv(f)), k: dup(kv(f))}
		old := p.m.MapIndex(p.k)
		if !old.IsValid() {
			old = reflect.Zero(elem)
		}
		f.v[at.index] = fix(old, elem)
		p.set(sum(f))
		return next
	}
}
