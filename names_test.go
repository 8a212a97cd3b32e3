package whimbrel_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/dialect/mysql"
	"github.com/whimbreldb/whimbrel/dialect/postgres"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestLongNames: what a server cannot carry is said before it is tried. At the
// limit, and in as many bytes or characters as it has, a name works: that is
// in package app, on real servers.
func TestLongNames(t *testing.T) {
	x := strings.Repeat
	tests := []struct {
		dialect dialect.Dialect
		name    string
		why     string
	}{
		{sqlite.New(""), x("x", 200), ""},
		{sqlite.New(""), x("x", 200) + "🐦 ", ""},
		{postgres.New(""), x("x", 63), ""},
		{postgres.New(""), x("x", 64), "it has 64 bytes, and PostgreSQL takes 63"},
		{postgres.New(""), x("é", 31), ""},
		{postgres.New(""), x("é", 32), "it has 64 bytes, and PostgreSQL takes 63"},
		{postgres.New(""), x("🐦", 15) + " ", ""},
		{mysql.New(schema.MySQL, ""), x("x", 64), ""},
		{mysql.New(schema.MySQL, ""), x("é", 64), ""},
		{mysql.New(schema.MySQL, ""), x("é", 65), "it has 65 characters, and MySQL and MariaDB take 64"},
		{mysql.New(schema.MariaDB, ""), x("x", 65), "it has 65 characters, and MySQL and MariaDB take 64"},
		{mysql.New(schema.MariaDB, ""), "🐦", "it has the character '🐦', which needs four bytes, and MySQL and MariaDB take three"},
		{mysql.New(schema.MariaDB, ""), "x ", "it ends with a space, which MySQL and MariaDB do not take"},
	}
	id := schema.Int("id").NotNull().PrimaryKey()
	for name, ok := range map[string]bool{x("商", 50): true, x("商", 51): false, x("é", 64): true, x("Ж", 64): true, x("-", 50): true, x("-", 51): false} {
		p, err := whimbrel.Open(whimbrel.Config{
			History: new(op.History), Dialect: mysql.New(schema.MariaDB, ""),
			Models: []model.Source{model.Static(schema.Schema{Tables: []schema.Table{schema.NewTable(name, schema.Int("id").NotNull().PrimaryKey())}})},
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Check(t.Context()); (err == nil) != ok {
			t.Errorf("a table named %q: %v", name, err)
		}
	}
	for _, tt := range tests {
		n := tt.name
		places := map[string]schema.Table{
			"a table":                       schema.NewTable(n, id),
			"a column of t":                 schema.NewTable("t", id, schema.Int(n)),
			"a primary key of t":            schema.NewTable("t", schema.Int("id").NotNull(), schema.PrimaryKey{Name: n, Parts: []schema.Part{{Column: "id"}}}),
			"a unique constraint of t":      schema.NewTable("t", id, schema.Unique{Name: n, Parts: schema.Columns("id")}),
			"a check of t":                  schema.NewTable("t", id, schema.Check{Name: n, Expr: schema.Expr("id > 0")}),
			"a index of t":                  schema.NewTable("t", id, schema.Index{Name: n, Parts: schema.Columns("id")}),
			"a foreign key of t":            schema.NewTable("t", id, schema.ForeignKey{Name: n, Columns: []string{"id"}, RefTable: "t", RefColumns: []string{"id"}}),
			"a namespace of a table":        schema.NewTable(schema.Qualify(n, "t"), id),
			"a table that has a namespace ": schema.NewTable(schema.Qualify("s", n), id),
		}
		for place, table := range places {
			p, err := whimbrel.Open(whimbrel.Config{
				History: new(op.History), Models: []model.Source{model.Static(schema.Schema{Tables: []schema.Table{table}})}, Dialect: tt.dialect,
			})
			if err != nil {
				t.Fatal(err)
			}
			_, err = p.Check(t.Context())
			switch {
			case tt.why == "" && err != nil:
				t.Errorf("%s, %s: %q: %v", tt.dialect.Flavor().Dialect, place, n, err)
			case tt.why != "" && (whimbrel.CodeOf(err) != whimbrel.BadName || !strings.HasSuffix(err.Error(), tt.why)):
				t.Errorf("%s, %s: %q: got %v, want %q", tt.dialect.Flavor().Dialect, place, n, err, tt.why)
			}
		}
	}
}

// TestOddNames takes names that nobody should give, in every kind of object,
// through a whole life.
func TestOddNames(t *testing.T) {
	ctx := context.Background()
	names := []string{
		`quo"te`, "back`tick", "apos'trophe", "[brackets]", "with space", "%s %d %!", "order", "select", "TABLE", "größe",
		"🐦 whimbrel", "a.b.c", "semi;colon", "--comment", "/* x */", `back\slash`, "$1", ":name", "?", strings.Repeat("long", 50), "0digits", "CamelCase",
	}
	for _, n := range names {
		t.Run(fmt.Sprintf("%.20q", n), func(t *testing.T) {
			w := newWorld(t)
			child, name := n+" child", func(s string) string { return n + s }
			quoted := sqlite.New("").Quote(n)
			up := func(m *op.Script) {
				m.CreateTable(n,
					schema.BigInt("id").NotNull().AutoIncrement().PrimaryKey(), schema.String(n, 50).NotNull().Default(n),
					schema.Unique{Name: name(" u"), Parts: schema.Columns(n)},
					schema.Check{Name: name(" c"), Expr: schema.Expr(quoted + " <> ''")},
					schema.Index{Name: name(" i"), Unique: true, Parts: []schema.Part{{Column: n, Desc: true}}, Where: schema.Expr(quoted + " > 'm'")},
				)
				m.CreateTable(child, schema.Int("id").PrimaryKey(), schema.BigInt(n),
					schema.ForeignKey{Name: name(" f"), Columns: []string{n}, RefTable: n, RefColumns: []string{"id"}, OnDelete: schema.Cascade})
				m.CreateObject(schema.Object{
					Kind: schema.View, Name: name(" v"),
					Definition: schema.Expr("CREATE VIEW " + sqlite.New("").Quote(name(" v")) + " AS SELECT " + quoted + " FROM " + quoted),
				})
				m.CreateObject(schema.Object{
					Kind: schema.Trigger, Name: name(" t"), Table: n,
					Definition: schema.Expr("CREATE TRIGGER " + sqlite.New("").Quote(name(" t")) + " AFTER DELETE ON " + quoted + " BEGIN SELECT old." + quoted + "; END"),
				})
			}
			from, to := schema.String(n, 50).NotNull().Default(n), schema.Int(n).NotNull().Default(0)
			first := rev("aaa1", "", up, func(m *op.Script) {
				m.DropObject(schema.View, name(" v"))
				m.DropTable(child)
				m.DropTable(n)
			})
			first.Message = n
			rebuild := rev("bbb2", "aaa1", func(m *op.Script) { m.AlterColumn(n, from, to) }, func(m *op.Script) { m.AlterColumn(n, to, from) })
			rename := rev("ccc3", "bbb2", func(m *op.Script) {
				m.RenameColumn(n, n, "plain")
				m.RenameTable(n, "plain")
			}, func(m *op.Script) {
				m.RenameTable("plain", n)
				m.RenameColumn(n, "plain", n)
			})
			p := w.project(history(first, rebuild, rename))
			for _, target := range []string{"aaa1", "bbb2", "ccc3"} {
				_, err := p.Upgrade(ctx, target)
				w.ok(err)
				report, err := p.Drift(ctx)
				w.ok(err)
				if !report.Empty() || report.Noise != nil || report.Foreign != nil {
					t.Errorf("at %s: %q %q %q", target, report.Lines(), report.Noise, report.Foreign)
				}
			}
			w.exec("INSERT INTO plain(id) VALUES (7)", "INSERT INTO "+sqlite.New("").Quote(child)+" VALUES (1, 7)")
			_, err := p.Downgrade(ctx, "aaa1")
			w.ok(err)
			w.want(w.query("SELECT count(*) FROM "+sqlite.New("").Quote(child)), "1")
			_, err = p.Downgrade(ctx, "base")
			w.ok(err)
			w.want(w.schema(), "")
		})
	}
}
