package shell

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"
)

// A compiler turns the checked syntax of one function into closures.
type compiler struct {
	s      *Session
	args   typeArgs
	fn     *function
	vars   map[types.Object]*variable
	shared map[types.Object]bool // of the whole outermost function
	outer  *compiler
	taken  []*variable // of outer, captured here

	breaks, continues signal
	label             string // of the statement that comes next
	labels            map[string]signal
	input             bool       // it is an input
	top               []ast.Stmt // its statements
}

func (c *compiler) typeOf(e ast.Expr) types.Type {
	if tv, ok := c.s.info.Types[e]; ok && tv.Type != nil {
		return subst(tv.Type, c.args)
	}
	if id, ok := e.(*ast.Ident); ok {
		if o := c.s.info.ObjectOf(id); o != nil {
			return subst(o.Type(), c.args)
		}
	}
	unsupported("%T has no type", e)
	return nil
}

func (c *compiler) rtype(t types.Type) reflect.Type { return c.s.w.rtype(t) }

// target returns a new signal to jump to.
func (c *compiler) target() signal {
	c.s.targets += 3
	return firstTarget + signal(c.s.targets)
}

// newVariable makes a place for an object in the frames of the function.
func (c *compiler) newVariable(o types.Object) *variable {
	t := subst(o.Type(), c.args)
	x := c.place(t, c.shared[o])
	x.obj = o
	c.vars[o] = x
	return x
}

// place makes an unnamed variable.
func (c *compiler) place(t types.Type, shared bool) *variable {
	x := &variable{t: t, r: c.rtype(t), shared: shared}
	switch k := classOf(x.r.Kind()); {
	case shared:
	case k != 0 && k != 's':
		x.class = k
	}
	if x.class != 0 {
		x.index = c.fn.nn
		c.fn.nn++
		return x
	}
	x.index = c.fn.nv
	c.fn.nv++
	if !shared {
		c.fn.own = append(c.fn.own, x)
	}
	return x
}

// lookup finds the variable of an object: here, captured from outside, or of
// the session.
func (c *compiler) lookup(o types.Object) *variable {
	if x, ok := c.vars[o]; ok {
		return x
	}
	if c.outer != nil {
		x := c.outer.lookup(o)
		if x == nil || x.global != nil {
			return x
		}
		own := &variable{obj: o, t: x.t, r: x.r, shared: true, index: c.fn.nv}
		c.fn.nv++
		c.vars[o] = own
		c.taken = append(c.taken, x)
		c.fn.captured = append(c.fn.captured, own)
		return own
	}
	if g, ok := c.s.globals[o]; ok {
		return &variable{obj: o, t: o.Type(), r: g.Type(), shared: true, global: g}
	}
	return nil
}

// sharedObjects finds the variables of a function that a function literal
// within it captures, or whose address is taken.
func (c *compiler) sharedObjects(body ast.Node, params *ast.FieldList) map[types.Object]bool {
	out := map[types.Object]bool{}
	home := map[types.Object]ast.Node{}
	info := c.s.info
	var walk func(n, fn ast.Node)
	mark := func(e ast.Expr) {
		if o := c.root(e); o != nil {
			out[o] = true
		}
	}
	walk = func(n, fn ast.Node) {
		ast.Inspect(n, func(m ast.Node) bool {
			switch m := m.(type) {
			case *ast.FuncLit:
				if m == n {
					return true
				}
				walk(m, m)
				return false
			case *ast.Ident:
				if o := info.Defs[m]; o != nil {
					home[o] = fn
				} else if o := info.Uses[m]; o != nil {
					if h, ok := home[o]; ok && h != fn {
						out[o] = true
					}
				}
			case *ast.CaseClause:
				if o := info.Implicits[m]; o != nil {
					home[o] = fn
				}
			case *ast.UnaryExpr:
				if m.Op == token.AND {
					mark(m.X)
				}
			case *ast.SliceExpr:
				if _, ok := c.typeOf(m.X).Underlying().(*types.Array); ok {
					mark(m.X)
				}
			case *ast.SelectorExpr:
				// A method with a pointer receiver, called on a variable.
				if sel := info.Selections[m]; sel != nil && sel.Kind() != types.FieldVal {
					mark(m.X)
				}
			}
			return true
		})
	}
	if params != nil {
		walk(params, body)
	}
	walk(body, body)
	return out
}

// root is the variable whose memory an expression is a part of.
func (c *compiler) root(e ast.Expr) types.Object {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return c.s.info.Uses[e]
	case *ast.SelectorExpr:
		if c.s.info.Selections[e] == nil {
			return nil
		}
		return c.root(e.X)
	case *ast.IndexExpr:
		if tv, ok := c.s.info.Types[e.X]; ok && tv.Type != nil {
			if _, ok := subst(tv.Type, c.args).Underlying().(*types.Array); ok {
				return c.root(e.X)
			}
		}
	}
	return nil
}

// literal compiles a function literal.
func (c *compiler) literal(e *ast.FuncLit) (*function, func(*frame) []reflect.Value) {
	sig := c.typeOf(e).(*types.Signature)
	in := &compiler{s: c.s, args: c.args, vars: map[types.Object]*variable{}, shared: c.shared, outer: c, labels: map[string]signal{}}
	in.fn = &function{name: "a function literal", sig: sig, r: c.rtype(sig)}
	in.layout(e.Type.Params.List, e.Type.Results, sig)
	in.fn.body = in.block(e.Body)
	taken := in.taken
	cells := func(f *frame) []reflect.Value {
		if len(taken) == 0 {
			return nil
		}
		out := make([]reflect.Value, len(taken))
		for i, x := range taken {
			if !f.v[x.index].IsValid() { // declared further on: a jump came by
				x.reset(f)
			}
			out[i] = f.v[x.index]
		}
		return out
	}
	return in.fn, cells
}

// layout makes the variables of parameters and results. They need not have
// names; sig is what they are.
func (c *compiler) layout(params []*ast.Field, results *ast.FieldList, sig *types.Signature) {
	i := 0
	param := func(o types.Object, t types.Type) {
		var x *variable
		if o != nil && o.Name() != "_" {
			x = c.newVariable(o)
		} else {
			x = c.place(t, false)
		}
		c.fn.params = append(c.fn.params, x)
	}
	for _, f := range params {
		t := c.fieldType(f)
		if len(f.Names) == 0 {
			param(nil, t)
		}
		for _, n := range f.Names {
			param(c.s.info.Defs[n], t)
		}
		i++
	}
	if results == nil {
		return
	}
	for _, f := range results.List {
		t := c.fieldType(f)
		if len(f.Names) == 0 {
			c.fn.results = append(c.fn.results, c.place(t, false))
		}
		for _, n := range f.Names {
			if o := c.s.info.Defs[n]; o != nil && n.Name != "_" {
				c.fn.results = append(c.fn.results, c.newVariable(o))
			} else {
				c.fn.results = append(c.fn.results, c.place(t, false))
			}
		}
	}
}

func (c *compiler) fieldType(f *ast.Field) types.Type {
	if e, ok := f.Type.(*ast.Ellipsis); ok {
		return types.NewSlice(c.typeOf(e.Elt))
	}
	if len(f.Names) > 0 {
		if o := c.s.info.Defs[f.Names[0]]; o != nil {
			return subst(o.Type(), c.args)
		}
	}
	return c.typeOf(f.Type)
}

// expr compiles an expression of one value.
func (c *compiler) expr(e ast.Expr) code {
	x := c.multi(e)
	if x.v == nil {
		unsupported("%T used as one value", e)
	}
	return x
}

// multi compiles an expression of any number of values.
func (c *compiler) multi(e ast.Expr) code {
	tv := c.s.info.Types[e]
	if tv.Value != nil {
		t := subst(tv.Type, c.args)
		r := c.rtype(t)
		if r.Kind() == reflect.Interface {
			t = types.Default(t)
			r = c.rtype(t)
		}
		return constCode(t, r, tv.Value)
	}
	if tv.IsNil() {
		zero := reflect.Zero(anyType)
		return code{t: types.Typ[types.UntypedNil], r: anyType, n: true, v: func(*frame) reflect.Value { return zero }}
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return c.multi(e.X)
	case *ast.Ident:
		return c.ident(e, e)
	case *ast.FuncLit:
		fn, cells := c.literal(e)
		s := c.s
		return valueCode(c.typeOf(e), fn.r, func(f *frame) reflect.Value { return closure{fn, cells(f)}.value(s) })
	case *ast.CompositeLit:
		return c.composite(e, c.typeOf(e))
	case *ast.UnaryExpr:
		return c.unary(e)
	case *ast.BinaryExpr:
		return c.binary(e)
	case *ast.StarExpr:
		return c.deref(c.expr(e.X))
	case *ast.IndexExpr:
		if id, ok := c.instance(e.X); ok {
			return c.ident(id, e)
		}
		return c.index(e)
	case *ast.IndexListExpr:
		if id, ok := c.instance(e.X); ok {
			return c.ident(id, e)
		}
	case *ast.SliceExpr:
		return c.slice(e)
	case *ast.SelectorExpr:
		return c.selector(e)
	case *ast.TypeAssertExpr:
		return c.assertion(c.expr(e.X), c.typeOf(e.Type))
	case *ast.CallExpr:
		return c.call(e)
	}
	unsupported("%T", e)
	return code{}
}

// instance returns the name of a generic function in f[T].
func (c *compiler) instance(e ast.Expr) (*ast.Ident, bool) {
	var id *ast.Ident
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		id = x
	case *ast.SelectorExpr:
		id = x.Sel
	default:
		return nil, false
	}
	_, ok := c.s.info.Instances[id]
	if _, isFunc := c.s.info.Uses[id].(*types.Func); !isFunc {
		return nil, false
	}
	return id, ok
}

// ident compiles a name; e is the expression that it is, with type arguments.
func (c *compiler) ident(id *ast.Ident, e ast.Expr) code {
	o := c.s.info.ObjectOf(id)
	switch o := o.(type) {
	case *types.Var:
		return c.varCode(o)
	case *types.Func:
		fn, native := c.function(o, id)
		if fn != nil {
			v := closure{f: fn}.value(c.s)
			return valueCode(c.typeOf(e), fn.r, func(*frame) reflect.Value { return v })
		}
		return valueCode(c.typeOf(e), native.Type(), func(*frame) reflect.Value { return native })
	}
	unsupported("%s is not a value", id.Name)
	return code{}
}

// varCode reads a variable, wherever it lives.
func (c *compiler) varCode(o *types.Var) code {
	if x := c.lookup(o); x != nil {
		return x.load()
	}
	if o.Pkg() != nil {
		if v, ok := c.s.w.table.get(o.Pkg().Path()).Values[o.Name()]; ok {
			c.s.w.learn(o.Type(), v.Type())
			return valueCode(o.Type(), v.Type(), func(*frame) reflect.Value { return v })
		}
		panic(notLinkedError{what: o.Pkg().Name() + "." + o.Name(), path: c.s.importable(o.Pkg().Path())})
	}
	panic(notLinkedError{what: o.Name()})
}

// function finds what a function's name stands for: code of the shell's, or a
// compiled function.
func (c *compiler) function(o *types.Func, id *ast.Ident) (*function, reflect.Value) {
	if inst, ok := c.s.info.Instances[id]; ok {
		var args []types.Type
		for t := range inst.TypeArgs.Types() {
			args = append(args, subst(t, c.args))
		}
		return c.s.generic(o, args)
	}
	if o.Signature().TypeParams().Len() > 0 {
		unsupported("%s needs type arguments", o.Name())
	}
	return c.s.plain(o)
}

func (c *compiler) deref(x code) code {
	p, ok := x.t.Underlying().(*types.Pointer)
	if !ok {
		unsupported("* on %v", x.t)
	}
	r := c.rtype(p.Elem())
	v := x.v
	out := valueCode(p.Elem(), r, func(f *frame) reflect.Value {
		p := v(f)
		if p.IsNil() {
			panic(nilDereference)
		}
		return p.Elem()
	})
	if x.r.Kind() != reflect.Pointer || x.r.Elem() != r {
		unsupported("* on %v", x.t)
	}
	return out
}

// nilDereference is the runtime's own error.
var nilDereference = func() (e any) {
	defer func() { e = recover() }()
	var p *int
	_ = *p
	return nil
}()

func (c *compiler) unary(e *ast.UnaryExpr) code {
	switch e.Op {
	case token.AND:
		t := c.typeOf(e)
		if lit, ok := ast.Unparen(e.X).(*ast.CompositeLit); ok {
			x := c.composite(lit, c.typeOf(lit))
			v := x.v
			return valueCode(t, reflect.PointerTo(x.r), func(f *frame) reflect.Value { return addressable(v(f)).Addr() })
		}
		x := c.expr(e.X)
		v := x.v
		return valueCode(t, reflect.PointerTo(x.r), func(f *frame) reflect.Value { return v(f).Addr() })
	case token.ARROW:
		return c.receive(c.expr(e.X))
	}
	t := c.typeOf(e)
	x := c.expr(e.X)
	r := c.rtype(t)
	switch class := classOf(r.Kind()); {
	case e.Op == token.ADD:
		return x
	case e.Op == token.NOT:
		b := x.bools()
		return boolCode(t, r, func(f *frame) bool { return !b(f) })
	case class == 'i':
		zero := constCode(t, r, zeroConst)
		if e.Op == token.XOR {
			i := x.ints()
			return intCode(t, r, func(f *frame) int64 { return ^i(f) })
		}
		return arithmetic(token.SUB, zero, x, t, r)
	case class == 'u':
		u := x.uints()
		wrap := wrapUint(r)
		if wrap == nil {
			wrap = func(u uint64) uint64 { return u }
		}
		if e.Op == token.XOR {
			return uintCode(t, r, func(f *frame) uint64 { return wrap(^u(f)) })
		}
		return uintCode(t, r, func(f *frame) uint64 { return wrap(-u(f)) })
	case class == 'f':
		fl := x.floats()
		return floatCode(t, r, func(f *frame) float64 { return -fl(f) })
	}
	v := x.v
	return valueCode(t, r, func(f *frame) reflect.Value {
		n := reflect.New(r).Elem()
		n.SetComplex(-v(f).Complex())
		return n
	})
}

func (c *compiler) binary(e *ast.BinaryExpr) code {
	t := c.typeOf(e)
	r := c.rtype(t)
	if e.Op == token.LAND || e.Op == token.LOR {
		x, y := c.expr(e.X).bools(), c.expr(e.Y).bools()
		if e.Op == token.LAND {
			return boolCode(t, r, func(f *frame) bool { return x(f) && y(f) })
		}
		return boolCode(t, r, func(f *frame) bool { return x(f) || y(f) })
	}
	x, y := c.expr(e.X), c.expr(e.Y)
	switch e.Op {
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		return boolCode(t, r, c.compare(e.Op, x, y))
	case token.SHL, token.SHR:
		return shift(e.Op, x.as(t, r), y, t, r)
	}
	if x.k != nil {
		x = constCode(t, r, x.k)
	}
	if y.k != nil {
		y = constCode(t, r, y.k)
	}
	return arithmetic(e.Op, x, y, t, r)
}

// compare compiles a comparison of two operands, one of which may be an
// interface, or nil.
func (c *compiler) compare(op token.Token, x, y code) func(*frame) bool {
	if x.n || y.n {
		if x.n {
			x = y
		}
		v := x.v
		if op == token.EQL {
			return func(f *frame) bool { return v(f).IsNil() }
		}
		return func(f *frame) bool { return !v(f).IsNil() }
	}
	xi, yi := types.IsInterface(x.t), types.IsInterface(y.t)
	if xi != yi {
		if xi {
			y = c.convert(y, x.t)
		} else {
			x = c.convert(x, y.t)
		}
	} else if !xi && x.r != y.r {
		if x.k != nil {
			x = x.as(y.t, y.r)
		} else {
			y = y.as(x.t, x.r)
		}
	}
	if b := comparison(op, x, y); b != nil {
		return b
	}
	s, xv, yv := c.s, x.v, y.v
	if op == token.EQL {
		return func(f *frame) bool { a := dup(xv(f)); return s.equal(a, yv(f)) }
	}
	return func(f *frame) bool { a := dup(xv(f)); return !s.equal(a, yv(f)) }
}

// at makes the code of an element: what is stored there may be a stand-in of
// the same shape.
func (c *compiler) at(t types.Type, stored reflect.Type, v func(*frame) reflect.Value) code {
	r := c.rtype(t)
	if stored == r {
		return valueCode(t, r, v)
	}
	return valueCode(t, r, func(f *frame) reflect.Value { return fix(v(f), r) })
}

func (c *compiler) index(e *ast.IndexExpr) code {
	x := c.expr(e.X)
	if p, ok := x.t.Underlying().(*types.Pointer); ok {
		_ = p
		x = c.deref(x)
	}
	if m, ok := coreMap(x.t); ok {
		return c.mapIndex(x, m, c.convert(c.expr(e.Index), m.Key()))
	}
	xv, iv := x.v, c.expr(e.Index).index()
	if x.r.Kind() == reflect.String {
		str := x.strings()
		t := c.typeOf(e)
		return uintCode(t, c.rtype(t), func(f *frame) uint64 { s := str(f); return uint64(s[iv(f)]) })
	}
	return c.at(c.typeOf(e), x.r.Elem(), func(f *frame) reflect.Value {
		v := xv(f)
		i := iv(f)
		if uint(i) >= uint(v.Len()) {
			outOfRange(i, v.Len())
		}
		return v.Index(i)
	})
}

func coreMap(t types.Type) (*types.Map, bool) {
	m, ok := t.Underlying().(*types.Map)
	return m, ok
}

// outOfRange panics as Go does.
func outOfRange(i, n int) {
	_ = make([]struct{}, n)[i]
}

func (c *compiler) mapIndex(x code, m *types.Map, key code) code {
	mv, kv := x.v, key.v
	elem, stored := c.rtype(m.Elem()), x.r.Elem()
	zero := reflect.Zero(elem)
	get := func(f *frame) (reflect.Value, bool) {
		mm := mv(f)
		v := mm.MapIndex(kv(f))
		if !v.IsValid() {
			return zero, false
		}
		if stored != elem {
			v = fix(v, elem)
		}
		return v, true
	}
	out := valueCode(m.Elem(), elem, func(f *frame) reflect.Value { v, _ := get(f); return v })
	out.ok = get
	return out
}

func (c *compiler) slice(e *ast.SliceExpr) code {
	x := c.expr(e.X)
	if _, ok := x.t.Underlying().(*types.Pointer); ok {
		x = c.deref(x)
	}
	part := func(e ast.Expr) func(*frame) int {
		if e == nil {
			return nil
		}
		return c.expr(e).index()
	}
	lo, hi, most := part(e.Low), part(e.High), part(e.Max)
	t := c.typeOf(e)
	if x.r.Kind() == reflect.String {
		str := x.strings()
		return stringCode(t, c.rtype(t), func(f *frame) string {
			s := str(f)
			l, h := 0, len(s)
			if lo != nil {
				l = lo(f)
			}
			if hi != nil {
				h = hi(f)
			}
			return s[l:h]
		})
	}
	xv := x.v
	r := c.rtype(t)
	return valueCode(t, r, func(f *frame) reflect.Value {
		v := xv(f)
		l, h := 0, v.Len()
		if lo != nil {
			l = lo(f)
		}
		if hi != nil {
			h = hi(f)
		}
		if most != nil {
			m := most(f)
			if l < 0 || h < l || m < h || m > v.Cap() {
				_ = make([]struct{}, v.Len(), v.Cap())[l:h:m]
			}
			return v.Slice3(l, h, m)
		}
		if l < 0 || h < l || h > v.Cap() {
			_ = make([]struct{}, v.Len(), v.Cap())[l:h]
		}
		return v.Slice(l, h)
	})
}

func (c *compiler) receive(x code) code {
	ch, _ := x.t.Underlying().(*types.Chan)
	v := x.v
	elem, stored := c.rtype(ch.Elem()), x.r.Elem()
	zero := reflect.Zero(elem)
	get := func(f *frame) (reflect.Value, bool) {
		r, ok := f.th.recv(v(f))
		if !r.IsValid() {
			return zero, ok
		}
		if stored != elem {
			r = fix(r, elem)
		}
		return r, ok
	}
	out := valueCode(ch.Elem(), elem, func(f *frame) reflect.Value { r, _ := get(f); return r })
	out.ok = get
	return out
}

// recv waits for a value, or for the end of the run.
func (t *thread) recv(ch reflect.Value) (reflect.Value, bool) {
	if !ch.IsNil() {
		if v, ok := ch.TryRecv(); v.IsValid() {
			return v, ok
		}
	}
	i, v, ok := reflect.Select([]reflect.SelectCase{
		{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(t.run.done)},
		{Dir: reflect.SelectRecv, Chan: ch},
	})
	if i == 0 {
		panic(stopped{})
	}
	return v, ok
}

func (t *thread) send(ch, v reflect.Value) {
	if !ch.IsNil() && ch.TrySend(v) {
		return
	}
	if i, _, _ := reflect.Select([]reflect.SelectCase{
		{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(t.run.done)},
		{Dir: reflect.SelectSend, Chan: ch, Send: v},
	}); i == 0 {
		panic(stopped{})
	}
}
