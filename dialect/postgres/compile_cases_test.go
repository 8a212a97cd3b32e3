package postgres

import (
	"strings"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// on is SQL for PostgreSQL.
func on(sql string) schema.SQL { return schema.SQL{}.On(schema.Postgres, sql) }

func object(kind schema.ObjectKind, name, sql string) schema.Object {
	return schema.Object{Kind: kind, Name: name, Definition: on(sql)}
}

func onTable(kind schema.ObjectKind, name, table, sql string) schema.Object {
	return schema.Object{Kind: kind, Name: name, Table: table, Definition: on(sql)}
}

// base is two tables with rows.
func base(m *op.Script) {
	m.CreateTable("p", schema.BigInt("id").NotNull(), schema.Text("name"), schema.Int("code").NotNull(),
		schema.PrimaryKey{Name: "p_pkey", Parts: schema.Columns("id")}, schema.Unique{Name: "p_code", Parts: schema.Columns("code")})
	m.CreateTable("t", schema.BigInt("id").NotNull(), schema.String("a", 50), schema.Int("b").Default(3), schema.BigInt("p"),
		schema.PrimaryKey{Name: "t_pkey", Parts: schema.Columns("id")}, schema.Check{Name: "k", Expr: schema.Expr("b > 0")},
		schema.Index{Name: "i", Parts: schema.Columns("a")},
		schema.ForeignKey{Name: "t_p", Columns: []string{"p"}, RefTable: "p", RefColumns: []string{"id"}})
}

var (
	baseRows = []string{
		"INSERT INTO p VALUES (1, 'one', 11), (2, 'two', 12)",
		"INSERT INTO t VALUES (1, 'x', 5, 1), (2, 'y', NULL, NULL), (3, NULL, 7, 2)",
	}
	rowsOfT = []string{"SELECT id, a, b, p FROM t ORDER BY id", "SELECT * FROM p ORDER BY id"}
)

func based(name string, f func(*op.Script)) compileCase {
	return compileCase{name: name, setup: record(base), rows: baseRows, ops: record(f)}
}

func keeps(c compileCase) compileCase { c.after = rowsOfT; return c }
func final(c compileCase) compileCase { c.stays = true; return c }
func onlySince(version int, c compileCase) compileCase {
	c.since = version
	return c
}

func tableCases() []compileCase {
	id := schema.BigInt("id").NotNull()
	key := func(name string) schema.PrimaryKey { return schema.PrimaryKey{Name: name, Parts: schema.Columns("id")} }
	return []compileCase{
		{name: "create_table", ops: record(func(m *op.Script) {
			m.CreateTable("person",
				schema.BigInt("id").NotNull().AutoIncrement(),
				schema.String("name", 50).NotNull().Default("no 'name' \\ here").Comment("what it's called"),
				schema.DateTime("at").DefaultExpr("CURRENT_TIMESTAMP"),
				schema.Decimal("price", 10, 2).Default(0),
				schema.Int("boss"),
				schema.Text("shout").GeneratedStored(schema.Expr("upper(name)")),
				schema.Bool("ok").NotNull().Default(true),
				schema.Text("c").Collate(schema.Postgres, "C"),
				schema.Native("tags", "text[]").DefaultExpr("'{}'::text[]"),
				schema.Int("odd").DefaultExpr("1 + 1 IN (2)::int"),
				schema.PrimaryKey{Name: "person_pkey", Parts: schema.Columns("id")},
				schema.Unique{Name: "uni_name", Parts: schema.Columns("name"), ConstraintOptions: schema.ConstraintOptions{
					Include: []string{"price"}, Deferrable: true, InitiallyDeferred: true, Comment: "no two",
				}},
				schema.Check{Name: "chk_price", Expr: schema.Expr("price >= 0"), NoInherit: true, Comment: "not less"},
				schema.ForeignKey{Name: "fk_boss", Columns: []string{"boss"}, RefTable: "person", RefColumns: []string{"id"}, OnDelete: schema.SetNull, OnUpdate: schema.Cascade, Deferrable: true, Comment: "up"},
				schema.Index{Name: "idx_at", Parts: []schema.Part{{Column: "at", Desc: true}, {Expr: schema.Expr("lower(name)"), Nulls: "FIRST"}}, Where: schema.Expr("boss IS NULL"), Comment: "new ones"},
				schema.Index{Name: "idx_tags", Parts: schema.Columns("tags"), Method: schema.Variants{Postgres: "gin"}},
				schema.Index{Name: "idx_like", Unique: true, Parts: []schema.Part{{Column: "name", OpClass: "varchar_pattern_ops"}}, Include: []string{"boss"}, Storage: "fillfactor=70"},
				schema.TableOptions{Comment: "people", Postgres: schema.PostgresTable{Storage: "fillfactor=80", Unlogged: true}},
			)
		})},
		{name: "create_table_serial", ops: record(func(m *op.Script) {
			m.CreateTable("person", schema.Native("id", "bigserial").NotNull().AutoIncrement(), schema.Native("n", "serial").NotNull().AutoIncrement(), key("person_pkey"))
		})},
		{name: "create_table_identity", ops: record(func(m *op.Script) {
			always := schema.Int("n").NotNull().AutoIncrement().Column()
			always.Identity = schema.Identity{Always: true, Options: "START WITH 10 INCREMENT BY 5"}
			m.CreateTable("person", schema.BigInt("id").NotNull().AutoIncrement(), schema.FromColumn(always), key("person_pkey"))
		})},
		{name: "create_table_not_valid", setup: record(base), ops: record(func(m *op.Script) {
			m.CreateTable("c", schema.BigInt("p"), schema.Check{Name: "ck", Expr: schema.Expr("p > 0"), NotValid: true},
				schema.ForeignKey{Name: "fp", Columns: []string{"p"}, RefTable: "p", RefColumns: []string{"id"}, NotValid: true, Match: "FULL"})
		})},
		{name: "create_tables_in_a_circle", ops: record(func(m *op.Script) {
			m.CreateTable("x", id, schema.BigInt("y"), key("xk"), schema.ForeignKey{Name: "fy", Columns: []string{"y"}, RefTable: "y", RefColumns: []string{"id"}, Comment: "later"})
			m.CreateTable("y", id, schema.BigInt("x"), key("yk"), schema.ForeignKey{Name: "fx", Columns: []string{"x"}, RefTable: "x"})
			m.CreateTable("z", schema.Int("code"), schema.Int("up"), schema.ForeignKey{Name: "fz", Columns: []string{"up"}, RefTable: "z", RefColumns: []string{"code"}})
			m.CreateIndex("z", schema.Index{Name: "zc", Unique: true, Parts: schema.Columns("code")})
		})},
		{name: "create_table_18", since: 18, ops: record(func(m *op.Script) {
			m.CreateTable("r", schema.Native("room", "int4range").NotNullNamed("must"), schema.Native("during", "tstzrange").NotNull(), schema.Int("twice").Generated(schema.Expr("upper(room) * 2")),
				schema.PrimaryKey{Name: "rk", Parts: schema.Columns("room", "during"), ConstraintOptions: schema.ConstraintOptions{WithoutOverlaps: true}}, schema.Check{Name: "ne", Expr: schema.Expr("upper(room) > 0"), NotEnforced: true})
		})},
		{name: "create_table_15", since: 15, setup: record(base), ops: record(func(m *op.Script) {
			m.CreateTable("c", schema.BigInt("p"), schema.Int("q"), schema.Unique{Name: "cu", Parts: schema.Columns("p", "q"), NullsNotDistinct: true},
				schema.Index{Name: "ci", Unique: true, Parts: schema.Columns("q"), NullsNotDistinct: true},
				schema.ForeignKey{Name: "fp", Columns: []string{"p"}, RefTable: "p", RefColumns: []string{"id"}, OnDelete: schema.SetNull, SetColumns: []string{"p"}})
		})},
		{name: "partitions", ops: record(func(m *op.Script) {
			m.CreateTable("part", schema.Int("id").NotNull(), schema.Date("made").NotNull(), schema.PrimaryKey{Name: "part_pkey", Parts: schema.Columns("id", "made")},
				schema.Index{Name: "part_made", Parts: schema.Columns("made")}, schema.TableOptions{Postgres: schema.PostgresTable{PartitionBy: "RANGE (made)"}})
			m.CreateTable("part_24", schema.TableOptions{Postgres: schema.PostgresTable{PartitionOf: "part", Bound: "FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')"}})
			m.CreateTable("part_rest", schema.TableOptions{Postgres: schema.PostgresTable{PartitionOf: "part", Bound: "DEFAULT"}})
		})},
		{name: "inherits", setup: record(base), ops: record(func(m *op.Script) {
			m.CreateTable("child", schema.Text("more"), schema.TableOptions{Postgres: schema.PostgresTable{Inherits: "p"}})
		})},
		final(based("drop_table", func(m *op.Script) { m.DropTable("t") })),
		final(based("drop_parent_first", func(m *op.Script) { m.DropTable("p"); m.DropTable("t") })),
		based("rename_table", func(m *op.Script) { m.RenameTable("t", "z z") }),
		{name: "rename_table_moves", setup: record(func(m *op.Script) {
			m.CreateObject(object(schema.Namespace, "s", "CREATE SCHEMA s"))
			base(m)
		}), ops: record(func(m *op.Script) { m.RenameTable("t", "s.u") })},
		keeps(based("alter_table", func(m *op.Script) {
			m.AlterTable("t", schema.TableOptions{}, schema.TableOptions{Comment: "it's", Postgres: schema.PostgresTable{
				Storage: "fillfactor=70, autovacuum_enabled=false", Unlogged: true, RowSecurity: "FORCED", ReplicaIdentity: "FULL",
			}})
		})),
		keeps(compileCase{name: "alter_table_back", setup: record(func(m *op.Script) {
			base(m)
			m.AlterTable("t", schema.TableOptions{}, schema.TableOptions{Postgres: schema.PostgresTable{Storage: "fillfactor=70, autovacuum_enabled=false", RowSecurity: "ENABLED"}})
		}), rows: baseRows, ops: record(func(m *op.Script) {
			m.AlterTable("t", schema.TableOptions{Postgres: schema.PostgresTable{Storage: "fillfactor=70, autovacuum_enabled=false", RowSecurity: "ENABLED"}},
				schema.TableOptions{Postgres: schema.PostgresTable{Storage: "fillfactor=60", ReplicaIdentity: "NOTHING", ClusterOn: "i"}})
		})}),
		{name: "detach_partition", setup: record(func(m *op.Script) {
			m.CreateTable("part", schema.Int("id").NotNull(), schema.Text("x"), schema.TableOptions{Postgres: schema.PostgresTable{PartitionBy: "LIST (id)"}})
			m.CreateTable("part_1", schema.TableOptions{Postgres: schema.PostgresTable{PartitionOf: "part", Bound: "FOR VALUES IN (1)"}})
		}), rows: []string{"INSERT INTO part VALUES (1, 'a')"}, after: []string{"SELECT * FROM part_1"}, ops: record(func(m *op.Script) {
			m.AlterTable("part_1", schema.TableOptions{Postgres: schema.PostgresTable{PartitionOf: "part", Bound: "FOR VALUES IN (1)"}}, schema.TableOptions{})
		})},
		{name: "attach_partition", setup: record(func(m *op.Script) {
			m.CreateTable("part", schema.Int("id").NotNull(), schema.Text("x"), schema.PrimaryKey{Name: "part_pkey", Parts: schema.Columns("id")},
				schema.Index{Name: "part_x", Parts: schema.Columns("x")}, schema.TableOptions{Postgres: schema.PostgresTable{PartitionBy: "LIST (id)"}})
			m.CreateTable("one", schema.Int("id").NotNull(), schema.Text("x"), schema.PrimaryKey{Name: "one_pkey", Parts: schema.Columns("id")})
		}), rows: []string{"INSERT INTO one VALUES (1, 'a')"}, after: []string{"SELECT * FROM one"}, stays: true, ops: record(func(m *op.Script) {
			m.AlterTable("one", schema.TableOptions{}, schema.TableOptions{Postgres: schema.PostgresTable{PartitionOf: "part", Bound: "FOR VALUES IN (1)"}})
		})},
		{name: "inherit", setup: record(func(m *op.Script) {
			m.CreateTable("parent", schema.Int("id"), schema.Text("x"))
			m.CreateTable("child", schema.Int("id"), schema.Text("x"), schema.Int("own"))
		}), rows: []string{"INSERT INTO child VALUES (1, 'a', 2)"}, after: []string{"SELECT * FROM child"}, ops: record(func(m *op.Script) {
			m.AlterTable("child", schema.TableOptions{}, schema.TableOptions{Postgres: schema.PostgresTable{Inherits: "parent"}})
		})},
		based("primary_key", func(m *op.Script) {
			m.AlterPrimaryKey("t", schema.PrimaryKey{Name: "t_pkey", Parts: schema.Columns("id")}, schema.PrimaryKey{Name: "t_pkey", Parts: schema.Columns("id"), ConstraintOptions: schema.ConstraintOptions{Include: []string{"a"}, Comment: "new"}})
		}),
		based("primary_key_renamed", func(m *op.Script) {
			m.AlterPrimaryKey("p", schema.PrimaryKey{Name: "p_pkey", Parts: schema.Columns("id")}, schema.PrimaryKey{Name: "other", Parts: schema.Columns("id")})
		}),
		based("primary_key_referred_to", func(m *op.Script) {
			m.AlterPrimaryKey("p", schema.PrimaryKey{Name: "p_pkey", Parts: schema.Columns("id")}, schema.PrimaryKey{Name: "p_pkey", Parts: schema.Columns("id"), ConstraintOptions: schema.ConstraintOptions{Include: []string{"name"}}})
		}),
		based("primary_key_dropped", func(m *op.Script) {
			m.AlterPrimaryKey("t", schema.PrimaryKey{Name: "t_pkey", Parts: schema.Columns("id")}, schema.PrimaryKey{})
		}),
		based("unique", func(m *op.Script) {
			m.AddUnique("t", schema.Unique{Name: "u", Parts: schema.Columns("a", "b"), ConstraintOptions: schema.ConstraintOptions{Comment: "c"}})
		}),
		based("unique_without_a_name", func(m *op.Script) { m.AddUnique("t", schema.Unique{Parts: schema.Columns("a", "b")}) }),
		based("check", func(m *op.Script) {
			m.AddCheck("t", schema.Check{Name: "c", Expr: schema.Expr("a <> '' -- not empty")})
		}),
		based("check_not_valid", func(m *op.Script) {
			m.AddCheck("t", schema.Check{Name: "c", Expr: schema.Expr("b > 100"), NotValid: true})
		}),
		based("foreign_key", func(m *op.Script) {
			m.AddForeignKey("t", schema.ForeignKey{Name: "f", Columns: []string{"b"}, RefTable: "p", RefColumns: []string{"code"}, NotValid: true, OnDelete: schema.Cascade})
		}),
		based("foreign_key_before_its_key", func(m *op.Script) {
			m.CreateTable("c", schema.Int("n"), schema.ForeignKey{Name: "cn", Columns: []string{"n"}, RefTable: "p", RefColumns: []string{"code", "id"}[:1]},
				schema.ForeignKey{Name: "cm", Columns: []string{"n"}, RefTable: "t", RefColumns: []string{"b"}})
			m.AddUnique("t", schema.Unique{Name: "ub", Parts: schema.Columns("b")})
		}),
		based("index", func(m *op.Script) {
			m.CreateIndex("t", schema.Index{Name: "x", Parts: []schema.Part{{Column: "a", Desc: true, Nulls: "LAST"}, {Column: "b", Nulls: "FIRST"}}, Where: schema.Expr("b > 1")})
		}),
		based("index_concurrently", func(m *op.Script) {
			m.CreateIndex("t", schema.Index{Name: "x", Parts: schema.Columns("a"), Comment: "c"}, op.Concurrently)
		}),
		{name: "awkward_names", ops: record(func(m *op.Script) {
			long := strings.Repeat("ä", 31) + "x"
			for i, n := range []string{`a "quoted" one`, "Upper Case", "select", "dots.in.it", long, "ß🐦"} {
				name := schema.Qualify("", n)
				m.CreateTable(name, schema.BigInt(n).NotNull(), schema.Text("x y").Comment("c"), schema.PrimaryKey{Name: cutRune("k"+n, 63), Parts: schema.Columns(n)},
					schema.Index{Name: cutRune("i"+n, 63), Parts: schema.Columns("x y"), Comment: "c"}, schema.Check{Name: cutRune("c"+n, 63), Expr: schema.Expr(quoteIdent(n) + " > 0"), Comment: "c"})
				if i > 0 {
					m.AddColumn(name, schema.BigInt("ref"))
					m.AddForeignKey(name, schema.ForeignKey{Name: cutRune("f"+n, 63), Columns: []string{"ref"}, RefTable: schema.Qualify("", `a "quoted" one`)})
				}
			}
		})},
		{name: "namespaces", ops: record(func(m *op.Script) {
			m.CreateObject(object(schema.Namespace, "sales", "CREATE SCHEMA sales"))
			m.CreateTable("sales.orders", schema.Native("id", "bigserial").NotNull().AutoIncrement(), schema.Text("a"), schema.PrimaryKey{Name: "orders_pkey", Parts: schema.Columns("id")}, schema.Index{Name: "oi", Parts: schema.Columns("a"), Comment: "c"})
			m.CreateTable("items", schema.BigInt("o"), schema.ForeignKey{Name: "fo", Columns: []string{"o"}, RefTable: "sales.orders"})
			m.RenameColumn("sales.orders", "a", "b")
			m.DropIndex("sales.orders", "oi")
		})},
		{name: "exec", setup: record(base), rows: baseRows, ops: record(func(m *op.Script) {
			m.Exec("UPDATE t SET a = 'x;y' WHERE id = 1; -- and\nINSERT INTO t (id, a) VALUES (9, $$z;$$);")
			m.ExecOn(schema.SQLite, "SELECT nothing")
			m.Exec("CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $f$ BEGIN RETURN 1; END $f$; DROP FUNCTION f()")
		})},
	}
}
