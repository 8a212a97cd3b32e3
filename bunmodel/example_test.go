package bunmodel_test

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/whimbreldb/whimbrel/bunmodel"
	"github.com/whimbreldb/whimbrel/schema"
)

type Shelf struct {
	bun.BaseModel `bun:"table:shelves"`

	ID    int64   `bun:",pk,autoincrement"`
	Label string  `bun:"type:varchar(20),notnull,unique"`
	Books []*Book `bun:"rel:has-many,join:id=shelf_id"`
}

type Book struct {
	ID      int64  `bun:",pk,autoincrement"`
	Title   string `bun:"type:varchar(100),notnul"`
	ShelfID int64  `bun:",nullzero"`
	Shelf   *Shelf `bun:"rel:belongs-to,join:shelf_id=id,on_delete:cascade"`
}

// AfterCreateTable makes what no tag can say.
func (*Book) AfterCreateTable(ctx context.Context, q *bun.CreateTableQuery) error {
	_, err := q.DB().NewCreateIndex().Model((*Book)(nil)).Index("books_title_idx").Column("title").Exec(ctx)
	return err
}

func Example() {
	pool, err := sql.Open("sqlite", "file:/nowhere/at/all.db") // nothing is opened
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Close()

	db := bunmodel.Open(testApp{pool, schema.SQLite}) // usually an app.App
	m, err := bunmodel.Models(db, (*Shelf)(nil), (*Book)(nil)).WithForeignKeys().Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range m.Schema.Tables {
		fmt.Println(t.Name)
		for _, c := range t.Columns {
			fmt.Println(" ", c.Name, c.Type)
		}
		for _, x := range t.Indexes {
			fmt.Println("  index", x.Name)
		}
		for _, f := range t.ForeignKeys {
			fmt.Println("  foreign key", f.Name, "to", f.RefTable, f.OnDelete)
		}
	}
	fmt.Println(m.Warnings[0])

	// Output:
	// shelves
	//   id bigint
	//   label string(20)
	// books
	//   id bigint
	//   title string(100)
	//   shelf_id bigint
	//   index books_title_idx
	//   foreign key books_shelf_id_fkey to shelves CASCADE
	// bunmodel_test.Book.Title: unknown option "notnul": did you mean "notnull"?
}
