package whimbrel_test

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/printer"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/dialect/mysql"
	"github.com/whimbreldb/whimbrel/dialect/postgres"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// operations has an example of each method of op.Script, for a database with the
// tables shops (id, name) and products (id, name, price, shop_id). They are in
// the page as they stand here, in the order in which they stand here.
var operations = []func(m *op.Script){
	func(m *op.Script) {
		m.CreateTable("orders",
			schema.BigInt("id").PrimaryKey().AutoIncrement(),
			schema.String("code", 20).NotNull(),
			schema.Unique{Name: "uni_orders_code", Parts: schema.Columns("code")},
		)
	},
	func(m *op.Script) {
		m.DropTable("products")
	},
	func(m *op.Script) {
		m.RenameTable("products", "goods")
	},
	func(m *op.Script) {
		m.AlterTable("products", schema.TableOptions{}, schema.TableOptions{Comment: "what is for sale"})
	},
	func(m *op.Script) {
		m.AddColumn("products", schema.Int("stock").NotNull().Default(0))
	},
	func(m *op.Script) {
		m.DropColumn("products", "price")
	},
	func(m *op.Script) {
		m.RenameColumn("products", "name", "title")
	},
	func(m *op.Script) {
		m.AlterColumn("products", schema.Int("price"), schema.Int("price").NotNull(), op.Fill(0))
	},
	func(m *op.Script) {
		m.AlterPrimaryKey("products", schema.PrimaryKey{Parts: schema.Columns("id")}, schema.PrimaryKey{Parts: schema.Columns("id", "shop_id")})
	},
	func(m *op.Script) {
		m.AddUnique("products", schema.Unique{Name: "uni_products_name", Parts: schema.Columns("name")})
	},
	func(m *op.Script) {
		m.DropUnique("shops", schema.Unique{Name: "uni_shops_name"})
	},
	func(m *op.Script) {
		m.AddForeignKey("products", schema.ForeignKey{
			Name: "fk_products_shop", Columns: []string{"shop_id"}, RefTable: "shops", RefColumns: []string{"id"}, OnDelete: schema.Cascade,
		})
	},
	func(m *op.Script) {
		m.DropForeignKey("visits", schema.ForeignKey{Name: "fk_visits_shop"})
	},
	func(m *op.Script) {
		m.AddCheck("products", schema.Check{Name: "chk_products_price", Expr: schema.Expr("price >= 0")})
	},
	func(m *op.Script) {
		m.DropCheck("shops", schema.Check{Name: "chk_shops_name"})
	},
	func(m *op.Script) {
		m.CreateIndex("products", schema.Index{Name: "idx_products_name", Parts: schema.Columns("name")}, op.Concurrently)
	},
	func(m *op.Script) {
		m.DropIndex("shops", "idx_shops_name")
	},
	func(m *op.Script) {
		m.CreateObject(schema.Object{
			Kind: schema.View, Name: "cheap",
			Definition: schema.Expr("CREATE VIEW cheap AS SELECT id, name FROM products WHERE price < 10"),
		})
	},
	func(m *op.Script) {
		m.AlterObject(
			schema.Object{Kind: schema.View, Name: "names", Definition: schema.Expr("CREATE VIEW names AS SELECT name FROM shops")},
			schema.Object{Kind: schema.View, Name: "names", Definition: schema.Expr("CREATE VIEW names AS SELECT id, name FROM shops")},
		)
	},
	func(m *op.Script) {
		m.DropObject(schema.View, "names")
	},
	func(m *op.Script) {
		m.DropObjectOn("products", schema.Trigger, "count_products")
	},
	func(m *op.Script) {
		m.Exec("UPDATE products SET price = 1 WHERE price IS NULL")
	},
	func(m *op.Script) {
		m.ExecOn(schema.Postgres, "ANALYZE products")
	},
	func(m *op.Script) {
		m.Run("fill in prices", func(ctx context.Context, db op.DB) error {
			_, err := db.ExecContext(ctx, "UPDATE products SET price = 1")
			return err
		})
	},
	func(m *op.Script) {
		m.Add(op.DropTable{Table: schema.Table{Name: "products"}})
	},
}

// shop is the database of the examples.
func shop() schema.Schema {
	return schema.Schema{
		Tables: []schema.Table{
			schema.NewTable("shops", schema.BigInt("id").NotNull().PrimaryKey(), schema.String("name", 50),
				schema.Unique{Name: "uni_shops_name", Parts: schema.Columns("name")},
				schema.Check{Name: "chk_shops_name", Expr: schema.Expr("name <> ''")},
				schema.Index{Name: "idx_shops_name", Parts: schema.Columns("name")}),
			schema.NewTable("products", schema.BigInt("id").NotNull().PrimaryKey(), schema.String("name", 50), schema.Int("price"), schema.BigInt("shop_id").NotNull()),
			schema.NewTable("visits", schema.BigInt("shop_id"),
				schema.ForeignKey{Name: "fk_visits_shop", Columns: []string{"shop_id"}, RefTable: "shops", RefColumns: []string{"id"}}),
		},
		Objects: []schema.Object{
			{Kind: schema.View, Name: "names", Definition: schema.Expr("CREATE VIEW names AS SELECT name FROM shops")},
			{Kind: schema.Trigger, Name: "count_products", Table: "products", Definition: schema.Expr(
				"CREATE TRIGGER count_products AFTER INSERT ON products FOR EACH ROW BEGIN UPDATE shops SET name = name; END")},
		},
	}
}

// TestDocsOperations keeps docs/operations.md equal to the methods of op.Script
// and to what the dialects make of them.
func TestDocsOperations(t *testing.T) {
	comments := scriptMethods(t)
	sources := sourcesOf(t, "operations_doc_test.go", "operations")
	if len(sources) != len(operations) {
		t.Fatalf("%d examples, %d sources", len(operations), len(sources))
	}
	dialects := []struct {
		name string
		d    dialect.Dialect
	}{{"SQLite", sqlite.New("3.35")}, {"PostgreSQL", postgres.New("13")}, {"MySQL", mysql.New(schema.MySQL, "8.0.36")}, {"MariaDB", mysql.New(schema.MariaDB, "10.6")}}
	var b strings.Builder
	b.WriteString("# Operations\n\nMade from the methods of `op.Script`, and from the dialects, by `make generate`.\n\n" +
		"What the functions of a revision can record, and what it becomes on SQLite 3.35, PostgreSQL 13, MySQL 8.0.36 and MariaDB 10.6: newer\n" +
		"ones may have a shorter way. Where a statement could lose something, a query before it looks first; those are left out here, and\n" +
		"`db upgrade --plan` shows them. The tables of the examples are `shops`, `products` and `visits`.\n")
	for i, f := range operations {
		name, source := called(sources[i]), sources[i]
		comment, ok := comments[name]
		if !ok {
			t.Errorf("there is no method %s, or there are two examples of it", name)
		}
		delete(comments, name)
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n```go\n%s\n```\n", name, comment, source)
		texts := map[string][]string{}
		var order []string
		for _, d := range dialects {
			text := statements(d.d, op.Record(f))
			if len(texts[text]) == 0 {
				order = append(order, text)
			}
			texts[text] = append(texts[text], d.name)
		}
		for _, text := range order {
			if text != "" {
				fmt.Fprintf(&b, "\n%s:\n\n```sql\n%s\n```\n", strings.Join(texts[text], ", "), text)
			}
		}
	}
	for name := range comments {
		t.Errorf("no example of %s", name)
	}
	golden(t, "docs/operations.md", b.String())
}

// statements are those that do something, without their checks.
func statements(d dialect.Dialect, ops []op.Op) string {
	if _, code := ops[0].(op.Run); code {
		return ""
	}
	stmts, err := d.Compile(ops, op.NewState(shop()))
	if err != nil {
		return "-- refused: " + err.Error()
	}
	var lines []string
	for _, s := range stmts {
		if s.Kind == dialect.Exec {
			lines = append(lines, s.SQL+";")
		}
	}
	return strings.Join(lines, "\n")
}

// scriptMethods returns the comments of the methods of op.Script.
func scriptMethods(t *testing.T) map[string]string {
	t.Helper()
	fset := token.NewFileSet()
	names, err := filepath.Glob("op/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(fset, files, "github.com/whimbreldb/whimbrel/op")
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(p.Types, func(t *doc.Type) bool { return t.Name == "Script" })
	out := map[string]string{}
	for _, m := range p.Types[i].Methods {
		out[m.Name] = strings.Join(strings.Fields(strings.NewReplacer("[Script.", "`", "Exec]", "Exec`").Replace(m.Doc)), " ")
	}
	return out
}

// sourcesOf returns the bodies of the functions in a variable of a file.
func sourcesOf(t *testing.T, file, variable string) (bodies []string) {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, file, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR || g.Specs[0].(*ast.ValueSpec).Names[0].Name != variable {
			continue
		}
		for _, e := range g.Specs[0].(*ast.ValueSpec).Values[0].(*ast.CompositeLit).Elts {
			var b bytes.Buffer
			if err := (&printer.Config{Mode: printer.UseSpaces | printer.TabIndent, Tabwidth: 8}).Fprint(&b, fset, e.(*ast.FuncLit).Body.List); err != nil {
				t.Fatal(err)
			}
			bodies = append(bodies, b.String())
		}
	}
	return bodies
}

// called returns the method that an example is of: m.Name(…).
func called(source string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(source, "m."), "(")
	return name
}
