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
	in.layout(e.Type.Params.List, e.Type.Results)
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

// layout makes the variables of parameters and results.
func (c *compiler) layout(params []*ast.Field, results *ast.FieldList) {
	c.fn.params = append(c.fn.params, c.variablesOf(params)...)
	c.fn.results = append(c.fn.results, c.variablesOf(fields(results))...)
}

// variablesOf makes a variable for each of some fields. They need not have names.
func (c *compiler) variablesOf(list []*ast.Field) (out []*variable) {
	for _, f := range list {
		t := c.fieldType(f)
		if len(f.Names) == 0 {
			out = append(out, c.place(t, false))
		}
		for _, n := range f.Names {
			if o := c.s.info.Defs[n]; o != nil && n.Name != "_" {
				out = append(out, c.newVariable(o))
			} else {
				out = append(out, c.place(t, false))
			}
		}
	}
	return out
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
