package shell

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"reflect"
	"strings"
)

// evalGroup checks and runs a group. Its frame is returned when it holds
// deferred calls, which are those of the whole input.
func (s *Session) evalGroup(th *thread, g group) (*frame, error) {
	switch g.kind {
	case clause:
		return nil, nil
	case importing:
		return nil, s.importGroup(g)
	case declarations:
		return nil, s.declareGroup(g)
	case statements:
		return s.runGroup(th, g)
	}
	panic(fmt.Sprintf("unhandled kind %d", g.kind))
}

// parse parses a group between a head and a tail.
func (s *Session) parse(g group, head, tail string) (*ast.File, error) {
	text := fmt.Sprintf("package main; %s\n//line %s:%d:%d\n%s\n%s", head, s.origin, g.line, g.column, g.text, tail)
	f, err := parser.ParseFile(s.fset, s.origin, text, parser.SkipObjectResolution)
	if err != nil {
		var list scanner.ErrorList
		if errors.As(err, &list) && len(list) > 0 {
			p := list[0].Pos
			return nil, &CheckError{p.Line, p.Column, list[0].Msg}
		}
		return nil, err
	}
	return f, nil
}

// importGroup brings packages into scope.
func (s *Session) importGroup(g group) error {
	f, err := s.parse(g, "", "")
	if err != nil {
		return err
	}
	for _, i := range f.Imports {
		path := strings.Trim(i.Path.Value, "\"`")
		if path != "unsafe" && !s.w.table.has(path) {
			return notLinkedError{what: "package " + path, path: path}
		}
		p, err := s.imp.Import(path)
		if err != nil {
			return err
		}
		name := p.Name()
		if i.Name != nil {
			name = i.Name.Name
		}
		switch name {
		case "_":
		case ".":
			for _, n := range p.Scope().Names() {
				if o := p.Scope().Lookup(n); o.Exported() {
					s.base[n] = o
				}
			}
		default:
			s.imports[name] = path
			delete(s.names, name)
		}
	}
	return nil
}

// runGroup runs statements.
func (s *Session) runGroup(th *thread, g group) (*frame, error) {
	s.mu.Lock()
	f, err := s.parse(g, s.imported(g.text, nil)+" func _() {", "}")
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	var body *ast.FuncDecl
	for _, d := range f.Decls {
		if fd, ok := d.(*ast.FuncDecl); ok {
			if body != nil || fd.Recv != nil {
				s.mu.Unlock()
				p := s.fset.Position(fd.Pos())
				return nil, &CheckError{p.Line, p.Column, "syntax error: unexpected func, or a } too many before it"}
			}
			body = fd
		}
	}
	bare := map[token.Pos]bool{}
	for _, st := range body.Body.List {
		if e, ok := st.(*ast.ExprStmt); ok {
			bare[e.X.Pos()] = true
			bare[posOf(e.X)] = true
		}
	}
	if err := s.check(f, nil, bare); err != nil {
		s.mu.Unlock()
		return nil, err
	}
	s.noteLocalTypes([]*ast.File{f})
	before := map[string]types.Object{}
	fn, err := s.compileInput(body, before)
	s.mu.Unlock()
	if err != nil {
		s.restore(before, nil)
		return nil, err
	}
	fr := fn.enter(nil, th)
	th.cur = fr
	if p := protect(func() {
		fn.body(fr)
	}); p != nil {
		err := s.panicError(p.value, th)
		s.restore(before, failedAfter(body.Body.List, fr.pos))
		return fr, err
	}
	if len(fr.defers) == 0 {
		return nil, nil
	}
	return fr, nil
}

// posOf is where the checker says that an expression is.
func posOf(e ast.Expr) token.Pos {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return e.OpPos
	case *ast.SelectorExpr:
		return e.Sel.Pos()
	case *ast.ParenExpr:
		return posOf(e.X)
	}
	return e.Pos()
}

// failedAfter returns the statements that were not done.
func failedAfter(stmts []ast.Stmt, at token.Pos) []ast.Stmt {
	for i, st := range stmts {
		if st.Pos() <= at && at <= st.End() {
			return stmts[i:]
		}
	}
	return nil
}

// restore takes back the names that an input has not got to declaring. undone
// is nil for all of them.
func (s *Session) restore(before map[string]types.Object, undone []ast.Stmt) {
	for name, o := range before {
		now := s.names[name]
		if now == nil {
			continue
		}
		drop := undone == nil
		for _, st := range undone {
			drop = drop || st.Pos() <= now.Pos() && now.Pos() < st.End()
		}
		if !drop {
			continue
		}
		if o == nil {
			delete(s.names, name)
		} else {
			s.names[name] = o
		}
	}
}

// compileInput compiles the statements of an input, whose names become the
// session's.
func (s *Session) compileInput(body *ast.FuncDecl, before map[string]types.Object) (fn *function, err error) {
	defer s.compiled(&err)
	scope := s.info.Scopes[body.Type]
	for _, name := range scope.Names() {
		o := scope.Lookup(name)
		if name == "_" {
			continue
		}
		before[name] = s.names[name]
		s.names[name] = o
		if _, ok := o.(*types.Var); ok {
			s.global(o, reflect.Value{})
		}
	}
	c := &compiler{s: s, vars: map[types.Object]*variable{}, labels: map[string]signal{}, input: true, top: body.Body.List}
	c.fn = &function{name: "the input"}
	c.shared = c.sharedObjects(body.Body, nil)
	c.fn.body = c.block(body.Body)
	s.finish()
	return c.fn, nil
}

// compiled turns what the compiler panics with into an error, with the place
// of the input where it is known.
func (s *Session) compiled(err *error) {
	v := recover()
	if v == nil {
		return
	}
	s.dropUnfinished()
	switch v := v.(type) {
	case unsupportedError:
		*err = v
	case notLinkedError:
		*err = v
	default:
		*err = internalError(v)
	}
}
