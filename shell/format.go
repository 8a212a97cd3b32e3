package shell

import (
	"cmp"
	"fmt"
	"go/types"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what is printed of one value.
const (
	maxElements = 100
	maxDeep     = 12
)

// Format returns a value as a session prints it: the text of one that has a
// String method, also where a pointer to it has; quoted strings; lists with
// commas; the fields of structs with their names.
func Format(v any) string { return formatter{}.value(reflect.ValueOf(v), nil) }

type formatter struct {
	s    *Session // nil: no types but compiled ones
	deep int
	seen []uintptr
}

func errorText(err error) (text string) {
	defer func() {
		if recover() != nil {
			text = fmt.Sprintf("%T", err)
		}
	}()
	return printable(err.Error())
}

// printable is a text with what a terminal would obey, and nobody would see,
// as it is written in a string of Go.
func printable(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		if r == '\n' || r == '\t' || unicode.IsGraphic(r) && (r != utf8.RuneError || n > 1) {
			b.WriteString(text[:n])
		} else {
			q := strconv.Quote(text[:n])
			b.WriteString(q[1 : len(q)-1])
		}
		text = text[n:]
	}
	return b.String()
}

// outcome finds the fields Error and RowsAffected of what a database call
// returns.
func outcome(v reflect.Value) (failure, rows reflect.Value, ok bool) {
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return failure, rows, false
	}
	failure, rows = v.Elem().FieldByName("Error"), v.Elem().FieldByName("RowsAffected")
	ok = failure.IsValid() && rows.IsValid() && failure.Type() == errorType && rows.Kind() == reflect.Int64
	return failure, rows, ok
}

func (f formatter) value(v reflect.Value, t types.Type) string {
	for v.IsValid() && v.Kind() == reflect.Interface {
		v, t = v.Elem(), nil
	}
	if !v.IsValid() {
		return "nil"
	}
	if v.Kind() == reflect.Struct && v.CanInterface() {
		if a, ok := v.Interface().(adapter); ok {
			b := a.shellBox()
			return formatter{s: b.t.s, deep: f.deep, seen: f.seen}.value(reflect.ValueOf(b.v), b.t.t)
		}
	}
	if nilable(v) && v.IsNil() {
		switch v.Kind() {
		case reflect.Slice:
			return "[]"
		case reflect.Map:
			return "map[]"
		}
		return "nil"
	}
	if f.deep > maxDeep {
		return "…"
	}
	f.deep++
	if text, ok := f.text(v, t); ok {
		return printable(text)
	}
	if text, ok := handle(v); ok {
		return text
	}
	if e, rows, ok := outcome(v); ok {
		text := "<nil>"
		if err, ok := e.Interface().(error); ok && err != nil {
			text = errorText(err)
		}
		return fmt.Sprintf("%v{RowsAffected: %d, Error: %s}", v.Type(), rows.Int(), text)
	}
	return f.kind(v, t)
}

func nilable(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return true
	}
	return false
}

// text is what the value says of itself.
func (f formatter) text(v reflect.Value, t types.Type) (text string, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	if f.s != nil {
		if t == nil {
			if n, found := f.s.w.structs.Load(v.Type()); found {
				t = n.(*types.Named)
			}
		}
		if t != nil {
			if _, ours := f.s.w.ours(base(t)); ours {
				return f.ownText(v, t)
			}
		}
	}
	if !v.CanInterface() {
		return "", false
	}
	switch x := v.Interface().(type) {
	case error:
		return x.Error(), true
	case fmt.Stringer:
		return x.String(), true
	}
	if v.Kind() != reflect.Pointer {
		if x, ok := addressable(v).Addr().Interface().(fmt.Stringer); ok {
			return x.String(), true
		}
	}
	return "", false
}

func base(t types.Type) types.Type {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// ownText is text for a type of the shell's.
func (f formatter) ownText(v reflect.Value, t types.Type) (string, bool) {
	for _, name := range []string{"Error", "String"} {
		of := t
		if !f.s.hasMethod(of, name) {
			if of = types.NewPointer(t); !f.s.hasMethod(of, name) {
				continue
			}
			v = addressable(v).Addr()
		}
		b := box{f.s.boxTypeLocked(of), v.Interface()}
		return b.text(name)
	}
	return "", false
}

func (f formatter) kind(v reflect.Value, t types.Type) string {
	var under types.Type
	if t != nil {
		under = t.Underlying()
	}
	switch v.Kind() {
	case reflect.String:
		return fmt.Sprintf("%q", v.String())
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
			return fmt.Sprintf("%q", v.Bytes())
		}
		return f.elements(v, elemOf(under))
	case reflect.Map:
		return f.entries(v, under)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		return v.Type().String()
	case reflect.Pointer:
		if slices.Contains(f.seen, v.Pointer()) {
			return "&…"
		}
		f.seen = append(slices.Clip(f.seen), v.Pointer())
		return "&" + f.part(v.Elem(), elemOf(under))
	case reflect.Struct:
		return f.fields(v, t)
	}
	return fmt.Sprintf("%v", v)
}

// part prints what is within a value, where it may be a stand-in of its type.
func (f formatter) part(v reflect.Value, t types.Type) string {
	if t != nil && f.s != nil {
		if r, ok := f.s.knownType(t); ok && r != v.Type() && r.Size() == v.Type().Size() && v.CanInterface() {
			v = fix(v, r)
		}
	}
	return f.value(v, t)
}

func elemOf(t types.Type) types.Type {
	switch t := t.(type) {
	case *types.Slice:
		return t.Elem()
	case *types.Array:
		return t.Elem()
	case *types.Pointer:
		return t.Elem()
	}
	return nil
}

func (f formatter) elements(v reflect.Value, t types.Type) string {
	var out []string
	for i := range min(v.Len(), maxElements) {
		out = append(out, f.part(v.Index(i), t))
	}
	if n := v.Len() - maxElements; n > 0 {
		out = append(out, fmt.Sprintf("… and %d more", n))
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func (f formatter) entries(v reflect.Value, t types.Type) string {
	var kt, et types.Type
	if m, ok := t.(*types.Map); ok {
		kt, et = m.Key(), m.Elem()
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, compareKeys)
	var out []string
	for i, k := range keys {
		if i == maxElements {
			out = append(out, fmt.Sprintf("… and %d more", len(keys)-i))
			break
		}
		out = append(out, f.part(k, kt)+": "+f.part(v.MapIndex(k), et))
	}
	return "map[" + strings.Join(out, ", ") + "]"
}

func compareKeys(a, b reflect.Value) int {
	if a.Kind() == reflect.Interface {
		a, b = a.Elem(), b.Elem()
	}
	if a.IsValid() && b.IsValid() && a.Kind() == b.Kind() {
		switch classOf(a.Kind()) {
		case 'i':
			return cmp.Compare(a.Int(), b.Int())
		case 'u':
			return cmp.Compare(a.Uint(), b.Uint())
		case 'f':
			return cmp.Compare(a.Float(), b.Float())
		case 's':
			return cmp.Compare(a.String(), b.String())
		}
	}
	return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b))
}

func (f formatter) fields(v reflect.Value, t types.Type) string {
	name := v.Type().String()
	var st *types.Struct
	if f.s != nil {
		if n, ok := f.s.w.structs.Load(v.Type()); ok && t == nil {
			t = n.(*types.Named)
		}
		if n, ours := f.s.w.ours(orInvalid(t)); ours {
			name = f.s.typeName(n)
			st, _ = n.Underlying().(*types.Struct)
		}
	}
	if strings.HasPrefix(name, "struct {") {
		name = ""
	}
	v = addressable(v)
	var out []string
	for i := range v.NumField() {
		sf := v.Type().Field(i)
		r := sf.Type
		var ft types.Type
		if st != nil {
			ft = st.Field(i).Type()
			if known, ok := f.s.knownType(ft); ok {
				r = known
			}
		}
		if sf.Name == "_" {
			continue
		}
		out = append(out, sf.Name+": "+f.value(fieldAt(v, sf.Offset, r), ft))
	}
	return name + "{" + strings.Join(out, ", ") + "}"
}

// knownType is rtype, for code that runs.
func (s *Session) knownType(t types.Type) (reflect.Type, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.w.cache[types.Unalias(t)]
	if !ok {
		defer func() { _ = recover() }() // a type that is not linked is printed as it is stored
		r = s.w.rtype(t)
		ok = r != nil
	}
	return r, ok
}
