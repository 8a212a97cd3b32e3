package main

import (
	"context"
	"database/sql"
	"slices"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/internal/tutorial"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestServers plays the scripts in testdata/server on every database that is
// asked for, each in a database of its own, which DATABASE_URL names.
//
// [sqlite], [postgres], [mysql] and [mariadb] say which it is. "sql STATEMENT…"
// is what somebody does to the database by hand; "tables NAME…" says which
// tables there are.
func TestServers(t *testing.T) {
	if testing.Short() {
		t.Skip("builds apps")
	}
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		testscript.Run(t, testscript.Params{
			Dir: "testdata/server", RequireExplicitExec: true,
			Setup: func(env *testscript.Env) error {
				env.Setenv("DATABASE_URL", s.URL(t))
				env.Setenv("NOWHERE", nowhere[s.Dialect])
				return tutorial.Setup(env)
			},
			Condition: func(name string) (bool, error) { return name == string(s.Dialect), nil },
			Cmds: map[string]func(*testscript.TestScript, bool, []string){
				"change": tutorial.Commands()["change"],
				"sql": func(ts *testscript.TestScript, _ bool, statements []string) {
					by(t, s, ts, func(ctx context.Context, db *sql.DB) error {
						for _, statement := range statements {
							if _, err := db.ExecContext(ctx, statement); err != nil {
								return err
							}
						}
						return nil
					})
				},
				"tables": func(ts *testscript.TestScript, _ bool, want []string) {
					by(t, s, ts, func(ctx context.Context, db *sql.DB) error {
						got, err := tables(ctx, db, s.Dialect)
						if !slices.Equal(got, want) {
							ts.Fatalf("the tables are %q, not %q", got, want)
						}
						return err
					})
				},
			},
		})
	})
}

// nowhere is a database of the kind that cannot be reached.
var nowhere = map[schema.Dialect]string{
	schema.SQLite:   "sqlite:////no/such/folder/shop.db",
	schema.Postgres: "postgres://shop:hunter2@127.0.0.1:1/shop",
	schema.MySQL:    "mysql://shop:hunter2@127.0.0.1:1/shop",
	schema.MariaDB:  "mariadb://shop:hunter2@127.0.0.1:1/shop",
}

// by calls f with the database of the script.
func by(t *testing.T, s *dbtest.Server, ts *testscript.TestScript, f func(context.Context, *sql.DB) error) {
	db := s.Open(t, ts.Getenv("DATABASE_URL"))
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ts.Check(f(ctx, db))
}

// tables returns the names of the tables, in order.
func tables(ctx context.Context, db *sql.DB, d schema.Dialect) ([]string, error) {
	query := "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1"
	switch d {
	case schema.SQLite:
		query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY 1"
	case schema.Postgres:
		query = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY 1"
	case schema.MySQL, schema.MariaDB:
	}
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}
