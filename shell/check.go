package shell

import (
	"errors"
	"fmt"
	"go/ast"
	"go/scanner"
	"go/token"
	"go/types"
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
