package model_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

type Timed struct {
	CreatedAt time.Time `ddl:"default(current_timestamp)"`
	updatedAt time.Time //nolint:unused // no column: it is not exported
}

type Address struct {
	City string `db:"city" ddl:"size(40)"`
	Zip  string `db:"zip" ddl:"size(9) null index(by_zip)"`
}

type State string

type UUID [16]byte

type Shop struct {
	ID   int64  `db:"id,omitempty" ddl:"pk auto"`
	Name string `db:"name" ddl:"size(50) unique"`
}

type Product struct {
	ID       int64           `db:"id" ddl:"pk auto"`
	Name     string          `db:"name" ddl:"size(50) unique(product_in_shop) comment('what is sold')"`
	ShopID   int64           `db:"shop_id" ddl:"unique(product_in_shop) references(shops.id, on delete cascade, on update set null) index"`
	Price    *int            `db:"price" ddl:"check(price > 0) check(price < 1000000)"`
	Cost     string          `ddl:"type(decimal(10,2)) default(1.50)"`
	Twice    int             `ddl:"generated(price * 2) null"`
	State    State           `ddl:"size(10) default('it''s new') index(open_states, unique, desc, where state <> 'gone, (or so)')"`
	Code     UUID            `db:"code"`
	Note     sql.NullString  `db:"note"`
	Rank     sql.Null[int32] `db:"rank_no"`
	Meta     json.RawMessage
	Tags     []string `ddl:"type(json)"`
	Photo    []byte   `ddl:"size(2000)"`
	Level    uint8
	HTTPPort int32 `ddl:"notnull"`
	Ratio    float32
	Weight   float64
	Active   bool      `ddl:"default(true)"`
	SoldAt   time.Time `ddl:"null"`
	Legacy   string    `ddl:"-"`
	Skipped  string    `db:"-"`
	Home     Address   `ddl:"embed(home_)"`
	Work     *Address  `ddl:"embed('work_')"`
	Timed
}

type Category struct {
	A, B int64 `ddl:"pk"`
}

type Member struct {
	ID      int64  `ddl:"pk"`
	CatA    int64  `ddl:"references(categories.a, name member_category, on delete restrict)"`
	CatB    int64  `ddl:"references(categories.b, name member_category)"`
	Manager *int64 `ddl:"references(staff.id)"`
}

func (*Member) TableName() string { return "staff" }

// all are in an order in which none could be created.
func all() []any { return []any{Product{}, &Member{}, (*Category)(nil), Shop{}} }

func load(t testing.TB, structs ...any) model.Models {
	t.Helper()
	m, err := model.Structs(structs...).Load()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestStructs(t *testing.T) {
	m := load(t, all()...)
	want := []schema.Table{
		schema.NewTable("categories", schema.BigInt("a").NotNull().PrimaryKey(), schema.BigInt("b").NotNull().PrimaryKey()),
		schema.NewTable("shops",
			schema.BigInt("id").NotNull().PrimaryKey().AutoIncrement(),
			schema.String("name", 50).NotNull(),
			schema.Unique{Name: "shops_name_key", Parts: schema.Columns("name")},
		),
		schema.NewTable("products",
			schema.BigInt("id").NotNull().PrimaryKey().AutoIncrement(),
			schema.String("name", 50).NotNull().Comment("what is sold"),
			schema.BigInt("shop_id").NotNull(),
			schema.BigInt("price"),
			schema.Decimal("cost", 10, 2).NotNull().DefaultLiteral("1.50"),
			schema.BigInt("twice").GeneratedStored(schema.Expr("price * 2")),
			schema.String("state", 10).NotNull().Default("it's new"),
			schema.UUID("code").NotNull(),
			schema.Text("note"),
			schema.Int("rank_no"),
			schema.JSON("meta"),
			schema.JSON("tags"),
			schema.Bytes("photo", 2000),
			schema.TinyInt("level").Unsigned().NotNull(),
			schema.Int("http_port").NotNull(),
			schema.Float("ratio").NotNull(),
			schema.Double("weight").NotNull(),
			schema.Bool("active").NotNull().Default(true),
			schema.DateTime("sold_at"),
			schema.String("home_city", 40).NotNull(),
			schema.String("home_zip", 9),
			schema.String("work_city", 40).NotNull(),
			schema.String("work_zip", 9),
			schema.DateTime("created_at").NotNull().DefaultExpr("current_timestamp"),
			schema.Unique{Name: "product_in_shop", Parts: schema.Columns("name", "shop_id")},
			schema.ForeignKey{Name: "products_shop_id_fkey", Columns: []string{"shop_id"}, RefTable: "shops", RefColumns: []string{"id"}, OnDelete: schema.Cascade, OnUpdate: schema.SetNull},
			schema.Check{Name: "products_price_check", Expr: schema.Expr("price > 0")},
			schema.Check{Name: "products_price_check1", Expr: schema.Expr("price < 1000000")},
			schema.Index{Name: "products_shop_id_idx", Parts: schema.Columns("shop_id")},
			schema.Index{Name: "open_states", Unique: true, Parts: []schema.Part{{Column: "state", Desc: true}}, Where: schema.Expr("state <> 'gone, (or so)'")},
			schema.Index{Name: "by_zip", Parts: schema.Columns("home_zip", "work_zip")},
		),
		schema.NewTable("staff",
			schema.BigInt("id").NotNull().PrimaryKey(), schema.BigInt("cat_a").NotNull(), schema.BigInt("cat_b").NotNull(), schema.BigInt("manager"),
			schema.ForeignKey{Name: "member_category", Columns: []string{"cat_a", "cat_b"}, RefTable: "categories", RefColumns: []string{"a", "b"}, OnDelete: schema.Restrict},
			schema.ForeignKey{Name: "staff_manager_fkey", Columns: []string{"manager"}, RefTable: "staff", RefColumns: []string{"id"}},
		),
	}
	if d := cmp.Diff(want, m.Schema.Tables); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	const here = "github.com/whimbreldb/whimbrel/model_test."
	if d := cmp.Diff([]string{here + "Category", here + "Member", here + "Product", here + "Shop"}, m.Types); d != "" {
		t.Errorf("types (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"products.legacy"}, m.Keep); d != "" || len(m.Warnings) > 0 {
		t.Errorf("%s %v", d, m.Warnings)
	}
}

// On every server, what the structs say is what the server has.
func TestStructsOnServers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		pool := s.Database(t)
		d := comparetest.Dialect(t, s.Dialect, pool)
		want := load(t, portable(s.Dialect)...).Schema
		apply(t, d, pool, want)
		for _, line := range comparetest.OnServer(t, d, pool, want) {
			t.Errorf("difference: %s", line)
		}
	})
}

// portable are the structs that a server takes: MySQL has no partial indexes, and
// sets no column to NULL that cannot be.
func portable(d schema.Dialect) []any {
	if d != schema.MySQL && d != schema.MariaDB {
		return all()
	}
	type Product struct {
		ID     int64  `ddl:"pk auto"`
		Name   string `ddl:"size(50) unique(product_in_shop)"`
		ShopID int64  `ddl:"unique(product_in_shop) references(shops.id, on delete cascade) index"`
		Price  *int   `ddl:"check(price > 0)"`
		Twice  int    `ddl:"generated(price * 2) null"`
		State  State  `ddl:"size(10) default('it''s new')"`
		Code   UUID
		Meta   json.RawMessage
		Active bool `ddl:"default(true)"`
		Timed
	}
	return []any{Product{}, &Member{}, Category{}, Shop{}}
}

func apply(t testing.TB, d dialect.Dialect, pool *sql.DB, want schema.Schema) {
	t.Helper()
	stmts, err := d.Compile(diff.Diff(schema.Schema{}, want), op.NewState(schema.Schema{}))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stmts {
		if s.Kind != dialect.Exec {
			continue
		}
		if _, err := pool.ExecContext(context.Background(), s.SQL); err != nil {
			t.Fatalf("%v: %s", err, s.SQL)
		}
	}
}

// Every mistake is named with its struct and field, and what may have been meant.
func TestStructErrors(t *testing.T) {
	tests := []struct {
		value any
		want  string
	}{
		{struct{ A int }{}, "(a struct without a name): it has no name for its table: give it a method TableName() string"},
		{1, "int: a model is a struct"},
		{nil, "nil: a model is a struct"},
		{new(struct1), `model_test.struct1.Name: unknown word "uniqe" in the tag ddl: did you mean "unique"?`},
		{struct2{}, `model_test.struct2.Name: unknown word "fk" in the tag ddl: did you mean "references"?`},
		{struct3{}, "model_test.struct3.A: no column type is obvious for map[string]int: give it one, as ddl:\"type(json)\""},
		{struct4{}, `model_test.struct4.A: a parenthesis or a quote is not closed in "check(a > 0"`},
		{struct5{}, `model_test.struct5.A: the words of "pk,auto" stand apart with blanks, not with ,`},
		{struct6{}, "model_test.struct6.A: size is for texts and bytes, and the column is bigint"},
		{struct7{}, "model_test.struct7.B: column \"a\" is there already\n" +
			"model_test.struct7.C: column \"A\" is there already, but for the case of its letters"},
		{struct8{}, "model_test.struct8.A: the words pk and null exclude each other"},
		{struct9{}, `model_test.struct9: column "a" has the word auto: only a column that is the whole primary key can count`},
		{struct10{}, `model_test.struct10.A: it refers to the table "struct10", which no listed struct has: did you mean "struct10s"?`},
		{struct11{}, `model_test.struct11.A: it refers to the column "idd" of "struct11s", which has none of that name: did you mean "id"?`},
		{struct12{}, "model_test.struct12.A: references(x): what is referred to is written table.column"},
		{struct13{}, `model_test.struct13.A: references(struct13s.a, on delete burn): behind the column stand on delete and on update with cascade, ` +
			`restrict, set null, set default or no action, and name with a name, not "on delete burn"`},
		{struct14{}, `model_test.struct14.A: type(int not null) is more than a type: "not null" has words of its own`},
		{struct15{}, `model_test.struct15.A: no dialect is called "postgre": did you mean "postgres"?`},
		{struct16{}, "model_test.struct16.struct16: the struct model_test.struct16 is embedded in itself"},
		{struct17{}, "model_test.struct17.A: the word auto is for an integer, and this is string"},
		{struct18{}, `model_test.struct18.A: the word "size" stands there twice`},
		{struct19{}, "model_test.struct19: it has no columns"},
		{struct20{}, "model_test.struct20.A: the word pk takes nothing in parentheses\nmodel_test.struct20.B: the word check needs something in parentheses"},
		{struct21{}, `model_test.struct21.A: unknown word "column" in the tag ddl: the name of the column stands in the tag db`},
		{struct30{}, `model_test.struct30.A: unknown word "decimal" in the tag ddl: a type is written type(decimal(12,2))` + "\n" +
			`model_test.struct30.B: unknown word "uuid" in the tag ddl: a type is written type(uuid)`},
		{struct31{}, `model_test.struct31.A: unknown word "sparkling" in the tag ddl: go doc github.com/whimbreldb/whimbrel/model Structs has them all`},
		{struct22{}, `model_test.struct22.A: index(by_a, up): behind the name stand unique, desc, and where with a condition, not "up"`},
	}
	for _, test := range tests {
		_, err := model.Structs(test.value).Load()
		if err == nil || err.Error() != test.want {
			t.Errorf("%T:\n got %v\nwant %s", test.value, err, test.want)
		}
	}
	if _, err := model.Structs(Shop{}, &Shop{}).Load(); err == nil || err.Error() != "model_test.Shop: it is listed twice" {
		t.Errorf("got %v", err)
	}
	if _, err := model.Structs(Shop{}, shops{}).Load(); err == nil || err.Error() != `model_test.shops: its table "shops" is that of model_test.Shop too` {
		t.Errorf("got %v", err)
	}
	// All at once.
	if _, err := model.Structs(new(struct1), struct3{}).Load(); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("got %v", err)
	}
}

type (
	struct1 struct {
		ID   int    `ddl:"pk"`
		Name string `ddl:"uniqe"`
	}
	struct2 struct {
		Name string `ddl:"fk(a.b)"`
	}
	struct3 struct{ A map[string]int }
	struct4 struct {
		A int `ddl:"check(a > 0"`
	}
	struct5 struct {
		A int `ddl:"pk,auto"`
	}
	struct6 struct {
		A int `ddl:"size(3)"`
	}
	struct7 struct {
		A int
		B int `db:"a"`
		C int `db:"A"`
	}
	struct8 struct {
		A int `ddl:"pk null"`
	}
	struct9 struct {
		A int `ddl:"pk auto"`
		B int `ddl:"pk"`
	}
	struct10 struct {
		ID int `ddl:"pk"`
		A  int `ddl:"references(struct10.id)"`
	}
	struct11 struct {
		ID int `ddl:"pk"`
		A  int `ddl:"references(struct11s.idd)"`
	}
	struct12 struct {
		A int `ddl:"references(x)"`
	}
	struct13 struct {
		A int `ddl:"pk references(struct13s.a, on delete burn)"`
	}
	struct14 struct {
		A int `ddl:"type(int not null)"`
	}
	struct15 struct {
		A string `ddl:"on(postgre, citext)"`
	}
	struct16 struct {
		A         int
		*struct16 //nolint:unused // it is what cannot be
	}
	struct17 struct {
		A string `ddl:"pk auto size(3)"`
	}
	struct18 struct {
		A string `ddl:"size(3) size(4)"`
	}
	struct19 struct{ a int } //nolint:unused // it has none that is exported
	struct20 struct {
		A int `ddl:"pk(a)"`
		B int `ddl:"check"`
	}
	struct21 struct {
		A int `ddl:"column(b)"`
	}
	struct22 struct {
		A int `ddl:"index(by_a, up)"`
	}
	struct30 struct {
		A string `ddl:"decimal(12,2) index"`
		B string `ddl:"uuid"`
	}
	struct31 struct {
		A int `ddl:"sparkling"`
	}
	shops struct{ A int }
)

func (shops) TableName() string { return "shops" }

// What is no column by itself, and what a table is called.
func TestStructNames(t *testing.T) {
	for value, want := range map[any]string{
		HTTPBox{}: "http_boxes", Day{}: "days", pair[int]{}: "pairs", Bus{}: "buses", Batch{}: "batches", &Member{}: "staff",
	} {
		m := load(t, value, Category{}, Shop{})
		if m.Schema.Tables[0].Name != want {
			if _, ok := m.Schema.Table(want); !ok {
				t.Errorf("%T: no table %s", value, want)
			}
		}
	}
}

type (
	HTTPBox     struct{ A int }
	Day         struct{ A int }
	Bus         struct{ A int }
	Batch       struct{ A int }
	pair[T any] struct{ A T }
)

// A table without a key is one, and a warning.
func TestNoKey(t *testing.T) {
	m := load(t, Day{})
	if len(m.Warnings) != 1 || m.Warnings[0].String() != `model_test.Day: the table has no primary key: tag a field with ddl:"pk"` {
		t.Errorf("got %v", m.Warnings)
	}
}

// A type on one dialect is that there, and a text where nothing else is said.
func TestOn(t *testing.T) {
	m := load(t, struct23{})
	got := m.Schema.Tables[0].Columns
	want := []schema.Column{
		schema.BigInt("id").NotNull().PrimaryKey().Column(),
		schema.String("mail", 100).On(schema.Postgres, "citext").Collate(schema.SQLite, "nocase").NotNull().Column(),
		schema.Text("place").On(schema.Postgres, "point").On(schema.MySQL, "point").NotNull().Column(),
		schema.Native("area", "box").NotNull().Column(),
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

type struct23 struct {
	ID    int             `ddl:"pk"`
	Mail  string          `ddl:"size(100) on(postgres, citext) collate(sqlite, nocase)"`
	Place struct{ X int } `ddl:"on(postgres, point) on(mysql, point)"`
	Area  struct{ X int } `ddl:"type(box)"`
}
