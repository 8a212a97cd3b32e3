package shell

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
)

// inLoop compiles a body in which break and continue mean target t.
func (c *compiler) inLoop(t signal, body *ast.BlockStmt) exec {
	b, n := c.breaks, c.continues
	c.breaks, c.continues = t.breaks(), t.continues()
	defer func() { c.breaks, c.continues = b, n }()
	return c.block(body)
}

func (c *compiler) forStmt(s *ast.ForStmt, label string) exec {
	t := c.own(label)
	init := c.stmt(s.Init)
	var each []*variable // that a closure sees: a new one for each iteration
	if a, ok := s.Init.(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
		for _, l := range a.Lhs {
			if o := c.s.info.Defs[l.(*ast.Ident)]; o != nil && c.vars[o] != nil && c.vars[o].shared {
				each = append(each, c.vars[o])
			}
		}
	}
	cond := func(*frame) bool { return true }
	if s.Cond != nil {
		cond = c.expr(s.Cond).bools()
	}
	post := c.stmt(s.Post)
	body := c.inLoop(t, s.Body)
	brk, cont := t.breaks(), t.continues()
	return func(f *frame) signal {
		if init != nil {
			init(f)
		}
		stop := &f.th.run.stop
		for cond(f) {
			if stop.Load() {
				panic(stopped{})
			}
			if sig := body(f); sig != next && sig != cont {
				if sig == brk {
					return next
				}
				return sig
			}
			for _, x := range each {
				n := reflect.New(x.r).Elem()
				n.Set(f.v[x.index])
				f.v[x.index] = n
			}
			if post != nil {
				post(f)
			}
		}
		return next
	}
}

// assignLoopVar compiles how an iteration gives a variable its value.
func (c *compiler) loopVar(e ast.Expr, define bool, t types.Type) func(*frame, reflect.Value) {
	if e == nil {
		return nil
	}
	if id, ok := e.(*ast.Ident); ok {
		if id.Name == "_" {
			return nil
		}
		if o := c.s.info.Defs[id]; define && o != nil {
			x := c.declared(o)
			return x.declare
		}
	}
	p, to := c.placeOf(e)
	conv := c.converter(t, to)
	return func(f *frame, v reflect.Value) { p(f).set(conv(v)) }
}

func (c *compiler) rangeStmt(s *ast.RangeStmt, label string) exec {
	t := c.own(label)
	x := c.expr(s.X)
	if p, ok := x.t.Underlying().(*types.Pointer); ok { // to an array
		_ = p
		x = c.deref(x)
	}
	if class := classOf(x.r.Kind()); x.k != nil && s.Key != nil && (class == 'i' || class == 'u') {
		if kt := c.typeOf(s.Key); kt != nil && x.r != c.rtype(kt) { // range 3, into a variable of another type
			x = x.as(kt, c.rtype(kt))
		}
	}
	key, value := c.rangeTypes(x.t)
	define := s.Tok == token.DEFINE
	setKey, setValue := c.loopVar(s.Key, define, key), c.loopVar(s.Value, define, value)
	body := c.inLoop(t, s.Body)
	l := &loop{brk: t.breaks(), cont: t.continues(), body: body, key: setKey, value: setValue}
	if classOf(x.r.Kind()) == 'i' || classOf(x.r.Kind()) == 'u' {
		return c.rangeInt(s, x, l)
	}
	v := x.v
	var elem reflect.Type
	if value != nil {
		elem = c.rtype(value)
	}
	switch x.r.Kind() {
	case reflect.Slice, reflect.Array:
		copied := x.r.Kind() == reflect.Array && setValue != nil
		return func(f *frame) signal {
			list := v(f)
			if copied || list.Kind() == reflect.Slice {
				list = dup(list)
			}
			return l.list(f, list, elem)
		}
	case reflect.String:
		str := x.strings()
		return func(f *frame) signal {
			for i, r := range str(f) {
				if sig, end := l.step(f, reflect.ValueOf(i), reflect.ValueOf(r)); end {
					return sig
				}
			}
			return next
		}
	case reflect.Map:
		kr := c.rtype(key)
		return func(f *frame) signal {
			for it := v(f).MapRange(); it.Next(); {
				if sig, end := l.step(f, fix(it.Key(), kr), fix(it.Value(), elem)); end {
					return sig
				}
			}
			return next
		}
	case reflect.Chan:
		kr := c.rtype(key)
		return func(f *frame) signal {
			ch := dup(v(f))
			for {
				got, ok := f.th.recv(ch)
				if !ok {
					return next
				}
				if sig, end := l.step(f, fix(got, kr), reflect.Value{}); end {
					return sig
				}
			}
		}
	case reflect.Func:
		return func(f *frame) signal { return l.iterate(f, v(f)) }
	}
	unsupported("range over %v", x.t)
	return nil
}

func (c *compiler) rangeTypes(t types.Type) (key, value types.Type) {
	i := types.Typ[types.Int]
	switch u := t.Underlying().(type) {
	case *types.Slice:
		return i, u.Elem()
	case *types.Array:
		return i, u.Elem()
	case *types.Map:
		return u.Key(), u.Elem()
	case *types.Chan:
		return u.Elem(), nil
	case *types.Signature:
		yield := u.Params().At(0).Type().Underlying().(*types.Signature).Params()
		if yield.Len() > 0 {
			key = yield.At(0).Type()
		}
		if yield.Len() > 1 {
			value = yield.At(1).Type()
		}
		return key, value
	case *types.Basic:
		if u.Info()&types.IsString != 0 {
			return i, types.Typ[types.Rune]
		}
	}
	return t, nil
}

// A loop is what an iteration does.
type loop struct {
	brk, cont  signal
	body       exec
	key, value func(*frame, reflect.Value)
}

// step runs one iteration; end says that the loop ends, with the signal.
func (l *loop) step(f *frame, k, v reflect.Value) (sig signal, end bool) {
	if f.th.run.stop.Load() {
		panic(stopped{})
	}
	if l.key != nil {
		l.key(f, k)
	}
	if l.value != nil {
		l.value(f, v)
	}
	switch sig := l.body(f); sig {
	case next, l.cont:
		return next, false
	case l.brk:
		return next, true
	default:
		return sig, true
	}
}

func (l *loop) list(f *frame, list reflect.Value, elem reflect.Type) signal {
	n := list.Len()
	for i := range n {
		var k, v reflect.Value
		if l.key != nil {
			k = reflect.ValueOf(i)
		}
		if l.value != nil {
			v = fix(list.Index(i), elem)
		}
		if sig, end := l.step(f, k, v); end {
			return sig
		}
	}
	return next
}

// iterate ranges over a function: the body is what it yields to.
func (l *loop) iterate(f *frame, seq reflect.Value) signal {
	const (
		ready      = ""
		running    = "range function continued iteration after loop body panic"
		left       = "range function continued iteration after function for loop body returned false"
		over       = "range function continued iteration after whole loop exit"
		suppressed = "range function recovered a loop body panic and did not resume panicking"
	)
	out, state := next, ready // what is wrong with calling the body again
	yield := reflect.MakeFunc(seq.Type().In(0), func(args []reflect.Value) []reflect.Value {
		if state != ready {
			panic(runtimeError(state))
		}
		state = running
		var k, v reflect.Value
		if len(args) > 0 {
			k = args[0]
		}
		if len(args) > 1 {
			v = args[1]
		}
		sig, end := l.step(f, k, v)
		if out, state = sig, ready; end {
			state = left
		}
		return []reflect.Value{reflect.ValueOf(!end)}
	})
	if seq.IsNil() {
		panic(nilDereference)
	}
	seq.Call([]reflect.Value{yield})
	if f.th.check(); state == running {
		panic(runtimeError(suppressed))
	}
	state = over
	f.th.cur = f
	return out
}

func (c *compiler) rangeInt(s *ast.RangeStmt, x code, l *loop) exec {
	count := x.index()
	r := x.r
	if id, ok := s.Key.(*ast.Ident); ok && s.Tok == token.DEFINE {
		if o := c.s.info.Defs[id]; o != nil {
			if v := c.vars[o]; v != nil && v.class == 'i' {
				n, body := v.index, l.body
				return func(f *frame) signal {
					stop := &f.th.run.stop
					for i, n2 := 0, count(f); i < n2; i++ {
						if stop.Load() {
							panic(stopped{})
						}
						f.n[n] = uint64(i)
						switch sig := body(f); sig {
						case next, l.cont:
						case l.brk:
							return next
						default:
							return sig
						}
					}
					return next
				}
			}
		}
	}
	return func(f *frame) signal {
		for i := range count(f) {
			var k reflect.Value
			if l.key != nil {
				k = reflect.ValueOf(i).Convert(r)
			}
			if sig, end := l.step(f, k, reflect.Value{}); end {
				return sig
			}
		}
		return next
	}
}

func (c *compiler) switchStmt(s *ast.SwitchStmt, label string) exec {
	t := c.own(label)
	init := c.stmt(s.Init)
	// The tag is evaluated into a place of its own.
	var set func(from, to *frame)
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
	type arm struct {
		tests []func(*frame) bool
		body  exec
	}
	arms := make([]arm, len(s.Body.List))
	otherwise := -1
	old := c.breaks
	c.breaks = t.breaks()
	for i, cl := range s.Body.List {
		cc := cl.(*ast.CaseClause)
		if cc.List == nil {
			otherwise = i
		}
		for _, e := range cc.List {
			if s.Tag == nil {
				arms[i].tests = append(arms[i].tests, c.expr(e).bools())
				continue
			}
			arms[i].tests = append(arms[i].tests, c.compare(token.EQL, tag, c.expr(e)))
		}
		arms[i].body = c.list(cc.Body)
	}
	c.breaks = old
	brk := t.breaks()
	return func(f *frame) signal {
		if init != nil {
			init(f)
		}
		if set != nil {
			set(f, f)
		}
		hit := otherwise
	find:
		for i, a := range arms {
			for _, test := range a.tests {
				if test(f) {
					hit = i
					break find
				}
			}
		}
		if hit < 0 {
			return next
		}
		for ; hit < len(arms); hit++ {
			switch sig := arms[hit].body(f); sig {
			case fellThrough:
			case brk:
				return next
			default:
				return sig
			}
		}
		return next
	}
}

func (c *compiler) typeSwitch(s *ast.TypeSwitchStmt, label string) exec {
	t := c.own(label)
	init := c.stmt(s.Init)
	var e ast.Expr
	switch a := s.Assign.(type) {
	case *ast.AssignStmt:
		e = a.Rhs[0].(*ast.TypeAssertExpr).X
	case *ast.ExprStmt:
		e = a.X.(*ast.TypeAssertExpr).X
	}
	subject := c.expr(e)
	type arm struct {
		tests []func(reflect.Value) (reflect.Value, bool)
		set   func(*frame, reflect.Value)
		whole bool // the variable is the interface itself
		body  exec
	}
	arms := make([]arm, len(s.Body.List))
	otherwise := -1
	old := c.breaks
	c.breaks = t.breaks()
	for i, cl := range s.Body.List {
		cc := cl.(*ast.CaseClause)
		if cc.List == nil {
			otherwise = i
		}
		for _, e := range cc.List {
			if c.s.info.Types[e].IsNil() {
				arms[i].tests = append(arms[i].tests, func(v reflect.Value) (reflect.Value, bool) { return v, v.IsNil() })
				continue
			}
			arms[i].tests = append(arms[i].tests, c.tester(c.typeOf(e)))
		}
		arms[i].whole = len(cc.List) != 1 || c.s.info.Types[cc.List[0]].IsNil()
		if o := c.s.info.Implicits[cc]; o != nil {
			arms[i].set = c.newVariable(o).declare
		}
		arms[i].body = c.list(cc.Body)
	}
	c.breaks = old
	v, brk := subject.v, t.breaks()
	return func(f *frame) signal {
		if init != nil {
			init(f)
		}
		in := dup(v(f))
		hit, val := otherwise, in
	find:
		for i, a := range arms {
			for _, test := range a.tests {
				if got, ok := test(in); ok {
					hit = i
					if !a.whole {
						val = got
					}
					break find
				}
			}
		}
		if hit < 0 {
			return next
		}
		if arms[hit].set != nil {
			arms[hit].set(f, val)
		}
		if sig := arms[hit].body(f); sig != brk {
			return sig
		}
		return next
	}
}

func (c *compiler) selectStmt(s *ast.SelectStmt, label string) exec {
	t := c.own(label)
	type arm struct {
		ch, send func(*frame) reflect.Value
		dir      reflect.SelectDir
		set      []func(*frame, reflect.Value)
		elem     reflect.Type
		body     exec
	}
	arms := make([]arm, len(s.Body.List))
	old := c.breaks
	c.breaks = t.breaks()
	fallback := false
	for i, cl := range s.Body.List {
		cc := cl.(*ast.CommClause)
		a := &arms[i]
		recv := func(e ast.Expr) types.Type {
			x := c.expr(ast.Unparen(e).(*ast.UnaryExpr).X)
			elem := x.t.Underlying().(*types.Chan).Elem()
			a.ch, a.dir, a.elem = x.v, reflect.SelectRecv, c.rtype(elem)
			return elem
		}
		switch x := cc.Comm.(type) {
		case nil:
			a.dir = reflect.SelectDefault
			fallback = true
		case *ast.SendStmt:
			ch := c.expr(x.Chan)
			elem := ch.t.Underlying().(*types.Chan).Elem()
			a.ch, a.send, a.dir = ch.v, c.store(c.convert(c.expr(x.Value), elem), ch.r.Elem()), reflect.SelectSend
		case *ast.ExprStmt:
			recv(x.X)
		case *ast.AssignStmt:
			ts := []types.Type{recv(x.Rhs[0]), types.Typ[types.Bool]}
			for j, l := range x.Lhs {
				a.set = append(a.set, c.loopVar(l, x.Tok == token.DEFINE, ts[j]))
			}
		}
		a.body = c.list(cc.Body)
	}
	c.breaks = old
	brk := t.breaks()
	return func(f *frame) signal {
		cases := make([]reflect.SelectCase, len(arms), len(arms)+1)
		for i, a := range arms {
			cases[i].Dir = a.dir
			if a.ch != nil {
				cases[i].Chan = dup(a.ch(f))
			}
			if a.send != nil {
				cases[i].Send = dup(a.send(f))
			}
		}
		if !fallback {
			cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(f.th.run.done)})
		}
		i, v, ok := reflect.Select(cases)
		if i == len(arms) {
			panic(stopped{})
		}
		for j, set := range arms[i].set {
			switch {
			case set == nil:
			case j == 1:
				set(f, reflect.ValueOf(ok))
			default:
				set(f, fix(v, arms[i].elem))
			}
		}
		if sig := arms[i].body(f); sig != brk {
			return sig
		}
		return next
	}
}
