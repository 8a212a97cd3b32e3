package postgres

import (
	"testing"

	"github.com/whimbreldb/whimbrel/schema"
)

func TestNormalize(t *testing.T) {
	for _, tt := range []struct {
		what string
		a, b schema.ColumnDef
		same bool
	}{
		{"numbers by value", schema.Native("c", "numeric(5,2)").DefaultLiteral("1.50"), schema.Native("c", "numeric(5,2)").DefaultLiteral("1.5"), true},
		{"a number in quotes", schema.Native("c", "bigint").Default("0"), schema.Native("c", "bigint").Default(0), true},
		{"other numbers", schema.Native("c", "bigint").Default("1"), schema.Native("c", "bigint").Default(0), false},
		{"texts that look like numbers", schema.Native("c", "text").Default("1.0"), schema.Native("c", "text").Default("1"), false},
		{"a default of NULL is none", schema.Native("c", "text").Default(nil), schema.Native("c", "text"), true},
		{"an expression stays", schema.Native("c", "integer").DefaultExpr("1"), schema.Native("c", "integer").Default(1), false},
		{"names are told apart, as noise", schema.Native("c", "integer").NotNullNamed("x"), schema.Native("c", "integer").NotNull(), false},
		{"NaN", schema.Native("c", "numeric").Default("NaN"), schema.Native("c", "numeric").Default(0), false},
	} {
		one := func(c schema.ColumnDef) schema.Column {
			return normalize(schema.Schema{Tables: []schema.Table{schema.NewTable("t", c)}}).Tables[0].Columns[0]
		}
		if got := one(tt.a) == one(tt.b); got != tt.same {
			t.Errorf("%s: %+v and %+v are the same: %t", tt.what, one(tt.a), one(tt.b), got)
		}
	}
	for options, want := range map[string]string{
		"":                              "",
		"INCREMENT BY 2":                "INCREMENT BY 2",
		`SEQUENCE NAME "a b"`:           "",
		`SEQUENCE NAME "x"."a b" CYCLE`: "CYCLE",
	} {
		if got := withoutName(options); got != want {
			t.Errorf("%q is %q without a name, want %q", options, got, want)
		}
	}
}
