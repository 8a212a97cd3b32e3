package diff

import "github.com/whimbreldb/whimbrel/schema"

func object(kind schema.ObjectKind, name, definition string, needs ...schema.Ref) schema.Object {
	return schema.Object{Kind: kind, Name: name, Definition: schema.Expr(definition), Needs: needs}
}

func on(table string, o schema.Object) schema.Object {
	o.Table = table
	return o
}

func with(s schema.Schema, objects ...schema.Object) schema.Schema {
	s.Objects = objects
	return s
}

var (
	mood    = object(schema.Enum, "mood", "CREATE TYPE mood AS ENUM ('sad', 'ok')")
	moodier = object(schema.Enum, "mood", "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')")
	feeling = schema.Native("feeling", "mood")

	touch    = object(schema.Function, "touch()", "CREATE FUNCTION touch() RETURNS trigger AS $$ UPDATE products $$")
	touched  = object(schema.Function, "touch()", "CREATE FUNCTION touch() RETURNS trigger AS $$ UPDATE others $$")
	touching = on("products", object(schema.Trigger, "tr", "CREATE TRIGGER tr ON products EXECUTE FUNCTION touch()"))

	low  = object(schema.View, "low", "CREATE VIEW low AS SELECT id FROM products")
	low2 = object(schema.View, "low", "CREATE VIEW low AS SELECT id FROM products LIMIT 9")
	// Two views on that one, in the wrong order: what is needed says more.
	lower  = object(schema.View, "alower", "CREATE VIEW alower AS SELECT 1", schema.Ref{Kind: schema.View, Name: "low"})
	lowest = object(schema.View, "lowest", `CREATE VIEW lowest AS SELECT * FROM "alower"`)
	other  = object(schema.View, "other", "CREATE VIEW other AS SELECT 'low'")

	rows = object(schema.Function, "rows()", "CREATE FUNCTION rows() RETURNS SETOF low", schema.Ref{Kind: schema.View, Name: "low"})

	whole = object(schema.Function, "whole(products)", "CREATE FUNCTION whole(products) RETURNS int",
		schema.Ref{Name: "products"})
	usesWhole = schema.NewTable("sums", schema.BigInt("id"), schema.Check{Name: "c", Expr: schema.Expr("whole(null) > 0")})
)

// objectCases are cases of TestLaws.
var objectCases = []lawCase{
	{
		"what tables are made of comes first", db(), with(db(products(feeling)), touching, low, mood, touch),
		"add enum mood\nadd function touch()\nadd table products\nadd trigger tr on products\nadd view low",
	},
	{
		"and goes last", with(db(products(feeling)), mood, touch, touching), db(products()),
		"drop trigger tr on products\ndrop function touch()\ndrop column products.feeling\ndrop enum mood",
	},
	{
		"with its table", with(db(products(feeling)), mood, low), db(),
		"drop view low\ndrop table products\ndrop enum mood",
	},
	{
		"a type is altered in place", with(db(products(feeling)), mood), with(db(products(feeling.Default("happy"))), moodier),
		"alter enum mood\nalter column products.feeling: default none to \"happy\"",
	},
	{
		"a function is altered in place", with(db(products()), touch, touching), with(db(products()), touched, touching),
		"alter function touch()",
	},
	{
		"a view takes along what is made of it", with(db(products()), low, lower, lowest, other), with(db(products()), low2, lower, lowest, other),
		"drop view lowest\ndrop view alower\ndrop view low\nadd view low\nadd view alower\nadd view lowest",
	},
	{
		"also a function that returns its rows",
		with(db(products()), low, rows, other), with(db(products(name)), low2, rows, other),
		"drop function rows()\ndrop view low\nadd column products.name\nadd view low\nadd function rows()",
	},
	{
		"and what is on it", with(db(products()), low, on("low", object(schema.Rule, "r", "CREATE RULE r"))),
		with(db(products()), low2, on("low", object(schema.Rule, "r", "CREATE RULE r"))),
		"drop rule r on low\ndrop view low\nadd view low\nadd rule r on low",
	},
	{
		"a function that needs a table stands behind it", db(), with(db(usesWhole, products()), whole),
		"add table products\nadd function whole(products)\nadd table sums",
	},
	{
		"and goes before it", with(db(usesWhole, products()), whole), db(),
		"drop table sums\ndrop function whole(products)\ndrop table products",
	},
	{
		"partitions stand behind their table", db(),
		db(schema.Table{Name: "a_2026", Options: schema.TableOptions{Postgres: schema.PostgresTable{PartitionOf: "log", Bound: "DEFAULT"}}},
			schema.NewTable("log", schema.Date("at"))),
		"add table log\nadd table a_2026",
	},
	{
		"namespaces stand before everything", db(),
		with(db(node("sales.orders")), object(schema.Enum, "sales.state", "CREATE TYPE sales.state"), object(schema.Namespace, "sales", "CREATE SCHEMA sales")),
		"add schema sales\nadd enum sales.state\nadd table sales.orders",
	},
	{
		"a circle of foreign keys, and a function in it", db(),
		with(db(node("a", "products"), products(ref("id", "a"))), whole),
		"add table a\nadd table products\nadd foreign key a.fk_products_id\nadd function whole(products)",
	},
	{
		"a view takes part in the change of a function that it calls",
		with(db(products()), object(schema.Function, "f(integer)", "CREATE FUNCTION f(integer)"),
			object(schema.View, "calls", "CREATE VIEW calls AS SELECT f(id) FROM products")),
		with(db(products()), object(schema.Function, "f(bigint)", "CREATE FUNCTION f(bigint)"),
			object(schema.View, "calls", "CREATE VIEW calls AS SELECT f(id) FROM products")),
		"drop view calls\ndrop function f(integer)\nadd function f(bigint)\nadd view calls",
	},
	{
		"foreign keys stand aside when their key changes",
		db(schema.NewTable("a", schema.Int("id"), schema.Int("n"), schema.PrimaryKey{Parts: schema.Columns("id")}), node("b", "a")),
		db(schema.NewTable("a", schema.Int("id"), schema.Int("n"), schema.PrimaryKey{Parts: schema.Columns("n")},
			schema.Unique{Name: "u", Parts: schema.Columns("id")}), node("b", "a")),
		"drop foreign key b.fk_a_id\nalter primary key of a: (id) to (n)\nadd unique constraint a.u\nadd foreign key b.fk_a_id",
	},
	{
		"a sequence gives its name to that of a new table",
		with(db(schema.NewTable("old", schema.BigInt("id").DefaultExpr("nextval('a_id_seq')"))),
			object(schema.Sequence, "a_id_seq", "CREATE SEQUENCE a_id_seq")),
		db(schema.NewTable("a", schema.Native("id", "serial"))),
		"drop table old\ndrop sequence a_id_seq\nadd table a",
	},
	{
		"a type of a type that stays a while",
		with(db(products(feeling)), object(schema.Domain, "base", "CREATE DOMAIN base"),
			object(schema.Enum, "mood", "CREATE TYPE mood", schema.Ref{Kind: schema.Domain, Name: "base"})),
		db(products(schema.Text("feeling"))),
		"alter column products.feeling: type mood to text\ndrop enum mood\ndrop domain base",
	},
	{
		"triggers of one name on two tables", db(node("a"), node("b")),
		with(db(node("a"), node("b")), on("a", object(schema.Trigger, "t", "CREATE 1")), on("b", object(schema.Trigger, "t", "CREATE 2"))),
		"add trigger t on a\nadd trigger t on b",
	},
}
