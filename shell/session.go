package shell

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// A Config is what a session works on.
type Config struct {
	Table    *Table
	Manifest Manifest
	// Values are in scope by name. A pointer, a struct or a map is the
	// program's own; of everything else the session has a copy.
	Values map[string]any
	// Types are in scope by their name alone, without their package's. They
	// are given with its path: "shop/models.Product".
	Types []string
	// Out gets what inputs print and what they are; Err what goes wrong in
	// goroutines that they have started. nil is nowhere.
	Out, Err io.Writer
}

// A Session is a shell: names, their values, and what inputs have declared. It
// evaluates one input at a time.
type Session struct {
	manifest Manifest
	fset     *token.FileSet
	info     *types.Info
	imp      types.Importer
	main     *types.Package
	w        *world
	out, err io.Writer

	names   map[string]types.Object // of inputs
	base    map[string]types.Object // given by the program
	imports map[string]string       // name to path
	globals map[types.Object]*reflect.Value
	given   []types.Object // of base: the program's values and types

	mu         sync.Mutex // of what follows: code is compiled while it runs, too
	decls      map[*types.Func]*funcDecl
	own        map[*types.Func]bool // declared by inputs
	specs      map[*types.TypeName]*ast.TypeSpec
	instances  map[*types.Func][]instance
	sources    map[string]map[string]*types.Func
	pending    []func()
	unfinished []*types.Func // whose bodies are pending
	methods    map[methodKey]func(reflect.Value) boundMethod
	boxTypes   []*boxType
	targets    int
	inputs     int
	origin     string // what places in the input of now are called

	foreground atomic.Pointer[run]
	runs       sync.Map // *run, of goroutines that are there still
}

// New makes a session.
func New(cfg Config) (*Session, error) {
	s := &Session{
		manifest: cfg.Manifest, fset: token.NewFileSet(), out: orNowhere(cfg.Out), err: orNowhere(cfg.Err),
		names: map[string]types.Object{}, base: map[string]types.Object{}, imports: map[string]string{},
		globals: map[types.Object]*reflect.Value{}, decls: map[*types.Func]*funcDecl{}, own: map[*types.Func]bool{}, specs: map[*types.TypeName]*ast.TypeSpec{},
		instances: map[*types.Func][]instance{}, sources: map[string]map[string]*types.Func{},
		methods: map[methodKey]func(reflect.Value) boundMethod{},
		info: &types.Info{
			Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
			Selections: map[*ast.SelectorExpr]*types.Selection{}, Implicits: map[ast.Node]types.Object{},
			Scopes: map[ast.Node]*types.Scope{}, Instances: map[*ast.Ident]types.Instance{},
		},
	}
	s.w = newWorld(cfg.Table, cfg.Manifest.Main)
	s.foreground.Store(newRun(s))
	s.imp = importer.ForCompiler(s.fset, "gc", func(path string) (io.ReadCloser, error) {
		file := cfg.Manifest.Exports[path]
		if file == "" {
			return nil, notLinkedError{what: "package " + path, path: path}
		}
		return os.Open(file)
	})
	maps.Copy(s.imports, cfg.Manifest.Names)
	if err := s.checkMain(); err != nil {
		return nil, err
	}
	return s, s.provide(cfg)
}

func orNowhere(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}

// checkMain checks the program's own package from its source: its unexported
// names are in scope.
func (s *Session) checkMain() error {
	var files []*ast.File
	for _, name := range s.manifest.Files {
		f, err := parser.ParseFile(s.fset, filepath.Join(s.manifest.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	conf := types.Config{Importer: s.imp, FakeImportC: true}
	p, err := conf.Check(s.manifest.Main, s.fset, files, s.info)
	if err != nil {
		return err
	}
	s.main = p
	s.remember(files, nil)
	for _, f := range files { // as package main names them
		for _, i := range f.Imports {
			o, _ := s.info.Implicits[i].(*types.PkgName)
			if i.Name != nil {
				o, _ = s.info.Defs[i.Name].(*types.PkgName)
			}
			if o != nil && o.Name() != "_" && o.Name() != "." && s.w.table.has(o.Imported().Path()) {
				s.imports[o.Name()] = o.Imported().Path()
			}
		}
	}
	return nil
}

// provide puts the program's values and types in scope.
func (s *Session) provide(cfg Config) error {
	for _, full := range cfg.Types {
		i := strings.LastIndexByte(full, '.')
		path, name := full[:max(i, 0)], full[i+1:]
		if path == "main" || path == s.main.Path() || s.main.Scope().Lookup(name) != nil || !token.IsExported(name) {
			continue // in scope already, or never
		}
		p, err := s.imp.Import(path)
		if err != nil {
			return err
		}
		if o := p.Scope().Lookup(name); o != nil {
			s.give(o)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(cfg.Values)) {
		v := reflect.ValueOf(cfg.Values[name])
		if !token.IsIdentifier(name) || !v.IsValid() || s.main.Scope().Lookup(name) != nil {
			continue
		}
		t, err := s.w.typeOf(v.Type(), s.imp, s.main)
		if err != nil {
			return fmt.Errorf("the value %s: %w", name, err)
		}
		s.give(s.global(types.NewVar(token.NoPos, s.main, name, t), v))
	}
	return nil
}

func (s *Session) give(o types.Object) {
	s.base[o.Name()] = o
	s.given = append(s.given, o)
}

// Given returns what the program has put in scope: its types and then its
// values, as far as no input has declared their names again.
func (s *Session) Given() []Candidate {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Candidate
	for _, o := range s.given {
		if s.names[o.Name()] == nil {
			out = append(out, Candidate{o.Name(), s.detail(o)})
		}
	}
	return out
}

// global gives an object a place in the session.
func (s *Session) global(o types.Object, v reflect.Value) types.Object {
	cell := reflect.New(s.w.rtype(o.Type())).Elem()
	if v.IsValid() {
		cell.Set(v)
	}
	s.globals[o] = &cell
	return o
}

// importable is the path of a package that an import could link.
func (s *Session) importable(path string) string {
	if s.w.table.has(path) {
		return ""
	}
	return path
}

// at is a place in an input, or in a source file.
func (s *Session) at(p token.Pos) string {
	pos := s.fset.Position(p)
	here := fmt.Sprintf("%d:%d", pos.Line, pos.Column)
	if pos.Filename == s.origin {
		return here
	}
	if strings.HasPrefix(pos.Filename, "input ") {
		return pos.Filename + ", " + here
	}
	return filepath.Base(pos.Filename) + ":" + here
}
