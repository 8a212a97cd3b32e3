package postgres

import (
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

func columnCases() []compileCase {
	a, b := schema.String("a", 50), schema.Int("b").Default(3)
	alter := func(from, to schema.ColumnDef, opts ...op.Option) func(*op.Script) {
		return func(m *op.Script) { m.AlterColumn("t", from, to, opts...) }
	}
	with := func(f func(*schema.Column), c schema.ColumnDef) schema.ColumnDef {
		col := c.Column()
		f(&col)
		return schema.FromColumn(col)
	}
	// numbered is a table with a column that gives out values, or not.
	numbered := func(name string, from, to schema.ColumnDef, next string) compileCase {
		return compileCase{
			name: name,
			setup: record(func(m *op.Script) {
				m.CreateTable("n", from, schema.Text("x"), schema.PrimaryKey{Name: "n_pkey", Parts: schema.Columns("id")})
			}),
			rows: []string{"INSERT INTO n (id, x) VALUES (41, 'a'), (42, 'b')"},
			ops:  record(func(m *op.Script) { m.AlterColumn("n", from, to) }), after: []string{"SELECT * FROM n ORDER BY id"},
		}
	}
	plain := schema.BigInt("id").NotNull()
	serial := schema.Native("id", "bigserial").NotNull().AutoIncrement()
	identity := schema.BigInt("id").NotNull().AutoIncrement()
	// apart is a column with a sequence of its own, under the name that one of a
	// serial would have.
	apart := func(name string, from schema.ColumnDef, options string, next schema.ColumnDef) compileCase {
		seq := object(schema.Sequence, "n_id_seq", "CREATE SEQUENCE n_id_seq"+options)
		c := numbered(name, from, next, "")
		c.ops = record(func(m *op.Script) {
			m.CreateObject(seq)
			m.AlterColumn("n", from, next)
		})
		c.rows = []string{"INSERT INTO n (x) VALUES ('a'), ('b')"}
		c.after = append(c.after, "SELECT last_value FROM n_id_seq")
		return c
	}
	return []compileCase{
		keeps(based("add_column", func(m *op.Script) { m.AddColumn("t", schema.Text("c").Default("x").Comment("new")) })),
		keeps(based("add_column_filled", func(m *op.Script) { m.AddColumn("t", schema.Int("c").NotNull(), op.Fill(7)) })),
		keeps(based("add_column_filled_by_expression", func(m *op.Script) {
			m.AddColumn("t", schema.Text("c").NotNull(), op.FillExpr("coalesce(a, 'none') || id"))
		})),
		{name: "add_column_under_deferred", setup: record(func(m *op.Script) {
			base(m)
			m.AddForeignKey("t", schema.ForeignKey{Name: "late", Columns: []string{"p"}, RefTable: "p", RefColumns: []string{"id"}, Deferrable: true, InitiallyDeferred: true})
		}), rows: baseRows, ops: record(func(m *op.Script) {
			m.AlterColumn("t", schema.BigInt("p"), schema.BigInt("p").NotNull(), op.FillExpr("1"))
		}), stays: true},
		keeps(based("add_column_serial", func(m *op.Script) { m.AddColumn("t", schema.Native("c", "serial").NotNull().AutoIncrement()) })),
		keeps(based("add_column_identity", func(m *op.Script) { m.AddColumn("t", schema.Int("c").NotNull().AutoIncrement()) })),
		keeps(based("add_column_generated", func(m *op.Script) {
			m.AddColumn("t", schema.Text("c").GeneratedStored(schema.Expr("upper(a)")))
		})),
		keeps(based("add_column_stored", func(m *op.Script) {
			m.AddColumn("t", with(func(c *schema.Column) {
				c.Storage = "EXTERNAL"
				c.Options.Postgres = "SET STATISTICS 500\nSET (n_distinct=-0.5)"
			}, schema.Text("c")))
		})),
		final(based("drop_column", func(m *op.Script) { m.DropColumn("p", "name") })),
		keeps(based("rename_column", func(m *op.Script) { m.RenameColumn("p", "name", "Full Name") })).renames("p", "name"),
		keeps(based("not_null_filled", alter(a, a.NotNull(), op.Fill("none")))).changes(),
		based("not_null_dropped", func(m *op.Script) { m.AlterColumn("p", schema.Int("code").NotNull(), schema.Int("code")) }),
		keeps(based("default_set", alter(a, a.Default("it's")))),
		keeps(based("default_changed", alter(b, schema.Int("b").Default(4)))),
		keeps(based("default_dropped", alter(b, schema.Int("b")))),
		keeps(based("default_expression", alter(a, a.DefaultExpr("now() AT TIME ZONE 'UTC'")))),
		keeps(based("comment", alter(a, a.Comment("it's")))),
		keeps(based("storage", alter(a, with(func(c *schema.Column) { c.Storage = "EXTERNAL" }, a)))),
		keeps(onlySince(14, based("compression", alter(a, with(func(c *schema.Column) { c.Compression = "pglz" }, a))))),
		keeps(based("column_options", alter(a, with(func(c *schema.Column) { c.Options.Postgres = "SET STATISTICS 100\nSET (n_distinct=5)" }, a)))),
		keeps(based("collation", alter(a, a.Collate(schema.Postgres, "C")))),
		onlySince(18, keeps(based("not_null_renamed", func(m *op.Script) {
			m.AlterColumn("p", schema.Int("code").NotNull(), schema.Int("code").NotNullNamed("must"))
		}))),

		numbered("plain_to_serial", plain, serial, "43"),
		numbered("plain_to_identity", plain, identity, "43"),
		numbered("serial_to_identity", serial, identity, "43"),
		apart("serial_to_sequence", serial, "", plain.DefaultExpr("nextval('n_id_seq'::regclass)")),
		apart("serial_to_sequence_with_options", serial, " AS integer CACHE 5;\nALTER SEQUENCE n_id_seq OWNED BY n.id;\nCOMMENT ON SEQUENCE n_id_seq IS 'own'", plain.DefaultExpr("nextval('n_id_seq'::regclass)")),
		apart("serial_to_sequence_elsewhere", serial, " MINVALUE -5", schema.Int("id").Default(5)),
		apart("identity_to_sequence", identity, "", plain.DefaultExpr("nextval('n_id_seq'::regclass)")),
		numbered("identity_always", identity, with(func(c *schema.Column) { c.Identity.Always = true }, identity), "43"),
		numbered("identity_options", identity, with(func(c *schema.Column) { c.Identity.Options = "START WITH 100 INCREMENT BY 5" }, identity), "43"),
		numbered("serial_to_bigserial", schema.Native("id", "serial").NotNull().AutoIncrement(), serial, "43"),
		numbered("identity_to_bigint", schema.Int("id").NotNull().AutoIncrement(), identity, "43"),

		{
			name: "serial_of_a_renamed_table", setup: record(func(m *op.Script) {
				m.CreateTable("n", serial, schema.Text("x"), schema.PrimaryKey{Name: "n_pkey", Parts: schema.Columns("id")})
				m.RenameTable("n", "m")
			}), rows: []string{"INSERT INTO m (x) VALUES ('a'), ('b')"}, after: []string{"SELECT * FROM m ORDER BY id"},
			ops: record(func(m *op.Script) { m.AlterColumn("m", serial, identity) }), stays: true,
		},
		{
			name: "serial_dropped_with_a_renamed_table", setup: record(func(m *op.Script) {
				m.CreateTable("n", serial, schema.Text("x"))
				m.RenameTable("n", "m")
			}), ops: record(func(m *op.Script) { m.DropColumn("m", "id") }), stays: true,
		},
		keeps(generatedCase("generated_changed", schema.Text("g").GeneratedStored(schema.Expr("upper(a)")), schema.Text("g").GeneratedStored(schema.Expr("lower(a)")))),
		keeps(generatedCase("generated_no_more", schema.Text("g").GeneratedStored(schema.Expr("upper(a)")), schema.Text("g"))),
		onlySince(18, keeps(generatedCase("generated_virtual", schema.Text("g").GeneratedStored(schema.Expr("upper(a)")), schema.Text("g").Generated(schema.Expr("upper(a)"))))),
		onlySince(18, keeps(generatedCase("virtual_no_more", schema.Text("g").Generated(schema.Expr("upper(a)")), schema.Text("g").NotNull().Default("q")))).changes(),
	}
}

// with adds an object to the setup.
func (c compileCase) with(ob schema.Object) compileCase {
	c.setup = append(c.setup, op.CreateObject{Object: ob})
	return c
}

// generatedCase changes a generated column that an index, a check and a view
// are made of.
func generatedCase(name string, from, to schema.ColumnDef) compileCase {
	return compileCase{
		name: name,
		setup: record(func(m *op.Script) {
			base(m)
			m.AddColumn("t", from)
			if from.Column().Generated.Stored && (isGeneratedStored(to) || to.Column().Generated.Expr.IsZero()) {
				m.CreateIndex("t", schema.Index{Name: "gi", Parts: schema.Columns("g"), Comment: "c"})
			}
			m.AddCheck("t", schema.Check{Name: "gk", Expr: schema.Expr("g <> 'no'"), Comment: "c"})
			m.CreateObject(object(schema.View, "v", "CREATE VIEW v AS SELECT g FROM t"))
		}),
		rows: []string{"INSERT INTO p VALUES (1, 'one', 11), (2, 'two', 12)", "INSERT INTO t VALUES (1, 'x', 5, 1), (2, 'y', 4, NULL), (3, 'z', 7, 2)"},
		ops:  record(func(m *op.Script) { m.AlterColumn("t", from, to) }),
	}
}

func isGeneratedStored(c schema.ColumnDef) bool { return c.Column().Generated.Stored }

// renames keeps a case from looking at a column under its old name.
func (c compileCase) renames(string, string) compileCase {
	c.after = []string{"SELECT * FROM p ORDER BY id"}
	return c
}

// changes says that the rows are not meant to stay as they are.
func (c compileCase) changes() compileCase { c.after = nil; return c }

func typeCases() []compileCase {
	// view is a table with one column of a type, and much that is made of it.
	around := func(name string, from, to schema.ColumnDef, rows string, after ...string) compileCase {
		return compileCase{
			name: name,
			setup: record(func(m *op.Script) {
				m.CreateTable("t", schema.Int("id").NotNull(), from, schema.PrimaryKey{Name: "tk", Parts: schema.Columns("id")},
					schema.Index{Name: "ti", Parts: schema.Columns("c")})
			}),
			rows: []string{"INSERT INTO t (id, c) VALUES " + rows},
			ops:  record(func(m *op.Script) { m.AlterColumn("t", from, to) }), after: after,
		}
	}
	c := schema.Int("c")
	return []compileCase{
		around("int_to_bigint", c.Default(1), schema.BigInt("c").Default(1), "(1, 5), (2, NULL)", "SELECT * FROM t ORDER BY 1"),
		around("varchar_longer", schema.String("c", 10).Default("x"), schema.String("c", 20).Default("x"), "(1, 'abc')", "SELECT * FROM t ORDER BY 1"),
		around("varchar_shorter", schema.String("c", 10), schema.String("c", 3), "(1, 'abc')", "SELECT * FROM t ORDER BY 1"),
		around("text_to_varchar", schema.Text("c").Default("x"), schema.String("c", 3).Default("x"), "(1, 'abc')", "SELECT * FROM t ORDER BY 1"),
		around("text_to_int", schema.Text("c").Default("5"), c.Default(5), "(1, '5'), (2, NULL)", "SELECT id, c::text FROM t ORDER BY 1"),
		around("numeric_scale", schema.Decimal("c", 10, 2).Default(0), schema.Decimal("c", 10, 1).Default(0), "(1, 1.50)", "SELECT id, c::float FROM t ORDER BY 1"),
		around("float_to_int", schema.Double("c"), c, "(1, 3)", "SELECT id, c::int FROM t ORDER BY 1"),
		around("timestamptz_to_date", schema.DateTime("c"), schema.Date("c"), "(1, '2024-01-02 00:00Z')", "SELECT id, c::date FROM t ORDER BY 1"),
		around("int_to_bool", c.Default(1), schema.Bool("c").Default(true), "(1, 1), (2, 0)", "SELECT id, c::bool FROM t ORDER BY 1"),
		around("json_to_jsonb", schema.Native("c", "json"), schema.JSON("c"), `(1, '{"a": 1}')`).without("ti"),
		around("array", schema.Native("c", "integer[]").DefaultExpr("'{}'::integer[]"), schema.Native("c", "text[]").DefaultExpr("'{}'::text[]"), "(1, '{1,2}')", "SELECT id, c::text FROM t ORDER BY 1"),
		around("array_to_json", schema.Native("c", "text[]").DefaultExpr("'{}'::text[]"), schema.JSON("c").DefaultExpr("'[]'::jsonb"), `(1, '{a,"b c",NULL}'), (2, '{}'), (3, NULL)`,
			"SELECT id, to_jsonb(c)::text FROM t ORDER BY 1"),
		around("range_of_another_range", schema.Native("c", "int4range"), schema.Native("c", "int8range"), "(1, '[1,5)'), (2, NULL)", "SELECT id, c::text FROM t ORDER BY 1"),
		around("type_of_rows_a_function_takes", c.Default(1), schema.BigInt("c").Default(1), "(1, 5), (2, NULL)", "SELECT id, f(t) FROM t ORDER BY 1").sinceVersion(14).with(
			object(schema.Function, "f(t)", "CREATE FUNCTION f(t) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT ($1).id; END")),
		compileCase{
			name: "type_under_a_function_that_defaults_call", setup: record(func(m *op.Script) {
				m.CreateTable("t", schema.Int("id").NotNull(), c, schema.Int("d"), schema.Index{Name: "i", Parts: schema.Columns("c")})
				m.CreateObject(object(schema.Function, "f()", "CREATE FUNCTION f() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT count(c)::integer FROM t; END"))
				m.AlterColumn("t", c, c.DefaultExpr("f()"))
				m.AlterColumn("t", schema.Int("d"), schema.Int("d").DefaultExpr("f() + 1"))
				m.AddCheck("t", schema.Check{Name: "k", Expr: schema.Expr("f() > 0 OR d IS NULL")})
			}), rows: []string{"INSERT INTO t VALUES (1, 5, NULL), (2, 6, 9)"}, after: []string{"SELECT * FROM t ORDER BY 1"},
			ops: record(func(m *op.Script) { m.AlterColumn("t", c.DefaultExpr("f()"), schema.BigInt("c").DefaultExpr("f()")) }),
		}.sinceVersion(14),
		around("uuid_to_json", schema.UUID("c"), schema.JSON("c"), "(1, '9a5ad3a9-6b3c-4d1c-8e7e-6b8e1f0a2b3c'), (2, NULL)", `SELECT id, trim(c::text, '"') FROM t ORDER BY 1`),
		{
			name: "type_under_everything", setup: record(func(m *op.Script) {
				m.CreateTable("t", schema.Int("id").NotNull(), schema.Int("c").Default(4), schema.Int("g").GeneratedStored(schema.Expr("c * 2")), schema.PrimaryKey{Name: "tk", Parts: schema.Columns("id")},
					schema.Check{Name: "ck", Expr: schema.Expr("c > 0")}, schema.Unique{Name: "cu", Parts: schema.Columns("c")}, schema.Check{Name: "gk", Expr: schema.Expr("g > 0 AND c > 0")},
					schema.Index{Name: "ce", Parts: []schema.Part{{Expr: schema.Expr("c + 1")}}, Where: schema.Expr("c > 2")}, schema.Index{Name: "gi", Unique: true, Parts: schema.Columns("g")},
					schema.TableOptions{Postgres: schema.PostgresTable{RowSecurity: "ENABLED"}})
				m.CreateTable("u", schema.Int("c"), schema.ForeignKey{Name: "uc", Columns: []string{"c"}, RefTable: "t", RefColumns: []string{"c"}})
				m.CreateObject(object(schema.Function, "touch()", "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"))
				m.CreateObject(object(schema.View, "v", "CREATE VIEW v AS SELECT id, c FROM t;\nCOMMENT ON VIEW v IS 'it''s'"))
				m.CreateObject(object(schema.View, "v2", "CREATE VIEW v2 AS SELECT max(c) AS c FROM v"))
				m.CreateObject(object(schema.MaterializedView, "mv", "CREATE MATERIALIZED VIEW mv AS SELECT c FROM v;\nCREATE INDEX mvi ON mv (c)"))
				m.CreateObject(onTable(schema.Rule, "r", "t", "CREATE RULE r AS ON DELETE TO t WHERE (OLD.c > 1000) DO INSTEAD NOTHING"))
				m.CreateObject(onTable(schema.Policy, "pol", "t", "CREATE POLICY pol ON t USING (c > 0)"))
				m.CreateObject(onTable(schema.Trigger, "tr", "t", "CREATE TRIGGER tr BEFORE UPDATE OF c ON t FOR EACH ROW WHEN (NEW.c > 1) EXECUTE FUNCTION touch()"))
				m.CreateObject(onTable(schema.Trigger, "other", "t", "CREATE TRIGGER other BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch()"))
				m.CreateObject(onTable(schema.Statistics, "st", "t", "CREATE STATISTICS st ON id, c FROM t"))
			}), rows: []string{"INSERT INTO t (id, c) VALUES (1, 5), (2, 6)", "REFRESH MATERIALIZED VIEW mv", "GRANT SELECT ON v TO PUBLIC", "GRANT UPDATE (c) ON v TO PUBLIC"},
			after: []string{
				"SELECT c::int, g::int FROM t ORDER BY 1", "SELECT c::int FROM v2", "SELECT c::int FROM mv ORDER BY 1", "SELECT relname, relacl::text FROM pg_class WHERE relname IN ('v', 'v2') ORDER BY 1",
				"SELECT attacl::text FROM pg_attribute WHERE attrelid = 'v'::regclass AND attname = 'c'",
			},
			ops: record(func(m *op.Script) { m.AlterColumn("t", schema.Int("c").Default(4), schema.BigInt("c").Default(4)) }),
		},
	}
}

// without leaves out the index, which a type cannot have.
func (c compileCase) without(string) compileCase {
	create := c.setup[0].(op.CreateTable)
	create.Table.Indexes = nil
	c.setup = []op.Op{create}
	return c
}
