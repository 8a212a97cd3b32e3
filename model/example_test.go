package model_test

import (
	"fmt"

	"github.com/whimbreldb/whimbrel/model"
)

type Author struct {
	ID   int64  `db:"id" ddl:"pk auto"`
	Name string `db:"name" ddl:"size(50) unique"`
}

type Book struct {
	ID       int64   `db:"id" ddl:"pk auto"`
	AuthorID int64   `db:"author_id" ddl:"references(authors.id, on delete cascade) index"`
	Title    *string `db:"title"`
}

func ExampleStructs() {
	m, err := model.Structs(Author{}, Book{}).Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range m.Schema.Tables {
		fmt.Println(t.Name)
		for _, c := range t.Columns {
			fmt.Println(" ", c.Name, c.Type, c.NotNull)
		}
		for _, f := range t.ForeignKeys {
			fmt.Println("  foreign key", f.Name, "to", f.RefTable)
		}
	}

	// A mistake is told, never passed over.
	type Shelf struct {
		ID int64 `ddl:"pk autoincrement"`
	}
	_, err = model.Structs(Shelf{}).Load()
	fmt.Println(err)

	// Output:
	// authors
	//   id bigint true
	//   name string(50) true
	// books
	//   id bigint true
	//   author_id bigint true
	//   title text false
	//   foreign key books_author_id_fkey to authors
	// model_test.Shelf.ID: unknown word "autoincrement" in the tag ddl: did you mean "auto"?
}
