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

// tuple compiles an assignment of several values, or to what is no plain
// variable: all operands are evaluated before anything is assigned.
func (c *compiler) tuple(lhs, rhs []ast.Expr, define bool) exec {
	type target struct {
		place func(*frame) place // nil: not assigned
		x     *variable          // or declared
		t     types.Type
	}
	var values func(*frame) []reflect.Value
	var from []types.Type
	var codes []code
	if len(rhs) == 1 && len(lhs) > 1 {
		values, from = c.several(rhs[0], len(lhs))
	} else {
		for _, e := range rhs {
			codes = append(codes, c.expr(e))
		}
	}
	targets := make([]target, len(lhs))
	for i, l := range lhs {
		if id, ok := ast.Unparen(l).(*ast.Ident); ok {
			if id.Name == "_" {
				continue
			}
			if o := c.s.info.Defs[id]; define && o != nil {
				x := c.declared(o)
				targets[i] = target{x: x, t: x.t}
				continue
			}
		}
		p, t := c.placeOf(l)
		targets[i] = target{place: p, t: t}
	}
	conv := make([]func(reflect.Value) reflect.Value, len(lhs))
	vals := make([]func(*frame) reflect.Value, len(codes))
	for i := range lhs {
		switch {
		case values != nil && targets[i].t != nil:
			conv[i] = c.converter(from[i], targets[i].t)
		case codes != nil && targets[i].t != nil:
			vals[i] = c.convert(codes[i], targets[i].t).v
		case codes != nil:
			vals[i] = codes[i].v
		}
	}
	return func(f *frame) signal {
		places := make([]place, len(targets))
		for i, t := range targets {
			if t.place != nil {
				places[i] = t.place(f)
			}
		}
		var got []reflect.Value
		if values != nil {
			got = values(f)
		} else {
			got = make([]reflect.Value, len(vals))
			for i, v := range vals {
				got[i] = dup(v(f))
			}
		}
		for i, t := range targets {
			if t.t == nil {
				continue
			}
			v := got[i]
			if conv[i] != nil {
				v = conv[i](v)
			}
			if t.x != nil {
				t.x.declare(f, v)
			} else {
				places[i].set(v)
			}
		}
		return next
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

// A place is where a value goes: memory, or an entry of a map.
type place struct {
	v    reflect.Value
	m, k reflect.Value
	x    *variable
	f    *frame
}

func (p place) set(v reflect.Value) {
	switch {
	case p.x != nil:
		p.x.set(p.f, v)
	case p.m.IsValid():
		if p.m.IsNil() {
			panic(runtimePlain("assignment to entry in nil map"))
		}
		if v.Type() != p.m.Type().Elem() {
			v = fix(dup(v), p.m.Type().Elem())
		}
		p.m.SetMapIndex(p.k, v)
	default:
		p.v.Set(v)
	}
}

// runtimePlain is an error of the runtime without its usual prefix.
type runtimePlain string

func (e runtimePlain) Error() string { return string(e) }
func (runtimePlain) RuntimeError()   {}

// placeOf compiles an operand on the left.
func (c *compiler) placeOf(e ast.Expr) (func(*frame) place, types.Type) {
	e = ast.Unparen(e)
	if id, ok := e.(*ast.Ident); ok {
		if x := c.lookup(c.s.info.ObjectOf(id)); x != nil && x.global == nil {
			return func(f *frame) place { return place{x: x, f: f} }, x.t
		}
	}
	if ix, ok := e.(*ast.IndexExpr); ok {
		m := c.expr(ix.X)
		if mt, ok := coreMap(m.t); ok {
			mv, kv := m.v, c.convert(c.expr(ix.Index), mt.Key()).v
			return func(f *frame) place { mm := dup(mv(f)); return place{m: mm, k: dup(kv(f))} }, mt.Elem()
		}
	}
	x := c.expr(e)
	v := x.v
	return func(f *frame) place { return place{v: v(f)} }, x.t
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
	return c.update(op, s.Lhs[0], c.expr(s.Lhs[0]), c.expr(s.Rhs[0]))
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
	p, t := c.placeOf(l)
	v := c.convert(c.expr(r), t).v
	return func(f *frame) signal {
		to := p(f)
		to.set(v(f))
		return next
	}
}

// update compiles x op= y, where the operand x is evaluated once.
func (c *compiler) update(op token.Token, l ast.Expr, x, y code) exec {
	combine := func(x code) code {
		if op == token.SHL || op == token.SHR {
			return shift(op, x, y, x.t, x.r)
		}
		return arithmetic(op, x, y.as(x.t, x.r), x.t, x.r)
	}
	if id, ok := ast.Unparen(l).(*ast.Ident); ok {
		if v := c.lookup(c.s.info.ObjectOf(id)); v != nil {
			if v.class == 'i' && v.r == intType && y.k != nil && (op == token.ADD || op == token.SUB) {
				n, k := v.index, y.as(v.t, v.r).i(nil)
				if op == token.SUB {
					k = -k
				}
				return func(f *frame) signal { f.n[n] = uint64(int64(f.n[n]) + k); return next }
			}
			set := combine(v.load()).setter(v, false)
			return func(f *frame) signal { set(f, f); return next }
		}
	}
	if ix, ok := ast.Unparen(l).(*ast.IndexExpr); ok {
		if m := c.expr(ix.X); m.r.Kind() == reflect.Map {
			return c.updateMap(m, ix, combine)
		}
	}
	// The place is evaluated into the frame, and the operation reads it there.
	at := c.place(x.t, true)
	v := x.v
	sum := combine(at.load()).v
	return func(f *frame) signal {
		p := v(f)
		f.v[at.index] = p
		p.Set(sum(f))
		return next
	}
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
