package op_test

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// What a script records can be described, undone, and carried out in memory.
func Example() {
	ops := op.Record(func(m *op.Script) {
		m.CreateTable("products", schema.BigInt("id").NotNull().PrimaryKey(), schema.String("name", 50))
		m.AddColumn("products", schema.Int("price"))
	})
	for _, o := range ops {
		verb, object := op.Describe(o)
		fmt.Println(verb, object)
	}
	made, err := op.Replay(ops)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(made.Tables[0].Columns), "columns")
	back, ok := op.InvertAll(ops)
	verb, object := op.Describe(back[0])
	fmt.Println(ok, verb, object)
	// Output:
	// add table products
	// add column products.price
	// 3 columns
	// true drop column products.price
}
