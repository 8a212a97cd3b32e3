package shell

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
)

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

type operand = func(*frame) reflect.Value

// evaluated are the values of operands; variables among them are the variables.
func evaluated(f *frame, operands []operand) []reflect.Value {
	if len(operands) == 0 {
		return nil
	}
	out := make([]reflect.Value, len(operands))
	for i, v := range operands {
		out[i] = v(f)
	}
	return out
}

// A setter assigns to what is on the left: a variable of f, or memory that is
// found from the operands in at.
type setter func(f, at *frame, v reflect.Value)

// assignee compiles an operand on the left in the two steps that Go makes of
// it: what it is made of is added to operands, and the setter looks at the
// memory, which may fail. nil is the blank identifier.
func (c *compiler) assignee(e ast.Expr, define bool, operands *[]operand) (setter, types.Type) {
	e = ast.Unparen(e)
	if id, ok := e.(*ast.Ident); ok {
		if id.Name == "_" {
			return nil, nil
		}
		if o := c.s.info.Defs[id]; define && o != nil {
			x := c.declared(o)
			return func(f, _ *frame, v reflect.Value) { x.declare(f, v) }, x.t
		}
		if x := c.lookup(c.s.info.ObjectOf(id)); x != nil {
			return func(f, _ *frame, v reflect.Value) { x.set(f, v) }, x.t
		}
	}
	if ix, ok := e.(*ast.IndexExpr); ok {
		m := c.expr(ix.X)
		if mt, ok := coreMap(m.t); ok {
			m, k := part(m, operands).v, part(c.convert(c.expr(ix.Index), mt.Key()), operands).v
			return func(_, at *frame, v reflect.Value) { place{m: m(at), k: k(at)}.set(v) }, mt.Elem()
		}
	}
	x := c.memory(e, operands)
	v := x.v
	return func(_, at *frame, to reflect.Value) { v(at).Set(to) }, x.t
}

// memory compiles an operand of which the parts are in a frame of their own.
func (c *compiler) memory(e ast.Expr, operands *[]operand) code {
	e = ast.Unparen(e)
	pointer := func(e ast.Expr) bool { _, ok := c.typeOf(e).Underlying().(*types.Pointer); return ok }
	switch e := e.(type) {
	case *ast.StarExpr:
		return c.deref(part(c.expr(e.X), operands))
	case *ast.SelectorExpr:
		sel := c.s.info.Selections[e]
		if sel == nil {
			break
		}
		_, path := c.find(sel, subst(sel.Recv(), c.args))
		if pointer(e.X) {
			return c.walk(part(c.expr(e.X), operands), path)
		}
		return c.walk(c.memory(e.X, operands), path)
	case *ast.IndexExpr:
		var x code
		if _, array := c.typeOf(e.X).Underlying().(*types.Array); array {
			x = c.memory(e.X, operands)
		} else if x = part(c.expr(e.X), operands); pointer(e.X) {
			x = c.deref(x)
		}
		return c.elementAt(x, part(c.expr(e.Index), operands), c.typeOf(e))
	}
	x := c.expr(e) // a variable
	n := len(*operands)
	*operands = append(*operands, x.v)
	return valueCode(x.t, x.r, func(at *frame) reflect.Value { return at.v[n] })
}

// part makes an operand of what an operand on the left is made of.
func part(x code, operands *[]operand) code {
	if x.k != nil {
		return x
	}
	n, v := len(*operands), x.v
	*operands = append(*operands, func(f *frame) reflect.Value { return dup(v(f)) })
	return valueCode(x.t, x.r, func(at *frame) reflect.Value { return at.v[n] })
}

// calls reports whether a call, or a receive, is a part of an expression: those
// come first, in their order, and only then what else is in an assignment.
func (c *compiler) calls(e ast.Expr) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr:
			tv := c.s.info.Types[n.Fun]
			found = found || !tv.IsType() && !tv.IsBuiltin()
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		}
		return !found
	})
	return found
}

// addressable returns v, or a copy of it, in memory that can be changed.
func addressable(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return v
	}
	n := reflect.New(v.Type()).Elem()
	n.Set(v)
	return n
}

// dup returns a copy of v that nobody else changes.
func dup(v reflect.Value) reflect.Value {
	if !v.IsValid() || !v.CanAddr() {
		return v
	}
	n := reflect.New(v.Type()).Elem()
	n.Set(v)
	return n
}
