package app

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// appAt makes an app with the history of one table.
func appAt(t *testing.T, address string) *App {
	t.Helper()
	a := openApp(t, address)
	a.History(history())
	return a
}

// does carries out what somebody else does to a database.
func does(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// tablesOf returns the names of the tables in a database, in order.
func tablesOf(t *testing.T, db *sql.DB, d schema.Dialect) string {
	t.Helper()
	query := "SELECT coalesce(group_concat(table_name ORDER BY table_name), '') FROM information_schema.tables WHERE table_schema = DATABASE()"
	if d == schema.Postgres {
		query = "SELECT coalesce(string_agg(relname, ',' ORDER BY relname), '') FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
	}
	return one[string](t, db, query)
}

// fails runs a command line that must fail in one way, and leave the database
// as it is.
func fails(t *testing.T, s *dbtest.Server, address, as string, args []string, exit int, code whimbrel.Code, say ...string) {
	t.Helper()
	owner := s.Open(t, address)
	before := tablesOf(t, owner, s.Dialect)
	a := appAt(t, as)
	got, out := run(t, a, append(args, "--json")...)
	_, text := run(t, appAt(t, as), args...)
	if got != exit || !strings.Contains(out, fmt.Sprintf("%q: %q", "code", code)) {
		t.Errorf("%q: exit code %d, want %d and %s:\n%s", args, got, exit, code, text)
	}
	for _, word := range say {
		if !strings.Contains(text, word) {
			t.Errorf("%q: no %q in\n%s", args, word, text)
		}
	}
	if !strings.Contains(text, "shop:  hint: ") || strings.Count(text, "shop: error: ") != 1 {
		t.Errorf("%q:\n%s", args, text)
	}
	if after := tablesOf(t, owner, s.Dialect); after != before {
		t.Errorf("%q: there are tables %s, and there were %s", args, after, before)
	}
	t.Logf("%q:\n%s", args, text)
}

var (
	upgrade = []string{"db", "upgrade"}
	current = []string{"db", "current"}
)

// TestNoRightToCreate: a user who may connect and read, and no more.
func TestNoRightToCreate(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		role, as := s.Role(t, address)
		owner := s.Open(t, address)
		if s.Dialect == schema.Postgres {
			does(t, owner, "REVOKE CREATE ON SCHEMA public FROM PUBLIC") // what PostgreSQL 15 and later do by themselves
			fails(t, s, address, as, upgrade, 1, whimbrel.NoPermission, "permission denied for schema public", "GRANT USAGE, CREATE ON SCHEMA")
			return
		}
		does(t, owner, "GRANT SELECT ON "+one[string](t, owner, "SELECT concat('`', DATABASE(), '`')")+".* TO "+role)
		fails(t, s, address, as, upgrade, 1, whimbrel.NoPermission, "command denied to user", "GRANT ALL ON")
	})
}

// TestNoRightToVersionTable: somebody else has migrated.
func TestNoRightToVersionTable(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		if code, out := run(t, appAt(t, address), upgrade...); code != 0 {
			t.Fatal(out)
		}
		role, as := s.Role(t, address)
		say := []string{"permission denied for table whimbrel_version", "GRANT SELECT, INSERT, UPDATE, DELETE ON whimbrel_version, whimbrel_journal"}
		if s.Dialect != schema.Postgres {
			owner := s.Open(t, address)
			does(t, owner, "GRANT CREATE ON "+one[string](t, owner, "SELECT concat('`', DATABASE(), '`')")+".* TO "+role)
			say = []string{"command denied to user", "whimbrel_version", "GRANT ALL ON"}
		}
		for _, args := range [][]string{current, upgrade, {"db", "downgrade"}, {"db", "drift"}, {"db", "stamp", "base"}} {
			fails(t, s, address, as, args, 1, whimbrel.NoPermission, say...)
		}
	})
}

// TestReadOnlySession: a user, or a server, that only lets read.
func TestReadOnlySession(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		var as string
		switch s.Dialect {
		case schema.Postgres:
			as = with(t, address, "default_transaction_read_only", "on")
		case schema.MySQL:
			as = with(t, address, "transaction_read_only", "1")
		default:
			as = with(t, address, "tx_read_only", "1")
		}
		fails(t, s, address, as, upgrade, 1, whimbrel.ReadOnly, "the database cannot be written")
		if code, out := run(t, appAt(t, as), current...); code != 0 {
			t.Errorf("looking: exit code %d\n%s", code, out)
		}
		if code, out := run(t, appAt(t, address), upgrade...); code != 0 {
			t.Fatal(out)
		}
		fails(t, s, address, as, []string{"db", "downgrade"}, 1, whimbrel.ReadOnly, "the database cannot be written")
		for _, args := range [][]string{current, upgrade, {"db", "upgrade", "--plan"}} {
			if code, out := run(t, appAt(t, as), args...); code != 0 {
				t.Errorf("%q: exit code %d\n%s", args, code, out)
			}
		}
	})
}

// TestMissingDatabase: the server is there, and the database is not; nobody
// makes it.
func TestMissingDatabase(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		a := openApp(t, address)
		name := one[string](t, a.DB(), map[bool]string{true: "SELECT current_database()", false: "SELECT DATABASE()"}[s.Dialect == schema.Postgres])
		as := strings.Replace(address, name, name+"_none", 1)
		hint := "CREATE DATABASE `" + name + "_none`"
		if s.Dialect == schema.Postgres {
			hint = "to make it: createdb -h "
		}
		for _, args := range [][]string{current, upgrade, {"db", "upgrade", "--plan"}, {"db", "stamp", "head"}} {
			fails(t, s, address, as, args, 1, whimbrel.Unreachable, "the database does not exist on the server: "+name+"_none", hint)
		}
		if code, out := run(t, appAt(t, as), "db", "upgrade", "--sql"); code != 0 || !strings.Contains(out, "CREATE TABLE") {
			t.Errorf("--sql: exit code %d\n%s", code, out)
		}
	})
}

// TestLockedOut: somebody else migrates, and goes on.
func TestLockedOut(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		a := openApp(t, address)
		conn, err := a.DB().Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		unlock, err := a.database.here.Lock(t.Context(), conn, 0)
		if err != nil {
			t.Fatal(err)
		}
		fails(t, s, address, address, upgrade, 4, whimbrel.Locked, "the database is locked by")
		if err := unlock(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		if code, out := run(t, appAt(t, address), upgrade...); code != 0 {
			t.Errorf("exit code %d\n%s", code, out)
		}
	})
}

// TestOldServer: nothing is done to a server that is too old, and what needs
// none works.
func TestOldServer(t *testing.T) {
	noSettings(t)
	a := appAt(t, "sqlite://")
	a.database.here = newServer(sqlite.New(""), func(context.Context, dialect.Queryer) (dialect.Dialect, error) {
		return nil, &dialect.TooOldError{Server: "MySQL 5.7.44", Oldest: "8.0"}
	})
	for _, args := range [][]string{upgrade, {"db", "downgrade"}, {"db", "drift"}, {"db", "current"}, {"db", "upgrade", "--plan"}} {
		code, out := run(t, a, args...)
		if code != 1 || !strings.HasPrefix(out, "shop: error: this is MySQL 5.7.44: 8.0 is the oldest that works\n") {
			t.Errorf("%q: exit code %d\n%s", args, code, out)
		}
	}
	p, err := a.Project()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Upgrade(t.Context(), "head"); whimbrel.CodeOf(err) != whimbrel.TooOld {
		t.Errorf("got %v", err)
	}
	if code, out := run(t, a, "db", "upgrade", "--sql"); code != 0 || !strings.Contains(out, "CREATE TABLE") {
		t.Errorf("--sql: exit code %d\n%s", code, out)
	}
}

// TestMySQLBehindMariaDB: a URL that says mariadb is about a MariaDB, and one
// that says mysql may be about either.
func TestMySQLBehindMariaDB(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		as := strings.Replace(address, "mysql:", "mariadb:", 1)
		switch s.Dialect {
		case schema.MySQL:
			fails(t, s, address, as, upgrade, 1, whimbrel.WrongServer, "the server is a MySQL, and the URL says mariadb", "mysql://")
		case schema.MariaDB:
			if code, out := run(t, appAt(t, as), upgrade...); code != 0 {
				t.Errorf("exit code %d\n%s", code, out)
			}
			if d := appAt(t, as).Dialect(); d != schema.MariaDB {
				t.Errorf("it is a %s", d)
			}
		}
	})
}

// awkward is a table whose texts have what a server may read in two ways.
var awkward = schema.NewTable("Odd Names",
	schema.BigInt("id").NotNull().PrimaryKey().AutoIncrement(),
	schema.String("it's \"x\" `y` \\z", 40).NotNull().Default(`a\'b"c`+"`d"),
	schema.Text("größe").Comment(`a\b 'c' "d" ü`),
	schema.Index{Name: "on the größe", Parts: []schema.Part{{Column: "it's \"x\" `y` \\z"}}},
)

// TestServerModes: how the server reads texts by itself makes no difference.
func TestServerModes(t *testing.T) {
	modes := map[schema.Dialect][][2]string{
		schema.Postgres: {
			{"standard_conforming_strings", "off"},
			{"backslash_quote", "off"},
			{"client_min_messages", "debug1"},
			{"DateStyle", "German"},
			{"IntervalStyle", "iso_8601"},
			{"default_transaction_isolation", "serializable"},
			{"search_path", "public"},
			{"bytea_output", "escape"},
		},
		schema.MySQL: {
			{"sql_mode", "''"},
			{"sql_mode", "'ANSI_QUOTES'"},
			{"sql_mode", "'ANSI,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT'"},
			{"sql_mode", "'TRADITIONAL,NO_UNSIGNED_SUBTRACTION'"},
			{"foreign_key_checks", "0"},
			{"autocommit", "0"},
			{"collation", "utf8mb4_bin"},
			{"time_zone", "'+09:00'"},
		},
	}
	modes[schema.MariaDB] = append(modes[schema.MySQL], [2]string{"sql_mode", "'ORACLE'"}, [2]string{"sql_mode", "'EMPTY_STRING_IS_NULL'"})
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		if s.Dialect != schema.Postgres {
			does(t, s.Open(t, address), "ALTER DATABASE CHARACTER SET utf8mb4")
		}
		for _, m := range modes[s.Dialect] {
			as := with(t, address, m[0], m[1])
			a := openApp(t, as)
			a.Models(model.Static(schema.Schema{Tables: []schema.Table{awkward}}))
			a.History(new(op.History).Add(op.Revision{
				ID: "aaaaaaaaaaaa", Message: "it's \\ \"x\"", Created: "2026-11-22T16:40:12Z",
				Upgrade:   func(m *op.Script) { m.Add(op.CreateTable{Table: awkward}) },
				Downgrade: func(m *op.Script) { m.Add(op.DropTable{Table: awkward}) },
			}))
			for _, args := range [][]string{upgrade, {"db", "check"}, {"db", "drift"}, {"db", "stamp", "head"}, {"db", "downgrade", "base"}, upgrade, {"db", "drift"}, {"db", "downgrade"}} {
				if code, out := run(t, a, args...); code != 0 {
					t.Errorf("%s=%s, %q: exit code %d\n%s", m[0], m[1], args, code, out)
					break
				}
			}
		}
	})
}
