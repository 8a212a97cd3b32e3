package app

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/cli"
	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/connect/connecttest"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
)

// eachServer calls f with every server that tests may use, and the URL of a
// database of its own there. SQLite is none.
func eachServer(t *testing.T, f func(t *testing.T, s *dbtest.Server, address string)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		if s.Dialect == schema.SQLite {
			return
		}
		connecttest.NoSettings(t)
		f(t, s, s.URL(t))
	})
}

// openApp makes an app without a history.
func openApp(t *testing.T, address string) *App {
	t.Helper()
	a := New("shop", Config{Database: address}, every...)
	t.Cleanup(func() { a.Close() })
	if a.own.broken != nil {
		t.Fatal(a.own.broken)
	}
	return a
}

// with returns a URL with an option more.
func with(t *testing.T, address, name, value string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = strings.ReplaceAll(q.Encode(), "+", "%20")
	return u.String()
}

func one[T any](t *testing.T, db *sql.DB, query string, args ...any) (v T) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), query, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

// TestServerSettings: who we are, and which time it is.
func TestServerSettings(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		db := openApp(t, address).DB()
		exec := func(query string, args ...any) {
			t.Helper()
			if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
				t.Fatalf("%s: %v", query, err)
			}
		}
		if s.Dialect == schema.Postgres {
			if got := one[string](t, db, "SHOW application_name"); got != "shop" {
				t.Errorf("application_name is %q", got)
			}
			if got := one[string](t, db, "SHOW TimeZone"); got != "UTC" {
				t.Errorf("TimeZone is %q", got)
			}
			exec("CREATE TABLE t (at timestamp, made timestamp DEFAULT CURRENT_TIMESTAMP, s text)")
		} else {
			if got := one[string](t, db, "SELECT @@time_zone"); got != "+00:00" {
				t.Errorf("time_zone is %q", got)
			}
			if got := one[string](t, db, "SELECT @@character_set_connection"); got != "utf8mb4" {
				t.Errorf("character_set_connection is %q", got)
			}
			exec("CREATE TABLE t (at datetime(3), made datetime DEFAULT CURRENT_TIMESTAMP, s text CHARACTER SET utf8mb4)")
		}
		at := time.Date(2026, 11, 22, 16, 40, 12, 345e6, time.UTC)
		insert := "INSERT INTO t (at, s) VALUES ($1, $2)"
		if s.Dialect != schema.Postgres {
			insert = "INSERT INTO t (at, s) VALUES (?, ?)"
		}
		exec(insert, at, "größe 商店 🛒")
		if got := one[time.Time](t, db, "SELECT at FROM t"); !got.Equal(at) {
			t.Errorf("%v came back as %v", at, got)
		}
		if got := one[time.Time](t, db, "SELECT made FROM t"); time.Since(got).Abs() > time.Minute {
			t.Errorf("CURRENT_TIMESTAMP is %v", got)
		}
		if got := one[string](t, db, "SELECT s FROM t"); got != "größe 商店 🛒" {
			t.Errorf("a text came back as %q", got)
		}
		// One statement is one: what follows a semicolon in a text that somebody
		// gave does not run. PostgreSQL says so where there are parameters.
		if s.Dialect != schema.Postgres {
			if _, err := db.ExecContext(t.Context(), "SELECT 1; DROP TABLE t"); err == nil {
				t.Error("two statements in one were taken")
			}
		}
	})
}

// TestOptionsReachTheServer: what the URL says goes before what we think.
func TestOptionsReachTheServer(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		if s.Dialect == schema.Postgres {
			db := openApp(t, with(t, with(t, address, "application_name", "till"), "timezone", "Asia/Tokyo")).DB()
			if got := one[string](t, db, "SELECT current_setting('application_name') || ' ' || current_setting('TimeZone')"); got != "till Asia/Tokyo" {
				t.Errorf("got %s", got)
			}
			return
		}
		db := openApp(t, with(t, with(t, address, "time_zone", "'+09:00'"), "sql_mode", "'ANSI'")).DB()
		if got := one[string](t, db, "SELECT concat(@@time_zone, ' ', @@sql_mode)"); !strings.HasPrefix(got, "+09:00 REAL_AS_FLOAT") {
			t.Errorf("got %s", got)
		}
	})
}

// TestMisspeltOption: what PostgreSQL takes for a setting that it does not have.
func TestMisspeltOption(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		if s.Dialect != schema.Postgres {
			return
		}
		fails(t, s, address, with(t, address, "sslmod", "disable"), current, cli.Failed, whimbrel.BadDatabase, `"sslmod"`, "did you mean: sslmode\n")
	})
}

// TestPlansDoNotGoStale: a query that ran before a migration runs after it too,
// on the same connection, in a transaction and out of it.
func TestPlansDoNotGoStale(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		db := openApp(t, address).DB()
		db.SetMaxOpenConns(1)
		other := openApp(t, address).DB()
		exec := func(db *sql.DB, query string) {
			t.Helper()
			if _, err := db.ExecContext(t.Context(), query); err != nil {
				t.Fatalf("%s: %v", query, err)
			}
		}
		query := "SELECT * FROM t WHERE id > ?"
		if s.Dialect == schema.Postgres {
			query = "SELECT * FROM t WHERE id > $1"
		}
		columns := func(want int) {
			t.Helper()
			tx, err := db.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				rows, err := tx.QueryContext(t.Context(), query, 0)
				if err != nil {
					t.Fatal(err)
				}
				names, _ := rows.Columns()
				if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(names) != want {
					t.Errorf("%q, %v", names, err)
				}
			}
			if err := tx.Commit(); err != nil {
				t.Fatal(err)
			}
		}
		exec(db, "CREATE TABLE t (id int PRIMARY KEY, n int)")
		exec(db, "INSERT INTO t VALUES (1, 2)")
		columns(2)
		exec(other, "ALTER TABLE t ADD COLUMN more int")
		columns(3)
		if s.Dialect == schema.Postgres {
			exec(other, "ALTER TABLE t ALTER COLUMN n TYPE text")
		} else {
			exec(other, "ALTER TABLE t MODIFY n text")
		}
		columns(3)
	})
}

// TestParameters: what people give to a query arrives, whatever the column is.
func TestParameters(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		db := openApp(t, address).DB()
		create, insert := "CREATE TABLE t (j json, b blob, n bigint, d decimal(10,2), s varchar(50), f bool)",
			"INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)"
		if s.Dialect == schema.Postgres {
			create, insert = "CREATE TABLE t (j jsonb, b bytea, n bigint, d numeric(10,2), s varchar(50), f bool)",
				"INSERT INTO t VALUES ($1, $2, $3, $4, $5, $6)"
		}
		if _, err := db.ExecContext(t.Context(), create); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]any{
			{[]byte(`{"a": 1}`), []byte{0, 1, 255}, 7, "1.50", "it's \\ \"x\"", true},
			{`{"a": 1}`, []byte{0, 1, 255}, int64(7), 1.5, []byte("it's \\ \"x\""), true},
			{nil, nil, nil, nil, nil, nil},
		} {
			if _, err := db.ExecContext(t.Context(), insert, args...); err != nil {
				t.Errorf("%v: %v", args, err)
			}
		}
		if got := one[int](t, db, `SELECT count(*) FROM t WHERE n = 7 AND d = 1.5 AND f AND s LIKE 'it''s%x"' AND length(b) = 3`); got != 2 {
			t.Errorf("%d of 2 rows are as they were written", got)
		}
	})
}

// TestInterruptReachesTheServer: a statement that nobody waits for any more
// ends in the server too.
func TestInterruptReachesTheServer(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		if s.Dialect != schema.Postgres {
			return // the driver closes the connection, which the server notices when the statement has ended
		}
		db := openApp(t, address).DB()
		if err := db.PingContext(t.Context()); err != nil { // the time below is the statement's
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		begin := time.Now()
		if _, err := db.ExecContext(ctx, "SELECT pg_sleep(60)"); err == nil || time.Since(begin) > 10*time.Second {
			t.Errorf("it went on for %v: %v", time.Since(begin), err)
		}
		if n := one[int](t, db, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%' AND state = 'active'"); n != 0 {
			t.Error("it still runs in the server")
		}
	})
}

// TestGeneratedKeyIsNobodys: a table without primary key gets one from a server
// that is told to make them, and is as it was wanted all the same.
func TestGeneratedKeyIsNobodys(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		if s.Dialect != schema.MySQL || dialect.ParseVersion(s.Version).Compare(dialect.Version{8, 0, 30}) < 0 {
			return
		}
		a := openApp(t, with(t, address, "sql_generate_invisible_primary_key", "1"))
		a.History(making("notes", schema.NewTable("notes", schema.Int("a"))))
		for _, args := range [][]string{upgrade, {"db", "drift"}} {
			if code, out := run(t, a, args...); code != 0 {
				t.Errorf("%q: exit code %d\n%s", args, code, out)
			}
		}
		if n := one[int](t, a.DB(), "SELECT count(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND column_name = 'my_row_id'"); n != 1 {
			t.Errorf("the server has made %d keys", n)
		}
	})
}
