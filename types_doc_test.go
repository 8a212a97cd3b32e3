package whimbrel_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/dialect/mysql"
	"github.com/whimbreldb/whimbrel/dialect/postgres"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestDocsTypes keeps docs/types.md equal to what the dialects do.
func TestDocsTypes(t *testing.T) {
	columns := []struct {
		source string
		column schema.ColumnDef
	}{
		{`Bool("c")`, schema.Bool("c")},
		{`TinyInt("c")`, schema.TinyInt("c")},
		{`SmallInt("c")`, schema.SmallInt("c")},
		{`Int("c")`, schema.Int("c")},
		{`BigInt("c")`, schema.BigInt("c")},
		{`BigInt("c").Unsigned()`, schema.BigInt("c").Unsigned()},
		{`Float("c")`, schema.Float("c")},
		{`Double("c")`, schema.Double("c")},
		{`Decimal("c", 12, 2)`, schema.Decimal("c", 12, 2)},
		{`String("c", 50)`, schema.String("c", 50)},
		{`Char("c", 2)`, schema.Char("c", 2)},
		{`Text("c")`, schema.Text("c")},
		{`Bytes("c", 0)`, schema.Bytes("c", 0)},
		{`Date("c")`, schema.Date("c")},
		{`Time("c")`, schema.Time("c")},
		{`DateTime("c")`, schema.DateTime("c")},
		{`LocalDateTime("c")`, schema.LocalDateTime("c")},
		{`JSON("c")`, schema.JSON("c")},
		{`UUID("c")`, schema.UUID("c")},
		{`Native("c", "point")`, schema.Native("c", "point")},
		{`String("c", 50).On(schema.SQLite, "varchar(50)")`, schema.String("c", 50).On(schema.SQLite, "varchar(50)")},
	}
	var b strings.Builder
	b.WriteString("# Types\n\nMade from the dialects by `make generate`.\n\n" +
		"What a neutral type of a revision becomes. A variant (`.On`) replaces it on one dialect.\n\n| in a revision | SQLite | PostgreSQL | MySQL | MariaDB |\n| --- | --- | --- | --- | --- |\n")
	for _, c := range columns {
		t := c.column.Column().Type
		fmt.Fprintf(&b, "| `schema.%s` | `%s` | `%s` | `%s` | `%s` |\n", c.source, sqlite.New("").Type(t), postgres.New("").Type(t),
			mysql.New(schema.MySQL, "").Type(t), mysql.New(schema.MariaDB, "").Type(t))
	}
	b.WriteString("\nA type change that is the same text on a dialect (`String(\"c\", 50)` to `String(\"c\", 100)` on SQLite) is recorded in the\n" +
		"history and runs no statement there.\n")
	golden(t, "docs/types.md", b.String())
}
