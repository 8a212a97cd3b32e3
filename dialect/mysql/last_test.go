package mysql

import (
	"database/sql"
	"testing"

	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestWhatWaits: what is only possible when the rest of a table is as it shall
// be, there and back.
func TestWhatWaits(t *testing.T) {
	mysql := func(o schema.MySQLTable) schema.TableOptions { return schema.TableOptions{MySQL: o} }
	id, day, region := schema.Int("id").NotNull(), schema.Date("day").NotNull(), schema.String("region", 20).NotNull()
	key := func(columns ...string) schema.PrimaryKey { return schema.PrimaryKey{Parts: schema.Columns(columns...)} }
	byYear := mysql(schema.MySQLTable{PartitionBy: "RANGE (year(`day`))\n(PARTITION p0 VALUES LESS THAN (2000),\n PARTITION p1 VALUES LESS THAN MAXVALUE)"})
	byRegion := mysql(schema.MySQLTable{PartitionBy: "KEY (`region`)\nPARTITIONS 4"})
	to := func(table, column string) schema.ForeignKey {
		return schema.ForeignKey{Name: "fk", Columns: []string{"n"}, RefTable: table, RefColumns: []string{column}}
	}
	for name, tt := range map[string][2][]schema.Table{
		"partitions by a new column":     {{schema.NewTable("t", id, key("id"))}, {schema.NewTable("t", id, day, key("id", "day"), byYear)}},
		"partitions by another column":   {{schema.NewTable("t", id, day, key("day", "id"), byYear)}, {schema.NewTable("t", id, region, key("id", "region"), byRegion)}},
		"an engine without large values": {{schema.NewTable("t", id, schema.Text("x"), key("id"))}, {schema.NewTable("t", id, schema.String("x", 9), key("id"), mysql(schema.MySQLTable{Engine: "MEMORY"}))}},
		"a key that comes":               {{schema.NewTable("p", id)}, {schema.NewTable("p", id, key("id")), schema.NewTable("a", schema.Int("n"), to("p", "id"))}},
		"a type that changes":            {{schema.NewTable("p", id, key("id"))}, {schema.NewTable("p", schema.BigInt("id").NotNull(), key("id")), schema.NewTable("a", schema.BigInt("n"), to("p", "id"))}},
		"numbers under a foreign key": {
			{schema.NewTable("p", id, key("id")), schema.NewTable("a", schema.Int("n"), to("p", "id"))},
			{schema.NewTable("p", id.AutoIncrement(), key("id")), schema.NewTable("a", schema.Int("n"), to("p", "id"))},
		},
		"another case": {
			{schema.NewTable("t", schema.Int("Id").NotNull(), schema.Int("N"), key("Id"), schema.Index{Name: "i", Parts: schema.Columns("N")})},
			{schema.NewTable("t", id, schema.BigInt("n"), key("id"), schema.Index{Name: "i", Parts: schema.Columns("n")})},
		},
		"a shape that comes back": {{schema.NewTable("t", id, schema.Native("p", "point").NotNull(), schema.Native("q", "polygon").NotNull())}, {schema.NewTable("t", id)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
				conn := pin(t, d, db)
				from := schema.Schema{Tables: tt[0]}
				if stmts, err := change(t, d, conn, create(from)); err != nil {
					t.Fatalf("%v\n%s", err, show(stmts))
				}
				was := inspect(t, d, conn)
				there := diff.Diff(from, schema.Schema{Tables: tt[1]})
				back, _ := diff.Downgrade(there)
				for range 2 {
					if stmts, err := change(t, d, conn, there); err != nil {
						t.Fatalf("%v\n%s", err, show(stmts))
					}
					exec(t, conn, "INSERT IGNORE INTO "+tt[1][0].Name+" (id) VALUES (7)")
					if diff := unlike(d, d.Normalize(built(t, d, db, create(schema.Schema{Tables: tt[1]}))), inspect(t, d, conn)); diff != "" {
						t.Fatalf("there: %s", diff)
					}
					exec(t, conn, "DELETE FROM "+tt[1][0].Name)
					if stmts, err := change(t, d, conn, back); err != nil {
						t.Fatalf("%v\n%s", err, show(stmts))
					}
					if diff := unlike(d, was, inspect(t, d, conn)); diff != "" {
						t.Fatalf("back: %s", diff)
					}
				}
			})
		})
	}
}
