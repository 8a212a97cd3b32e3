package shell

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"
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
	for name, path := range cfg.Manifest.Names {
		s.imports[name] = path
	}
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
	names := make([]string, 0, len(cfg.Values))
	for name := range cfg.Values {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
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

// current is the run of the evaluation in the foreground.
func (s *Session) current() *run { return s.foreground.Load() }

// abandonAfter is how long an interrupted evaluation has to end.
const abandonAfter = 300 * time.Millisecond

// ErrInterrupted is the error of an evaluation whose context has ended.
var ErrInterrupted = errors.New("interrupted")

// ErrLeftBehind is the error of one that was in compiled code, which cannot be
// interrupted: it goes on in the background.
var ErrLeftBehind = fmt.Errorf("%w, but a call of compiled code goes on in the background", ErrInterrupted)

// Eval evaluates an input: statements and declarations, which may be mixed.
// Nothing is run when something in it is wrong. What the last statement is, if
// it is an expression, is printed. When ctx ends, the evaluation and the
// goroutines that it has started are stopped.
//
// The error is a [*CheckError], a [*PanicError], or one of the above.
func (s *Session) Eval(ctx context.Context, src string) error {
	return s.eval(ctx, src, inputName(s.inputs+1), 1)
}

// eval is Eval of a part of a source that has a name, from a line on.
func (s *Session) eval(ctx context.Context, src, origin string, line int) error {
	if strings.TrimSpace(src) == "" {
		return nil
	}
	s.inputs++
	s.origin = origin
	r := newRun(s)
	s.foreground.Store(r)
	done := make(chan error, 1)
	go func() {
		ended := false
		defer func() {
			if !ended { // the input has ended its goroutine
				done <- nil
			}
		}()
		err := s.evalGroups(r, src, line)
		ended = true
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	r.interrupt()
	t := time.NewTimer(abandonAfter)
	defer t.Stop()
	select {
	case err := <-done:
		return err
	case <-t.C:
		return ErrLeftBehind
	}
}

// Stop stops the goroutines that inputs have started, as far as they are in
// the shell's own code, and returns how many there were.
func (s *Session) Stop() int {
	n := 0
	s.runs.Range(func(k, _ any) bool {
		r := k.(*run)
		n += int(r.live.Load())
		r.interrupt()
		return true
	})
	return n
}

// spawn starts a goroutine. Its panic is reported, and ends it alone.
func (s *Session) spawn(r *run, do func(*thread)) {
	r.live.Add(1)
	s.runs.Store(r, true)
	go func() {
		th := &thread{run: r}
		defer func() {
			if v := recover(); v != nil {
				if _, ok := v.(stopped); !ok {
					fmt.Fprintf(s.err, "in a goroutine: %v\n", s.panicError(v, th))
				}
			}
			if r.live.Add(-1) == 0 {
				s.runs.Delete(r)
			}
		}()
		do(th)
	}()
}

// evalGroups evaluates the parts of an input, one after the other. The first
// is checked before anything is run; each other one, when those before it have
// declared what it uses.
func (s *Session) evalGroups(r *run, src string, line int) error {
	var defers []*frame
	var last error
	th := &thread{run: r}
	for _, g := range split(src) {
		g.line += line - 1
		f, err := s.evalGroup(th, g)
		if f != nil {
			defers = append(defers, f)
		}
		if last = err; err != nil {
			break
		}
	}
	for _, f := range slices.Backward(defers) { // those of the input itself
		if p := protect(func() { f.unwind(nil) }); p != nil {
			last = errors.Join(last, s.panicError(p.value, th))
		}
	}
	return last
}

// A PanicError is a panic of an input.
type PanicError struct {
	Value any
	At    string // "2:5" of this input, or "input 3, 2:5"
}

func (e *PanicError) Error() string {
	text := "panic: " + printPanic(e.Value)
	if e.At != "" {
		text += " (at " + e.At + ")"
	}
	return text
}

// Unwrap returns the value, where it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

func printPanic(v any) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("%T", v)
		}
	}()
	if e, ok := v.(error); ok {
		return printable(e.Error())
	}
	return printable(fmt.Sprint(v))
}

// panicError makes an error of what a run has panicked with.
func (s *Session) panicError(v any, th *thread) error {
	switch v := v.(type) {
	case stopped:
		return ErrInterrupted
	case unsupportedError:
		return v
	case notLinkedError:
		return v
	case *reflect.ValueError:
		return internalError(v)
	case string:
		if strings.HasPrefix(v, "reflect") {
			return internalError(v)
		}
	}
	e := &PanicError{Value: v}
	if th != nil {
		for f := th.cur; f != nil; f = f.caller {
			if f.pos.IsValid() {
				e.At = s.at(f.pos)
				break
			}
		}
	}
	return e
}

func internalError(v any) error {
	return fmt.Errorf("this is a mistake in the shell itself, not in the input: %v", v)
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

func inputName(n int) string { return fmt.Sprintf("input %d", n) }
