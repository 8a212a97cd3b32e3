package schema_test

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/schema"
)

// A table in neutral types, with another text for one database.
func Example() {
	products := schema.NewTable("products",
		schema.BigInt("id").PrimaryKey().AutoIncrement(),
		schema.String("name", 50).NotNull().On(schema.Postgres, "citext"),
		schema.Decimal("price", 10, 2).Default(0),
		schema.Index{Name: "idx_products_name", Parts: schema.Columns("name"), Unique: true},
	)
	name, _ := products.Column("name")
	fmt.Println(len(products.Columns), "columns;", products.Indexes[0].Name)
	fmt.Println(name.Name, name.NotNull, name.Type.Kind, name.Type.Variants.Postgres)
	// Output:
	// 3 columns; idx_products_name
	// name true string citext
}
