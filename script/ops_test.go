package script

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// examples is one operation of each kind that has a source, as a person would
// meet them.
func examples() []op.Op {
	users := schema.NewTable("users",
		schema.BigInt("id").NotNull().PrimaryKey().AutoIncrement(),
		schema.String("email", 100).NotNull().Collate(schema.SQLite, "NOCASE").Comment(`the "real" one`),
		schema.Decimal("credit", 10, 2).NotNull().Default(0),
		schema.Bool("active").NotNull().Default(true),
		schema.DateTime("born").Precision(3).On(schema.MySQL, "datetime(3)").DefaultExpr("CURRENT_TIMESTAMP"),
		schema.Int("team_id").Unsigned(),
		schema.Text("shout").GeneratedStored(schema.Expr("upper(email)").On(schema.MySQL, "ucase(email)")),
		schema.Unique{Name: "uni_users_email", Parts: schema.Columns("email")},
		schema.ForeignKey{Name: "fk_users_team", Columns: []string{"team_id"}, RefTable: "teams", RefColumns: []string{"id"}, OnDelete: schema.SetNull},
		schema.Check{Name: "chk_users_credit", Expr: schema.Expr("credit >= 0")},
		schema.Index{Name: "idx_users_born", Parts: []schema.Part{{Column: "born", Desc: true}}, Where: schema.Expr("active")},
		schema.TableOptions{Strict: true},
	)
	keyed := schema.NewTable("memberships",
		schema.Int("user_id").NotNull(),
		schema.Int("team_id").NotNull(),
		schema.PrimaryKey{Name: "pk_memberships", Parts: schema.Columns("team_id", "user_id")},
		schema.VerbatimSQL(schema.SQLite, "CREATE TABLE memberships (\n\tuser_id INT,\n\tteam_id INT\n)"),
	)
	view := schema.Object{Kind: schema.View, Name: "grown_ups", Definition: schema.Expr("CREATE VIEW grown_ups AS\n\tSELECT * FROM users\n\tWHERE born < '2000-01-01'")}
	return []op.Op{
		op.CreateTable{Table: users},
		op.CreateTable{Table: keyed},
		op.DropTable{Table: users},
		op.RenameTable{From: "users", To: "people"},
		op.AlterTable{Table: "users", To: schema.TableOptions{Comment: "everybody"}},
		op.AddColumn{Table: "users", Column: schema.Int("age").NotNull().Column(), Fill: schema.Literal("0")},
		op.AddColumn{Table: "users", Column: schema.Native("place", "geometry").Column()},
		op.DropColumn{Table: "users", Column: schema.Int("age").NotNull().Column()},
		op.RenameColumn{Table: "users", From: "email", To: "mail"},
		op.AlterColumn{Table: "users", From: schema.Int("age").Column(), To: schema.BigInt("age").NotNull().DefaultLiteral("1.50").Column(), Fill: schema.Expression("id % 99")},
		op.AlterPrimaryKey{Table: "users", From: schema.PrimaryKey{Parts: schema.Columns("id")}, To: schema.PrimaryKey{Parts: []schema.Part{{Column: "id"}, {Column: "email", Length: 20}}}},
		op.AddUnique{Table: "users", Unique: schema.Unique{Name: "uni_users_name", Parts: schema.Columns("first", "last"), Conflict: "REPLACE"}},
		op.DropUnique{Table: "users", Unique: schema.Unique{Parts: schema.Columns("first")}},
		op.AddForeignKey{Table: "users", ForeignKey: schema.ForeignKey{Name: "fk", Columns: []string{"a", "b"}, RefTable: "t", OnUpdate: schema.Cascade, Deferrable: true}},
		op.DropForeignKey{Table: "users", ForeignKey: schema.ForeignKey{Name: "fk", Columns: []string{"a"}, RefTable: "t"}},
		op.AddCheck{Table: "users", Check: schema.Check{Name: "chk", Expr: schema.Expr("age > 0").On(schema.MySQL, "`age` > 0")}},
		op.DropCheck{Table: "users", Check: schema.Check{Expr: schema.Expr("age > 0")}},
		op.CreateIndex{Table: "users", Index: schema.Index{Name: "idx", Unique: true, Parts: []schema.Part{{Expr: schema.Expr("lower(email)")}}, Method: schema.Variants{Postgres: "btree"}}},
		op.DropIndex{Table: "users", Index: schema.Index{Name: "idx", Parts: schema.Columns("a")}},
		op.CreateObject{Object: view},
		op.DropObject{Object: view},
		op.CreateObject{Object: schema.Object{Kind: schema.Enum, Name: "mood", Definition: schema.SQL{}.On(schema.Postgres, "CREATE TYPE mood AS ENUM ('sad', 'ok')")}},
		op.DropObject{Object: schema.Object{Kind: schema.Policy, Name: "own", Table: "users", Definition: schema.SQL{}.On(schema.Postgres, "CREATE POLICY own ON users")}},
		op.AlterObject{
			From: schema.Object{Kind: schema.Enum, Name: "mood", Definition: schema.SQL{}.On(schema.Postgres, "CREATE TYPE mood AS ENUM ('sad', 'ok')")},
			To:   schema.Object{Kind: schema.Enum, Name: "mood", Definition: schema.SQL{}.On(schema.Postgres, "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')")},
		},
		op.CreateIndex{Table: "users", Index: schema.Index{Name: "idx", Parts: schema.Columns("a")}, Concurrently: true},
		op.Exec{SQL: schema.Expr("UPDATE users SET active = 1")},
		op.Exec{SQL: schema.SQL{}.On(schema.Postgres, "ANALYZE users;\nSELECT 1")},
		op.Exec{SQL: schema.Expr("SELECT 1").On(schema.MySQL, "DO 1")},
	}
}

// nasty are texts that something between us and the Go compiler could stumble
// over.
var nasty = []string{
	"a", "name", "order", "select", "Été", "🐦 whimbrel", "with space", `say "hi"`, "it's", "back`tick", "*/", "/* x", "// x",
	"//go:build ignore", "// +build ignore", "\n//go:build ignore\n", "a\nb", "a\r\nb\n", "tab\tand\n\tline \n", "`\n`",
	"%s %d %!", "\x00", "\xff\xfe", "\ufeff", "\u202egnirts", "\u2028", "\\", `\n`, "schema.Int", "{{.}}", `"); os.Exit(1); ("`,
	"`+os.Exit(1)+`", "'; DROP TABLE users; --", "$1", "import \"C\"", "func", strings.Repeat("x", 200), strings.Repeat("é\n", 60),
	"CREATE TABLE \"t\" (\n\t\"a\" INT,   \n\n\t\"b\" TEXT)", "0", "1", "-1", "1.5", "-0", "1e+21", "1.50", "true", "null", "TRUE",
	"99999999999", "18446744073709551616", "NaN", "+Inf", "0x1p-2",
}

// random makes operations of every kind with every property, by reflection: a
// property added to a type is written or the law fails.
type random struct{ *rand.Rand }

func (r random) op() op.Op {
	kinds := []op.Op{
		op.CreateTable{},
		op.CreateTable{},
		op.RenameTable{},
		op.AlterTable{},
		op.AddColumn{},
		op.AlterColumn{},
		op.AlterPrimaryKey{},
		op.AddUnique{},
		op.DropUnique{},
		op.AddForeignKey{},
		op.DropForeignKey{},
		op.AddCheck{},
		op.DropCheck{},
		op.CreateIndex{},
		op.DropIndex{},
		op.CreateObject{},
		op.DropObject{},
		op.Exec{},
		op.DropTable{},
		op.DropColumn{},
	}
	v := reflect.New(reflect.TypeOf(kinds[r.IntN(len(kinds))])).Elem()
	r.fill(v, []float64{0.15, 0.4, 0.8}[r.IntN(3)])
	o := v.Interface().(op.Op)
	if c, ok := o.(op.CreateTable); ok {
		c.Table.Unsupported = ""
		if r.IntN(2) == 0 { // a key of the table's columns
			c.Table.PrimaryKey = schema.PrimaryKey{}
			for _, col := range c.Table.Columns {
				if r.IntN(2) == 0 {
					c.Table.PrimaryKey.Parts = append(c.Table.PrimaryKey.Parts, schema.Part{Column: col.Name})
				}
			}
		}
		o = c
	}
	return o
}

// fill sets each field with probability p.
func (r random) fill(v reflect.Value, p float64) {
	switch v.Interface().(type) {
	case schema.Kind, schema.Action, schema.DefaultKind, schema.ObjectKind:
		var known []string
		for value := range names {
			if reflect.TypeOf(value) == v.Type() {
				known = append(known, reflect.ValueOf(value).String())
			}
		}
		slices.Sort(known) // the map has no order, and the seed must decide
		known = append(known, "")
		if r.IntN(20) == 0 {
			known = nasty
		}
		v.SetString(known[r.IntN(len(known))])
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); r.Float64() < p || f.Kind() == reflect.Struct || v.Type().Field(i).Name == "Name" {
				r.fill(f, p)
			}
		}
	case reflect.Slice:
		n := r.IntN(4)
		if n == 0 && r.IntN(2) == 0 {
			return // nil
		}
		s := reflect.MakeSlice(v.Type(), n, n)
		for i := range n {
			r.fill(s.Index(i), p)
		}
		v.Set(s)
	case reflect.String:
		v.SetString(nasty[r.IntN(len(nasty))])
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(int64(r.IntN(300) - 1))
	default:
		panic("a kind of field that this generator does not know: " + v.Type().String())
	}
}

// byName is what is written of ops: a drop keeps the name alone, and a table
// has no empty slices.
func byName(ops []op.Op) []op.Op {
	var out []op.Op
	for _, o := range ops {
		switch x := o.(type) {
		case op.CreateTable:
			o = op.CreateTable{Table: withoutEmpty(x.Table)}
		case op.AlterPrimaryKey:
			x.Nullable = nil
			o = x
		case op.CreateObject:
			x.Object.Needs = nil
			o = x
		case op.AlterObject:
			x.From.Needs, x.To.Needs = nil, nil
			o = x
		case op.DropTable:
			o = op.DropTable{Table: schema.Table{Name: x.Table.Name}}
		case op.DropColumn:
			o = op.DropColumn{Table: x.Table, Column: schema.Column{Name: x.Column.Name}}
		case op.DropIndex:
			o = op.DropIndex{Table: x.Table, Index: schema.Index{Name: x.Index.Name}, Concurrently: x.Concurrently}
		case op.DropObject:
			o = op.DropObject{Object: schema.Object{Kind: x.Object.Kind, Name: x.Object.Name, Table: x.Object.Table}}
		}
		out = append(out, o)
	}
	return out
}
