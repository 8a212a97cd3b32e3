package sqlite_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"github.com/whimbreldb/whimbrel/gormmodel/sqlite"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
)

type Author struct {
	ID        uint
	Name      string `gorm:"size:20;not null;unique;check:name <> ''"`
	Kind      string `gorm:"default:(lower('NOVELIST'))"`
	Rank      int    `gorm:"default:7"`
	Note      string `gorm:"default:it's"`
	Active    bool   `gorm:"default:true"`
	Born      time.Time
	Rating    float64
	Books     []Book `gorm:"constraint:OnDelete:CASCADE"`
	Tags      []Tag  `gorm:"many2many:author_tags"`
	DeletedAt gorm.DeletedAt
}

type Book struct {
	ID       uint
	Title    string
	AuthorID uint
}

type Tag struct {
	Word string `gorm:"primaryKey"`
}

func open(t *testing.T, models ...any) *gorm.DB {
	t.Helper()
	live := comparetest.OpenFile(t, "file:"+t.TempDir()+"/test.db?_pragma=foreign_keys(1)")
	db, err := gorm.Open(sqlite.Open(live), &gorm.Config{QueryFields: true, TranslateError: true, Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.AutoMigrate(models...); err != nil {
		t.Fatal(err)
	}
	return db
}

func must(t *testing.T, tx *gorm.DB) {
	t.Helper()
	if tx.Error != nil {
		t.Fatal(tx.Error)
	}
}

func TestCreate(t *testing.T) {
	db := open(t, &Author{}, &Book{})
	authors := []Author{{Name: "a"}, {Name: "b", Kind: "poet", Rank: 1}, {Name: "c"}}
	must(t, db.Create(&authors))
	for i, a := range authors {
		if a.ID != uint(i+1) {
			t.Errorf("author %d has id %d", i, a.ID)
		}
	}
	// What the database fills in comes back by itself.
	if a := authors[0]; a.Kind != "novelist" || a.Rank != 7 || a.Note != "it's" || !a.Active {
		t.Errorf("defaults: %+v", a)
	}
	if authors[1].Kind != "poet" || authors[1].Rank != 1 {
		t.Errorf("given values: %+v", authors[1])
	}
	must(t, db.Create(&Book{AuthorID: 1}))
	type Bare struct{ ID int }
	if err := db.AutoMigrate(&Bare{}); err != nil {
		t.Fatal(err)
	}
	bare := Bare{}
	must(t, db.Create(&bare)) // INSERT … DEFAULT VALUES
	if bare.ID != 1 {
		t.Errorf("got id %d", bare.ID)
	}
}

func TestReadWrite(t *testing.T) {
	db := open(t, &Author{}, &Book{}, &Tag{})
	born := time.Date(1920, 1, 2, 3, 4, 5, 0, time.UTC)
	must(t, db.Create(&Author{Name: "Lem", Born: born, Rating: 4.5, Books: []Book{{Title: "Solaris"}, {Title: "Fiasco"}}, Tags: []Tag{{"sf"}}}))

	var a Author
	must(t, db.Preload("Books").Preload("Tags").First(&a, "name = ?", "Lem"))
	if len(a.Books) != 2 || len(a.Tags) != 1 || !a.Born.Equal(born) || a.Rating != 4.5 || !a.Active {
		t.Errorf("read back %+v", a)
	}
	must(t, db.Model(&a).Updates(map[string]any{"rank": 9, "active": false}))
	var again Author
	must(t, db.Take(&again, a.ID))
	if again.Rank != 9 || again.Active {
		t.Errorf("updated %+v", again)
	}
	must(t, db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "name"}}, DoUpdates: clause.AssignmentColumns([]string{"rank"})}).
		Create(&Author{Name: "Lem", Rank: 11}))
	must(t, db.Take(&again, a.ID))
	if again.Rank != 11 {
		t.Errorf("after the upsert %+v", again)
	}
	var titles []string
	must(t, db.Model(&Book{}).Order("title").Offset(1).Pluck("title", &titles))
	if d := cmp.Diff([]string{"Solaris"}, titles); d != "" {
		t.Errorf("OFFSET without LIMIT: %s", d)
	}
	must(t, db.Model(&Book{}).Order("title").Limit(1).Pluck("title", &titles))
	if d := cmp.Diff([]string{"Fiasco"}, titles); d != "" {
		t.Errorf("LIMIT: %s", d)
	}
	must(t, db.Clauses(clause.Locking{Strength: "UPDATE"}).Take(&again, a.ID))

	var n int64
	must(t, db.Clauses(clause.Insert{Modifier: "OR IGNORE"}).Create(&Tag{"sf"}))
	must(t, db.Delete(&again))
	must(t, db.Model(&Author{}).Count(&n))
	if n != 0 {
		t.Errorf("%d authors after a soft delete", n)
	}
	must(t, db.Exec("DELETE FROM author_tags"))
	must(t, db.Unscoped().Delete(&again))
	must(t, db.Model(&Book{}).Count(&n))
	if n != 0 {
		t.Errorf("%d books after a cascade", n)
	}
}

func TestErrors(t *testing.T) {
	db := open(t, &Author{}, &Book{})
	must(t, db.Create(&Author{ID: 1, Name: "a"}))
	tests := []struct {
		name string
		row  any
		want error
		text string
	}{
		{"unique", &Author{Name: "a"}, gorm.ErrDuplicatedKey, "authors.name"},
		{"primary key", &Author{ID: 1, Name: "b"}, gorm.ErrDuplicatedKey, "authors.id"},
		{"foreign key", &Book{AuthorID: 99}, gorm.ErrForeignKeyViolated, "FOREIGN KEY"},
		{"check", &Author{}, gorm.ErrCheckConstraintViolated, "chk_authors_name"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := db.Create(test.row).Error
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("got %v", err)
			}
		})
	}
	if err := db.First(&Author{}, 99).Error; !errors.Is(err, gorm.ErrRecordNotFound) {
		t.Errorf("got %v", err)
	}
	if err := db.Exec("SELEC").Error; err == nil || errors.Is(err, gorm.ErrDuplicatedKey) {
		t.Errorf("got %v", err)
	}
}

func TestTransactions(t *testing.T) {
	db := open(t, &Author{}, &Book{})
	stop := errors.New("stop")
	err := db.Transaction(func(tx *gorm.DB) error {
		must(t, tx.Create(&Author{Name: "kept"}))
		err := tx.Transaction(func(tx *gorm.DB) error { // a savepoint
			must(t, tx.Create(&Author{Name: "undone"}))
			return stop
		})
		if !errors.Is(err, stop) {
			t.Errorf("got %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_ = db.Transaction(func(tx *gorm.DB) error {
		must(t, tx.Create(&Author{Name: "gone"}))
		return stop
	})
	var names []string
	must(t, db.Model(&Author{}).Pluck("name", &names))
	if d := cmp.Diff([]string{"kept"}, names); d != "" {
		t.Error(d)
	}
}

func TestMigrator(t *testing.T) {
	db := open(t, &Author{}, &Book{})
	m := db.Migrator()
	for what, ok := range map[string]bool{
		"table":         m.HasTable(&Author{}) && m.HasTable("AUTHORS") && !m.HasTable("nobody"),
		"column":        m.HasColumn(&Author{}, "Name") && m.HasColumn(&Author{}, "name") && !m.HasColumn(&Author{}, "nam"),
		"index":         m.HasIndex(&Author{}, "DeletedAt") || !m.HasIndex(&Author{}, "nothing"),
		"unique":        m.HasConstraint(&Author{}, "uni_authors_name"),
		"check":         m.HasConstraint(&Author{}, "chk_authors_name"),
		"foreign key":   m.HasConstraint(&Author{}, "Books"),
		"no constraint": !m.HasConstraint(&Author{}, "chk_authors"),
	} {
		if !ok {
			t.Errorf("wrong about %s", what)
		}
	}
	tables, err := m.GetTables()
	if d := cmp.Diff([]string{"author_tags", "authors", "books", "tags"}, tables); err != nil || d != "" {
		t.Errorf("%v %s", err, d)
	}
	types, err := m.ColumnTypes(&Author{})
	if err != nil || len(types) != 9 {
		t.Fatalf("%d columns, %v", len(types), err)
	}
	if nullable, _ := types[1].Nullable(); nullable || !strings.EqualFold(types[1].DatabaseTypeName(), "text") {
		t.Errorf("got %+v", types[1])
	}

	// A second run adds what is new, and refuses to change what is there.
	if err := db.Table("books").AutoMigrate(&struct {
		ID    uint
		Title string
		Pages int `gorm:"index:idx_pages"`
	}{}); err != nil {
		t.Fatal(err)
	}
	if !m.HasColumn(&Book{}, "pages") || !m.HasIndex(&Book{}, "idx_pages") {
		t.Error("the new column or its index is missing")
	}
	err = db.Table("books").AutoMigrate(&struct {
		ID    uint
		Title int
	}{})
	if err == nil || !strings.Contains(err.Error(), `column "title" is TEXT in the database and integer in the model`) {
		t.Errorf("got %v", err)
	}
	if err := m.DropIndex("books", "idx_pages"); err != nil {
		t.Error(err)
	}
	if err := m.DropTable(&Author{}, &Book{}, "author_tags"); err != nil {
		t.Error(err)
	}
	if m.HasTable(&Author{}) || m.HasTable(&Book{}) {
		t.Error("not dropped")
	}
}

func TestQuote(t *testing.T) {
	tests := []struct{ name, want string }{
		{"a", "`a`"},
		{"a.b", "`a`.`b`"},
		{"`a`.b", "`a`.`b`"},
		{"`a.b`.c", "`a.b`.`c`"},
		{`"a"`, `"a"`},
		{`"a`, "`\"a`"},
		{"a`b", "`a``b`"},
		{"`a", "```a`"},
		{"a b", "`a b`"},
		{"", "``"},
		{"100%s", "`100%s`"},
		{"`a``b`", "`a``b`"},
		{"`", "````"},
		{"``", "``````"},
		{"a.", "`a`.``"},
		{"`a`.", "```a```.``"},
		{"🐦", "`🐦`"},
	}
	for _, test := range tests {
		var b strings.Builder
		sqlite.Dialector{}.QuoteTo(&b, test.name)
		if b.String() != test.want {
			t.Errorf("%s: got %s, want %s", test.name, b.String(), test.want)
		}
	}
}

type odd struct {
	ID    int    `gorm:"column:i d"`
	Order string `gorm:"column:or\"der;index:my index;check:my-check,\"or\"\"der\" <> 'x'"`
	Group int    `gorm:"column:100%s;default:3"`
}

func (odd) TableName() string { return "a table" }

// Names that need quoting, in every place where GORM writes one.
func TestNames(t *testing.T) {
	db := open(t, &odd{})
	row := odd{Order: "v"}
	must(t, db.Create(&row))
	if row.ID != 1 || row.Group != 3 {
		t.Errorf("got %+v", row)
	}
	var back odd
	must(t, db.Where(&odd{Order: "v"}).First(&back))
	if back != row {
		t.Errorf("got %+v, want %+v", back, row)
	}
}

func TestInitialize(t *testing.T) {
	if _, err := gorm.Open(sqlite.Open(nil), &gorm.Config{Logger: logger.Discard}); err == nil {
		t.Error("no error without a connection")
	}
	live := comparetest.Absent(t)
	if err := live.PingContext(context.Background()); err == nil {
		t.Fatal("the database exists")
	}
	if _, err := gorm.Open(sqlite.Open(live), &gorm.Config{Logger: logger.Discard, DisableAutomaticPing: true}); err != nil {
		t.Errorf("a query was run: %v", err)
	}
}
