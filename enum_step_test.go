package whimbrel_test

import (
	"context"
	"testing"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestEnumValueForAStep: a value that an enum gets can be used behind that, in
// the same revision, by a Go function and by what follows it (55P04).
func TestEnumValueForAStep(t *testing.T) {
	mood := func(labels string) schema.Object {
		return schema.Object{Kind: schema.Enum, Name: "mood", Definition: schema.SQL{}.On(schema.Postgres, "CREATE TYPE mood AS ENUM ("+labels+")")}
	}
	column := schema.Native("m", "mood")
	h := history(
		rev("first", "", func(m *op.Script) {
			m.CreateObject(mood("'sad'"))
			m.CreateTable("people", schema.Int("id"), column)
			m.Run("fill", func(ctx context.Context, db op.DB) error {
				_, err := db.ExecContext(ctx, "INSERT INTO people VALUES (1, 'sad')")
				return err
			})
		}, nil),
		rev("second", "first", func(m *op.Script) {
			m.AlterObject(mood("'sad'"), mood("'sad', 'glad'"))
			m.Run("cheer up", func(ctx context.Context, db op.DB) error {
				_, err := db.ExecContext(ctx, "UPDATE people SET m = 'glad'")
				return err
			})
			m.AlterColumn("people", column, column.DefaultExpr("'glad'::mood"))
		}, nil),
	)
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		if s.Dialect != schema.Postgres {
			return
		}
		db := s.Database(t)
		p, err := whimbrel.Open(whimbrel.Config{History: h, DB: db, Dialect: speaks(t, s, db), Dir: folder(t)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Upgrade(context.Background(), "head"); err != nil {
			t.Fatal(err)
		}
		var m string
		if err := db.QueryRow("SELECT m FROM people").Scan(&m); err != nil || m != "glad" {
			t.Errorf("%q, %v", m, err)
		}
	})
}
