package shell

import (
	"fmt"
	"go/ast"
	"go/types"
	"reflect"
	"strings"
)

// shown compiles an expression statement of an input. The last one is printed;
// of the others only what went wrong.
func (c *compiler) shown(st *ast.ExprStmt) exec {
	at := -1
	for i, t := range c.top {
		if t == ast.Stmt(st) {
			at = i
		}
	}
	if at < 0 {
		return c.run(st.X)
	}
	last := at == len(c.top)-1
	tv := c.s.info.Types[st.X]
	if last && tv.Value != nil {
		s := c.s
		return func(*frame) signal { fmt.Fprintln(s.out, s.constText(tv)); return next }
	}
	if tv.IsType() {
		s, name := c.s, c.s.typeName(tv.Type)
		return func(*frame) signal { fmt.Fprintln(s.out, name); return next }
	}
	x := c.multi(st.X)
	vs := x.vs
	var ts []types.Type
	switch tuple, ok := x.t.(*types.Tuple); {
	case ok:
		for v := range tuple.Variables() {
			ts = append(ts, v.Type())
		}
	default:
		ts = []types.Type{x.t}
		vs = func(f *frame) []reflect.Value { return []reflect.Value{x.v(f)} }
	}
	s := c.s
	quiet := c.prints(st.X)
	return func(f *frame) signal {
		got := vs(f)
		if !quiet {
			s.show(got, ts, last)
		}
		return next
	}
}

// prints reports whether a call is one of package fmt that prints: nobody
// wants to know how many bytes that were.
func (c *compiler) prints(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	o, ok := c.s.info.Uses[sel.Sel].(*types.Func)
	return ok && o.Pkg() != nil && o.Pkg().Path() == "fmt" && (strings.HasPrefix(o.Name(), "Print") || strings.HasPrefix(o.Name(), "Fprint"))
}
