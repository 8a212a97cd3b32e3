package shell

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
)

func (c *compiler) block(b *ast.BlockStmt) exec { return c.list(b.List) }

// list compiles statements in a row. A label of one of them can be jumped to
// from anywhere within.
func (c *compiler) list(stmts []ast.Stmt) exec {
	at := map[signal]int{}
	for i, s := range stmts {
		if l, ok := s.(*ast.LabeledStmt); ok {
			t := c.target()
			c.labels[l.Label.Name] = t
			at[t.jumps()] = i
		}
	}
	jumped := len(at) > 0 && usesGoto(stmts)
	var run []exec
	var pos []token.Pos
	for _, s := range stmts {
		x := c.stmt(s)
		if x == nil {
			x = func(*frame) signal { return next }
			if !jumped {
				continue
			}
		}
		run = append(run, x)
		pos = append(pos, s.Pos())
	}
	if jumped {
		return func(f *frame) signal {
			for i := 0; i < len(run); i++ {
				f.pos = pos[i]
				sig := run[i](f)
				if sig == next {
					continue
				}
				to, ok := at[sig]
				if !ok {
					return sig
				}
				f.th.check()
				i = to - 1
			}
			return next
		}
	}
	switch len(run) {
	case 0:
		return func(*frame) signal { return next }
	case 1:
		x, p := run[0], pos[0]
		return func(f *frame) signal { f.pos = p; return x(f) }
	case 2:
		x, y, p, q := run[0], run[1], pos[0], pos[1]
		return func(f *frame) signal {
			f.pos = p
			if sig := x(f); sig != next {
				return sig
			}
			f.pos = q
			return y(f)
		}
	}
	return func(f *frame) signal {
		for i, x := range run {
			f.pos = pos[i]
			if sig := x(f); sig != next {
				return sig
			}
		}
		return next
	}
}

func usesGoto(stmts []ast.Stmt) (found bool) {
	for _, s := range stmts {
		ast.Inspect(s, func(n ast.Node) bool {
			b, ok := n.(*ast.BranchStmt)
			found = found || ok && b.Tok == token.GOTO
			return !found
		})
	}
	return found
}

// stmt compiles a statement; nil does nothing.
func (c *compiler) stmt(s ast.Stmt) exec {
	label := c.label
	c.label = ""
	switch s := s.(type) {
	case nil, *ast.EmptyStmt:
		return nil
	case *ast.ExprStmt:
		if c.input {
			return c.shown(s)
		}
		return c.run(s.X)
	case *ast.DeclStmt:
		return c.decl(s.Decl.(*ast.GenDecl))
	case *ast.AssignStmt:
		return c.assign(s)
	case *ast.IncDecStmt:
		op := token.ADD
		if s.Tok == token.DEC {
			op = token.SUB
		}
		x := c.expr(s.X)
		one := constCode(x.t, x.r, oneConst)
		return c.update(op, s.X, x, one)
	case *ast.BlockStmt:
		return c.block(s)
	case *ast.IfStmt:
		return c.ifStmt(s)
	case *ast.ForStmt:
		return c.forStmt(s, label)
	case *ast.RangeStmt:
		return c.rangeStmt(s, label)
	case *ast.SwitchStmt:
		return c.switchStmt(s, label)
	case *ast.TypeSwitchStmt:
		return c.typeSwitch(s, label)
	case *ast.SelectStmt:
		return c.selectStmt(s, label)
	case *ast.LabeledStmt:
		c.label = s.Label.Name
		return c.labeled(s)
	case *ast.BranchStmt:
		return c.branch(s)
	case *ast.ReturnStmt:
		return c.returnStmt(s)
	case *ast.GoStmt:
		return c.goStmt(s)
	case *ast.DeferStmt:
		return c.deferStmt(s)
	case *ast.SendStmt:
		ch := c.expr(s.Chan)
		elem := ch.t.Underlying().(*types.Chan).Elem()
		cv, v := ch.v, c.store(c.convert(c.expr(s.Value), elem), ch.r.Elem())
		return func(f *frame) signal { to := cv(f); f.th.send(to, v(f)); return next }
	}
	unsupported("%T", s)
	return nil
}

// run compiles an expression for what it does.
func (c *compiler) run(e ast.Expr) exec {
	x := c.multi(e)
	switch {
	case x.vs != nil:
		return func(f *frame) signal { x.vs(f); return next }
	case x.i != nil:
		return func(f *frame) signal { x.i(f); return next }
	case x.b != nil:
		return func(f *frame) signal { x.b(f); return next }
	}
	return func(f *frame) signal { x.v(f); return next }
}

func (c *compiler) labeled(s *ast.LabeledStmt) exec {
	x := c.stmt(s.Stmt)
	t := c.labels[s.Label.Name]
	switch s.Stmt.(type) {
	case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
		return x // it knows its label
	}
	if x == nil {
		return nil
	}
	return func(f *frame) signal {
		if sig := x(f); sig != t.breaks() {
			return sig
		}
		return next
	}
}

// own returns the target of a loop or a switch: that of its label.
func (c *compiler) own(label string) signal {
	if label != "" {
		return c.labels[label]
	}
	return c.target()
}

func (c *compiler) branch(s *ast.BranchStmt) exec {
	var sig signal
	switch {
	case s.Tok == token.FALLTHROUGH:
		sig = fellThrough
	case s.Tok == token.GOTO:
		sig = c.labels[s.Label.Name].jumps()
	case s.Label != nil && s.Tok == token.BREAK:
		sig = c.labels[s.Label.Name].breaks()
	case s.Label != nil:
		sig = c.labels[s.Label.Name].continues()
	case s.Tok == token.BREAK:
		sig = c.breaks
	default:
		sig = c.continues
	}
	return func(*frame) signal { return sig }
}

// decl compiles a declaration within a function.
func (c *compiler) decl(d *ast.GenDecl) exec {
	if d.Tok != token.VAR {
		return nil
	}
	var all []exec
	for _, sp := range d.Specs {
		vs := sp.(*ast.ValueSpec)
		lhs := make([]ast.Expr, len(vs.Names))
		for i, n := range vs.Names {
			lhs[i] = n
		}
		if len(vs.Values) > 0 {
			all = append(all, c.define(lhs, vs.Values))
			continue
		}
		for _, n := range vs.Names {
			o := c.s.info.Defs[n]
			if o == nil || n.Name == "_" {
				continue
			}
			x := c.declared(o)
			if x.global != nil {
				g := x.global
				all = append(all, func(*frame) signal { g.SetZero(); return next })
				continue
			}
			all = append(all, func(f *frame) signal { x.reset(f); return next })
		}
	}
	return sequence(all)
}

func sequence(all []exec) exec {
	if len(all) == 1 {
		return all[0]
	}
	return func(f *frame) signal {
		for _, x := range all {
			if sig := x(f); sig != next {
				return sig
			}
		}
		return next
	}
}

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

func (c *compiler) ifStmt(s *ast.IfStmt) exec {
	init := c.stmt(s.Init)
	cond := c.expr(s.Cond).bools()
	then := c.block(s.Body)
	otherwise := c.stmt(s.Else)
	if otherwise == nil {
		otherwise = func(*frame) signal { return next }
	}
	if init == nil {
		return func(f *frame) signal {
			if cond(f) {
				return then(f)
			}
			return otherwise(f)
		}
	}
	return func(f *frame) signal {
		init(f)
		if cond(f) {
			return then(f)
		}
		return otherwise(f)
	}
}

func (c *compiler) returnStmt(s *ast.ReturnStmt) exec {
	results := c.fn.results
	switch {
	case len(s.Results) == 0:
		return func(*frame) signal { return returned }
	case len(s.Results) == 1 && len(results) == 1:
		set := c.convert(c.expr(s.Results[0]), results[0].t).setter(results[0], false)
		return func(f *frame) signal { set(f, f); return returned }
	}
	var values func(*frame) []reflect.Value
	conv := make([]func(reflect.Value) reflect.Value, len(results))
	if len(s.Results) == 1 {
		vs, from := c.several(s.Results[0], len(results))
		values = vs
		for i, x := range results {
			conv[i] = c.converter(from[i], x.t)
		}
	} else {
		vals := make([]func(*frame) reflect.Value, len(results))
		for i, e := range s.Results {
			vals[i] = c.convert(c.expr(e), results[i].t).v
		}
		values = func(f *frame) []reflect.Value {
			out := make([]reflect.Value, len(vals))
			for i, v := range vals {
				out[i] = dup(v(f))
			}
			return out
		}
	}
	return func(f *frame) signal {
		for i, v := range values(f) {
			if conv[i] != nil {
				v = conv[i](v)
			}
			results[i].set(f, v)
		}
		return returned
	}
}

// later prepares a call that go or defer makes: the operands are evaluated now.
func (c *compiler) later(e *ast.CallExpr) func(*frame) func(th *thread, p *panicking) {
	tv := c.s.info.Types[e.Fun]
	if tv.IsBuiltin() || tv.IsType() {
		// The frame is there when a deferred one runs; arguments are few.
		x := c.deferredBuiltin(e)
		return x
	}
	cal := c.callee(e.Fun)
	args, all := c.arguments(cal.sig, e)
	values := func(f *frame) []reflect.Value {
		if all != nil {
			return all(f)
		}
		out := make([]reflect.Value, len(args))
		for i, a := range args {
			out[i] = dup(a.v(f))
		}
		return out
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
			in = append(in, values(f)...)
			fn := closure{cal.fn, cells}
			return func(th *thread, p *panicking) { fn.invoke(th, p, in) }
		case cal.bound != nil:
			b := cal.bound(f)
			in := values(f)
			return func(th *thread, _ *panicking) { b.call(th, in, spread) }
		}
		fn := dup(cal.native(f))
		in := values(f)
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

func (c *compiler) deferredBuiltin(e *ast.CallExpr) func(*frame) func(*thread, *panicking) {
	name := ""
	if id, ok := ast.Unparen(e.Fun).(*ast.Ident); ok {
		name = id.Name
	}
	if name == "recover" {
		return func(*frame) func(*thread, *panicking) { return func(*thread, *panicking) {} }
	}
	// The arguments into places of their own, and the call over those.
	vals := make([]func(*frame) reflect.Value, len(e.Args))
	for i, a := range e.Args {
		vals[i] = c.expr(a).v
	}
	switch name {
	case "close":
		return func(f *frame) func(*thread, *panicking) {
			ch := dup(vals[0](f))
			return func(*thread, *panicking) { ch.Close() }
		}
	case "panic":
		v := c.convert(c.expr(e.Args[0]), types.Universe.Lookup("any").Type()).v
		return func(f *frame) func(*thread, *panicking) {
			x := v(f)
			return func(*thread, *panicking) { throw(x) }
		}
	case "delete":
		return func(f *frame) func(*thread, *panicking) {
			m, k := dup(vals[0](f)), dup(vals[1](f))
			return func(*thread, *panicking) { m.SetMapIndex(k, reflect.Value{}) }
		}
	}
	x := c.multi(e)
	return func(f *frame) func(*thread, *panicking) {
		return func(*thread, *panicking) {
			if x.vs != nil {
				x.vs(f)
			} else {
				x.v(f)
			}
		}
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
