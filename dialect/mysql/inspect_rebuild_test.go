package mysql

import (
	"database/sql"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
)

// TestRebuildKinds makes everything a second time from what was read.
func TestRebuildKinds(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server, db *sql.DB, d Dialect) {
		makeKinds(t, s, db)
		rebuilt(t, s, db, d)
		same(t, d, db, inspect(t, d, db))
	})
}
