package app

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/dialect/mysql"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
)

// noScratch is a dialect that has no scratch place.
type noScratch struct{ mysql.Dialect }

func (noScratch) Scratch(context.Context, *sql.DB, func(context.Context, *sql.Conn, dialect.Dialect) error) error {
	return errors.New("a scratch place is wanted")
}

// TestDriftMakesNoTables: on MySQL and MariaDB an app is told of tables without
// making them.
func TestDriftMakesNoTables(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		a := openApp(t, address)
		a.History(making("products", schema.NewTable("products", schema.Int("id").PrimaryKey(), schema.String("name", 40).Default("x"))))
		if s.Dialect != schema.Postgres {
			a.own.database.Here = whimbrel.Server(noScratch{mysql.New(s.Dialect, "")}, func(ctx context.Context, q dialect.Queryer) (noScratch, error) {
				d, err := mysql.Open(ctx, q)
				return noScratch{d}, err
			})
		}
		for _, args := range [][]string{upgrade, {"db", "drift"}} {
			if code, out := run(t, a, args...); code != 0 {
				t.Fatalf("%q: exit code %d\n%s", args, code, out)
			}
		}
		does(t, a.DB(), "ALTER TABLE products DROP COLUMN name")
		if code, out := run(t, a, "db", "drift"); code == 0 || !strings.Contains(out, "products.name") {
			t.Errorf("exit code %d\n%s", code, out)
		}
	})
}
