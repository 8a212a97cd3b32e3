package mysql

import (
	"database/sql"
	"testing"

	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

// What MariaDB's engines have as options of their own comes and goes.
func TestEngineOptions(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server, db *sql.DB, d Dialect) {
		if s.Dialect != schema.MariaDB {
			return
		}
		conn := pin(t, d, db)
		for _, options := range []string{
			"PAGE_COMPRESSED=1", "page_compressed=1 page_compression_level=9", "`PAGE_COMPRESSED`=1", "`page_compressed`='ON'", "PAGE_COMPRESSED=0", "ENCRYPTED=NO", "`encrypted`='no'",
		} {
			exec(t, db, "DROP TABLE IF EXISTS t", "CREATE TABLE t (id int PRIMARY KEY, a int)")
			without := inspect(t, d, db)
			exec(t, db, "DROP TABLE t", "CREATE TABLE t (id int PRIMARY KEY, a int) "+options)
			with := inspect(t, d, db)
			for i, to := range []schema.Schema{without, with, without} {
				stmts, err := change(t, d, conn, diff.Diff(inspect(t, d, conn), to))
				if err != nil {
					t.Errorf("%s, %d: %v\n%s", options, i, err, show(stmts))
					break
				}
				if ops, _ := scratch.Compare(d, to, inspect(t, d, conn)); len(ops) > 0 {
					t.Errorf("%s, %d: %s leaves %+v", options, i, show(stmts), ops)
				}
			}
		}
	})
}
