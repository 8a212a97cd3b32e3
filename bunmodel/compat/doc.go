// Package compat holds tests of bunmodel with Bun's own dialects and a newer Bun
// than bunmodel requires. Nothing imports it.
package compat
