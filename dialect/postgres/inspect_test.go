package postgres

import (
	"context"
	"database/sql"
	"testing"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
)

// each runs f on every PostgreSQL that is asked for.
func each(t *testing.T, f func(t *testing.T, s *dbtest.Server)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		if s.Dialect != schema.Postgres {
			return
		}
		f(t, s)
	})
}

// database returns an empty database with scripts executed, and its dialect.
func database(t testing.TB, s *dbtest.Server, scripts ...string) (*sql.DB, Dialect) {
	t.Helper()
	db := s.Open(t, s.URL(t)+"&default_query_exec_mode=simple_protocol")
	for _, script := range scripts {
		if _, err := db.ExecContext(t.Context(), script); err != nil {
			t.Fatalf("%s: %v", script, err)
		}
	}
	d, err := Open(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return db, d
}

func mustInspect(t testing.TB, d dialect.Dialect, q dialect.Queryer) schema.Schema {
	t.Helper()
	s, err := d.Inspect(context.WithoutCancel(t.Context()), q)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
