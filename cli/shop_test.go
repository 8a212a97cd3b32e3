package cli_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
	_ "modernc.org/sqlite"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/cli"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// The scripts run "shop", a program like those that people write: a history
// and models that are compiled in, a SQLite file in the current folder, and
// the db tree. What is compiled in is chosen by SHOP.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"shop": func() { os.Exit(shop()) }})
}

// shop is the program.
func shop() int {
	var events cli.Events
	file := "shop.db"
	if f := os.Getenv("SHOP_DB"); f != "" {
		file = f
	}
	open := func() (*whimbrel.Project, error) {
		if os.Getenv("SHOP") == "unopened" {
			return nil, errors.New("the shop is closed")
		}
		db, err := sql.Open("sqlite", file)
		if err != nil {
			return nil, err
		}
		history, models := compiled(os.Getenv("SHOP"))
		cfg := whimbrel.Config{
			History: history,
			Models:  []model.Source{models},
			DB:      db,
			Dialect: sqlite.New(libraryVersion),
			Missing: func() bool { _, err := os.Stat(file); return errors.Is(err, os.ErrNotExist) },
			Dir:     "migrations",
			Now:     func() time.Time { return time.Date(2026, 11, 22, 16, 40, 12, 0, time.UTC) },
			OnEvent: events.On,
		}
		if os.Getenv("SHOP_WAIT") != "" {
			cfg.LockWait, err = time.ParseDuration(os.Getenv("SHOP_WAIT"))
			if err != nil {
				return nil, err
			}
		}
		return whimbrel.Open(cfg)
	}
	options := []cli.Option{cli.WithEvents(&events)}
	if prog := os.Getenv("SHOP_PROG"); prog != "" {
		options = append(options, cli.Prog(prog))
	}
	root := &cobra.Command{Use: "shop", Short: "A shop"}
	root.AddCommand(cli.DB(open, options...))

	stderr := os.Stderr
	if os.Getenv("SHOP_TTY") != "" {
		// The scripts can give a program a terminal as stdin only.
		if tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0); err == nil {
			defer tty.Close()
			stderr = tty
		}
	}
	return cli.Run(context.Background(), root, os.Args[1:], os.Stdin, os.Stdout, stderr)
}

const libraryVersion = "3.53.4"

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

// addTo adds a revision as the file that migrate writes in the scripts does:
// its name is where the call is.
func addTo(h *op.History, r op.Revision) {
	switch r.ID {
	case first.ID:
		/*line 20261122T164012_b9198aca3963_initial_migration.go:11:3*/ h.Add(r)
	case second.ID:
		/*line 20261122T164012_7ad34929a0f2_add_price_column.go:11:3*/ h.Add(r)
	default:
		/*line 20261122T164212_c0ffee000003_third.go:11:3*/ h.Add(r)
	}
	/*line shop_test.go:125:1*/
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
	case "priced": // the field is in the models, and in no revision
		return add(first), products(price)
	case "two":
		return add(first, second), products(price)
	case "renamed":
		return add(first), model.Static{Tables: []schema.Table{schema.NewTable("products", schema.BigInt("id").PrimaryKey().AutoIncrement().NotNull(), schema.String("title", 50))}}
	case "dropped":
		return add(first, second), products()
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
