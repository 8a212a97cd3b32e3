package migrations

import (
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// everything
var _ = History.Add(op.Revision{
	ID:      "6d0c1a5e7b42",
	Message: "everything",
	Created: "2026-11-22T22:00:00Z",

	Upgrade: func(m *op.Script) {
		m.CreateTable("LoudTable",
			schema.BigInt("ID").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.String("userName", 10),
			schema.BigInt("order"),
			schema.String("group", 5),
			schema.Check{Name: "chk_LoudTable_group", Expr: schema.Expr("\"group\" <> ''")},
			schema.Index{Name: "idx_LoudTable_name", Unique: true, Parts: schema.Columns("userName")},
			schema.Index{Name: "idx_LoudTable_order", Parts: schema.Columns("order")},
		)
		m.CreateTable("members",
			schema.BigInt("id").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.DateTime("created_at").On(schema.MySQL, "datetime(3)"),
			schema.DateTime("updated_at").On(schema.MySQL, "datetime(3)"),
			schema.DateTime("deleted_at").On(schema.MySQL, "datetime(3)"),
			schema.String("name", 50).NotNull(),
			schema.String("mail", 120),
			schema.String("nick", 40),
			schema.TinyInt("age").Unsigned(),
			schema.DateTime("born").On(schema.MySQL, "datetime(3)"),
			schema.Text("number"),
			schema.DateTime("seen_at").On(schema.MySQL, "datetime(3)"),
			schema.Bool("active").Default(true),
			schema.Double("rating").On(schema.Postgres, "decimal").Default(1.5),
			schema.Unique{Name: "uni_members_mail", Parts: schema.Columns("mail")},
			schema.Index{Name: "idx_members_deleted_at", Parts: schema.Columns("deleted_at")},
			schema.Index{Name: "idx_members_nick", Unique: true, Parts: schema.Columns("nick")},
		)
		m.CreateTable("addresses",
			schema.BigInt("id").On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.BigInt("member_id").Unsigned().On(schema.Postgres, "bigint"),
			schema.Text("lines").On(schema.MySQL, "text"),
			schema.ForeignKey{Name: "fk_members_address", Columns: []string{"member_id"}, RefTable: "members", RefColumns: []string{"id"}, OnDelete: schema.SetNull, OnUpdate: schema.Cascade},
		)
		m.CreateTable("lectures",
			schema.BigInt("id").On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.Text("name"),
		)
		m.CreateTable("readers",
			schema.BigInt("id").On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
		)
		m.CreateTable("attendances",
			schema.BigInt("reader_id").PrimaryKey(),
			schema.BigInt("lecture_id").PrimaryKey(),
			schema.BigInt("grade"),
			schema.DateTime("created_at").On(schema.MySQL, "datetime(3)"),
			schema.ForeignKey{Name: "fk_attendances_lecture", Columns: []string{"lecture_id"}, RefTable: "lectures", RefColumns: []string{"id"}},
			schema.ForeignKey{Name: "fk_attendances_reader", Columns: []string{"reader_id"}, RefTable: "readers", RefColumns: []string{"id"}},
		)
		m.CreateTable("bears",
			schema.BigInt("id").On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
		)
		m.CreateTable("cages",
			schema.BigInt("id").On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.BigInt("beast_id"),
			schema.Text("beast_type"),
		)
		m.CreateTable("cards",
			schema.Int("id").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.BigInt("member_id").Unsigned().On(schema.Postgres, "bigint"),
			schema.Text("label"),
			schema.ForeignKey{Name: "fk_members_cards", Columns: []string{"member_id"}, RefTable: "members", RefColumns: []string{"id"}},
			schema.Index{Name: "idx_cards_member_id", Parts: schema.Columns("member_id")},
		)
		m.CreateTable("monks",
			schema.BigInt("id").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
		)
		m.CreateTable("friendships",
			schema.BigInt("monk_id").Unsigned().On(schema.Postgres, "bigint").PrimaryKey(),
			schema.BigInt("friend_id").Unsigned().On(schema.Postgres, "bigint").PrimaryKey(),
			schema.ForeignKey{Name: "fk_friendships_friends", Columns: []string{"friend_id"}, RefTable: "monks", RefColumns: []string{"id"}},
			schema.ForeignKey{Name: "fk_friendships_monk", Columns: []string{"monk_id"}, RefTable: "monks", RefColumns: []string{"id"}},
		)
		m.CreateTable("gadgets",
			schema.BigInt("id").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.BigInt("holder_id").Unsigned().On(schema.Postgres, "bigint"),
			schema.String("serial", 30),
			schema.ForeignKey{Name: "fk_gadgets_holder", Columns: []string{"holder_id"}, RefTable: "members", RefColumns: []string{"id"}, OnDelete: schema.Cascade},
			schema.Index{Name: "idx_gadgets_holder_id", Parts: schema.Columns("holder_id")},
			schema.Index{Name: "udx_serial", Unique: true, Parts: schema.Columns("serial")},
		)
		m.CreateTable("invoices",
			schema.BigInt("no").Unsigned().On(schema.Postgres, "bigint").PrimaryKey(),
			schema.BigInt("year").PrimaryKey(),
		)
		m.CreateTable("invoice_lines",
			schema.BigInt("id").On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.BigInt("invoice_no").Unsigned().On(schema.Postgres, "bigint"),
			schema.BigInt("invoice_year"),
			schema.SmallInt("amount").NotNull().Default(1),
			schema.ForeignKey{Name: "fk_invoices_lines", Columns: []string{"invoice_no", "invoice_year"}, RefTable: "invoices", RefColumns: []string{"no", "year"}, OnDelete: schema.Cascade},
			schema.Check{Name: "chk_invoice_lines_amount", Expr: schema.Expr("amount > 0")},
		)
		m.CreateTable("lions",
			schema.BigInt("id").On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
		)
		m.CreateTable("skills",
			schema.String("code", 8).PrimaryKey(),
			schema.Text("name"),
		)
		m.CreateTable("member_skills",
			schema.String("skill_code", 8).PrimaryKey(),
			schema.BigInt("member_id").Unsigned().On(schema.Postgres, "bigint").PrimaryKey(),
			schema.ForeignKey{Name: "fk_member_skills_member", Columns: []string{"member_id"}, RefTable: "members", RefColumns: []string{"id"}},
			schema.ForeignKey{Name: "fk_member_skills_skill", Columns: []string{"skill_code"}, RefTable: "skills", RefColumns: []string{"code"}},
		)
		m.CreateTable("model_with_a_name_that_is_about_as_long_as_identifiers_may_bes",
			schema.BigInt("id").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.String("a_column_name_that_is_very_long_and_an_index2", 10),
			schema.String("short", 10),
			schema.BigInt("holder_id").Unsigned().On(schema.Postgres, "bigint"),
			schema.Unique{Name: "uni_model_with_a_name_that_is_about_as_long_as_identifi4abac83d", Parts: schema.Columns("a_column_name_that_is_very_long_and_an_index2")},
			schema.ForeignKey{Name: "fk_model_with_a_name_that_is_about_as_long_as_identifie5395a1f9", Columns: []string{"holder_id"}, RefTable: "members", RefColumns: []string{"id"}},
			schema.Index{Name: "idx_model_with_a_name_that_is_about_as_long_as_identifi417a9f40", Parts: schema.Columns("a_column_name_that_is_very_long_and_an_index2")},
			schema.Index{Name: "idx_model_with_a_name_that_is_about_as_long_as_identifi7401331a", Parts: schema.Columns("short")},
		)
		m.CreateTable("nodes",
			schema.BigInt("id").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.BigInt("parent_id").Unsigned().On(schema.Postgres, "bigint"),
			schema.ForeignKey{Name: "fk_nodes_children", Columns: []string{"parent_id"}, RefTable: "nodes", RefColumns: []string{"id"}},
		)
		m.CreateTable("notes",
			schema.DateTime("at").On(schema.MySQL, "datetime(3)"),
			schema.Text("text"),
			schema.Index{Name: "idx_notes_at", Parts: schema.Columns("at")},
		)
		m.CreateTable("pair[int]",
			schema.BigInt("id").On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.BigInt("value"),
		)
		m.CreateTable("phrases",
			schema.BigInt("id").Unsigned().On(schema.Postgres, "bigint").PrimaryKey(),
			schema.String("locale", 5).PrimaryKey(),
			schema.Text("text"),
		)
		m.CreateTable("presets",
			schema.BigInt("id").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.String("empty", 10).NotNull().Default(""),
			schema.String("quoted", 20).Default("it''s"),
			schema.String("bare", 20).Default("hello"),
			schema.Text("double").On(schema.MySQL, "varchar(191)").Default("say \"hi"),
			schema.BigInt("minus").Default(-1),
			schema.BigInt("zero").NotNull().Default(0),
			schema.Bool("off").NotNull().Default(false),
			schema.Float("ratio").On(schema.Postgres, "decimal").Default(0.25),
			schema.Decimal("money", 10, 2).Default(0),
			schema.String("nothing", 5).Default(nil),
			schema.String("without", 5),
			schema.DateTime("made").On(schema.MySQL, "datetime(3)").NotNull().DefaultExpr("CURRENT_TIMESTAMP").DefaultOn(schema.MySQL, "CURRENT_TIMESTAMP(3)"),
			schema.String("low", 10).DefaultExpr("(lower('ABC'))"),
			schema.DateTime("moment").On(schema.MySQL, "datetime(3)").Default("2020-01-02 03:04:05"),
			schema.BigInt("hex").Default(16),
			schema.Double("big").On(schema.Postgres, "decimal").Default(1000),
		)
		m.CreateTable("purses",
			schema.BigInt("id").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.String("kind", 10).NotNull(),
			schema.Decimal("balance", 12, 2),
			schema.String("code", 20),
			schema.BigInt("percent"),
			schema.Check{Name: "chk_balance", Expr: schema.Expr("balance >= 0 AND balance < 1e9")},
			schema.Check{Name: "chk_purses_code", Expr: schema.Expr("length(code) BETWEEN 3 AND 20")},
			schema.Check{Name: "chk_purses_kind", Expr: schema.Expr("kind IN ('day','week','it''s')")},
			schema.Check{Name: "chk_purses_percent", Expr: schema.Expr("percent between 0 and 100 OR percent = -1")},
		)
		m.CreateTable("remarkeds",
			schema.BigInt("id").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement().Comment("the id"),
			schema.String("text", 10).Comment("it's a \"text\"; really"),
		)
		m.CreateTable("sheets",
			schema.BigInt("id").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.BigInt("shelf_id").Unsigned().On(schema.Postgres, "bigint"),
			schema.String("slug", 60),
			schema.String("sort", 10),
			schema.String("status", 12),
			schema.BigInt("level"),
			schema.Text("loan").On(schema.MySQL, "varchar(191)"),
			schema.String("kind", 8),
			schema.DateTime("deleted_at").On(schema.MySQL, "datetime(3)"),
			schema.Index{Name: "idx_sheet_in", Parts: schema.Columns("loan"), Where: schema.SQL{}.On(schema.SQLite, "loan IN ('a','b')").On(schema.Postgres, "loan IN ('a','b')")},
			schema.Index{Name: "idx_sheet_kind", Parts: schema.Columns("kind"), Method: schema.Variants{Postgres: "btree"}},
			schema.Index{Name: "idx_sheet_level", Parts: []schema.Part{{Column: "level", Desc: true}}},
			schema.Index{Name: "idx_sheet_open", Parts: schema.Columns("status"), Where: schema.SQL{}.On(schema.SQLite, "status <> 'closed' AND deleted_at IS NULL").On(schema.Postgres, "status <> 'closed' AND deleted_at IS NULL")},
			schema.Index{Name: "idx_sheet_shelf_slug", Unique: true, Parts: schema.Columns("shelf_id", "slug")},
			schema.Index{Name: "idx_sheets_loan", Parts: schema.Columns("loan")},
			schema.Index{Name: "idx_sheets_sortshelf", Parts: []schema.Part{{Column: "shelf_id"}, {Column: "sort", Desc: true}}},
			schema.Index{Name: "udx_sheet_live", Unique: true, Parts: schema.Columns("level"), Where: schema.SQL{}.On(schema.SQLite, "deleted_at IS NULL").On(schema.Postgres, "deleted_at IS NULL")},
		)
		m.CreateTable("sorts",
			schema.TinyInt("id").Unsigned().On(schema.Postgres, "smallserial").PrimaryKey().AutoIncrement(),
			schema.BigInt("i"),
			schema.TinyInt("i8"),
			schema.SmallInt("i16"),
			schema.Int("i32"),
			schema.BigInt("i64"),
			schema.BigInt("u").Unsigned().On(schema.Postgres, "bigint"),
			schema.TinyInt("u8").Unsigned(),
			schema.SmallInt("u16").Unsigned(),
			schema.Int("u32").Unsigned(),
			schema.BigInt("u64").Unsigned().On(schema.Postgres, "bigint"),
			schema.Float("f32").On(schema.Postgres, "decimal"),
			schema.Double("f64").On(schema.Postgres, "decimal"),
			schema.Decimal("dec", 12, 4),
			schema.Decimal("whole", 9, 0),
			schema.Bool("b"),
			schema.Text("s"),
			schema.String("s10", 10),
			schema.Text("s70k").On(schema.Postgres, "varchar(70000)").On(schema.MySQL, "mediumtext"),
			schema.Text("s20m"),
			schema.Bytes("raw", 0),
			schema.Bytes("raw20", 20),
			schema.Bytes("raw70k", 70000).On(schema.MySQL, "mediumblob"),
			schema.DateTime("t").On(schema.MySQL, "datetime(3)"),
			schema.DateTime("t6").Precision(6),
			schema.DateTime("t0").NotNull(),
			schema.Date("day"),
			schema.BigInt("duration"),
			schema.Int("letter"),
			schema.Bytes("array", 0),
			schema.BigInt("pointer"),
			schema.SmallInt("sized"),
			schema.Int("medium").On(schema.MySQL, "mediumint"),
			schema.String("varchar", 33),
			schema.Char("char", 2),
			schema.Double("double"),
			schema.BigInt("big"),
			schema.DateTime("clock").On(schema.MySQL, "datetime(3)"),
			schema.BigInt("generic").On(schema.Postgres, "smallint").On(schema.MySQL, "tinyint"),
			schema.String("strict", 9).NotNull().Default("x"),
		)
		m.CreateTable("squares",
			schema.BigInt("id").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.BigInt("w"),
			schema.BigInt("h"),
			schema.Int("area").GeneratedStored(schema.Expr("w * h")),
		)
		m.CreateTable("states",
			schema.Char("code", 2).PrimaryKey(),
		)
		m.CreateTable("storeds",
			schema.BigInt("id").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.Text("tags"),
			schema.String("attrs", 500),
			schema.Bytes("blob", 0),
			schema.DateTime("at").On(schema.MySQL, "datetime(3)"),
		)
		m.CreateTable("stories",
			schema.BigInt("id").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.String("writer_name", 30),
			schema.Text("writer_email"),
			schema.String("editor_name", 30),
			schema.Text("editor_email"),
			schema.String("made_by", 20),
			schema.BigInt("updated_at"),
			schema.Index{Name: "idx_stories_name", Parts: schema.Columns("writer_name", "editor_name")},
		)
		m.CreateTable("tokens",
			schema.Char("id", 36).PrimaryKey(),
			schema.BigInt("cost").NotNull().Default(0),
			schema.BigInt("grade").Default(3),
			schema.String("colour", 16).Default("red"),
			schema.String("path", 30).Default("a\\b").DefaultOn(schema.MySQL, "'a\\b'"),
			schema.Native("place", "geometry").On(schema.SQLite, "varchar(64)").On(schema.Postgres, "point").On(schema.MySQL, "varchar(64)"),
			schema.JSON("extra").On(schema.SQLite, "JSON"),
			schema.JSON("map").On(schema.SQLite, "JSON").On(schema.Postgres, "JSON"),
			schema.Date("on"),
			schema.Time("at"),
			schema.Decimal("amount", 20, 8).NotNull().Default(0),
			schema.Bytes("raw", 0),
			schema.Int("null"),
			schema.Bool("maybe"),
		)
		m.CreateTable("towns",
			schema.BigInt("id").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.Char("state_code", 2),
			schema.ForeignKey{Name: "fk_states_towns", Columns: []string{"state_code"}, RefTable: "states", RefColumns: []string{"code"}},
		)
		m.CreateTable("unbounds",
			schema.BigInt("id").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.BigInt("member_id").Unsigned().On(schema.Postgres, "bigint"),
			schema.BigInt("card_id").Unsigned().On(schema.Postgres, "bigint"),
		)
		m.CreateTable("veileds",
			schema.BigInt("id").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.Text("d"),
			schema.Text("e"),
			schema.Text("f"),
		)
		m.CreateTable("vouchers",
			schema.BigInt("id").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement(),
			schema.String("skill_code", 8).Default("go"),
			schema.ForeignKey{Name: "fk_vouchers_skill", Columns: []string{"skill_code"}, RefTable: "skills", RefColumns: []string{"code"}},
		)
	},
	Downgrade: func(m *op.Script) {
		m.DropTable("vouchers")
		m.DropTable("veileds")
		m.DropTable("unbounds")
		m.DropTable("towns")
		m.DropTable("tokens")
		m.DropTable("stories")
		m.DropTable("storeds")
		m.DropTable("states")
		m.DropTable("squares")
		m.DropTable("sorts")
		m.DropTable("sheets")
		m.DropTable("remarkeds")
		m.DropTable("purses")
		m.DropTable("presets")
		m.DropTable("phrases")
		m.DropTable("pair[int]")
		m.DropTable("notes")
		m.DropTable("nodes")
		m.DropTable("model_with_a_name_that_is_about_as_long_as_identifiers_may_bes")
		m.DropTable("member_skills")
		m.DropTable("skills")
		m.DropTable("lions")
		m.DropTable("invoice_lines")
		m.DropTable("invoices")
		m.DropTable("gadgets")
		m.DropTable("friendships")
		m.DropTable("monks")
		m.DropTable("cards")
		m.DropTable("cages")
		m.DropTable("bears")
		m.DropTable("attendances")
		m.DropTable("readers")
		m.DropTable("lectures")
		m.DropTable("addresses")
		m.DropTable("members")
		m.DropTable("LoudTable")
	},
})
