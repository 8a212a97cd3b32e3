package shell

import (
	"cmp"
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Incomplete reports whether an input is the beginning of one: something is
// open in it, or it ends where Go expects more.
func Incomplete(src string) bool {
	var sc scanner.Scanner
	fs := token.NewFileSet()
	open := false
	sc.Init(fs.AddFile("", fs.Base(), len(src)), []byte(src), func(_ token.Position, msg string) {
		open = open || strings.Contains(msg, "raw string literal not terminated") || strings.Contains(msg, "comment not terminated")
	}, 0)
	depth := 0
	last, before := token.ILLEGAL, token.ILLEGAL
	for {
		_, tok, lit := sc.Scan()
		if tok == token.EOF {
			break
		}
		switch tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth--
		}
		if tok != token.SEMICOLON || lit != "\n" {
			last, before = tok, last
		}
	}
	if open || depth > 0 {
		return true
	}
	if depth < 0 {
		return false
	}
	switch last {
	case token.COLON: // a label is that of what follows
		return before == token.IDENT
	case token.RPAREN, token.RBRACE, token.RBRACK, token.INC, token.DEC, token.SEMICOLON, token.ILLEGAL, token.NOT, token.ELLIPSIS, token.TILDE:
		return false
	case token.ELSE:
		return true
	}
	return last.IsOperator()
}

// A Candidate is a way to go on with an input.
type Candidate struct {
	Text   string // what the word at the cursor becomes
	Detail string // its type
}

// Complete returns how the word that ends src can go on; word is that word,
// with what is before its last point.
func (s *Session) Complete(src string) (word string, out []Candidate) {
	word = lastOperand(src)
	i := strings.LastIndexByte(word, '.')
	prefix := word[i+1:]
	add := func(name string, o types.Object) {
		if strings.HasPrefix(name, prefix) {
			detail := ""
			if o != nil {
				detail = s.detail(o)
			}
			out = append(out, Candidate{Text: word[:i+1] + name, Detail: detail})
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if i < 0 {
		s.completeName(add)
	} else {
		s.completeMember(word[:i], add)
	}
	slices.SortFunc(out, func(a, b Candidate) int { return cmp.Compare(a.Text, b.Text) })
	return word, out
}

// lastOperand is the operand at the end of a text: names, points, and what is
// in brackets between them.
func lastOperand(src string) string {
	i := len(src)
	for i > 0 {
		c := src[i-1]
		switch {
		case c == '.' || c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= 0x80:
			i--
		case (c == ')' || c == ']') && i < len(src) && src[i] == '.':
			open := matching(src[:i])
			if open < 0 {
				return src[i:]
			}
			i = open
		default:
			return src[i:]
		}
	}
	return src
}

// matching is the place of the bracket that the last one closes.
func matching(src string) int {
	depth := 0
	for i := len(src) - 1; i >= 0; i-- {
		switch src[i] {
		case ')', ']', '}':
			depth++
		case '(', '[', '{':
			if depth--; depth == 0 {
				return i
			}
		case '"', '`', '\'':
			q := src[i]
			for i--; i >= 0 && src[i] != q; i-- {
			}
		}
	}
	return -1
}

func (s *Session) completeName(add func(string, types.Object)) {
	seen := map[string]bool{}
	once := func(n string, o types.Object) {
		if !seen[n] && n != "_" && n != "init" && n != "main" {
			seen[n] = true
			add(n, o)
		}
	}
	for n, o := range s.names {
		once(n, o)
	}
	for n, o := range s.base {
		once(n, o)
	}
	for _, n := range s.main.Scope().Names() {
		once(n, s.main.Scope().Lookup(n))
	}
	for n := range s.imports {
		once(n, nil)
	}
	for _, n := range types.Universe.Names() {
		once(n, nil)
	}
	for _, n := range []string{"break", "case", "chan", "const", "continue", "default", "defer", "else", "for", "func", "go", "if", "import", "interface", "map", "range", "return", "select", "struct", "switch", "type", "var"} {
		once(n, nil)
	}
}

// completeMember offers the names of a package, or the fields and methods of
// an operand.
func (s *Session) completeMember(operand string, add func(string, types.Object)) {
	if path, ok := s.imports[operand]; ok && s.names[operand] == nil {
		if p, err := s.imp.Import(path); err == nil {
			for _, n := range p.Scope().Names() {
				if token.IsExported(n) {
					add(n, p.Scope().Lookup(n))
				}
			}
		}
		return
	}
	t := s.operandType(operand)
	if t == nil {
		return
	}
	ms := types.NewMethodSet(t)
	if _, ok := t.Underlying().(*types.Interface); !ok {
		if _, ok := t.Underlying().(*types.Pointer); !ok {
			ms = types.NewMethodSet(types.NewPointer(t))
		}
	}
	visible := func(o types.Object) bool { return o.Exported() || o.Pkg() != nil && o.Pkg().Path() == s.manifest.Main }
	for m := range ms.Methods() {
		if visible(m.Obj()) {
			add(m.Obj().Name(), m.Obj())
		}
	}
	for _, f := range promoted(t, visible) {
		add(f.Name(), f)
	}
}

// promoted returns the fields of a struct, and those of what it embeds.
func promoted(t types.Type, visible func(types.Object) bool) []*types.Var {
	var out []*types.Var
	seen := map[string]bool{}
	level := []types.Type{t}
	for range 5 {
		var deeper []types.Type
		for _, t := range level {
			if p, ok := t.Underlying().(*types.Pointer); ok {
				t = p.Elem()
			}
			st, ok := t.Underlying().(*types.Struct)
			if !ok {
				continue
			}
			for f := range st.Fields() {
				if !seen[f.Name()] && visible(f) {
					seen[f.Name()] = true
					out = append(out, f)
				}
				if f.Embedded() {
					deeper = append(deeper, f.Type())
				}
			}
		}
		level = deeper
	}
	return out
}

// operandType is the type of an expression; nothing is evaluated.
func (s *Session) operandType(text string) types.Type {
	f, err := parser.ParseFile(s.fset, "", "package main; "+s.imported(text+".", nil)+" func _() { _ = "+text+"\n}", parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	conf := types.Config{Importer: s.imp, Error: func(error) {}}
	defer func() { _ = recover() }()
	_ = types.NewChecker(&conf, s.fset, s.scope(nil), info).Files([]*ast.File{f}) // what has a type has one
	fd, ok := f.Decls[len(f.Decls)-1].(*ast.FuncDecl)
	if !ok {
		return nil
	}
	a, ok := fd.Body.List[0].(*ast.AssignStmt)
	if !ok {
		return nil
	}
	t := info.Types[a.Rhs[0]].Type
	if t == types.Typ[types.Invalid] {
		return nil
	}
	return t
}

// detail describes a candidate in a word or two.
func (s *Session) detail(o types.Object) string {
	q := func(p *types.Package) string {
		if p.Path() == s.manifest.Main {
			return ""
		}
		return p.Name()
	}
	switch o := o.(type) {
	case *types.Func:
		return types.TypeString(withoutReceiver(o.Signature()), q)
	case *types.TypeName:
		return "type"
	case *types.Builtin, *types.Nil, *types.PkgName:
		return ""
	}
	return types.TypeString(o.Type(), q)
}

// TypeOf returns the type of an expression, which is not evaluated.
func (s *Session) TypeOf(expr string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.parse(group{text: "_ = " + expr, line: 1, column: 1}, s.imported(expr, nil)+" func _() {", "}")
	if err != nil {
		return "", err
	}
	if err := s.check(f, nil, nil); err != nil {
		var ce *CheckError
		if errors.As(err, &ce) && ce.Line == 1 {
			ce.Column -= len("_ = ")
		}
		return "", err
	}
	fd := f.Decls[len(f.Decls)-1].(*ast.FuncDecl)
	a, ok := fd.Body.List[0].(*ast.AssignStmt)
	if !ok {
		return "", errors.New(":type needs an expression")
	}
	return types.TypeString(s.info.Types[a.Rhs[0]].Type, func(p *types.Package) string { return p.Name() }), nil
}
