package compat

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/mysqldialect"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	bs "github.com/uptrace/bun/schema"

	"github.com/whimbreldb/whimbrel/bunmodel"
	"github.com/whimbreldb/whimbrel/bunmodel/internal/offline"
	"github.com/whimbreldb/whimbrel/bunmodel/internal/tricky"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/schema"
)

type testApp struct {
	db      *sql.DB
	dialect schema.Dialect
}

func (a testApp) DB() *sql.DB             { return a.db }
func (a testApp) Dialect() schema.Dialect { return a.dialect }

// real returns Bun's own dialect.
func real(d schema.Dialect) bs.Dialect {
	switch d {
	case schema.Postgres:
		return pgdialect.New()
	case schema.MySQL, schema.MariaDB:
		return mysqldialect.New()
	case schema.SQLite:
	}
	return sqlitedialect.New()
}

func open(d schema.Dialect, pool *sql.DB) *bun.DB {
	return bunmodel.Open(testApp{pool, d}, real(d))
}

func load(t testing.TB, s bunmodel.Source) model.Models {
	t.Helper()
	m, err := s.Load()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// awkward are the models that a server takes.
func awkward(d schema.Dialect) []any {
	switch d {
	case schema.Postgres:
		return tricky.Postgres()
	case schema.MySQL, schema.MariaDB:
		return tricky.MySQL()
	case schema.SQLite:
	}
	return tricky.Portable()
}

// create has Bun make the tables of models with its own dialect, which has read
// the server's version.
func create(t testing.TB, d schema.Dialect, pool *sql.DB, foreignKeys bool, models ...any) *bun.DB {
	t.Helper()
	if d == schema.Postgres { // what no model can say
		if _, err := pool.Exec("CREATE SCHEMA audit; CREATE EXTENSION hstore; CREATE TYPE pair AS (a bigint, b text)"); err != nil {
			t.Fatal(err)
		}
	}
	db := bun.NewDB(pool, real(d))
	db.RegisterModel((*tricky.UserRole)(nil))
	db.RegisterModel(models...)
	for _, m := range models {
		q := db.NewCreateTable().Model(m)
		if foreignKeys {
			q.WithForeignKeys()
		}
		if _, err := q.Exec(context.Background()); err != nil {
			t.Fatalf("%T: %v\n%s", m, err, q)
		}
	}
	return db
}

// inOrder puts models in an order in which their foreign keys can be made at once,
// and leaves out what refers to each other in a circle.
func inOrder(models []any) (out []any) {
	rank := func(m any) int {
		switch m.(type) {
		case *tricky.User, *tricky.Role, *tricky.Tenant, *tricky.Thread:
			return 0
		}
		return 1
	}
	out = slices.Clone(models)
	slices.SortStableFunc(out, func(a, b any) int { return rank(a) - rank(b) })
	return out
}

// What Bun does not name, a server names in its own way, or not at all.
func isName(line string) bool { return strings.Contains(line, ": named ") }

// A database that Bun made on a server is what the models are, in whatever order
// they come, with and without foreign keys, and whichever dialects are named
// beside that of the server.
func TestServersClean(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		t.Parallel() // each waits for its own server
		for run, foreignKeys := range []bool{false, true} {
			t.Run(fmt.Sprint(foreignKeys), func(t *testing.T) {
				models := awkward(s.Dialect)
				rand.New(rand.NewPCG(uint64(run), 3)).Shuffle(len(models), func(i, j int) { models[i], models[j] = models[j], models[i] })
				if foreignKeys {
					models = inOrder(models)
				}
				pool := s.Database(t)
				create(t, s.Dialect, pool, foreignKeys, models...)
				source := bunmodel.Models(open(s.Dialect, pool), models...)
				if foreignKeys {
					source = source.WithForeignKeys()
				}
				m := load(t, source)
				for _, w := range m.Warnings {
					t.Log(w)
				}
				d := comparetest.Dialect(t, s.Dialect, pool)
				for _, line := range comparetest.OnServer(t, d, pool, m.Schema, schema.Namespace, schema.Extension, schema.CompositeType) {
					if s.Dialect == schema.Postgres || !isName(line) {
						t.Errorf("difference: %s", line)
					}
				}
			})
		}
	})
}

// An application with all of them compares clean on each.
func TestAllNamed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		t.Parallel()
		models := inOrder(tricky.Portable())
		pool := s.Database(t)
		create(t, s.Dialect, pool, true, models...)
		m := load(t, bunmodel.Models(open(s.Dialect, pool), models...).WithForeignKeys().For(schema.SQLite, schema.Postgres, schema.MariaDB))
		d := comparetest.Dialect(t, s.Dialect, pool)
		for _, line := range comparetest.OnServer(t, d, pool, m.Schema, schema.Namespace, schema.Extension, schema.CompositeType) {
			// It is made on two of three dialects, and a warning says so.
			if line != "drop index posts.posts_open_idx" && !isName(line) {
				t.Errorf("difference: %s", line)
			}
		}
	})
}

// What bunmodel assumes of Bun's dialects is what they say, letter for letter.
func TestRules(t *testing.T) {
	for _, d := range []schema.Dialect{schema.SQLite, schema.Postgres, schema.MySQL} {
		own, theirs := offline.For(d), real(d)
		models := append(tricky.Postgres(), (*tricky.Sheet)(nil))
		n := 0
		for _, m := range append([]any{(*tricky.UserRole)(nil)}, models...) {
			own.Tables().Register(m)
			theirs.Tables().Register(m)
		}
		text := func(d bs.Dialect, m any) string {
			db := bun.NewDB(sql.OpenDB(nothing{}), quiet{d})
			return db.NewCreateTable().Model(m).WithForeignKeys().String()
		}
		for _, m := range models {
			n++
			if diff := cmp.Diff(text(theirs, m), text(own, m)); diff != "" {
				t.Errorf("%s, %T (-Bun's +ours):\n%s", d, m, diff)
			}
		}
		if n < 12 {
			t.Errorf("only %d models", n)
		}
		if own.IdentQuote() != theirs.IdentQuote() || own.DefaultVarcharLen() != theirs.DefaultVarcharLen() || own.Name() != theirs.Name() {
			t.Errorf("%s: another quote, length or name", d)
		}
		if d == schema.SQLite && own.Features() != theirs.Features() {
			t.Errorf("SQLite: features %b, and Bun's are %b", own.Features(), theirs.Features())
		}
	}
}

// The models are the same whichever of the databases is open, and whether Bun's
// dialects are given or not.
func TestSameEverywhere(t *testing.T) {
	all := []schema.Dialect{schema.SQLite, schema.Postgres, schema.MariaDB}
	absent := comparetest.Absent(t)
	first := load(t, bunmodel.Models(open(schema.SQLite, absent), tricky.Portable()...).For(all...))
	if len(first.Warnings) == 0 {
		t.Error("no warnings")
	}
	for _, w := range first.Warnings {
		t.Log(w)
	}
	others := map[string]bunmodel.Source{
		"postgres open": bunmodel.Models(open(schema.Postgres, absent), tricky.Portable()...).For(all...),
		"mysql open":    bunmodel.Models(open(schema.MySQL, absent), tricky.Portable()...).For(schema.MySQL, schema.SQLite, schema.Postgres),
		"dialects given": bunmodel.Models(open(schema.SQLite, absent), tricky.Portable()...).For(all...).With(
			func() bs.Dialect { return pgdialect.New() }, func() bs.Dialect { return mysqldialect.New() }, func() bs.Dialect { return sqlitedialect.New() }),
	}
	for name, source := range others {
		if d := cmp.Diff(first, load(t, source)); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
}
