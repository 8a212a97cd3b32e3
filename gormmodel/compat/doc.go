// Package compat holds tests of gormmodel with GORM's own drivers and a newer
// GORM than gormmodel requires. Nothing imports it.
package compat
