package whimbrel_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// handwritten is the history whose parts are on the page docs/revisions.md, each
// from the line of its name to its end.
func handwritten() []op.Revision {
	var revisions []op.Revision
	add := func(id, revises string, upgrade, downgrade func(*op.Script)) {
		revisions = append(revisions, rev(id, revises, upgrade, downgrade))
	}
	add("first", "", func(m *op.Script) {
		m.CreateTable("products",
			schema.BigInt("id").NotNull().PrimaryKey().AutoIncrement(), schema.String("name", 50).NotNull(),
			schema.BigInt("price"), schema.String("code", 10), schema.Decimal("weight", 8, 3))
		m.Exec("INSERT INTO products (name, price, weight) VALUES ('Apple', 2, 1.25), ('Orange', NULL, NULL)")
	}, func(m *op.Script) { m.DropTable("products") })
	add("exec", "first",
		// page: exec
		func(m *op.Script) {
			m.Exec("UPDATE products SET price = 1 WHERE price IS NULL")
		},
		// end
		func(*op.Script) {})
	add("dialects", "exec",
		// page: dialects
		func(m *op.Script) {
			m.ExecOn(schema.SQLite, "UPDATE products SET code = printf('P%05d', id)")
			m.ExecOn(schema.Postgres, "UPDATE products SET code = 'P' || lpad(id::text, 5, '0')")
			m.ExecOn(schema.MySQL, "UPDATE products SET code = concat('P', lpad(id, 5, '0'))") // on MariaDB too
		},
		// end
		func(m *op.Script) { m.Exec("UPDATE products SET code = NULL") })
	add("variants", "dialects",
		// page: variants
		func(m *op.Script) {
			m.Add(op.Exec{SQL: schema.Expr("UPDATE products SET price = price * 100").
				On(schema.MariaDB, "SET STATEMENT max_statement_time = 0 FOR UPDATE products SET price = price * 100")})
		},
		// end
		func(m *op.Script) { m.Exec("UPDATE products SET price = price / 100") })
	add("fill", "variants",
		// page: fill
		func(m *op.Script) {
			m.AddColumn("products", schema.String("currency", 3).NotNull(), op.Fill("EUR"))
			m.AddColumn("products", schema.String("label", 80).NotNull(), op.FillExpr("upper(name)"))
		},
		func(m *op.Script) {
			m.DropColumn("products", "label")
			m.DropColumn("products", "currency")
		})
	// end
	add("step", "fill",
		// page: step
		func(m *op.Script) {
			m.Run("no product is without a price", func(ctx context.Context, db op.DB) error {
				var n int
				err := db.QueryRowContext(ctx, "SELECT count(*) FROM products WHERE price IS NULL").Scan(&n)
				if err == nil && n > 0 {
					err = fmt.Errorf("%d products have no price", n)
				}
				return err
			})
		},
		// end
		func(*op.Script) {})
	add("check", "step",
		// page: check
		func(m *op.Script) {
			m.AddCheck("products", schema.Check{Name: "price_positive", Expr: schema.Expr("price > 0")})
		},
		func(m *op.Script) {
			m.DropCheck("products", schema.Check{Name: "price_positive"})
		})
	// end
	add("index", "check",
		// page: index
		func(m *op.Script) {
			m.CreateIndex("products", schema.Index{Name: "products_code", Parts: schema.Columns("code")}, op.Concurrently)
		},
		func(m *op.Script) {
			m.DropIndex("products", "products_code", op.Concurrently)
		})
	// end
	add("type", "index",
		// page: type
		func(m *op.Script) {
			m.Exec("UPDATE products SET weight = round(weight, 1)")
			m.AlterColumn("products", schema.Decimal("weight", 8, 3), schema.Decimal("weight", 8, 1))
		},
		func(m *op.Script) {
			m.AlterColumn("products", schema.Decimal("weight", 8, 1), schema.Decimal("weight", 8, 3))
		})
	// end
	add("enum", "type",
		// page: enum
		func(m *op.Script) {
			m.CreateObject(schema.Object{
				Kind: schema.Enum, Name: "product_state",
				Definition: schema.SQL{}.On(schema.Postgres, "CREATE TYPE product_state AS ENUM ('open', 'sold')"),
			})
			m.AddColumn("products", schema.String("state", 10).On(schema.Postgres, "product_state").NotNull().Default("open"))
		},
		func(m *op.Script) {
			m.DropColumn("products", "state")
			m.DropObject(schema.Enum, "product_state")
		})
	// end
	add("label", "enum",
		// page: label
		func(m *op.Script) {
			m.AlterObject(
				schema.Object{
					Kind: schema.Enum, Name: "product_state",
					Definition: schema.SQL{}.On(schema.Postgres, "CREATE TYPE product_state AS ENUM ('open', 'sold')"),
				},
				schema.Object{
					Kind: schema.Enum, Name: "product_state",
					Definition: schema.SQL{}.On(schema.Postgres, "CREATE TYPE product_state AS ENUM ('open', 'ordered', 'sold')"),
				},
			)
			m.Exec("UPDATE products SET state = 'ordered' WHERE name = 'Apple'")
		},
		// end
		func(m *op.Script) {
			m.Exec("UPDATE products SET state = 'open' WHERE state = 'ordered'")
			m.AlterObject(
				schema.Object{
					Kind: schema.Enum, Name: "product_state",
					Definition: schema.SQL{}.On(schema.Postgres, "CREATE TYPE product_state AS ENUM ('open', 'ordered', 'sold')"),
				},
				schema.Object{
					Kind: schema.Enum, Name: "product_state",
					Definition: schema.SQL{}.On(schema.Postgres, "CREATE TYPE product_state AS ENUM ('open', 'sold')"),
				},
			)
		})
	return revisions
}

// TestDocsRevisions runs the history of the page, up and down and up.
func TestDocsRevisions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		db := s.Database(t)
		p := serverProject(t, s, db, handwritten()...)
		for _, target := range []string{"head", "base", "head"} {
			run := p.Upgrade
			if target == "base" {
				run = p.Downgrade
			}
			if _, err := run(t.Context(), target); err != nil {
				t.Fatal(target, err)
			}
		}
		if got := rowsOf(t, db); got != "Apple 200 P00001 EUR APPLE ordered, Orange 100 P00002 EUR ORANGE open" {
			t.Error(got)
		}
		if d, err := p.Drift(t.Context()); err != nil || !d.Empty() {
			t.Errorf("%q, %v", d.Lines(), err)
		}
	})
}

func rowsOf(t *testing.T, db *sql.DB) string {
	t.Helper()
	rows, err := db.Query("SELECT name, price, code, currency, label, state FROM products ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name, price, code, currency, label, state string
		if err := rows.Scan(&name, &price, &code, &currency, &label, &state); err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.Join([]string{name, price, code, currency, label, state}, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, ", ")
}

// TestDocsRevisionsPage keeps the code on the page equal to what is run.
func TestDocsRevisionsPage(t *testing.T) {
	const page = "docs/revisions.md"
	source, err := os.ReadFile("docs_revisions_test.go")
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text, parts := string(b), 0
	_, all, _ := strings.Cut(string(source), "func handwritten()")
	all, _, _ = strings.Cut(all, "\n}\n")
	for i, part := range strings.Split(all, "// page: ") {
		if i == 0 {
			continue
		}
		name, code, _ := strings.Cut(part, "\n")
		code, _, _ = strings.Cut(code, "// end")
		mark := "<!-- " + name + " -->\n\n```go\n"
		before, rest, ok := strings.Cut(text, mark)
		_, after, closed := strings.Cut(rest, "```\n")
		if !ok || !closed {
			t.Fatalf("%s has no part %s", page, name)
		}
		text = before + mark + field(code) + "```\n" + after
		parts++
	}
	if n := strings.Count(text, "```go\n"); n != parts {
		t.Errorf("%s has %d blocks of code, and %d are run", page, n, parts)
	}
	golden(t, page, text)
}

// field makes fields of a Revision of the functions of a part.
func field(code string) string {
	code = strings.ReplaceAll("\n"+strings.TrimRight(code, "\t\n"), "\n\t\t", "\n")
	code = strings.Replace(code, "\nfunc(", "\nUpgrade: func(", 1)
	code = strings.Replace(code, "\nfunc(", "\nDowngrade: func(", 1)
	if strings.HasSuffix(code, ")") {
		code = strings.TrimSuffix(code, ")") + "," // of the call
	}
	return strings.TrimPrefix(code, "\n") + "\n"
}
