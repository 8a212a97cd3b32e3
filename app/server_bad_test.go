package app

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/internal/connect/connecttest"
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
	for _, blank := range []string{"…", "USER", "HOST", "PORT", "`DATABASE`", "%!"} {
		if strings.Contains(text, blank) {
			t.Errorf("%q: there is a blank to be filled in, %s:\n%s", args, blank, text)
		}
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
		unlock, err := a.own.database.Here.Lock(t.Context(), conn, 0)
		if err != nil {
			t.Fatal(err)
		}
		second := appAt(t, address)
		second.own.lockWait = time.Second
		code, out := run(t, second, "db", "upgrade")
		if code != 4 || !strings.Contains(out, "shop: error: the database is locked by ") || tablesOf(t, a.DB(), s.Dialect) != "" {
			t.Errorf("exit code %d\n%s", code, out)
		}
		t.Log(out)
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
	connecttest.NoSettings(t)
	a := appAt(t, "sqlite://")
	a.own.database.Here = whimbrel.Server(sqlite.New(""), func(context.Context, dialect.Queryer) (sqlite.Dialect, error) {
		return sqlite.Dialect{}, &dialect.TooOldError{Server: "MySQL 5.7.44", Oldest: "8.0"}
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
			a.History(making("it's \\ \"x\"", awkward))
			for _, args := range [][]string{upgrade, {"db", "check"}, {"db", "drift"}, {"db", "stamp", "head"}, {"db", "downgrade", "base"}, upgrade, {"db", "drift"}, {"db", "downgrade"}} {
				if code, out := run(t, a, args...); code != 0 {
					t.Errorf("%s=%s, %q: exit code %d\n%s", m[0], m[1], args, code, out)
					break
				}
			}
		}
	})
}

// TestNamesAtTheLimit: the longest names that a server takes go through a whole
// life, and one more is refused.
func TestNamesAtTheLimit(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		longest := []string{strings.Repeat("x", 64), strings.Repeat("é", 64), strings.Repeat("商", 50)}
		if s.Dialect == schema.Postgres {
			longest = []string{strings.Repeat("x", 63), strings.Repeat("é", 31) + "x", strings.Repeat("🛒", 15) + "商"}
		}
		for i, n := range longest {
			for _, more := range []string{"", n[len(n)-3:]} {
				more = strings.ToValidUTF8(more, "x") // half of a character
				name := n + more
				table := schema.NewTable(name,
					schema.BigInt("id").NotNull().PrimaryKey().AutoIncrement(),
					schema.String(name, 20).NotNull(),
					schema.BigInt("other"),
					schema.Unique{Name: name, Parts: schema.Columns(name)},
					schema.Check{Name: n[1:] + "c", Expr: schema.Expr("other > 0")},
					schema.ForeignKey{Name: n[1:] + "f", Columns: []string{"other"}, RefTable: name, RefColumns: []string{"id"}},
					schema.Index{Name: n[1:] + "i", Parts: schema.Columns("other")},
				)
				if i > 0 {
					// Not in the middle of a character.
					for k, c := range table.Checks {
						table.Checks[k].Name = strings.ToValidUTF8(c.Name, "")
					}
					for k, c := range table.ForeignKeys {
						table.ForeignKeys[k].Name = strings.ToValidUTF8(c.Name, "")
					}
					for k, c := range table.Indexes {
						table.Indexes[k].Name = strings.ToValidUTF8(c.Name, "")
					}
				}
				if s.Dialect == schema.Postgres { // names of tables and indexes are of one kind there
					table.Uniques[0].Name = strings.ToValidUTF8(n[1:], "") + "u"
				}
				a := openApp(t, address)
				a.Models(model.Static(schema.Schema{Tables: []schema.Table{table}}))
				a.History(making("long", table))
				if more != "" {
					if code, out := run(t, a, "db", "check"); code != 1 || !strings.Contains(out, "shop: error: the name ") || !strings.Contains(out, "hint: Give it another name") {
						t.Errorf("%q: exit code %d\n%s", name, code, out)
					}
					before := tablesOf(t, a.DB(), s.Dialect)
					if code, out := run(t, a, "db", "upgrade"); code == 0 || tablesOf(t, a.DB(), s.Dialect) != before {
						t.Errorf("%q: exit code %d\n%s", name, code, out)
					} else {
						t.Log(out)
					}
					continue
				}
				for _, args := range [][]string{upgrade, {"db", "check"}, {"db", "drift"}, {"db", "downgrade"}} {
					if code, out := run(t, a, args...); code != 0 {
						t.Errorf("%q, %q: exit code %d\n%s", name, args, code, out)
						break
					}
				}
			}
		}
	})
}

// TestLatin1Database: the character set of the database is that of its tables.
// What is in none of it is refused by the server, and nothing is made of it.
func TestLatin1Database(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		if s.Dialect == schema.Postgres {
			return // a database with another encoding needs another locale
		}
		does(t, s.Open(t, address), "ALTER DATABASE CHARACTER SET latin1")
		table := schema.NewTable("t", schema.Int("id").NotNull().PrimaryKey(), schema.String("s", 20).NotNull().Default("größe"))
		a := openApp(t, address)
		a.Models(model.Static(schema.Schema{Tables: []schema.Table{table}}))
		a.History(making("größe 商店", table))
		for _, args := range [][]string{upgrade, {"db", "check"}, {"db", "drift"}, {"db", "downgrade"}, upgrade, {"db", "stamp", "head"}} {
			if code, out := run(t, a, args...); code != 0 {
				t.Errorf("%q: exit code %d\n%s", args, code, out)
			}
		}
		does(t, a.DB(), "INSERT INTO t (id) VALUES (1)")
		if got := one[string](t, a.DB(), "SELECT s FROM t"); got != "größe" {
			t.Errorf("the default is %q", got)
		}
		if _, err := a.DB().ExecContext(t.Context(), "INSERT INTO t VALUES (2, '商店 🛒')"); err == nil || !strings.Contains(err.Error(), "Incorrect string value") {
			t.Errorf("a text that latin1 has not: %v", err)
		}
	})
}

// TestAgainAfterRefusal: a revision that the server refused runs when it is
// mended.
func TestAgainAfterRefusal(t *testing.T) {
	eachServer(t, func(t *testing.T, s *dbtest.Server, address string) {
		table := schema.NewTable("t", schema.Int("id").NotNull().PrimaryKey())
		bad := table
		bad.Checks = []schema.Check{{Name: "c", Expr: schema.Expr("nonsense(")}}
		for range 2 {
			a := openApp(t, address)
			a.History(making("first", bad))
			p, err := a.Project()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.Upgrade(t.Context(), "head"); whimbrel.CodeOf(err) != whimbrel.StatementFailed {
				t.Fatalf("code %q: %v", whimbrel.CodeOf(err), err)
			}
		}
		a := openApp(t, address)
		a.History(making("first", table))
		for _, args := range [][]string{current, upgrade, {"db", "drift"}, {"db", "downgrade"}, upgrade} {
			if code, out := run(t, a, args...); code != 0 {
				t.Errorf("%q: exit code %d\n%s", args, code, out)
			}
		}
	})
}

// making returns a history of one revision, which makes a table.
func making(message string, table schema.Table) *op.History {
	return new(op.History).Add(op.Revision{
		ID: "aaaaaaaaaaaa", Message: message, Created: "2026-11-22T16:40:12Z",
		Upgrade:   func(m *op.Script) { m.Add(op.CreateTable{Table: table}) },
		Downgrade: func(m *op.Script) { m.Add(op.DropTable{Table: table}) },
	})
}
