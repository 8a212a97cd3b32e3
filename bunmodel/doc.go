// Package bunmodel reads what Bun models want a database to be.
//
// [Models] has Bun itself write the tables of the models, its CREATE TABLE with
// the statements of the hooks BeforeCreateTable and AfterCreateTable, for every
// dialect that is asked for, and reads what it wrote: no connection is made and
// no query is run, so the database may be absent. The schema is in neutral types;
// where Bun writes another column type than the neutral one compiles to, the
// schema says so for that dialect. Things in a model that do not do what they
// seem to (a misspelt option, a rule without a foreign key) are warnings.
//
// A database that Bun's NewCreateTable made compares clean: constraints that it
// leaves without a name are matched by what they are.
//
// An application with several databases names their dialects with [Source.For],
// and its one history serves them all. Foreign keys are part of the schema with
// [Source.WithForeignKeys], as they are part of a table that Bun creates so.
//
// [Open] opens Bun on an application's connection, and runs no query.
//
// The package creates, alters and reads no table. It is a module of its own,
// which requires Bun and none of its dialects: each of those panics when the
// program starts and Bun has another version. The dialect of a server is the
// application's to bring.
package bunmodel
