package shell

import (
	"go/ast"
	"go/types"
	"reflect"
	"slices"
	"strconv"
)

// attach adds a method to a type of an earlier input. The checker does not
// take a method whose type it has checked before, so the method is checked as
// a function whose first parameter is the receiver.
func (s *Session) attach(fd *ast.FuncDecl, f *ast.File, g group) error {
	base := baseName(fd.Recv.List[0].Type)
	tn, ok := s.names[base.Name].(*types.TypeName)
	if !ok || !s.w.declared[tn] {
		if s.names[base.Name] == nil && s.main.Scope().Lookup(base.Name) == nil && s.base[base.Name] == nil {
			return s.wrong(base.Pos(), "undefined: "+base.Name)
		}
		return s.wrong(base.Pos(), "the shell can add methods to types of its own only, not to "+base.Name)
	}
	named := tn.Type().(*types.Named)
	if obj, _, _ := types.LookupFieldOrMethod(named, true, s.main, fd.Name.Name); obj != nil {
		if v, ok := obj.(*types.Var); ok && v.IsField() && ownField(named, v) {
			return s.wrong(fd.Name.Pos(), "field and method with the same name "+fd.Name.Name)
		}
	}
	// First what the method is, and then its body, which may call it.
	plain := s.asFunction(fd, named)
	head := *plain
	head.Name = &ast.Ident{Name: plain.Name.Name, NamePos: plain.Name.NamePos}
	head.Body = &ast.BlockStmt{Lbrace: fd.Body.Lbrace, Rbrace: fd.Body.Rbrace, List: []ast.Stmt{&ast.ForStmt{
		For: fd.Body.Lbrace, Body: &ast.BlockStmt{Lbrace: fd.Body.Lbrace, Rbrace: fd.Body.Rbrace},
	}}}
	imports, err := s.importsFor(named, g)
	if err != nil {
		return err
	}
	check := func(d *ast.FuncDecl) error {
		file := &ast.File{Package: f.Package, Name: f.Name, FileStart: f.FileStart, FileEnd: f.FileEnd}
		file.Decls = append(slices.Clone(imports), d)
		return s.check(file, nil, nil)
	}
	if err := check(&head); err != nil {
		return err
	}
	m, err := s.addMethod(fd, s.info.Defs[head.Name].(*types.Func), named)
	if err != nil {
		return err
	}
	if err := check(plain); err != nil {
		return err
	}
	return s.define(m, plain, s.info.Defs[plain.Name].(*types.Func))
}

// importsFor are the imports of what a method, and the constraints of its
// receiver, mention.
func (s *Session) importsFor(named *types.Named, g group) ([]ast.Decl, error) {
	text := g.text
	if spec := s.specs[named.Obj()]; spec != nil {
		for _, field := range fields(spec.TypeParams) {
			text += "; " + types.ExprString(field.Type)
		}
	}
	f, err := s.parse(group{line: 1, column: 1}, s.imported(text, nil), "")
	if err != nil {
		return nil, err
	}
	return f.Decls, nil
}

func ownField(n *types.Named, v *types.Var) bool {
	st, ok := n.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range st.Fields() {
		if f == v {
			return true
		}
	}
	return false
}

// asFunction makes a function of a method: its receiver is the first
// parameter, and the receiver's type parameters are its own.
func (s *Session) asFunction(fd *ast.FuncDecl, named *types.Named) *ast.FuncDecl {
	recv := *fd.Recv.List[0]
	if len(recv.Names) == 0 {
		recv.Names = []*ast.Ident{{Name: "_", NamePos: recv.Type.Pos()}}
	}
	out := &ast.FuncDecl{
		Name: &ast.Ident{Name: "method " + named.Obj().Name() + "." + fd.Name.Name, NamePos: fd.Name.Pos()},
		Type: &ast.FuncType{Func: fd.Type.Func, Params: &ast.FieldList{Opening: fd.Type.Params.Opening, Closing: fd.Type.Params.Closing}, Results: fd.Type.Results},
		Body: fd.Body,
	}
	out.Type.Params.List = append([]*ast.Field{&recv}, fd.Type.Params.List...)
	var args []ast.Expr
	e := ast.Unparen(recv.Type)
	if st, ok := e.(*ast.StarExpr); ok {
		e = ast.Unparen(st.X)
	}
	switch x := e.(type) {
	case *ast.IndexExpr:
		args = []ast.Expr{x.Index}
	case *ast.IndexListExpr:
		args = x.Indices
	}
	if len(args) == 0 || s.specs[named.Obj()] == nil {
		return out
	}
	out.Type.TypeParams = &ast.FieldList{}
	n := 0
	for _, field := range fields(s.specs[named.Obj()].TypeParams) {
		for range field.Names {
			if n == len(args) {
				return out
			}
			id, ok := args[n].(*ast.Ident)
			if !ok {
				return out
			}
			if id.Name == "_" {
				id.Name = "T·" + strconv.Itoa(n)
			}
			out.Type.TypeParams.List = append(out.Type.TypeParams.List, &ast.Field{
				Names: []*ast.Ident{{Name: id.Name, NamePos: id.NamePos}}, Type: field.Type,
			})
			n++
		}
	}
	return out
}

// addMethod gives a type a method, of which only the head was checked: as a
// function. One that is there already is returned, if it is like it.
func (s *Session) addMethod(fd *ast.FuncDecl, fn *types.Func, named *types.Named) (*types.Func, error) {
	clear(s.methods)
	sig := fn.Signature()
	env := typeArgs{}
	var params []*types.TypeParam
	for p := range sig.TypeParams().TypeParams() {
		n := types.NewTypeParam(types.NewTypeName(p.Obj().Pos(), s.main, p.Obj().Name(), nil), nil)
		env[p] = n
		params = append(params, n)
	}
	for p, n := range env {
		n.(*types.TypeParam).SetConstraint(subst(p.Constraint(), env))
	}
	vars := func(t *types.Tuple, from int) *types.Tuple {
		var out []*types.Var
		for i := from; i < t.Len(); i++ {
			v := t.At(i)
			out = append(out, types.NewParam(v.Pos(), v.Pkg(), v.Name(), subst(v.Type(), env)))
		}
		return types.NewTuple(out...)
	}
	r := sig.Params().At(0)
	recv := types.NewParam(r.Pos(), r.Pkg(), r.Name(), subst(r.Type(), env))
	msig := types.NewSignatureType(recv, params, nil, vars(sig.Params(), 1), vars(sig.Results(), 0), sig.Variadic())
	for old := range named.Methods() {
		if old.Name() != fd.Name.Name {
			continue
		}
		if len(params) == 0 && !types.Identical(withoutReceiver(old.Signature()), withoutReceiver(msig)) {
			return nil, s.wrong(fd.Name.Pos(), "method "+named.Obj().Name()+"."+old.Name()+" is there already, with another signature; to change it, declare the type again")
		}
		return old, nil
	}
	m := types.NewFunc(fd.Name.Pos(), s.main, fd.Name.Name, msig)
	named.AddMethod(m)
	s.own[m] = true
	if len(params) > 0 {
		s.refresh(named)
	}
	return m, nil
}

// define gives a method its body, which was checked as that of the function fn.
func (s *Session) define(m *types.Func, plain *ast.FuncDecl, fn *types.Func) (err error) {
	defer s.compiled(&err)
	sig := fn.Signature()
	d := &funcDecl{name: m.Name(), params: plain.Type.Params.List, results: plain.Type.Results, body: plain.Body}
	var after []*types.Var
	for i := 1; i < sig.Params().Len(); i++ {
		after = append(after, sig.Params().At(i))
	}
	d.sig = types.NewSignatureType(nil, nil, nil, types.NewTuple(after...), sig.Results(), sig.Variadic())
	for p := range sig.TypeParams().TypeParams() {
		d.args = append(d.args, p)
	}
	s.noteLocalTypes([]*ast.File{{Decls: []ast.Decl{plain}}})
	if len(s.instances[m]) > 0 {
		s.redefine(m, d)
		return nil
	}
	s.decls[m] = d
	if len(d.args) == 0 {
		s.instantiate(m, d, nil)
		s.finish()
	}
	return nil
}

// redefine gives a method another body.
func (s *Session) redefine(m *types.Func, d *funcDecl) {
	was := s.instances[m]
	s.decls[m] = d
	delete(s.instances, m)
	for _, i := range was {
		fn := s.instantiate(m, d, i.args)
		s.finish()
		now := s.instances[m]
		s.instances[m] = []instance{{i.args, i.fn}}
		s.replace(m, fn)
		s.instances[m] = now
	}
}

// refresh makes the instances of a generic type anew, wherever the session
// holds one: an instance knows only the methods that its origin had.
func (s *Session) refresh(named *types.Named) {
	again := substituter{again: func(n *types.Named) bool { return n.Origin() == named }}
	clear(s.w.cache)
	for name, o := range s.names {
		t := again.typ(o.Type())
		if t == o.Type() {
			continue
		}
		switch o := o.(type) {
		case *types.Var:
			v := types.NewVar(o.Pos(), s.main, name, t)
			s.globals[v] = s.globals[o]
			s.names[name] = v
		case *types.Func:
			if o.Signature().TypeParams().Len() > 0 {
				continue
			}
			fn := types.NewFunc(o.Pos(), s.main, name, t.(*types.Signature))
			s.decls[fn], s.own[fn], s.instances[fn] = s.decls[o], true, s.instances[o]
			s.names[name] = fn
		}
	}
	s.w.structs.Range(func(r, n any) bool {
		if t, ok := again.typ(n.(*types.Named)).(*types.Named); ok && t != n.(*types.Named) {
			s.w.structs.Store(r.(reflect.Type), t)
		}
		return true
	})
	for origin, list := range s.w.named {
		for i := range list {
			if t, ok := again.typ(list[i].t).(*types.Named); ok {
				s.w.named[origin][i].t = t
			}
		}
	}
	for _, b := range s.boxTypes {
		b.t = again.typ(b.t)
	}
}
