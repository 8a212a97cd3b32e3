package whimbrel_test

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/journal"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

// grown is a database that was made of models, and changed by hand.
type grown struct {
	*testing.T
	server *dbtest.Server
	models schema.Schema
	db     *sql.DB
}

func newGrown(t *testing.T, s *dbtest.Server, models schema.Schema, byHand ...op.Op) grown {
	g := grown{t, s, models, s.Database(t)}
	made := rev("made", "", func(m *op.Script) { m.Add(diff.Diff(schema.Schema{}, models)...) }, nil)
	changed := rev("changed", "made", func(m *op.Script) { m.Add(byHand...) }, nil)
	g.upgrade(g.db, made, changed)
	for _, table := range []string{journal.VersionTable, journal.Table} {
		if _, err := g.db.Exec("DROP TABLE " + table); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

func (g grown) project(db *sql.DB, revisions ...op.Revision) *whimbrel.Project {
	g.Helper()
	p, err := whimbrel.Open(whimbrel.Config{
		History: history(revisions...), DB: db, Dialect: speaks(g.T, g.server, db), Dir: g.TempDir(),
		Models: []model.Source{source{g.models, []schema.Dialect{g.server.Dialect}}},
	})
	if err != nil {
		g.Fatal(err)
	}
	return p
}

func (g grown) upgrade(db *sql.DB, revisions ...op.Revision) {
	g.Helper()
	if _, err := g.project(db, revisions...).Upgrade(context.Background(), "head"); err != nil {
		g.Fatal(err)
	}
}

// baseline records what the database is, and returns the revision and what is
// left between it and the models.
func (g grown) baseline() (op.Revision, whimbrel.Changes) {
	g.Helper()
	b, err := g.project(g.db).Baseline(context.Background(), whimbrel.BaselineOptions{FromDB: true})
	if err != nil || !b.Stamped {
		g.Fatalf("%v\n%s", err, strings.Join(b.Drift.Lines(), "\n"))
	}
	first := rev(b.ID, "", func(m *op.Script) { m.Add(b.Changes.Ops...) }, nil)
	left, err := g.project(g.db, first).Check(context.Background())
	if err != nil || left.DriftErr != nil || !left.Drift.Empty() {
		g.Fatalf("%v, %v, %+v", err, left.DriftErr, left.Drift)
	}
	return first, left
}

// goOn migrates to the models: this database and a new one are then what the
// models make.
func (g grown) goOn(first op.Revision, answers diff.Answers) {
	g.Helper()
	w, err := g.project(g.db, first).Migrate(context.Background(), whimbrel.MigrateOptions{Answers: answers, DryRun: true})
	if err != nil {
		g.Fatal(err)
	}
	second := rev("second", first.ID, func(m *op.Script) { m.Add(w.Changes.Ops...) }, nil)
	empty, models := g.server.Database(g.T), g.server.Database(g.T)
	g.upgrade(g.db, first, second)
	g.upgrade(empty, first, second)
	g.upgrade(models, rev("models", "", func(m *op.Script) { m.Add(diff.Diff(schema.Schema{}, g.models)...) }, nil))
	want := inspected(g.T, g.server, models)
	for name, db := range map[string]*sql.DB{"the database": g.db, "a new one": empty} {
		left, err := g.project(db, first, second).Check(context.Background())
		if err != nil || left.DriftErr != nil || len(left.Ops) > 0 || !left.Drift.Empty() {
			g.Errorf("%s: %v, %v, %v, %+v", name, err, left.DriftErr, left.Ops, left.Drift)
		}
		ops, _, err := scratch.Settle(context.Background(), speaks(g.T, g.server, db), db, want, inspected(g.T, g.server, db))
		if err != nil || len(ops) > 0 {
			g.Errorf("%s is not what the models make: %q, %v", name, told(ops), err)
		}
	}
}

// told says operations in words, in the order of the alphabet.
func told(ops []op.Op) []string {
	var out []string
	for _, o := range ops {
		verb, object := op.Describe(o)
		out = append(out, verb+" "+object)
	}
	slices.Sort(out)
	return out
}

// shopModels has in it what servers write in their own way: keys without a word about
// NULL, a number with zeros behind the point, an expression, a unique constraint.
func shopModels() (customers, notes schema.Table, all schema.Schema) {
	id := schema.BigInt("id").PrimaryKey().AutoIncrement()
	customers = schema.NewTable("customers", id,
		schema.String("name", 50).NotNull(),
		schema.String("email", 100),
		schema.Decimal("credit", 10, 2).NotNull().Default(0),
		schema.String("kind", 20).Default("plain"),
		schema.Int("age"),
		schema.Unique{Name: "uni_customers_email", Parts: schema.Columns("email")},
		schema.Check{Name: "chk_customers_name", Expr: schema.Expr("name <> ''")},
		schema.Check{Name: "chk_customers_age", Expr: schema.Expr("age > 0")},
		schema.Index{Name: "idx_customers_kind", Parts: schema.Columns("kind")},
	)
	tags := schema.NewTable("tags", id, schema.String("name", 30).NotNull(), schema.Index{Name: "idx_tags_name", Unique: true, Parts: schema.Columns("name")})
	both := schema.NewTable("customer_tags", schema.BigInt("customer_id").PrimaryKey(), schema.BigInt("tag_id").PrimaryKey(),
		schema.ForeignKey{Name: "fk_customer_tags_customer", Columns: []string{"customer_id"}, RefTable: "customers", RefColumns: []string{"id"}},
		schema.ForeignKey{Name: "fk_customer_tags_tag", Columns: []string{"tag_id"}, RefTable: "tags", RefColumns: []string{"id"}},
	)
	notes = schema.NewTable("notes", id, schema.Text("body"))
	return customers, notes, schema.Schema{Tables: []schema.Table{customers, tags, both, notes}}
}

// TestBaselineFromDBIsWhatDiffers: after a baseline from the database, check
// finds what somebody has changed in it, and not how a server writes the rest.
func TestBaselineFromDBIsWhatDiffers(t *testing.T) {
	customers, notes, models := shopModels()
	credit, _ := customers.Column("credit")
	age, _ := customers.Column("age")
	kind, _ := customers.Column("kind")
	legacy := schema.NewTable("legacy", schema.BigInt("id").NotNull().PrimaryKey(), schema.BigInt("up"),
		schema.ForeignKey{Name: "fk_legacy", Columns: []string{"up"}, RefTable: "legacy", RefColumns: []string{"id"}})
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		for _, c := range []struct {
			what    string
			byHand  []op.Op
			check   []string
			answers diff.Answers
		}{
			{"nothing", nil, nil, diff.Answers{}},
			{
				"columns",
				[]op.Op{
					op.DropCheck{Table: "customers", Check: customers.Checks[1]},
					op.AddColumn{Table: "customers", Column: schema.String("nick", 20).Column()},
					op.AlterColumn{Table: "customers", From: credit, To: schema.Decimal("credit", 12, 2).NotNull().Default(0).Column()},
					op.AlterColumn{Table: "customers", From: kind, To: schema.String("kind", 20).Default("other").Column()},
					op.DropColumn{Table: "customers", Column: age},
				},
				[]string{
					"add check customers.chk_customers_age", "add column customers.age", "alter column customers.credit: type decimal(12,2) to decimal(10,2)",
					`alter column customers.kind: default "other" to "plain"`, "drop column customers.nick",
				},
				diff.Answers{Drop: []string{"customers.nick"}, NoRename: []string{"customers.nick"}},
			},
			{
				"constraints",
				[]op.Op{
					op.DropForeignKey{Table: "customer_tags", ForeignKey: models.Tables[2].ForeignKeys[0]},
					op.DropIndex{Table: "customers", Index: customers.Indexes[0]},
					op.DropCheck{Table: "customers", Check: customers.Checks[0]},
					op.DropUnique{Table: "customers", Unique: customers.Uniques[0]},
					op.AddCheck{Table: "customers", Check: schema.Check{Name: "chk_customers_name", Expr: schema.Expr("name <> 'x'")}},
					op.CreateIndex{Table: "customers", Index: schema.Index{Name: "by_hand", Unique: true, Parts: schema.Columns("name", "email")}},
				},
				[]string{
					"add check customers.chk_customers_name", "add foreign key customer_tags.fk_customer_tags_customer", "add index customers.idx_customers_kind",
					"add unique constraint customers.uni_customers_email", "drop check customers.chk_customers_name", "drop index customers.by_hand",
				},
				diff.Answers{},
			},
			{
				"tables",
				[]op.Op{op.DropTable{Table: notes}, op.CreateTable{Table: legacy}},
				[]string{"add table notes", "drop table legacy"},
				diff.Answers{Drop: []string{"legacy"}},
			},
			{
				"names", []op.Op{
					op.DropUnique{Table: "customers", Unique: customers.Uniques[0]},
					op.AddUnique{Table: "customers", Unique: schema.Unique{Name: "other", Parts: schema.Columns("email")}},
				}, nil, diff.Answers{},
			},
		} {
			t.Run(c.what, func(t *testing.T) {
				g := newGrown(t, s, models, c.byHand...)
				first, left := g.baseline()
				if got := told(left.Ops); !slices.Equal(got, c.check) {
					t.Errorf("check says\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.check, "\n"))
				}
				g.goOn(first, c.answers)
			})
		}
	})
}

// TestBaselineFromDBWithoutModels: models that the database cannot be asked
// about are no obstacle, only no help.
func TestBaselineFromDBWithoutModels(t *testing.T) {
	_, _, models := shopModels()
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		g := newGrown(t, s, models)
		tables := slices.Clone(models.Tables)
		tables[3].Checks = []schema.Check{{Name: "chk_notes", Expr: schema.Expr("no_such_function(body) > 0")}}
		g.models = schema.Schema{Tables: tables}
		_, left := g.baseline()
		if got := told(left.Ops); !slices.Contains(got, "add check notes.chk_notes") {
			t.Errorf("%q", got)
		}
	})
}

// TestObjectsOfBoth: what the models have and the history too is there once, and
// a schema is its name, however it was made.
func TestObjectsOfBoth(t *testing.T) {
	object := func(kind schema.ObjectKind, name, definition string) schema.Object {
		return schema.Object{Kind: kind, Name: name, Definition: schema.Expr(definition)}
	}
	mood := object(schema.Enum, "mood", "CREATE TYPE mood AS ENUM ('sad')")
	h := history(rev("first", "", func(m *op.Script) {
		m.CreateObject(object(schema.Namespace, "audit", "CREATE SCHEMA audit"))
		m.CreateObject(mood)
	}, nil))
	for want, definition := range map[int]string{0: mood.Definition.Text, 1: "CREATE TYPE mood AS ENUM ('sad', 'glad')"} {
		models := schema.Schema{Objects: []schema.Object{object(schema.Namespace, "audit", `CREATE SCHEMA "audit"`), object(schema.Enum, "mood", definition)}}
		p, err := whimbrel.Open(whimbrel.Config{History: h, Models: []model.Source{model.Static(models)}})
		if err != nil {
			t.Fatal(err)
		}
		if c, err := p.CheckModels(); err != nil || len(c.Ops) != want {
			t.Errorf("%q, %v; want %d", told(c.Ops), err, want)
		}
	}
}

// TestNamespaceOfTwoSources: two sources that have tables in one schema make it
// once.
func TestNamespaceOfTwoSources(t *testing.T) {
	audit := model.Static(schema.Schema{Objects: []schema.Object{
		{Kind: schema.Namespace, Name: "audit", Definition: schema.Expr("CREATE SCHEMA audit")},
	}})
	p, err := whimbrel.Open(whimbrel.Config{History: history(), Models: []model.Source{audit, audit}})
	if err != nil {
		t.Fatal(err)
	}
	if c, err := p.CheckModels(); err != nil || len(c.Ops) != 1 {
		t.Errorf("%q, %v", told(c.Ops), err)
	}
}
