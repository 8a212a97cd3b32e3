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

// loopVar compiles how an iteration gives a variable its value.
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
	if _, ok := x.t.Underlying().(*types.Pointer); ok { // to an array
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
	var kr, er reflect.Type
	if key != nil {
		kr = c.rtype(key)
	}
	if value != nil {
		er = c.rtype(value)
	}
	v := x.v
	switch x.r.Kind() {
	case reflect.Slice, reflect.Array:
		copied := x.r.Kind() == reflect.Slice || setValue != nil
		return func(f *frame) signal {
			list := v(f)
			if copied {
				list = dup(list)
			}
			return l.list(f, list, er)
		}
	case reflect.String:
		str := x.strings()
		return func(f *frame) signal { return l.runes(f, str(f)) }
	case reflect.Map:
		return func(f *frame) signal { return l.entries(f, v(f), kr, er) }
	case reflect.Chan:
		return func(f *frame) signal { return l.received(f, dup(v(f)), kr) }
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

func (l *loop) runes(f *frame, text string) signal {
	for i, r := range text {
		if sig, end := l.step(f, reflect.ValueOf(i), reflect.ValueOf(r)); end {
			return sig
		}
	}
	return next
}

func (l *loop) entries(f *frame, m reflect.Value, key, elem reflect.Type) signal {
	for it := m.MapRange(); it.Next(); {
		if sig, end := l.step(f, fix(it.Key(), key), fix(it.Value(), elem)); end {
			return sig
		}
	}
	return next
}

func (l *loop) received(f *frame, ch reflect.Value, elem reflect.Type) signal {
	for {
		got, ok := f.th.recv(ch)
		if !ok {
			return next
		}
		if sig, end := l.step(f, fix(got, elem), reflect.Value{}); end {
			return sig
		}
	}
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
