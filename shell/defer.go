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
	what := c.laterCall(cal)
	return func(f *frame) func(*thread, *panicking) {
		if cal.first != nil {
			cal.first(f)
		}
		if cal.late {
			in := all(f)
			do := what(f)
			return func(th *thread, p *panicking) { do(th, p, in) }
		}
		do := what(f)
		in := all(f)
		return func(th *thread, p *panicking) { do(th, p, in) }
	}
}

// laterCall finds now what is called later, with the arguments of now.
func (c *compiler) laterCall(cal callee) func(*frame) func(*thread, *panicking, []reflect.Value) {
	spread := cal.sig.Variadic()
	switch {
	case cal.fn != nil:
		return func(f *frame) func(*thread, *panicking, []reflect.Value) {
			fn := closure{f: cal.fn}
			if cal.cells != nil {
				fn.cells = cal.cells(f)
			}
			if cal.recv == nil {
				return func(th *thread, p *panicking, in []reflect.Value) { fn.invoke(th, p, in) }
			}
			recv := dup(cal.recv(f))
			return func(th *thread, p *panicking, in []reflect.Value) {
				fn.invoke(th, p, append([]reflect.Value{recv}, in...))
			}
		}
	case cal.bound != nil:
		return func(f *frame) func(*thread, *panicking, []reflect.Value) {
			b := cal.bound(f)
			return func(th *thread, _ *panicking, in []reflect.Value) { b.call(th, in, spread) }
		}
	}
	return func(f *frame) func(*thread, *panicking, []reflect.Value) {
		fn := dup(cal.native(f))
		return func(_ *thread, _ *panicking, in []reflect.Value) {
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
