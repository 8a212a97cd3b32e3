package script_test

import (
	"fmt"
	"time"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/script"
)

// A revision as a source file.
func ExampleSource() {
	made := time.Date(2026, 11, 22, 16, 40, 12, 0, time.UTC)
	text, err := script.Source(script.File{
		ID: "7ad34929a0f2", Revises: []string{"b9198aca3963"}, Message: "add price column", Created: made,
		Upgrade:   []op.Op{op.AddColumn{Table: "products", Column: schema.Int("price").Column()}},
		Downgrade: []op.Op{op.DropColumn{Table: "products", Column: schema.Int("price").Column()}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(script.FileName(made, "7ad34929a0f2", "add price column"))
	fmt.Print(string(text))
	// Output:
	// 20261122T164012_7ad34929a0f2_add_price_column.go
	// package migrations
	//
	// import (
	// 	"github.com/whimbreldb/whimbrel/op"
	// 	"github.com/whimbreldb/whimbrel/schema"
	// )
	//
	// // add price column
	// var _ = History.Add(op.Revision{
	// 	ID:      "7ad34929a0f2",
	// 	Revises: []string{"b9198aca3963"},
	// 	Message: "add price column",
	// 	Created: "2026-11-22T16:40:12Z",
	//
	// 	Upgrade: func(m *op.Script) {
	// 		m.AddColumn("products", schema.Int("price"))
	// 	},
	// 	Downgrade: func(m *op.Script) {
	// 		m.DropColumn("products", "price")
	// 	},
	// })
}
