package shell

import (
	"go/ast"
	"go/types"
	"reflect"
)

func (c *compiler) deref(x code) code {
	p, ok := x.t.Underlying().(*types.Pointer)
	if !ok {
		unsupported("* on %v", x.t)
	}
	r := c.rtype(p.Elem())
	v := x.v
	if x.r.Kind() != reflect.Pointer || x.r.Elem().Size() != r.Size() {
		unsupported("* on %v", x.t)
	}
	return c.at(p.Elem(), x.r.Elem(), func(f *frame) reflect.Value {
		p := v(f)
		if p.IsNil() {
			panic(nilDereference)
		}
		return p.Elem()
	})
}

// nilDereference is the runtime's own error.
var nilDereference = func() (e any) {
	defer func() { e = recover() }()
	var p *int
	_ = *p
	return nil
}()

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
	if x.r.Kind() == reflect.String {
		str, iv := x.strings(), c.expr(e.Index).index()
		t := c.typeOf(e)
		return uintCode(t, c.rtype(t), func(f *frame) uint64 { s := str(f); return uint64(s[iv(f)]) })
	}
	return c.elementAt(x, c.expr(e.Index), c.typeOf(e))
}

// elementAt compiles an element of a list.
func (c *compiler) elementAt(x, i code, t types.Type) code {
	xv, iv := x.v, i.index()
	return c.at(t, x.r.Elem(), func(f *frame) reflect.Value {
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
