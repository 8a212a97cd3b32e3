package gormmodel_test

import (
	"database/sql"
	"fmt"

	"github.com/whimbreldb/whimbrel/gormmodel"
	"github.com/whimbreldb/whimbrel/schema"
)

type Shelf struct {
	ID    uint
	Label string `gorm:"size:20;not null;uniqueIndex"`
	Books []Book
}

type Book struct {
	ID      uint
	Title   string `gorm:"size:100;indx"`
	ShelfID *uint
}

func Example() {
	pool, err := sql.Open("sqlite", "file:/nowhere/at/all.db") // nothing is opened
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()

	db := gormmodel.Open(testApp{pool, schema.SQLite}) // usually an app.App
	m, err := gormmodel.Models(db, &Shelf{}, &Book{}).Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range m.Schema.Tables {
		fmt.Println(t.Name)
		for _, c := range t.Columns {
			fmt.Println(" ", c.Name, c.Type)
		}
		for _, f := range t.ForeignKeys {
			fmt.Println("  foreign key", f.Name, "to", f.RefTable)
		}
	}
	fmt.Println(m.Warnings[0])

	// Output:
	// shelves
	//   id bigint unsigned
	//   label string(20)
	// books
	//   id bigint unsigned
	//   title string(100)
	//   shelf_id bigint unsigned
	//   foreign key fk_shelves_books to shelves
	// gormmodel_test.Book.Title: unknown tag key "indx": did you mean "index"?
}
