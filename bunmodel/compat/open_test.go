package compat

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
)

type label struct {
	bun.BaseModel `bun:"table:labels,alias:l"`
	ID            int64 `bun:",pk,autoincrement"`
	Name          string
}

// Bun works on each server as it does when it is opened in its own way: what its
// dialect may use there is the same, as soon as a query has to know.
func TestOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		ctx := context.Background()
		pool := s.Database(t)
		db, theirs := open(s.Dialect, pool), bun.NewDB(pool, real(s.Dialect))
		if a, b := db.Dialect().Features(), theirs.Dialect().Features(); a != b {
			t.Errorf("features %b, and in Bun's own way %b", a, b)
		}
		if _, err := db.NewCreateTable().Model((*label)(nil)).Exec(ctx); err != nil {
			t.Fatal(err)
		}
		labels := []label{{Name: "one"}, {Name: `it's \"two"`}, {Name: "three"}}
		if _, err := db.NewInsert().Model(&labels).Exec(ctx); err != nil {
			t.Fatal(err)
		}
		where := "name = ?"
		if s.Dialect == schema.MySQL { // which takes an alias here since 8.0.16
			where = "l.name = ?"
		}
		if _, err := db.NewDelete().Model((*label)(nil)).Where(where, "three").Exec(ctx); err != nil {
			t.Error(err)
		}
		var got []label
		if err := db.NewSelect().Model(&got).Order("id").Scan(ctx); err != nil {
			t.Fatal(err)
		}
		want := []label{{ID: 1, Name: "one"}, {ID: 2, Name: `it's \"two"`}}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	})
}
