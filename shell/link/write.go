package link

import (
	"bytes"
	"fmt"
	"go/format"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// begin starts a file with no imports but the shell's.
func (g *generator) begin() {
	g.aliases = map[string]string{}
}

// alias imports a package into the file that is being written.
func (g *generator) alias(path string) string {
	a, ok := g.aliases[path]
	if !ok {
		a = fmt.Sprintf("p%d_", len(g.aliases)) // none is the end of another
		g.aliases[path] = a
	}
	return a
}

// mainFile is the file for package main.
func (g *generator) mainFile(own []string) ([]byte, error) {
	g.begin()
	var b bytes.Buffer
	var adapters bytes.Buffer
	g.register(&b, &adapters, g.main, "", true)
	for _, path := range own {
		p, err := g.imp.Import(path)
		if err != nil {
			return nil, err
		}
		g.register(&b, &adapters, p, g.alias(path)+".", false)
	}
	var o bytes.Buffer
	fmt.Fprintf(&o, "package main\n\nimport (\n\t\"reflect\"\n\tshell %q\n\tshellstd %q\n", evaluator, g.root.ImportPath+"/"+stdPackage)
	for _, i := range g.opt.Imports {
		fmt.Fprintf(&o, "\t%s\n", i)
	}
	g.imported(&o, b.String(), adapters.String())
	o.WriteString(")\n\nvar _ reflect.Value // also where nothing is registered\n\n")
	fmt.Fprintf(&o, "func init() {\n\tconst shellManifest = %q\n\tshellTable := shellSymbols()\n%s\n}\n\n", filepath.Join(g.opt.Out, "manifest.json"), g.opt.Init)
	fmt.Fprintf(&o, "func shellSymbols() *shell.Table {\n\tt := new(shell.Table)\n\tshellstd.Register(t)\n%s\treturn t\n}\n\n%s", b.String(), adapters.String())
	return format.Source(o.Bytes())
}

// stdFile is the package of the standard library's symbols.
func (g *generator) stdFile(std []string) ([]byte, error) {
	g.begin()
	var b, adapters bytes.Buffer
	for _, path := range std {
		p, err := g.imp.Import(path)
		if err != nil {
			return nil, err
		}
		g.register(&b, &adapters, p, g.alias(path)+".", false)
	}
	var o bytes.Buffer
	fmt.Fprintf(&o, "package %s\n\nimport (\n\t\"reflect\"\n\tshell %q\n", stdPackage, evaluator)
	g.imported(&o, b.String(), adapters.String())
	o.WriteString(")\n\nvar _ reflect.Value // also where nothing is registered\n\n")
	fmt.Fprintf(&o, "func Register(t *shell.Table) {\n%s}\n\n%s", b.String(), adapters.String())
	return format.Source(o.Bytes())
}

// imported writes the imports of a text. A package that it does not mention,
// such as one of generic functions alone, is imported to be linked.
func (g *generator) imported(o *bytes.Buffer, texts ...string) {
	for _, path := range slices.Sorted(maps.Keys(g.aliases)) {
		a := g.aliases[path]
		used := false
		for _, t := range texts {
			used = used || strings.Contains(t, a+".")
		}
		if !used {
			a = "_"
		}
		fmt.Fprintf(o, "\t%s %q\n", a, path)
	}
}

func isConstraint(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && !i.IsMethodSet()
}

// register writes the registration of a package.
func (g *generator) register(b, adapters *bytes.Buffer, p *types.Package, qual string, whole bool) {
	var vals, tys, methods bytes.Buffer
	for _, n := range p.Scope().Names() {
		ob := p.Scope().Lookup(n)
		if n == "_" || n == "init" || whole && n == "main" || !whole && !ob.Exported() {
			continue
		}
		switch ob := ob.(type) {
		case *types.Var:
			fmt.Fprintf(&vals, "%q: reflect.ValueOf(&%s%s).Elem(),\n", n, qual, n)
		case *types.Func:
			if ob.Signature().TypeParams().Len() == 0 {
				fmt.Fprintf(&vals, "%q: reflect.ValueOf(%s%s),\n", n, qual, n)
			}
		case *types.TypeName:
			t, ok := ob.Type().(*types.Named)
			if !ok || ob.IsAlias() || t.TypeParams().Len() > 0 || isConstraint(t) {
				continue
			}
			fmt.Fprintf(&tys, "%q: reflect.TypeFor[%s%s](),\n", n, qual, n)
			if whole {
				g.unexported(&methods, t, qual+n)
			}
			g.adapter(b, adapters, t, qual+n)
		}
	}
	fmt.Fprintf(b, "t.Add(%q, func() shell.Package { return shell.Package{\n", p.Path())
	for _, f := range []struct {
		name, typ string
		b         *bytes.Buffer
	}{{"Values", "map[string]reflect.Value", &vals}, {"Types", "map[string]reflect.Type", &tys}, {"Methods", "map[string]reflect.Value", &methods}} {
		if f.b.Len() > 0 {
			fmt.Fprintf(b, "%s: %s{\n%s},\n", f.name, f.typ, f.b.String())
		}
	}
	b.WriteString("}})\n")
}

// unexported writes the unexported methods of a type of package main.
func (g *generator) unexported(b *bytes.Buffer, t *types.Named, name string) {
	for m := range t.Methods() {
		if m.Exported() || m.Name() == "_" {
			continue
		}
		recv := name
		if _, ok := m.Signature().Recv().Type().(*types.Pointer); ok {
			recv = "(*" + name + ")"
		}
		fmt.Fprintf(b, "%q: reflect.ValueOf(%s.%s),\n", name+"."+m.Name(), recv, m.Name())
	}
}

// adapter writes a type that gives values of the shell's the methods of an
// interface.
func (g *generator) adapter(b, out *bytes.Buffer, t *types.Named, name string) {
	i, ok := t.Underlying().(*types.Interface)
	if !ok || i.NumMethods() == 0 {
		return
	}
	var body bytes.Buffer
	var names []string
	typ := "shell_" + strings.NewReplacer(".", "_").Replace(name)
	for m := range i.Methods() {
		switch m.Name() {
		case "Invoke", "Format":
			return // it is what the wrapper itself has
		}
		if !m.Exported() || !g.adapterMethod(&body, typ, m) {
			return
		}
		names = append(names, fmt.Sprintf("%q", m.Name()))
	}
	fmt.Fprintf(out, "type %s struct{ shell.Wrapped }\n\n%s", typ, body.String())
	fmt.Fprintf(b, "t.Adapt(reflect.TypeFor[%s](), shell.Adapter{Methods: []string{%s}, Wrap: func(w shell.Wrapped) any { return %s{w} }})\n",
		name, strings.Join(names, ", "), typ)
}

func (g *generator) adapterMethod(b *bytes.Buffer, typ string, m *types.Func) bool {
	ok := true
	q := func(p *types.Package) string {
		if p == g.main || p.Path() == g.root.ImportPath {
			return ""
		}
		if !visible(p.Path(), g.root.ImportPath) || g.pkgs[p.Path()] == nil {
			ok = false
			return p.Name()
		}
		return g.alias(p.Path())
	}
	name := func(t types.Type) string {
		if mentionsUnexported(t, g.main) {
			ok = false
		}
		return types.TypeString(t, q)
	}
	sig := m.Signature()
	var params, args, results []string
	for i := range sig.Params().Len() {
		t := sig.Params().At(i).Type()
		text := name(t)
		if sig.Variadic() && i == sig.Params().Len()-1 {
			text = "..." + name(t.(*types.Slice).Elem())
		}
		params = append(params, fmt.Sprintf("x%d %s", i, text))
		args = append(args, fmt.Sprintf(", reflect.ValueOf(&x%d).Elem()", i))
	}
	for i := range sig.Results().Len() {
		results = append(results, fmt.Sprintf("r%d %s", i, name(sig.Results().At(i).Type())))
	}
	if !ok {
		return false
	}
	fmt.Fprintf(b, "func (w %s) %s(%s) (%s) {\n", typ, m.Name(), strings.Join(params, ", "), strings.Join(results, ", "))
	if len(results) > 0 {
		b.WriteString("out := ")
	}
	fmt.Fprintf(b, "w.Invoke(%q%s)\n", m.Name(), strings.Join(args, ""))
	for i := range results {
		fmt.Fprintf(b, "reflect.ValueOf(&r%d).Elem().Set(out[%d])\n", i, i)
	}
	b.WriteString("return\n}\n\n")
	return true
}

// mentionsUnexported reports whether a type cannot be written in another
// package.
func mentionsUnexported(t types.Type, main *types.Package) bool {
	switch t := t.(type) {
	case *types.Alias:
		return t.Obj().Pkg() != nil && t.Obj().Pkg() != main && !t.Obj().Exported()
	case *types.Named:
		if t.Obj().Pkg() != nil && t.Obj().Pkg() != main && !t.Obj().Exported() {
			return true
		}
		for a := range t.TypeArgs().Types() {
			if mentionsUnexported(a, main) {
				return true
			}
		}
	case *types.Pointer:
		return mentionsUnexported(t.Elem(), main)
	case *types.Slice:
		return mentionsUnexported(t.Elem(), main)
	case *types.Array:
		return mentionsUnexported(t.Elem(), main)
	case *types.Chan:
		return mentionsUnexported(t.Elem(), main)
	case *types.Map:
		return mentionsUnexported(t.Key(), main) || mentionsUnexported(t.Elem(), main)
	case *types.Signature:
		for v := range t.Params().Variables() {
			if mentionsUnexported(v.Type(), main) {
				return true
			}
		}
		for v := range t.Results().Variables() {
			if mentionsUnexported(v.Type(), main) {
				return true
			}
		}
	case *types.Struct, *types.Interface:
		return types.TypeString(t, nil) != "interface{}" && types.TypeString(t, nil) != "any" && types.TypeString(t, nil) != "struct{}"
	}
	return false
}
