package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// BenchmarkRevision is one revision that creates one table: as bare statements
// in the same transaction, and as it is compiled, carried out, probed and
// committed. The two differ by what we add.
func BenchmarkRevision(b *testing.B) {
	for _, s := range dbtest.Servers(b) {
		if s.Dialect != schema.Postgres {
			continue
		}
		table := func(i int) schema.Table {
			return schema.NewTable(fmt.Sprintf("t%d", i), schema.BigInt("id").NotNull().AutoIncrement(), schema.String("name", 50).NotNull(), schema.Text("note"), schema.DateTime("at").DefaultExpr("now()"),
				schema.PrimaryKey{Name: fmt.Sprintf("t%d_pkey", i), Parts: schema.Columns("id")}, schema.Index{Name: fmt.Sprintf("t%d_name", i), Parts: schema.Columns("name")})
		}
		start := func(b *testing.B) (context.Context, Dialect, *sql.Conn) {
			ctx := context.Background()
			db := s.Open(b, s.URL(b)+"&default_query_exec_mode=simple_protocol")
			d, err := Open(ctx, db)
			if err != nil {
				b.Fatal(err)
			}
			conn, err := db.Conn(ctx)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { conn.Close() })
			run(b, conn, "CREATE TABLE v (id text PRIMARY KEY)")
			return ctx, d, conn
		}
		b.Run(s.Name+"/bare", func(b *testing.B) {
			_, d, conn := start(b)
			for i := 0; b.Loop(); i++ {
				run(b, conn, "BEGIN", d.createTable(table(i)), d.createIndex(table(i).Name, table(i).Indexes[0], false),
					fmt.Sprintf("INSERT INTO v VALUES ('r%d')", i), fmt.Sprintf("INSERT INTO v VALUES ('j%d')", i), "COMMIT")
			}
		})
		b.Run(s.Name+"/ours", func(b *testing.B) {
			ctx, d, conn := start(b)
			state := op.LiveState(schema.Schema{})
			for i := 0; b.Loop(); i++ {
				o := op.CreateTable{Table: table(i)}
				stmts, err := d.Compile([]op.Op{o}, state)
				if err != nil {
					b.Fatal(err)
				}
				tx, err := d.Begin(ctx, conn, stmts)
				if err != nil {
					b.Fatal(err)
				}
				for _, st := range stmts {
					run(b, conn, st.SQL)
				}
				run(b, conn, fmt.Sprintf("INSERT INTO v VALUES ('r%d')", i), fmt.Sprintf("INSERT INTO v VALUES ('j%d')", i))
				if outcome, err := d.Probe(ctx, conn, o); err != nil || outcome != dialect.Applied {
					b.Fatal(outcome, err)
				}
				if err := tx.Commit(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func run(b *testing.B, conn *sql.Conn, statements ...string) {
	b.Helper()
	for _, s := range statements {
		if _, err := conn.ExecContext(context.Background(), s); err != nil {
			b.Fatalf("%s: %v", s, err)
		}
	}
}
