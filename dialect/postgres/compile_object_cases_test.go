package postgres

import (
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

func objectCases() []compileCase {
	enum := func(labels string) schema.Object {
		return object(schema.Enum, "mood", "CREATE TYPE mood AS ENUM ("+labels+")")
	}
	// moods is a table with an enum and what is made of it.
	moods := func(name, from, to string, more ...func(*op.Script)) compileCase {
		return compileCase{
			name: name,
			setup: record(func(m *op.Script) {
				m.CreateObject(enum(from))
				m.CreateTable("t", schema.Int("id").NotNull(), schema.Native("m", "mood").DefaultExpr("'b'::mood"), schema.Native("ms", "mood[]"), schema.PrimaryKey{Name: "tk", Parts: schema.Columns("id")},
					schema.Check{Name: "mk", Expr: schema.Expr("m <> 'c'::mood"), Comment: "c"}, schema.Index{Name: "mi", Parts: schema.Columns("m")}, schema.Index{Name: "mp", Parts: schema.Columns("id"), Where: schema.Expr("m = 'b'::mood")},
					schema.Index{Name: "me", Parts: []schema.Part{{Expr: schema.Expr("m IS NULL")}}})
				m.CreateObject(object(schema.View, "v", "CREATE VIEW v AS SELECT m FROM t WHERE m = 'b'::mood"))
				m.CreateObject(object(schema.Function, "f(mood)", "CREATE FUNCTION f(x mood) RETURNS mood LANGUAGE sql AS $$ SELECT x $$"))
			}),
			rows: []string{"INSERT INTO t VALUES (1, 'b', '{b,c}'), (2, NULL, NULL)", "GRANT USAGE ON TYPE mood TO PUBLIC", "REVOKE ALL ON FUNCTION f(mood) FROM PUBLIC"},
			ops: record(func(m *op.Script) {
				m.AlterObject(enum(from), enum(to))
				for _, f := range more {
					f(m)
				}
			}),
			after: []string{"SELECT id, m::text, ms::text FROM t ORDER BY 1", "SELECT m::text FROM v", "SELECT typacl::text FROM pg_type WHERE typname = 'mood'", "SELECT proacl::text FROM pg_proc WHERE proname = 'f'"},
		}
	}
	alter := func(name string, setup func(*op.Script), from, to schema.Object) compileCase {
		return compileCase{name: name, setup: record(func(m *op.Script) {
			if setup != nil {
				setup(m)
			}
			m.CreateObject(from)
		}), ops: record(func(m *op.Script) { m.AlterObject(from, to) }), noop: true}
	}
	create := func(name string, setup func(*op.Script), ob schema.Object) compileCase {
		return compileCase{name: name, setup: record(func(m *op.Script) {
			if setup != nil {
				setup(m)
			}
		}), ops: record(func(m *op.Script) { m.CreateObject(ob) })}
	}
	touch := object(schema.Function, "touch()", "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$")
	touched := func(m *op.Script) { base(m); m.CreateObject(touch) }
	domain := func(rest string) schema.Object { return object(schema.Domain, "d", "CREATE DOMAIN d AS "+rest) }
	domained := func(m *op.Script) {}
	// nested is a table with domains within its values. One of them changes, and
	// the composite type with them in it.
	nested := func(name, from, to, composite string) compileCase {
		first := "CREATE TYPE co AS (a d, b text)"
		return compileCase{
			name: name, setup: record(func(m *op.Script) {
				m.CreateObject(domain(from))
				m.CreateObject(object(schema.Domain, "e", "CREATE DOMAIN e AS d NOT NULL"))
				m.CreateObject(object(schema.CompositeType, "co", first))
				m.CreateTable("t", schema.Native("c", "co"), schema.Native("cs", "co[]"), schema.Native("ds", "d[]"), schema.Native("e", "e").DefaultExpr("5"))
				m.CreateObject(object(schema.View, "v", "CREATE VIEW v AS SELECT (c).a, e FROM t"))
			}), rows: []string{"INSERT INTO t VALUES ('(1,x)', '{\"(2,y)\",NULL}', '{3,4}', 7), (NULL, NULL, NULL, 8)"},
			after: []string{"SELECT (c).a::text, cs[1]::text LIKE '(2%', ds::text, e::text FROM t ORDER BY 1"}, ops: record(func(m *op.Script) {
				if from != to {
					m.AlterObject(domain(from), domain(to))
				}
				if composite != first {
					m.AlterObject(object(schema.CompositeType, "co", first), object(schema.CompositeType, "co", composite))
				}
			}), noop: true,
		}
	}
	return []compileCase{
		moods("enum_added", "'b', 'c'", "'a', 'b', 'between', 'c', 'd', 'e'"),
		moods("enum_added_and_used", "'b', 'c'", "'b', 'c', 'd'", func(m *op.Script) {
			m.AlterColumn("t", schema.Native("m", "mood").DefaultExpr("'b'::mood"), schema.Native("m", "mood").DefaultExpr("'d'::mood"))
		}),
		moods("enum_removed", "'a', 'b', 'c', 'd'", "'b', 'c'"),
		moods("enum_reordered", "'a', 'b', 'c'", "'c', 'b', 'a'"),
		{name: "enum_default_removed", setup: record(func(m *op.Script) {
			m.CreateObject(enum("'a', 'b'"))
			m.CreateTable("t", schema.Native("m", "mood").DefaultExpr("'a'::mood"))
		}), ops: record(func(m *op.Script) {
			m.AlterObject(enum("'a', 'b'"), enum("'b'"))
			m.AlterColumn("t", schema.Native("m", "mood").DefaultExpr("'a'::mood"), schema.Native("m", "mood").DefaultExpr("'b'::mood"))
		}), stays: true},
		{name: "text_to_enum", setup: record(func(m *op.Script) {
			m.CreateObject(enum("'a', 'b'"))
			m.CreateTable("t", schema.Text("m").Default("a"))
		}), rows: []string{"INSERT INTO t VALUES ('a'), ('b')"}, after: []string{"SELECT m::text FROM t ORDER BY 1"}, ops: record(func(m *op.Script) {
			m.AlterColumn("t", schema.Text("m").Default("a"), schema.Native("m", "mood").DefaultExpr("'a'::mood"))
		})},
		create("view", base, object(schema.View, "v", "CREATE VIEW v AS SELECT a FROM t;\nCOMMENT ON VIEW v IS 'x'")),
		create("materialized_view", base, object(schema.MaterializedView, "mv", "CREATE MATERIALIZED VIEW mv AS SELECT a FROM t;\nCREATE UNIQUE INDEX mvi ON mv (a)")),
		create("trigger", touched, onTable(schema.Trigger, "tr", "t", "CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch()")),
		create("rule", base, onTable(schema.Rule, "r", "t", "CREATE RULE r AS ON DELETE TO t DO INSTEAD (SELECT 1; SELECT 2)")),
		create("policy", base, onTable(schema.Policy, "pol", "t", "CREATE POLICY pol ON t USING (b > 0)")),
		create("statistics", base, onTable(schema.Statistics, "st", "t", "CREATE STATISTICS st ON a, b FROM t")),
		create("exclusion", base, onTable(schema.Exclusion, "ex", "t", "ALTER TABLE t ADD CONSTRAINT ex EXCLUDE USING btree (b WITH =)")),
		create("function", nil, object(schema.Function, "total(integer, text)", "CREATE FUNCTION total(a integer, b text DEFAULT 'x') RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT a $$;\nCOMMENT ON FUNCTION total(integer, text) IS 'x'")),
		create("function_sql_body", base, object(schema.Function, "n()", "CREATE FUNCTION n() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN count(*) END FROM t; END")).sinceVersion(14),
		create("procedure", nil, object(schema.Procedure, "pr(integer)", "CREATE PROCEDURE pr(IN a integer) LANGUAGE sql AS $$ SELECT 1 $$")),
		create("aggregate", nil, object(schema.Aggregate, "summed(integer)", "CREATE AGGREGATE summed(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0')")),
		create("sequence", nil, object(schema.Sequence, "s", "CREATE SEQUENCE s AS integer START WITH 10 INCREMENT BY 5")),
		create("domain", nil, domain("text DEFAULT 'x' CONSTRAINT dk CHECK (VALUE <> '') NOT NULL")),
		create("composite", nil, object(schema.CompositeType, "co", "CREATE TYPE co AS (a integer, b text COLLATE \"C\")")),
		create("range", nil, object(schema.RangeType, "fr", "CREATE TYPE fr AS RANGE (SUBTYPE = double precision)")),
		create("collation_object", nil, object(schema.Collation, "co", "CREATE COLLATION co (LC_COLLATE = 'C', LC_CTYPE = 'C')")),
		create("extension", nil, object(schema.Extension, "pg_trgm", "CREATE EXTENSION pg_trgm")),
		create("namespace", nil, object(schema.Namespace, "other", "CREATE SCHEMA other")),
		{name: "sequence_with_an_owner", ops: record(func(m *op.Script) {
			m.CreateObject(object(schema.Sequence, "own", "CREATE SEQUENCE own;\nALTER SEQUENCE own OWNED BY \"t\".id"))
			m.CreateTable("t", schema.BigInt("id").DefaultExpr("nextval('own'::regclass)"))
		})},
		{name: "object_of_another_dialect", ops: record(func(m *op.Script) {
			m.CreateObject(schema.Object{Kind: schema.View, Name: "my", Definition: schema.SQL{}.On(schema.MySQL, "CREATE VIEW my AS SELECT 1")})
		}), noop: true},
		alter("view_changed", base, object(schema.View, "v", "CREATE VIEW v AS SELECT a FROM t;\nCOMMENT ON VIEW v IS 'x'"), object(schema.View, "v", "CREATE VIEW v AS SELECT b FROM t")),
		alter("view_comment", base, object(schema.View, "v", "CREATE VIEW v AS SELECT a FROM t;\nCOMMENT ON VIEW v IS 'x'"), object(schema.View, "v", "CREATE VIEW v AS SELECT a FROM t")),
		alter("function_body", nil, object(schema.Function, "f(integer)", "CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$"),
			object(schema.Function, "f(integer)", "CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 2 $$")),
		alter("function_result", nil, object(schema.Function, "f(integer)", "CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql AS $$ SELECT 1 $$"),
			object(schema.Function, "f(integer)", "CREATE FUNCTION f(a integer) RETURNS bigint LANGUAGE sql AS $$ SELECT 2::bigint $$")),
		{name: "function_result_used", setup: record(func(m *op.Script) {
			m.CreateObject(object(schema.Function, "f(integer)", "CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT a $$"))
			m.CreateTable("t", schema.Int("id").DefaultExpr("f(5)"), schema.BigInt("g").GeneratedStored(schema.Expr("f(id)")), schema.Check{Name: "k", Expr: schema.Expr("f(id) > 0"), Comment: "c"},
				schema.Index{Name: "i", Parts: []schema.Part{{Expr: schema.Expr("f(id)")}}}, schema.Index{Name: "gi", Parts: schema.Columns("g")})
			m.CreateObject(object(schema.View, "v", "CREATE VIEW v AS SELECT id FROM t WHERE f(id) > 1"))
		}), rows: []string{"INSERT INTO t DEFAULT VALUES", "INSERT INTO t VALUES (7)"}, after: []string{"SELECT id, g FROM t ORDER BY 1", "SELECT * FROM v ORDER BY 1"}, ops: record(func(m *op.Script) {
			m.AlterObject(object(schema.Function, "f(integer)", "CREATE FUNCTION f(a integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT a $$"),
				object(schema.Function, "f(integer)", "CREATE FUNCTION f(b integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT b::bigint $$"))
		}), noop: true},
		{name: "enum_in_a_domain", setup: record(func(m *op.Script) {
			m.CreateObject(enum("'a', 'b', 'c'"))
			m.CreateObject(object(schema.Domain, "good", "CREATE DOMAIN good AS mood DEFAULT 'a'::mood"))
			m.CreateTable("t", schema.Native("g", "good"), schema.Native("m", "mood"))
		}), rows: []string{"INSERT INTO t VALUES ('b', 'a')"}, after: []string{"SELECT g::text, m::text FROM t"}, ops: record(func(m *op.Script) {
			m.AlterObject(enum("'a', 'b', 'c'"), enum("'b', 'a'"))
		})},
		nested("domain_within_values", "integer", "integer CONSTRAINT dk CHECK (VALUE > 0)", "CREATE TYPE co AS (a d, b text)"),
		nested("domain_of_a_domain", "integer", "bigint", "CREATE TYPE co AS (a d, b text)"),
		nested("attribute_used", "integer", "integer", "CREATE TYPE co AS (a bigint, c integer);\nCOMMENT ON TYPE co IS 'x'").stay(),
		alter("sequence_changed", nil, object(schema.Sequence, "s", "CREATE SEQUENCE s AS integer START WITH 10 INCREMENT BY 5"), object(schema.Sequence, "s", "CREATE SEQUENCE s CACHE 5 CYCLE")),
		alter("domain_changed", nil, domain("text DEFAULT 'x' CONSTRAINT dk CHECK (VALUE <> '') NOT NULL"), domain("text DEFAULT 'y' CONSTRAINT dl CHECK (VALUE <> 'z')")),
		alter("composite_changed", nil, object(schema.CompositeType, "co", "CREATE TYPE co AS (a integer, b text)"), object(schema.CompositeType, "co", "CREATE TYPE co AS (b character varying(10), c integer)")).stay(),
		alter("range_changed", nil, object(schema.RangeType, "fr", "CREATE TYPE fr AS RANGE (SUBTYPE = double precision)"), object(schema.RangeType, "fr", "CREATE TYPE fr AS RANGE (SUBTYPE = numeric)")),
		{name: "domain_of_another_type", setup: record(func(m *op.Script) {
			domained(m)
			m.CreateObject(domain("integer CONSTRAINT dk CHECK (VALUE > 0)"))
			m.CreateTable("t", schema.Native("c", "d").DefaultExpr("5"), schema.Index{Name: "ti", Parts: schema.Columns("c")})
		}), rows: []string{"INSERT INTO t VALUES (7)"}, after: []string{"SELECT c::text FROM t"}, ops: record(func(m *op.Script) {
			m.AlterObject(domain("integer CONSTRAINT dk CHECK (VALUE > 0)"), domain("text CONSTRAINT dk CHECK (VALUE <> '')"))
		}), noop: true},
		{name: "view_replaced_by_diff", setup: record(func(m *op.Script) {
			base(m)
			m.CreateObject(object(schema.View, "v", "CREATE VIEW v AS SELECT a FROM t"))
		}), rows: []string{"GRANT SELECT ON v TO PUBLIC"}, after: []string{"SELECT relacl::text FROM pg_class WHERE relname = 'v'"}, ops: record(func(m *op.Script) {
			m.DropObject(schema.View, "v")
			m.CreateObject(object(schema.View, "v", "CREATE VIEW v AS SELECT a, b FROM t"))
		}), noop: true},
	}
}

func (c compileCase) sinceVersion(v int) compileCase { c.since = v; return c }
func (c compileCase) stay() compileCase              { c.stays = true; return c }
