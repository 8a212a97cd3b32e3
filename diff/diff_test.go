package diff

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

func db(tables ...schema.Table) schema.Schema { return schema.Schema{Tables: tables} }

func products(items ...schema.Item) schema.Table {
	return schema.NewTable("products", append([]schema.Item{schema.BigInt("id").AutoIncrement().PrimaryKey()}, items...)...)
}

func ref(columns, table string) schema.ForeignKey {
	return schema.ForeignKey{Name: "fk_" + columns, Columns: []string{columns}, RefTable: table, RefColumns: []string{"id"}}
}

func node(name string, refs ...string) schema.Table {
	t := schema.NewTable(name, schema.Int("id").PrimaryKey())
	for _, r := range refs {
		t.Columns = append(t.Columns, schema.Int(r+"_id").Column())
		t.ForeignKeys = append(t.ForeignKeys, ref(r+"_id", r))
	}
	return t
}

var (
	title = schema.String("title", 50)
	name  = schema.String("name", 50)
	idx   = schema.Index{Name: "idx_name", Parts: schema.Columns("name")}
	chk   = schema.Check{Name: "chk_name", Expr: schema.Expr("name <> ''")}
	uni   = schema.Unique{Name: "uni_name", Parts: schema.Columns("name")}
	view  = schema.Object{Kind: schema.View, Name: "v", Definition: schema.Expr("CREATE VIEW v AS SELECT 1")}
	view2 = schema.Object{Kind: schema.View, Name: "v", Definition: schema.Expr("CREATE VIEW v AS SELECT 2")}
)

type lawCase struct {
	name     string
	from, to schema.Schema
	want     string // one line for each operation: verb and object
}

var cases = []lawCase{
	{"nothing", db(), db(), ""},
	{"create table", db(), db(products(name)), "add table products"},
	{"drop table", db(products(name)), db(), "drop table products"},
	{"add column", db(products()), db(products(name)), "add column products.name"},
	{"drop column", db(products(name)), db(products()), "drop column products.name"},
	{"no rename by itself", db(products(title)), db(products(name)), "add column products.name\ndrop column products.title"},
	{"another case", db(products(schema.String("Name", 50))), db(products(schema.String("name", 60))), "rename column products.Name to name\nalter column products.name: type string(50) to string(60)"},
	{"another case of two", db(products(schema.String("Name", 50), schema.String("NAME", 50))), db(products(name)), "add column products.name\ndrop column products.Name\ndrop column products.NAME"},
	{"computed columns go", db(products(schema.Int("a"), schema.Int("b").Generated(schema.Expr("a + 1")), schema.Int("c").Generated(schema.Expr("b + 1")))), db(products()), "drop column products.c\ndrop column products.b\ndrop column products.a"},
	{"computed columns come", db(products()), db(products(schema.Int("c").Generated(schema.Expr("a + 1")), schema.Int("a"))), "add column products.a\nadd column products.c"},
	{"column order is nothing", db(products(name, title)), db(products(title, name)), ""},
	{"type", db(products(name)), db(products(schema.String("name", 60))), "alter column products.name: type string(50) to string(60)"},
	{"not null", db(products(name)), db(products(name.NotNull())), "alter column products.name: NULL to NOT NULL"},
	{"index", db(products(name)), db(products(name, idx)), "add index products.idx_name"},
	{
		"index changed", db(products(name, idx)), db(products(name, schema.Index{Name: "idx_name", Unique: true, Parts: idx.Parts})),
		"drop index products.idx_name\nadd index products.idx_name",
	},
	{
		"drops before adds", db(products(name, title, idx, chk, uni)), db(products(schema.String("x", 1))),
		"drop unique constraint products.uni_name\ndrop check products.chk_name\ndrop index products.idx_name\n" +
			"add column products.x\ndrop column products.name\ndrop column products.title",
	},
	{
		"primary key", db(node("a")), db(schema.NewTable("a", schema.Int("id"), schema.Int("n").PrimaryKey())),
		"add column a.n\nalter primary key of a: (id) to (n)",
	},
	{
		"create in order of reference", db(), db(node("a", "b"), node("b", "c"), node("c")),
		"add table c\nadd table b\nadd table a",
	},
	{
		"drop in order of reference", db(node("c"), node("b", "c"), node("a", "b")), db(),
		"drop table a\ndrop table b\ndrop table c",
	},
	{"reference to itself", db(), db(node("a", "a")), "add table a"},
	{
		"circle", db(), db(node("a", "b"), node("b", "a")),
		"add table b\nadd table a\nadd foreign key b.fk_a_id",
	},
	{
		"circle dropped", db(node("a", "b"), node("b", "a")), db(),
		"drop foreign key b.fk_a_id\ndrop table a\ndrop table b",
	},
	{
		"the reference goes before the table", db(node("a"), node("b", "a")), db(node("b")),
		"drop foreign key b.fk_a_id\ndrop table a\ndrop column b.a_id",
	},
	{
		"the table comes before the reference", db(node("b")), db(node("a"), node("b", "a")),
		"add table a\nadd column b.a_id\nadd foreign key b.fk_a_id",
	},
	{
		"view around tables",
		schema.Schema{Tables: []schema.Table{products()}, Objects: []schema.Object{view}},
		schema.Schema{Tables: []schema.Table{products(name)}, Objects: []schema.Object{view2}},
		"drop view v\nadd column products.name\nadd view v",
	},
	{
		"options", db(products()), db(products(schema.TableOptions{Strict: true})),
		"alter table products: options",
	},
}

func lines(ops []op.Op) string {
	var out []string
	for _, o := range ops {
		verb, object := op.Describe(o)
		out = append(out, verb+" "+object)
	}
	return strings.Join(out, "\n")
}

// TestLaws holds every case to what a diff is: it says what the case wants, it
// leads to the other schema, a second diff is empty, and its inverse leads
// back.
func TestLaws(t *testing.T) {
	for _, tt := range slices.Concat(cases, objectCases) {
		t.Run(tt.name, func(t *testing.T) {
			ops := Diff(tt.from, tt.to)
			if got := lines(ops); got != tt.want {
				t.Errorf("operations:\n%s\nwant:\n%s", got, tt.want)
			}
			state := op.NewState(tt.from)
			apply(t, state, ops)
			if again := Diff(state.Schema(), tt.to); again != nil {
				t.Errorf("second diff: %s", lines(again))
			}
			back, ok := Downgrade(ops)
			if !ok {
				t.Fatal("a diff must be invertible")
			}
			apply(t, state, back)
			if again := Diff(state.Schema(), tt.from); again != nil {
				t.Errorf("after the downgrade: %s", lines(again))
			}
		})
	}
}

func apply(t *testing.T, state *op.State, ops []op.Op) {
	t.Helper()
	for _, o := range ops {
		if _, err := state.Apply(o); err != nil {
			t.Fatal(err)
		}
	}
}

func TestStructuralNoise(t *testing.T) {
	from := products(name, uni, idx, chk)
	to := products(name, schema.Unique{Parts: schema.Columns("name")},
		schema.Index{Name: "other", Parts: schema.Columns("name")}, schema.Check{Name: "c2", Expr: chk.Expr})
	to.Columns[0].AutoIncrement = false
	ops, noise := Structural(db(from), db(to))
	if len(ops) > 0 || len(noise) != 4 {
		t.Errorf("operations %q, noise %q", lines(ops), noise)
	}
	to.Checks[0].Expr = schema.Expr("name <> 'x'")
	ops, _ = Structural(db(from), db(to))
	if got := lines(ops); got != "drop check products.chk_name\nadd check products.c2" {
		t.Errorf("a changed check: %q", got)
	}
}

// Only SQLite's rowid, which may be NULL, gives out numbers whatever is said.
func TestStructuralAutoIncrement(t *testing.T) {
	from, to := products(), products()
	from.Columns[0].NotNull, to.Columns[0].NotNull = true, true
	to.Columns[0].AutoIncrement = false
	ops, noise := Structural(db(from), db(to))
	if got := lines(ops); got != "alter column products.id: auto-increment" || len(noise) > 0 {
		t.Errorf("operations %q, noise %q", got, noise)
	}
}

func TestAsk(t *testing.T) {
	price := schema.Int("price").NotNull()
	for _, tt := range []struct {
		name     string
		from, to schema.Schema
		answers  Answers
		want     string // operations, or "open: …", or the error
	}{
		{"rename is open", db(products(title)), db(products(name)), Answers{}, "open: rename products.title [--rename products.title=name --no-rename products.title]"},
		{"renamed", db(products(title)), db(products(name)), Answers{Rename: []string{"products.title=name"}}, "rename column products.title to name"},
		{"no rename", db(products(title)), db(products(name)), Answers{NoRename: []string{"products.title"}}, "add column products.name\ndrop column products.title"},
		{"dropped", db(products(title)), db(products(name)), Answers{Drop: []string{"products.title"}}, "add column products.name\ndrop column products.title"},
		{"renamed and changed", db(products(title)), db(products(schema.String("name", 9))), Answers{Rename: []string{"products.title=name"}}, "rename column products.title to name\nalter column products.name: type string(50) to string(9)"},
		{"other family", db(products(title)), db(products(schema.Int("n"))), Answers{}, "open: drop products.title [--drop products.title]"},
		{"drop table is open", db(products()), db(), Answers{}, "open: drop products [--drop products]"},
		{"table renamed", db(products(name)), db(schema.NewTable("goods", schema.BigInt("id").AutoIncrement().PrimaryKey(), name)), Answers{Rename: []string{"products=goods"}}, "rename table products to goods"},
		{"table rename is open", db(products(name)), db(schema.NewTable("goods", schema.BigInt("id").AutoIncrement().PrimaryKey(), name)), Answers{}, "open: rename products [--rename products=goods --no-rename products]"},
		{"default is open", db(products()), db(products(price)), Answers{}, "open: default products.price [--default products.price=0]"},
		{"default given", db(products()), db(products(price)), Answers{Default: []string{"products.price=7"}}, "add column products.price"},
		{"default of the wrong type", db(products()), db(products(price)), Answers{Default: []string{"products.price=x"}}, `--default "products.price=x": a number is wanted, or SQL in parentheses`},
		{"new table needs no default", db(), db(products(price)), Answers{}, "add table products"},
		{"becomes not null", db(products(name)), db(products(name.NotNull())), Answers{}, "open: default products.name [--default products.name=VALUE --default products.name=NULL]"},
		{"answer without question", db(products()), db(products()), Answers{Drop: []string{"products.x"}}, `--drop "products.x": there is no such question`},
		{"rename to what is not new", db(products(title)), db(products(name)), Answers{Rename: []string{"products.title=nope"}}, `--rename "products.title=nope": "nope" is not new; new are name`},
		{"questions of one table together", db(products(title)), db(products(name, price)), Answers{}, "open: rename products.title [--rename products.title=name --no-rename products.title] default products.price [--default products.price=0]"},
		{"a slip beside an open question", db(products(title)), db(products(name)), Answers{Rename: []string{"products.titel=name"}}, `--rename "products.titel=name": there is no such question`},
		{"odd names", db(products(schema.Int("a=b.c d"))), db(products()), Answers{}, "open: drop products.a=b.c d [--drop 'products.a=b.c d']"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ops, err := Ask(tt.from, tt.to, tt.answers)
			got := lines(ops)
			var open *OpenError
			switch {
			case errors.As(err, &open):
				got = "open:"
				for _, q := range open.Questions {
					got += fmt.Sprintf(" %s %s %v", q.Kind, q.Subject, q.Flags)
				}
			case err != nil:
				got = err.Error()
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// A value that an enum gets back is there before a default that needs it.
func TestDowngradeChangesTypesFirst(t *testing.T) {
	ops := Diff(with(db(products(feeling.Default("happy"))), moodier), with(db(products(feeling)), mood))
	back, ok := Downgrade(ops)
	var lines []string
	for _, o := range back {
		verb, object := op.Describe(o)
		lines = append(lines, verb+" "+object)
	}
	if got := strings.Join(lines, "\n"); !ok || got != "alter enum mood\nalter column products.feeling: default none to \"happy\"" {
		t.Errorf("got %s", got)
	}
}

func TestDowngradeFillsNotNull(t *testing.T) {
	ops := Diff(db(products(schema.Int("price").NotNull())), db(products()))
	back, ok := Downgrade(ops)
	if !ok || back[0].(op.AddColumn).Fill != schema.Literal("0") {
		t.Errorf("downgrade: %+v", back)
	}
}

// A column that others are computed from cannot go before them.
func TestGeneratedColumnsGoFirst(t *testing.T) {
	price, twice := schema.Int("price"), schema.Int("twice").Generated(schema.Expr("price * 2"))
	got := lines(Diff(db(products(price, twice)), db(products())))
	want := lines([]op.Op{op.DropColumn{Table: "products", Column: twice.Column()}, op.DropColumn{Table: "products", Column: price.Column()}})
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func BenchmarkDiff5000EqualTables(b *testing.B) {
	make := func() schema.Schema {
		var s schema.Schema
		for i := range 5000 {
			items := []schema.Item{schema.BigInt("id").AutoIncrement().PrimaryKey()}
			for c := range 12 {
				items = append(items, schema.String(fmt.Sprintf("column_%d", c), 50).NotNull().Default("x"))
			}
			items = append(items, idx, uni, chk, ref("column_1", fmt.Sprintf("table_%d", i/2)))
			t := schema.NewTable(fmt.Sprintf("table_%d", i), items...)
			t.Indexes[0].Parts[0].Column, t.Uniques[0].Parts = "column_0", schema.Columns("column_2")
			s.Tables = append(s.Tables, t)
		}
		return s
	}
	from, to := make(), make()
	for b.Loop() {
		if ops := Diff(from, to); ops != nil {
			b.Fatal(lines(ops))
		}
	}
}

// A column of a native type that comes back gets what the type has for zero.
func TestNativeZero(t *testing.T) {
	for text, want := range map[string]schema.Default{
		"integer": schema.Literal("0"), "int(10) unsigned": schema.Literal("0"), "numeric(8,2)": schema.Literal("0"), "double precision": schema.Literal("0"),
		"boolean": schema.Literal("false"), "character varying(10)": schema.StringValue(""), "integer[]": schema.StringValue("{}"),
		"int4range": schema.StringValue("empty"), "int4multirange": schema.StringValue("{}"), "date": schema.StringValue("1970-01-01"),
		"timestamp(3) without time zone": schema.StringValue("1970-01-02 00:00:00"), "interval": schema.StringValue("0"), "year": schema.Literal("1970"),
		"jsonb": schema.StringValue("{}"), "enum('it''s','b')": schema.StringValue("it's"), "mood": schema.StringValue(""),
	} {
		if got := zero(schema.NativeType(text)); got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}
