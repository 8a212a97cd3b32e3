package mysql

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

var update = flag.Bool("update", false, "write the golden files")

// A compileCase is a change of a schema. Its statements on both kinds of server
// are in testdata/compile/<name>.golden, and TestCompileLive carries them out.
type compileCase struct {
	name   string
	setup  func(*op.Script)
	rows   []string // statements after the setup
	ops    func(*op.Script)
	only   schema.Dialect // empty: both
	down   bool           // the inverse leads back to the beginning
	opaque bool           // the history does not say what it leads to
}

// Two versions that have everything.
var newest = map[schema.Dialect]Dialect{
	schema.MySQL:   New(schema.MySQL, "9.7.4"),
	schema.MariaDB: New(schema.MariaDB, "10.11.19-MariaDB"),
}

func both(text string) schema.SQL { return schema.SQL{}.On(schema.MySQL, text) }

func object(kind schema.ObjectKind, name, table, definition string) schema.Object {
	return schema.Object{Kind: kind, Name: name, Table: table, Definition: both(definition)}
}

// base is what the cases start from.
func base(m *op.Script) {
	m.CreateTable("p", schema.BigInt("id").NotNull().PrimaryKey().AutoIncrement(), schema.String("name", 50).NotNull())
	m.CreateTable("t",
		schema.BigInt("id").NotNull().PrimaryKey().AutoIncrement(),
		schema.String("a", 20),
		schema.Int("b").Default(3),
		schema.Check{Name: "k", Expr: schema.Expr("b > 0")},
		schema.Index{Name: "i", Parts: schema.Columns("a")},
	)
}

var baseRows = []string{"INSERT INTO p (id, name) VALUES (1, 'one')", "INSERT INTO t (id, a, b) VALUES (1, 'x', 5), (2, 'y', NULL)"}

var (
	everything = schema.NewTable("every thing",
		schema.BigInt("id").NotNull().AutoIncrement().PrimaryKey(),
		schema.String("s", 50).NotNull().Default(`it's \ "q"`).Comment("a 'comment' with \\"),
		schema.Decimal("price", 10, 2).NotNull().Default(0),
		schema.DateTime("at").Precision(3).DefaultExpr("CURRENT_TIMESTAMP"),
		schema.FromColumn(schema.Column{
			Name: "changed", Type: schema.NativeType("timestamp(6)"), NotNull: true,
			Default: schema.Expression("CURRENT_TIMESTAMP(6)"), OnUpdate: "CURRENT_TIMESTAMP(6)",
		}),
		schema.JSON("j"),
		schema.Text("tx").Default("x"),
		schema.Int("n").Unsigned().DefaultExpr("1 + 1"),
		schema.Bool("yes").NotNull().Default(true),
		schema.Native("e", "enum('a','it''s')"),
		schema.String("shout", 60).Generated(schema.Expr("upper(s)")),
		schema.Int("boss_len").GeneratedStored(schema.Expr("length(s)")),
		schema.BigInt("boss"),
		schema.FromColumn(schema.Column{Name: "hidden", Type: schema.Type{Kind: schema.KindInt}, Invisible: true, Default: schema.Literal("7")}),
		schema.String("col", 10).Collate(schema.MySQL, "utf8mb4_bin"),
		schema.Unique{Name: "uni_s", Parts: schema.Columns("s")},
		schema.Check{Name: "chk_price", Expr: schema.Expr("price >= 0")},
		schema.ForeignKey{Name: "fk_boss", Columns: []string{"boss"}, RefTable: "every thing", OnDelete: schema.SetNull},
		schema.Index{Name: "idx_at", Parts: []schema.Part{{Column: "at", Desc: true}, {Column: "s", Length: 10}}, Comment: "why"},
		schema.Index{Name: "idx_ft", Parts: schema.Columns("tx"), Method: schema.Variants{MySQL: "fulltext"}},
		schema.Index{Name: "idx_hidden", Parts: schema.Columns("n"), Invisible: true},
		schema.TableOptions{Comment: "all of it", MySQL: schema.MySQLTable{RowFormat: "COMPACT", Options: "STATS_PERSISTENT=1"}},
	)
	viewV = object(schema.View, "v", "", "CREATE VIEW `v` AS select `t`.`id` AS `id`,`t`.`a` AS `a` from `t`")
	trigT = object(schema.Trigger, "tr", "t", "CREATE TRIGGER `tr` BEFORE INSERT ON `t` FOR EACH ROW BEGIN\n  IF NEW.a IS NULL THEN\n    SET NEW.a = 'n;';\n  END IF;\nEND")
	procP = object(schema.Procedure, "pr", "", "CREATE PROCEDURE `pr`(`n` int)\nBEGIN\n  SELECT n;\n  SELECT n + 1;\nEND")
)

func full(c schema.Column, change func(*schema.Column)) op.Op {
	to := c
	change(&to)
	return op.AlterColumn{Table: "every thing", From: c, To: to}
}

func compileCases() []compileCase {
	on := func(name string, f func(*op.Script)) compileCase {
		return compileCase{name: name, setup: base, rows: baseRows, ops: f, down: true}
	}
	oneWay := func(c compileCase) compileCase { c.down = false; return c }
	opaque := func(c compileCase) compileCase { c.opaque, c.down = true, false; return c }
	renamed := func(c compileCase) compileCase { c.opaque = true; return c }
	with := func(c compileCase, more func(*op.Script)) compileCase {
		before := c.setup
		c.setup = func(m *op.Script) { before(m); more(m) }
		return c
	}
	only := func(c compileCase, d schema.Dialect) compileCase { c.only = d; return c }
	a, b := schema.String("a", 20), schema.Int("b").Default(3)
	every := func(name string, change func(*schema.Column)) func(string) compileCase {
		return func(column string) compileCase {
			col, _ := everything.Column(column)
			return compileCase{
				name: name, setup: func(m *op.Script) { m.Add(op.CreateTable{Table: everything}) },
				rows: []string{"INSERT INTO `every thing` (s) VALUES ('one'), ('two')"},
				ops:  func(m *op.Script) { m.Add(full(col, change)) }, down: true,
			}
		}
	}
	child := func(m *op.Script) {
		m.CreateTable("c", schema.BigInt("id").NotNull().PrimaryKey(), schema.BigInt("p"),
			schema.ForeignKey{Name: "fk_p", Columns: []string{"p"}, RefTable: "p", OnDelete: schema.Cascade})
	}
	return []compileCase{
		on("create_table", func(m *op.Script) { m.Add(op.CreateTable{Table: everything}) }),
		on("create_tables_in_a_circle", func(m *op.Script) {
			m.CreateTable("x", schema.Int("id").NotNull().PrimaryKey(), schema.Int("y"), schema.ForeignKey{Name: "fx", Columns: []string{"y"}, RefTable: "y"})
			m.CreateTable("y", schema.Int("id").NotNull().PrimaryKey(), schema.Int("x"), schema.ForeignKey{Name: "fy", Columns: []string{"x"}, RefTable: "x"})
		}),
		on("create_table_key_later", func(m *op.Script) {
			m.CreateTable("x", schema.Int("id").NotNull().PrimaryKey(), schema.Int("y"))
			m.AddForeignKey("x", schema.ForeignKey{Name: "fx", Columns: []string{"y"}, RefTable: "y"})
			m.CreateTable("y", schema.Int("id").NotNull().PrimaryKey())
		}),
		on("drop_table", func(m *op.Script) { m.DropTable("t") }),
		oneWay(with(on("drop_parent_first", func(m *op.Script) { m.DropTable("p"); m.DropTable("c") }), child)),
		with(on("drop_child_first", func(m *op.Script) { m.DropTable("c"); m.DropTable("p") }), child),
		with(on("rename_table", func(m *op.Script) { m.RenameTable("t", "z z") }), func(m *op.Script) {
			m.CreateTable("c", schema.BigInt("id").NotNull().PrimaryKey(), schema.ForeignKey{Name: "fk_t", Columns: []string{"id"}, RefTable: "t"})
			m.CreateObject(viewV)
			m.CreateObject(trigT)
			m.CreateObject(object(schema.Trigger, "log", "p", "CREATE TRIGGER `log` AFTER INSERT ON `p` FOR EACH ROW delete from `t` where `t`.id < 0"))
			m.CreateObject(object(schema.Procedure, "pr", "", "CREATE PROCEDURE `pr`()\nBEGIN\n  DELETE FROM `t` WHERE `t`.id = 1;\nEND"))
		}),
		on("alter_table_comment", func(m *op.Script) {
			m.AlterTable("t", schema.TableOptions{}, schema.TableOptions{Comment: `it's \ here`})
		}),
		on("alter_table_options", func(m *op.Script) {
			m.AlterTable("t", schema.TableOptions{}, schema.TableOptions{MySQL: schema.MySQLTable{RowFormat: "COMPACT", Options: "STATS_PERSISTENT=1 STATS_SAMPLE_PAGES=9"}})
		}),
		on("alter_table_engine", func(m *op.Script) {
			m.AlterTable("p", schema.TableOptions{}, schema.TableOptions{MySQL: schema.MySQLTable{Engine: "MyISAM"}})
		}),
		on("alter_table_charset", func(m *op.Script) {
			m.AlterTable("t", schema.TableOptions{}, schema.TableOptions{MySQL: schema.MySQLTable{Charset: "latin1", Collation: "latin1_swedish_ci"}})
		}),
		on("alter_table_partitions", func(m *op.Script) {
			m.AlterTable("t", schema.TableOptions{}, schema.TableOptions{MySQL: schema.MySQLTable{PartitionBy: "HASH (`id`)\nPARTITIONS 2"}})
		}),
		only(on("alter_table_versioning", func(m *op.Script) {
			m.AlterTable("t", schema.TableOptions{}, schema.TableOptions{MySQL: schema.MySQLTable{Options: "WITH SYSTEM VERSIONING"}})
			m.AddColumn("t", schema.Int("c"))
		}), schema.MariaDB),
		on("add_column", func(m *op.Script) { m.AddColumn("t", schema.Int("c")) }),
		on("add_column_default", func(m *op.Script) { m.AddColumn("t", schema.String("c", 9).NotNull().Default("it's")) }),
		on("add_column_clock", func(m *op.Script) {
			m.AddColumn("t", schema.DateTime("c").Precision(6).NotNull().DefaultExpr("CURRENT_TIMESTAMP"))
		}),
		on("add_column_timestamp", func(m *op.Script) { m.AddColumn("t", schema.Native("c", "timestamp")) }),
		on("add_column_expression", func(m *op.Script) { m.AddColumn("t", schema.Int("c").NotNull().DefaultExpr("(1 + 2)")) }),
		on("add_column_uuid", func(m *op.Script) { m.AddColumn("t", schema.Char("c", 36).NotNull().DefaultExpr("uuid()")) }),
		on("add_column_fill", func(m *op.Script) { m.AddColumn("t", schema.Int("c").NotNull(), op.Fill(7)) }),
		on("add_column_fill_text", func(m *op.Script) { m.AddColumn("t", schema.Text("c").NotNull(), op.Fill(`a\b`)) }),
		on("add_column_fill_expr", func(m *op.Script) { m.AddColumn("t", schema.String("c", 30).NotNull(), op.FillExpr("upper(a)")) }),
		on("add_column_fill_nullable", func(m *op.Script) { m.AddColumn("t", schema.String("c", 30), op.Fill("x")) }),
		oneWay(compileCase{
			name: "add_column_not_null_empty", setup: base,
			ops: func(m *op.Script) { m.AddColumn("t", schema.Int("c").NotNull()) },
		}),
		on("add_column_virtual", func(m *op.Script) { m.AddColumn("t", schema.Int("c").Generated(schema.Expr("b * 2"))) }),
		on("add_column_stored", func(m *op.Script) { m.AddColumn("t", schema.Int("c").GeneratedStored(schema.Expr("b * 2"))) }),
		with(on("add_column_auto_increment", func(m *op.Script) {
			m.AddColumn("n", schema.BigInt("id").NotNull().AutoIncrement())
			m.AlterPrimaryKey("n", schema.PrimaryKey{}, schema.PrimaryKey{Parts: schema.Columns("id")})
		}), func(m *op.Script) { m.CreateTable("n", schema.Int("x")) }),
		on("add_column_reference", func(m *op.Script) {
			m.AddColumn("t", schema.BigInt("p"))
			m.AddForeignKey("t", schema.ForeignKey{Name: "fk", Columns: []string{"p"}, RefTable: "p", RefColumns: []string{"id"}, OnDelete: schema.Cascade})
			m.CreateIndex("t", schema.Index{Name: "ip", Parts: schema.Columns("p")})
		}),
		oneWay(on("drop_column", func(m *op.Script) { m.DropIndex("t", "i"); m.DropColumn("t", "a") })),
		oneWay(with(on("drop_generated_first", func(m *op.Script) { m.DropColumn("t", "g"); m.DropColumn("t", "x") }), func(m *op.Script) {
			m.AddColumn("t", schema.Int("x"))
			m.AddColumn("t", schema.Int("g").Generated(schema.Expr("x + 1")))
		})),
		renamed(with(on("rename_column", func(m *op.Script) { m.RenameColumn("t", "a", "label") }), func(m *op.Script) {
			m.CreateObject(viewV)
			m.CreateObject(trigT)
		})),
		with(on("rename_column_in_expressions", func(m *op.Script) { m.RenameColumn("t", "b", "z") }), func(m *op.Script) {
			m.AddColumn("t", schema.Int("g").Generated(schema.Expr("b + 1")))
			m.AddColumn("t", schema.Int("last"))
			m.CreateIndex("t", schema.Index{Name: "ig", Parts: schema.Columns("g", "a")})
		}),
		only(with(on("rename_column_in_index", func(m *op.Script) { m.RenameColumn("t", "b", "z") }), func(m *op.Script) {
			m.CreateIndex("t", schema.Index{Name: "ie", Parts: []schema.Part{{Expr: schema.Expr("b * 2")}}})
		}), schema.MySQL),
		every("alter_type", func(c *schema.Column) { c.Type = schema.Type{Kind: schema.KindDecimal, Precision: 12, Scale: 2} })("price"),
		every("alter_on_update_keeps", func(c *schema.Column) { c.Comment = "when" })("changed"),
		every("alter_default_constant", func(c *schema.Column) { c.Default = schema.StringValue("new") })("s"),
		every("alter_default_drop", func(c *schema.Column) { c.Default = schema.Default{} })("s"),
		every("alter_default_of_text", func(c *schema.Column) { c.Default = schema.StringValue("y") })("tx"),
		every("alter_default_clock", func(c *schema.Column) { c.Default = schema.Default{} })("at"),
		every("alter_default_expression", func(c *schema.Column) { c.Default = schema.Expression("2 + 2") })("n"),
		every("alter_collation", func(c *schema.Column) { c.Collation = schema.Variants{} })("col"),
		every("alter_invisible", func(c *schema.Column) { c.Invisible = false })("hidden"),
		every("alter_comment_of_key", func(c *schema.Column) { c.Comment = "the key" })("id"),
		every("alter_json_not_null", func(c *schema.Column) { c.Comment = "j" })("j"),
		every("alter_enum_append", func(c *schema.Column) { c.Type = schema.NativeType("enum('a','it''s','c')") })("e"),
		every("alter_generated", func(c *schema.Column) { c.Generated.Expr = schema.Expr("lower(s)") })("shout"),
		every("alter_generated_to_stored", func(c *schema.Column) { c.Generated.Stored = true })("shout"),
		every("alter_bool_comment", func(c *schema.Column) { c.Comment = "b" })("yes"),
		on("alter_not_null_fill", func(m *op.Script) { m.AlterColumn("t", b, schema.Int("b").NotNull().Default(3), op.Fill(1)) }),
		oneWay(with(on("alter_not_null_and_type", func(m *op.Script) {
			m.AlterColumn("t", schema.Int("c"), schema.String("c", 10).NotNull(), op.Fill("none"))
		}), func(m *op.Script) { m.AddColumn("t", schema.Int("c")) })),
		on("alter_nullable_default_drop", func(m *op.Script) { m.AlterColumn("t", b, schema.Int("b")) }),
		oneWay(on("alter_narrower", func(m *op.Script) { m.AlterColumn("t", a, schema.String("a", 10)) })),
		with(on("alter_referenced_type", func(m *op.Script) {
			m.AlterColumn("p", schema.BigInt("id").NotNull().AutoIncrement(), schema.BigInt("id").Unsigned().NotNull().AutoIncrement())
			m.AlterColumn("c", schema.BigInt("p"), schema.BigInt("p").Unsigned())
		}), child),
		with(on("alter_primary_key", func(m *op.Script) {
			m.AlterPrimaryKey("n", schema.PrimaryKey{Parts: schema.Columns("x")}, schema.PrimaryKey{Parts: schema.Columns("y", "x")})
		}), func(m *op.Script) {
			m.CreateTable("n", schema.Int("x").NotNull().PrimaryKey(), schema.Int("y").NotNull())
		}),
		on("drop_primary_key", func(m *op.Script) {
			m.AlterColumn("p", schema.BigInt("id").NotNull().AutoIncrement(), schema.BigInt("id").NotNull())
			m.AlterPrimaryKey("p", schema.PrimaryKey{Parts: schema.Columns("id")}, schema.PrimaryKey{})
		}),
		oneWay(on("drop_primary_key_first", func(m *op.Script) {
			m.AlterPrimaryKey("p", schema.PrimaryKey{Parts: schema.Columns("id")}, schema.PrimaryKey{})
			m.AlterColumn("p", schema.BigInt("id").NotNull().AutoIncrement(), schema.BigInt("id"))
		})),
		on("add_unique", func(m *op.Script) { m.AddUnique("t", schema.Unique{Name: "u", Parts: schema.Columns("a", "b")}) }),
		with(on("drop_unique", func(m *op.Script) { m.DropUnique("t", schema.Unique{Name: "u"}) }), func(m *op.Script) {
			m.AddUnique("t", schema.Unique{Name: "u", Parts: schema.Columns("a")})
		}),
		on("add_check", func(m *op.Script) { m.AddCheck("t", schema.Check{Name: "k2", Expr: schema.Expr("a <> ''")}) }),
		only(on("add_check_not_enforced", func(m *op.Script) {
			m.AddCheck("t", schema.Check{Name: "k2", Expr: schema.Expr("a = 'never'"), NotEnforced: true})
		}), schema.MySQL),
		on("drop_check", func(m *op.Script) { m.DropCheck("t", schema.Check{Name: "k"}) }),
		on("create_index", func(m *op.Script) {
			m.CreateIndex("t", schema.Index{Name: "j", Unique: true, Parts: []schema.Part{{Column: "a", Length: 5}, {Column: "b", Desc: true}}, Comment: "it's"})
		}),
		on("create_index_fulltext", func(m *op.Script) {
			m.CreateIndex("t", schema.Index{Name: "ft", Parts: schema.Columns("a"), Method: schema.Variants{MySQL: "fulltext"}})
		}),
		with(on("create_index_spatial", func(m *op.Script) {
			m.CreateIndex("s", schema.Index{Name: "sp", Parts: schema.Columns("g"), Method: schema.Variants{MySQL: "spatial"}})
		}), func(m *op.Script) { m.CreateTable("s", schema.Native("g", "point").NotNull()) }),
		only(on("create_index_expression", func(m *op.Script) {
			m.CreateIndex("t", schema.Index{Name: "e", Parts: []schema.Part{{Expr: schema.Expr("b * 2")}, {Column: "a"}}})
		}), schema.MySQL),
		on("create_index_invisible", func(m *op.Script) {
			m.CreateIndex("t", schema.Index{Name: "inv", Parts: schema.Columns("b"), Invisible: true})
		}),
		on("drop_index", func(m *op.Script) { m.DropIndex("t", "i") }),
		with(on("drop_index_of_foreign_key", func(m *op.Script) { m.DropIndex("c", "ip") }), func(m *op.Script) {
			m.CreateTable("c", schema.BigInt("id").NotNull().PrimaryKey(), schema.BigInt("p"), schema.Int("q"), schema.Index{Name: "ip", Parts: schema.Columns("p", "q")},
				schema.ForeignKey{Name: "fk_p", Columns: []string{"p"}, RefTable: "p"})
		}),
		with(on("drop_foreign_key", func(m *op.Script) { m.DropForeignKey("c", schema.ForeignKey{Name: "fk_p"}) }), child),
		with(on("drop_foreign_key_with_index", func(m *op.Script) { m.DropForeignKey("c", schema.ForeignKey{Name: "fk_p"}) }), func(m *op.Script) {
			m.CreateTable("c", schema.BigInt("id").NotNull().PrimaryKey(), schema.BigInt("p"), schema.Index{Name: "ip", Parts: schema.Columns("p")},
				schema.ForeignKey{Name: "fk_p", Columns: []string{"p"}, RefTable: "p"})
		}),
		with(on("index_in_place_of_automatic", func(m *op.Script) {
			m.CreateIndex("c", schema.Index{Name: "fk_p", Unique: true, Parts: schema.Columns("p", "id")})
		}), child),
		on("create_view", func(m *op.Script) { m.CreateObject(viewV) }),
		with(on("alter_view", func(m *op.Script) {
			m.AlterObject(viewV, object(schema.View, "v", "", "CREATE VIEW `v` AS select `t`.`b` AS `b` from `t`"))
		}), func(m *op.Script) { m.CreateObject(viewV) }),
		on("create_trigger", func(m *op.Script) { m.CreateObject(trigT) }),
		with(on("alter_trigger", func(m *op.Script) {
			m.AlterObject(trigT, object(schema.Trigger, "tr", "t", "CREATE TRIGGER `tr` BEFORE INSERT ON `t` FOR EACH ROW set new.b = 4"))
		}), func(m *op.Script) { m.CreateObject(trigT) }),
		on("create_procedure", func(m *op.Script) { m.CreateObject(procP) }),
		on("create_function", func(m *op.Script) {
			m.CreateObject(object(schema.Function, "f", "", "CREATE FUNCTION `f`(`n` int) RETURNS int\n    DETERMINISTIC\nreturn n + 1"))
		}),
		on("create_procedure_in_its_mode", func(m *op.Script) {
			m.CreateObject(object(schema.Procedure, "pa", "", "SET sql_mode = 'ANSI_QUOTES';\nCREATE PROCEDURE `pa`()\nselect \"id\" from \"t\""))
		}),
		on("create_event", func(m *op.Script) {
			m.CreateObject(object(schema.Event, "e", "", "CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY DISABLE DO delete from t where id < 0"))
		}),
		only(on("create_sequence", func(m *op.Script) {
			m.CreateObject(object(schema.Sequence, "sq", "", "CREATE SEQUENCE `sq` START WITH 5 INCREMENT BY 2"))
		}), schema.MariaDB),
		opaque(on("exec", func(m *op.Script) {
			m.Exec("UPDATE t SET a = 'a;b' WHERE id = 1; -- a comment; with it\nINSERT INTO p (name) VALUES ('x'),(\"y;\") ;")
			m.Exec("CREATE PROCEDURE q() BEGIN DECLARE x int; IF 1 THEN SET x = IF(1, 2, 3); ELSEIF 2 THEN SET x = CASE WHEN 1 THEN 2 END; END IF; WHILE x < 5 DO SET x = x + 1; END WHILE; END; SELECT 1")
		})),
	}
}

// goldenText returns what a case compiles to on one kind of server.
func goldenText(t *testing.T, d Dialect, c compileCase) string {
	t.Helper()
	before, err := op.Replay(op.Record(c.setup))
	if err != nil {
		t.Fatal(err)
	}
	stmts, err := d.Compile(op.Record(c.ops), op.NewState(before))
	if err != nil {
		t.Fatal(err)
	}
	return show(stmts)
}

func show(stmts []dialect.Stmt) string {
	var b strings.Builder
	for _, s := range stmts {
		if s.Kind == dialect.None {
			b.WriteString("-- none: " + s.Must + "\n")
		}
		b.WriteString(s.SQL + ";\n")
	}
	return b.String()
}

func TestCompile(t *testing.T) {
	for _, c := range compileCases() {
		t.Run(c.name, func(t *testing.T) {
			var got strings.Builder
			texts := map[schema.Dialect]string{}
			for name, d := range newest {
				if c.only == "" || c.only == name {
					texts[name] = goldenText(t, d, c)
				}
			}
			if texts[schema.MySQL] == texts[schema.MariaDB] {
				got.WriteString(texts[schema.MySQL])
			} else {
				for _, name := range []schema.Dialect{schema.MySQL, schema.MariaDB} {
					if texts[name] != "" {
						got.WriteString("-- " + string(name) + "\n" + texts[name])
					}
				}
			}
			file := filepath.Join("testdata", "compile", c.name+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(got.String()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}
