package conformance

import "github.com/whimbreldb/whimbrel/schema"

// mysqlSamples are what MySQL and MariaDB have, and each of them alone.
func mysqlSamples(r rules) []sample {
	options := func(o schema.MySQLTable) schema.TableOptions { return schema.TableOptions{MySQL: o} }
	alter := func(name string, from, to schema.Item) sample {
		return pair("mysql/"+name, tables(birds(title, from)), tables(birds(title, to)))
	}
	at := schema.DateTime("at")
	ts := schema.Native("at", "timestamp")
	long := schema.Text("long")
	place := schema.Native("place", "point").NotNull()
	indexed := func(name string, i schema.Index) sample {
		i.Name = "i"
		items := []schema.Item{title, long, place}
		return sample{name: "mysql/" + name, trial: trial{from: tables(birds(items...)), to: tables(birds(append(items, i)...))}}
	}
	base := tables(birds(title, weight))
	object := func(name string, from, to schema.Object) []sample {
		return []sample{
			pair("mysql/"+name+" create", base, with(base, from)),
			pair("mysql/"+name+" change", with(base, from), with(base, to)),
		}
	}
	partitioned := func(by string) schema.Table {
		return schema.NewTable("days", schema.Int("id").NotNull(), schema.Date("day").NotNull(), schema.PrimaryKey{Parts: schema.Columns("id", "day")}, options(schema.MySQLTable{PartitionBy: by}))
	}
	byRange := "RANGE (year(`day`))\n(PARTITION p0 VALUES LESS THAN (2000),\n PARTITION p1 VALUES LESS THAN MAXVALUE)"
	memory := func(method schema.Variants) schema.Table {
		return schema.NewTable("birds", schema.Int("id").NotNull(), schema.PrimaryKey{Parts: schema.Columns("id"), Method: method}, options(schema.MySQLTable{Engine: "MEMORY"}))
	}
	out := []sample{
		alter("on update", at, at.DefaultExpr("CURRENT_TIMESTAMP").OnUpdate("CURRENT_TIMESTAMP")),
		alter("on update dropped", at.DefaultExpr("CURRENT_TIMESTAMP").OnUpdate("CURRENT_TIMESTAMP"), at.DefaultExpr("CURRENT_TIMESTAMP")),
		alter("on update kept by another change", at.NotNull().DefaultExpr("CURRENT_TIMESTAMP").OnUpdate("CURRENT_TIMESTAMP"), at.DefaultExpr("CURRENT_TIMESTAMP").OnUpdate("CURRENT_TIMESTAMP").Comment("x")),
		alter("timestamp", ts, ts.NotNull().DefaultExpr("CURRENT_TIMESTAMP").OnUpdate("CURRENT_TIMESTAMP")),
		alter("unsigned", schema.Int("n"), schema.Int("n").Unsigned()),
		alter("zerofill", schema.Native("n", "int unsigned"), schema.Native("n", "int(8) unsigned zerofill")),
		alter("invisible", weight, weight.Invisible()),
		alter("visible", weight.Invisible().NotNull().Default(1), weight.NotNull().Default(1)),
		alter("enum", schema.Native("e", "enum('a','b')"), schema.Native("e", "enum('a','it''s','b','c')").NotNull().Default("a")),
		alter("set", schema.Native("e", "set('a','b')"), schema.Native("e", "set('a','b','c')")),
		alter("charset", schema.Native("e", "varchar(20) CHARACTER SET latin1"), schema.Native("e", "varchar(20) CHARACTER SET utf8mb4")),
		alter("modify keeps everything", schema.Int("n").Unsigned().NotNull().Default(3).Comment("it's").Invisible(), schema.BigInt("n").Unsigned().NotNull().Default(3).Comment("it's").Invisible()),
		pair("mysql/auto-increment keeps its comment", tables(schema.NewTable("birds", schema.Int("id").NotNull().AutoIncrement().PrimaryKey().Comment("x"), title)), tables(schema.NewTable("birds", schema.BigInt("id").NotNull().AutoIncrement().PrimaryKey().Comment("x"), title))),
		pair("mysql/auto-increment unsigned", schema.Schema{}, tables(schema.NewTable("birds", schema.BigInt("id").Unsigned().NotNull().AutoIncrement().PrimaryKey(), title))),
		indexed("prefix", schema.Index{Parts: []schema.Part{{Column: "long", Length: 10}, {Column: "title", Length: 5}}}),
		indexed("fulltext", schema.Index{Parts: schema.Columns("title", "long"), Method: schema.Variants{MySQL: "fulltext"}}),
		indexed("index comment", schema.Index{Parts: schema.Columns("title"), Comment: "it's"}),
		indexed("index hidden", schema.Index{Parts: schema.Columns("title"), Invisible: true}),
		indexed("index options", schema.Index{Parts: schema.Columns("title"), Storage: "KEY_BLOCK_SIZE=8"}),
		pair("mysql/index unhidden", tables(birds(title, schema.Index{Name: "i", Parts: schema.Columns("title"), Invisible: true})), tables(birds(title, index("i", "title")))),
		pair("mysql/engine", tables(birds(title)), tables(birds(title, options(schema.MySQLTable{Engine: "MyISAM"})))),
		pair("mysql/key in memory", tables(memory(schema.Variants{})), tables(memory(schema.Variants{MySQL: "btree"}))),
		pair("mysql/row format", tables(birds(title)), tables(birds(title, options(schema.MySQLTable{RowFormat: "COMPRESSED"})))),
		pair("mysql/table charset", tables(birds(weight)), tables(birds(weight, options(schema.MySQLTable{Charset: "latin1", Collation: "latin1_german1_ci"})))),
		pair("mysql/table collation", tables(birds(weight, schema.String("s", 10))), tables(birds(weight, schema.String("s", 10), options(schema.MySQLTable{Charset: "utf8mb4", Collation: "utf8mb4_bin"})))),
		pair("mysql/table options", tables(birds(title)), tables(birds(title, options(schema.MySQLTable{Options: "STATS_PERSISTENT=1"})))),
		pair("mysql/partitions", schema.Schema{}, tables(partitioned(byRange))),
		pair("mysql/partitions added", tables(partitioned("")), tables(partitioned(byRange))),
		pair("mysql/partitions changed", tables(partitioned(byRange)), tables(partitioned("HASH (`id`)\nPARTITIONS 4"))),
		pair("mysql/foreign key and its index", tables(birds(), rings()), tables(birds(), rings(index("i_bird", "bird_id")))),
	}
	spatial := indexed("spatial", schema.Index{Parts: schema.Columns("place"), Method: schema.Variants{MySQL: "spatial"}})
	out = append(out, spatial)
	out = append(out, object("function",
		r.object(schema.Function, "twice", "", "CREATE FUNCTION twice(x INT) RETURNS INT DETERMINISTIC RETURN x * 2"),
		r.object(schema.Function, "twice", "", "CREATE FUNCTION twice(x INT, y VARCHAR(10)) RETURNS INT DETERMINISTIC COMMENT 'it''s'\nBEGIN\n  DECLARE z INT;\n  SET z = length('it''s \\\\ -- \\'x\\' ?');\n  RETURN z * 2;\nEND"))...)
	out = append(out, object("procedure",
		r.object(schema.Procedure, "weigh", "", "CREATE PROCEDURE weigh(IN x INT) UPDATE birds SET weight = x WHERE title <> 'it''s; END \\\\'"),
		r.object(schema.Procedure, "weigh", "", "CREATE PROCEDURE weigh(IN x INT, OUT y INT)\nBEGIN\n  UPDATE birds SET weight = x;\n  SET y = 1;\nEND"))...)
	out = append(out, object("event",
		r.object(schema.Event, "nightly", "", "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2037-01-01 00:00:00' DISABLE DO DELETE FROM birds WHERE weight = 4242"),
		r.object(schema.Event, "nightly", "", "CREATE EVENT nightly ON SCHEDULE EVERY 2 DAY STARTS '2037-01-01 00:00:00' DISABLE COMMENT 'it''s' DO DELETE FROM birds WHERE title = 'it''s 日本 😀'"))...)
	check := schema.Check{Name: "k", Expr: schema.Expr("weight <> 4242")}
	if r.name == schema.MySQL {
		lax := check
		lax.NotEnforced = true
		return append(out,
			pair("mysql/check not enforced", tables(birds(weight)), tables(birds(weight, lax))),
			pair("mysql/check enforced", tables(birds(weight, lax)), tables(birds(weight, check))),
			pair("mysql/functional index", tables(birds(title)), tables(birds(title, schema.Index{Name: "i", Parts: []schema.Part{{Expr: schema.Expr("upper(title)"), Desc: true}}}))),
			pair("mysql/srid", tables(birds(title)), tables(birds(title, schema.Native("p", "point").Options(schema.MySQL, "SRID 4326")))),
		)
	}
	versioned := options(schema.MySQLTable{Options: "WITH SYSTEM VERSIONING"})
	out = append(out, object("sequence",
		r.object(schema.Sequence, "numbers", "", "CREATE SEQUENCE numbers START WITH 10 INCREMENT BY 5"),
		r.object(schema.Sequence, "numbers", "", "CREATE SEQUENCE numbers START WITH 10 INCREMENT BY 7 MAXVALUE 1000 CYCLE"))...)
	return append(out,
		pair("mariadb/system versioning", tables(birds(title)), tables(birds(title, versioned))),
		pair("mariadb/system versioning dropped", tables(birds(title, versioned)), tables(birds(title))),
		pair("mariadb/without versioning", schema.Schema{}, tables(birds(schema.String("title", 50).Options(schema.MariaDB, "WITHOUT SYSTEM VERSIONING"), weight, versioned))),
		pair("mariadb/uuid", tables(birds(title)), tables(birds(title, schema.Native("u", "uuid"), schema.Native("i", "inet6")))),
		pair("mariadb/compressed", tables(birds(title)), tables(birds(title, schema.Native("c", "text").Options(schema.MariaDB, "COMPRESSED")))),
	)
}
