// Package link writes the code that links a shell to a program: a file for
// the program's package main that registers its symbols, for go build's
// -overlay, so that nothing in the program's folder changes and its normal
// build knows nothing of a shell.
//
// It runs the go command, and imports the standard library and the shell only.
// Start at [Write].
package link

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/shell"
)

// evaluator is the package that the generated code registers with.
const evaluator = "github.com/whimbreldb/whimbrel/shell"

// Options say what is linked.
type Options struct {
	// Dir is the folder of package main; Out another one, for what is written.
	Dir, Out string
	// Packages are linked besides those that the program imports and the
	// usual ones of the standard library.
	Packages []string
	// Flags are for the go command: "-tags=…".
	Flags []string
	// Imports are import declarations for Init: "name \"path\"".
	Imports []string
	// Init is the body of an init function. In it, shellTable is the
	// program's *shell.Table and shellManifest the path of its manifest.
	Init string
}

// standard lists the packages of the standard library that are in scope
// without an import. They are in a package of their own, which is compiled
// once.
var standard = []string{
	"bufio", "bytes", "cmp", "container/heap", "container/list", "context", "crypto/md5", "crypto/rand", "crypto/sha256",
	"database/sql", "database/sql/driver", "encoding/base64", "encoding/hex", "encoding/json", "errors", "fmt", "html",
	"html/template", "io", "io/fs", "iter", "log", "log/slog", "maps", "math", "math/big", "math/bits", "math/cmplx",
	"math/rand/v2", "net/http", "net/url", "os", "path", "path/filepath", "reflect", "regexp", "runtime", "runtime/debug",
	"slices", "sort", "strconv", "strings", "sync", "sync/atomic", "text/tabwriter", "text/template", "time", "unicode",
	"unicode/utf8",
}

// A listed package, as go list prints it.
type listed struct {
	ImportPath, Name, Dir, Export string
	GoFiles, CgoFiles, Imports    []string
	Standard, DepOnly             bool
	Error                         *struct{ Err string }
	Module                        *struct {
		Path string
		Main bool
	}
}

// A generator holds what is known of the program.
type generator struct {
	opt     Options
	pkgs    map[string]*listed
	root    *listed
	main    *types.Package
	imp     types.Importer
	aliases map[string]string // import path to alias, of the file that is being written
}

// Write writes overlay.json, for go build -overlay, and what it refers to. A
// file that would not change is left alone.
func Write(ctx context.Context, opt Options) error {
	g := &generator{opt: opt}
	if err := g.list(ctx); err != nil {
		return err
	}
	if err := g.check(); err != nil {
		return err
	}
	own, std, names := g.choose()
	mainFile, err := g.mainFile(own)
	if err != nil {
		return err
	}
	stdFile, err := g.stdFile(std)
	if err != nil {
		return err
	}
	m := shell.Manifest{
		Main: g.root.ImportPath, Dir: g.root.Dir, Files: slices.Concat(g.root.GoFiles, g.root.CgoFiles),
		Exports: map[string]string{}, Sources: map[string][]string{}, Names: names,
	}
	for path, p := range g.pkgs {
		if p.Export == "" {
			continue
		}
		m.Exports[path] = p.Export
		if len(p.CgoFiles) == 0 {
			m.Sources[path] = append([]string{p.Dir}, p.GoFiles...)
		}
	}
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {
		filepath.Join(g.root.Dir, "zz_whim_shell.go"):        filepath.Join(opt.Out, "main.go"),
		filepath.Join(g.root.Dir, stdPackage, "standard.go"): filepath.Join(opt.Out, "standard.go"),
	}})
	if err != nil {
		return err
	}
	return errors.Join(
		writeFile(filepath.Join(opt.Out, "main.go"), mainFile),
		writeFile(filepath.Join(opt.Out, "standard.go"), stdFile),
		writeFile(filepath.Join(opt.Out, "manifest.json"), text),
		writeFile(filepath.Join(opt.Out, "overlay.json"), overlay),
	)
}

// stdPackage is the package of the standard library's symbols, below package
// main; it exists in the overlay only.
const stdPackage = "zz_whim_shell"

func writeFile(path string, b []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, b) {
		return nil
	}
	tmp := path + ".new"
	if err := os.WriteFile(tmp, b, 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

// list asks the go command for every package, and for its export data.
func (g *generator) list(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "go", slices.Concat([]string{
		"list", "-e", "-export", "-deps", "-buildvcs=false",
		"-json=ImportPath,Name,Dir,Export,GoFiles,CgoFiles,Imports,Standard,DepOnly,Error,Module",
	}, g.opt.Flags, []string{"."}, g.opt.Packages, standard)...)
	cmd.Dir = g.opt.Dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go list: %w\n%s", err, stderr.String())
	}
	g.pkgs = map[string]*listed{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		g.pkgs[p.ImportPath] = &p
		if p.Name == "main" && !p.DepOnly && !p.Standard {
			g.root = &p
		}
		if p.Error != nil && !p.DepOnly {
			return errors.New(strings.TrimSpace(p.Error.Err))
		}
	}
	if g.root == nil {
		return fmt.Errorf("%s is not a package main", g.opt.Dir)
	}
	return nil
}

// check checks package main from its source: it has no export data that
// somebody could import.
func (g *generator) check() error {
	fset := token.NewFileSet()
	g.imp = importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		p := g.pkgs[path]
		if p == nil || p.Export == "" {
			return nil, fmt.Errorf("no export data for %s", path)
		}
		return os.Open(p.Export)
	})
	var files []*ast.File
	for _, name := range slices.Concat(g.root.GoFiles, g.root.CgoFiles) {
		f, err := parser.ParseFile(fset, filepath.Join(g.root.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	conf := types.Config{Importer: g.imp, FakeImportC: true}
	p, err := conf.Check(g.root.ImportPath, fset, files, nil)
	g.main = p
	return err
}

// choose says which packages are linked by the program's own file, and which
// by that of the standard library, and which names are in scope.
func (g *generator) choose() (own, std []string, names map[string]string) {
	names = map[string]string{}
	want := map[string]bool{}
	for _, p := range g.opt.Packages {
		want[p] = true
	}
	for _, p := range g.pkgs {
		if p == g.root || p.Module != nil && p.Module.Main {
			if p != g.root {
				want[p.ImportPath] = true
			}
			for _, i := range p.Imports {
				want[i] = true
			}
		}
	}
	for path := range want {
		p := g.pkgs[path]
		if p == nil || p.Export == "" || p.Name == "main" || path == "C" || path == "unsafe" || slices.Contains(standard, path) ||
			!visible(path, g.root.ImportPath) {
			continue
		}
		own = append(own, path)
	}
	slices.Sort(own)
	for _, path := range standard {
		if p := g.pkgs[path]; p != nil && p.Export != "" {
			std = append(std, path)
		}
	}
	for _, path := range slices.Concat(own, std) { // the program's own win; of two, the shorter path
		name := g.pkgs[path].Name
		if old, ok := names[name]; !ok || g.rank(path) < g.rank(old) {
			names[name] = path
		}
	}
	return own, std, names
}

func (g *generator) rank(path string) int {
	p := g.pkgs[path]
	switch {
	case p.Module != nil && p.Module.Main:
		return len(path)
	case p.Standard && strings.HasPrefix(path, "html/"):
		return 3000 + len(path) // text/template is the one that is meant
	case p.Standard:
		return 1000 + len(path)
	}
	return 2000 + len(path)
}

// visible reports whether a package may be imported from another.
func visible(path, from string) bool {
	for i := 0; ; {
		n := strings.Index(path[i:], "internal")
		if n < 0 {
			return true
		}
		at, end := i+n, i+n+len("internal")
		if (at == 0 || path[at-1] == '/') && (end == len(path) || path[end] == '/') {
			parent := strings.TrimSuffix(path[:at], "/")
			if from != parent && !strings.HasPrefix(from, parent+"/") {
				return false
			}
		}
		i = end
	}
}
