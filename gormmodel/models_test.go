package gormmodel_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/migrator"
	gs "gorm.io/gorm/schema"

	"github.com/whimbreldb/whimbrel/gormmodel"
	"github.com/whimbreldb/whimbrel/gormmodel/internal/tricky"
	"github.com/whimbreldb/whimbrel/gormmodel/sqlite"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/schema"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// offline is GORM on a database that cannot be opened.
func offline(t testing.TB, cfg *gorm.Config) *gorm.DB {
	t.Helper()
	if cfg == nil {
		cfg = &gorm.Config{}
	}
	cfg.DisableAutomaticPing, cfg.Logger = true, logger.Discard
	db, err := gorm.Open(sqlite.Open(comparetest.Absent(t)), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func load(t testing.TB, db *gorm.DB, models ...any) model.Models {
	t.Helper()
	m, err := gormmodel.Models(db, models...).Load()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func loadTricky(t testing.TB, models []any) model.Models {
	t.Helper()
	db := offline(t, nil)
	if err := tricky.Prepare(db); err != nil {
		t.Fatal(err)
	}
	return load(t, db, models...)
}

// shuffled returns the models in another order for each run, the same in every
// test run.
func shuffled(run uint64) []any {
	models := tricky.All()
	rand.New(rand.NewPCG(run, 1)).Shuffle(len(models), func(i, j int) { models[i], models[j] = models[j], models[i] })
	return models
}

// A database that AutoMigrate made of the tricky models is what the models
// are, whatever the order they are given in; and everything has the name that
// GORM gave it.
func TestClean(t *testing.T) {
	for run := range uint64(8) {
		t.Run(fmt.Sprint(run), func(t *testing.T) {
			models := shuffled(run)
			live := comparetest.Open(t)
			db, err := gorm.Open(sqlite.Open(live), &gorm.Config{Logger: logger.Discard})
			if err != nil {
				t.Fatal(err)
			}
			if err := tricky.Prepare(db); err != nil {
				t.Fatal(err)
			}
			if err := db.AutoMigrate(models...); err != nil {
				t.Fatal(err)
			}
			want := loadTricky(t, models).Schema
			if diff := cmp.Diff(comparetest.LiveNames(t, live), comparetest.Names(want)); diff != "" {
				t.Errorf("names (-database +models):\n%s", diff)
			}
			for _, line := range comparetest.Live(t, live, want) {
				t.Errorf("difference: %s", line)
			}
			if err := db.AutoMigrate(models...); err != nil {
				t.Errorf("a second AutoMigrate: %v", err)
			}
		})
	}
}

// The order of the models decides nothing but which side of a many2many
// relation its table is made from.
func TestDeterministic(t *testing.T) {
	first := loadTricky(t, tricky.All())
	for range 8 {
		if diff := cmp.Diff(first, loadTricky(t, tricky.All())); diff != "" {
			t.Fatalf("another answer for the same models:\n%s", diff)
		}
	}
	for run := range uint64(4) {
		again := loadTricky(t, shuffled(run))
		for i, table := range again.Schema.Tables {
			if table.Name == "member_skills" {
				again.Schema.Tables[i] = first.Schema.Tables[i]
			}
		}
		if diff := cmp.Diff(first, again); diff != "" {
			t.Fatalf("another answer for another order:\n%s", diff)
		}
	}
}

func TestGolden(t *testing.T) {
	got, err := json.MarshalIndent(loadTricky(t, tricky.All()), "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "tricky.json", append(got, '\n'))
	golden(t, "tricky.sql", []byte(strings.Join(comparetest.Statements(t, loadTricky(t, tricky.All()).Schema), ";\n")+";\n"))
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; -update rewrites it):\n%s", path, diff)
	}
}

// A history written on SQLite must run elsewhere: with this package's own
// dialector the neutral types need no variant but for types that a custom Go
// type chose by itself.
func TestNeutral(t *testing.T) {
	for _, table := range loadTricky(t, tricky.All()).Schema.Tables {
		for _, c := range table.Columns {
			if c.Type.Variants != (schema.Variants{}) && table.Name != "specials" {
				t.Errorf("%s.%s: %v has a variant: %+v", table.Name, c.Name, c.Type, c.Type.Variants)
			}
			if c.Default.Variants != (schema.Variants{}) {
				t.Errorf("%s.%s: the default %v has a variant: %+v", table.Name, c.Name, c.Default, c.Default.Variants)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	type Quoted struct {
		ID  int
		Qty int    `gorm:"default:'5'"`
		Ok  bool   `gorm:"default:perhaps"`
		Ser string `gorm:"size:5"`
	}
	type Lost struct {
		ID   int
		Kids []tricky.Note
	}
	type Rule struct{ ID int }
	type Ruled struct {
		ID     int
		RuleID int
		Rule   Rule `gorm:"constraint:OnDelete:EXPLODE"`
	}
	type Typed struct {
		ID  int
		Ref int `gorm:"type:integer REFERENCES others(id)"`
	}
	tests := []struct {
		name   string
		models []any
		want   []string
	}{
		{"quoted number", []any{&Quoted{}}, []string{
			`gormmodel_test.Quoted.Qty: the default "'5'" is not a number: write default:5`,
			`gormmodel_test.Quoted.Ok: the default "perhaps" is not a bool`,
		}},
		{"all at once", []any{&Quoted{}, 7, nil, &Quoted{}}, []string{
			"Quoted.Qty", "Quoted.Ok", "int: a model is a pointer to a struct", "nil: a model is a pointer to a struct",
		}},
		{"relation without a key", []any{&Lost{}}, []string{"gormmodel_test.Lost: invalid field found for struct", "field Kids"}},
		{"rule", []any{&Ruled{}}, []string{"gormmodel_test.Ruled.Rule: the constraint rule OnDelete:EXPLODE is none"}},
		{"reference in a type", []any{&Typed{}}, []string{`gormmodel_test.Typed.Ref: the column type "integer REFERENCES others(id)" holds "REFERENCES others(id)"`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := gormmodel.Models(offline(t, nil), test.models...).Load()
			if err == nil {
				t.Fatal("no error")
			}
			lines := strings.Split(err.Error(), "\n")
			if test.name != "relation without a key" && len(lines) != len(test.want) {
				t.Errorf("%d errors, want %d:\n%v", len(lines), len(test.want), err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("no %q in:\n%v", want, err)
				}
			}
		})
	}
	if _, err := gormmodel.Models(nil).Load(); err == nil {
		t.Error("no error without a *gorm.DB")
	}
	failed := errors.New("cannot open")
	db := offline(t, nil)
	db.Error = failed
	if _, err := gormmodel.Models(db, &tricky.Note{}).Load(); !errors.Is(err, failed) {
		t.Errorf("the error of the *gorm.DB is lost: %v", err)
	}
}

// What the application has set counts; and the application's *gorm.DB is as it
// was, pool and settings.
func TestSettings(t *testing.T) {
	t.Run("naming", func(t *testing.T) {
		db := offline(t, &gorm.Config{NamingStrategy: gs.NamingStrategy{TablePrefix: "shop_", SingularTable: true}})
		m := load(t, db, &tricky.Card{}, &tricky.Member{})
		table, ok := m.Schema.Table("shop_card")
		if !ok || len(table.ForeignKeys) != 1 || table.ForeignKeys[0].RefTable != "shop_member" {
			t.Errorf("got %+v", table)
		}
	})
	t.Run("no foreign keys", func(t *testing.T) {
		m := load(t, offline(t, &gorm.Config{DisableForeignKeyConstraintWhenMigrating: true}), &tricky.Member{}, &tricky.Card{})
		for _, table := range m.Schema.Tables {
			if len(table.ForeignKeys) > 0 {
				t.Errorf("%s has foreign keys", table.Name)
			}
		}
		if _, ok := m.Schema.Table("member_skills"); !ok {
			t.Error("no join table")
		}
	})
	t.Run("no relations", func(t *testing.T) {
		m := load(t, offline(t, &gorm.Config{IgnoreRelationshipsWhenMigrating: true}), &tricky.Member{})
		if len(m.Schema.Tables) != 1 {
			t.Errorf("got %d tables", len(m.Schema.Tables))
		}
	})
	t.Run("table options", func(t *testing.T) {
		m := load(t, offline(t, nil).Set("gorm:table_options", " STRICT, without  rowid, ENGINE=x"), &tricky.Invoice{})
		table, _ := m.Schema.Table("invoices")
		if !table.Options.Strict || !table.Options.WithoutRowID {
			t.Errorf("got %+v", table.Options)
		}
		if len(m.Warnings) != 1 || !strings.Contains(m.Warnings[0].Text, `"ENGINE=x"`) {
			t.Errorf("warnings: %v", m.Warnings)
		}
	})
	t.Run("unchanged", func(t *testing.T) {
		db := offline(t, nil)
		pool, statement, config := db.ConnPool, db.Statement, *db.Config
		load(t, db, &tricky.Member{})
		if db.ConnPool != pool || db.Statement != statement || db.Statement.ConnPool != pool || db.DryRun || db.Logger != config.Logger {
			t.Error("the application's *gorm.DB has changed")
		}
	})
}

// Another dialect: where the driver writes another type than the neutral one
// compiles to, it is kept beside it. Another word for the same type is not.
type otherDialector struct{ sqlite.Dialector }

func (otherDialector) Name() string { return "postgres" }

func (d otherDialector) Migrator(db *gorm.DB) gorm.Migrator {
	return migrator.Migrator{Config: migrator.Config{DB: db, Dialector: d}}
}

func (otherDialector) DataTypeOf(f *gs.Field) string {
	switch {
	case f.AutoIncrement:
		return "bigserial"
	case f.DataType == gs.String:
		return fmt.Sprintf("VARCHAR (%d)", f.Size)
	}
	return string(f.DataType)
}

func TestOtherDialect(t *testing.T) {
	type Row struct {
		ID   int64
		Name string `gorm:"size:30;index:idx_row,type:gin,sort:desc nulls last;default:x"`
		Free string `gorm:"type:my type;not null"`
	}
	db, err := gorm.Open(otherDialector{sqlite.Dialector{Conn: comparetest.Absent(t)}},
		&gorm.Config{DisableAutomaticPing: true, Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	want := schema.NewTable("rows",
		schema.BigInt("id").On(schema.Postgres, "bigserial").AutoIncrement().PrimaryKey(),
		schema.String("name", 30).Default("x"),
		schema.Native("free", "my type").NotNull(),
		schema.Index{
			Name: "idx_row", Parts: []schema.Part{{Column: "name", Desc: true, Nulls: "LAST"}},
			Method: schema.Variants{Postgres: "gin"},
		},
	)
	m := load(t, db, &Row{})
	all := model.Models{
		Schema: schema.Schema{Tables: []schema.Table{want}}, Dialects: []schema.Dialect{schema.Postgres},
		Types: []string{model.TypeName(reflect.TypeFor[Row]())},
	}
	if d := cmp.Diff(all, m); d != "" {
		t.Error(d)
	}
}

// Clauses that a type tag has smuggled in are part of the table.
func TestTypeClauses(t *testing.T) {
	type Row struct {
		ID   int    `gorm:"type:integer PRIMARY KEY AUTOINCREMENT;autoIncrement:false"`
		Code string `gorm:"type:text COLLATE \"NOCASE\" NOT NULL UNIQUE CHECK (code <> ')')"`
		Twin string `gorm:"generated:code || code"`
	}
	want := schema.NewTable("rows",
		schema.Int("id").AutoIncrement().PrimaryKey(),
		schema.Text("code").Collate(schema.SQLite, "NOCASE").NotNull(),
		schema.Text("twin").GeneratedStored(schema.Expr("code || code")),
		schema.Unique{Name: "uni_rows_code", Parts: schema.Columns("code")},
		schema.Check{Name: "chk_rows_code", Expr: schema.Expr("code <> ')'")},
	)
	if d := cmp.Diff(schema.Schema{Tables: []schema.Table{want}}, load(t, offline(t, nil), &Row{}).Schema); d != "" {
		t.Error(d)
	}
}

// asking is a type that asks the database what it shall be.
type asking string

func (asking) GormDBDataType(db *gorm.DB, _ *gs.Field) string {
	var n int
	if err := db.Raw("SELECT 1").Row().Scan(&n); err == nil {
		return "answered"
	}
	if rows, err := db.Raw("SELECT 1").Rows(); err == nil && rows.Err() == nil {
		return "answered"
	}
	if db.Raw("SELECT 1").Scan(&n).Error == nil || db.Exec("CREATE TABLE x(y)").Error == nil ||
		db.Transaction(func(*gorm.DB) error { return nil }) == nil {
		return "answered"
	}
	return "refused"
}

// No query is possible while models are mapped, even where the database is there.
func TestNoQuery(t *testing.T) {
	live := comparetest.Open(t)
	db, err := gorm.Open(sqlite.Open(live), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	type Row struct {
		ID int
		X  asking
	}
	table, _ := load(t, db, &Row{}).Schema.Table("rows")
	if x, _ := table.Column("x"); x.Type.Variants.SQLite != "refused" {
		t.Errorf("got %+v", x.Type)
	}
	if err := db.Exec("SELECT 1").Error; err != nil {
		t.Errorf("the application's own *gorm.DB: %v", err)
	}
}

// Two models of one table are one table.
func TestSharedTable(t *testing.T) {
	m := load(t, offline(t, nil), &partUser{}, &wholeUser{})
	if len(m.Schema.Tables) != 1 {
		t.Fatalf("got %+v", m.Schema.Tables)
	}
	var names []string
	for _, c := range m.Schema.Tables[0].Columns {
		names = append(names, c.Name)
	}
	if d := cmp.Diff([]string{"id", "name", "seen"}, names); d != "" {
		t.Error(d)
	}
}

type wholeUser struct {
	ID   int
	Name string `gorm:"index:idx_name"`
}

func (wholeUser) TableName() string { return "users" }

type partUser struct {
	ID   int
	Seen time.Time
}

func (partUser) TableName() string { return "users" }

func TestKeep(t *testing.T) {
	m := loadTricky(t, tricky.All())
	if diff := cmp.Diff([]string{"veileds.c"}, m.Keep); diff != "" {
		t.Error(diff)
	}
}

// AutoMigrate adds what a model refers to, and its join tables, but not what
// refers to the model: unless that happens to have been parsed before.
func TestClosure(t *testing.T) {
	names := func(m model.Models) (out []string) {
		for _, table := range m.Schema.Tables {
			out = append(out, table.Name)
		}
		return out
	}
	db := offline(t, nil)
	alone := names(load(t, db, &tricky.Card{}))
	if diff := cmp.Diff([]string{"cards"}, alone); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"members", "gadgets"}, names(load(t, db, &tricky.Gadget{}))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(alone, names(load(t, db, &tricky.Card{}))); diff != "" {
		t.Errorf("parsing another model changed the answer:\n%s", diff)
	}
}
