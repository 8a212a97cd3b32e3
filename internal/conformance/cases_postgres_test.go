package conformance

import "github.com/whimbreldb/whimbrel/schema"

// postgresSamples are what PostgreSQL alone has.
func postgresSamples(r rules) []sample {
	out := postgresTables(r)
	out = append(out, postgresColumns(r)...)
	out = append(out, postgresConstraints(r)...)
	out = append(out, postgresIndexes(r)...)
	out = append(out, postgresTypes(r)...)
	out = append(out, postgresRoutines(r)...)
	return append(out, postgresOnTables(r)...)
}

func pgTable(o schema.PostgresTable) schema.TableOptions { return schema.TableOptions{Postgres: o} }

func postgresTables(r rules) []sample {
	parent := func(by string) schema.Table {
		return schema.NewTable("days", schema.Int("id").NotNull(), schema.Date("day").NotNull(), schema.Text("note"), pgTable(schema.PostgresTable{PartitionBy: by}))
	}
	part := func(name, bound string, items ...schema.Item) schema.Table {
		return schema.NewTable(name, append(items, pgTable(schema.PostgresTable{PartitionOf: "days", Bound: bound}))...)
	}
	p1, rest := part("days_1", "FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')"), part("days_rest", "DEFAULT")
	child := schema.NewTable("owls", schema.Text("hunts"), pgTable(schema.PostgresTable{Inherits: "birds"}))
	sub := schema.NewTable("days_2", pgTable(schema.PostgresTable{PartitionOf: "days", Bound: "FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')", PartitionBy: "LIST (id)"}))
	subsub := schema.NewTable("days_2_1", pgTable(schema.PostgresTable{PartitionOf: "days_2", Bound: "FOR VALUES IN (1, 2)"}))
	byRange := parent("RANGE (day)")
	keyed := byRange.Clone()
	keyed.PrimaryKey = schema.PrimaryKey{Parts: schema.Columns("id", "day")}
	keyed.Indexes = []schema.Index{index("i_note", "note")}
	// A parent with everything that a partition has a copy of.
	rich := keyed.Clone()
	rich.Columns[2].Default = schema.StringValue("it's")
	rich.Columns = append(rich.Columns, schema.BigInt("bird").Column())
	rich.Checks = []schema.Check{{Name: "ck_id", Expr: schema.Expr("id > 0")}}
	rich.Uniques = []schema.Unique{{Name: "uq_days", Parts: schema.Columns("day", "bird")}}
	rich.ForeignKeys = []schema.ForeignKey{{Name: "fk_bird", Columns: []string{"bird"}, RefTable: "birds", RefColumns: []string{"id"}}}
	own := part("days_1", p1.Options.Postgres.Bound, index("i_own", "bird"))
	own.Columns = []schema.Column{{Name: "note", Type: schema.NativeType(""), Default: schema.StringValue("mine")}}
	alone := own.Leave(tables(rich).Finder())
	alone.PrimaryKey.Name = "days_1_pkey"
	moved := part("days_1", "FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')")
	moved.Options.Postgres.PartitionOf = "days2"
	byRange2 := byRange.Clone()
	byRange2.Name = "days2"
	heir := child.Leave(tables(birds(title)).Finder())
	heirs := func(t schema.Table, c schema.ColumnDef) schema.Table {
		t = t.Clone()
		t.Columns = append([]schema.Column{c.Column()}, t.Columns...)
		return t
	}
	typ := r.object(schema.CompositeType, "place", "", "CREATE TYPE place AS (x integer, y text)")
	ns := r.object(schema.Namespace, "sales", "", "CREATE SCHEMA sales")
	orders := schema.NewTable("sales.orders", schema.BigInt("id").NotNull().PrimaryKey(), title, schema.BigInt("bird"),
		schema.ForeignKey{Name: "fk_bird", Columns: []string{"bird"}, RefTable: "birds", RefColumns: []string{"id"}}, index("i_title", "title"))
	more := orders.Clone()
	more.Columns = append(more.Columns, weight.Column())
	more.Columns[1].NotNull = true
	odd := r.object(schema.Namespace, schema.Qualify("", "odd.name"), "", `CREATE SCHEMA "odd.name"`)
	oddTable := schema.NewTable(schema.Qualify("odd.name", `a"b`), schema.Int("id").NotNull().PrimaryKey())
	return []sample{
		pair("postgres/unlogged", tables(birds(title)), tables(birds(title, pgTable(schema.PostgresTable{Unlogged: true})))),
		pair("postgres/storage", tables(birds(title)), tables(birds(title, pgTable(schema.PostgresTable{Storage: "fillfactor=70, autovacuum_enabled=false"})))),
		pair("postgres/storage changed", tables(birds(title, pgTable(schema.PostgresTable{Storage: "fillfactor=70, autovacuum_enabled=false"}))), tables(birds(title, pgTable(schema.PostgresTable{Storage: "fillfactor=80"})))),
		pair("postgres/storage of the toast table", tables(birds(title)), tables(birds(title, pgTable(schema.PostgresTable{Storage: "toast.autovacuum_enabled=false"})))),
		pair("postgres/row security", tables(birds(title)), tables(birds(title, pgTable(schema.PostgresTable{RowSecurity: "ENABLED"})))),
		pair("postgres/row security forced", tables(birds(title, pgTable(schema.PostgresTable{RowSecurity: "ENABLED"}))), tables(birds(title, pgTable(schema.PostgresTable{RowSecurity: "FORCED"})))),
		pair("postgres/replica identity", tables(birds(title)), tables(birds(title, pgTable(schema.PostgresTable{ReplicaIdentity: "FULL"})))),
		pair("postgres/access method", schema.Schema{}, tables(birds(title, pgTable(schema.PostgresTable{AccessMethod: "heap"})))),
		pair("postgres/tablespace", schema.Schema{}, tables(birds(title, pgTable(schema.PostgresTable{Tablespace: "pg_default"})))),
		pair("postgres/partitions", schema.Schema{}, tables(byRange, p1, rest)),
		pair("postgres/partition added", tables(byRange, p1), tables(byRange, p1, rest)),
		pair("postgres/partition dropped", tables(byRange, p1, rest), tables(byRange, rest)),
		pair("postgres/partition bound", tables(byRange, p1), tables(byRange, part("days_1", "FOR VALUES FROM ('2019-01-01') TO ('2021-01-01')"))),
		pair("postgres/partitions of partitions", tables(byRange), tables(byRange, sub, subsub)),
		pair("postgres/partitioned with key and index", tables(byRange, p1), tables(keyed, p1)),
		pair("postgres/partition with a default of its own", tables(byRange), tables(byRange, p1, part("days_3", "FOR VALUES FROM ('2023-01-01') TO ('2024-01-01')", index("i_own", "note")))),
		pair("postgres/partition detached", tables(byRange, p1), tables(byRange, schema.NewTable("days_1", schema.Int("id").NotNull(), schema.Date("day").NotNull(), schema.Text("note")))),
		pair("postgres/partition detached with everything", tables(birds(title), rich, own), tables(birds(title), rich, alone)),
		pair("postgres/partition that stays when its parent goes", tables(birds(title), rich, own), tables(birds(title), alone)),
		pair("postgres/partition moved", tables(byRange, byRange2, p1), tables(byRange, byRange2, moved)),
		pair("postgres/partition detached and changed", tables(byRange, p1), tables(byRange, schema.NewTable("days_1", schema.Int("id").NotNull(), schema.Date("day"), weight))),
		pair("postgres/partition gets a default of its own", tables(byRange, p1), tables(byRange, part("days_1", p1.Options.Postgres.Bound, schema.FromColumn(schema.Column{Name: "note", Type: schema.NativeType(""), NotNull: true, Default: schema.StringValue("it's"), Comment: "own"})))),
		pair("postgres/heir gets a default of its own", tables(birds(title), child), tables(birds(title), heirs(child, schema.FromColumn(schema.Column{Name: "title", Type: title.Column().Type, NotNull: true, Default: schema.StringValue("x")})))),
		pair("postgres/heir of a column that changes", tables(birds(title), heirs(child, schema.FromColumn(schema.Column{Name: "title", Type: title.Column().Type, Default: schema.StringValue("x")}))),
			tables(birds(schema.Text("title").Default("y")), heirs(child, schema.Text("title").Default("z")))),
		pair("postgres/inherits no more", tables(birds(title), child), tables(birds(title), heir)),
		pair("postgres/heir that stays when its parent goes", tables(birds(title), child), tables(heir)),
		pair("postgres/inherits", tables(birds(title)), tables(birds(title), child)),
		pair("postgres/column of a parent", tables(birds(title), child), tables(birds(title, weight), child)),
		pair("postgres/of type", with(schema.Schema{}, typ), with(tables(schema.NewTable("places", pgTable(schema.PostgresTable{OfType: "place"}))), typ)),
		pair("postgres/namespace", tables(birds(title)), with(tables(birds(title), orders), ns)),
		pair("postgres/table in a namespace changes", with(tables(birds(title), orders), ns), with(tables(birds(title), more), ns)),
		pair("postgres/namespace with an odd name", schema.Schema{}, with(tables(oddTable), odd)),
	}
}

func postgresColumns(r rules) []sample {
	alter := func(name string, from, to schema.Item) sample {
		return pair("postgres/"+name, tables(birds(from, title)), tables(birds(to, title)))
	}
	n := schema.Int("n").NotNull()
	note := schema.Text("note")
	out := []sample{
		alter("identity", n, n.AutoIncrement()),
		alter("identity always", n.AutoIncrement(), n.Identity(schema.Identity{Always: true})),
		alter("identity options", n.Identity(schema.Identity{Options: "START WITH 10 INCREMENT BY 5"}), n.Identity(schema.Identity{Options: "START WITH 10 INCREMENT BY 7 CYCLE"})),
		alter("identity dropped", n.Identity(schema.Identity{Always: true}), n),
		alter("identity of another type", n.AutoIncrement(), schema.BigInt("n").NotNull().AutoIncrement()),
		alter("serial", n, schema.Native("n", "serial").NotNull().AutoIncrement()),
		alter("serial of another type", schema.Native("n", "serial").NotNull().AutoIncrement(), schema.Native("n", "bigserial").NotNull().AutoIncrement()),
		alter("serial becomes identity", schema.Native("n", "serial").NotNull().AutoIncrement(), n.AutoIncrement()),
		alter("column storage", note, note.Storage("EXTERNAL")),
		alter("text to integer", schema.Text("n"), schema.Native("n", "integer")),
		alter("boolean to integer", schema.Bool("n"), schema.Int("n")),
		alter("text to boolean", schema.Text("n"), schema.Bool("n")),
		alter("array", schema.Native("n", "integer[]"), schema.Native("n", "bigint[]")),
		alter("timestamp zone", schema.LocalDateTime("n"), schema.DateTime("n")),
		alter("json to jsonb", schema.Native("n", "json"), schema.JSON("n")),
		alter("default of a type that changes", schema.String("n", 10).Default("1"), schema.Int("n").Default(2)),
		alter("default array", schema.Native("n", "text[]"), schema.Native("n", "text[]").DefaultExpr("ARRAY['a', 'it''s']::text[]")),
		alter("options", note, note.Options(schema.Postgres, "SET STATISTICS 500")),
	}
	if r.since(14, 0) {
		out = append(out, alter("column compression", note, note.Compression("pglz")))
	}
	if r.since(18, 0) {
		out = append(out,
			alter("not null named", n, schema.Int("n").NotNullNamed("n_is_there")),
			alter("virtual", schema.BigInt("g").Generated(schema.Expr("id / 2")), schema.BigInt("g")),
		)
	}
	return out
}

func postgresConstraints(r rules) []sample {
	u := schema.Unique{Name: "u", Parts: schema.Columns("title")}
	k := schema.Check{Name: "k", Expr: schema.Expr("weight <> 4242")}
	unique := func(name string, change func(*schema.Unique)) sample {
		v := u
		change(&v)
		return pair("postgres/unique "+name, tables(birds(title, weight, u)), tables(birds(title, weight, v)))
	}
	check := func(name string, change func(*schema.Check)) sample {
		l := k
		change(&l)
		return pair("postgres/check "+name, tables(birds(title, weight, k)), tables(birds(title, weight, l)))
	}
	fk := func(name string, change func(*schema.ForeignKey)) sample {
		f := rings()
		g := f.Clone()
		change(&g.ForeignKeys[0])
		return pair("postgres/foreign key "+name, tables(birds(), f), tables(birds(), g))
	}
	key := func(name string, o schema.ConstraintOptions) sample {
		plain := schema.PrimaryKey{Name: "pk", Parts: schema.Columns("id")}
		with := plain
		with.ConstraintOptions = o
		table := func(p schema.PrimaryKey) schema.Schema {
			return tables(schema.NewTable("birds", schema.BigInt("id").NotNull(), title, p))
		}
		return pair("postgres/key "+name, table(plain), table(with))
	}
	out := []sample{
		unique("include", func(u *schema.Unique) { u.Include = []string{"weight"} }),
		unique("deferrable", func(u *schema.Unique) { u.Deferrable, u.InitiallyDeferred = true, true }),
		unique("storage", func(u *schema.Unique) { u.Storage = "fillfactor=80" }),
		unique("tablespace", func(u *schema.Unique) { u.Tablespace = "pg_default" }),
		unique("comment", func(u *schema.Unique) { u.Comment = "it's" }),
		key("include", schema.ConstraintOptions{Include: []string{"title"}}),
		key("deferrable", schema.ConstraintOptions{Deferrable: true, InitiallyDeferred: true}),
		key("storage", schema.ConstraintOptions{Storage: "fillfactor=80"}),
		key("tablespace", schema.ConstraintOptions{Tablespace: "pg_default"}),
		key("comment", schema.ConstraintOptions{Comment: "it's"}),
		check("not valid", func(c *schema.Check) { c.NotValid = true }),
		check("no inherit", func(c *schema.Check) { c.NoInherit = true }),
		check("comment", func(c *schema.Check) { c.Comment = "it's" }),
		fk("not valid", func(f *schema.ForeignKey) { f.NotValid = true }),
		fk("deferred", func(f *schema.ForeignKey) { f.Deferrable, f.InitiallyDeferred = true, true }),
		fk("match", func(f *schema.ForeignKey) { f.Match = "FULL" }),
		fk("comment", func(f *schema.ForeignKey) { f.Comment = "it's" }),
		pair("postgres/key renamed", tables(schema.NewTable("birds", schema.BigInt("id").NotNull(), schema.PrimaryKey{Name: "a", Parts: schema.Columns("id")})), tables(schema.NewTable("birds", schema.BigInt("id").NotNull(), schema.PrimaryKey{Name: "b", Parts: schema.Columns("id")}))),
	}
	if r.since(15, 0) {
		out = append(out,
			unique("nulls not distinct", func(u *schema.Unique) { u.NullsNotDistinct = true }),
			fk("set columns", func(f *schema.ForeignKey) { f.OnDelete, f.SetColumns = schema.SetNull, []string{"bird_id"} }),
		)
	}
	if r.since(18, 0) {
		without := schema.ConstraintOptions{WithoutOverlaps: true}
		gist := r.object(schema.Extension, "btree_gist", "", "CREATE EXTENSION btree_gist")
		keyed := schema.NewTable("spans", schema.Int("id").NotNull(), schema.Native("during", "daterange").NotNull(), schema.PrimaryKey{Parts: schema.Columns("id", "during"), ConstraintOptions: without})
		spans := schema.NewTable("spans", schema.Int("id").NotNull(), schema.Native("during", "daterange").NotNull())
		unique := spans.Clone()
		unique.Uniques = []schema.Unique{{Name: "u", Parts: schema.Columns("id", "during"), ConstraintOptions: without}}
		uses := schema.NewTable("uses", schema.Int("id"), schema.Native("during", "daterange"), schema.ForeignKey{Name: "fk", Columns: []string{"id", "during"}, RefTable: "spans", RefColumns: []string{"id", "during"}, Period: true})
		out = append(out,
			check("not enforced", func(c *schema.Check) { c.NotEnforced = true }),
			fk("not enforced", func(f *schema.ForeignKey) { f.NotEnforced = true }),
			pair("postgres/without overlaps", with(tables(spans), gist), with(tables(unique), gist)),
			pair("postgres/period", with(schema.Schema{}, gist), with(tables(keyed, uses), gist)),
		)
	}
	return out
}

func postgresIndexes(r rules) []sample {
	base := []schema.Item{title, weight, schema.JSON("doc"), schema.Native("tags", "text[]"), schema.Native("span", "int4range")}
	make := func(name string, i schema.Index) sample {
		i.Name = "i"
		return pair("postgres/index "+name, tables(birds(base...)), tables(birds(append(base, i)...)))
	}
	out := []sample{
		make("hash", schema.Index{Parts: schema.Columns("title"), Method: schema.Variants{Postgres: "hash"}}),
		make("gin", schema.Index{Parts: schema.Columns("doc"), Method: schema.Variants{Postgres: "gin"}}),
		make("gin with class", schema.Index{Parts: []schema.Part{{Column: "doc", OpClass: "jsonb_path_ops"}}, Method: schema.Variants{Postgres: "gin"}}),
		make("gist", schema.Index{Parts: schema.Columns("span"), Method: schema.Variants{Postgres: "gist"}}),
		make("brin", schema.Index{Parts: schema.Columns("id"), Method: schema.Variants{Postgres: "brin"}, Storage: "pages_per_range=32"}),
		make("class", schema.Index{Parts: []schema.Part{{Column: "title", OpClass: "varchar_pattern_ops"}}}),
		make("collation", schema.Index{Parts: []schema.Part{{Column: "title", Collation: schema.Variants{Postgres: "C"}}}}),
		make("nulls", schema.Index{Parts: []schema.Part{{Column: "title", Nulls: "FIRST"}, {Column: "weight", Desc: true, Nulls: "LAST"}}}),
		make("nulls that are the default", schema.Index{Parts: []schema.Part{{Column: "title", Nulls: "LAST"}, {Column: "weight", Desc: true, Nulls: "FIRST"}}}),
		make("include", schema.Index{Parts: schema.Columns("title"), Include: []string{"weight"}, Unique: true}),
		make("storage", schema.Index{Parts: schema.Columns("title"), Storage: "fillfactor=70"}),
		make("tablespace", schema.Index{Parts: schema.Columns("title"), Tablespace: "pg_default"}),
		make("comment", schema.Index{Parts: schema.Columns("title"), Comment: "it's"}),
		make("expression and where", schema.Index{Parts: []schema.Part{{Expr: schema.Expr("lower(title) || 'x'"), Desc: true}, {Expr: schema.Expr("coalesce(weight, 0)")}}, Where: schema.Expr("title IN ('a', 'b') AND weight BETWEEN 1 AND 5")}),
	}
	if r.since(15, 0) {
		out = append(out, make("nulls not distinct", schema.Index{Parts: schema.Columns("id", "title"), Unique: true, NullsNotDistinct: true}))
	}
	return out
}

// change are the cases of an object: made, made with what uses it, changed.
func (r rules) change(name string, base schema.Schema, from, to schema.Object) []sample {
	return []sample{
		pair("postgres/"+name+" create", base, with(base, from)),
		pair("postgres/"+name+" drop", with(base, from), base),
		pair("postgres/"+name+" change", with(base, from), with(base, to)),
	}
}

func postgresTypes(r rules) []sample {
	o := r.object
	enum := func(values string) schema.Object {
		return o(schema.Enum, "mood", "", "CREATE TYPE mood AS ENUM ("+values+")")
	}
	moody := tables(birds(schema.Native("feels", "mood").DefaultExpr("'it''s'::mood"), schema.Native("felt", "mood[]"), schema.Index{Name: "i", Parts: schema.Columns("feels"), Where: schema.Expr("feels > 'a'::mood")}))
	domain := func(text string) schema.Object {
		return o(schema.Domain, "grams", "", "CREATE DOMAIN grams AS integer"+text)
	}
	heavy := tables(birds(schema.Native("w", "grams")))
	place := func(text string) schema.Object {
		return o(schema.CompositeType, "place", "", "CREATE TYPE place AS ("+text+")")
	}
	placed := tables(birds(schema.Native("p", "place")))
	span := func(text string) schema.Object {
		return o(schema.RangeType, "span", "", "CREATE TYPE span AS RANGE (subtype = "+text+")")
	}
	seq := func(text string) schema.Object {
		return o(schema.Sequence, "numbers", "", "CREATE SEQUENCE numbers"+text)
	}
	numbered := tables(schema.NewTable("birds", schema.BigInt("id").NotNull().PrimaryKey().DefaultExpr("nextval('numbers'::regclass)"), title))
	out := []sample{
		pair("postgres/enum value in the middle", with(moody, enum("'a', 'it''s', 'ü'")), with(moody, enum("'first', 'a', 'middle', 'it''s', 'ü', 'last'"))),
		pair("postgres/enum value dropped", with(moody, enum("'a', 'it''s', 'ü', 'old'")), with(moody, enum("'a', 'it''s', 'ü'"))),
		pair("postgres/enum order", with(moody, enum("'a', 'it''s', 'ü'")), with(moody, enum("'ü', 'it''s', 'a'"))),
		pair("postgres/enum with its table", schema.Schema{}, with(moody, enum("'a', 'it''s'"))),
		pair("postgres/enum from text", with(tables(birds(schema.Text("feels"))), enum("'a'")), with(tables(birds(schema.Native("feels", "mood"))), enum("'a'"))),
		pair("postgres/domain used", with(heavy, domain("")), with(heavy, domain(" DEFAULT 5 CONSTRAINT heavy CHECK (VALUE <> 4242)"))),
		pair("postgres/domain with its table", schema.Schema{}, with(heavy, domain(" NOT NULL CHECK (VALUE > 0)"))),
		pair("postgres/composite used", with(placed, place("x integer")), with(placed, place("x integer, y text"))),
		pair("postgres/sequence of a default", with(tables(schema.NewTable("birds", schema.BigInt("id").NotNull().PrimaryKey(), title)), seq("")), with(numbered, seq(" START WITH 7"))),
	}
	none := schema.Schema{}
	out = append(out, r.change("enum", none, enum("'a', 'b'"), enum("'a', 'c', 'b'"))...)
	out = append(out, r.change("domain", none, domain(" CHECK (VALUE > 0)"), domain(" DEFAULT 3 NOT NULL CONSTRAINT c CHECK (VALUE < 9)"))...)
	out = append(out, r.change("composite", none, place("x integer, y text"), place("x bigint, z numeric(8,2)"))...)
	out = append(out, r.change("range", none, span("int4"), span("int8"))...)
	out = append(out, r.change("sequence", none, seq(" START WITH 5 INCREMENT BY 2"), seq(" AS integer INCREMENT BY -1 MINVALUE -100 MAXVALUE 50 START WITH 50 CACHE 10 CYCLE"))...)
	numbers := tables(birds(title, weight))
	out = append(out, r.change("sequence owned", numbers, seq(""), seq(";\nALTER SEQUENCE numbers OWNED BY birds.weight"))...)
	if r.since(15, 0) {
		unlogged := seq("")
		unlogged.Definition.Variants.Postgres = "CREATE UNLOGGED SEQUENCE numbers"
		out = append(out, r.change("sequence unlogged", none, seq(""), unlogged)...)
	}
	waits := domain(";\nALTER DOMAIN grams ADD CONSTRAINT k CHECK (VALUE > 0) NOT VALID")
	out = append(out, r.change("domain not valid", none, domain(""), waits)...)
	out = append(out, pair("postgres/domain validated", with(heavy, waits), with(heavy, domain(" CONSTRAINT k CHECK (VALUE > 0)"))))
	seen := func(rest string) schema.Object {
		return o(schema.View, "seen", "", "CREATE VIEW seen AS SELECT title, weight FROM birds"+rest)
	}
	out = append(out, r.change("view default", numbers, seen(""), seen(";\nALTER VIEW seen ALTER COLUMN weight SET DEFAULT 5"))...)
	out = append(out, r.change("namespace", none, o(schema.Namespace, "extra", "", "CREATE SCHEMA extra"), o(schema.Namespace, "extra", "", "CREATE SCHEMA extra;\nCOMMENT ON SCHEMA extra IS 'it''s'"))...)
	out = append(out, r.change("collation", none,
		o(schema.Collation, "plain", "", "CREATE COLLATION plain (provider = libc, locale = 'C')"), o(schema.Collation, "plain", "", "CREATE COLLATION plain (provider = libc, locale = 'POSIX')"))...)
	return append(out, pair("postgres/extension create", none, with(none, o(schema.Extension, "citext", "", "CREATE EXTENSION citext"))),
		pair("postgres/extension and a column of it", tables(birds(title)), with(tables(birds(schema.Native("title", "citext"))), o(schema.Extension, "citext", "", "CREATE EXTENSION citext"))),
		pair("postgres/extension comment", with(none, o(schema.Extension, "citext", "", "CREATE EXTENSION citext")), with(none, o(schema.Extension, "citext", "", "CREATE EXTENSION citext;\nCOMMENT ON EXTENSION citext IS 'ours'"))))
}

func postgresRoutines(r rules) []sample {
	o := r.object
	base := tables(birds(title, weight))
	f := func(result, body string) schema.Object {
		return o(schema.Function, "twice(integer)", "", "CREATE FUNCTION twice(integer) RETURNS "+result+" LANGUAGE sql IMMUTABLE AS $$"+body+"$$")
	}
	used := tables(birds(title, weight, schema.Check{Name: "k", Expr: schema.Expr("twice(weight) <> 4242")}, schema.Index{Name: "i", Parts: []schema.Part{{Expr: schema.Expr("twice(weight)")}}}))
	over := o(schema.Function, "twice(text, text)", "", "CREATE FUNCTION twice(a text, b text DEFAULT 'it''s') RETURNS text LANGUAGE sql AS 'SELECT $1 || $2'")
	out := []sample{
		pair("postgres/function used", with(base, f("integer", "SELECT $1 / 2")), with(used, f("integer", "SELECT $1 / 2"))),
		pair("postgres/function of another result", with(base, f("integer", "SELECT $1 * 2")), with(base, f("text", "SELECT $1::text"))),
		pair("postgres/function overloaded", with(base, f("integer", "SELECT $1 * 2")), with(base, f("integer", "SELECT $1 * 2"), over)),
		pair("postgres/function changed in use", with(used, f("integer", "SELECT $1 / 2")), with(used, f("integer", "SELECT $1 / 3"))),
		pair("postgres/function of a table", schema.Schema{}, with(base, o(schema.Function, "titles(birds)", "", "CREATE FUNCTION titles(birds) RETURNS text LANGUAGE sql AS $$SELECT $1.title$$"))),
		pair("postgres/function in a view", base, with(base, f("integer", "SELECT $1 * 2"), o(schema.View, "doubled", "", "CREATE VIEW doubled AS SELECT twice(weight) AS w FROM birds"))),
	}
	out = append(out, r.change("function", base, f("integer", "SELECT $1 * 2"), o(schema.Function, "twice(integer)", "", "CREATE FUNCTION twice(n integer) RETURNS integer LANGUAGE plpgsql STABLE STRICT AS $_$\nBEGIN\n  RETURN n * 2; -- it's $$\nEND\n$_$"))...)
	out = append(out, r.change("procedure", base,
		o(schema.Procedure, "weigh(integer)", "", "CREATE PROCEDURE weigh(integer) LANGUAGE sql AS $$UPDATE birds SET weight = $1$$"),
		o(schema.Procedure, "weigh(integer)", "", "CREATE PROCEDURE weigh(integer) LANGUAGE sql AS $$UPDATE birds SET weight = $1 + 1$$"))...)
	return append(out, r.change("aggregate", base,
		o(schema.Aggregate, "total(integer)", "", "CREATE AGGREGATE total(integer) (sfunc = int4pl, stype = integer, initcond = '0')"),
		o(schema.Aggregate, "total(integer)", "", "CREATE AGGREGATE total(integer) (sfunc = int4pl, stype = integer, initcond = '5')"))...)
}

func postgresOnTables(r rules) []sample {
	o := r.object
	base := tables(birds(title, weight, schema.Native("span", "int4range")))
	mv := o(schema.MaterializedView, "heavy", "", "CREATE MATERIALIZED VIEW heavy AS SELECT id, weight FROM birds WHERE weight > 5;\nCREATE UNIQUE INDEX i_heavy ON heavy (id);\nCOMMENT ON MATERIALIZED VIEW heavy IS 'it''s'")
	view := o(schema.View, "light", "", "CREATE VIEW light WITH (security_barrier=true) AS SELECT id, title FROM birds;\nCOMMENT ON VIEW light IS 'it''s'")
	typed := tables(birds(schema.Text("title"), schema.BigInt("weight"), schema.Native("span", "int4range")))
	policy := func(text string) schema.Object {
		return o(schema.Policy, "own", "birds", "CREATE POLICY own ON birds "+text)
	}
	out := []sample{
		pair("postgres/everything on a column that changes type", with(base, mv, view, o(schema.View, "top", "", "CREATE VIEW top AS SELECT light.title FROM light"), policy("USING (title <> 'x')"),
			o(schema.Rule, "quiet", "light", "CREATE RULE quiet AS ON INSERT TO light DO INSTEAD NOTHING")),
			with(typed, mv, view, o(schema.View, "top", "", "CREATE VIEW top AS SELECT light.title FROM light"), policy("USING (title <> 'x')"),
				o(schema.Rule, "quiet", "light", "CREATE RULE quiet AS ON INSERT TO light DO INSTEAD NOTHING"))),
		pair("postgres/view with options and comment", base, with(base, view)),
		pair("postgres/trigger on a view", with(base, view), with(base, view,
			o(schema.Function, "touch()", "", "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$"),
			o(schema.Trigger, "tr", "light", "CREATE TRIGGER tr INSTEAD OF INSERT ON light FOR EACH ROW EXECUTE FUNCTION touch()"))),
	}
	out = append(out, r.change("materialized view", base, mv, o(schema.MaterializedView, "heavy", "", "CREATE MATERIALIZED VIEW heavy AS SELECT id FROM birds WITH NO DATA"))...)
	out = append(out, r.change("rule", base,
		o(schema.Rule, "quiet", "birds", "CREATE RULE quiet AS ON DELETE TO birds WHERE old.weight = 4242 DO INSTEAD NOTHING"),
		o(schema.Rule, "quiet", "birds", "CREATE RULE quiet AS ON DELETE TO birds WHERE old.weight = 4243 DO INSTEAD NOTHING"))...)
	out = append(out, r.change("policy", base, policy("FOR SELECT USING (weight > 5)"), policy("AS RESTRICTIVE FOR UPDATE TO PUBLIC USING (title <> 'it''s') WITH CHECK (weight < 9)"))...)
	out = append(out, r.change("exclusion", base,
		o(schema.Exclusion, "apart", "birds", "ALTER TABLE birds ADD CONSTRAINT apart EXCLUDE USING gist (span WITH &&)"),
		o(schema.Exclusion, "apart", "birds", "ALTER TABLE birds ADD CONSTRAINT apart EXCLUDE USING gist (span WITH =, (span * span) WITH &&) WHERE (weight > 5) DEFERRABLE"))...)
	for i := range out {
		if out[i].name == "postgres/exclusion create" || out[i].name == "postgres/exclusion drop" || out[i].name == "postgres/exclusion change" {
			out[i].rows = []string{"INSERT INTO birds VALUES (1, 'a', 1, '[1,2)'), (2, 'b', 2, '[3,4)'), (3, NULL, NULL, NULL)"}
		}
	}
	return append(out, r.change("statistics", base,
		o(schema.Statistics, "pairs", "birds", "CREATE STATISTICS pairs (ndistinct) ON title, weight FROM birds"),
		o(schema.Statistics, "pairs", "birds", "CREATE STATISTICS pairs (mcv, dependencies) ON title, weight FROM birds"))...)
}
