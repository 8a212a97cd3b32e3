package bunmodel_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"
	bs "github.com/uptrace/bun/schema"

	"github.com/whimbreldb/whimbrel/bunmodel"
	"github.com/whimbreldb/whimbrel/bunmodel/internal/offline"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
	"github.com/whimbreldb/whimbrel/schema"
)

// models of which something does not do what it seems to.
type (
	misspelt struct {
		bun.BaseModel `bun:"table:misspelt,alais:m"`
		ID            int64  `bun:"pk,autoincrement"`
		Name          string `bun:",notnul,index"`
		Sorted        string `bun:"type:text COLLATE \"nocase\""`
		Kept          string `bun:"type:varchar(5) CHECK (\"kept\" <> 'x')"`
	}
	ruled struct {
		ID       int64    `bun:",pk"`
		ParentID int64    `bun:",nullzero"`
		Parent   *ruled   `bun:"rel:belongs-to,join:parent_id=id,on_delete:cascade"`
		Children []*ruled `bun:"rel:has-many,join:id=parent_id"`
	}
	burned struct {
		ID       int64   `bun:",pk"`
		ParentID int64   `bun:",nullzero"`
		Parent   *burned `bun:"rel:belongs-to,join:parent_id=id,on_delete:burn"`
	}
	counting struct {
		A int64 `bun:",pk,autoincrement"`
		B int64 `bun:",pk"`
	}
	identified struct {
		ID int64 `bun:",pk,identity"`
	}
	shapeless struct {
		ID    int64 `bun:",pk"`
		Thing any
	}
	cased struct {
		ID int64 `bun:",pk"`
		A  int   `bun:"Name"`
		B  int   `bun:"name"`
	}
	lonely struct {
		ID    int64    `bun:",pk"`
		Roles []*label `bun:"m2m:lonely_labels,join:Lonely=Label"`
	}
	label struct {
		ID int64 `bun:",pk"`
	}
	dotted struct {
		bun.BaseModel `bun:"table:audit.logs"`
		ID            int64 `bun:",pk"`
	}
	asking struct {
		ID int64 `bun:",pk"`
	}
	busy struct {
		ID   int64 `bun:",pk"`
		Name string
	}
	referring struct {
		ID      int64  `bun:",pk"`
		LabelID int64  `bun:",nullzero"`
		Label   *label `bun:"rel:belongs-to,join:label_id=id"`
	}
	item struct {
		ID   int64 `bun:",pk"`
		Name string
	}
	jumpy  struct{ ID int64 }
	mapped struct {
		ID   int64 `bun:",pk"`
		Meta map[string]string
	}
)

func (*asking) AfterCreateTable(ctx context.Context, q *bun.CreateTableQuery) error {
	if bunmodel.Recording(ctx) && os.Getenv("ASK") == "" {
		return nil
	}
	_, err := q.DB().NewSelect().Table("askings").Count(ctx)
	return err
}

func (*busy) AfterCreateTable(ctx context.Context, q *bun.CreateTableQuery) error {
	db := q.DB()
	if _, err := db.NewInsert().Model(&busy{ID: 1, Name: "first; second"}).Exec(ctx); err != nil {
		return err
	}
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.NewCreateIndex().Table("busies").Index("busies_name_idx").Column("name").Exec(ctx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "GRANT ALL ON busies TO somebody")
		return err
	})
}

func (*jumpy) BeforeCreateTable(context.Context, *bun.CreateTableQuery) error { panic("jump") }

// on returns a source for the dialects, the first of which is open.
func on(t testing.TB, dialects []schema.Dialect, models ...any) bunmodel.Source {
	t.Helper()
	own := func() bs.Dialect { return offline.For(dialects[0]) }
	return bunmodel.Models(bunmodel.Open(testApp{comparetest.Absent(t), dialects[0]}, own()), models...).For(dialects...)
}

var (
	lite  = []schema.Dialect{schema.SQLite}
	my    = []schema.Dialect{schema.MySQL}
	three = []schema.Dialect{schema.SQLite, schema.Postgres, schema.MySQL}
)

func TestWarnings(t *testing.T) {
	for _, test := range []struct {
		source bunmodel.Source
		want   []string
	}{
		{on(t, lite, (*misspelt)(nil)), []string{
			`bunmodel_test.misspelt.BaseModel: unknown option "alais": did you mean "alias"?`,
			`bunmodel_test.misspelt.ID: the first word of a tag is the name of the column, so it is called "pk": write ",pk"`,
			`bunmodel_test.misspelt.Name: unknown option "index": no tag of Bun says that; a hook AfterCreateTable can`,
			`bunmodel_test.misspelt.Name: unknown option "notnul": did you mean "notnull"?`,
			`bunmodel_test.misspelt.Sorted: of type Bun reads what stands in the double quotes alone, and "text COLLATE" is lost: without them, or within parentheses, nothing is`,
		}},
		{on(t, lite, (*ruled)(nil)), []string{"bunmodel_test.ruled.Parent: on_delete does nothing: there is no foreign key without WithForeignKeys"}},
		{on(t, lite, (*ruled)(nil)).WithForeignKeys(), nil},
		{on(t, three, (*counting)(nil)), []string{"bunmodel_test.counting.A: it counts on no dialect: SQLite counts up a key of one integer column only"}},
		{on(t, three, (*identified)(nil)), []string{
			"bunmodel_test.identified.ID: identity is PostgreSQL's: on MySQL Bun makes an ordinary column of it, which counts in the tables made here; autoincrement,identity counts everywhere",
		}},
		{on(t, my, (*mapped)(nil)), []string{"bunmodel_test.mapped.Meta: on MySQL Bun makes a VARCHAR(255) of it, which takes no longer JSON: give the field type:json"}},
		{on(t, lite, (*asking)(nil)), nil},
		{on(t, lite, (*busy)(nil)), []string{
			`bunmodel_test.busy: a hook of CreateTable runs "GRANT ALL ON busies TO somebody", which is not part of the schema`,
			`bunmodel_test.busy: a hook of CreateTable runs "INSERT INTO \"busies\" (\"id\", \"name\") VALUES (1, 'first; second')", which is not part of the schema`,
		}},
	} {
		m := load(t, test.source)
		var got []string
		for _, w := range m.Warnings {
			got = append(got, w.String())
		}
		if d := cmp.Diff(test.want, got); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	}
	m := load(t, on(t, lite, (*busy)(nil)))
	if _, ok := m.Schema.Tables[0].Index("busies_name_idx"); !ok {
		t.Error("the index that a hook makes in a transaction is missing")
	}
}

func TestErrors(t *testing.T) {
	t.Setenv("ASK", "yes")
	for _, test := range []struct {
		source bunmodel.Source
		want   string
	}{
		{bunmodel.Models(nil), "bun models: there is no *bun.DB"},
		{on(t, lite, 1), "int: a model is a pointer to a struct"},
		{on(t, lite, label{}), "bunmodel_test.label: a model is a pointer to a struct"},
		{on(t, lite, (*burned)(nil)), "bunmodel_test.burned.Parent: on_delete:burn is no rule: the rules are cascade, restrict, set null, set default, no action"},
		{on(t, three, (*shapeless)(nil)), "bunmodel_test.shapeless.Thing: Bun has no column type for interface {} on postgres: give the field one with type:"},
		{on(t, lite, (*cased)(nil)), `bunmodel_test.cased.B: column "name" and column "Name" are one on sqlite: the names differ in case alone`},
		{on(t, lite, (*lonely)(nil), (*label)(nil)), "bunmodel_test.lonely: can't find m2m lonely_labels table (use db.RegisterModel)"},
		{on(t, lite, (*dotted)(nil)), `bunmodel_test.dotted: the table name "audit.logs" has a dot: on SQLite that is table "logs" of another database, "audit"; name the table without one`},
		{on(t, lite, (*asking)(nil)), "bunmodel_test.asking: a hook of CreateTable asks the database, and there is none while models are mapped; " +
			"what it needs rows for, it can leave out where bunmodel.Recording(ctx) says so"},
		{on(t, lite, (*referring)(nil)).WithForeignKeys(), `bunmodel_test.referring: the foreign key over label_id refers to the table "labels", whose model is not listed`},
		{on(t, lite, (*jumpy)(nil)), "bunmodel_test.jumpy: a hook of CreateTable panics: jump"},
		{on(t, lite, (*label)(nil)).For("oracle"), `bun models: no dialect is called "oracle"`},
		{bunmodel.Models(open(comparetest.Absent(t)), (*label)(nil)).For(schema.Postgres), "bun models: the database is one of sqlite, and the models are for postgres: name every dialect that the application uses"},
		{bunmodel.Models(open(comparetest.Absent(t)), (*label)(nil)).With(nil), "bun models: a dialect is nil"},
	} {
		_, err := test.source.Load()
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
}

// A shellApp is an application with a shell.
type shellApp struct {
	testApp
	given map[string]any
}

func (a shellApp) Provide(name string, value any) { a.given[name] = value }

// Opening runs no query and makes no file, and what cannot work is an error of
// every query.
func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.db")
	live := comparetest.OpenFile(t, path)
	db := open(live)
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("opening made the file: %v", err)
	}
	create(t, db, false, (*label)(nil), (*item)(nil))
	many := []item{{ID: 2, Name: `it's "two"`}, {ID: 3, Name: "three"}}
	if _, err := db.NewInsert().Model(&many).Returning("id").Exec(context.Background()); err != nil {
		t.Fatal(err)
	}
	var got []item
	if err := db.NewSelect().Model(&got).Where("id > ?", 1).Order("id").Scan(context.Background()); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(many, got); d != "" {
		t.Errorf("(-written +read):\n%s", d)
	}

	absent := comparetest.Absent(t)
	names := shellApp{testApp{absent, schema.SQLite}, map[string]any{}}
	if db := bunmodel.Open(names); names.given["db"] != db {
		t.Errorf("the shell knows %v", names.given)
	}
	for _, test := range []struct {
		app  testApp
		give []bs.Dialect
		want string
	}{
		{testApp{nil, schema.SQLite}, nil, "bun: the application has no database"},
		{testApp{absent, schema.Postgres}, nil, "bun: no dialect for \"postgres\" here: import \"github.com/uptrace/bun/dialect/pgdialect\", and open Bun with\nbunmodel.Open(a, pgdialect.New())"},
		{testApp{absent, schema.MariaDB}, []bs.Dialect{nil}, "bunmodel.Open(a, mysqldialect.New())"},
		{testApp{absent, "oracle"}, nil, `bun: no dialect for "oracle" here: give one`},
		{testApp{absent, schema.Postgres}, []bs.Dialect{offline.For(schema.MySQL)}, "bun: the dialect is for mysql, and the database is one of postgres"},
		{testApp{absent, schema.SQLite}, []bs.Dialect{offline.For(schema.SQLite), offline.For(schema.SQLite)}, "bun: one dialect, not several"},
	} {
		db := bunmodel.Open(test.app, test.give...)
		if _, err := db.NewSelect().Model(&got).Exec(context.Background()); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("a query: %v", err)
		}
		if _, err := bunmodel.Models(db, (*label)(nil)).Load(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("Load: %v", err)
		}
	}
}

// An error of a query is that of the database, also where its dialect asks for
// the version first.
func TestAbsentServer(t *testing.T) {
	db := bunmodel.Open(testApp{sql.OpenDB(refuses{}), schema.MySQL}, offline.For(schema.MySQL))
	for range 3 {
		if _, err := db.NewDelete().Table("labels").Where("id = 1").Exec(context.Background()); !errors.Is(err, errRefused) {
			t.Errorf("got %v", err)
		}
	}
}
