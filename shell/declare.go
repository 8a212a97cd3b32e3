package shell

import (
	"go/ast"
	"go/token"
	"go/types"
)

// declareGroup declares types and functions.
func (s *Session) declareGroup(g group) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.parse(g, "", "")
	if err != nil {
		return err
	}
	redone := declaredNames(f)
	if imports := s.imported(g.text, redone); imports != "" {
		if f, err = s.parse(g, imports, ""); err != nil {
			return err
		}
	}
	var late []*ast.FuncDecl // methods of types that are there already
	rest := f.Decls[:0:0]
	for _, d := range f.Decls {
		if fd, ok := d.(*ast.FuncDecl); ok && fd.Recv != nil && len(fd.Recv.List) == 1 {
			if base := baseName(fd.Recv.List[0].Type); base != nil && !redone[base.Name] {
				late = append(late, fd)
				continue
			}
		}
		rest = append(rest, d)
	}
	f.Decls = rest
	if err := s.check(f, redone, nil); err != nil {
		return err
	}
	if err := s.keep(f); err != nil {
		return err
	}
	for _, fd := range late {
		if err := s.attach(fd, f, g); err != nil {
			return err
		}
	}
	return nil
}

// declaredNames are the names that a file declares for its package.
func declaredNames(f *ast.File) map[string]bool {
	out := map[string]bool{}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				out[d.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, sp := range d.Specs {
				switch sp := sp.(type) {
				case *ast.TypeSpec:
					out[sp.Name.Name] = true
				case *ast.ValueSpec:
					for _, n := range sp.Names {
						out[n.Name] = true
					}
				}
			}
		}
	}
	return out
}

// keep makes what a checked file declares the session's.
func (s *Session) keep(f *ast.File) (err error) {
	before := map[string]types.Object{}
	set := func(o types.Object) {
		before[o.Name()] = s.names[o.Name()]
		s.names[o.Name()] = o
	}
	defer func() {
		if err != nil {
			for n, o := range before {
				if delete(s.names, n); o != nil {
					s.names[n] = o
				}
			}
		}
	}()
	defer s.compiled(&err)
	clear(s.methods)
	var funcs []*types.Func
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			o := s.info.Defs[d.Name].(*types.Func)
			s.decls[o], s.own[o] = declOf(d, o), true
			funcs = append(funcs, o)
			if d.Recv == nil && d.Name.Name != "_" && d.Name.Name != "init" {
				set(o)
			}
		case *ast.GenDecl:
			for _, sp := range d.Specs {
				ts, ok := sp.(*ast.TypeSpec)
				if !ok {
					continue
				}
				o := s.info.Defs[ts.Name].(*types.TypeName)
				if !o.IsAlias() {
					s.w.declared[o] = true
					s.specs[o] = ts
				}
				set(o)
			}
		}
	}
	s.noteLocalTypes([]*ast.File{f})
	for _, o := range funcs {
		d := s.decls[o]
		if d.body == nil {
			unsupported("the function %s has no body", o.Name())
		}
		if len(d.args) > 0 {
			continue // when it is used
		}
		fn := s.instantiate(o, d, nil)
		s.finish()
		if old, ok := before[o.Name()].(*types.Func); ok && o.Signature().Recv() == nil && types.Identical(old.Type(), o.Type()) {
			s.replace(old, fn)
		}
	}
	return nil
}

// replace makes what calls an older definition of a function call the new one.
func (s *Session) replace(old *types.Func, fn *function) {
	for _, i := range s.instances[old] {
		from := i.fn
		if from == fn {
			continue
		}
		from.defers = false
		from.body = func(f *frame) signal {
			to := fn.enter(f, f.th)
			for n, x := range fn.params {
				x.declare(to, from.params[n].get(f))
			}
			fn.call(to)
			for n, x := range from.results {
				x.set(f, fn.results[n].get(to))
			}
			fn.leave(to)
			return returned
		}
	}
}

// baseName is the name of a receiver's type.
func baseName(e ast.Expr) *ast.Ident {
	switch x := ast.Unparen(e).(type) {
	case *ast.Ident:
		return x
	case *ast.StarExpr:
		return baseName(x.X)
	case *ast.IndexExpr:
		return baseName(x.X)
	case *ast.IndexListExpr:
		return baseName(x.X)
	}
	return nil
}

func (s *Session) wrong(at token.Pos, msg string) error {
	p := s.fset.Position(at)
	return &CheckError{p.Line, p.Column, msg}
}
