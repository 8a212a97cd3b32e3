package whimbrel_test

import (
	"context"
	"testing"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestKeyIsNeverNull: a column of a primary key is NOT NULL on every server,
// whatever is said of it. So a change of that alone is nothing to do there, and
// is done. On SQLite it is a change.
func TestKeyIsNeverNull(t *testing.T) {
	ctx := context.Background()
	a, b := schema.BigInt("a").NotNull(), schema.BigInt("b").NotNull()
	h := history(
		rev("first", "", func(m *op.Script) { m.CreateTable("t", a.PrimaryKey(), b.PrimaryKey()) }, nil),
		rev("looser", "first",
			func(m *op.Script) { m.AlterColumn("t", b, schema.BigInt("b")) },
			func(m *op.Script) { m.AlterColumn("t", schema.BigInt("b"), b) }),
		// Out of the key, it is what was said last.
		rev("out", "looser",
			func(m *op.Script) {
				m.AlterPrimaryKey("t", schema.PrimaryKey{Parts: schema.Columns("a", "b")}, schema.PrimaryKey{Parts: schema.Columns("a")})
			},
			func(m *op.Script) {
				m.AlterPrimaryKey("t", schema.PrimaryKey{Parts: schema.Columns("a")}, schema.PrimaryKey{Parts: schema.Columns("a", "b")})
			}),
	)
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		db := s.Database(t)
		d := speaks(t, s, db)
		p, err := whimbrel.Open(whimbrel.Config{History: h, DB: db, Dialect: d, Dir: folder(t)})
		if err != nil {
			t.Fatal(err)
		}
		nullable := func() bool {
			table, _ := inspected(t, s, db).Table("t")
			c, ok := table.Column("b")
			return ok && !c.NotNull
		}
		lite := s.Dialect == schema.SQLite
		if _, err := p.Upgrade(ctx, "first"); err != nil {
			t.Fatal(err)
		}
		steps, err := p.Plan(ctx, "looser", false)
		if err != nil || len(steps) != 1 || (len(steps[0].Parts) > 0) != lite {
			t.Errorf("%+v, %v", steps, err)
		}
		for _, o := range []op.Op{op.AlterColumn{Table: "t", From: b.Column(), To: schema.BigInt("b").Column()}, op.AlterColumn{Table: "t", From: schema.BigInt("b").Column(), To: b.Column()}} {
			if got, err := d.Probe(ctx, db, o); !lite && (got != dialect.Applied || err != nil) {
				t.Errorf("the probe says %d, %v", got, err)
			}
		}
		for range 2 {
			if _, err := p.Upgrade(ctx, "looser"); err != nil || nullable() != lite {
				t.Fatalf("nullable %t, %v", nullable(), err)
			}
			if _, err := p.Upgrade(ctx, "out"); err != nil || !nullable() {
				t.Fatalf("nullable %t, %v", nullable(), err)
			}
			if r, err := p.Drift(ctx); err != nil || !r.Empty() {
				t.Errorf("%q, %v", r.Lines(), err)
			}
			if _, err := p.Downgrade(ctx, "first"); err != nil || nullable() {
				t.Fatalf("nullable %t, %v", nullable(), err)
			}
		}
	})
}

// A source that says which dialects it is for.
type source struct {
	schema.Schema
	dialects []schema.Dialect
}

func (s source) Load() (model.Models, error) {
	return model.Models{Schema: s.Schema, Dialects: s.dialects}, nil
}

// TestKeyIsNoDifference: check and migrate find none where there is none in any
// database that the models are for.
func TestKeyIsNoDifference(t *testing.T) {
	a, b := schema.BigInt("a"), schema.BigInt("b")
	id := schema.BigInt("id").AutoIncrement()
	for _, c := range []struct {
		what     string
		is, want schema.Table
		dialects []schema.Dialect
		ops      int
	}{
		{
			"servers", schema.NewTable("t", a.NotNull().PrimaryKey(), b.PrimaryKey()), schema.NewTable("t", a.PrimaryKey(), b.NotNull().PrimaryKey()),
			[]schema.Dialect{schema.Postgres, schema.MySQL, schema.MariaDB},
			0,
		},
		{
			"SQLite too", schema.NewTable("t", a.NotNull().PrimaryKey(), b.PrimaryKey()), schema.NewTable("t", a.PrimaryKey(), b.NotNull().PrimaryKey()),
			[]schema.Dialect{schema.SQLite, schema.Postgres},
			2,
		},
		{"unknown", schema.NewTable("t", a.NotNull().PrimaryKey()), schema.NewTable("t", a.PrimaryKey()), nil, 1},
		{"a rowid", schema.NewTable("t", id.NotNull().PrimaryKey()), schema.NewTable("t", id.PrimaryKey()), nil, 0},
		{"no rowid", schema.NewTable("t", a.NotNull().PrimaryKey(), schema.TableOptions{WithoutRowID: true}), schema.NewTable("t", a.PrimaryKey(), schema.TableOptions{WithoutRowID: true}), nil, 0},
		{
			"out of the key", schema.NewTable("t", a.PrimaryKey(), b.NotNull().PrimaryKey()), schema.NewTable("t", a.PrimaryKey(), b),
			[]schema.Dialect{schema.Postgres},
			2,
		},
		{
			"more of the column", schema.NewTable("t", a.NotNull().PrimaryKey()), schema.NewTable("t", schema.Int("a").PrimaryKey()),
			[]schema.Dialect{schema.Postgres},
			1,
		},
	} {
		h := history(rev("first", "", func(m *op.Script) { m.Add(op.CreateTable{Table: c.is}) }, nil))
		p, err := whimbrel.Open(whimbrel.Config{History: h, Models: []model.Source{source{schema.Schema{Tables: []schema.Table{c.want}}, c.dialects}}})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.CheckModels(); err != nil || len(got.Ops) != c.ops {
			t.Errorf("%s: %v, %v", c.what, got.Ops, err)
		}
	}
}
