package migrations

import (
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// initial migration
var _ = History.Add(op.Revision{
	ID:      "b9198aca3963",
	Message: "initial migration",
	Created: "2026-11-22T16:40:12Z",

	Upgrade: func(m *op.Script) {
		m.CreateTable("products",
			schema.BigInt("id").Unsigned().PrimaryKey().AutoIncrement(),
			schema.String("name", 50),
		)
	},
	Downgrade: func(m *op.Script) {
		m.DropTable("products")
	},
})
