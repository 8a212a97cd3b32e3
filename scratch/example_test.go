package scratch_test

import (
	"context"
	"database/sql"
	"fmt"

	_ "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

// The server says how it would write a table, and it is compared with what is
// there: the same expression in another spelling is no difference.
func Example() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, `create table Products(id INT not null, price int default 0, primary key(id))`); err != nil {
		fmt.Println(err)
		return
	}
	d := sqlite.New(sqlite3.SQLITE_VERSION)
	live, err := d.Inspect(ctx, db)
	if err != nil {
		fmt.Println(err)
		return
	}
	want, err := scratch.Run(ctx, d, db, live, op.Record(func(m *op.Script) {
		m.CreateTable("Products", schema.Native("id", "INT").NotNull().PrimaryKey(), schema.Native("price", "int").Default(1))
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	ops, noise := scratch.Compare(d, want, live)
	for _, o := range ops {
		verb, object := op.Describe(o)
		fmt.Println(verb, object)
	}
	fmt.Println(len(noise), "differences in names alone")
	// Output:
	// alter column Products.price: default 1 to 0
	// 0 differences in names alone
}
