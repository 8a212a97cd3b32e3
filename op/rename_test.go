package op

import (
	"strings"
	"testing"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/schema"
)

func TestRenameIdent(t *testing.T) {
	for _, tt := range []struct {
		text, from, to string
		kind           nameKind
		want           string
	}{
		{"price > 0", "price", "cost", columnName, "cost > 0"},
		{"PRICE > 0 AND Price < 9", "price", "cost", columnName, "cost > 0 AND cost < 9"},
		{"prices + price_2 + my_price", "price", "cost", columnName, "prices + price_2 + my_price"},
		{`"price" + [price] + ` + "`price`", "price", "cost", columnName, `"cost" + "cost" + ` + "`cost`"},
		{`"Price"`, "price", "cost", columnName, `"cost"`},
		{`"N" > 0 AND [N] < 9`, "n", "m", columnName, `"m" > 0 AND "m" < 9`},
		{"n > 0", "n", "order", columnName, `"order" > 0`},
		{"n > 0", "n", "null", columnName, `"null" > 0`},
		{"CAST(o AS integer) > 0 AND integer", "integer", "amount", columnName, "CAST(o AS integer) > 0 AND amount"},
		{"CAST(kind AS kind)", "kind", "sort", columnName, "CAST(sort AS kind)"},
		{"o COLLATE nocase <> nocase", "nocase", "m", columnName, "o COLLATE nocase <> m"},
		{`a like b AND "like" = 1`, "like", "m", columnName, `a like b AND "m" = 1`},
		{"t.price", "price", "cost", columnName, "t.cost"},
		{"note <> 'price' AND x'00' = x", "x", "y", columnName, "note <> 'price' AND x'00' = y"},
		{"'it''s price' || price", "price", "cost", columnName, "'it''s price' || cost"},
		{"price -- price\n+ price", "price", "cost", columnName, "cost -- price\n+ cost"},
		{"/* price */ price /* price", "price", "cost", columnName, "/* price */ cost /* price"},
		{"date(date) > date ('now')", "date", "day", columnName, "date(day) > date ('now')"},
		{"INSERT INTO users (id)", "users", "people", tableName, `INSERT INTO "people" (id)`},
		{"price", "price", "the price", columnName, `"the price"`},
		{"price", "price", `a"b`, columnName, `"a""b"`},
		{`"a""b" + 1`, `a"b`, "c", columnName, `"c" + 1`},
		{"`a``b` + 1", "a`b", "c`d", columnName, "`c``d` + 1"},
		{"größe > 0", "größe", "size", columnName, "size > 0"},
		{"size > 0", "size", "größe", columnName, `"größe" > 0`},
		{"a1", "a1", "1a", columnName, `"1a"`},
		{"'price", "price", "cost", columnName, "'price"},
		{"[price", "price", "cost", columnName, "[price"},
		{"price'", "price", "cost", columnName, "price'"},
		{"", "price", "cost", columnName, ""},
	} {
		if got := renameIdent(tt.text, tt.from, tt.to, tt.kind, '"'); got != tt.want {
			t.Errorf("%s to %s in %s: %s, want %s", tt.from, tt.to, tt.text, got, tt.want)
		}
	}
}

func FuzzRenameIdent(f *testing.F) {
	for _, text := range []string{"price > 0", `"price"`, "[price]", "'price'", "-- price", "/* price", `"`, "`", "[", "''", `"""`, "x'00'", "é", "\xff", "price(price)"} {
		f.Add(text, "price", true)
	}
	f.Fuzz(func(t *testing.T, text, from string, column bool) {
		kind := tableName
		if column {
			kind = columnName
		}
		const to = "zz_new_name"
		got := renameIdent(text, from, to, kind, '"')
		if !containsFold(text, from) && got != text {
			t.Fatalf("%q has no %q and became %q", text, from, got)
		}
		if strings.Count(got, to)-strings.Count(text, to) > strings.Count(strings.ToLower(text), strings.ToLower(from)) && from != "" && utf8.ValidString(text) {
			t.Fatalf("%q became %q: more names than there were", text, got)
		}
		// Inside a string nothing is a name.
		quoted := "'" + strings.ReplaceAll(text, "'", "''") + "'"
		if got := renameIdent(quoted, from, to, kind, '"'); got != quoted {
			t.Fatalf("the string %s became %s", quoted, got)
		}
		// Nor in a comment.
		comment := "/* " + strings.ReplaceAll(text, "*/", "") + "*/"
		if strings.Count(comment, "*/") == 1 {
			if got := renameIdent(comment, from, to, kind, '"'); got != comment {
				t.Fatalf("the comment %s became %s", comment, got)
			}
		}
	})
}

// TestRenameColumnPropagates holds that everything of the schema that names a
// column follows its new name.
func TestRenameColumnPropagates(t *testing.T) {
	make := func(id, ref string) schema.Schema {
		return schema.Schema{Tables: []schema.Table{
			schema.NewTable("a",
				schema.Int(id), schema.Int("other"), schema.Int("g").Generated(schema.Expr(id+" + other").On(schema.MySQL, "`"+id+"` + 1")),
				schema.PrimaryKey{Parts: schema.Columns("other", id)},
				schema.Unique{Name: "u", Parts: schema.Columns(id, "other")},
				schema.ForeignKey{Name: "f", Columns: []string{id, "other"}, RefTable: "a", RefColumns: []string{"other", id}},
				schema.Check{Name: "c", Expr: schema.Expr(id + " <> 'id' /* id */")},
				schema.Index{Name: "i", Parts: []schema.Part{{Column: id}, {Expr: schema.Expr("abs(" + id + ")")}}, Where: schema.Expr(`"` + id + `" IS NOT NULL`)},
			),
			schema.NewTable("b", schema.Int("id"), schema.Int("a_id"),
				schema.ForeignKey{Name: "f", Columns: []string{"a_id"}, RefTable: "a", RefColumns: []string{ref}},
				schema.ForeignKey{Name: "g", Columns: []string{"id"}, RefTable: "b", RefColumns: []string{"id"}},
				schema.Check{Name: "c", Expr: schema.Expr("id > 0")},
			),
		}}
	}
	st := NewState(make("id", "id"))
	apply(t, st, RenameColumn{"a", "id", "key"})
	if diff := gocmp.Diff(make("key", "key"), st.Schema()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRenameTablePropagates(t *testing.T) {
	make := func(name string) schema.Schema {
		return schema.Schema{
			Tables: []schema.Table{
				schema.NewTable(name, schema.Int("id"), schema.ForeignKey{Name: "self", Columns: []string{"id"}, RefTable: name}),
				schema.NewTable("b", schema.Int("id"), schema.ForeignKey{Name: "f", Columns: []string{"id"}, RefTable: name}),
			},
			Objects: []schema.Object{
				{Kind: schema.View, Name: "v", Definition: schema.Expr("CREATE VIEW v AS SELECT 'users' FROM " + quote(name, '"'))},
				{Kind: schema.Trigger, Name: "t", Table: name, Definition: schema.Expr("CREATE TRIGGER t AFTER INSERT ON " + quote(name, '"') + " BEGIN INSERT INTO " + quote(name, '"') + "(id) VALUES (1); END")},
			},
		}
	}
	st := NewState(make("users"))
	apply(t, st, RenameTable{"users", "people"})
	if diff := gocmp.Diff(make("people"), st.Schema()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	apply(t, st, RenameTable{"people", "folk"}) // the count of references has moved along
	if diff := gocmp.Diff(make("folk"), st.Schema()); diff != "" {
		t.Errorf("a second time (-want +got):\n%s", diff)
	}
	st = NewState(make("users"))
	apply(t, st, RenameTable{"users", "order by"})
	if got := st.Objects()[0].Definition.Text; got != `CREATE VIEW v AS SELECT 'users' FROM "order by"` {
		t.Errorf("got %s", got)
	}
}

// TestRenameMySQL: there a name is between backticks, and what is between
// double quotes is a string.
func TestRenameMySQL(t *testing.T) {
	text := "select `t`.`a` AS `a`, \"t\" from `t` join t"
	want := "select `z z`.`a` AS `a`, \"t\" from `z z` join `z z`"
	if got := renameIdent(text, "t", "z z", tableName, '`'); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
