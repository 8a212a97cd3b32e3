package shell

import (
	"reflect"
	"sync"
)

// A Package is what the program offers of one package: what was compiled and
// linked, as values that reflection can call and change.
type Package struct {
	// Values are the functions, and the variables as addressable values.
	Values map[string]reflect.Value
	// Types are the named types. An instance of a generic type has its
	// arguments in its name, each with the path of its package:
	// "Page[shop/models.Product]".
	Types map[string]reflect.Type
	// Methods are method expressions of unexported methods, as "Type.method",
	// which reflection alone would not find.
	Methods map[string]reflect.Value
}

// A Table holds the packages of a program. It is filled by generated code,
// before a session is made, and may then be used by several sessions.
type Table struct {
	mu      sync.Mutex
	load    map[string]func() Package
	loaded  map[string]Package
	adapter map[reflect.Type]Adapter
}

// Add says how to get at a package. load is called once, when the package is
// first needed.
func (t *Table) Add(path string, load func() Package) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.load == nil {
		t.load = map[string]func() Package{}
	}
	t.load[path] = load
}

// has reports whether a package is linked.
func (t *Table) has(path string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.load[path] != nil
}

func (t *Table) get(path string) Package {
	t.mu.Lock()
	defer t.mu.Unlock()
	p, ok := t.loaded[path]
	if ok || t.load[path] == nil {
		return p
	}
	if t.loaded == nil {
		t.loaded = map[string]Package{}
	}
	p = t.load[path]()
	t.loaded[path] = p
	return p
}

// A Manifest says where the compiler has left what it knows of the program's
// packages.
type Manifest struct {
	// Main is the import path of package main: inputs are checked as if they
	// were a part of it.
	Main string
	// Dir and Files are the source of package main.
	Dir   string
	Files []string
	// Exports are the files with export data, by import path. They must have
	// been written by the Go that has compiled the program.
	Exports map[string]string
	// Sources are, by import path, a folder and the files in it: generic
	// functions are run from their source.
	Sources map[string][]string
	// Names are the packages in scope, by name, without an import.
	Names map[string]string
}

// An Adapter makes a value of one of the shell's types one of an interface of
// compiled code. Wrap makes a value of a compiled type that embeds what it is
// given, and implements the methods with its Invoke.
type Adapter struct {
	Methods []string
	Wrap    func(Wrapped) any
}

// Wrapped is a value of one of the shell's types, within an [Adapter].
type Wrapped struct{ box }

// Invoke calls a method.
func (w Wrapped) Invoke(name string, args ...reflect.Value) []reflect.Value {
	m, ok := w.t.s.boundMethod(w.t.t, reflect.ValueOf(w.v), name)
	if !ok {
		panic(notLinkedError{what: "the method " + w.t.s.typeName(w.t.t) + "." + name})
	}
	return m.call(&thread{run: w.t.s.current()}, args, true)
}

// Adapt adds the adapter of an interface type.
func (t *Table) Adapt(iface reflect.Type, a Adapter) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.adapter == nil {
		t.adapter = map[reflect.Type]Adapter{}
	}
	t.adapter[iface] = a
}

func (t *Table) adapterOf(iface reflect.Type) (Adapter, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	a, ok := t.adapter[iface]
	return a, ok
}
