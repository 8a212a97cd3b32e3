// Package modelscan looks through the Go files of a module for structs that look
// like models of a database.
//
// It reads syntax only: nothing is compiled, so it works on a program that does
// not build, and takes well under a second. What it finds is a help for people,
// never the truth: a struct may look like a model and be none, or the other way
// round. The truth is what the program registers. Start at [Scan].
package modelscan

import (
	"cmp"
	"errors"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/internal/gomod"
)

// A Model is a struct that looks like one.
type Model struct {
	Package string // import path
	Clause  string // the name of the package
	Name    string
	File    string // relative to the module, with slashes
	Line    int
	Kind    Kind
	Doubt   string // why it may be none; "" where there is no doubt
}

// Type is the model's type as reflection has it: "example.com/shop/models.Product",
// and "main.Product" in a program.
func (m Model) Type() string {
	if m.Clause == "main" {
		return "main." + m.Name
	}
	return m.Package + "." + m.Name
}

// A Kind is what the models are written for.
type Kind string

const (
	GORM Kind = "gorm"
	Bun  Kind = "bun"
	Tags Kind = "ddl" // plain structs
)

// Scan finds the models of the module that dir is in, sorted by package and
// name. It leaves out tests, vendor, testdata, generated code of protocol
// buffers, modules below, and folders of migrations. A file that cannot be
// parsed is passed over.
func Scan(dir string) ([]Model, error) {
	module, err := findModule(dir)
	if err != nil {
		return nil, err
	}
	s := &scanner{packages: map[string]*pkg{}}
	err = filepath.WalkDir(module.Root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // a folder that cannot be read has no models for us
		}
		rel, _ := filepath.Rel(module.Root, p)
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if p != module.Root && (ignored(d.Name()) || exists(filepath.Join(p, "go.mod"))) {
				return fs.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(rel, ".go") && !strings.HasSuffix(rel, "_test.go") && !strings.HasSuffix(rel, ".pb.go") {
			s.file(p, rel, path.Join(module.Path, path.Dir(rel)))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.models(), nil
}

// errNoModule is that there is no go.mod in a folder or above.
var errNoModule = errors.New("no go.mod")

// findModule returns the module that dir is in, if it has a name.
func findModule(dir string) (gomod.Module, error) {
	m, ok := gomod.Find(dir)
	if !ok || m.Path == "" {
		return m, errNoModule
	}
	return m, nil
}

func ignored(dir string) bool {
	switch dir {
	case "vendor", "testdata", "node_modules",
		"migrations", "migration": // old ones keep copies of the models of their time
		return true
	}
	return strings.HasPrefix(dir, ".") || strings.HasPrefix(dir, "_")
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// A scanner holds what the files say until all are read: an embedded struct, a
// method or a call of AutoMigrate may be in another one.
type scanner struct{ packages map[string]*pkg }

type pkg struct {
	path     string
	clause   string
	structs  map[string]*structure
	tables   map[string]bool // types with a method TableName
	migrated map[string]bool // types given to AutoMigrate or the like, also of other packages: "path.Name"
}

type structure struct {
	name, file string
	line       int
	embeds     []string // "path.Name"
	kind       Kind
	key        bool // a field is said to be the primary key
	tagged     bool
	idField    bool
}

func (s *scanner) file(name, rel, importPath string) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil || !built(name) {
		return
	}
	p := s.packages[importPath]
	if p == nil {
		p = &pkg{importPath, f.Name.Name, map[string]*structure{}, map[string]bool{}, map[string]bool{}}
		s.packages[importPath] = p
	}
	r := reader{p, imports(f)}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if t, ok := spec.(*ast.TypeSpec); ok && t.TypeParams == nil {
					if st, ok := t.Type.(*ast.StructType); ok {
						at := fset.Position(t.Pos())
						p.structs[t.Name.Name] = r.structure(t.Name.Name, rel, at.Line, st)
					}
				}
			}
		case *ast.FuncDecl:
			if d.Recv != nil && d.Name.Name == "TableName" && len(d.Recv.List) == 1 {
				p.tables[baseName(d.Recv.List[0].Type)] = true
			}
			if d.Body != nil {
				ast.Inspect(d.Body, r.call)
			}
		}
	}
}

// built reports whether a file belongs to the build for this platform, as far
// as its name and its first lines say.
func built(name string) bool {
	ok, err := build.Default.MatchFile(filepath.Dir(name), filepath.Base(name))
	return ok && err == nil
}

// imports maps the names of a file's imports to their paths.
func imports(f *ast.File) map[string]string {
	m := map[string]string{}
	for _, i := range f.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(p)
		if strings.HasPrefix(name, "v") && strings.Trim(name[1:], "0123456789") == "" {
			name = path.Base(path.Dir(p))
		}
		if i.Name != nil {
			name = i.Name.Name
		}
		m[name] = p
	}
	return m
}

// models decides.
func (s *scanner) models() []Model {
	migrated := map[string]bool{}
	embedded := map[string]bool{}
	for _, p := range s.packages {
		for t := range p.migrated {
			migrated[t] = true
		}
		for _, st := range p.structs {
			for _, e := range st.embeds {
				embedded[e] = true
			}
		}
	}
	var found []Model
	for _, p := range s.packages {
		for _, st := range p.structs {
			full := p.path + "." + st.name
			all := s.whole(p, st, nil)
			if all.kind == "" && !migrated[full] {
				continue
			}
			m := Model{Package: p.path, Clause: p.clause, Name: st.name, File: st.file, Line: st.line, Kind: cmp.Or(all.kind, GORM)}
			switch {
			case migrated[full]:
			case len(migrated) > 0:
				m.Doubt = "it is not given to AutoMigrate"
			case embedded[full]:
				m.Doubt = "others embed it"
			case !all.key && !all.idField && !p.tables[st.name]:
				m.Doubt = "it has no primary key"
			}
			found = append(found, m)
		}
	}
	slices.SortFunc(found, func(a, b Model) int { return cmp.Or(cmp.Compare(a.Package, b.Package), cmp.Compare(a.Name, b.Name)) })
	return found
}

// whole is a struct with what it embeds.
func (s *scanner) whole(p *pkg, st *structure, seen []string) structure {
	full := p.path + "." + st.name
	out := *st
	if slices.Contains(seen, full) {
		return out
	}
	for _, e := range st.embeds {
		i := strings.LastIndexByte(e, '.')
		if in := s.packages[e[:i]]; in != nil && in.structs[e[i+1:]] != nil {
			inner := s.whole(in, in.structs[e[i+1:]], append(seen, full))
			out.kind = cmp.Or(out.kind, inner.kind)
			out.key, out.idField = out.key || inner.key, out.idField || inner.idField
		}
	}
	return out
}
