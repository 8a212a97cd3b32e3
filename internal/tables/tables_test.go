package tables_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/internal/tables"
	"github.com/whimbreldb/whimbrel/schema"
)

func TestName(t *testing.T) {
	table := schema.NewTable("audit.users",
		schema.Int("a"), schema.Int("b"),
		schema.Unique{Parts: schema.Columns("name")},
		schema.Unique{Parts: schema.Columns("name")},
		schema.Unique{Name: "mine", Parts: schema.Columns("a", "b")},
		schema.Unique{Parts: schema.Columns("a", "b")},
		schema.Check{Expr: schema.Expr("a > 0 AND a <> 7")}, schema.Check{Expr: schema.Expr("(lower(\"b\") <> 'a')")},
		schema.Check{Expr: schema.Expr("a > b")}, schema.Check{Expr: schema.Expr("a + b > 0")},
		schema.ForeignKey{Columns: []string{"shop_id"}, RefTable: "shops"},
		schema.Index{Parts: schema.Columns("shop_id")},
	)
	tables.Name(&table)
	var got []string
	for _, u := range table.Uniques {
		got = append(got, u.Name)
	}
	for _, c := range table.Checks {
		got = append(got, c.Name)
	}
	got = append(got, table.ForeignKeys[0].Name, table.Indexes[0].Name)
	want := []string{
		"users_name_key", "users_name_key1", "mine", "users_a_b_key", "users_a_check", "users_b_check", "users_check", "users_check1", "users_shop_id_fkey", "users_shop_id_idx",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A long name is cut as PostgreSQL 18 was seen to cut it, and never within a
// letter.
func TestLongNames(t *testing.T) {
	long, short := strings.Repeat("t", 60), strings.Repeat("c", 40)
	got := tables.Constraint(long, short, "key")
	if want := strings.Repeat("t", 29) + "_" + strings.Repeat("c", 29) + "_key"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := tables.Constraint(strings.Repeat("ü", 60), short, "fkey"); !utf8.ValidString(got) || len(got) > tables.LongestName {
		t.Errorf("%q has %d bytes", got, len(got))
	}
}

func TestOrder(t *testing.T) {
	table := func(name string, refs ...string) *schema.Table {
		out := schema.NewTable(name)
		for _, r := range refs {
			out.ForeignKeys = append(out.ForeignKeys, schema.ForeignKey{RefTable: r})
		}
		return &out
	}
	all := map[string]*schema.Table{
		"a": table("a", "c"), "b": table("b"), "c": table("c", "d", "b"), "d": table("d", "a"), "e": table("e", "e", "elsewhere"),
	}
	var got []string
	for _, o := range tables.Order(all) {
		got = append(got, o.Name)
	}
	if d := cmp.Diff([]string{"b", "d", "c", "a", "e"}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
