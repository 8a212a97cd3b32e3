package modelscan

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// File is the name of the file that [Register] makes.
const File = "whim_models.go"

// Register returns a file for the Go package in dir that lists the models, those
// in doubt as comments, and the name of the function in it. Without a package in
// dir, or with nothing to list, the text is "".
func Register(dir string, models []Model) (text, function string, err error) {
	module, err := findModule(dir)
	if err != nil || len(models) == 0 {
		return "", "", err
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", "", err
	}
	rel, err := filepath.Rel(module.Root, dir)
	if err != nil {
		return "", "", err
	}
	self := path.Join(module.Path, filepath.ToSlash(rel))
	name, declared := inFolder(dir)
	if name == "" {
		return "", "", nil
	}
	function = "allModels"
	for declared[function] {
		function += "ForWhimbrel"
	}
	names := map[string]string{} // of imports, by their paths
	list := listing(models, self, names, declared)
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n\n", name)
	if len(names) > 0 {
		b.WriteString("import (\n")
		for _, p := range slices.Sorted(maps.Keys(names)) {
			if names[p] != path.Base(p) {
				b.WriteString(names[p] + " ")
			}
			b.WriteString(strconv.Quote(p) + "\n")
		}
		b.WriteString(")\n\n")
	}
	fmt.Fprintf(&b, `// %[1]s returns a value of each model. A model that is not listed here is not
// in the database. The list was made from what the files look like, once: it is
// yours now. What may be no model is a comment.
func %[1]s() []any {
	return []any{
		%[2]s	}
}
`, function, list)
	out, err := format.Source([]byte(b.String()))
	return string(out), function, err
}

// listing returns a line for each model, as the package self can write it, and
// adds what it imports to names.
func listing(models []Model, self string, names map[string]string, declared map[string]bool) string {
	var list strings.Builder
	for _, m := range models {
		doubt := m.Doubt
		owner, visible := visibleTo(self, m.Package)
		switch {
		case m.Package == self:
		case m.Clause == "main":
			doubt = "it is in another program"
		case !visible:
			doubt = "it is in an internal package of " + owner
		case !ast.IsExported(m.Name):
			doubt = "it is not exported"
		}
		value := m.Name
		if m.Package != self {
			p, ok := names[m.Package]
			if !ok {
				p = importName(m.Clause, names, declared)
				if doubt == "" {
					names[m.Package] = p
				}
			}
			value = p + "." + m.Name
		}
		if doubt != "" {
			fmt.Fprintf(&list, "// &%s{}, // %s: %s:%d\n", value, doubt, m.File, m.Line)
			continue
		}
		fmt.Fprintf(&list, "&%s{},\n", value)
	}
	return list.String()
}

// visibleTo reports whether one package may import another, and if not, below
// which path it could: that of the folder in which its folder internal is.
func visibleTo(self, pkg string) (owner string, ok bool) {
	i := strings.LastIndex("/"+pkg+"/", "/internal/")
	if i < 0 {
		return "", true
	}
	owner = strings.TrimSuffix(pkg[:i], "/")
	return owner, strings.HasPrefix(self+"/", owner+"/")
}

// importName chooses a name for an import that nothing else in the package has:
// the package's own, if it can be.
func importName(name string, taken map[string]string, declared map[string]bool) string {
	used := func(n string) bool {
		if declared[n] {
			return true
		}
		for _, t := range taken {
			if t == n {
				return true
			}
		}
		return false
	}
	for try, base := 2, name; used(name); try++ {
		name = base + strconv.Itoa(try)
	}
	return name
}

// inFolder returns the name of the package in a folder, and what is declared in
// it at the top.
func inFolder(dir string) (name string, declared map[string]bool) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return "", nil
	}
	declared = map[string]bool{}
	for _, e := range files {
		file := filepath.Join(dir, e.Name())
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") || !built(file) {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if f == nil || f.Name == nil || err != nil && name != "" {
			continue
		}
		name = f.Name.Name
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					declared[d.Name.Name] = true
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						declared[spec.Name.Name] = true
					case *ast.ValueSpec:
						for _, n := range spec.Names {
							declared[n.Name] = true
						}
					}
				}
			}
		}
	}
	return name, declared
}
