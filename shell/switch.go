package shell

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
)

// A choice is what a switch or a select chooses from: one of the bodies runs,
// and a break ends it.
type choice struct {
	bodies    []exec
	otherwise int // the body of default; -1 is none
	brk       signal
}

// choices compiles the clauses of a statement; head compiles what is before
// the body of one.
func (c *compiler) choices(label string, body *ast.BlockStmt, head func(i int, clause ast.Stmt)) *choice {
	ch := &choice{bodies: make([]exec, len(body.List)), otherwise: -1, brk: c.own(label).breaks()}
	old := c.breaks
	c.breaks = ch.brk
	defer func() { c.breaks = old }()
	for i, clause := range body.List {
		head(i, clause)
		switch clause := clause.(type) {
		case *ast.CaseClause:
			if clause.List == nil {
				ch.otherwise = i
			}
			ch.bodies[i] = c.list(clause.Body)
		case *ast.CommClause:
			if clause.Comm == nil {
				ch.otherwise = i
			}
			ch.bodies[i] = c.list(clause.Body)
		}
	}
	return ch
}

// run runs a body, and the next one where it falls through.
func (ch *choice) run(f *frame, i int) signal {
	if i < 0 {
		return next
	}
	for ; i < len(ch.bodies); i++ {
		switch sig := ch.bodies[i](f); sig {
		case fellThrough:
		case ch.brk:
			return next
		default:
			return sig
		}
	}
	return next
}

// initially compiles what comes before a statement, which may be nothing.
func (c *compiler) initially(s ast.Stmt) func(*frame) {
	init := c.stmt(s)
	if init == nil {
		return func(*frame) {}
	}
	return func(f *frame) { init(f) }
}

func (c *compiler) switchStmt(s *ast.SwitchStmt, label string) exec {
	init := c.initially(s.Init)
	// The tag is evaluated into a place of its own.
	set := func(from, to *frame) {}
	var tag code
	if s.Tag != nil {
		x := c.expr(s.Tag)
		if x.k != nil {
			d := types.Default(x.t)
			x = constCode(d, c.rtype(d), x.k)
		}
		at := c.place(x.t, false)
		set = x.setter(at, true)
		tag = at.load()
	}
	tests := make([][]func(*frame) bool, len(s.Body.List))
	ch := c.choices(label, s.Body, func(i int, clause ast.Stmt) {
		for _, e := range clause.(*ast.CaseClause).List {
			test := c.expr(e)
			if s.Tag != nil {
				tests[i] = append(tests[i], c.compare(token.EQL, tag, test))
			} else {
				tests[i] = append(tests[i], test.bools())
			}
		}
	})
	return func(f *frame) signal {
		init(f)
		set(f, f)
		for i, of := range tests {
			for _, test := range of {
				if test(f) {
					return ch.run(f, i)
				}
			}
		}
		return ch.run(f, ch.otherwise)
	}
}

func (c *compiler) typeSwitch(s *ast.TypeSwitchStmt, label string) exec {
	init := c.initially(s.Init)
	var e ast.Expr
	switch a := s.Assign.(type) {
	case *ast.AssignStmt:
		e = a.Rhs[0].(*ast.TypeAssertExpr).X
	case *ast.ExprStmt:
		e = a.X.(*ast.TypeAssertExpr).X
	}
	v := c.expr(e).v
	type arm struct {
		tests []func(reflect.Value) (reflect.Value, bool)
		set   func(*frame, reflect.Value)
		whole bool // the variable is the interface itself
	}
	arms := make([]arm, len(s.Body.List))
	ch := c.choices(label, s.Body, func(i int, clause ast.Stmt) {
		cc := clause.(*ast.CaseClause)
		for _, e := range cc.List {
			test := func(v reflect.Value) (reflect.Value, bool) { return v, v.IsNil() }
			if !c.s.info.Types[e].IsNil() {
				test = c.tester(c.typeOf(e))
			}
			arms[i].tests = append(arms[i].tests, test)
		}
		arms[i].whole = len(cc.List) != 1 || c.s.info.Types[cc.List[0]].IsNil()
		arms[i].set = func(*frame, reflect.Value) {}
		if o := c.s.info.Implicits[cc]; o != nil {
			arms[i].set = c.newVariable(o).declare
		}
	})
	return func(f *frame) signal {
		init(f)
		in := dup(v(f))
		for i, a := range arms {
			for _, test := range a.tests {
				got, ok := test(in)
				if !ok {
					continue
				}
				if a.whole {
					got = in
				}
				a.set(f, got)
				return ch.run(f, i)
			}
		}
		if ch.otherwise >= 0 {
			arms[ch.otherwise].set(f, in)
		}
		return ch.run(f, ch.otherwise)
	}
}

// A communication is the case of a select.
type communication struct {
	dir      reflect.SelectDir
	ch, send operand
	elem     reflect.Type // of what is received
	set      []func(*frame, reflect.Value)
}

func (c *compiler) communication(s ast.Stmt) communication {
	var m communication
	receive := func(e ast.Expr) types.Type {
		x := c.expr(ast.Unparen(e).(*ast.UnaryExpr).X)
		elem := x.t.Underlying().(*types.Chan).Elem()
		m.ch, m.dir, m.elem = x.v, reflect.SelectRecv, c.rtype(elem)
		return elem
	}
	switch s := s.(type) {
	case nil:
		m.dir = reflect.SelectDefault
	case *ast.SendStmt:
		ch := c.expr(s.Chan)
		elem := ch.t.Underlying().(*types.Chan).Elem()
		m.ch, m.send, m.dir = ch.v, c.store(c.convert(c.expr(s.Value), elem), ch.r.Elem()), reflect.SelectSend
	case *ast.ExprStmt:
		receive(s.X)
	case *ast.AssignStmt:
		ts := []types.Type{receive(s.Rhs[0]), types.Typ[types.Bool]}
		for i, l := range s.Lhs {
			m.set = append(m.set, c.loopVar(l, s.Tok == token.DEFINE, ts[i]))
		}
	}
	return m
}

// ready evaluates the channel, and what is sent.
func (m *communication) ready(f *frame) reflect.SelectCase {
	out := reflect.SelectCase{Dir: m.dir}
	if m.ch != nil {
		out.Chan = dup(m.ch(f))
	}
	if m.send != nil {
		out.Send = dup(m.send(f))
	}
	return out
}

// done assigns what was received.
func (m *communication) done(f *frame, v reflect.Value, ok bool) {
	for i, set := range m.set {
		switch {
		case set == nil:
		case i == 1:
			set(f, reflect.ValueOf(ok))
		default:
			set(f, fix(v, m.elem))
		}
	}
}

func (c *compiler) selectStmt(s *ast.SelectStmt, label string) exec {
	comms := make([]communication, len(s.Body.List))
	ch := c.choices(label, s.Body, func(i int, clause ast.Stmt) {
		comms[i] = c.communication(clause.(*ast.CommClause).Comm)
	})
	return func(f *frame) signal {
		cases := make([]reflect.SelectCase, len(comms), len(comms)+1)
		for i := range comms {
			cases[i] = comms[i].ready(f)
		}
		if ch.otherwise < 0 {
			cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(f.th.run.done)})
		}
		i, v, ok := reflect.Select(cases)
		if i == len(comms) {
			panic(stopped{})
		}
		comms[i].done(f, v, ok)
		return ch.run(f, i)
	}
}
