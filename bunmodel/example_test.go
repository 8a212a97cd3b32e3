package bunmodel_test

import (
	"database/sql"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/whimbreldb/whimbrel/bunmodel"
	"github.com/whimbreldb/whimbrel/schema"
)

type Book struct {
	bun.BaseModel `bun:"table:books"`

	ID    int64  `bun:",pk,autoincrement"`
	Title string `bun:"type:varchar(100),notnull"`
	Price *int
}

func Example() {
	pool, err := sql.Open("sqlite", "file:/nowhere/at/all.db") // nothing is opened
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()

	db := bunmodel.Open(testApp{pool, schema.SQLite}) // usually an app.App
	m, err := bunmodel.Models(db, (*Book)(nil)).Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range m.Schema.Tables {
		fmt.Println(t.Name)
		for _, c := range t.Columns {
			fmt.Println(" ", c.Name, c.Type)
		}
	}
	// Output:
	// books
	//   id bigint
	//   title string(100)
	//   price bigint
}
