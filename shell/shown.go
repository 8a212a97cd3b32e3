package shell

import (
	"fmt"
	"go/ast"
	"go/constant"
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

// show prints the values of an expression; errors come first, and alone when
// there is nothing else. Of what is not the last one, only errors.
func (s *Session) show(vs []reflect.Value, ts []types.Type, last bool) {
	rest, zero, failed := vs, true, false
	for i, v := range vs {
		text, ok := s.failure(v)
		if !ok {
			zero = zero && v.IsValid() && v.IsZero()
			continue
		}
		fmt.Fprintln(s.out, "error: "+text)
		failed = true
		if i == len(vs)-1 {
			rest = vs[:i]
		}
	}
	if !last || failed && zero || len(rest) == 0 {
		return
	}
	texts := make([]string, len(rest))
	for i, v := range rest {
		texts[i] = formatter{s: s}.value(v, ts[i])
	}
	fmt.Fprintln(s.out, strings.Join(texts, ", "))
}

// failure is the error that a value is, or that it carries: as what an ORM
// returns, with a field Error.
func (s *Session) failure(v reflect.Value) (string, bool) {
	if v.Kind() == reflect.Interface && !v.IsNil() || v.Kind() == reflect.Pointer && !v.IsNil() {
		if v.CanInterface() {
			if err, ok := v.Interface().(error); ok {
				return errorText(err), true
			}
		}
	}
	if e, _, ok := outcome(v); ok && !e.IsNil() {
		if err, ok := e.Interface().(error); ok {
			return errorText(err), true
		}
	}
	if err := rowFailure(v); err != nil {
		return errorText(err), true
	}
	return "", false
}

// constText is a constant as it is printed: an untyped one may be larger than
// any type.
func (s *Session) constText(tv types.TypeAndValue) string {
	b, ok := tv.Type.Underlying().(*types.Basic)
	if ok && b.Info()&types.IsUntyped != 0 {
		switch b.Kind() {
		case types.UntypedInt:
			return tv.Value.ExactString()
		case types.UntypedFloat:
			f, _ := constant.Float64Val(tv.Value)
			return fmt.Sprint(f)
		}
	}
	r, known := s.knownType(tv.Type)
	if !known {
		return tv.Value.String()
	}
	return formatter{s: s}.value(makeConst(tv.Value, r), tv.Type)
}
