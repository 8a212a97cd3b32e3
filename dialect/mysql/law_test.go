package mysql

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestDiffLaw: what package diff finds between two schemas, carried out, makes
// one of the other, both ways; and there is no difference then.
func TestDiffLaw(t *testing.T) {
	seeds := 6
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
				r := rand.New(rand.NewPCG(uint64(seed), 7)) //nolint:gosec // a seeded test
				a, b := create(randomSchema(r, d)), create(randomSchema(r, d))
				conn := pin(t, d, db)
				if stmts, err := change(t, d, conn, a); err != nil {
					t.Fatalf("%v\n%s", err, show(stmts))
				}
				for _, to := range [][]op.Op{b, a, b} {
					want := d.Normalize(built(t, d, db, to))
					ops := diff.Diff(d.Normalize(inspect(t, d, conn)), want)
					stmts, err := change(t, d, conn, ops)
					if err != nil {
						t.Fatalf("%v\n%s", err, show(stmts))
					}
					if got := unlike(d, want, inspect(t, d, conn)); got != "" {
						t.Fatalf("-wanted +database\n%s\n%s", got, show(stmts))
					}
					if again := diff.Diff(d.Normalize(inspect(t, d, conn)), want); len(again) > 0 {
						t.Errorf("a second time: %v", again)
					}
				}
			})
		})
	}
}

func create(s schema.Schema) []op.Op { return diff.Diff(schema.Schema{}, s) }

// randomSchema returns some of a fixed set of things, each in one of several
// forms, so that any two of them differ in many ways at once.
func randomSchema(r *rand.Rand, d Dialect) schema.Schema {
	some := func() bool { return r.IntN(3) > 0 }
	one := func(items ...schema.Column) schema.Column { return items[r.IntN(len(items))] }
	var s schema.Schema
	p := schema.NewTable("p", schema.BigInt("id").NotNull().AutoIncrement().PrimaryKey(), schema.Int("n"))
	if some() {
		p = schema.NewTable("p", schema.BigInt("id").Unsigned().NotNull().AutoIncrement().PrimaryKey(), schema.Int("n"),
			schema.Index{Name: "in", Parts: schema.Columns("n"), Unique: some()})
	}
	t := schema.Table{Name: "t x"}
	add := func(c schema.Column) { t.Columns = append(t.Columns, c) }
	id := schema.Int("id").NotNull()
	switch r.IntN(3) {
	case 0:
		add(id.AutoIncrement().Column())
		t.PrimaryKey.Parts = schema.Columns("id")
	case 1:
		add(id.AutoIncrement().Column())
		t.Indexes = append(t.Indexes, schema.Index{Name: "id", Parts: schema.Columns("id")})
	default:
		add(id.Column())
	}
	add(one(schema.String("a", 20).Column(), schema.String("a", 20).NotNull().Default("it's").Column(), schema.Text("a").Comment("long").Column(),
		schema.String("a", 100).Collate(schema.MySQL, "utf8mb4_bin").Column()))
	add(one(schema.Int("b").Column(), schema.BigInt("b").NotNull().Default(4).Column(), schema.Decimal("b", 12, 2).DefaultExpr("1 + 1").Column()))
	if some() {
		add(one(schema.Int("g").Generated(schema.Expr("b + 1")).Column(), schema.Int("g").GeneratedStored(schema.Expr("b + 2")).Column(), schema.Int("g").Column()))
		if some() {
			t.Indexes = append(t.Indexes, schema.Index{Name: "ig", Parts: schema.Columns("g", "b")})
		}
	}
	if some() {
		c := schema.Column{Name: "at", Type: schema.NativeType("timestamp"), NotNull: some(), Default: schema.Expression("CURRENT_TIMESTAMP")}
		if some() {
			c.OnUpdate = "CURRENT_TIMESTAMP"
		}
		add(c)
	}
	if some() {
		add(one(schema.JSON("j").Column(), schema.JSON("j").Comment("x").Column(), schema.Native("j", "enum('x','y')").Column()))
	}
	if some() {
		c := p.Columns[0]
		c.Name, c.AutoIncrement, c.NotNull = "p", false, false
		add(c)
		t.ForeignKeys = append(t.ForeignKeys, schema.ForeignKey{
			Name: "fk", Columns: []string{"p"}, RefTable: "p", RefColumns: []string{"id"},
			OnDelete: [...]schema.Action{schema.NoAction, schema.Cascade, schema.SetNull}[r.IntN(3)],
		})
		if some() {
			t.Indexes = append(t.Indexes, schema.Index{Name: "ip", Parts: schema.Columns("p", "b")})
		}
	}
	if some() {
		t.Checks = append(t.Checks, schema.Check{Name: "k", Expr: schema.Expr([...]string{"b > 0", "b > 1"}[r.IntN(2)])})
	}
	if some() {
		t.Uniques = append(t.Uniques, schema.Unique{Name: "u", Parts: schema.Columns([...]string{"b", "id"}[r.IntN(2)])})
	}
	t.Options.Comment = [...]string{"", "one", "two"}[r.IntN(3)]
	t.Options.MySQL.RowFormat = [...]string{"", "COMPACT"}[r.IntN(2)]
	s.Tables = append(s.Tables, p, t)
	if some() {
		s.Objects = append(s.Objects, object(schema.View, "v", "", "CREATE VIEW `v` AS select `t x`.`id` AS `id`"+[...]string{"", ",`t x`.`b` AS `b`"}[r.IntN(2)]+" from `t x`"))
	}
	if some() {
		s.Objects = append(s.Objects, object(schema.Trigger, "tr", "t x",
			"CREATE TRIGGER `tr` BEFORE INSERT ON `t x` FOR EACH ROW set new.b = "+[...]string{"3", "4"}[r.IntN(2)]))
	}
	if some() && d.flavor.Dialect == schema.MariaDB {
		s.Objects = append(s.Objects, object(schema.Sequence, "sq", "", "CREATE SEQUENCE `sq` INCREMENT BY "+[...]string{"2", "3"}[r.IntN(2)]))
	}
	return s
}
