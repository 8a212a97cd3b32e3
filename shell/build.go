package shell

import (
	"go/ast"
	"go/parser"
	"go/types"
	"path/filepath"
	"reflect"
)

// A funcDecl is the source of a function: of an input, or of a package.
type funcDecl struct {
	name    string
	params  []*ast.Field // the receiver first
	results *ast.FieldList
	body    *ast.BlockStmt
	sig     *types.Signature
	args    []*types.TypeParam // its own, or those of its receiver
}

// An instance is a function compiled for some type arguments.
type instance struct {
	args []types.Type
	fn   *function
}

func declOf(fd *ast.FuncDecl, o *types.Func) *funcDecl {
	d := &funcDecl{name: fd.Name.Name, results: fd.Type.Results, body: fd.Body, sig: o.Signature()}
	if fd.Recv != nil {
		d.params = append(d.params, fd.Recv.List...)
	}
	d.params = append(d.params, fd.Type.Params.List...)
	list := d.sig.TypeParams()
	if fd.Recv != nil {
		list = d.sig.RecvTypeParams()
	}
	for p := range list.TypeParams() {
		d.args = append(d.args, p)
	}
	return d
}

// instantiate compiles a function for type arguments, once.
func (s *Session) instantiate(o *types.Func, d *funcDecl, args []types.Type) *function {
	o = o.Origin()
find:
	for _, i := range s.instances[o] {
		for n, a := range args {
			if !types.Identical(a, i.args[n]) {
				continue find
			}
		}
		return i.fn
	}
	env := typeArgs{}
	for i, p := range d.args {
		env[p] = args[i]
	}
	c := &compiler{s: s, args: env, vars: map[types.Object]*variable{}, labels: map[string]signal{}}
	sig := subst(withoutReceiver(d.sig), env).(*types.Signature)
	c.fn = &function{name: d.name, sig: sig}
	c.shared = c.sharedObjects(d.body, &ast.FieldList{List: append(append([]*ast.Field{}, d.params...), fields(d.results)...)})
	c.fn.r = s.w.rtype(sig)
	c.layout(d.params, d.results)
	s.instances[o] = append(s.instances[o], instance{args, c.fn})
	s.pending = append(s.pending, func() { c.fn.body = c.block(d.body) })
	s.unfinished = append(s.unfinished, o)
	return c.fn
}

func fields(l *ast.FieldList) []*ast.Field {
	if l == nil {
		return nil
	}
	return l.List
}

// finish compiles the bodies that something refers to.
func (s *Session) finish() {
	for len(s.pending) > 0 {
		do := s.pending[0]
		s.pending = s.pending[1:]
		do()
	}
	s.unfinished = nil
}

// dropUnfinished forgets the functions without a body that a failed compilation
// has left.
func (s *Session) dropUnfinished() {
	s.pending = nil
	for _, o := range s.unfinished {
		delete(s.instances, o)
	}
	s.unfinished = nil
	clear(s.w.open)
}

// generic finds an instance of a generic function: a compiled one, or from
// source.
func (s *Session) generic(o *types.Func, args []types.Type) (*function, reflect.Value) {
	if v, ok := s.intrinsic(o, args); ok {
		return nil, v
	}
	if o.Pkg() != nil && s.decls[o.Origin()] == nil {
		key := o.Name() + "["
		for i, a := range args {
			if i > 0 {
				key += ","
			}
			key += types.TypeString(a, fullName)
		}
		if v, ok := s.w.table.get(o.Pkg().Path()).Values[key+"]"]; ok {
			return nil, v
		}
	}
	d := s.decls[o.Origin()]
	if d == nil {
		src := s.source(o.Pkg().Path())
		if so := src[o.Name()]; so != nil {
			o, d = so, s.decls[so]
		}
	}
	if d == nil {
		panic(notLinkedError{what: o.Pkg().Name() + "." + o.Name()})
	}
	return s.instantiate(o, d, args), reflect.Value{}
}

// plain finds a function without type arguments.
func (s *Session) plain(o *types.Func) (*function, reflect.Value) {
	if d := s.decls[o]; d != nil && s.own[o] {
		return s.instantiate(o, d, nil), reflect.Value{}
	}
	if v, ok := s.intrinsic(o, nil); ok {
		return nil, v
	}
	if v, ok := s.w.table.get(o.Pkg().Path()).Values[o.Name()]; ok {
		s.w.learn(o.Signature(), v.Type())
		return nil, v
	}
	d := s.decls[o]
	if d == nil {
		if so := s.source(o.Pkg().Path())[o.Name()]; so != nil {
			o, d = so, s.decls[so]
		}
	}
	if d == nil || d.body == nil {
		panic(notLinkedError{what: o.Pkg().Name() + "." + o.Name(), path: s.importable(o.Pkg().Path())})
	}
	return s.instantiate(o, d, nil), reflect.Value{}
}

// methodOf finds the code of a method of one of the shell's types; nil is a
// compiled one.
func (s *Session) methodOf(t types.Type, m *types.Func) *function {
	n := receiverName(m)
	if n == nil {
		return nil
	}
	// The instance is that of the value: with the arguments that are known here.
	base := types.Unalias(t)
	if p, ok := base.(*types.Pointer); ok {
		base = types.Unalias(p.Elem())
	}
	if b, ok := base.(*types.Named); ok {
		n = b
	}
	if _, ours := s.w.ours(n); !ours {
		return nil
	}
	o := m.Origin()
	d := s.decls[o]
	if d == nil {
		if src := s.source(o.Pkg().Path())[n.Obj().Name()+"."+m.Name()]; src != nil {
			o, d = src, s.decls[src]
		}
	}
	if d == nil || d.body == nil {
		return nil
	}
	var args []types.Type
	for a := range n.TypeArgs().Types() {
		args = append(args, a)
	}
	return s.instantiate(o, d, args)
}

// source checks a package from its source, for the bodies of its functions.
func (s *Session) source(path string) map[string]*types.Func {
	if r, ok := s.sources[path]; ok {
		return r
	}
	r := map[string]*types.Func{}
	s.sources[path] = r
	list := s.manifest.Sources[path]
	if len(list) < 2 {
		return r
	}
	var files []*ast.File
	for _, name := range list[1:] {
		f, err := parser.ParseFile(s.fset, filepath.Join(list[0], name), nil, parser.SkipObjectResolution)
		if err != nil {
			return r
		}
		files = append(files, f)
	}
	conf := types.Config{Importer: s.imp, FakeImportC: true, Error: func(error) {}}
	_, _ = conf.Check(path, s.fset, files, s.info) // what can be used of it is used
	s.remember(files, r)
	return r
}

// remember notes the functions of a package that was checked.
func (s *Session) remember(files []*ast.File, byName map[string]*types.Func) {
	for _, f := range files {
		for _, d := range f.Decls {
			fd, ok := d.(*ast.FuncDecl)
			if !ok || fd.Body == nil {
				continue
			}
			o, ok := s.info.Defs[fd.Name].(*types.Func)
			if !ok {
				continue
			}
			s.decls[o] = declOf(fd, o)
			if byName == nil {
				continue
			}
			name := fd.Name.Name
			if fd.Recv != nil {
				if n := receiverName(o); n != nil {
					name = n.Obj().Name() + "." + name
				}
			}
			byName[name] = o
		}
	}
	s.noteLocalTypes(files)
}

// noteLocalTypes notes the types that are declared within functions: they are
// not those of the same name outside.
func (s *Session) noteLocalTypes(files []*ast.File) {
	for _, f := range files {
		for _, d := range f.Decls {
			if fd, ok := d.(*ast.FuncDecl); ok && fd.Body != nil {
				ast.Inspect(fd.Body, func(n ast.Node) bool {
					if sp, ok := n.(*ast.TypeSpec); ok {
						if o, ok := s.info.Defs[sp.Name].(*types.TypeName); ok {
							s.w.declared[o] = true
						}
					}
					return true
				})
			}
		}
	}
}
