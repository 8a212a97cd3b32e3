// Package shell evaluates Go that somebody types: over the types, functions
// and variables of the program that it is linked into, without compiling.
//
// An input is parsed by go/parser and checked by go/types, against the export
// data that the compiler has left of the program's packages: what is wrong is
// said in the compiler's words, and nothing is run then. Then it becomes
// closures over the slots of a frame, which call the program's own compiled
// functions by reflection. Unexported names of package main are in scope.
//
// The program is built with a file that registers its symbols in a [Table];
// package shell/link writes it. Nothing of it is in the program as it is built
// otherwise. Start at [New], [Session.Eval] and [Loop].
//
// It imports the standard library only, and has nothing to do with databases.
// What Go can that it cannot is in its README.
package shell
