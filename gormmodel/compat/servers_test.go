package compat

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/whimbreldb/whimbrel/gormmodel"
	"github.com/whimbreldb/whimbrel/gormmodel/internal/tricky"
	lite "github.com/whimbreldb/whimbrel/gormmodel/sqlite"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
)

// onServer opens GORM on a database with its own driver.
func onServer(t testing.TB, d schema.Dialect, pool *sql.DB) *gorm.DB {
	t.Helper()
	var driver gorm.Dialector
	switch d {
	case schema.SQLite:
		return open(t, pool)
	case schema.Postgres:
		driver = postgres.New(postgres.Config{Conn: pool})
	case schema.MySQL, schema.MariaDB:
		driver = mysql.New(mysql.Config{Conn: pool})
	}
	db, err := gorm.Open(driver, &gorm.Config{Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	if err := tricky.Prepare(db); err != nil {
		t.Fatal(err)
	}
	return db
}

// awkward returns the models that GORM can create on a server.
func awkward(d schema.Dialect) []any {
	switch d {
	case schema.Postgres:
		return tricky.Postgres()
	case schema.MySQL:
		return tricky.MySQL()
	case schema.MariaDB:
		return tricky.MariaDB()
	case schema.SQLite:
	}
	return tricky.All()
}

// shuffle returns models in another order for each run. Those that others refer
// to without saying so stay in front: GORM itself fails without.
func shuffle(models []any, run uint64) []any {
	rand.New(rand.NewPCG(run, 3)).Shuffle(len(models), func(i, j int) { models[i], models[j] = models[j], models[i] })
	behind := func(m any) int {
		switch m.(type) {
		case *tricky.Member, *tricky.Invoice, *tricky.State, *tricky.Skill:
			return 0
		}
		return 1
	}
	slices.SortStableFunc(models, func(a, b any) int { return behind(a) - behind(b) })
	return models
}

// autoMigrate has GORM make the tables of models in an empty database.
func autoMigrate(t testing.TB, s *dbtest.Server, pool *sql.DB, models ...any) {
	t.Helper()
	if s.Dialect == schema.Postgres { // what no model can say
		if _, err := pool.Exec("CREATE SCHEMA audit; CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')"); err != nil {
			t.Fatal(err)
		}
	}
	if err := onServer(t, s.Dialect, pool).AutoMigrate(models...); err != nil {
		t.Fatal(err)
	}
}

// servers are those that are asked for, SQLite apart, which has tests of its
// own.
func servers(t *testing.T, f func(*testing.T, *dbtest.Server)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		t.Parallel() // each waits for its own server
		if s.Dialect != schema.SQLite {
			f(t, s)
		}
	})
}

// A database that AutoMigrate made on a server is what the models are: no
// difference, not even of names, in whatever order the models come, and
// whichever dialects are named beside that of the server.
func TestServersClean(t *testing.T) {
	servers(t, func(t *testing.T, s *dbtest.Server) {
		for run := range uint64(3) {
			t.Run(fmt.Sprint(run), func(t *testing.T) {
				models := shuffle(awkward(s.Dialect), run)
				pool := s.Database(t)
				autoMigrate(t, s, pool, models...)
				d := comparetest.Dialect(t, s.Dialect, pool)
				want := load(t, gormmodel.Models(onServer(t, s.Dialect, pool), models...)).Schema
				for _, line := range comparetest.OnServer(t, d, pool, want, schema.Enum, schema.Namespace) {
					t.Errorf("difference: %s", line)
				}
				t.Logf("%d tables", len(want.Tables))
			})
		}
	})
}

// GORM's second look at its own tables is no business of ours, but what a model
// says about one dialect must not change what it says about another: an
// application with all of them compares clean on each.
func TestAllNamed(t *testing.T) {
	all := []schema.Dialect{schema.SQLite, schema.Postgres, schema.MariaDB}
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		t.Parallel()
		models := tricky.Portable()
		if s.Dialect == schema.MySQL {
			models = slices.DeleteFunc(models, isPreset)
		}
		pool := s.Database(t)
		want := load(t, gormmodel.Models(own(t), models...).For(all...)).Schema
		if s.Dialect == schema.SQLite {
			db := with(t, lite.Open(pool))
			if err := db.AutoMigrate(models...); err != nil {
				t.Fatal(err)
			}
		} else {
			autoMigrate(t, s, pool, models...)
		}
		names := 0
		for _, line := range comparetest.OnServer(t, comparetest.Dialect(t, s.Dialect, pool), pool, want, schema.Enum, schema.Namespace) {
			if strings.Contains(line, "_about_as_long_as_") && strings.Contains(line, ": named ") {
				names++ // noise: there is one name for all, and it is that of PostgreSQL
				continue
			}
			t.Errorf("difference: %s", line)
		}
		if want := map[bool]int{true: 0, false: 4}[s.Dialect == schema.Postgres]; names != want {
			t.Errorf("%d names are others, want %d", names, want)
		}
	})
}
