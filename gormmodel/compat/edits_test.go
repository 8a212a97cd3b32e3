package compat

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/gormmodel/internal/tricky"
	"github.com/whimbreldb/whimbrel/internal/comparetest"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/journal"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A row is a model whose columns are those of T.
type row[T any] struct {
	ID      int
	Columns T `gorm:"embedded"`
	TeamID  *int
}

func (row[T]) TableName() string { return "rows" }

type team struct{ ID int }

func (team) TableName() string { return "teams" }

// A linked row refers to a team.
type linked[R any] struct {
	ID     int
	Name   string
	TeamID *int
	Team   *team
	Rest   R `gorm:"embedded"`
}

func (linked[R]) TableName() string { return "rows" }

// start is what each edit begins with, and filled puts values into it that
// every edit can keep.
type start = struct {
	Name string `gorm:"size:50"`
	N    int
}

// edits are pairs of models that differ in one thing. Each is made in both
// directions.
var edits = []struct {
	name     string
	from, to any
}{
	{"column", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    int
		More string
	}]{}},
	{"column with a default", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    int
		More int `gorm:"not null;default:7"`
	}]{}},
	{"time", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    int
		Made time.Time
	}]{}},
	{"time of creation", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    int
		Made time.Time `gorm:"not null;default:CURRENT_TIMESTAMP;precision:6"`
	}]{}},
	{"deleted", row[start]{}, row[struct {
		Name      string `gorm:"size:50"`
		N         int
		DeletedAt gorm.DeletedAt `gorm:"index"`
	}]{}},
	{"renamed column", row[start]{}, row[struct {
		Title string `gorm:"size:50"`
		N     int
	}]{}},
	{"longer", row[start]{}, row[struct {
		Name string `gorm:"size:120"`
		N    int
	}]{}},
	{"shorter", row[start]{}, row[struct {
		Name string `gorm:"size:20"`
		N    int
	}]{}},
	{"no size", row[start]{}, row[struct {
		Name string
		N    int
	}]{}},
	{"huge", row[start]{}, row[struct {
		Name string `gorm:"size:70000"`
		N    int
	}]{}},
	{"text", row[start]{}, row[struct {
		Name string `gorm:"type:text"`
		N    int
	}]{}},
	{"fixed", row[start]{}, row[struct {
		Name string `gorm:"type:char(20)"`
		N    int
	}]{}},
	{"narrow number", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    int16
	}]{}},
	{"middle number", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    int32
	}]{}},
	{"tiny number", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    int8
	}]{}},
	{"no sign", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    uint
	}]{}},
	{"small, no sign", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    uint16
	}]{}},
	{"float", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    float64
	}]{}},
	{"decimal", row[start]{}, row[struct {
		Name string  `gorm:"size:50"`
		N    float64 `gorm:"precision:10;scale:2"`
	}]{}},
	{"more digits", row[struct {
		Name string  `gorm:"size:50"`
		N    float64 `gorm:"precision:10;scale:2"`
	}]{}, row[struct {
		Name string  `gorm:"size:50"`
		N    float64 `gorm:"precision:12;scale:2"`
	}]{}},
	{"number to text", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    string `gorm:"size:30"`
	}]{}},
	{"not null", row[start]{}, row[struct {
		Name string `gorm:"size:50;not null"`
		N    int
	}]{}},
	{"not null number", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    int    `gorm:"not null"`
	}]{}},
	{"default", row[start]{}, row[struct {
		Name string `gorm:"size:50;default:none"`
		N    int
	}]{}},
	{"default number", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    int    `gorm:"default:-3"`
	}]{}},
	{"another default", row[struct {
		Name string `gorm:"size:50;default:it's"`
		N    int
	}]{}, row[struct {
		Name string `gorm:"size:50;default:a\\b"`
		N    int
	}]{}},
	{"default expression", row[start]{}, row[struct {
		Name string `gorm:"size:50;default:(lower('X'))"`
		N    int
	}]{}},
	{"bool", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    int
		On   bool `gorm:"not null;default:true"`
	}]{}},
	{"other default of a bool", row[struct {
		Name string `gorm:"size:50"`
		N    int
		On   bool `gorm:"default:true"`
	}]{}, row[struct {
		Name string `gorm:"size:50"`
		N    int
		On   bool `gorm:"default:false"`
	}]{}},
	{"comment", row[start]{}, row[struct {
		Name string `gorm:"size:50;comment:it's a \"name\""`
		N    int
	}]{}},
	{"comment on a number", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    int    `gorm:"comment:the number"`
	}]{}},
	{"index", row[start]{}, row[struct {
		Name string `gorm:"size:50;index"`
		N    int
	}]{}},
	{"index with an order", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    int    `gorm:"index:idx_n,sort:desc"`
	}]{}},
	{"unique index", row[start]{}, row[struct {
		Name string `gorm:"size:50;uniqueIndex"`
		N    int
	}]{}},
	{"index becomes unique", row[struct {
		Name string `gorm:"size:50;index:idx_it"`
		N    int
	}]{}, row[struct {
		Name string `gorm:"size:50;uniqueIndex:idx_it"`
		N    int
	}]{}},
	{"index of two", row[struct {
		Name string `gorm:"size:50;index:idx_two,priority:1"`
		N    int    `gorm:"index:idx_two,priority:2"`
	}]{}, row[struct {
		Name string `gorm:"size:50;index:idx_two,priority:2"`
		N    int    `gorm:"index:idx_two,priority:1"`
	}]{}},
	{"condition of an index", row[struct {
		Name string `gorm:"size:50"`
		N    int    `gorm:"index:idx_part,where:n > 1"`
	}]{}, row[struct {
		Name string `gorm:"size:50"`
		N    int    `gorm:"index:idx_part,where:n > 2"`
	}]{}},
	{"unique", row[start]{}, row[struct {
		Name string `gorm:"size:50;unique"`
		N    int
	}]{}},
	{"unique, to a unique index", row[struct {
		Name string `gorm:"size:50;unique"`
		N    int
	}]{}, row[struct {
		Name string `gorm:"size:50;uniqueIndex"`
		N    int
	}]{}},
	{"check", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    int    `gorm:"check:n > 0"`
	}]{}},
	{"other check", row[struct {
		Name string `gorm:"size:50;check:chk_name,name <> ''"`
		N    int
	}]{}, row[struct {
		Name string `gorm:"size:50;check:chk_name,name NOT IN ('', '-')"`
		N    int
	}]{}},
	{"generated", row[start]{}, row[struct {
		Name  string `gorm:"size:50"`
		N     int
		Twice int `gorm:"->;type:integer GENERATED ALWAYS AS (n * 2) STORED"`
	}]{}},
	{"key of two", row[struct {
		Name string `gorm:"size:50;not null"`
		N    int
	}]{}, keyOfTwo{}},
	{"foreign key", row[start]{}, linked[struct{ N int }]{}},
	{"action of a foreign key", linked[struct{ N int }]{}, cascading{}},
	{"order of columns", row[start]{}, row[struct {
		N    int
		Name string `gorm:"size:50"`
	}]{}},
	{"left alone", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    int    `gorm:"<-:create"`
	}]{}},
	{"JSON", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    int
		Data tricky.Object
	}]{}},
	{"counting beside the key", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    int
		Seq  int32 `gorm:"autoIncrement"`
	}]{}},
	{"bytes", row[start]{}, row[struct {
		Name string `gorm:"size:50"`
		N    int
		Data []byte
	}]{}},
}

type keyOfTwo struct {
	ID     int    `gorm:"primaryKey;autoIncrement:false"`
	Name   string `gorm:"size:50;primaryKey;not null"`
	N      int
	TeamID *int
}

func (keyOfTwo) TableName() string { return "rows" }

type cascading struct {
	ID     int
	Name   string
	TeamID *int
	Team   *team `gorm:"constraint:OnDelete:CASCADE,OnUpdate:CASCADE"`
	N      int
}

func (cascading) TableName() string { return "rows" }

// An edit of a model is one revision on every server: M − H is empty after it,
// the database is what the models say, the rows are what they were, and a
// downgrade leads back.
func TestEdits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		t.Parallel()
		address := s.URL(t)
		if s.Dialect == schema.Postgres {
			address += "&default_query_exec_mode=exec" // no plan of a query outlives a change of its table
		}
		pool := s.Open(t, address)
		e := editor{pool, comparetest.Dialect(t, s.Dialect, pool), map[reflect.Type]schema.Schema{}}
		for _, pair := range edits {
			t.Run(pair.name, func(t *testing.T) { e.edit(t, pair.from, pair.to) })
			t.Run(pair.name+", back", func(t *testing.T) { e.edit(t, pair.to, pair.from) })
		}
	})
}

// An editor makes edits in one database, which is empty before and after each.
type editor struct {
	pool  *sql.DB
	d     dialect.Dialect
	built map[reflect.Type]schema.Schema // what the server makes of models, since making it is slow
}

func (e editor) edit(t *testing.T, from, to any) {
	mapped := func(m any) schema.Schema {
		p := reflect.New(reflect.TypeOf(m))
		return load(t, everyDialect(t, &team{}, p.Interface())).Schema
	}
	before, after := mapped(from), mapped(to)
	create, change := diff.Diff(schema.Schema{}, before), diff.Diff(before, after)
	back, ok := diff.Downgrade(change)
	if !ok {
		t.Fatal("the change cannot be undone")
	}
	drop, _ := diff.Downgrade(create)
	var h op.History
	h.Add(op.Revision{
		ID: "aaaaaaaaaaaa", Message: "start", Created: "2026-11-22T16:40:12Z",
		Upgrade: func(m *op.Script) { m.Add(create...) }, Downgrade: func(m *op.Script) { m.Add(drop...) },
	})
	h.Add(op.Revision{
		ID: "bbbbbbbbbbbb", Revises: []string{"aaaaaaaaaaaa"}, Message: "change", Created: "2026-11-22T16:41:12Z",
		Upgrade: func(m *op.Script) { m.Add(change...) }, Downgrade: func(m *op.Script) { m.Add(back...) },
	})
	p, err := whimbrel.Open(whimbrel.Config{History: &h, DB: e.pool, Dialect: e.d})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.WithoutCancel(t.Context())
	defer func() {
		if _, err := p.Downgrade(ctx, "base"); err != nil {
			t.Errorf("to nothing: %v", err)
		}
	}()
	if _, err := p.Upgrade(ctx, "aaaaaaaaaaaa"); err != nil {
		t.Fatal(err)
	}
	fill(t, e.pool, e.d.Quote, before)
	rows := content(t, e.pool, e.d.Quote, before, after)
	check := func(when string, model any, want schema.Schema) {
		t.Helper()
		built, ok := e.built[reflect.TypeOf(model)]
		if !ok {
			built = comparetest.Built(t, e.d, e.pool, want)
			e.built[reflect.TypeOf(model)] = built
		}
		for _, line := range comparetest.Compare(t, e.d, e.pool, withoutJournal(comparetest.Inspect(t, e.d, e.pool)), built) {
			t.Errorf("%s: %s", when, line)
		}
		if diff := cmp.Diff(rows, content(t, e.pool, e.d.Quote, before, after)); diff != "" {
			t.Errorf("%s: the rows (-were +are):\n%s", when, diff)
		}
	}
	if _, err := p.Upgrade(ctx, "head"); err != nil {
		t.Fatalf("%v: %v", err, comparetest.Lines(change))
	}
	check("upgraded", to, after)
	if _, err := p.Downgrade(ctx, "aaaaaaaaaaaa"); err != nil {
		t.Fatalf("%v: %v", err, comparetest.Lines(back))
	}
	check("downgraded", from, before)

	state := op.NewState(before)
	for _, o := range change {
		if _, err := state.Apply(o); err != nil {
			t.Fatal(err)
		}
	}
	if again := diff.Diff(state.Schema(), after); len(again) > 0 {
		t.Errorf("M − H after the revision: %v", comparetest.Lines(again))
	}
}

func withoutJournal(s schema.Schema) schema.Schema {
	var tables []schema.Table
	for _, t := range s.Tables {
		if !journal.Owns(t.Name) {
			tables = append(tables, t)
		}
	}
	s.Tables = tables
	return s
}

// fill puts rows into what is there, with values that every edit can keep.
func fill(t *testing.T, pool *sql.DB, quote func(string) string, s schema.Schema) {
	t.Helper()
	table, _ := s.Table("rows")
	for i := 1; i <= 3; i++ {
		var columns, values []string
		for _, c := range table.Columns {
			if c.Name == "team_id" || !c.Generated.Expr.IsZero() || c.AutoIncrement {
				continue
			}
			value := ""
			switch c.Type.Kind {
			case schema.KindString, schema.KindText, schema.KindChar:
				value = fmt.Sprintf("'%d'", i+3)
			case schema.KindJSON:
				value = fmt.Sprintf(`'{"a": %d}'`, i)
			case schema.KindBytes:
				value = fmt.Sprintf("'b%d'", i)
			case schema.KindDateTime:
				value = fmt.Sprintf("'2026-11-22 10:00:0%d'", i)
			case schema.KindBool:
				value = "true"
			default:
				value = fmt.Sprint(i + 3)
			}
			columns, values = append(columns, quote(c.Name)), append(values, value)
		}
		if _, err := pool.Exec("INSERT INTO " + quote("rows") + " (" + strings.Join(columns, ", ") + ") VALUES (" + strings.Join(values, ", ") + ")"); err != nil {
			t.Fatal(err)
		}
	}
}

// content reads the columns that both schemas have, as text.
func content(t *testing.T, pool *sql.DB, quote func(string) string, before, after schema.Schema) []string {
	t.Helper()
	old, _ := before.Table("rows")
	other, _ := after.Table("rows")
	var columns []string
	for _, c := range old.Columns {
		if _, both := other.Column(c.Name); both {
			columns = append(columns, quote(c.Name))
		}
	}
	rows, err := pool.Query("SELECT " + strings.Join(columns, ", ") + " FROM " + quote("rows") + " ORDER BY " + quote("id"))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(sql.NullString)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		line := ""
		for i, v := range values {
			line += columns[i] + "=" + number(v.(*sql.NullString).String) + " "
		}
		out = append(out, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// number returns a value in the form that a column of another numeric type, or
// of a fixed length, has it in too.
func number(text string) string {
	text = strings.TrimRight(text, " ")
	if strings.Contains(text, ".") && !strings.Contains(text, ":") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}
