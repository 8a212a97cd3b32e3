package shell

import (
	"errors"
	"fmt"
	"go/types"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unsafe"
)

var (
	anyType   = reflect.TypeFor[any]()
	errorType = reflect.TypeFor[error]()
	intType   = reflect.TypeFor[int]()
	boolType  = reflect.TypeFor[bool]()
)

var basics = map[types.BasicKind]reflect.Type{
	types.Bool: boolType, types.Int: intType, types.Int8: reflect.TypeFor[int8](), types.Int16: reflect.TypeFor[int16](),
	types.Int32: reflect.TypeFor[int32](), types.Int64: reflect.TypeFor[int64](), types.Uint: reflect.TypeFor[uint](),
	types.Uint8: reflect.TypeFor[uint8](), types.Uint16: reflect.TypeFor[uint16](), types.Uint32: reflect.TypeFor[uint32](),
	types.Uint64: reflect.TypeFor[uint64](), types.Uintptr: reflect.TypeFor[uintptr](), types.Float32: reflect.TypeFor[float32](),
	types.Float64: reflect.TypeFor[float64](), types.Complex64: reflect.TypeFor[complex64](), types.Complex128: reflect.TypeFor[complex128](),
	types.String: reflect.TypeFor[string](), types.UnsafePointer: reflect.TypeFor[unsafe.Pointer](), types.UntypedBool: boolType,
	types.UntypedInt: intType, types.UntypedRune: reflect.TypeFor[rune](), types.UntypedFloat: reflect.TypeFor[float64](),
	types.UntypedComplex: reflect.TypeFor[complex128](), types.UntypedString: reflect.TypeFor[string](), types.UntypedNil: anyType,
}

// A world is the mapping between the checker's types and those of reflection.
//
// A type that was compiled has its own reflect.Type. One that was declared in
// the shell has none, and reflection cannot make one with a name or methods:
// a struct becomes a struct type that is told apart from any other by a mark
// in a tag; everything else becomes the type below its name, and a value of it
// is put in a box when it goes into an interface.
type world struct {
	table    *Table
	main     string
	declared map[*types.TypeName]bool        // by an input
	cache    map[types.Type]reflect.Type     // by identity
	named    map[*types.TypeName][]namedType // of declared types, by identity of arguments
	learned  map[string]reflect.Type         // of types that no table has: seen in the types of others
	structs  sync.Map                        // reflect.Type to *types.Named: declared struct types, by what they became
	open     map[*types.TypeName][]types.Type
	marks    int
	seen     map[learnedPair]bool
}

type learnedPair struct {
	t types.Type
	r reflect.Type
}

type namedType struct {
	t *types.Named
	r reflect.Type
}

func newWorld(t *Table, main string) *world {
	return &world{
		table: t, main: main,
		declared: map[*types.TypeName]bool{}, cache: map[types.Type]reflect.Type{},
		named: map[*types.TypeName][]namedType{}, learned: map[string]reflect.Type{},
		open: map[*types.TypeName][]types.Type{},
		seen: map[learnedPair]bool{},
	}
}

// notLinked is a type or a name of the program that the linker has left out.
type notLinkedError struct{ what, path string }

func (e notLinkedError) Error() string {
	s := e.what + " is not linked into this shell"
	if e.path != "" {
		s += "; to link it: :import " + e.path
	}
	return s
}

// unsupportedError is Go that the shell does not do.
type unsupportedError string

func (e unsupportedError) Error() string { return string(e) }

func unsupported(format string, a ...any) { panic(unsupportedError(fmt.Sprintf(format, a...))) }

func fullName(p *types.Package) string { return p.Path() }

// nameKey is the name of a type in the tables: within its package.
func nameKey(t *types.Named) string {
	if t.TypeArgs().Len() == 0 {
		return t.Obj().Name()
	}
	var args []string
	for a := range t.TypeArgs().Types() {
		args = append(args, types.TypeString(a, fullName))
	}
	return t.Obj().Name() + "[" + strings.Join(args, ",") + "]"
}

// native returns the compiled type behind a name.
func (w *world) native(t *types.Named) (reflect.Type, bool) {
	o := t.Obj()
	if o.Pkg() == nil {
		return errorType, o.Name() == "error"
	}
	if w.declared[o] {
		return nil, false
	}
	key := nameKey(t)
	if o.Parent() != o.Pkg().Scope() { // local to a function
		return nil, false
	}
	if r, ok := w.table.get(o.Pkg().Path()).Types[key]; ok {
		return r, true
	}
	r, ok := w.learned[o.Pkg().Path()+"."+key]
	return r, ok
}

// ours reports whether a name stands for a type that only the shell knows: one
// of an input, or one of a package whose source is run.
func (w *world) ours(t types.Type) (*types.Named, bool) {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok {
		return nil, false
	}
	if w.declared[n.Obj()] {
		return n, true
	}
	_, native := w.native(n)
	return n, !native
}

// rtype returns what a type is in memory.
func (w *world) rtype(t types.Type) reflect.Type {
	t = types.Unalias(t)
	if r, ok := w.cache[t]; ok {
		return r
	}
	r := w.make(t)
	if len(w.open) == 0 { // within a recursive type, some are stand-ins
		w.cache[t] = r
	}
	return r
}

func (w *world) make(t types.Type) reflect.Type {
	switch t := t.(type) {
	case *types.Basic:
		if r, ok := basics[t.Kind()]; ok {
			return r
		}
	case *types.Named:
		return w.makeNamed(t)
	case *types.Pointer:
		return reflect.PointerTo(w.rtype(t.Elem()))
	case *types.Slice:
		return reflect.SliceOf(w.rtype(t.Elem()))
	case *types.Array:
		return reflect.ArrayOf(int(t.Len()), w.rtype(t.Elem()))
	case *types.Map:
		return reflect.MapOf(w.rtype(t.Key()), w.rtype(t.Elem()))
	case *types.Chan:
		return reflect.ChanOf(chanDirs[t.Dir()], w.rtype(t.Elem()))
	case *types.Struct:
		return w.makeStruct(t, nil)
	case *types.Signature:
		return w.makeFunc(t, w.rtype)
	case *types.Interface:
		return anyType
	case *types.TypeParam:
		unsupported("the type parameter %v has no type here", t)
	}
	unsupported("the type %v is not supported", t)
	return nil
}

func (w *world) makeNamed(t *types.Named) reflect.Type {
	if r, ok := w.native(t); ok {
		return r
	}
	o := t.Obj()
	for _, n := range w.named[t.Origin().Obj()] {
		if types.Identical(n.t, t) {
			return n.r
		}
	}
	for _, u := range w.open[o] { // recursive: something of the same size and shape to the garbage collector
		if types.Identical(u, t) {
			return nil
		}
	}
	w.open[o] = append(w.open[o], t)
	var r reflect.Type
	func() {
		defer func() {
			w.open[o] = w.open[o][:len(w.open[o])-1]
			if len(w.open[o]) == 0 {
				delete(w.open, o)
			}
		}()
		if st, ok := t.Underlying().(*types.Struct); ok {
			r = w.makeStruct(st, t)
		} else {
			r = w.makeShaped(t.Underlying())
		}
	}()
	w.named[t.Origin().Obj()] = append(w.named[t.Origin().Obj()], namedType{t, r})
	return r
}

// makeShaped is make for what is below a name: parts of it that contain the
// name are of the same shape only.
func (w *world) makeShaped(t types.Type) reflect.Type {
	if !w.mentionsOpen(t, nil) {
		return w.rtype(t)
	}
	switch t := t.(type) {
	case *types.Pointer:
		return reflect.PointerTo(w.shape(t.Elem()))
	case *types.Slice:
		return reflect.SliceOf(w.shape(t.Elem()))
	case *types.Map:
		return reflect.MapOf(w.shape(t.Key()), w.shape(t.Elem()))
	case *types.Chan:
		return reflect.ChanOf(chanDirs[t.Dir()], w.shape(t.Elem()))
	case *types.Signature:
		return w.makeFunc(t, w.shape)
	}
	return w.shape(t)
}

var chanDirs = map[types.ChanDir]reflect.ChanDir{types.SendRecv: reflect.BothDir, types.SendOnly: reflect.SendDir, types.RecvOnly: reflect.RecvDir}

func (w *world) makeFunc(t *types.Signature, part func(types.Type) reflect.Type) reflect.Type {
	var in, out []reflect.Type
	for v := range t.Params().Variables() {
		in = append(in, part(v.Type()))
	}
	for v := range t.Results().Variables() {
		out = append(out, part(v.Type()))
	}
	return reflect.FuncOf(in, out, t.Variadic())
}

// shape is rtype, but where the type contains one that is being made, the
// nearest pointer, slice, map, channel or function around that is one of the
// same shape, that the garbage collector treats alike. Who reads a value from
// there looks at it with the right type: see fix.
func (w *world) shape(t types.Type) reflect.Type {
	if !w.mentionsOpen(t, nil) {
		return w.rtype(t)
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer, *types.Map, *types.Chan, *types.Signature:
		return reflect.TypeFor[unsafe.Pointer]()
	case *types.Slice:
		return reflect.TypeFor[[]unsafe.Pointer]()
	case *types.Interface:
		return w.rtype(t)
	case *types.Array:
		return reflect.ArrayOf(int(u.Len()), w.shape(u.Elem()))
	case *types.Struct:
		if _, ok := t.(*types.Named); ok {
			return w.rtype(t)
		}
		return w.makeStruct(u, nil)
	}
	return w.rtype(t)
}

// mentionsOpen reports whether t contains a type that is being made.
func (w *world) mentionsOpen(t types.Type, seen []types.Type) bool {
	t = types.Unalias(t)
	switch u := t.(type) {
	case *types.Named:
		for _, o := range w.open[u.Obj()] {
			if types.Identical(o, u) {
				return true
			}
		}
		if _, ok := w.native(u); ok {
			return false
		}
		for _, s := range seen {
			if s == t {
				return false
			}
		}
		return w.mentionsOpen(u.Underlying(), append(seen, t))
	case *types.Pointer:
		return w.mentionsOpen(u.Elem(), seen)
	case *types.Slice:
		return w.mentionsOpen(u.Elem(), seen)
	case *types.Array:
		return w.mentionsOpen(u.Elem(), seen)
	case *types.Map:
		return w.mentionsOpen(u.Key(), seen) || w.mentionsOpen(u.Elem(), seen)
	case *types.Chan:
		return w.mentionsOpen(u.Elem(), seen)
	case *types.Signature:
		for v := range u.Params().Variables() {
			if w.mentionsOpen(v.Type(), seen) {
				return true
			}
		}
		for v := range u.Results().Variables() {
			if w.mentionsOpen(v.Type(), seen) {
				return true
			}
		}
	case *types.Struct:
		for f := range u.Fields() {
			if w.mentionsOpen(f.Type(), seen) {
				return true
			}
		}
	}
	return false
}

// makeStruct makes a struct type; that of a name is unlike any other.
func (w *world) makeStruct(t *types.Struct, name *types.Named) reflect.Type {
	fields := make([]reflect.StructField, t.NumFields())
	for i := range fields {
		v := t.Field(i)
		f := reflect.StructField{Name: v.Name(), Type: w.shape(v.Type()), Tag: reflect.StructTag(t.Tag(i)), Anonymous: v.Embedded()}
		if !v.Exported() {
			f.PkgPath = v.Pkg().Path()
			if f.PkgPath == w.main {
				f.PkgPath = "main" // as the compiler calls it
			}
		}
		fields[i] = f
	}
	if name != nil && len(fields) > 0 {
		w.marks++
		mark := "shell:" + strconv.Quote(name.Obj().Name()+"·"+strconv.Itoa(w.marks))
		fields[0].Tag = reflect.StructTag(strings.TrimSpace(string(fields[0].Tag) + " " + mark))
	}
	r := structOf(fields)
	if name != nil && len(fields) > 0 {
		w.structs.Store(r, name)
	}
	return r
}

// structOf makes a struct type. Reflection refuses some embedded fields with
// methods: then they are plain ones, since promotion is the checker's business.
func structOf(fields []reflect.StructField) (r reflect.Type) {
	defer func() {
		if recover() != nil {
			plain := make([]reflect.StructField, len(fields))
			for i, f := range fields {
				f.Anonymous = false
				plain[i] = f
			}
			r = reflect.StructOf(plain)
		}
	}()
	return reflect.StructOf(fields)
}

// lossy reports whether reflection cannot tell a type from another: then a
// value of it goes into an interface in a box.
func (w *world) lossy(t types.Type) bool { return w.isLossy(t, 0) }

func (w *world) isLossy(t types.Type, depth int) bool {
	if depth > 20 {
		return false
	}
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		if n, ours := w.ours(t); ours {
			st, ok := n.Underlying().(*types.Struct)
			return !ok || st.NumFields() == 0
		}
	case *types.Pointer:
		return w.isLossy(t.Elem(), depth+1)
	case *types.Slice:
		return w.isLossy(t.Elem(), depth+1)
	case *types.Array:
		return w.isLossy(t.Elem(), depth+1)
	case *types.Chan:
		return w.isLossy(t.Elem(), depth+1)
	case *types.Map:
		return w.isLossy(t.Key(), depth+1) || w.isLossy(t.Elem(), depth+1)
	case *types.Signature:
		for v := range t.Params().Variables() {
			if w.isLossy(v.Type(), depth+1) {
				return true
			}
		}
		for v := range t.Results().Variables() {
			if w.isLossy(v.Type(), depth+1) {
				return true
			}
		}
	case *types.Struct:
		for f := range t.Fields() {
			if w.isLossy(f.Type(), depth+1) {
				return true
			}
		}
	case *types.Interface:
		return depth > 0 && t.NumMethods() > 0
	}
	return false
}

// learn reads off a type and what it is in memory what the named types within
// are: of those that a package does not export, or that nobody has registered.
func (w *world) learn(t types.Type, r reflect.Type) {
	t = types.Unalias(t)
	if r == nil || w.seen[learnedPair{t, r}] {
		return
	}
	w.seen[learnedPair{t, r}] = true
	switch t := t.(type) {
	case *types.Named:
		if t.Obj().Pkg() == nil || w.declared[t.Obj()] || r.Name() == "" {
			return
		}
		if _, ok := w.native(t); !ok {
			w.learned[t.Obj().Pkg().Path()+"."+nameKey(t)] = r
		}
		if st, ok := t.Underlying().(*types.Struct); ok && r.Kind() == reflect.Struct && st.NumFields() == r.NumField() {
			for i := range st.NumFields() {
				if st.Field(i).Exported() {
					w.learn(st.Field(i).Type(), r.Field(i).Type)
				}
			}
		}
	case *types.Pointer:
		w.learnElem(t.Elem(), r, reflect.Pointer)
	case *types.Slice:
		w.learnElem(t.Elem(), r, reflect.Slice)
	case *types.Array:
		w.learnElem(t.Elem(), r, reflect.Array)
	case *types.Chan:
		w.learnElem(t.Elem(), r, reflect.Chan)
	case *types.Map:
		if r.Kind() == reflect.Map {
			w.learn(t.Key(), r.Key())
			w.learn(t.Elem(), r.Elem())
		}
	case *types.Signature:
		if r.Kind() != reflect.Func || r.NumIn() != t.Params().Len() || r.NumOut() != t.Results().Len() {
			return
		}
		for i := range r.NumIn() {
			w.learn(t.Params().At(i).Type(), r.In(i))
		}
		for i := range r.NumOut() {
			w.learn(t.Results().At(i).Type(), r.Out(i))
		}
	}
}

func (w *world) learnElem(t types.Type, r reflect.Type, k reflect.Kind) {
	if r.Kind() == k {
		w.learn(t, r.Elem())
	}
}

// typeOf finds the checker's type of a compiled one.
func (w *world) typeOf(r reflect.Type, imp types.Importer, main *types.Package) (types.Type, error) {
	if r.Name() != "" && r.PkgPath() != "" {
		name, _, generic := strings.Cut(r.Name(), "[")
		path := r.PkgPath()
		pkg := main
		if path != "main" && path != main.Path() {
			var err error
			if pkg, err = imp.Import(path); err != nil {
				return nil, err
			}
		}
		tn, ok := pkg.Scope().Lookup(name).(*types.TypeName)
		if !ok || generic {
			return nil, errors.New("the type " + r.String() + " has no name here")
		}
		w.learn(tn.Type(), r)
		return tn.Type(), nil
	}
	elem := func() (types.Type, error) { return w.typeOf(r.Elem(), imp, main) }
	switch r.Kind() {
	case reflect.Pointer:
		t, err := elem()
		return types.NewPointer(orInvalid(t)), err
	case reflect.Slice:
		t, err := elem()
		return types.NewSlice(orInvalid(t)), err
	case reflect.Map:
		k, err := w.typeOf(r.Key(), imp, main)
		if err != nil {
			return nil, err
		}
		t, err := elem()
		return types.NewMap(k, orInvalid(t)), err
	}
	if r == errorType {
		return types.Universe.Lookup("error").Type(), nil
	}
	for k, b := range basics {
		if b == r && k != types.UntypedNil && (k < types.UntypedBool) {
			return types.Typ[k], nil
		}
	}
	if r == anyType {
		return types.Universe.Lookup("any").Type(), nil
	}
	return nil, errors.New("the type " + r.String() + " has no name here")
}

func orInvalid(t types.Type) types.Type {
	if t == nil {
		return types.Typ[types.Invalid]
	}
	return t
}

// fix gives a value that was stored as something of the same shape its type.
func fix(v reflect.Value, r reflect.Type) reflect.Value {
	if v.Type() == r {
		return v
	}
	if !v.CanAddr() {
		v = addressable(v)
	}
	return reflect.NewAt(r, unsafe.Pointer(v.UnsafeAddr())).Elem() //nolint:gosec // the same shape: see shape
}

// addressable returns v, or a copy of it, in memory that can be changed.
func addressable(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return v
	}
	n := reflect.New(v.Type()).Elem()
	n.Set(v)
	return n
}

// dup returns a copy of v that nobody else changes.
func dup(v reflect.Value) reflect.Value {
	if !v.IsValid() || !v.CanAddr() {
		return v
	}
	n := reflect.New(v.Type()).Elem()
	n.Set(v)
	return n
}
