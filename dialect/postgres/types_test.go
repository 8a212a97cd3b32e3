package postgres

import (
	"fmt"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
)

// neutralTypes are the neutral types, and what they become. Those that do not
// come back are narrower than PostgreSQL's.
var neutralTypes = []struct {
	column schema.ColumnDef
	text   string
	oneWay bool
}{
	{schema.Bool("c"), "boolean", false},
	{schema.TinyInt("c"), "smallint", true},
	{schema.TinyInt("c").Unsigned(), "smallint", true},
	{schema.SmallInt("c"), "smallint", false},
	{schema.SmallInt("c").Unsigned(), "integer", true},
	{schema.Int("c"), "integer", false},
	{schema.Int("c").Unsigned(), "bigint", true},
	{schema.BigInt("c"), "bigint", false},
	{schema.BigInt("c").Unsigned(), "numeric(20,0)", true},
	{schema.Float("c"), "real", false},
	{schema.Double("c"), "double precision", false},
	{schema.Decimal("c", 12, 2), "numeric(12,2)", false},
	{schema.Decimal("c", 12, 0), "numeric(12,0)", false},
	{schema.Decimal("c", 0, 0), "numeric", false},
	{schema.String("c", 50), "character varying(50)", false},
	{schema.String("c", 0), "character varying", false},
	{schema.Char("c", 3), "character(3)", false},
	{schema.Char("c", 0), "character(1)", true},
	{schema.Text("c"), "text", false},
	{schema.Bytes("c", 0), "bytea", false},
	{schema.Bytes("c", 20), "bytea", true},
	{schema.Date("c"), "date", false},
	{schema.Time("c"), "time without time zone", false},
	{schema.Time("c").Precision(3), "time(3) without time zone", false},
	{schema.DateTime("c"), "timestamp with time zone", false},
	{schema.DateTime("c").Precision(6), "timestamp(6) with time zone", false},
	{schema.LocalDateTime("c"), "timestamp without time zone", false},
	{schema.LocalDateTime("c").Precision(1), "timestamp(1) without time zone", false},
	{schema.JSON("c"), "jsonb", false},
	{schema.UUID("c"), "uuid", false},
	{schema.Native("c", "point"), "point", false},
	{schema.Int("c").On(schema.Postgres, "int4range"), "int4range", true},
}

func TestTypes(t *testing.T) {
	for _, tt := range neutralTypes {
		typ := tt.column.Column().Type
		if got := typeText(typ); got != tt.text {
			t.Errorf("%s is %q, want %q", typ, got, tt.text)
		}
		if got := neutral(tt.text); got != typ && !tt.oneWay {
			t.Errorf("%q is %+v, want %+v", tt.text, got, typ)
		}
	}
	for _, text := range []string{
		"timestamp(0) with time zone", "time(0) without time zone", "numeric(3,-2)", "numeric(3,5)", "time with time zone", "interval(2)", "text[]",
		"character varying(10)[]", "json", `"char"`, "bpchar", "", "numeric(", "bit(3)", `"timestamp"`, "geometry(Point,4326)",
	} {
		if got := neutral(text); got != schema.NativeType(text) {
			t.Errorf("%q is %+v, want it as it is", text, got)
		}
	}
}

// What typeText says is what format_type prints of it.
func TestTypesOnServer(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server) {
		db, d := database(t, s)
		var columns []string
		for i, tt := range neutralTypes {
			columns = append(columns, fmt.Sprintf("c%d %s", i, tt.text))
		}
		if _, err := db.ExecContext(t.Context(), "CREATE TABLE t ("+strings.Join(columns, ", ")+")"); err != nil {
			t.Fatal(err)
		}
		for i, c := range mustInspect(t, d, db).Tables[0].Columns {
			if c.Type != schema.NativeType(neutralTypes[i].text) {
				t.Errorf("%s is read as %+v", neutralTypes[i].text, c.Type)
			}
		}
	})
}

func TestNeutral(t *testing.T) {
	for _, tt := range []struct{ from, want schema.Column }{
		{
			schema.Native("id", "bigserial").NotNull().AutoIncrement().Column(),
			schema.BigInt("id").On(schema.Postgres, "bigserial").NotNull().AutoIncrement().Column(),
		},
		{schema.Native("id", "integer").NotNull().AutoIncrement().Column(), schema.Int("id").NotNull().AutoIncrement().Column()},
		{schema.Native("c", "citext").Column(), schema.Native("c", "citext").Column()},
		{schema.Native("c", "jsonb").DefaultExpr("'{}'").Column(), schema.JSON("c").DefaultExpr("'{}'").Column()},
	} {
		from := schema.Table{Columns: []schema.Column{tt.from}}
		if got := neutralTable(from).Columns[0]; got != tt.want {
			t.Errorf("%+v became %+v, want %+v", tt.from, got, tt.want)
		}
		if from.Columns[0] != tt.from {
			t.Error("the table that was given has changed")
		}
	}
}
