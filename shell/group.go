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
	"regexp"
	"strings"
)

// A CheckError is what is wrong with an input, in the words of the compiler.
type CheckError struct {
	Line, Column int
	Msg          string
}

func (e *CheckError) Error() string {
	if e.Line == 0 {
		return printable(e.Msg)
	}
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, printable(e.Msg))
}

type kind int

const (
	statements kind = iota
	declarations
	importing
	clause // package p, of a file that was pasted
)

// A group is a part of an input that is checked as one.
type group struct {
	kind         kind
	text         string
	line, column int // of its beginning
}

// split cuts an input into groups: consecutive statements, consecutive
// declarations, imports.
func split(src string) []group {
	var out []group
	fs := token.NewFileSet()
	file := fs.AddFile("", fs.Base(), len(src))
	var sc scanner.Scanner
	bad := false
	sc.Init(file, []byte(src), func(token.Position, string) { bad = true }, 0)
	depth, start, n := 0, -1, 0
	var head [3]token.Token
	var toks []token.Token
	add := func(end int) {
		if start < 0 {
			return
		}
		k := classify(head, toks)
		text := src[start:end]
		p := file.Position(file.Pos(start))
		if last := len(out) - 1; last >= 0 && out[last].kind == k && k != clause {
			from := offset(src, out[last].line, out[last].column)
			out[last].text = src[from:end]
		} else {
			out = append(out, group{kind: k, text: text, line: p.Line, column: p.Column})
		}
		start, n, toks = -1, 0, nil
		head = [3]token.Token{}
	}
	for {
		pos, tok, _ := sc.Scan()
		if tok == token.EOF {
			break
		}
		at := file.Offset(pos)
		if tok == token.SEMICOLON && depth <= 0 {
			add(min(at, len(src)))
			continue
		}
		if start < 0 {
			start = at
		}
		if n < 3 {
			head[n] = tok
		}
		n++
		if len(toks) < 64 {
			toks = append(toks, tok)
		}
		switch tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth--
		}
		if depth < 0 {
			bad = true
		}
	}
	add(len(src))
	if bad {
		k := statements
		if len(out) > 0 {
			k = out[0].kind
		}
		return []group{{kind: k, text: src, line: 1, column: 1}}
	}
	return out
}

// offset is the place of a line and a column in src.
func offset(src string, line, column int) int {
	at := 0
	for range line - 1 {
		at += strings.IndexByte(src[at:], '\n') + 1
	}
	return at + column - 1
}

func classify(head [3]token.Token, toks []token.Token) kind {
	switch head[0] {
	case token.TYPE:
		return declarations
	case token.IMPORT:
		return importing
	case token.PACKAGE:
		return clause
	case token.FUNC:
		if head[1] == token.IDENT {
			return declarations
		}
		// func (r T) name(…): a method; func (x int) T {…}: a literal.
		depth := 0
		for i, t := range toks {
			switch t {
			case token.LPAREN:
				depth++
			case token.RPAREN:
				if depth--; depth == 0 {
					if i+2 < len(toks) && toks[i+1] == token.IDENT && (toks[i+2] == token.LPAREN || toks[i+2] == token.LBRACK) {
						return declarations
					}
					return statements
				}
			}
		}
	}
	return statements
}

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

// imported returns the import declarations of the packages that a text
// mentions.
func (s *Session) imported(text string, but map[string]bool) string {
	var b strings.Builder
	var sc scanner.Scanner
	fs := token.NewFileSet()
	sc.Init(fs.AddFile("", fs.Base(), len(text)), []byte(text), func(token.Position, string) {}, 0)
	seen := map[string]bool{}
	last, before := "", token.ILLEGAL
	for {
		_, tok, lit := sc.Scan()
		if tok == token.EOF {
			return b.String()
		}
		if tok == token.PERIOD && last != "" && !seen[last] && !but[last] {
			if path, ok := s.imports[last]; ok && s.names[last] == nil && s.main.Scope().Lookup(last) == nil {
				seen[last] = true
				fmt.Fprintf(&b, "import %s %q;", last, path)
			}
		}
		last = ""
		if tok == token.IDENT && before != token.PERIOD {
			last = lit
		}
		before = tok
	}
}

// scope makes a package in which the session's names are in scope: the
// program's own, under it.
func (s *Session) scope(but map[string]bool) *types.Package {
	pkg := types.NewPackage(s.manifest.Main, "main")
	for _, n := range s.main.Scope().Names() {
		if s.names[n] == nil && !but[n] {
			pkg.Scope().Insert(s.main.Scope().Lookup(n))
		}
	}
	for n, o := range s.names {
		if !but[n] {
			pkg.Scope().Insert(o)
		}
	}
	for n, o := range s.base {
		if !but[n] && pkg.Scope().Lookup(n) == nil {
			pkg.Scope().Insert(o)
		}
	}
	return pkg
}

// check checks a file, in a scope without the names in but; bare says which
// expressions may stand as statements.
func (s *Session) check(f *ast.File, but map[string]bool, bare map[token.Pos]bool) error {
	err := s.checkOnce(f, but, bare)
	var ce *CheckError
	if errors.As(err, &ce) && strings.HasPrefix(ce.Msg, "implicit assignment to unexported field") && s.nameFields(f) {
		return s.checkOnce(f, but, bare)
	}
	return err
}

// nameFields writes the names of fields into struct literals that have none.
// Each input is a package of its own to the checker, which lets no other one
// set unexported fields in their order.
func (s *Session) nameFields(f *ast.File) (changed bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok || len(lit.Elts) == 0 {
			return true
		}
		t := s.info.Types[lit].Type
		if t == nil {
			return true
		}
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		st, ok := t.Underlying().(*types.Struct)
		if _, named := lit.Elts[0].(*ast.KeyValueExpr); !ok || named || st.NumFields() != len(lit.Elts) {
			return true
		}
		if p := st.Field(0).Pkg(); p == nil || p.Path() != s.manifest.Main {
			return true
		}
		for i, e := range lit.Elts {
			if st.Field(i).Name() == "_" {
				return true
			}
			lit.Elts[i] = &ast.KeyValueExpr{Key: &ast.Ident{NamePos: e.Pos(), Name: st.Field(i).Name()}, Colon: e.Pos(), Value: e}
		}
		changed = true
		return true
	})
	return changed
}

// ownNames finds the names of package main, which the checker qualifies here.
var ownNames = regexp.MustCompile(`(^|[^\w."/])main\.`)

func (s *Session) checkOnce(f *ast.File, but map[string]bool, bare map[token.Pos]bool) (err error) {
	pkg := s.scope(but)
	var first error
	conf := types.Config{Importer: s.imp, Error: func(e error) {
		var te types.Error
		if errors.As(e, &te) {
			if te.Soft && (strings.HasPrefix(te.Msg, "declared and not used") || strings.Contains(te.Msg, "imported and not used")) {
				return
			}
			if bare[te.Pos] && strings.HasSuffix(te.Msg, "is not used") {
				return
			}
		}
		if first == nil {
			first = e
		}
	}}
	defer func() {
		if v := recover(); v != nil {
			err = internalError(v)
		}
	}()
	_ = types.NewChecker(&conf, s.fset, pkg, s.info).Files([]*ast.File{f}) // first is the one that counts
	var te types.Error
	if errors.As(first, &te) {
		p := s.fset.Position(te.Pos)
		return &CheckError{p.Line, p.Column, ownNames.ReplaceAllString(te.Msg, "$1")}
	}
	return first
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
	top, fn, err := s.compileInput(f, body, before)
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
		s.restore(before, failedAfter(top, fr.pos))
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
func failedAfter(top []ast.Stmt, at token.Pos) []ast.Stmt {
	for i, st := range top {
		if st.Pos() <= at && at <= st.End() {
			return top[i:]
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
func (s *Session) compileInput(f *ast.File, body *ast.FuncDecl, before map[string]types.Object) (top []ast.Stmt, fn *function, err error) {
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
	return body.Body.List, c.fn, nil
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

// shown compiles an expression statement of an input. The last one is printed;
// of the others only what went wrong.
func (c *compiler) shown(st *ast.ExprStmt) exec {
	at := -1
	for i, t := range c.top {
		if t == ast.Stmt(st) {
			at = i
		}
	}
	if at < 0 {
		return c.run(st.X)
	}
	last := at == len(c.top)-1
	tv := c.s.info.Types[st.X]
	if last && tv.Value != nil {
		s := c.s
		return func(*frame) signal { fmt.Fprintln(s.out, s.constText(tv)); return next }
	}
	if tv.IsType() {
		s, name := c.s, c.s.typeName(tv.Type)
		return func(*frame) signal { fmt.Fprintln(s.out, name); return next }
	}
	x := c.multi(st.X)
	vs := x.vs
	var ts []types.Type
	switch tuple, ok := x.t.(*types.Tuple); {
	case ok:
		for v := range tuple.Variables() {
			ts = append(ts, v.Type())
		}
	default:
		ts = []types.Type{x.t}
		vs = func(f *frame) []reflect.Value { return []reflect.Value{x.v(f)} }
	}
	s := c.s
	quiet := c.prints(st.X)
	return func(f *frame) signal {
		got := vs(f)
		if !quiet {
			s.show(got, ts, last)
		}
		return next
	}
}

// prints reports whether a call is one of package fmt that prints: nobody
// wants to know how many bytes that were.
func (c *compiler) prints(e ast.Expr) bool {
	call, ok := ast.Unparen(e).(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	o, ok := c.s.info.Uses[sel.Sel].(*types.Func)
	return ok && o.Pkg() != nil && o.Pkg().Path() == "fmt" && (strings.HasPrefix(o.Name(), "Print") || strings.HasPrefix(o.Name(), "Fprint"))
}
