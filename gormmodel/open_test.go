package gormmodel_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/whimbreldb/whimbrel/gormmodel"
	"github.com/whimbreldb/whimbrel/gormmodel/sqlite"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
	"github.com/whimbreldb/whimbrel/schema"
)

type testApp struct {
	db      *sql.DB
	dialect schema.Dialect
}

func (a testApp) DB() *sql.DB             { return a.db }
func (a testApp) Dialect() schema.Dialect { return a.dialect }

type Product struct {
	ID    int
	Name  string `gorm:"size:50;unique"`
	Price *int
}

// Opening runs no query and makes no file, not even where nothing can be opened.
func TestOpenOffline(t *testing.T) {
	db := gormmodel.Open(testApp{comparetest.Absent(t), schema.SQLite})
	if db.Error != nil {
		t.Fatal(db.Error)
	}
	if m := load(t, db, &Product{}); len(m.Schema.Tables) != 1 {
		t.Errorf("got %+v", m)
	}
	path := filepath.Join(t.TempDir(), "new.db")
	gormmodel.Open(testApp{comparetest.OpenFile(t, path), schema.SQLite})
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("opening made the file: %v", err)
	}
}

func TestOpen(t *testing.T) {
	live := comparetest.Open(t)
	db := gormmodel.Open(testApp{live, schema.SQLite})
	for _, s := range comparetest.Statements(t, load(t, db, &Product{}).Schema) {
		if err := db.Exec(s).Error; err != nil {
			t.Fatal(err)
		}
	}
	products := []*Product{{Name: "Apple"}, {Name: "Orange"}, {Name: "Banana"}}
	if err := db.Create(products).Error; err != nil {
		t.Fatal(err)
	}
	for i, p := range products {
		if p.ID != i+1 {
			t.Errorf("%s has id %d", p.Name, p.ID)
		}
	}
	if err := db.Create(&Product{Name: "Apple"}).Error; !errors.Is(err, gorm.ErrDuplicatedKey) || !strings.Contains(err.Error(), "products.name") {
		t.Errorf("got %v", err)
	}
	// Every column is named in a query, so that one which the database does
	// not have is an error.
	if _, err := live.Exec("ALTER TABLE products DROP COLUMN price"); err != nil {
		t.Fatal(err)
	}
	var found []Product
	if err := db.Find(&found).Error; err == nil || !strings.Contains(err.Error(), "no such column: products.price") {
		t.Errorf("got %v", err)
	}
}

func TestOpenConfig(t *testing.T) {
	cfg := &gorm.Config{DisableForeignKeyConstraintWhenMigrating: true}
	db := gormmodel.Open(testApp{comparetest.Absent(t), schema.SQLite}, cfg)
	if db.Error != nil || !db.DisableForeignKeyConstraintWhenMigrating || db.QueryFields {
		t.Errorf("error %v, config %+v", db.Error, db.Config)
	}
	if cfg.Dialector != nil || cfg.DisableAutomaticPing {
		t.Error("the caller's configuration has changed")
	}
}

// A dialector alone is no wish to have nothing else set up.
func TestOpenDialector(t *testing.T) {
	cfg := &gorm.Config{Dialector: sqlite.Open(comparetest.Absent(t))}
	db := gormmodel.Open(testApp{comparetest.Absent(t), schema.Postgres}, cfg)
	if db.Error != nil || !db.QueryFields || !db.TranslateError {
		t.Errorf("error %v, config %+v", db.Error, db.Config)
	}
	if cfg.QueryFields || cfg.DisableAutomaticPing {
		t.Error("the caller's configuration has changed")
	}
}

// asksVersion is a driver that asks the server when it is opened, as GORM's own for
// MySQL does unless it is told not to, and finds none.
type asksVersion struct{ gorm.Dialector }

func (asksVersion) Name() string                 { return "mysql" }
func (asksVersion) Initialize(db *gorm.DB) error { return errors.New("nobody listens") }

// TestOpenAsks: who can do without the question is told how.
func TestOpenAsks(t *testing.T) {
	db := gormmodel.Open(testApp{comparetest.Absent(t), schema.MySQL}, &gorm.Config{Dialector: asksVersion{}})
	if db.Error == nil || !strings.Contains(db.Error.Error(), "nobody listens\nwithout SkipInitializeWithVersion: true") {
		t.Errorf("got %v", db.Error)
	}
}

// What cannot work is an error of everything that is done with the result.
func TestOpenErrors(t *testing.T) {
	pool := comparetest.Absent(t)
	tests := []struct {
		name string
		app  testApp
		cfg  []*gorm.Config
		want string
	}{
		{"no pool", testApp{nil, schema.SQLite}, nil, "no database"},
		{"postgres", testApp{pool, schema.Postgres}, nil, "no dialector for \"postgres\" here: import gormpostgres \"gorm.io/driver/postgres\", and open GORM with\n" +
			"gormmodel.Open(a, &gorm.Config{Dialector: gormpostgres.New(gormpostgres.Config{Conn: a.DB()})})"},
		{"mysql", testApp{pool, schema.MySQL}, nil, "gormmysql.New(gormmysql.Config{Conn: a.DB(), SkipInitializeWithVersion: true})})"},
		{"mariadb", testApp{pool, schema.MariaDB}, nil, `no dialector for "mariadb" here: import gormmysql "gorm.io/driver/mysql"`},
		{"another dialect", testApp{pool, "oracle"}, nil, `no dialector for "oracle" here: give one in the configuration`},
		{"configurations", testApp{pool, schema.SQLite}, []*gorm.Config{nil, {}}, "one configuration, not 2"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			db := gormmodel.Open(test.app, test.cfg...)
			if db.Error == nil || !strings.Contains(db.Error.Error(), test.want) {
				t.Fatalf("got %v", db.Error)
			}
			if _, err := gormmodel.Models(db, &Product{}).Load(); !errors.Is(err, db.Error) {
				t.Errorf("Load: %v", err)
			}
			if err := db.Find(&[]Product{}).Error; !errors.Is(err, db.Error) {
				t.Errorf("Find: %v", err)
			}
			m := db.Migrator()
			if m.HasTable(&Product{}) || m.HasColumn(&Product{}, "name") || m.HasIndex(&Product{}, "name") || m.HasConstraint(&Product{}, "name") {
				t.Error("there is something in no database")
			}
			if _, err := m.ColumnTypes(&Product{}); !errors.Is(err, db.Error) {
				t.Errorf("ColumnTypes: %v", err)
			}
			if _, err := m.GetTables(); !errors.Is(err, db.Error) {
				t.Errorf("GetTables: %v", err)
			}
			if err := db.AutoMigrate(&Product{}); !errors.Is(err, db.Error) {
				t.Errorf("AutoMigrate: %v", err)
			}
		})
	}
}

// TestDryRun: where nothing is to be run, nothing is known to be there.
func TestDryRun(t *testing.T) {
	db := gormmodel.Open(testApp{comparetest.Absent(t), schema.SQLite}).Session(&gorm.Session{DryRun: true})
	if db.Migrator().HasTable(&Product{}) {
		t.Error("there is a table")
	}
}
