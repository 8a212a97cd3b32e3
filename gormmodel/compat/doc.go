// Package compat holds tests of gormmodel with GORM's own SQLite driver and a
// newer GORM than gormmodel requires. Nothing imports it.
package compat
