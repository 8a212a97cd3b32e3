package mysql

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
)

// What a session is set to must not change what is read in it.
func TestInspectSessions(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server, db *sql.DB, d Dialect) {
		makeKinds(t, s, db)
		want := inspect(t, d, db)
		conn, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		modes := []string{"", "ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES", "PIPES_AS_CONCAT,IGNORE_SPACE,HIGH_NOT_PRECEDENCE"}
		for _, mode := range modes {
			exec(t, conn, "SET sql_mode = '"+mode+"', time_zone = '-05:00', sql_quote_show_create = 1")
			if d := cmp.Diff(want, inspect(t, d, conn)); d != "" {
				t.Errorf("in sql_mode %q (-want +got)\n%s", mode, d)
			}
		}
		discard(conn)
	})
}

// A connection that cannot read every name says so, instead of names with
// question marks in them.
func TestInspectCharset(t *testing.T) {
	each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
		conn, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer discard(conn)
		exec(t, conn, "SET NAMES latin1")
		if _, err := d.Inspect(t.Context(), conn); err == nil || !strings.Contains(err.Error(), "charset=utf8mb4") {
			t.Errorf("error: %v", err)
		}
	})
}

// A database of another character set: what is its default is nobody's own.
func TestInspectLatin1(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server, db *sql.DB, d Dialect) {
		exec(t, db, "ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_swedish_ci",
			"CREATE TABLE plain (a varchar(9) DEFAULT 'é', b char(3), e enum('ä'))",
			"CREATE TABLE other (a varchar(9), b varchar(9) CHARACTER SET latin1, c varchar(9) COLLATE utf8mb4_bin, j json) CHARACTER SET utf8mb4",
			"CREATE FUNCTION f (a varchar(9), b varchar(9) CHARACTER SET utf8mb4) RETURNS varchar(9) DETERMINISTIC RETURN a",
			"CREATE VIEW v AS SELECT concat(a, 'é') x FROM plain")
		live := inspect(t, d, db)
		plain, _ := live.Table("plain")
		if (plain.Options != schema.TableOptions{}) || plain.Columns[0].Collation != (schema.Variants{}) || plain.Columns[0].Default.Text != "é" {
			t.Errorf("plain: %+v", plain)
		}
		other, _ := live.Table("other")
		if other.Options.MySQL.Charset != "utf8mb4" || other.Columns[0].Collation != (schema.Variants{}) ||
			other.Columns[1].Collation.On(s.Dialect) != "latin1_swedish_ci" || other.Columns[3].Type.Text != "json" {
			t.Errorf("other: %+v", other)
		}
		agrees(t, d, db, live)
		rebuilt(t, s, db, d)
		same(t, d, db, live)
	})
}

// A counter counts queries.
type counter struct {
	*sql.DB
	n int
}

func (c *counter) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	c.n++
	return c.DB.QueryContext(ctx, query, args...)
}

func TestInspectQueries(t *testing.T) {
	each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
		var counts []int
		for n := range 3 {
			for i := range 5 {
				exec(t, db, fmt.Sprintf("CREATE TABLE t_%d_%d (id int PRIMARY KEY, up int, b varbinary(3) DEFAULT x'00ff',"+
					" CONSTRAINT fk_%[1]d_%[2]d FOREIGN KEY (up) REFERENCES t_%[1]d_%[2]d (id), CONSTRAINT c_%[1]d_%[2]d CHECK (up > 0))", n, i))
			}
			c := &counter{DB: db}
			if s := inspect(t, d, c); len(s.Tables) != 5*(n+1) {
				t.Fatal(len(s.Tables))
			}
			counts = append(counts, c.n)
		}
		if counts[0] != counts[1] || counts[1] != counts[2] || counts[0] > 15 {
			t.Errorf("queries for 5, 10 and 15 tables: %v", counts)
		}
	})
}

// Where names have no case, a foreign key may have another spelling of its
// table than the table has. (lower_case_table_names is the server's: 1 and 2
// are tried here without one.)
func TestReferencedLowerCase(t *testing.T) {
	in := newInspector(t.Context(), New(schema.MySQL, ""), nil)
	in.database, in.tables = "Shop", map[string]int{"Orders": 0}
	for _, tt := range []struct {
		mode                  int
		database, table, want string
	}{
		{0, "Shop", "Orders", "Orders"},
		{0, "shop", "Orders", "shop.Orders"},
		{2, "shop", "orders", "Orders"},
		{1, "shop", "gone", "gone"},
		{0, "other.db", "x", `"other.db".x`},
	} {
		in.dialect.settings.lowerCase = tt.mode
		if got := in.referenced(tt.database, tt.table); got != tt.want {
			t.Errorf("lower_case_table_names %d, %s.%s: %s, want %s", tt.mode, tt.database, tt.table, got, tt.want)
		}
	}
}
