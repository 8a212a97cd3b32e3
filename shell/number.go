package shell

import (
	"go/constant"
	"math"
	"reflect"
)

func floatBits(f float64) uint64 { return math.Float64bits(f) }
func bitsFloat(b uint64) float64 { return math.Float64frombits(b) }

func boolBits(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// classOf is how an expression of a kind can be computed without reflection.
func classOf(k reflect.Kind) byte {
	switch k {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return 'i'
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return 'u'
	case reflect.Float32, reflect.Float64:
		return 'f'
	case reflect.Bool:
		return 'b'
	case reflect.String:
		return 's'
	}
	return 0
}

func makeInt(r reflect.Type, i int64) reflect.Value {
	if r == intType {
		return reflect.ValueOf(int(i))
	}
	v := reflect.New(r).Elem()
	v.SetInt(i)
	return v
}

func makeUint(r reflect.Type, u uint64) reflect.Value {
	v := reflect.New(r).Elem()
	v.SetUint(u)
	return v
}

func makeFloat(r reflect.Type, f float64) reflect.Value {
	v := reflect.New(r).Elem()
	v.SetFloat(f)
	return v
}

func makeBool(r reflect.Type, b bool) reflect.Value {
	if r == boolType {
		return reflect.ValueOf(b)
	}
	v := reflect.New(r).Elem()
	v.SetBool(b)
	return v
}

func makeString(r reflect.Type, s string) reflect.Value {
	v := reflect.New(r).Elem()
	v.SetString(s)
	return v
}

// makeConst makes the value of a constant, of a type that can hold it.
func makeConst(c constant.Value, r reflect.Type) reflect.Value {
	v := reflect.New(r).Elem()
	switch classOf(r.Kind()) {
	case 'b':
		v.SetBool(constant.BoolVal(c))
	case 's':
		if c.Kind() == constant.Int {
			i, _ := constant.Int64Val(c)
			v.SetString(string(rune(i)))
			break
		}
		v.SetString(constant.StringVal(c))
	case 'i':
		i, _ := constant.Int64Val(constant.ToInt(c))
		v.SetInt(i)
	case 'u':
		u, _ := constant.Uint64Val(constant.ToInt(c))
		v.SetUint(u)
	case 'f':
		f, _ := constant.Float64Val(constant.ToFloat(c))
		v.SetFloat(f)
	default:
		switch r.Kind() {
		case reflect.Complex64, reflect.Complex128:
			c = constant.ToComplex(c)
			re, _ := constant.Float64Val(constant.Real(c))
			im, _ := constant.Float64Val(constant.Imag(c))
			v.SetComplex(complex(re, im))
		default:
			unsupported("a constant of type %v", r)
		}
	}
	return v
}

// wrapInt cuts a result to the size of its type; nil for 64 bits.
func wrapInt(r reflect.Type) func(int64) int64 {
	switch r.Bits() {
	case 8:
		return func(i int64) int64 { return int64(int8(i)) }
	case 16:
		return func(i int64) int64 { return int64(int16(i)) }
	case 32:
		return func(i int64) int64 { return int64(int32(i)) }
	}
	return nil
}

func wrapUint(r reflect.Type) func(uint64) uint64 {
	switch r.Bits() {
	case 8:
		return func(i uint64) uint64 { return uint64(uint8(i)) }
	case 16:
		return func(i uint64) uint64 { return uint64(uint16(i)) }
	case 32:
		return func(i uint64) uint64 { return uint64(uint32(i)) }
	}
	return nil
}
