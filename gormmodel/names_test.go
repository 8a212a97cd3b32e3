package gormmodel_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	gs "gorm.io/gorm/schema"

	"github.com/whimbreldb/whimbrel/gormmodel"
	"github.com/whimbreldb/whimbrel/gormmodel/sqlite"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
)

type mainOwner struct {
	ID   int
	Tags []mainTag `gorm:"many2many:owner_tags"`
}

type mainTag struct {
	ID      int
	OwnerID *int
	Owner   *mainOwner
	Hidden  string `gorm:"-:migration"`
}

func (mainOwner) TableName() string { return "main.owners" }
func (mainTag) TableName() string   { return "MAIN.tags" }

// main is what SQLite calls the database file; GORM queries main.owners there,
// which is the table owners.
func TestMainPrefix(t *testing.T) {
	db := offline(t, &gorm.Config{NamingStrategy: gs.NamingStrategy{TablePrefix: "main."}})
	m := load(t, db, &mainOwner{}, &mainTag{}, &Product{})
	var got []string
	for _, table := range m.Schema.Tables {
		for _, f := range table.ForeignKeys {
			got = append(got, table.Name+" to "+f.RefTable)
		}
		if len(table.ForeignKeys) == 0 {
			got = append(got, table.Name)
		}
	}
	want := "owners, tags to owners, owner_tags to owners, owner_tags to tags, products"
	if strings.Join(got, ", ") != want || strings.Join(m.Keep, " ") != "tags.hidden" {
		t.Errorf("got %q, keep %q", got, m.Keep)
	}

	live := comparetest.Open(t)
	for _, s := range comparetest.Statements(t, m.Schema) {
		if _, err := live.Exec(s); err != nil {
			t.Fatalf("%v: %s", err, s)
		}
	}
	app, err := gorm.Open(sqlite.Open(live), &gorm.Config{
		Logger: logger.Discard, NamingStrategy: gs.NamingStrategy{TablePrefix: "main."},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Omit("Tags.Hidden").Create(&mainOwner{Tags: []mainTag{{}}}).Error; err != nil {
		t.Errorf("the application cannot use the tables: %v", err)
	}
	var back mainOwner
	if err := app.Preload("Tags", func(db *gorm.DB) *gorm.DB { return db.Select("id") }).First(&back).Error; err != nil || len(back.Tags) != 1 {
		t.Errorf("got %+v, %v", back, err)
	}
}

type versioned[T any] struct {
	ID int
	V  T
}

type elsewhere struct{ ID int }

func (elsewhere) TableName() string { return "other.things" }

type dotted struct{ ID int }

func (dotted) TableName() string { return "main.a.b" }

type dottedJoin struct {
	ID   int
	Tags []Product `gorm:"many2many:a.b"`
}

type sameColumn struct {
	ID   int
	Name string
	Part casePart `gorm:"embedded;embeddedPrefix:N"`
}

type casePart struct {
	X int `gorm:"column:AME"`
}

type sameColumnFirst struct {
	ID   int
	Seen int `gorm:"column:seen"`
}

type sameColumnSecond struct {
	ID   int
	Seen int `gorm:"column:Seen"`
}

func (sameColumnFirst) TableName() string  { return "seens" }
func (sameColumnSecond) TableName() string { return "seens" }

type badChecks struct {
	ID int
	A  int `gorm:"check:my check,a > 0"`
	B  int `gorm:"check:chk_b,"`
	C  int `gorm:"check:c.x,c IN (1,2)"`
	D  int `gorm:"check:d IN (1,2) AND d <> ARRAY[1,2][1] AND ',' <> 'x'"`
	E  int `gorm:"check:e-1,e > 0"`
}

type emptyComposite struct {
	ID int
	A  int `gorm:"index:,composite"`
}

// What cannot work is an error that names model and field.
func TestCannotWork(t *testing.T) {
	tests := []struct {
		name   string
		models []any
		want   []string
	}{
		{"generic", []any{&versioned[time.Time]{}}, []string{
			`gormmodel_test.versioned[time.Time]: the table name "versioned[time._time]" has a dot`,
		}},
		{"another schema", []any{&elsewhere{}}, []string{
			`gormmodel_test.elsewhere: the table name "other.things" has a dot: GORM would query table "things" of schema "other"`,
		}},
		{"two dots", []any{&dotted{}}, []string{`gormmodel_test.dotted: the table name "main.a.b" has a dot`}},
		{"join table", []any{&dottedJoin{}, &Product{}}, []string{`gormmodel_test.dottedJoin.Tags: the table name "a.b" has a dot`}},
		{"columns", []any{&sameColumn{}}, []string{
			`gormmodel_test.sameColumn.Part.X: column "NAME" and column "name" differ in case alone: sqlite has one column for both`,
		}},
		{"columns of two models", []any{&sameColumnFirst{}, &sameColumnSecond{}}, []string{
			`gormmodel_test.sameColumnFirst.Seen: column "seen" and column "Seen" differ in case alone`,
		}},
		{"checks", []any{&badChecks{}}, []string{
			`gormmodel_test.badChecks.A: the check "my check,a > 0" is no condition`,
			`gormmodel_test.badChecks.B: the check "chk_b," has no condition`,
			`gormmodel_test.badChecks.C: the check "c.x,c IN (1,2)" is no condition`,
		}},
		{"composite index", []any{&emptyComposite{}}, []string{
			`gormmodel_test.emptyComposite.A: the index option composite has no value`,
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := gormmodel.Models(offline(t, nil), test.models...).Load()
			if err == nil {
				t.Fatal("no error")
			}
			if lines := strings.Split(err.Error(), "\n"); len(lines) != len(test.want) {
				t.Errorf("%d errors, want %d:\n%v", len(lines), len(test.want), err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("no %q in:\n%v", want, err)
				}
			}
		})
	}
}

// What a name means depends on the database.
func TestNamesElsewhere(t *testing.T) {
	for name, want := range map[string][]string{
		"mysql": {
			`gormmodel_test.dotted: the table name "main.a.b" has a dot`,
			`gormmodel_test.sameColumn.Part.X: column "NAME" and column "name" differ in case alone: mysql has one column for both`,
		},
		"postgres": {`gormmodel_test.dotted: the table name "main.a.b" has a dot`},
	} {
		db, err := gorm.Open(namedDialector{otherDialector{sqlite.Dialector{Conn: comparetest.Absent(t)}}, name},
			&gorm.Config{DisableAutomaticPing: true, Logger: logger.Discard, IgnoreRelationshipsWhenMigrating: true})
		if err != nil {
			t.Fatal(err)
		}
		_, err = gormmodel.Models(db, &mainOwner{}, &dotted{}, &sameColumn{}).Load()
		if err == nil {
			t.Fatalf("%s: no error", name)
		}
		lines := strings.Split(err.Error(), "\n")
		slices.Sort(lines)
		for i, line := range lines {
			if i >= len(want) || !strings.HasPrefix(line, want[i]) {
				t.Errorf("%s: got %s", name, line)
			}
		}
		if len(lines) != len(want) {
			t.Errorf("%s: %d errors, want %d", name, len(lines), len(want))
		}
	}
}

type namedDialector struct {
	otherDialector
	name string
}

func (d namedDialector) Name() string { return d.name }

// Of two checks with one name the last is used, however often it is asked.
func TestOneCheckName(t *testing.T) {
	type Twice struct {
		ID int
		A  int `gorm:"check:chk_it,a > 0"`
		B  int `gorm:"check:chk_it,b > 0"`
		C  int `gorm:"check:chk_it,c IN (1,2)"`
	}
	for range 20 {
		m := load(t, offline(t, nil), &Twice{})
		if checks := m.Schema.Tables[0].Checks; len(checks) != 1 || checks[0].Expr.Text != "c IN (1,2)" {
			t.Fatalf("got %+v", checks)
		}
		checkWarnings(t, m.Warnings, []string{
			`gormmodel_test.Twice.A: the check "chk_it" is lost: field C has one of the same name`,
			`gormmodel_test.Twice.B: the check "chk_it" is lost: field C has one of the same name`,
		})
	}
}

type leftJoin struct {
	ID   int
	Tags []Product `gorm:"many2many:all_tags"`
}

type rightJoin struct {
	ID   int
	Tags []Product `gorm:"many2many:all_tags"`
}

type allTags struct {
	LeftJoinID, RightJoinID, ProductID int
}

func (allTags) TableName() string { return "all_tags" }

// One join table for the relations of two models is made for one of them.
func TestSharedJoinTable(t *testing.T) {
	m := load(t, offline(t, nil), &rightJoin{}, &leftJoin{}, &Product{})
	checkWarnings(t, m.Warnings, []string{
		`gormmodel_test.rightJoin.Tags: the join table "all_tags" has the columns product_id, right_join_id here, ` +
			`and left_join_id, product_id for gormmodel_test.leftJoin.Tags: GORM makes it for one of the two`,
	})
	for _, w := range load(t, offline(t, nil), &rightJoin{}, &leftJoin{}, &Product{}, &allTags{}).Warnings {
		if strings.Contains(w.Text, "join table") {
			t.Errorf("a model has all the columns: %s", w)
		}
	}
}
