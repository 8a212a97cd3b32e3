package bunmodel_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"github.com/whimbreldb/whimbrel/bunmodel"
	"github.com/whimbreldb/whimbrel/bunmodel/internal/tricky"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/schema"
)

type testApp struct {
	db      *sql.DB
	dialect schema.Dialect
}

func (a testApp) DB() *sql.DB             { return a.db }
func (a testApp) Dialect() schema.Dialect { return a.dialect }

func open(db *sql.DB) *bun.DB { return bunmodel.Open(testApp{db, schema.SQLite}) }

func load(t testing.TB, s bunmodel.Source) model.Models {
	t.Helper()
	m, err := s.Load()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// create has Bun make the tables of models. Those of many-to-many relations are
// registered before the others, as Bun wants it.
func create(t testing.TB, db *bun.DB, foreignKeys bool, models ...any) {
	t.Helper()
	db.RegisterModel((*tricky.UserRole)(nil))
	db.RegisterModel(models...)
	for _, m := range models {
		q := db.NewCreateTable().Model(m)
		if foreignKeys {
			q.WithForeignKeys()
		}
		if _, err := q.Exec(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
}

// A database that Bun made is what the models are, in whatever order they come.
func TestClean(t *testing.T) {
	for run := range uint64(4) {
		for _, foreignKeys := range []bool{false, true} {
			t.Run(fmt.Sprint(run, foreignKeys), func(t *testing.T) {
				models := tricky.Portable()
				rand.New(rand.NewPCG(run, 2)).Shuffle(len(models), func(i, j int) { models[i], models[j] = models[j], models[i] })
				live := comparetest.Open(t)
				create(t, open(live), foreignKeys, models...)
				source := bunmodel.Models(open(comparetest.Absent(t)), models...)
				if foreignKeys {
					source = source.WithForeignKeys()
				}
				m := load(t, source)
				for _, line := range comparetest.Live(t, live, m.Schema) {
					// Bun gives no names, and so neither does SQLite.
					if !strings.HasSuffix(line, ", not (no name)") {
						t.Errorf("difference: %s", line)
					}
				}
				if first := load(t, bunmodel.Models(open(comparetest.Absent(t)), tricky.Portable()...)); !foreignKeys {
					if d := cmp.Diff(first, m); d != "" {
						t.Errorf("the order of the models matters:\n%s", d)
					}
				}
			})
		}
	}
}
