package compat

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	gs "gorm.io/gorm/schema"

	"github.com/whimbreldb/whimbrel/gormmodel"
	"github.com/whimbreldb/whimbrel/gormmodel/internal/offline"
	"github.com/whimbreldb/whimbrel/gormmodel/internal/tricky"
	lite "github.com/whimbreldb/whimbrel/gormmodel/sqlite"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/schema"
)

// absent is a pool that cannot query.
type absent struct{}

var errAbsent = errors.New("there is no database")

func (absent) PrepareContext(context.Context, string) (*sql.Stmt, error) { return nil, errAbsent }
func (absent) ExecContext(context.Context, string, ...any) (sql.Result, error) {
	return nil, errAbsent
}
func (absent) QueryContext(context.Context, string, ...any) (*sql.Rows, error) { return nil, errAbsent }
func (absent) QueryRowContext(context.Context, string, ...any) *sql.Row        { return &sql.Row{} }

// drivers are those of GORM for servers, with no server.
func drivers() map[schema.Dialect]gorm.Dialector {
	return map[schema.Dialect]gorm.Dialector{
		schema.Postgres: postgres.New(postgres.Config{Conn: absent{}}),
		schema.MySQL:    mysql.New(mysql.Config{Conn: absent{}, SkipInitializeWithVersion: true}),
	}
}

// with opens GORM with a driver, for mapping.
func with(t testing.TB, driver gorm.Dialector) *gorm.DB {
	t.Helper()
	db, err := gorm.Open(driver, &gorm.Config{Logger: logger.Discard, DisableAutomaticPing: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := tricky.Prepare(db); err != nil {
		t.Fatal(err)
	}
	return db
}

func own(t testing.TB) *gorm.DB { return with(t, lite.Open(comparetest.Absent(t))) }

func load(t testing.TB, s gormmodel.Source) model.Models {
	t.Helper()
	m, err := s.Load()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// everywhere are models of every kind that a dialect takes, and beside them what
// no database does: here the texts alone matter.
func everywhere(d schema.Dialect) []any {
	if d == schema.Postgres {
		return append(tricky.Postgres(), &tricky.Paper{}, &tricky.Rectangle{}, &tricky.Special{}, &tricky.Left{}, &tricky.Right{})
	}
	return append(tricky.MySQL(), &tricky.Paper{}, &tricky.PaperTitle{}, &tricky.Rectangle{}, &tricky.Special{}, &tricky.Preset{})
}

// What gormmodel assumes of GORM's drivers is what they say, letter for letter.
func TestRules(t *testing.T) {
	for dialect, driver := range drivers() {
		t.Run(string(dialect), func(t *testing.T) {
			real := with(t, driver)
			n := 0
			for _, m := range everywhere(dialect) {
				stmt := &gorm.Statement{DB: real}
				if err := stmt.Parse(m); err != nil {
					t.Fatal(err)
				}
				for _, name := range stmt.Schema.DBNames {
					f := stmt.Schema.FieldsByDBName[name]
					n++
					copied := *f // the MySQL driver writes into it
					want, got := driver.DataTypeOf(&copied), offline.For(dialect).DataTypeOf(f)
					if got != want {
						t.Errorf("%s.%s: %q, the driver says %q", stmt.Schema.Table, name, got, want)
					}
				}
			}
			if n < 150 {
				t.Errorf("only %d columns", n)
			}
		})
	}
}

// The models of an application with several databases are the same whichever
// of them is open, and whether their drivers are given or not.
func TestSameEverywhere(t *testing.T) {
	all := []schema.Dialect{schema.SQLite, schema.Postgres, schema.MariaDB}
	first := load(t, gormmodel.Models(own(t), tricky.Portable()...).For(all...))
	for _, w := range first.Warnings {
		t.Log(w)
	}
	others := map[string]gormmodel.Source{
		"postgres open": gormmodel.Models(with(t, drivers()[schema.Postgres]), tricky.Portable()...).For(all...),
		"mysql open":    gormmodel.Models(with(t, drivers()[schema.MySQL]), tricky.Portable()...).For(schema.MySQL, schema.SQLite, schema.Postgres),
		"drivers given": gormmodel.Models(own(t), tricky.Portable()...).For(all...).With(drivers()[schema.Postgres], drivers()[schema.MySQL]),
	}
	for name, source := range others {
		if d := cmp.Diff(first, load(t, source)); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
}

// A name that GORM makes is as short as PostgreSQL wants it as soon as that is
// named, and the one that GORM makes there.
func TestShortNames(t *testing.T) {
	type AModelOfWhichTheNameIsAlmostAsLongAsANameMayBe struct {
		ID          uint
		Quarter     string `gorm:"index;size:9"`
		SixtyFourLt string `gorm:"size:9;unique"`
		Group       string `gorm:"size:9;index:,composite:groupedtogether,unique;check:\"group\" <> 'x'"`
		HolderID    uint
		HolderOfThe tricky.Member `gorm:"foreignKey:HolderID"`
	}
	m := &AModelOfWhichTheNameIsAlmostAsLongAsANameMayBe{}
	made := load(t, gormmodel.Models(with(t, drivers()[schema.Postgres]), m))
	named := load(t, gormmodel.Models(own(t), m).For(schema.SQLite, schema.Postgres))
	if d := cmp.Diff(comparetest.Names(made.Schema), comparetest.Names(named.Schema)); d != "" {
		t.Errorf("names (-driver +models):\n%s", d)
	}
	long := load(t, gormmodel.Models(own(t), m))
	if cmp.Equal(comparetest.Names(long.Schema), comparetest.Names(named.Schema)) {
		t.Error("no name is too long: the test tests nothing")
	}
	strategy := gs.NamingStrategy{IdentifierMaxLength: 30}
	db, err := gorm.Open(lite.Open(comparetest.Absent(t)), &gorm.Config{NamingStrategy: strategy, Logger: logger.Discard, DisableAutomaticPing: true})
	if err != nil {
		t.Fatal(err)
	}
	alone := load(t, gormmodel.Models(db, m))
	if d := cmp.Diff(comparetest.Names(alone.Schema), comparetest.Names(load(t, gormmodel.Models(db, m).For(schema.SQLite, schema.Postgres)).Schema)); d != "" {
		t.Errorf("a strategy of the application's own:\n%s", d)
	}
}
