package compat

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/gormmodel"
	"github.com/whimbreldb/whimbrel/gormmodel/internal/tricky"
	lite "github.com/whimbreldb/whimbrel/gormmodel/sqlite"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// An app that AutoMigrate served until now: between the database and the models
// is the column that AutoMigrate has left, and nothing else. Once that is gone,
// the database and a new one are what the models say.
func TestBaselineFromDB(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		for _, dialects := range [][]schema.Dialect{nil, {schema.SQLite, schema.Postgres, schema.MySQL}} {
			name, models := "its own", awkward(s.Dialect)
			if dialects != nil {
				name, models = "all", slices.DeleteFunc(tricky.Portable(), isPreset)
			}
			t.Run(name, func(t *testing.T) { baselineFromDB(t, s, dialects, models) })
		}
	})
}

func baselineFromDB(t *testing.T, s *dbtest.Server, dialects []schema.Dialect, models []any) {
	pool := s.Database(t)
	open := func(pool *sql.DB) *gorm.DB {
		if s.Dialect == schema.SQLite && dialects != nil { // GORM's own driver writes some tables in a way that SQLite does not take
			return with(t, lite.Open(pool))
		}
		return onServer(t, s.Dialect, pool)
	}
	if s.Dialect == schema.SQLite {
		if err := open(pool).AutoMigrate(models...); err != nil {
			t.Fatal(err)
		}
	} else {
		autoMigrate(t, s, pool, models...)
	}
	if _, err := pool.Exec("ALTER TABLE members ADD COLUMN left_over varchar(20)"); err != nil {
		t.Fatal(err)
	}
	project := func(pool *sql.DB, revisions ...op.Revision) *whimbrel.Project {
		t.Helper()
		h := &op.History{}
		for _, r := range revisions {
			h.Add(r)
		}
		source := gormmodel.Models(open(pool), models...).For(dialects...)
		p, err := whimbrel.Open(whimbrel.Config{
			History: h, DB: pool, Dialect: comparetest.Dialect(t, s.Dialect, pool), Dir: t.TempDir(), Models: []model.Source{source},
		})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	b, err := project(pool).Baseline(t.Context(), whimbrel.BaselineOptions{FromDB: true})
	if err != nil {
		t.Fatalf("%v\n%s", err, strings.Join(b.Drift.Lines(), "\n"))
	}
	first := op.Revision{ID: b.ID, Message: "as found", Created: "2026-11-22T16:40:12Z", Upgrade: func(m *op.Script) { m.Add(b.Changes.Ops...) }}
	w, err := project(pool, first).Migrate(t.Context(), whimbrel.MigrateOptions{DryRun: true, Answers: diff.Answers{Drop: []string{"members.left_over"}}})
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range w.Changes.Ops {
		verb, object := op.Describe(o)
		if i > 0 || verb+" "+object != "drop column members.left_over" {
			t.Errorf("a difference: %s %s", verb, object)
		}
	}
	second := op.Revision{
		ID: "second", Revises: []string{b.ID}, Message: "what AutoMigrate has left", Created: "2026-11-22T16:40:13Z",
		Upgrade: func(m *op.Script) { m.Add(w.Changes.Ops...) },
	}
	for what, pool := range map[string]*sql.DB{"the database": pool, "a new one": s.Database(t)} {
		p := project(pool, first, second)
		if _, err := p.Upgrade(t.Context(), "head"); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		c, err := p.Check(t.Context())
		if err != nil || c.DriftErr != nil || len(c.Ops) > 0 || !c.Drift.Empty() {
			t.Errorf("%s: %v, %v, %v, %q", what, err, c.DriftErr, c.Ops, c.Drift.Lines())
		}
	}
}
