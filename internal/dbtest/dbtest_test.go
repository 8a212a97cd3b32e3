package dbtest_test

import (
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
)

func TestEachDatabaseIsApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		a, b := s.Database(t), s.Database(t)
		exec1(t, a, "CREATE TABLE birds (id INTEGER)")
		exec1(t, b, "CREATE TABLE birds (name VARCHAR(20))") // would be refused if it were the same one
		exec1(t, a, "INSERT INTO birds VALUES (1)")
		var n int
		if err := b.QueryRow("SELECT count(*) FROM birds").Scan(&n); err != nil || n != 0 {
			t.Errorf("got %d rows in the other database, and %v", n, err)
		}
	})
}

// A database is dropped when its test ends, even with an open transaction in it.
func TestEachDatabaseGoes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		var address string
		t.Run("busy", func(t *testing.T) {
			address = s.URL(t)
			db := s.Open(t, address)
			exec1(t, db, "CREATE TABLE birds (id INTEGER)")
			tx, err := db.Begin()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.Exec("INSERT INTO birds VALUES (1)"); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { tx.Rollback() }) // runs before the database is dropped; the next one does not
			leave(t, s, address)
		})
		if path, ok := strings.CutPrefix(address, "sqlite:///"); ok {
			if _, err := os.Stat(path); !os.IsNotExist(err) {
				t.Errorf("the file is still there: %v", err)
			}
			return
		}
		if err := s.Open(t, address).Ping(); err == nil {
			t.Error("the database is still there")
		}
	})
}

// leave opens a transaction that nobody ends before the database goes.
func leave(t *testing.T, s *dbtest.Server, address string) {
	if s.Dialect == schema.SQLite {
		return // holds its file alone
	}
	db := s.Open(noCleanup{t}, address)
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRow("SELECT count(*) FROM birds").Scan(&n); err != nil {
		t.Fatal(err)
	}
}

// A noCleanup is a test that forgets to clean up.
type noCleanup struct{ testing.TB }

func (noCleanup) Cleanup(func()) {}

func TestRole(t *testing.T) {
	for _, s := range dbtest.Servers(t) {
		if s.Dialect == schema.SQLite {
			continue // has no users
		}
		t.Run(s.Name, func(t *testing.T) { testRole(t, s) })
	}
}

func testRole(t *testing.T, s *dbtest.Server) {
	address := s.URL(t)
	name, as := s.Role(t, address)
	if err := tryCreate(s.Open(t, as)); err == nil {
		t.Error("a new role may create tables")
	}
	if s.Dialect == schema.Postgres {
		exec1(t, s.Open(t, address), "GRANT CREATE ON SCHEMA public TO "+name)
	} else {
		exec1(t, s.Admin(t), "GRANT ALL ON *.* TO "+name+"@'%'")
	}
	db := s.Open(t, as)
	if err := tryCreate(db); err != nil {
		t.Errorf("with the right to: %v", err)
	}
	query := "SELECT CURRENT_USER"
	if s.Dialect != schema.Postgres {
		query = "SELECT SUBSTRING_INDEX(CURRENT_USER(), '@', 1)"
	}
	var user string
	if err := db.QueryRow(query).Scan(&user); err != nil || user != name {
		t.Errorf("the user is %q, %v, want %q", user, err, name)
	}
}

func tryCreate(db *sql.DB) error {
	_, err := db.Exec("CREATE TABLE birds (id INTEGER)")
	return err
}

// What is asked for and missing fails, and says what to install. The tests of
// this process do not fail on purpose, so another process does.
func TestMissingFails(t *testing.T) {
	if os.Getenv("WHIM_DBTEST_HELPER") != "" {
		dbtest.Each(t, func(*testing.T, *dbtest.Server) {})
		return
	}
	for _, tt := range []struct{ databases, want string }{
		{"postgres1", "apt-get install --no-install-recommends postgresql-1\n"},
		{"mariadb1.1", "apt-get install --no-install-recommends mariadb-server-core mariadb-client-core\n"},
		{"mysql1", "make engines\n"},
		{"sqlite,postgres1", "postgres1 is asked for in WHIM_TEST_DATABASES and is not on this machine\n"},
		{"oracle", `unknown database "oracle"`},
		{"postgres=postgres://nobody@127.0.0.1:1/none", "postgres: "},
	} {
		out, err := helper("TestMissingFails", tt.databases).CombinedOutput()
		if err == nil {
			t.Errorf("%s: the test passed\n%s", tt.databases, out)
		}
		if !strings.Contains(string(out), tt.want) || strings.Contains(string(out), "SKIP") {
			t.Errorf("%s: no %q in\n%s", tt.databases, tt.want, out)
		}
	}
}

// helper returns a command that runs one test of this package in a process of
// its own, with those databases.
func helper(test, databases string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.run=^"+test+"$", "-test.v")
	cmd.Env = append(os.Environ(), "WHIM_DBTEST_HELPER=1", dbtest.Env+"="+databases)
	return cmd
}

// A URL says the server of an entry, and a server is what its entry asks for.
func TestEntry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		again, stop, err := dbtest.Open(t.Context(), s.Entry())
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		if len(again) != 1 || again[0].Name != s.Name || again[0].Version != s.Version || again[0].Dialect != s.Dialect {
			t.Errorf("%s %s opens as %+v", s.Name, s.Version, again)
		}
		if s.Dialect == schema.SQLite {
			return
		}
		wrong := strings.Replace(s.Entry(), s.Name, string(s.Dialect)+"1", 1)
		if _, _, err := dbtest.Open(t.Context(), wrong); err == nil || !strings.Contains(err.Error(), s.Version) {
			t.Errorf("asked for version 1: %v", err)
		}
	})
}

func exec1(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

// gone says whether no folder of a server is left in dir.
func gone(t *testing.T, dir string) bool {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(dir, "whim-db-*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(left) == 0
}
