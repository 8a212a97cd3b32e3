package whimbrel_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/dialect/mysql"
	"github.com/whimbreldb/whimbrel/dialect/postgres"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestDocsTypes keeps docs/types.md equal to what the dialects do.
func TestDocsTypes(t *testing.T) {
	type typed struct {
		source string
		column schema.ColumnDef
	}
	columns := []typed{
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
	b.WriteString("\nA key that counts is another type where the database has one for it, and unsigned nowhere but on MySQL and MariaDB:\n\n" +
		"| in a revision | SQLite | PostgreSQL | MySQL | MariaDB |\n| --- | --- | --- | --- | --- |\n")
	for _, c := range []typed{
		{`Int("c").PrimaryKey().AutoIncrement()`, schema.Int("c").PrimaryKey().AutoIncrement()},
		{`BigInt("c").PrimaryKey().AutoIncrement()`, schema.BigInt("c").PrimaryKey().AutoIncrement()},
		{`BigInt("c").Unsigned().PrimaryKey().AutoIncrement()`, schema.BigInt("c").Unsigned().PrimaryKey().AutoIncrement()},
		{`BigInt("c").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement()`, schema.BigInt("c").Unsigned().On(schema.Postgres, "bigserial").PrimaryKey().AutoIncrement()},
	} {
		fmt.Fprintf(&b, "| `schema.%s` |", c.source)
		for _, d := range []dialect.Dialect{sqlite.New(""), postgres.New(""), mysql.New(schema.MySQL, ""), mysql.New(schema.MariaDB, "")} {
			fmt.Fprintf(&b, " `%s` |", inCreateTable(t, d, c.column))
		}
		b.WriteString("\n")
	}
	b.WriteString("\nA type change that is the same text on a dialect (`String(\"c\", 50)` to `String(\"c\", 100)` on SQLite) is recorded in the\n" +
		"history and runs no statement there.\n")
	golden(t, "docs/types.md", b.String())
}

// inCreateTable is what a column is in CREATE TABLE, without its name.
func inCreateTable(t *testing.T, d dialect.Dialect, c schema.ColumnDef) string {
	t.Helper()
	stmts, err := d.Compile([]op.Op{op.CreateTable{Table: schema.NewTable("t", c)}}, op.NewState(schema.Schema{}))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(stmts[0].SQL) {
		if after, ok := strings.CutPrefix(strings.TrimSpace(line), d.Quote("c")+" "); ok {
			return strings.TrimSuffix(after, ",")
		}
	}
	t.Fatalf("no column in %s", stmts[0].SQL)
	return ""
}
