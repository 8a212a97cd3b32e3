// Package gormmodel reads what GORM models want a database to be.
//
// [Models] maps them, and the tables that AutoMigrate would add to them by
// itself, to a schema in neutral types: no connection is made and no query is
// run, so the database may be absent. Names of constraints and indexes are
// those that GORM gives. Where GORM would write another column type than the
// neutral one compiles to, the schema says so for that dialect. Things in a
// model that do not do what they seem to (a misspelt tag, a condition cut off
// at a comma) are warnings.
//
// A database that AutoMigrate made compares clean. That means: opened with the
// same driver as the one that made the tables. Of GORM's own SQLite driver and
// the one here, numeric and boolean are taken as the same type when they are
// read from a database.
//
// An application with several databases names their dialects with [Source.For],
// and its one history serves them all.
//
// [Open] opens GORM on an application's connection, and runs no query. GORM's
// own SQLite driver runs one when it is opened, and so makes the database file
// on every command.
//
// The package creates, alters and reads no table. It is a module of its own,
// compiled with the application's own version of GORM and of its driver,
// because tag keys, names and column types differ between versions. Its folder
// sqlite is a dialector for SQLite that needs no C compiler.
package gormmodel
