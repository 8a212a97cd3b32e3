package whimbrel_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"

	_ "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// revisions is what migrations.History is in an app: each file of its package
// migrations adds a revision like this one.
var revisions op.History

var _ = revisions.Add(op.Revision{
	ID:      "b9198aca3963",
	Message: "initial migration",
	Created: "2026-11-22T16:40:12Z",

	Upgrade: func(m *op.Script) {
		m.CreateTable("products",
			schema.BigInt("id").PrimaryKey().AutoIncrement(),
			schema.String("name", 50).NotNull(),
		)
	},
	Downgrade: func(m *op.Script) {
		m.DropTable("products")
	},
})

// run brings the database in file to the newest revision, before anything else
// uses it.
func run(ctx context.Context, file string) error {
	db, err := sql.Open("sqlite", file)
	if err != nil {
		return err
	}
	defer db.Close()
	cfg := whimbrel.Config{
		History: &revisions,
		DB:      db,
		Dialect: sqlite.New(sqlite3.SQLITE_VERSION), // of the driver that is linked
	}

	// A project has a method for each db command.
	p, err := whimbrel.Open(cfg)
	if err != nil {
		return err
	}
	pending, err := p.Pending(ctx)
	if err != nil {
		return err
	}
	fmt.Println(len(pending), "to apply")

	// The short way, for a program that only wants to be up to date.
	steps, err := whimbrel.Upgrade(ctx, cfg)
	for _, s := range steps {
		fmt.Println("applied", s.Revision.ID, s.Revision.Message)
	}
	return err
}

func Example() {
	dir, err := os.MkdirTemp("", "shop")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	for range 2 { // the second time there is nothing to do
		if err := run(context.Background(), dir+"/shop.db"); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// 1 to apply
	// applied b9198aca3963 initial migration
	// 0 to apply
}
