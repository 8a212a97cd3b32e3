package mysql

import (
	"database/sql"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestIndexOfAForeignKey: an index that somebody made stays when the foreign
// key goes that it serves, and when another one can serve that as well, though
// it has the name that the server would give to its own.
func TestIndexOfAForeignKey(t *testing.T) {
	key := schema.ForeignKey{Name: "c_ibfk_1", Columns: []string{"d"}, RefTable: "p", RefColumns: []string{"id"}}
	for name, o := range map[string]op.Op{
		"key dropped": op.DropForeignKey{Table: "c", ForeignKey: key},
		"index added": op.CreateIndex{Table: "c", Index: schema.Index{Name: "more", Parts: schema.Columns("d", "o")}},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
				conn := pin(t, d, db)
				exec(t, conn, "CREATE TABLE p (id int PRIMARY KEY)", "CREATE TABLE c (d int, o int, KEY d (d), CONSTRAINT c_ibfk_1 FOREIGN KEY (d) REFERENCES p (id))")
				if stmts, err := change(t, d, conn, []op.Op{o}); err != nil {
					t.Fatalf("%v\n%s", err, show(stmts))
				}
				c, _ := inspect(t, d, conn).Table("c")
				if _, ok := c.Index("d"); !ok {
					t.Errorf("%+v", c.Indexes)
				}
			})
		})
	}
}
