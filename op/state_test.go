package op

import (
	"errors"
	"fmt"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/schema"
)

// TestConflicts holds that an operation that does not fit is refused, with a
// reason, and changes nothing.
func TestConflicts(t *testing.T) {
	col := func(c schema.ColumnDef) schema.Column { return c.Column() }
	for _, tt := range []struct {
		op   Op
		want string
	}{
		{CreateTable{schema.NewTable("users", schema.Int("id"))}, "cannot add table users: it exists already"},
		{CreateTable{schema.NewTable("", schema.Int("id"))}, "cannot add table : a table needs a name"},
		{CreateTable{schema.NewTable("none")}, "cannot add table none: a table needs a column"},
		{CreateTable{schema.NewTable("t", schema.Int("a"), schema.Int("a"))}, `cannot add table t: column "a" appears twice`},
		{CreateTable{schema.NewTable("t", schema.Int("a"), schema.Index{Name: "i", Parts: schema.Columns("b")})}, `cannot add table t: a key or an index names column "b", which the table does not have`},
		{DropTable{schema.Table{Name: "x"}}, "cannot drop table x: there is no such table"},
		{RenameTable{"x", "y"}, "cannot rename table x to y: there is no such table"},
		{RenameTable{"users", "teams"}, "cannot rename table users to teams: there is a table teams already"},
		{AlterTable{Table: "x"}, "cannot alter table x: options: there is no such table"},
		{AlterTable{Table: "users", From: schema.TableOptions{Strict: true}}, "cannot alter table users: options: its options are not what the operation starts from"},
		{AddColumn{Table: "users", Column: col(schema.Int("age"))}, "cannot add column users.age: it exists already"},
		{DropColumn{Table: "users", Column: col(schema.Int("x"))}, "cannot drop column users.x: there is no such column"},
		{DropColumn{Table: "users", Column: col(schema.Int("email"))}, "cannot drop column users.email: a key, a constraint or an index of the table uses it: drop or change that first"},
		{RenameColumn{"users", "x", "y"}, "cannot rename column users.x to y: there is no such column"},
		{RenameColumn{"users", "age", "id"}, `cannot rename column users.age to id: there is a column "id" already`},
		{AlterColumn{Table: "users", From: col(schema.Int("x")), To: col(schema.Int("x"))}, "cannot alter column users.x: : there is no such column"},
		{AlterColumn{Table: "users", From: col(schema.Int("age")), To: col(schema.Int("years"))}, "cannot alter column users.years: : it must not change the name: use RenameColumn"},
		{AlterColumn{Table: "users", From: col(schema.Int("age")), To: col(schema.BigInt("age"))}, "cannot alter column users.age: type int to bigint: the column is not what the operation starts from: [default 18 to none]"},
		{AlterPrimaryKey{Table: "users", To: schema.PrimaryKey{Parts: schema.Columns("id")}}, "cannot alter primary key of users: () to (id): the key is not what the operation starts from"},
		{AlterPrimaryKey{Table: "users", From: schema.PrimaryKey{Parts: schema.Columns("id")}, To: schema.PrimaryKey{Parts: schema.Columns("x")}}, `cannot alter primary key of users: (id) to (x): there is no column "x"`},
		{AddUnique{"users", schema.Unique{Name: "uni_email", Parts: schema.Columns("id")}}, "cannot add unique constraint users.uni_email: it exists already"},
		{AddUnique{"users", schema.Unique{Parts: schema.Columns("x")}}, `cannot add unique constraint users.(x): there is no column "x"`},
		{DropUnique{"users", schema.Unique{Name: "x", Parts: schema.Columns("email")}}, "cannot drop unique constraint users.x: there is none"},
		{AddForeignKey{"users", schema.ForeignKey{Columns: []string{"x"}, RefTable: "teams"}}, `cannot add foreign key users.(x) to teams: there is no column "x"`},
		{AddForeignKey{"users", schema.ForeignKey{Name: "fk_team", Columns: []string{"id"}, RefTable: "teams"}}, "cannot add foreign key users.fk_team: it exists already"},
		{DropForeignKey{"users", schema.ForeignKey{Name: "x"}}, "cannot drop foreign key users.x: there is none"},
		{AddCheck{"users", schema.Check{Name: "chk_age"}}, "cannot add check users.chk_age: it exists already"},
		{DropCheck{"users", schema.Check{Expr: schema.Expr("1")}}, "cannot drop check users.(1): there is none"},
		{CreateIndex{Table: "users", Index: schema.Index{Name: "i", Parts: schema.Columns("x")}}, `cannot add index users.i: there is no column "x"`},
		{CreateIndex{Table: "users", Index: schema.Index{Name: "idx_age"}}, "cannot add index users.idx_age: it exists already"},
		{DropIndex{Table: "users", Index: schema.Index{Name: "x"}}, "cannot drop index users.x: there is none"},
		{CreateObject{schema.Object{Kind: schema.View, Name: "grown_ups"}}, "cannot add view grown_ups: it exists already"},
		{DropObject{schema.Object{Kind: schema.View, Name: "x"}}, "cannot drop view x: there is no such view"},
	} {
		t.Run(tt.want, func(t *testing.T) {
			st := NewState(shop())
			full, err := st.Apply(tt.op)
			var conflict *ConflictError
			if !errors.As(err, &conflict) || full != nil {
				t.Fatalf("no conflict: %v, %v", full, err)
			}
			if err.Error() != tt.want {
				t.Errorf("got %s", err)
			}
			if diff := gocmp.Diff(shop(), st.Schema()); diff != "" {
				t.Errorf("the state has changed (-before +after):\n%s", diff)
			}
		})
	}
	st := NewState(schema.Schema{Tables: []schema.Table{schema.NewTable("t", schema.Int("a"))}})
	if _, err := st.Apply(DropColumn{"t", col(schema.Int("a"))}); err == nil {
		t.Error("the only column was dropped")
	}
}

// TestValuesAreNotShared holds that a state changes neither the schema it was
// made from, nor one it returned, nor an operation it was given.
func TestValuesAreNotShared(t *testing.T) {
	start, inputs := shop(), examples()
	st := NewState(start)
	got := st.Schema()
	pk := AlterPrimaryKey{Table: "users", From: schema.PrimaryKey{Parts: schema.Columns("id")}, To: schema.PrimaryKey{Parts: schema.Columns("id", "team_id")}}
	unique := AddUnique{"users", schema.Unique{Name: "u", Parts: schema.Columns("team_id")}}
	fk := AddForeignKey{"users", schema.ForeignKey{Name: "f", Columns: []string{"team_id"}, RefTable: "users", RefColumns: []string{"team_id"}}}
	index := CreateIndex{Table: "users", Index: schema.Index{Name: "i", Parts: schema.Columns("team_id")}}
	table := CreateTable{schema.NewTable("fresh", schema.Int("team_id"), schema.Unique{Name: "u", Parts: schema.Columns("team_id")})}
	fresh := AddUnique{"fresh", schema.Unique{Name: "v", Parts: schema.Columns("team_id")}}
	full := []Op{apply(t, st, pk), apply(t, st, unique), apply(t, st, fk), apply(t, st, index), apply(t, st, table), apply(t, st, fresh)}
	apply(t, st, RenameColumn{"users", "team_id", "changed"})
	apply(t, st, RenameColumn{"fresh", "team_id", "changed"})
	for _, o := range append([]Op{pk, unique, fk, index, table, fresh}, full...) {
		if data, err := Marshal([]Op{o}); err != nil || contains(string(data), "changed") {
			t.Errorf("the operation has changed: %s, %v", data, err)
		}
	}
	for _, s := range []schema.Schema{start, got} {
		if diff := gocmp.Diff(shop(), s); diff != "" {
			t.Errorf("a schema has changed (-want +got):\n%s", diff)
		}
	}

	// A clone goes its own way.
	st = NewState(shop())
	for _, o := range inputs {
		if _, err := st.Clone().Apply(o); err != nil {
			t.Error(err)
		}
	}
	if diff := gocmp.Diff(shop(), st.Schema()); diff != "" {
		t.Errorf("a clone changed its origin (-want +got):\n%s", diff)
	}
}

func contains(text, part string) bool { return containsFold(text, part) }

func TestVerbatimIsCleared(t *testing.T) {
	made := shop()
	for i := range made.Tables {
		made.Tables[i].Verbatim.SQLite = "CREATE TABLE …"
	}
	made.Tables[1].Indexes[0].Verbatim.SQLite = "CREATE INDEX …"
	for _, o := range examples() {
		st := NewState(made)
		apply(t, st, o)
		for _, tab := range st.Schema().Tables {
			kept := tab.Verbatim.SQLite != ""
			want := TableOf(o) != tab.Name || isIndex(o)
			switch o := o.(type) {
			case RenameTable:
				// Users refers to teams, and nothing to users.
				want = tab.Name == "teams"
			case RenameColumn:
				want = o.Table != "teams" && tab.Name == "teams"
			case CreateTable:
				want = tab.Name != o.Table.Name
			}
			if kept != want {
				t.Errorf("%s: the statement of %s is kept: %v, want %v", name(o), tab.Name, kept, want)
			}
		}
	}
}

func isIndex(o Op) bool {
	switch o.(type) {
	case CreateIndex, DropIndex:
		return true
	}
	return false
}

// TestTriggersGo holds that a table and a view take their triggers with them,
// and nothing else does.
func TestTriggersGo(t *testing.T) {
	trigger := schema.Object{Kind: schema.Trigger, Name: "users", Table: "grown_ups"}
	st := NewState(shop())
	apply(t, st, CreateObject{trigger})
	apply(t, st, CreateObject{schema.Object{Kind: schema.Trigger, Name: "teams", Table: "users"}})
	apply(t, st, DropObject{schema.Object{Kind: schema.Trigger, Name: "teams"}}) // named like a table
	if got := len(st.Objects()); got != 3 {
		t.Errorf("%d objects are left, want the view, its trigger and that of teams", got)
	}
	apply(t, st, DropObject{schema.Object{Kind: schema.View, Name: "grown_ups"}})
	apply(t, st, DropTable{schema.Table{Name: "teams"}})
	if got := st.Objects(); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
}

// TestLive holds that on a schema read from a database an operation finds its
// object by what it does, and changes only what it names.
func TestLive(t *testing.T) {
	read := schema.Schema{Tables: []schema.Table{
		schema.NewTable("users", schema.Native("id", "INTEGER").NotNull().PrimaryKey(), schema.Native("age", "INT").Default("18"),
			schema.Unique{Name: "theirs", Parts: schema.Columns("age")},
			schema.Check{Name: "", Expr: schema.Expr("age > 0")},
			schema.ForeignKey{Columns: []string{"age"}, RefTable: "users"},
		),
	}}
	st := LiveState(read)
	full := apply(t, st, AlterColumn{Table: "users", From: schema.BigInt("age").Column(), To: schema.BigInt("age").NotNull().Column()})
	if full == nil {
		t.Error("nothing was filled in")
	}
	got, _ := st.Table("users")
	if age, _ := got.Column("age"); age != schema.Native("age", "INT").NotNull().Default("18").Column() {
		t.Errorf("the column is %+v", age)
	}
	dropped := apply(t, st, DropUnique{"users", schema.Unique{Name: "ours", Parts: schema.Columns("age")}})
	if d := dropped.(DropUnique); d.Unique.Name != "theirs" {
		t.Errorf("dropped %+v", d)
	}
	apply(t, st, DropCheck{"users", schema.Check{Name: "chk", Expr: schema.Expr("age > 0")}})
	apply(t, st, DropForeignKey{"users", schema.ForeignKey{Name: "fk", Columns: []string{"age"}, RefTable: "users"}})
	apply(t, st, AlterPrimaryKey{Table: "users", From: schema.PrimaryKey{Name: "pk"}, To: schema.PrimaryKey{Parts: schema.Columns("age")}})
	apply(t, st, AlterTable{"users", schema.TableOptions{}, schema.TableOptions{Strict: true}})
	apply(t, st, AlterTable{"users", schema.TableOptions{Comment: "not so"}, schema.TableOptions{Comment: "x"}})
	if got, _ := st.Table("users"); got.Options != (schema.TableOptions{Comment: "x", Strict: true}) {
		t.Errorf("the options are %+v", got.Options)
	}
	if c := st.Clone(); !c.live {
		t.Error("a clone is not live")
	}
}

func TestReplayStops(t *testing.T) {
	_, err := Replay([]Op{CreateTable{schema.NewTable("t", schema.Int("a"))}, DropTable{schema.Table{Name: "x"}}})
	var conflict *ConflictError
	if !errors.As(err, &conflict) {
		t.Errorf("got %v", err)
	}
	if _, ok := NewState(schema.Schema{}).Table("x"); ok {
		t.Error("there is a table")
	}
}

// history is the operations of n revisions, three in four of which change what
// is there.
func history(n int) []Op {
	var ops []Op
	for i := range n {
		table := fmt.Sprintf("t%d", i/4)
		switch i % 4 {
		case 0:
			t := schema.NewTable(table, schema.BigInt("id").PrimaryKey(), schema.String("name", 50), schema.Int("parent_id"))
			if i > 0 {
				t.ForeignKeys = append(t.ForeignKeys, schema.ForeignKey{Name: "fk", Columns: []string{"parent_id"}, RefTable: fmt.Sprintf("t%d", i/4-1)})
			}
			ops = append(ops, CreateTable{t})
		case 1:
			ops = append(ops, AddColumn{Table: table, Column: schema.Int("price").Column()})
		case 2:
			ops = append(ops, CreateIndex{Table: table, Index: schema.Index{Name: "idx", Parts: schema.Columns("price")}})
		case 3:
			ops = append(ops, RenameColumn{table, "name", "title"})
		}
	}
	return ops
}

func BenchmarkReplay10000(b *testing.B) {
	ops := history(10_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Replay(ops); err != nil {
			b.Fatal(err)
		}
	}
}
