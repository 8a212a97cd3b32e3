package shell

import (
	"go/ast"
	"go/constant"
	"go/types"
	"reflect"
	"unsafe"
)

var zeroConst, oneConst = constant.MakeInt64(0), constant.MakeInt64(1)

// selector compiles x.f: a field, a method, or a name of a package.
func (c *compiler) selector(e *ast.SelectorExpr) code {
	sel := c.s.info.Selections[e]
	if sel == nil {
		return c.ident(e.Sel, e)
	}
	recv := subst(sel.Recv(), c.args)
	if sel.Kind() == types.MethodExpr {
		return c.methodExpr(e, recv)
	}
	obj, path := c.find(sel, recv)
	x := c.expr(e.X)
	if v, ok := obj.(*types.Var); ok && sel.Kind() == types.FieldVal {
		_ = v
		return c.walk(x, path)
	}
	x = c.walk(x, path[:len(path)-1])
	return c.methodValue(x, obj.(*types.Func), c.typeOf(e))
}

// find is what a selection stands for once type parameters have types.
func (c *compiler) find(sel *types.Selection, recv types.Type) (types.Object, []int) {
	if len(c.args) == 0 {
		return sel.Obj(), sel.Index()
	}
	obj, path, _ := types.LookupFieldOrMethod(recv, true, sel.Obj().Pkg(), sel.Obj().Name())
	if obj == nil {
		unsupported("%v has no field or method %s", recv, sel.Obj().Name())
	}
	return obj, path
}

// walk goes to a field, through embedded ones and pointers.
func (c *compiler) walk(x code, path []int) code {
	for _, i := range path {
		if _, ok := x.t.Underlying().(*types.Pointer); ok {
			x = c.deref(x)
		}
		x = c.field(x, i)
	}
	return x
}

func (c *compiler) field(x code, i int) code {
	st := x.t.Underlying().(*types.Struct)
	t := st.Field(i).Type()
	sf := x.r.Field(i)
	if st.Field(i).Exported() {
		c.s.w.learn(t, sf.Type)
	}
	r := c.rtype(t)
	v := x.v
	if sf.PkgPath == "" && sf.Type == r {
		return valueCode(t, r, func(f *frame) reflect.Value { return v(f).Field(i) })
	}
	if sf.Type.Size() != r.Size() {
		unsupported("the field %s of type %v", sf.Name, t)
	}
	at := sf.Offset
	return valueCode(t, r, func(f *frame) reflect.Value { return fieldAt(v(f), at, r) })
}

// fieldAt reads a field by its place, which works for unexported ones and for
// stand-ins too.
func fieldAt(v reflect.Value, at uintptr, r reflect.Type) reflect.Value {
	v = addressable(v)
	return reflect.NewAt(r, unsafe.Add(v.Addr().UnsafePointer(), at)).Elem() //nolint:gosec // within v
}

// composite compiles a composite literal.
func (c *compiler) composite(e *ast.CompositeLit, t types.Type) code {
	if p, ok := t.Underlying().(*types.Pointer); ok { // &T is left out in []*T{{…}}
		x := c.composite(e, p.Elem())
		v := x.v
		return valueCode(t, reflect.PointerTo(x.r), func(f *frame) reflect.Value { return addressable(v(f)).Addr() })
	}
	r := c.rtype(t)
	switch u := t.Underlying().(type) {
	case *types.Struct:
		return c.structLit(e, t, u, r)
	case *types.Map:
		return c.mapLit(e, t, u, r)
	case *types.Slice:
		return c.listLit(e, t, u.Elem(), r)
	case *types.Array:
		return c.listLit(e, t, u.Elem(), r)
	}
	unsupported("a composite literal of %v", t)
	return code{}
}

func (c *compiler) element(e ast.Expr, t types.Type) code { return c.convert(c.expr(e), t) }

func (c *compiler) structLit(e *ast.CompositeLit, t types.Type, st *types.Struct, r reflect.Type) code {
	type set struct {
		at uintptr
		r  reflect.Type
		v  func(*frame) reflect.Value
	}
	sets := make([]set, len(e.Elts))
	for n, el := range e.Elts {
		i := n
		if kv, ok := el.(*ast.KeyValueExpr); ok {
			el = kv.Value
			name := kv.Key.(*ast.Ident).Name
			for i = range st.NumFields() {
				if st.Field(i).Name() == name {
					break
				}
			}
		}
		if st.Field(i).Exported() {
			c.s.w.learn(st.Field(i).Type(), r.Field(i).Type)
		}
		x := c.element(el, st.Field(i).Type())
		sets[n] = set{r.Field(i).Offset, x.r, x.v}
	}
	return valueCode(t, r, func(f *frame) reflect.Value {
		p := reflect.New(r)
		for _, s := range sets {
			v := s.v(f)
			reflect.NewAt(s.r, unsafe.Add(p.UnsafePointer(), s.at)).Elem().Set(v) //nolint:gosec // within p
		}
		return p.Elem()
	})
}

func (c *compiler) mapLit(e *ast.CompositeLit, t types.Type, m *types.Map, r reflect.Type) code {
	type pair struct{ k, v func(*frame) reflect.Value }
	pairs := make([]pair, len(e.Elts))
	for i, el := range e.Elts {
		kv := el.(*ast.KeyValueExpr)
		pairs[i] = pair{c.element(kv.Key, m.Key()).v, c.store(c.element(kv.Value, m.Elem()), r.Elem())}
	}
	return valueCode(t, r, func(f *frame) reflect.Value {
		v := reflect.MakeMapWithSize(r, len(pairs))
		for _, p := range pairs {
			k := dup(p.k(f))
			v.SetMapIndex(k, p.v(f))
		}
		return v
	})
}

// store returns a value as what a container stores.
func (c *compiler) store(x code, stored reflect.Type) func(*frame) reflect.Value {
	v := x.v
	if x.r == stored {
		return v
	}
	return func(f *frame) reflect.Value { return fix(v(f), stored) }
}

func (c *compiler) listLit(e *ast.CompositeLit, t, elem types.Type, r reflect.Type) code {
	vals := make([]func(*frame) reflect.Value, len(e.Elts))
	at := make([]int, len(e.Elts))
	n, length := 0, 0
	for i, el := range e.Elts {
		if kv, ok := el.(*ast.KeyValueExpr); ok {
			k, _ := constant.Int64Val(constant.ToInt(c.s.info.Types[kv.Key].Value))
			n, el = int(k), kv.Value
		}
		vals[i], at[i] = c.store(c.element(el, elem), r.Elem()), n
		n++
		length = max(length, n)
	}
	return valueCode(t, r, func(f *frame) reflect.Value {
		var v reflect.Value
		if r.Kind() == reflect.Slice {
			v = reflect.MakeSlice(r, length, length)
		} else {
			v = reflect.New(r).Elem()
		}
		for i, x := range vals {
			v.Index(at[i]).Set(x(f))
		}
		return v
	})
}
