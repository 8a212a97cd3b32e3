package sqlite

import (
	"context"
	"fmt"
	"testing"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestLosing asks the database what really becomes of each value in a column
// of each other affinity, and compares.
func TestLosing(t *testing.T) {
	types := map[affinity]string{blobAffinity: "blob", textAffinity: "text", numericAffinity: "numeric", integerAffinity: "integer", realAffinity: "real"}
	values := []string{
		"NULL", "0", "7", "-7", "1.5", "-0.0", "0.1", "1e300", "1e15", "123456789012345678", "9007199254740993", "9223372036854775807",
		"0.1+0.2", "1e999", "x'3037'", "x''", "''", "'7'", "'007'", "' 7'", "'7 '", "'+7'", "'-7'", "'-0'", "'7.0'", "'7.5'", "'7.50'", "'.5'", "'1e3'",
		"'1E3'", "'0x10'", "'abc'", "'12abc'", "'12345678901234567890'", "'9223372036854775808'", "'9007199254740993'", "'1e999'",
		"'inf'", "'NaN'", "'2024-01-01'", "'1_000'", "'é'", "'7\n'", "'1.0e0'", "'100000000000000000000'", "'1.0'",
	}
	db := openFile(t)
	ctx := context.Background()
	for from, fromType := range types {
		for to, toType := range types {
			mustExec(t, db, "CREATE TABLE o (i INTEGER PRIMARY KEY, a "+fromType+"); CREATE TABLE n (i INTEGER PRIMARY KEY, a "+toType+")")
			for _, v := range values {
				mustExec(t, db, "DELETE FROM o; DELETE FROM n; INSERT INTO o VALUES (1, "+v+"); INSERT INTO n SELECT * FROM o")
				// A text is kept if the new value is written so, as the column
				// or as a whole number; a number, if it is the same number.
				kept, err := dialect.One[bool](ctx, db, `SELECT CASE typeof(o.a)
					WHEN typeof(n.a) THEN o.a IS n.a AND quote(o.a) = quote(n.a)
					WHEN 'text' THEN CAST(n.a AS TEXT) = o.a COLLATE BINARY OR CAST(CAST(n.a AS INTEGER) AS TEXT) = o.a AND n.a = CAST(o.a AS NUMERIC)
					ELSE CAST(n.a AS NUMERIC) = o.a END FROM o, n`)
				if err != nil {
					t.Fatal(err)
				}
				lost := false
				if condition := losing(`"a"`, from, to); condition != "" {
					n, err := dialect.One[int](ctx, db, "SELECT count(*) FROM o WHERE "+condition)
					if err != nil {
						t.Fatal(err)
					}
					lost = n > 0
				}
				if lost == kept {
					stored := mustRows(t, db, "SELECT quote(o.a), quote(n.a) FROM o, n")
					t.Errorf("%s in %s to %s: lost %v, kept %v: %s", v, fromType, toType, lost, kept, stored)
				}
			}
			mustExec(t, db, "DROP TABLE o; DROP TABLE n")
		}
	}
}

func TestAffinityOf(t *testing.T) {
	db := openFile(t)
	for _, text := range []string{
		"", "int", "BIGINT", "varchar(10)", "CLOB", "blob", "none", "REAL", "double precision", "FLOAT", "numeric(1,2)",
		"boolean", "datetime", "string", "charint", "floating point", "any", "json", "uuid",
	} {
		mustExec(t, db, "CREATE TABLE t (a "+text+")", "INSERT INTO t VALUES (7), ('7'), ('x')")
		got := mustRows(t, db, "SELECT group_concat(typeof(a)) FROM (SELECT a FROM t)")[0]
		mustExec(t, db, "DROP TABLE t")
		want := map[affinity]string{
			blobAffinity: "integer,text,text", textAffinity: "text,text,text", numericAffinity: "integer,integer,text",
			integerAffinity: "integer,integer,text", realAffinity: "real,real,text",
		}[affinityOf(schema.Table{}, schema.Native("a", text).Column())]
		if got != fmt.Sprintf("%#v", []any{want}) {
			t.Errorf("%q: SQLite says %s, we say %s", text, got, want)
		}
	}
}
