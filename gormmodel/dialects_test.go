package gormmodel_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/whimbreldb/whimbrel/gormmodel"
	drivers "github.com/whimbreldb/whimbrel/gormmodel/internal/offline"
	"github.com/whimbreldb/whimbrel/gormmodel/internal/tricky"
	"github.com/whimbreldb/whimbrel/gormmodel/sqlite"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/schema"
)

// An application with several databases says so in its revisions only where
// GORM writes something else than the neutral type.
func TestFor(t *testing.T) {
	type Item struct {
		gorm.Model
		Code  string  `gorm:"size:20;uniqueIndex:idx_live,where:deleted_at IS NULL;comment:the code"`
		Tag   string  `gorm:"unique"`
		Price float64 `gorm:"default:1.5"`
		Ratio float32 `gorm:"precision:6;scale:3"`
		Path  string  `gorm:"size:9;default:a\\b"`
		Name  string  `gorm:"type:varchar(30) COLLATE NOCASE"`
	}
	source := gormmodel.Models(offline(t, nil), &Item{}).For(schema.MariaDB, schema.SQLite, schema.Postgres)
	m, err := source.Load()
	if err != nil {
		t.Fatal(err)
	}
	time := func(name string) schema.ColumnDef { return schema.DateTime(name).On(schema.MySQL, "datetime(3)") }
	want := schema.NewTable("items",
		schema.BigInt("id").Unsigned().On(schema.Postgres, "bigserial").AutoIncrement().PrimaryKey(),
		time("created_at"), time("updated_at"), time("deleted_at"),
		schema.String("code", 20).Comment("the code"),
		schema.Text("tag").On(schema.MySQL, "varchar(191)"),
		schema.Double("price").On(schema.Postgres, "decimal").Default(1.5),
		schema.Decimal("ratio", 6, 3),
		schema.String("path", 9).Default(`a\b`).DefaultOn(schema.MySQL, `'a\b'`),
		schema.String("name", 30).Collate(schema.SQLite, "NOCASE"),
		schema.Unique{Name: "uni_items_tag", Parts: schema.Columns("tag")},
		schema.Index{Name: "idx_items_deleted_at", Parts: schema.Columns("deleted_at")},
		schema.Index{
			Name: "idx_live", Unique: true, Parts: schema.Columns("code"),
			Where: schema.SQL{}.On(schema.SQLite, "deleted_at IS NULL").On(schema.Postgres, "deleted_at IS NULL"),
		},
	)
	if d := cmp.Diff(schema.Schema{Tables: []schema.Table{want}}, m.Schema); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	checkWarnings(t, m.Warnings, []string{
		"gormmodel_test.Item.Code: index \"idx_live\": MySQL has no partial indexes, the index covers every row: what is unique among some of them must be so among all",
		"gormmodel_test.Item.Name: the collation NOCASE is not one of mysql: there the default one is used",
		"gormmodel_test.Item.Name: the collation NOCASE is not one of postgres: there the default one is used",
	})

	// The answer is that of every order, and for SQLite alone it is as ever.
	again, err := gormmodel.Models(offline(t, nil), &Item{}).For(schema.Postgres).For(schema.MySQL, schema.SQLite, schema.SQLite).Load()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(m, again); d != "" {
		t.Errorf("another order:\n%s", d)
	}
	alone, err := gormmodel.Models(offline(t, nil), tricky.All()...).For(schema.SQLite).Load()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(load(t, offline(t, nil), tricky.All()...), alone); d != "" {
		t.Errorf("SQLite alone:\n%s", d)
	}
}

type longColumn struct {
	ID int
	X  string `gorm:"column:ünd_und_und_und_und_und_und_und_und_und_und_und_und_und_und_und_u"`
	Y  string `gorm:"column:ünd_und_und_und_und_und_und_und_und_und_und_und_und_und_und_und_"`
}

// For and With change a copy.
func TestForCopies(t *testing.T) {
	base := gormmodel.Models(offline(t, nil), &Product{})
	named := base.For(schema.SQLite)
	first, second := named.For(schema.Postgres), named.For(schema.MySQL)
	for name, source := range map[string]gormmodel.Source{"": base, "bigserial": first, "-": second} {
		m, err := source.Load()
		if err != nil {
			t.Fatal(err)
		}
		id, _ := m.Schema.Tables[0].Column("id")
		if got := id.Type.Variants.Postgres; got != strings.TrimPrefix(name, "-") {
			t.Errorf("%q: got %q", name, got)
		}
	}
}

type shouting struct{ gorm.Dialector }

func (s shouting) Apply(*gorm.Config) error { return nil }

func TestForErrors(t *testing.T) {
	db := offline(t, nil)
	tests := []struct {
		name   string
		source gormmodel.Source
		want   string
	}{
		{"unknown", gormmodel.Models(db, &Product{}).For("oracle"), `gorm models: no dialect is called "oracle"`},
		{
			"not that of the database", gormmodel.Models(db, &Product{}).For(schema.Postgres, schema.MariaDB),
			"gorm models: the database is one of sqlite, and the models are for postgres, mysql: name every dialect that the application uses",
		},
		{"nil", gormmodel.Models(db, &Product{}).With(nil), "gorm models: a dialector is nil"},
		{
			"no type", gormmodel.Models(db, &dashColumn{}).For(schema.SQLite, schema.MySQL),
			"gormmodel_test.dashColumn.X: the column has no type: SQLite alone allows that",
		},
		{
			"long table", gormmodel.Models(db, &tricky.AnotherModelWithANameThatIsLongerThanIdentifiersMayBe{}).For(schema.SQLite, schema.Postgres),
			`tricky.AnotherModelWithANameThatIsLongerThanIdentifiersMayBe: the name of the table "another_model_with_a_name_that_is_longer_than_identifiers_may_bes" is longer than the 63 bytes that PostgreSQL takes`,
		},
		{
			"long column", gormmodel.Models(db, &longColumn{}).For(schema.SQLite, schema.MySQL),
			`gormmodel_test.longColumn.X: the name of the column "ünd_und_und_und_und_und_und_und_und_und_und_und_und_und_und_und_u" is longer than the 64 letters that MySQL takes`,
		},
		{
			"dot", gormmodel.Models(db, &mainOwner{}, &mainTag{}).For(schema.SQLite, schema.Postgres),
			`gormmodel_test.mainOwner: the table name "main.owners" has a dot`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := test.source.Load()
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	m, err := gormmodel.Models(db, &Product{}).For(schema.SQLite).With(shouting{drivers.For(schema.Postgres)}).Load()
	if err != nil {
		t.Fatal(err)
	}
	if id, _ := m.Schema.Tables[0].Column("id"); id.Type.Variants.Postgres != "bigserial" {
		t.Errorf("a driver names its dialect: got %+v", id)
	}
}

type inNamespace struct {
	ID   int
	Kind string `gorm:"size:9;index"`
	Of   *inNamespace
	OfID *int
}

func (inNamespace) TableName() string { return "audit.events" }

type inPublic struct{ ID int }

func (inPublic) TableName() string { return "public.things" }

// GORM reads a dot in the name of a table as that of its schema, which is what
// it is on PostgreSQL and MySQL.
func TestNamespace(t *testing.T) {
	for name, want := range map[schema.Dialect]string{
		schema.Postgres: "audit.events, things",
		schema.MySQL:    "audit.events, public.things",
	} {
		db, err := gorm.Open(drivers.For(name), &gorm.Config{DisableAutomaticPing: true, ConnPool: comparetest.Absent(t)})
		if err != nil {
			t.Fatal(err)
		}
		m := load(t, db, &inNamespace{}, &inPublic{})
		var got []string
		for _, table := range m.Schema.Tables {
			got = append(got, table.Name)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s: got %q", name, got)
		}
		objects := 0
		if name == schema.Postgres {
			objects = 1
		}
		if len(m.Schema.Objects) != objects || objects == 1 && m.Schema.Objects[0].String() != "schema audit" {
			t.Errorf("%s: got %+v", name, m.Schema.Objects)
		}
		events, _ := m.Schema.Table("audit.events")
		if len(events.ForeignKeys) != 1 || events.ForeignKeys[0].RefTable != "audit.events" || events.Indexes[0].Name != "idx_audit_events_kind" {
			t.Errorf("%s: got %+v", name, events)
		}
	}
}

// What the indexes and the options of a table are on MySQL.
func TestMySQLTable(t *testing.T) {
	type Row struct {
		ID   int
		Body string `gorm:"type:text;index:idx_body,class:FULLTEXT;index:idx_part,length:10;index:idx_long"`
		Low  string `gorm:"size:20;index:idx_low,expression:(lower(low))"`
		Hash string `gorm:"size:20;index:idx_hash,type:hash,comment:why"`
	}
	db, err := gorm.Open(drivers.For(schema.MySQL), &gorm.Config{DisableAutomaticPing: true, ConnPool: comparetest.Absent(t)})
	if err != nil {
		t.Fatal(err)
	}
	m := load(t, db.Set("gorm:table_options", "ENGINE=MyISAM, DEFAULT CHARSET latin1 COLLATE=latin1_bin ROW_FORMAT=dynamic AVG_ROW_LENGTH=3 x"), &Row{})
	want := schema.MySQLTable{Engine: "MyISAM", Charset: "latin1", Collation: "latin1_bin", RowFormat: "DYNAMIC"}
	if d := cmp.Diff(want, m.Schema.Tables[0].Options.MySQL); d != "" {
		t.Errorf("options:\n%s", d)
	}
	checkWarnings(t, m.Warnings, []string{
		`gormmodel_test.Row: the table option "AVG_ROW_LENGTH=3" is not part of the schema`,
		`gormmodel_test.Row: the table option "x" is not part of the schema`,
		`gormmodel_test.Row.Body: index "idx_long": MySQL cannot index a text without a length: give the field a size`,
		`gormmodel_test.Row.Hash: index "idx_hash": GORM leaves out type:hash on MySQL when it makes the table`,
		`gormmodel_test.Row.Low: index "idx_low": MariaDB has no indexes over expressions`,
	})
	hash, _ := m.Schema.Tables[0].Index("idx_hash")
	if hash.Method != (schema.Variants{}) || hash.Comment != "why" {
		t.Errorf("got %+v", hash)
	}
}

var (
	_ model.Source   = gormmodel.Source{}
	_ gorm.Dialector = sqlite.Dialector{}
)
