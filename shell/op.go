package shell

import (
	"go/token"
	"go/types"
	"reflect"
)

// arith compiles an operation on integers; the evaluator's own arithmetic
// panics as Go's does.
func arith[T int64 | uint64](op token.Token, x, y func(*frame) T, k *T) func(*frame) T {
	if k != nil {
		c := *k
		switch op {
		case token.ADD:
			return func(f *frame) T { return x(f) + c }
		case token.SUB:
			return func(f *frame) T { return x(f) - c }
		case token.MUL:
			return func(f *frame) T { return x(f) * c }
		case token.REM:
			return func(f *frame) T { return x(f) % c }
		}
	}
	switch op {
	case token.ADD:
		return func(f *frame) T { return x(f) + y(f) }
	case token.SUB:
		return func(f *frame) T { return x(f) - y(f) }
	case token.MUL:
		return func(f *frame) T { return x(f) * y(f) }
	case token.QUO:
		return func(f *frame) T { a := x(f); return a / y(f) }
	case token.REM:
		return func(f *frame) T { a := x(f); return a % y(f) }
	case token.AND:
		return func(f *frame) T { return x(f) & y(f) }
	case token.OR:
		return func(f *frame) T { return x(f) | y(f) }
	case token.XOR:
		return func(f *frame) T { return x(f) ^ y(f) }
	case token.AND_NOT:
		return func(f *frame) T { return x(f) &^ y(f) }
	}
	unsupported("the operator %v", op)
	return nil
}

func compare[T int64 | uint64 | float64 | string](op token.Token, x, y func(*frame) T, k *T) func(*frame) bool {
	if k != nil {
		c := *k
		switch op {
		case token.LSS:
			return func(f *frame) bool { return x(f) < c }
		case token.GTR:
			return func(f *frame) bool { return x(f) > c }
		case token.EQL:
			return func(f *frame) bool { return x(f) == c }
		}
	}
	switch op {
	case token.EQL:
		return func(f *frame) bool { return x(f) == y(f) }
	case token.NEQ:
		return func(f *frame) bool { return x(f) != y(f) }
	case token.LSS:
		return func(f *frame) bool { return x(f) < y(f) }
	case token.LEQ:
		return func(f *frame) bool { return x(f) <= y(f) }
	case token.GTR:
		return func(f *frame) bool { return x(f) > y(f) }
	case token.GEQ:
		return func(f *frame) bool { return x(f) >= y(f) }
	}
	unsupported("the operator %v", op)
	return nil
}

// constOf is the value of a constant operand.
func constOf[T any](c code, get func(*frame) T) *T {
	if c.k == nil {
		return nil
	}
	v := get(nil)
	return &v
}

// arithmetic compiles an operation whose operands have the type of its result.
func arithmetic(op token.Token, x, y code, t types.Type, r reflect.Type) code {
	switch classOf(r.Kind()) {
	case 'i':
		yi := y.ints()
		i := arith(op, x.ints(), yi, constOf(y, yi))
		if wrap := wrapInt(r); wrap != nil {
			inner := i
			i = func(f *frame) int64 { return wrap(inner(f)) }
		}
		return intCode(t, r, i)
	case 'u':
		yu := y.uints()
		u := arith(op, x.uints(), yu, constOf(y, yu))
		if wrap := wrapUint(r); wrap != nil {
			inner := u
			u = func(f *frame) uint64 { return wrap(inner(f)) }
		}
		return uintCode(t, r, u)
	case 'f':
		fl := floatOp(op, x.floats(), y.floats())
		if r.Kind() == reflect.Float32 {
			inner := fl
			fl = func(f *frame) float64 { return float64(float32(inner(f))) }
		}
		return floatCode(t, r, fl)
	case 's':
		xs, ys := x.strings(), y.strings()
		return stringCode(t, r, func(f *frame) string { return xs(f) + ys(f) })
	}
	if k := r.Kind(); k == reflect.Complex64 || k == reflect.Complex128 {
		xv, yv := x.v, y.v
		return valueCode(t, r, func(f *frame) reflect.Value {
			v := reflect.New(r).Elem()
			v.SetComplex(complexOp(op, xv(f).Complex(), yv(f).Complex()))
			return v
		})
	}
	unsupported("the operator %v on %v", op, t)
	return code{}
}

func floatOp(op token.Token, x, y func(*frame) float64) func(*frame) float64 {
	switch op {
	case token.ADD:
		return func(f *frame) float64 { return x(f) + y(f) }
	case token.SUB:
		return func(f *frame) float64 { return x(f) - y(f) }
	case token.MUL:
		return func(f *frame) float64 { return x(f) * y(f) }
	case token.QUO:
		return func(f *frame) float64 { return x(f) / y(f) }
	}
	unsupported("the operator %v on a float", op)
	return nil
}

func complexOp(op token.Token, x, y complex128) complex128 {
	switch op {
	case token.ADD:
		return x + y
	case token.SUB:
		return x - y
	case token.MUL:
		return x * y
	}
	return x / y
}

// shift compiles << and >>.
func shift(op token.Token, x, y code, t types.Type, r reflect.Type) code {
	left := op == token.SHL
	if classOf(r.Kind()) == 'u' {
		wrap := wrapUint(r)
		u := shiftBy(left, x.uints(), y)
		if wrap != nil {
			inner := u
			u = func(f *frame) uint64 { return wrap(inner(f)) }
		}
		return uintCode(t, r, u)
	}
	i := shiftBy(left, x.ints(), y)
	if wrap := wrapInt(r); wrap != nil {
		inner := i
		i = func(f *frame) int64 { return wrap(inner(f)) }
	}
	return intCode(t, r, i)
}

func shiftBy[T int64 | uint64](left bool, x func(*frame) T, y code) func(*frame) T {
	if classOf(y.r.Kind()) == 'u' {
		n := y.uints()
		if left {
			return func(f *frame) T { a := x(f); return a << n(f) }
		}
		return func(f *frame) T { a := x(f); return a >> n(f) }
	}
	n := y.ints() // a negative one panics here as anywhere
	if left {
		return func(f *frame) T { a := x(f); return a << n(f) }
	}
	return func(f *frame) T { a := x(f); return a >> n(f) }
}

// comparison compiles == and the like, of operands of one class.
func comparison(op token.Token, x, y code) func(*frame) bool {
	switch classOf(x.r.Kind()) {
	case 'i':
		yi := y.ints()
		return compare(op, x.ints(), yi, constOf(y, yi))
	case 'u':
		yu := y.uints()
		return compare(op, x.uints(), yu, constOf(y, yu))
	case 'f':
		yf := y.floats()
		return compare(op, x.floats(), yf, constOf(y, yf))
	case 's':
		ys := y.strings()
		return compare(op, x.strings(), ys, constOf(y, ys))
	case 'b':
		xb, yb := x.bools(), y.bools()
		if op == token.EQL {
			return func(f *frame) bool { return xb(f) == yb(f) }
		}
		return func(f *frame) bool { return xb(f) != yb(f) }
	}
	return nil
}
