package compat

import (
	"bytes"
	"database/sql"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/whimbreldb/whimbrel/gormmodel"
	"github.com/whimbreldb/whimbrel/gormmodel/internal/tricky"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
	"github.com/whimbreldb/whimbrel/model"
)

func open(t testing.TB, live *sql.DB) *gorm.DB {
	t.Helper()
	db, err := gorm.Open(sqlite.New(sqlite.Config{Conn: live}), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	if err := tricky.Prepare(db); err != nil {
		t.Fatal(err)
	}
	return db
}

// mapped maps models with a *gorm.DB whose database is closed by then: the
// driver asks for a version when it is opened, and nobody asks anything later.
func mapped(t testing.TB, models ...any) model.Models {
	t.Helper()
	pool := comparetest.Open(t)
	db := open(t, pool)
	pool.Close()
	m, err := gormmodel.Models(db, models...).Load()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func shuffled(run uint64) []any {
	models := tricky.All()
	rand.New(rand.NewPCG(run, 2)).Shuffle(len(models), func(i, j int) { models[i], models[j] = models[j], models[i] })
	return models
}

// A database that AutoMigrate made with GORM's own driver is what the models
// are: no difference, not even of names.
func TestClean(t *testing.T) {
	for run := range uint64(8) {
		t.Run(fmt.Sprint(run), func(t *testing.T) {
			models := shuffled(run)
			live := comparetest.Open(t)
			if err := open(t, live).AutoMigrate(models...); err != nil {
				t.Fatal(err)
			}
			want := mapped(t, models...).Schema
			if diff := cmp.Diff(comparetest.LiveNames(t, live), comparetest.Names(want)); diff != "" {
				t.Errorf("names (-database +models):\n%s", diff)
			}
			for _, line := range comparetest.Live(t, live, want) {
				t.Errorf("difference: %s", line)
			}
		})
	}
}

// Each mutation changes one thing in the stored schema of a database that
// AutoMigrate made, as if it had been made so. It must be reported once, as
// itself.
func TestMutations(t *testing.T) {
	tests := []struct {
		old, new string
		want     []string // from the mutated database to the models
	}{
		{"`rating` real DEFAULT 1.5", "`rating` real DEFAULT 1.25", []string{"alter column members.rating: default 1.25 to 1.5"}},
		{"`name` text NOT NULL,`mail`", "`name` text,`mail`", []string{"alter column members.name: NULL to NOT NULL"}},
		{"`active` numeric DEFAULT true", "`active` numeric", []string{"alter column members.active: default none to true"}},
		{"`active` numeric DEFAULT true", "`active` numeric DEFAULT false", []string{"alter column members.active: default false to true"}},
		{"`age` integer", "`age` bigint", []string{"alter column members.age: type bigint to integer"}},
		{"`nick` text", "`nick` text COLLATE NOCASE", []string{"alter column members.nick: collation"}},
		{
			"CONSTRAINT `uni_members_mail` UNIQUE (`mail`)", "CONSTRAINT `uq` UNIQUE (`mail`)",
			[]string{"unique constraint on members: named uni_members_mail, not uq"},
		},
		{
			"CHECK (kind IN ('day','week','it''s'))", "CHECK (kind IN ('day','week'))",
			[]string{"drop check purses.chk_purses_kind", "add check purses.chk_purses_kind"},
		},
		{
			"length(code) BETWEEN 3 AND 20", "length(code) BETWEEN 3 AND 21",
			[]string{"drop check purses.chk_purses_code", "add check purses.chk_purses_code"},
		},
		{"GENERATED ALWAYS AS (w * h) STORED", "GENERATED ALWAYS AS (w + h) STORED", []string{"alter column rectangles.area: generated expression"}},
		{"GENERATED ALWAYS AS (w * h) STORED", "GENERATED ALWAYS AS (w * h) VIRTUAL", []string{"alter column rectangles.area: generated expression"}},
		{
			"ON DELETE SET NULL ON UPDATE CASCADE", "ON DELETE CASCADE ON UPDATE CASCADE",
			[]string{"drop foreign key addresses.fk_members_address", "add foreign key addresses.fk_members_address"},
		},
		{"PRIMARY KEY (`id`,`locale`)", "PRIMARY KEY (`locale`,`id`)", []string{"alter primary key of phrases: (locale, id) to (id, locale)"}},
		{"ON `papers`(`level` desc)", "ON `papers`(`level`)", []string{"drop index papers.idx_paper_level", "add index papers.idx_paper_level"}},
		{
			"WHERE status <> 'closed' AND deleted_at IS NULL", "WHERE status <> 'CLOSED' AND deleted_at IS NULL",
			[]string{"drop index papers.idx_paper_open", "add index papers.idx_paper_open"},
		},
		{"(lower(title))", "(upper(title))", []string{"drop index paper_titles.idx_title_lower", "add index paper_titles.idx_title_lower"}},
		{
			"CREATE UNIQUE INDEX `idx_paper_shelf_slug`", "CREATE INDEX `idx_paper_shelf_slug`",
			[]string{"drop index papers.idx_paper_shelf_slug", "add index papers.idx_paper_shelf_slug"},
		},
		{"DEFAULT (lower('ABC'))", "DEFAULT (lower('abc'))", []string{"alter column presets.low: default lower('abc') to lower('ABC')"}},
		{"DEFAULT \"hello\"", "DEFAULT 'HELLO'", []string{`alter column presets.bare: default "HELLO" to "hello"`}},
		{"DEFAULT \"hello\"", "DEFAULT 'hello'", nil},
		{"`cards` (`id` integer PRIMARY KEY AUTOINCREMENT", "`cards` (`id` integer PRIMARY KEY", []string{"auto-increment of cards.id is written another way"}},
		{"`label` text", "`label` text,`extra` text", []string{"drop column cards.extra"}},
		{"`no_such` integer", "`no_such` text", nil},
	}
	path := t.TempDir() + "/made.db"
	made := comparetest.OpenFile(t, path)
	if err := open(t, made).AutoMigrate(tricky.All()...); err != nil {
		t.Fatal(err)
	}
	want := mapped(t, tricky.All()...).Schema
	for _, test := range tests {
		t.Run(test.old+" to "+test.new, func(t *testing.T) {
			mutant := t.TempDir() + "/mutant.db"
			if _, err := made.Exec("VACUUM INTO ?", mutant); err != nil {
				t.Fatal(err)
			}
			changed := mutate(t, mutant, test.old, test.new)
			if strings.Contains(test.old, "no_such") == (changed > 0) {
				t.Fatalf("the mutation changed %d statements", changed)
			}
			got := comparetest.Live(t, comparetest.OpenFile(t, mutant), want)
			if diff := cmp.Diff(test.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("reported (-want +got):\n%s", diff)
			}
		})
	}
}

// mutate replaces a text in the stored statements and returns in how many.
func mutate(t *testing.T, path, from, to string) int64 {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("PRAGMA writable_schema = ON"); err != nil {
		t.Fatal(err)
	}
	result, err := db.Exec("UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE instr(sql, ?) > 0", from, to, from)
	if err != nil {
		t.Fatal(err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// The driver makes ordinary columns of generated ones, and one column of a
// composite key that counts up the whole key.
func TestWarnings(t *testing.T) {
	type Twice struct {
		ID int
		W  int
		D  int `gorm:"generated:w * 2"`
	}
	type Pair struct {
		ID     uint   `gorm:"primaryKey"`
		Locale string `gorm:"primaryKey"`
	}
	m := mapped(t, &Twice{}, &Pair{})
	want := []string{
		"compat.Pair.ID: this driver makes column \"id\" alone the primary key",
		"compat.Twice.D: this driver ignores generated",
	}
	if len(m.Warnings) != len(want) {
		t.Fatalf("got %v", m.Warnings)
	}
	for i, w := range m.Warnings {
		if !strings.HasPrefix(w.String(), want[i]) {
			t.Errorf("got %s", w)
		}
	}
	live := comparetest.Open(t)
	if err := open(t, live).AutoMigrate(&Twice{}, &Pair{}); err != nil {
		t.Fatal(err)
	}
	for _, line := range comparetest.Live(t, live, m.Schema) {
		t.Errorf("difference: %s", line)
	}
}

// This driver makes the key of a table of whatever column counts up.
func TestCountingBesideKey(t *testing.T) {
	type Beside struct {
		ID  uint
		Seq int `gorm:"autoIncrement"`
	}
	type Instead struct {
		Code string `gorm:"primaryKey"`
		Seq  int    `gorm:"autoIncrement"`
	}
	type Written struct {
		Seq int `gorm:"type:integer PRIMARY KEY AUTOINCREMENT;autoIncrement"`
	}
	db := open(t, comparetest.Open(t))
	_, err := gormmodel.Models(db, &Beside{}, &Instead{}, &Written{}).Load()
	want := "compat.Beside.Seq: autoIncrement on a field that is not the key: this driver makes column \"seq\" the primary key; leave it out, or tag the field primaryKey\n" +
		"compat.Instead.Seq: autoIncrement on a field that is not the key: this driver makes column \"seq\" the primary key; leave it out, or tag the field primaryKey"
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if err := db.AutoMigrate(&Beside{}); err == nil {
		t.Error("AutoMigrate makes the table")
	}
}

type hooked struct{ ID int }

func (*hooked) BeforeCreate() error { return nil }

// GORM prints nothing, in this version either, and what it would print is a
// warning.
func TestNothingPrinted(t *testing.T) {
	var out bytes.Buffer
	before := logger.Default
	logger.Default = logger.New(log.New(&out, "", 0), logger.Config{LogLevel: logger.Warn})
	defer func() { logger.Default = before }()
	m := mapped(t, &hooked{})
	if len(m.Warnings) != 1 || m.Warnings[0].Model != "compat.hooked" {
		t.Errorf("got %v", m.Warnings)
	}
	type Runner struct {
		ID  int
		Run func()
	}
	_, err := gormmodel.Models(open(t, comparetest.Open(t)), &Runner{}).Load()
	if err == nil || !strings.HasPrefix(err.Error(), "compat.Runner.Run: GORM has no column type for func()") {
		t.Errorf("got %v", err)
	}
	if out.Len() > 0 {
		t.Errorf("printed: %s", out.String())
	}
}

// This driver asks for the version when it is opened.
func TestFailedOpen(t *testing.T) {
	db, err := gorm.Open(sqlite.New(sqlite.Config{Conn: comparetest.Absent(t)}), &gorm.Config{Logger: logger.Discard})
	if err == nil {
		t.Fatal("opened what cannot be opened")
	}
	if _, err := gormmodel.Models(db, &hooked{}).Load(); err == nil || !strings.Contains(err.Error(), "not open") {
		t.Errorf("got %v", err)
	}
}

// The README warns of it: opening this driver makes the database file.
func TestOpeningMakesFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.db")
	pool := comparetest.OpenFile(t, path)
	if _, err := os.Stat(path); err == nil {
		t.Fatal("the file is there before anything was opened")
	}
	open(t, pool)
	if _, err := os.Stat(path); err != nil {
		t.Errorf("no file: %v", err)
	}
}
