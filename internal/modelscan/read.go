package modelscan

import (
	"go/ast"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A reader reads one file.
type reader struct {
	p       *pkg
	imports map[string]string
}

// named returns the full name of a type: "path.Name". It is "" where there is
// none.
func (r reader) named(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return r.p.path + "." + e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok && r.imports[x.Name] != "" {
			return r.imports[x.Name] + "." + e.Sel.Name
		}
	case *ast.StarExpr:
		return r.named(e.X)
	case *ast.ParenExpr:
		return r.named(e.X)
	}
	return ""
}

func baseName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return baseName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// Types whose embedding alone makes a struct a model.
var bases = map[string]Kind{
	"gorm.io/gorm.Model":               GORM,
	"github.com/uptrace/bun.BaseModel": Bun,
}

func (r reader) structure(name, file string, line int, st *ast.StructType) *structure {
	s := &structure{name: name, file: file, line: line}
	for _, f := range st.Fields.List {
		tag := tagOf(f)
		for _, k := range []Kind{GORM, Bun, Tags} {
			text, ok := tag.Lookup(string(k))
			if !ok || text == "-" {
				continue
			}
			s.tagged, s.kind = true, k
			s.key = s.key || isKey(k, text)
		}
		if len(f.Names) == 0 {
			if t := r.named(f.Type); t != "" {
				s.embeds = append(s.embeds, t)
				if k, ok := bases[t]; ok {
					s.kind = k
					s.idField = s.idField || k == GORM
				}
			}
			continue
		}
		for _, n := range f.Names {
			s.idField = s.idField || n.Name == "ID" || n.Name == "Id"
		}
	}
	return s
}

func tagOf(f *ast.Field) reflect.StructTag {
	if f.Tag == nil {
		return ""
	}
	text, err := strconv.Unquote(f.Tag.Value)
	if err != nil {
		return ""
	}
	return reflect.StructTag(text)
}

// isKey reports whether a tag makes its field the primary key.
func isKey(k Kind, tag string) bool {
	words := strings.FieldsFunc(strings.ToLower(tag), func(c rune) bool { return c == ';' || c == ',' || c == ' ' })
	return slices.ContainsFunc(words, func(w string) bool {
		name, _, _ := strings.Cut(w, ":")
		return name == "pk" && k != GORM || k == GORM && (name == "primarykey" || name == "primary_key")
	})
}

// call remembers the models that are given to AutoMigrate, CreateTable, or the
// Model of Bun's NewCreateTable.
func (r reader) call(n ast.Node) bool {
	c, ok := n.(*ast.CallExpr)
	if !ok {
		return true
	}
	sel, ok := c.Fun.(*ast.SelectorExpr)
	if !ok || !r.makesTables(sel) {
		return true
	}
	for _, a := range c.Args {
		if t := r.modelIn(a); t != "" {
			r.p.migrated[t] = true
		}
	}
	return true
}

func (r reader) makesTables(sel *ast.SelectorExpr) bool {
	switch sel.Sel.Name {
	case "AutoMigrate", "CreateTable":
		return true
	case "Model":
		inner, ok := sel.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		before, ok := inner.Fun.(*ast.SelectorExpr)
		return ok && before.Sel.Name == "NewCreateTable"
	}
	return false
}

// modelIn returns the type of &T{}, T{}, new(T) and (*T)(nil).
func (r reader) modelIn(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.UnaryExpr:
		return r.modelIn(e.X)
	case *ast.CompositeLit:
		return r.named(e.Type)
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.Ident); ok && f.Name == "new" && len(e.Args) == 1 {
			return r.named(e.Args[0])
		}
		if p, ok := e.Fun.(*ast.ParenExpr); ok && len(e.Args) == 1 {
			if _, ok := p.X.(*ast.StarExpr); ok {
				return r.named(p.X)
			}
		}
	}
	return ""
}
