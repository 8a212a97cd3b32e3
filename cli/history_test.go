package cli_test

import (
	"context"

	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

func products(more ...schema.Item) model.Static {
	items := append([]schema.Item{schema.BigInt("id").PrimaryKey().AutoIncrement().NotNull(), schema.String("name", 50)}, more...)
	return model.Static{Tables: []schema.Table{schema.NewTable("products", items...)}}
}

func createProducts(m *op.Script) {
	m.CreateTable("products", schema.BigInt("id").PrimaryKey().AutoIncrement().NotNull(), schema.String("name", 50))
}

var first = op.Revision{
	ID: "b9198aca3963", Message: "initial migration", Created: "2026-11-22T16:40:12Z",
	Upgrade:   createProducts,
	Downgrade: func(m *op.Script) { m.DropTable("products") },
}

var second = op.Revision{
	ID: "7ad34929a0f2", Revises: []string{first.ID}, Message: "add price column", Created: "2026-11-22T16:41:12Z",
	Upgrade:   func(m *op.Script) { m.AddColumn("products", schema.Int("price")) },
	Downgrade: func(m *op.Script) { m.DropColumn("products", "price") },
}

func then(message string, upgrade, downgrade func(*op.Script)) op.Revision {
	return op.Revision{
		ID: "c0ffee000003", Revises: []string{second.ID}, Message: message, Created: "2026-11-22T16:42:12Z",
		Upgrade: upgrade, Downgrade: downgrade,
	}
}

// compiled returns what is compiled into the shop.
func compiled(shop string) (*op.History, model.Source) {
	h := new(op.History)
	add := func(revisions ...op.Revision) *op.History {
		for _, r := range revisions {
			addTo(h, r)
		}
		return h
	}
	price := schema.Int("price")
	switch shop {
	case "empty":
		return h, products()
	case "one":
		return add(first), products()
	case "edited": // the first revision is not what it was
		edited := first
		edited.Upgrade = func(m *op.Script) {
			createProducts(m)
			m.Exec("UPDATE products SET name = 'x'")
		}
		return add(edited), products()
	case "priced": // the field is in the models, and in no revision
		return add(first), products(price)
	case "two":
		return add(first, second), products(price)
	case "indexed":
		index := schema.Index{Name: "by_name", Parts: schema.Columns("name")}
		return add(first, second, then("index names", func(m *op.Script) { m.CreateIndex("products", index) }, nil)), products(price, index)
	case "forked", "forkedmore", "merged": // two that know nothing of each other follow the first
		other := then("add stock column", func(m *op.Script) { m.AddColumn("products", schema.Int("stock")) },
			func(m *op.Script) { m.DropColumn("products", "stock") })
		other.Revises = []string{first.ID}
		items := []schema.Item{price, schema.Int("stock")}
		switch shop {
		case "forkedmore":
			items = append(items, schema.String("colour", 20))
		case "merged":
			nothing := func(*op.Script) {}
			merge := then("merge", nothing, nothing)
			merge.ID, merge.Revises = "c0ffee000004", []string{second.ID, other.ID}
			add(merge)
		}
		return add(first, second, other), products(items...)
	case "renamed":
		return add(first), model.Static{Tables: []schema.Table{schema.NewTable("products", schema.BigInt("id").PrimaryKey().AutoIncrement().NotNull(), schema.String("title", 50))}}
	case "dropped":
		return add(first, second), products()
	case "emptied": // two columns and a key are left of it, and there is nothing new
		return add(first, second), model.Static{Tables: []schema.Table{schema.NewTable("products", schema.BigInt("id").PrimaryKey().AutoIncrement().NotNull())}}
	case "required":
		return add(first), products(schema.Int("price").NotNull())
	case "several": // a name that is gone, one that is new, a value that is missing
		return add(first), model.Static{Tables: []schema.Table{schema.NewTable("products",
			schema.BigInt("id").PrimaryKey().AutoIncrement().NotNull(), schema.String("title", 50), schema.Int("price").NotNull())}}
	case "fails":
		return add(first, second, then("break", func(m *op.Script) {
			m.Exec("UPDATE products SET name = 'x'")
			m.Exec("UPDATE nowhere SET name = 'x'")
		}, nil)), products(price)
	case "panics":
		return add(first, second, then("panic", func(m *op.Script) {
			m.Run("divide", func(context.Context, op.DB) error { panic("no rows left") })
		}, nil)), products(price)
	case "waits":
		return add(first, second, then("wait", func(m *op.Script) {
			m.Run("wait for ever", func(ctx context.Context, _ op.DB) error { <-ctx.Done(); return ctx.Err() })
		}, nil)), products(price)
	case "deaf": // a step that does not listen to its context
		return add(first, second, then("wait", func(m *op.Script) {
			m.Run("wait for ever", func(context.Context, op.DB) error { <-make(chan struct{}); return nil })
		}, nil)), products(price)
	case "oneway":
		return add(first, second, then("forget names", func(m *op.Script) { m.Exec("UPDATE products SET name = NULL") }, nil)), products(price)
	case "checked": // SQLite rebuilds the table, and checks what it copied
		return add(first, second, then("require names", func(m *op.Script) {
			m.AlterColumn("products", schema.String("name", 50), schema.String("name", 50).NotNull(), op.Fill("none"))
			m.Run("greet", func(context.Context, op.DB) error { return nil })
		}, func(m *op.Script) {
			m.AlterColumn("products", schema.String("name", 50).NotNull(), schema.String("name", 50))
		})), products(price)
	case "twice":
		return add(first, first), products()
	case "evil": // a message and a name that try to command the terminal
		evil := first
		evil.Message = "clear \x1b[2J and \u202e\nforge a line"
		evil.Upgrade = func(m *op.Script) { m.CreateTable("pro\x1b[31mducts\u009b2J", schema.Int("id").PrimaryKey()) }
		evil.Downgrade = func(m *op.Script) { m.DropTable("pro\x1b[31mducts\u009b2J") }
		return add(evil), model.Static{}
	}
	panic("no such shop: " + shop)
}

// addTo adds a revision as the file that migrate writes in the scripts does:
// its name is where the call is. (It is the last thing in this file, because the
// line numbers behind it are wrong.)
func addTo(h *op.History, r op.Revision) {
	switch r.ID {
	case first.ID:
		/*line 20261122T164012_b9198aca3963_initial_migration.go:11:3*/ h.Add(r)
	case second.ID:
		/*line 20261122T164012_7ad34929a0f2_add_price_column.go:11:3*/ h.Add(r)
	default:
		/*line 20261122T164212_c0ffee000003_third.go:11:3*/ h.Add(r)
	}
}
