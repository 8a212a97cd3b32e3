package shell

import (
	"go/ast"
	"reflect"
)

// later prepares a call that go or defer makes: the operands are evaluated now.
func (c *compiler) later(e *ast.CallExpr) func(*frame) func(th *thread, p *panicking) {
	if tv := c.s.info.Types[e.Fun]; tv.IsBuiltin() {
		return c.laterBuiltin(e)
	}
	cal := c.callee(e.Fun)
	args, all := c.arguments(cal.sig, e)
	if all == nil {
		operands := make([]func(*frame) reflect.Value, len(args))
		for i, a := range args {
			operands[i] = a.v
		}
		all = func(f *frame) []reflect.Value { return values(f, operands) }
	}
	spread := cal.sig.Variadic()
	return func(f *frame) func(*thread, *panicking) {
		switch {
		case cal.fn != nil:
			var in, cells []reflect.Value
			if cal.recv != nil {
				in = append(in, dup(cal.recv(f)))
			}
			if cal.cells != nil {
				cells = cal.cells(f)
			}
			in = append(in, all(f)...)
			fn := closure{cal.fn, cells}
			return func(th *thread, p *panicking) { fn.invoke(th, p, in) }
		case cal.bound != nil:
			b := cal.bound(f)
			in := all(f)
			return func(th *thread, _ *panicking) { b.call(th, in, spread) }
		}
		fn := dup(cal.native(f))
		in := all(f)
		return func(*thread, *panicking) {
			if fn.IsNil() {
				panic(nilDereference)
			}
			if spread {
				fn.CallSlice(in)
			} else {
				fn.Call(in)
			}
		}
	}
}

func (c *compiler) laterBuiltin(e *ast.CallExpr) func(*frame) func(*thread, *panicking) {
	id, ok := ast.Unparen(e.Fun).(*ast.Ident)
	if !ok {
		unsupported("go or defer of %T", e.Fun)
	}
	if id.Name == "recover" { // it is not called by a deferred function
		return func(*frame) func(*thread, *panicking) { return func(*thread, *panicking) {} }
	}
	operands, do := c.effect(id.Name, e)
	return func(f *frame) func(*thread, *panicking) {
		v := values(f, operands)
		return func(*thread, *panicking) { do(v) }
	}
}

func (c *compiler) deferStmt(s *ast.DeferStmt) exec {
	c.fn.defers = true
	call := c.later(s.Call)
	return func(f *frame) signal {
		d := call(f)
		th := f.th
		f.defers = append(f.defers, func(p *panicking) { d(th, p) })
		return next
	}
}

func (c *compiler) goStmt(s *ast.GoStmt) exec {
	call := c.later(s.Call)
	sess := c.s
	return func(f *frame) signal {
		do := call(f)
		sess.spawn(f.th.run, func(th *thread) { do(th, nil) })
		return next
	}
}
