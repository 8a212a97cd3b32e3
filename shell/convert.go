package shell

import (
	"fmt"
	"go/types"
	"reflect"
)

// convert makes of a value what a place of type t takes, as an assignment does.
func (c *compiler) convert(x code, t types.Type) code {
	if x.n {
		r := c.rtype(t)
		zero := reflect.Zero(r)
		return valueCode(t, r, func(*frame) reflect.Value { return zero })
	}
	if x.v == nil {
		unsupported("several values as one")
	}
	if types.IsInterface(t) {
		return c.toInterface(x, t)
	}
	r := c.rtype(t)
	if x.r == r {
		x.t = t
		return x
	}
	if x.k != nil {
		return constCode(t, r, x.k)
	}
	if classOf(r.Kind()) != 0 && r.Kind() == x.r.Kind() {
		return x.as(t, r)
	}
	v := x.v
	if x.r.ConvertibleTo(r) {
		return valueCode(t, r, func(f *frame) reflect.Value { return v(f).Convert(r) })
	}
	if x.r.Kind() == r.Kind() && x.r.Size() == r.Size() { // parts of it are stand-ins
		return valueCode(t, r, func(f *frame) reflect.Value { return fix(dup(v(f)), r) })
	}
	unsupported("%v as %v", x.t, t)
	return code{}
}

// conversion compiles T(x).
func (c *compiler) conversion(x code, t types.Type) code {
	if x.n || types.IsInterface(t) {
		return c.convert(x, t)
	}
	r := c.rtype(t)
	from, to := classOf(x.r.Kind()), classOf(r.Kind())
	switch {
	case x.k != nil && from == to && from != 'i' && from != 'u':
		return constCode(t, r, x.k)
	case r.Kind() == reflect.UnsafePointer || x.r.Kind() == reflect.UnsafePointer:
		return unsafeConversion(x, t, r)
	case from == to && from != 0 && x.r == r:
		return x.as(t, r)
	case to == 'i' && from != 0 && from != 's' && from != 'b':
		return intCode(t, r, wrapped(wrapInt(r), toNumber[int64](x, from)))
	case to == 'u' && from != 0 && from != 's' && from != 'b':
		return uintCode(t, r, wrapped(wrapUint(r), toNumber[uint64](x, from)))
	case to == 'f' && from != 0:
		fl := toNumber[float64](x, from)
		if r.Kind() == reflect.Float32 {
			inner := fl
			fl = func(f *frame) float64 { return float64(float32(inner(f))) }
		}
		return floatCode(t, r, fl)
	case from == to && from != 0:
		return x.as(t, r)
	}
	v := x.v
	if x.r == r {
		x.t = t
		return x
	}
	if !x.r.ConvertibleTo(r) {
		return c.convert(x, t)
	}
	if x.r.Kind() == reflect.Slice && (r.Kind() == reflect.Array || r.Kind() == reflect.Pointer) {
		v = longEnough(v, t)
	}
	return valueCode(t, r, func(f *frame) reflect.Value { return v(f).Convert(r) })
}

// longEnough checks a slice that becomes an array, or a pointer to one.
func longEnough(v operand, t types.Type) operand {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	n := int(t.Underlying().(*types.Array).Len())
	return func(f *frame) reflect.Value {
		list := v(f)
		if list.Len() < n {
			panic(runtimeError(fmt.Sprintf("cannot convert slice with length %d to array or pointer to array with length %d", list.Len(), n)))
		}
		return list
	}
}

func wrapped[T any](wrap func(T) T, x func(*frame) T) func(*frame) T {
	if wrap == nil {
		return x
	}
	return func(f *frame) T { return wrap(x(f)) }
}

// toNumber returns a number of one class as one of another.
func toNumber[T int64 | uint64 | float64](x code, class byte) func(*frame) T {
	switch class {
	case 'i':
		return cast[int64, T](x.ints())
	case 'u':
		return cast[uint64, T](x.uints())
	}
	return cast[float64, T](x.floats())
}

func cast[From, To int64 | uint64 | float64](x func(*frame) From) func(*frame) To {
	if same, ok := any(x).(func(*frame) To); ok {
		return same
	}
	return func(f *frame) To { return To(x(f)) }
}

// unsafeConversion is to or from an unsafe.Pointer.
func unsafeConversion(x code, t types.Type, r reflect.Type) code {
	v := x.v
	switch {
	case x.r == r:
		return x.as(t, r)
	case x.r.Kind() == reflect.Pointer:
		return valueCode(t, r, func(f *frame) reflect.Value { return reflect.ValueOf(v(f).UnsafePointer()) })
	case r.Kind() == reflect.Pointer:
		return valueCode(t, r, func(f *frame) reflect.Value { return reflect.NewAt(r.Elem(), v(f).UnsafePointer()) })
	case r.Kind() == reflect.Uintptr:
		return uintCode(t, r, func(f *frame) uint64 { return uint64(uintptr(v(f).UnsafePointer())) })
	}
	unsupported("a number as an unsafe.Pointer")
	return code{}
}
