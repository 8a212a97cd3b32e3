package shell

import (
	"go/ast"
	"go/token"
	"go/types"
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
		return jumping(run, pos, at)
	}
	return straight(run, pos)
}

// jumping runs statements of which some are jumped to: at says by which signals.
func jumping(run []exec, pos []token.Pos, at map[signal]int) exec {
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

// straight runs statements one after the other.
func straight(run []exec, pos []token.Pos) exec {
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
		return c.update(op, s.X, x, one, false)
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
	to := make([]types.Type, len(results))
	for i, x := range results {
		to[i] = x.t
	}
	all := c.rightSide(s.Results, len(results))(to)
	return func(f *frame) signal {
		for i, v := range all(f) {
			results[i].set(f, v)
		}
		return returned
	}
}
