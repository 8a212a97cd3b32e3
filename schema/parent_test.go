package schema

import (
	"reflect"
	"slices"
	"testing"
)

func TestParents(t *testing.T) {
	for text, want := range map[string][]string{
		"":                        nil,
		"birds":                   {"birds"},
		"Birds, sales.\"A b\"":    {"birds", "sales.A b"},
		`"a""b.c",  x."d,e"`:      {`"a""b.c"`, "x.d,e"},
		`birds, "birds", "B"."C"`: {"birds", "birds", "B.C"},
	} {
		o := TableOptions{Postgres: PostgresTable{Inherits: text}}
		if got := o.Parents(); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
		for _, name := range want {
			renamed := o
			renamed.RenameParent(name, "new.One")
			if got := renamed.Parents(); len(got) != len(want) || !slices.Contains(got, "new.One") {
				t.Errorf("%s: renaming %s gives %s", text, name, renamed.Postgres.Inherits)
			}
		}
	}
}

// TestLeaveAndJoin: what a partition lists comes back after it has left its
// parent, and so does what a partition of a partition lists.
func TestLeaveAndJoin(t *testing.T) {
	under := func(parent string, items ...Item) Table {
		return NewTable("p_1", append(items, TableOptions{Postgres: PostgresTable{PartitionOf: parent, Bound: "DEFAULT"}})...)
	}
	parent := NewTable("p", FromColumn(Column{Name: "id", Type: NativeType("bigserial"), NotNull: true, AutoIncrement: true}),
		FromColumn(Column{Name: "day", Type: NativeType("date"), Default: Expression("now()"), Comment: "when"}),
		Check{Name: "k", Expr: Expr("id > 0"), Comment: "why"}, Check{Name: "mine", Expr: Expr("id > 1"), NoInherit: true})
	parent.PrimaryKey = PrimaryKey{Name: "p_pkey", Parts: Columns("id"), ConstraintOptions: ConstraintOptions{Comment: "c"}}
	parent.Indexes = []Index{{Name: "i", Parts: []Part{{Column: "day"}, {Expr: Expr("id + 1")}}, Comment: "c"}}
	middle := under("p")
	middle.Name = "m"
	find := func(name string) (Table, bool) {
		for _, t := range []Table{parent, middle} {
			if t.Name == name {
				return t, true
			}
		}
		return Table{}, false
	}
	bare := under("p")
	own := under("m", FromColumn(Column{Name: "day", Type: NativeType(""), Default: Literal("null")}))
	for name, child := range map[string]Table{"nothing of its own": bare, "below a partition": under("m"), "no default": own, "of a parent that is unknown": under("x"), "of itself": under("p_1")} {
		alone := child.Leave(find)
		if alone.Options.Parents() != nil {
			t.Errorf("%s: %v", name, alone.Options)
		}
		if back := alone.Join(child.Options, find); !reflect.DeepEqual(clean(back), clean(child)) {
			t.Errorf("%s:\n%+v\ncame back as\n%+v", name, child, back)
		}
	}
	alone := bare.Leave(find)
	want := NewTable("p_1", FromColumn(Column{Name: "id", Type: NativeType("bigint"), NotNull: true, Default: Expression("nextval('p_id_seq'::regclass)")}),
		FromColumn(Column{Name: "day", Type: NativeType("date"), Default: Expression("now()")}), Check{Name: "k", Expr: Expr("id > 0")})
	want.PrimaryKey = PrimaryKey{Name: "p_1_pkey", Parts: Columns("id")}
	want.Indexes = []Index{{Name: "p_1_day_expr_idx", Parts: []Part{{Column: "day"}, {Expr: Expr("id + 1")}}}}
	if !reflect.DeepEqual(clean(alone), clean(want)) {
		t.Errorf("alone it is\n%+v, want\n%+v", alone, want)
	}
}

// clean makes empty lists nil.
func clean(t Table) Table {
	t = t.Clone()
	t.Columns, t.Checks, t.Indexes = slices.Concat(t.Columns), slices.Concat(t.Checks), slices.Concat(t.Indexes)
	t.Uniques, t.ForeignKeys, t.Needs = slices.Concat(t.Uniques), slices.Concat(t.ForeignKeys), slices.Concat(t.Needs)
	return t
}
