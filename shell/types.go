package shell

import (
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

// A notLinkedError is about a type or a name of the program that the linker has left out.
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
		n, ours := w.ours(t)
		st, ok := n.Underlying().(*types.Struct)
		return ours && (!ok || st.NumFields() == 0)
	case *types.Interface:
		return depth > 0 && t.NumMethods() > 0
	default:
		return inside(t, func(part types.Type) bool { return w.isLossy(part, depth+1) })
	}
}
