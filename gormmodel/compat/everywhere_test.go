package compat

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/gormmodel"
	"github.com/whimbreldb/whimbrel/gormmodel/compat/internal/migrations"
	"github.com/whimbreldb/whimbrel/gormmodel/internal/tricky"
	lite "github.com/whimbreldb/whimbrel/gormmodel/sqlite"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/journal"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

var update = flag.Bool("update", false, "write the revision of internal/migrations anew")

const revisions = "internal/migrations"

// everyDialect is what an application says that runs on all of them.
func everyDialect(t testing.TB, models ...any) gormmodel.Source {
	return gormmodel.Models(own(t), models...).For(schema.SQLite, schema.Postgres, schema.MySQL, schema.MariaDB)
}

// The one revision of an application with every dialect is current, and reads
// as neutral types with a variant here and there.
func TestOneHistory(t *testing.T) {
	cfg := whimbrel.Config{
		History: &migrations.History, Models: []model.Source{everyDialect(t, tricky.Portable()...)}, Dir: revisions,
		Now:   func() time.Time { return time.Date(2026, 11, 22, 22, 0, 0, 0, time.UTC) },
		NewID: func() string { return "6d0c1a5e7b42" },
	}
	if *update {
		old, err := filepath.Glob(revisions + "/2*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range old {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}
		cfg.History = new(op.History)
		p, err := whimbrel.Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Migrate(t.Context(), whimbrel.MigrateOptions{Message: "everything"}); err != nil {
			t.Fatal(err)
		}
		return
	}
	p, err := whimbrel.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	changes, err := p.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range comparetest.Lines(changes.Ops) {
		t.Errorf("the revision is not current (-update writes it): %s", line)
	}
}

// That revision, applied, makes on every server the tables that GORM's own
// AutoMigrate makes there with GORM's own driver; and a downgrade leaves nothing.
func TestRevisionIsAutoMigrate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		t.Parallel()
		ctx := t.Context()
		ours, theirs := s.Database(t), s.Database(t)
		p, err := whimbrel.Open(whimbrel.Config{
			History: &migrations.History, Models: []model.Source{everyDialect(t, tricky.Portable()...)},
			DB: ours, Dialect: comparetest.Dialect(t, s.Dialect, ours), Dir: revisions,
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Upgrade(ctx, "head"); err != nil {
			t.Fatal(err)
		}
		changes, err := p.Check(ctx)
		if err != nil || changes.DriftErr != nil {
			t.Fatal(err, changes.DriftErr)
		}
		if len(changes.Ops) > 0 || !changes.Drift.Empty() || len(changes.Drift.Noise) > 0 {
			t.Errorf("after the upgrade: %v, %v, %v", comparetest.Lines(changes.Ops), changes.Drift.Lines(), changes.Drift.Noise)
		}

		models := tricky.Portable()
		if s.Dialect == schema.MySQL { // refuses what GORM writes for it
			models = slices.DeleteFunc(models, isPreset)
		}
		if s.Dialect == schema.SQLite {
			err = with(t, lite.Open(theirs)).AutoMigrate(models...)
		} else {
			err = onServer(t, s.Dialect, theirs).AutoMigrate(models...)
		}
		if err != nil {
			t.Fatal(err)
		}
		d := comparetest.Dialect(t, s.Dialect, ours)
		made := comparetest.Inspect(t, d, ours)
		made.Tables = slices.DeleteFunc(made.Tables, func(table schema.Table) bool {
			return journal.Owns(table.Name) || s.Dialect == schema.MySQL && table.Name == "presets"
		})
		n := 0
		for _, line := range comparetest.Differences(t, comparetest.Dialect(t, s.Dialect, theirs), theirs, made) {
			if strings.Contains(line, "_about_as_long_as_") && strings.Contains(line, ": named ") {
				continue // there is one name for all, and it is that of PostgreSQL
			}
			n++
			t.Errorf("difference: %s", line)
		}
		t.Logf("%s: %d tables, %d differences", s.Name, len(made.Tables), n)

		if _, err := p.Downgrade(ctx, "base"); err != nil {
			t.Fatal(err)
		}
		for _, table := range comparetest.Inspect(t, d, ours).Tables {
			if !journal.Owns(table.Name) {
				t.Errorf("%s is left", table.Name)
			}
		}
	})
}

func isPreset(m any) bool { _, ok := m.(*tricky.Preset); return ok }
