package sqlite_test

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// The statements of an operation, for a table that is known, without any database.
func ExampleDialect_Compile() {
	state := op.NewState(schema.Schema{Tables: []schema.Table{schema.NewTable("products", schema.BigInt("id"))}})
	stmts, err := sqlite.New("3.50.0").Compile([]op.Op{
		op.AddColumn{Table: "products", Column: schema.Int("price").Column()},
	}, state)
	fmt.Println(stmts[0].SQL, err)
	// Output:
	// ALTER TABLE "products" ADD COLUMN "price" integer <nil>
}
