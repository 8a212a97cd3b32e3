package shell

import (
	"fmt"
	"go/token"
	"go/types"
	"reflect"
	"sync"
	"sync/atomic"
)

// A signal is how a statement ended: it went on, it returned, or it jumps. A
// target has a number of its own, and with it one signal for each way to go
// there.
type signal int32

const (
	next signal = iota
	returned
	fellThrough
	firstTarget
)

func (t signal) breaks() signal    { return t }
func (t signal) continues() signal { return t + 1 }
func (t signal) jumps() signal     { return t + 2 }

type exec func(*frame) signal

// A run is one evaluation, with the goroutines that it has started.
type run struct {
	s    *Session
	stop atomic.Bool
	done chan struct{} // closed with stop
	once sync.Once
	live atomic.Int32 // goroutines
}

func newRun(s *Session) *run { return &run{s: s, done: make(chan struct{})} }

func (r *run) interrupt() { r.once.Do(func() { r.stop.Store(true); close(r.done) }) }

// stopped is what an interrupted evaluation panics with.
type stopped struct{}

func (stopped) Error() string { return "interrupted" }

// A thread is a goroutine of a run.
type thread struct {
	run *run
	cur *frame // of the innermost call: where a panic came from
}

func (t *thread) check() {
	if t.run.stop.Load() {
		panic(stopped{})
	}
}

// maxDepth ends a recursion that has no end, long before Go ends the process.
const maxDepth = 60_000

// A frame holds the variables of one call. Integers, booleans and floats that
// nobody else can see are in n; everything else is in v, addressable. A closure
// copies the cells of what it captures, so a frame is free after its call.
type frame struct {
	v      []reflect.Value
	n      []uint64
	th     *thread
	depth  int32
	pos    token.Pos
	caller *frame
	defers []func(*panicking)
	caught *panicking // that of the call that has deferred this one
}

// panicking is a panic on its way through deferred calls.
type panicking struct {
	value     any
	recovered bool
}

// A variable is a place in a frame, or one of the session.
type variable struct {
	obj    types.Object
	t      types.Type
	r      reflect.Type
	class  byte           // of n: 'i', 'u', 'f', 'b'; 0 is v
	shared bool           // a closure or a pointer may see it: each declaration makes a new one
	global *reflect.Value // of the session
	index  int
}

// A function is compiled code with the layout of its frames.
type function struct {
	name     string
	sig      *types.Signature // without type parameters
	r        reflect.Type     // without receiver
	params   []*variable      // the receiver first
	results  []*variable
	captured []*variable // places in its own frame
	own      []*variable // that need a cell in each frame
	nv, nn   int
	body     exec
	defers   bool
	active   atomic.Int32 // calls from compiled code under way
	pool     sync.Pool
}

func (f *function) enter(caller *frame, th *thread) *frame {
	fr, _ := f.pool.Get().(*frame)
	if fr == nil {
		fr = &frame{n: make([]uint64, f.nn), v: make([]reflect.Value, f.nv)}
		for _, x := range f.own {
			fr.v[x.index] = reflect.New(x.r).Elem()
		}
	}
	fr.th, fr.caller = th, caller
	if caller != nil {
		if fr.depth = caller.depth + 1; fr.depth > maxDepth {
			panic(fmt.Errorf("stack overflow: %s is %d calls deep", f.name, maxDepth))
		}
	} else {
		fr.depth = 0
	}
	for _, x := range f.results {
		x.reset(fr)
	}
	return fr
}

// leave gives the frame back. It is not called after a panic.
func (f *function) leave(fr *frame) {
	fr.th.cur = fr.caller
	fr.defers, fr.caught, fr.caller = nil, nil, nil
	f.pool.Put(fr)
}

// call runs the body; parameters are set, results are in the frame after it.
func (f *function) call(fr *frame) {
	fr.th.cur = fr // not before: what fails in an argument is at the call
	if fr.th.run.stop.Load() {
		panic(stopped{})
	}
	if f.defers {
		f.callDeferring(fr)
		return
	}
	f.body(fr)
}

func (f *function) callDeferring(fr *frame) {
	ended := false
	defer func() {
		var p *panicking
		if !ended {
			if v := recover(); v != nil { // nil: the goroutine exits
				p = &panicking{value: v}
			}
		}
		fr.unwind(p)
	}()
	f.body(fr)
	ended = true
}

// unwind runs the deferred calls, the last one first, and goes on panicking
// when nobody has recovered.
func (fr *frame) unwind(p *panicking) {
	for len(fr.defers) > 0 {
		d := fr.defers[len(fr.defers)-1]
		fr.defers = fr.defers[:len(fr.defers)-1]
		if q := protect(func() { d(p) }); q != nil {
			p = q
		}
	}
	if p != nil && !p.recovered {
		panic(p.value)
	}
	fr.th.cur = fr
}

func protect(f func()) (p *panicking) {
	ended := false
	defer func() {
		if !ended {
			if v := recover(); v != nil {
				p = &panicking{value: v}
			}
		}
	}()
	f()
	ended = true
	return nil
}

// reset makes the variable anew, as its declaration does.
func (x *variable) reset(f *frame) {
	switch {
	case x.class != 0:
		f.n[x.index] = 0
	case x.shared:
		f.v[x.index] = reflect.New(x.r).Elem()
	default:
		f.v[x.index].SetZero()
	}
}

// set gives the variable a value, as an assignment does.
func (x *variable) set(f *frame, v reflect.Value) {
	switch x.class {
	case 'i':
		f.n[x.index] = uint64(v.Int())
	case 'u':
		f.n[x.index] = v.Uint()
	case 'f':
		f.n[x.index] = floatBits(v.Float())
	case 'b':
		f.n[x.index] = boolBits(v.Bool())
	default:
		if x.global != nil {
			x.global.Set(v)
			return
		}
		f.v[x.index].Set(v)
	}
}

// declare makes the variable anew with a value.
func (x *variable) declare(f *frame, v reflect.Value) {
	if x.class == 0 && x.shared && x.global == nil {
		n := reflect.New(x.r).Elem()
		n.Set(v)
		f.v[x.index] = n
		return
	}
	x.set(f, v)
}

// get returns the variable: its cell where it has one.
func (x *variable) get(f *frame) reflect.Value {
	if x.global != nil {
		return *x.global
	}
	switch x.class {
	case 'i':
		return makeInt(x.r, int64(f.n[x.index]))
	case 'u':
		return makeUint(x.r, f.n[x.index])
	case 'f':
		return makeFloat(x.r, bitsFloat(f.n[x.index]))
	case 'b':
		return makeBool(x.r, f.n[x.index] != 0)
	}
	return f.v[x.index]
}

// A closure is a function with the cells of what it captures.
type closure struct {
	f     *function
	cells []reflect.Value
}

// value makes what compiled code can call. The frames of such calls have no
// caller; the evaluation in the foreground is what stops them.
func (c closure) value(s *Session) reflect.Value {
	f := c.f
	return reflect.MakeFunc(f.r, func(args []reflect.Value) []reflect.Value {
		return c.invoke(&thread{run: s.current()}, nil, args)
	})
}

// invoke calls the closure with values; a variadic one gets a slice.
func (c closure) invoke(th *thread, caught *panicking, args []reflect.Value) []reflect.Value {
	f := c.f
	if f.active.Add(1) > maxDepth/4 {
		f.active.Add(-1)
		panic(fmt.Errorf("stack overflow: %s is %d calls deep", f.name, maxDepth/4))
	}
	defer f.active.Add(-1)
	fr := f.enter(nil, th)
	fr.caught = caught
	for i, x := range f.captured {
		fr.v[x.index] = c.cells[i]
	}
	for i, x := range f.params {
		x.declare(fr, args[i])
	}
	f.call(fr)
	var out []reflect.Value
	if len(f.results) > 0 {
		out = make([]reflect.Value, len(f.results))
		for i, x := range f.results {
			out[i] = dup(x.get(fr))
		}
	}
	f.leave(fr)
	return out
}
