package sqlite

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/schema"
)

func TestTypes(t *testing.T) {
	for _, tt := range []struct {
		column schema.ColumnDef
		text   string
		back   schema.Kind
	}{
		{schema.Bool("c"), "boolean", schema.KindBool},
		{schema.TinyInt("c"), "integer", schema.KindBigInt},
		{schema.SmallInt("c"), "integer", schema.KindBigInt},
		{schema.Int("c").Unsigned(), "integer", schema.KindBigInt},
		{schema.BigInt("c"), "integer", schema.KindBigInt},
		{schema.Float("c"), "real", schema.KindDouble},
		{schema.Double("c"), "real", schema.KindDouble},
		{schema.Decimal("c", 0, 0), "numeric", schema.KindDecimal},
		{schema.Decimal("c", 10, 2), "numeric(10,2)", schema.KindDecimal},
		{schema.String("c", 50), "text", schema.KindText},
		{schema.Char("c", 5), "text", schema.KindText},
		{schema.Text("c"), "text", schema.KindText},
		{schema.Bytes("c", 16), "blob", schema.KindBytes},
		{schema.Date("c"), "date", schema.KindDate},
		{schema.Time("c").Precision(3), "time", schema.KindTime},
		{schema.DateTime("c"), "datetime", schema.KindDateTime},
		{schema.LocalDateTime("c"), "datetime", schema.KindDateTime},
		{schema.JSON("c"), "text", schema.KindText},
		{schema.UUID("c"), "text", schema.KindText},
		{schema.Native("c", "VarChar(20)"), "VarChar(20)", schema.KindNative},
		{schema.Native("c", ""), "", schema.KindNative},
		{schema.Native("c", "INT"), "INT", schema.KindNative},
		{schema.Native("c", `"text"`), `"text"`, schema.KindNative},
		{schema.Native("c", "NUMERIC ( 10 , 2 )"), "NUMERIC ( 10 , 2 )", schema.KindDecimal},
		{schema.Native("c", "numeric(10)"), "numeric(10)", schema.KindNative},
		{schema.Native("c", "numeric(-1,2)"), "numeric(-1,2)", schema.KindNative},
		{schema.String("c", 50).On(schema.SQLite, "varchar(50)"), "varchar(50)", schema.KindNative},
	} {
		typ := tt.column.Column().Type
		text := typeText(typ)
		if text != tt.text {
			t.Errorf("the text of %v is %q, want %q", typ, text, tt.text)
		}
		back := neutral(text)
		if back.Kind != tt.back {
			t.Errorf("%q becomes %v, want a %s", text, back, tt.back)
		}
		if a, b := canonType(typeText(back)), canonType(text); a != b {
			t.Errorf("%q becomes %v, and that %q", text, back, a)
		}
	}
}

// Neutral types compile to the table that they were read from.
func TestNeutral(t *testing.T) {
	for _, script := range awkwardTables {
		s := mustInspect(t, script)
		for _, table := range s.Tables {
			n := neutralTable(table)
			if d := cmp.Diff(normalTable(table), normalTable(n)); d != "" {
				t.Errorf("%s (-read +neutral)\n%s", script, d)
			}
			if rowidColumn(table) != rowidColumn(n) {
				t.Errorf("%s: the rowid is another column", script)
			}
		}
	}
}
