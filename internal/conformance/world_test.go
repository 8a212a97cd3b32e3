package conformance

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/dialect/mysql"
	"github.com/whimbreldb/whimbrel/dialect/postgres"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/journal"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/runner"
	"github.com/whimbreldb/whimbrel/schema"
)

// A world is a database that laws are tried in. It begins empty and each trial
// leaves it empty; one that does not, leaves a world that is of no use any more.
type world struct {
	server *dbtest.Server
	db     *sql.DB
	d      dialect.Dialect
	known  map[string]bool // schemas that it has been held to

	queries int
}

// newWorld makes an empty database.
func newWorld(t testing.TB, s *dbtest.Server) *world {
	t.Helper()
	address := s.URL(t)
	if s.Dialect == schema.SQLite {
		// As applications open it. Nobody pulls the plug on a test.
		address += "?_pragma=foreign_keys(1)&_pragma=synchronous(0)"
	}
	db := s.Open(t, address)
	if isMySQL(s.Dialect) { // MariaDB's own default is latin1
		if _, err := db.ExecContext(t.Context(), "ALTER DATABASE CHARACTER SET utf8mb4"); err != nil {
			t.Fatal(err)
		}
	}
	d, err := open(t.Context(), s.Dialect, db)
	if err != nil {
		t.Fatal(err)
	}
	return &world{server: s, db: db, d: d}
}

func open(ctx context.Context, name schema.Dialect, db *sql.DB) (dialect.Dialect, error) {
	switch name {
	case schema.SQLite:
		return sqlite.Open(ctx, db)
	case schema.Postgres:
		return postgres.Open(ctx, db)
	case schema.MySQL, schema.MariaDB:
		return mysql.Open(ctx, db)
	}
	return nil, fmt.Errorf("no dialect %q", name)
}

// offline returns the dialect of a server without the server.
func offline(name schema.Dialect, version string) dialect.Dialect {
	switch name {
	case schema.SQLite:
		return sqlite.New(version)
	case schema.Postgres:
		return postgres.New(version)
	case schema.MySQL, schema.MariaDB:
	}
	return mysql.New(name, version)
}

// upgrade and downgrade carry out ops as one revision.
func (w *world) upgrade(ctx context.Context, id string, ops []op.Op) error {
	return w.run(ctx, runner.Step{Revision: id, Hash: "-", Ops: ops})
}

func (w *world) downgrade(ctx context.Context, id string, ops []op.Op) error {
	return w.run(ctx, down(id, ops))
}

func down(id string, ops []op.Op) runner.Step {
	return runner.Step{Revision: id, Hash: "-", Down: true, Ops: ops}
}

// run carries out steps as the library does it: under the lock, recorded in the
// journal, probed.
func (w *world) run(ctx context.Context, steps ...runner.Step) (err error) {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	unlock, err := w.d.Lock(ctx, conn, 10*time.Second)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock(context.WithoutCancel(ctx))) }()
	mark, err := w.d.Mark(ctx, conn)
	if err != nil {
		return err
	}
	state, err := journal.ReadAll(ctx, conn, w.d)
	if err != nil {
		return err
	}
	nothing := func(int) {}
	r := runner.Run{
		Dialect: w.d, Conn: conn, Journal: state, Mark: mark, Clock: time.Now, LockWait: 10 * time.Second,
		Started: nothing, Skipped: nothing, Done: func(int, time.Duration) {}, Waiting: func(string, string) {},
	}
	_, err = r.Do(ctx, steps)
	var stmt *runner.StmtError
	if errors.As(err, &stmt) {
		err = fmt.Errorf("%w\n%s\n%s", err, stmt.Stmt.SQL, strings.Join(stmt.Rows, "\n"))
	}
	return err
}

// inspect reads the schema, without the tables of the journal.
func (w *world) inspect(ctx context.Context) (schema.Schema, error) {
	s, err := w.d.Inspect(ctx, w.db)
	s.Tables = slices.DeleteFunc(s.Tables, func(t schema.Table) bool { return journal.Owns(t.Name) })
	for _, t := range s.Tables {
		if err == nil && t.Unsupported != "" {
			err = fmt.Errorf("table %s is not understood: %s", t.Name, t.Unsupported)
		}
	}
	return s, err
}

// exec carries out statements on one connection, with foreign keys and, where
// there is a way, triggers out of force: what the laws are about is the rows
// that are there when a revision begins.
func (w *world) exec(ctx context.Context, statements []string) (err error) {
	if len(statements) == 0 {
		return nil
	}
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	off, on := "PRAGMA foreign_keys = 0", "PRAGMA foreign_keys = 1"
	switch w.server.Dialect {
	case schema.SQLite:
	case schema.Postgres:
		off, on = "SET session_replication_role = replica", "RESET session_replication_role"
	case schema.MySQL, schema.MariaDB:
		off, on = "SET foreign_key_checks = 0, sql_mode = concat(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')", "SET foreign_key_checks = 1, sql_mode = DEFAULT"
	}
	for _, s := range slices.Concat([]string{off}, statements, []string{on}) {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}
