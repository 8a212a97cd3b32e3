package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"github.com/whimbreldb/whimbrel/schema"
)

// dropTimeout is how long a database may take to go. What holds it up is a
// session that a test left in it.
const dropTimeout = time.Minute

// Database returns a connection to a new, empty database that is dropped when
// the test ends.
func (s *Server) Database(t testing.TB) *sql.DB {
	t.Helper()
	return s.Open(t, s.URL(t))
}

// URL makes a new, empty database that is dropped when the test ends, and
// returns its URL: sqlite:////folder/file, postgres://…, or mysql://… for MySQL
// and MariaDB.
func (s *Server) URL(t testing.TB) string {
	t.Helper()
	if s.Dialect == schema.SQLite {
		return "sqlite:///" + filepath.ToSlash(filepath.Join(t.TempDir(), "test.db"))
	}
	name := "whim_test_" + unique()
	s.must(t, "CREATE DATABASE "+name)
	t.Cleanup(func() { s.drop(t, name) })
	return s.inDatabase(name)
}

// Open connects to a URL that URL or Role returned. The connection is closed
// when the test ends. What the URL has after the question mark goes to the
// driver, so parameters can be added.
func (s *Server) Open(t testing.TB, address string) *sql.DB {
	t.Helper()
	db, err := connect(s.Dialect, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return db
}

// Admin connects to the server's own database as a user who may do everything,
// to look at sessions and locks, or to end them. SQLite has no such thing.
func (s *Server) Admin(t testing.TB) *sql.DB {
	t.Helper()
	if s.Dialect == schema.SQLite {
		t.Fatal("SQLite has no administrator")
	}
	return s.Open(t, s.admin)
}

// Role makes a user who may log in and do nothing else, and returns the name
// and the URL of the database at address as that user. The test grants what it
// wants to; MySQL lets nobody into a database without any right to it. The user is dropped after the database. SQLite has no users.
func (s *Server) Role(t testing.TB, address string) (name, as string) {
	t.Helper()
	if s.Dialect == schema.SQLite {
		t.Fatal("SQLite has no users")
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	name, password := "whim_role_"+unique()[:8], unique()
	if s.Dialect == schema.Postgres {
		s.must(t, "CREATE ROLE "+name+" LOGIN PASSWORD '"+password+"'")
	} else {
		s.must(t, "CREATE USER "+name+"@'%' IDENTIFIED BY '"+password+"'")
	}
	database := strings.TrimPrefix(u.Path, "/")
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.roles == nil {
		s.roles = map[string][]string{}
	}
	s.roles[database] = append(s.roles[database], name)
	u.User = url.UserPassword(name, password)
	return name, u.String()
}

// drop removes a database, whoever is in it, and then the roles that were made
// for it, which own nothing any more.
func (s *Server) drop(t testing.TB, name string) {
	s.mu.Lock()
	roles := s.roles[name]
	delete(s.roles, name)
	s.mu.Unlock()
	if s.Dialect == schema.Postgres {
		s.must(t, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		for _, r := range roles {
			s.must(t, "DROP ROLE IF EXISTS "+r)
		}
		return
	}
	s.evict(t, name)
	s.must(t, "DROP DATABASE IF EXISTS "+name)
	for _, r := range roles {
		s.must(t, "DROP USER IF EXISTS "+r+"@'%'")
	}
}

// evict ends the sessions that are in a database of MySQL: a transaction that
// one left open would hold up DROP DATABASE.
func (s *Server) evict(t testing.TB, name string) {
	s.do(t, func(ctx context.Context, db *sql.DB) error {
		query := "SELECT id FROM information_schema.processlist WHERE db = ?"
		if s.Dialect == schema.MySQL {
			// The other list is in utf8mb3, and MySQL 9.7 fails to make it (error
			// 3854) while anybody runs a statement with an emoji in it.
			query = "SELECT processlist_id FROM performance_schema.threads WHERE processlist_db = ?"
		}
		rows, err := db.QueryContext(ctx, query, name)
		if err != nil {
			return err
		}
		defer rows.Close()
		var ids []int64
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		for _, id := range ids {
			// It may have ended by itself meanwhile, which is as well.
			if _, err := db.ExecContext(ctx, fmt.Sprint("KILL ", id)); err != nil && !strings.Contains(err.Error(), "Unknown thread") {
				return err
			}
		}
		return rows.Err()
	})
}

// must carries out a statement as the administrator.
func (s *Server) must(t testing.TB, statement string) {
	t.Helper()
	s.do(t, func(ctx context.Context, db *sql.DB) error {
		_, err := db.ExecContext(ctx, statement)
		return err
	})
}

// do calls f with a connection of its own: one that stayed open would count
// for tests that look at the sessions of a server.
func (s *Server) do(t testing.TB, f func(context.Context, *sql.DB) error) {
	t.Helper()
	db, err := connect(s.Dialect, s.admin)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	// The context of the test is over when its cleanup runs.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), dropTimeout)
	defer cancel()
	if err := f(ctx, db); err != nil {
		t.Fatalf("%s: %v", s.Name, err)
	}
}

// inDatabase returns the administrator's URL for another database.
func (s *Server) inDatabase(name string) string {
	u, err := url.Parse(s.admin)
	if err != nil {
		panic(err) // it was parsed when the server was reached
	}
	u.Path = "/" + name
	return u.String()
}

// reach asks the server at a URL what it is, and whether that is what is
// asked for.
func reach(ctx context.Context, w want, admin string) (*Server, error) {
	s := &Server{Dialect: w.dialect, admin: admin}
	db, err := connect(w.dialect, admin)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	query := "SELECT version()"
	switch w.dialect {
	case schema.SQLite:
		query = "SELECT sqlite_version()"
	case schema.Postgres:
		query = "SHOW server_version"
	case schema.MySQL, schema.MariaDB:
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	var full string
	if err := db.QueryRowContext(ctx, query).Scan(&full); err != nil {
		return nil, err
	}
	if w.dialect != schema.SQLite && w.dialect != schema.Postgres {
		s.Dialect = schema.MySQL
		if strings.Contains(full, "MariaDB") {
			s.Dialect = schema.MariaDB
		}
	}
	s.Version = versionOf(full)
	if w.dialect != "" && w.dialect != s.Dialect || !w.accepts(s.Version) {
		return nil, fmt.Errorf("the server says that it is %s %s", s.Dialect, s.Version)
	}
	s.Name = nameOf(s.Dialect, s.Version)
	return s, nil
}

// nameOf returns the dialect with the part of the version that says which
// features there are: PostgreSQL's first number, two of the others'.
func nameOf(d schema.Dialect, version string) string {
	first, rest, _ := strings.Cut(version, ".")
	second, _, _ := strings.Cut(rest, ".")
	switch d {
	case schema.SQLite:
		return string(d)
	case schema.Postgres:
		return string(d) + first
	case schema.MySQL, schema.MariaDB:
	}
	return string(d) + first + "." + second
}

// connect opens a URL with the driver of its dialect. It does not reach the
// server yet.
func connect(d schema.Dialect, address string) (*sql.DB, error) {
	switch d {
	case schema.SQLite:
		path := strings.TrimPrefix(address, "sqlite:///")
		if path == "" {
			path = ":memory:"
		}
		return sql.Open("sqlite", path)
	case schema.Postgres:
		return sql.Open("pgx", address)
	case schema.MySQL, schema.MariaDB:
	}
	config, err := mysqlConfig(address)
	if err != nil {
		return nil, err
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

// mysqlConfig returns what a mysql:// URL means for the driver, which has a
// notation of its own.
func mysqlConfig(address string) (*mysql.Config, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("a mysql URL cannot be read") // the error of Parse repeats the password
	}
	config, err := mysql.ParseDSN("tcp(" + u.Host + ")/?" + u.RawQuery)
	if err != nil {
		return nil, err
	}
	config.User = u.User.Username()
	config.Passwd, _ = u.User.Password()
	config.Logger = &mysql.NopLogger{} // what goes wrong is in the errors too
	config.DBName = strings.TrimPrefix(u.Path, "/")
	return config, nil
}

// unique returns a word that nothing else is called: letters and digits.
func unique() string { return strings.ToLower(rand.Text())[:16] }
