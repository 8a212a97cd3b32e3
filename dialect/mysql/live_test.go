package mysql

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// pin returns a connection whose session Lock has prepared.
func pin(t *testing.T, d Dialect, db *sql.DB) *sql.Conn {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	unlock, err := d.Lock(t.Context(), conn, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unlock(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("unlock: %v", err)
		}
	})
	return conn
}

// errGuard says that a check did not hold.
var errGuard = errors.New("guard")

// perform carries out statements as the runner does.
func perform(ctx context.Context, conn *sql.Conn, stmts []dialect.Stmt) error {
	for _, s := range stmts {
		switch s.Kind {
		case dialect.Exec:
			if _, err := conn.ExecContext(ctx, s.SQL); err != nil {
				return fmt.Errorf("%s: %w", s.SQL, err)
			}
		case dialect.None:
			rows, err := conn.QueryContext(ctx, s.SQL)
			if err != nil {
				return fmt.Errorf("%s: %w", s.SQL, err)
			}
			found := rows.Next()
			if err := errors.Join(rows.Err(), rows.Close()); err != nil {
				return err
			}
			if found {
				return fmt.Errorf("%w: %s", errGuard, s.Must)
			}
		default:
			return fmt.Errorf("a statement of kind %d", s.Kind)
		}
	}
	return nil
}

// change compiles ops on the schema as it is, and carries them out.
func change(t *testing.T, d Dialect, conn *sql.Conn, ops []op.Op) ([]dialect.Stmt, error) {
	t.Helper()
	stmts, err := d.Compile(ops, op.LiveState(inspect(t, d, conn)))
	if err != nil {
		return nil, err
	}
	return stmts, perform(t.Context(), conn, stmts)
}

// filledIn returns ops as they are in a history that begins with setup.
func filledIn(t *testing.T, setup, ops []op.Op) []op.Op {
	t.Helper()
	s, err := op.Replay(setup)
	if err != nil {
		t.Fatal(err)
	}
	state := op.NewState(s)
	out := make([]op.Op, len(ops))
	for i, o := range ops {
		if out[i], err = state.Apply(o); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// unlike compares two schemas as everybody does: normalized, by name.
func unlike(d Dialect, a, b schema.Schema) string {
	return gocmp.Diff(byName(d.Normalize(a)), byName(d.Normalize(b)), cmpopts.EquateEmpty(),
		cmpopts.IgnoreFields(schema.Object{}, "Needs"), cmpopts.IgnoreFields(schema.Schema{}, "Unsupported"))
}

func byName(s schema.Schema) schema.Schema {
	slices.SortFunc(s.Tables, func(a, b schema.Table) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(s.Objects, func(a, b schema.Object) int { return cmp.Compare(a.String(), b.String()) })
	for _, t := range s.Tables {
		slices.SortFunc(t.Columns, func(a, b schema.Column) int { return cmp.Compare(a.Name, b.Name) }) // new ones come last
		slices.SortFunc(t.Indexes, func(a, b schema.Index) int { return cmp.Compare(a.Name, b.Name) })
		slices.SortFunc(t.Checks, func(a, b schema.Check) int { return cmp.Compare(a.Name, b.Name) })
		slices.SortFunc(t.ForeignKeys, func(a, b schema.ForeignKey) int { return cmp.Compare(a.Name, b.Name) })
	}
	return s
}

// wanted returns what the server makes of ops from nothing, in another
// database: the schema that a history describes, as this server writes it.
func built(t *testing.T, d Dialect, db *sql.DB, ops []op.Op) schema.Schema {
	t.Helper()
	s, err := op.Replay(ops)
	if err != nil {
		t.Fatal(err)
	}
	var create []op.Op
	for _, table := range s.Tables {
		create = append(create, op.CreateTable{Table: table})
	}
	for _, o := range s.Objects {
		create = append(create, op.CreateObject{Object: o})
	}
	var out schema.Schema
	err = d.Scratch(t.Context(), db, func(ctx context.Context, conn *sql.Conn, there dialect.Dialect) error {
		stmts, err := there.Compile(create, op.NewState(schema.Schema{}))
		if err != nil {
			return err
		}
		if err := perform(ctx, conn, stmts); err != nil {
			return err
		}
		out, err = there.Inspect(ctx, conn)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestCompileLive carries every case out, and holds it to the laws: before it a
// probe finds nothing, after it everything, and the database is what the
// history says; the way back leads to the beginning, and no row is lost.
func TestCompileLive(t *testing.T) {
	for _, c := range compileCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
				if c.only != "" && c.only != d.flavor.Dialect {
					return
				}
				conn := pin(t, d, db)
				setup, ops := op.Record(c.setup), filledIn(t, op.Record(c.setup), op.Record(c.ops))
				if stmts, err := change(t, d, conn, setup); err != nil {
					t.Fatalf("setup: %v\n%s", err, show(stmts))
				}
				exec(t, conn, c.rows...)
				before, counts := inspect(t, d, conn), rowCounts(t, conn)
				if len(ops) == 1 {
					probe(t, d, conn, ops[0], dialect.Absent)
				}
				stmts, err := change(t, d, conn, ops)
				if err != nil {
					t.Fatalf("up: %v\n%s", err, show(stmts))
				}
				if len(ops) == 1 {
					probe(t, d, conn, ops[0], dialect.Applied)
				}
				after := inspect(t, d, conn)
				if history := append(slices.Clone(setup), ops...); c.opaque {
					// nothing to compare with
				} else if diff := unlike(d, built(t, d, db, history), after); diff != "" {
					t.Errorf("-history +database\n%s\n%s", diff, show(stmts))
				}
				if !c.down {
					return
				}
				back, ok := op.InvertAll(ops)
				if !ok {
					t.Fatal("there is no way back")
				}
				if stmts, err = change(t, d, conn, back); err != nil {
					t.Fatalf("down: %v\n%s", err, show(stmts))
				}
				if len(back) == 1 {
					probe(t, d, conn, back[0], dialect.Applied)
				}
				if diff := unlike(d, before, inspect(t, d, conn)); diff != "" {
					t.Errorf("there and back: -before +after\n%s\n%s", diff, show(stmts))
				}
				if got := rowCounts(t, conn); c.rows != nil && !lostByDesign(ops) && got != counts {
					t.Errorf("rows: %s before, %s after", counts, got)
				}
			})
		})
	}
}

func lostByDesign(ops []op.Op) bool {
	return slices.ContainsFunc(ops, func(o op.Op) bool { _, drop := o.(op.DropTable); return drop })
}

func probe(t *testing.T, d Dialect, conn *sql.Conn, o op.Op, want dialect.Outcome) {
	t.Helper()
	switch o.(type) {
	case op.Exec, op.Run:
		return
	case op.AlterObject:
		if got, _ := d.Probe(t.Context(), conn, o); want == dialect.Absent && got == dialect.Other {
			return // something else is there, which is what it was
		}
	default:
	}
	got, err := d.Probe(t.Context(), conn, o)
	if err != nil {
		t.Errorf("probe: %v", err)
	}
	if got != want && got != dialect.Unknown {
		verb, what := op.Describe(o)
		t.Errorf("probe of %s %s: %d, want %d", verb, what, got, want)
	}
}

// rowCounts says how many rows each table has.
func rowCounts(t *testing.T, conn *sql.Conn) string {
	t.Helper()
	names := column1(t, conn, "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY 1")
	var b strings.Builder
	for _, n := range names {
		b.WriteString(n + "=" + column1(t, conn, "SELECT count(*) FROM "+quoteIdent(n))[0] + " ")
	}
	return b.String()
}

// column1 returns the first column of a query.
func column1(t *testing.T, conn *sql.Conn, query string) []string {
	t.Helper()
	rows, err := conn.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s\n%v", query, err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s sql.NullString
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		if !s.Valid {
			s.String = "NULL"
		}
		out = append(out, s.String)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestGeneratedKey: the key that MySQL makes for a table without one goes when
// the table gets its own.
func TestGeneratedKey(t *testing.T) {
	each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
		if d.flavor.Dialect != schema.MySQL {
			return
		}
		conn := pin(t, d, db)
		exec(t, conn, "SET SESSION sql_generate_invisible_primary_key = ON", "CREATE TABLE t (a int NOT NULL)", "INSERT INTO t VALUES (5)",
			"SET SESSION sql_generate_invisible_primary_key = OFF")
		ops := op.Record(func(m *op.Script) {
			m.AlterPrimaryKey("t", schema.PrimaryKey{}, schema.PrimaryKey{Parts: schema.Columns("a")})
		})
		probe(t, d, conn, ops[0], dialect.Absent)
		if stmts, err := change(t, d, conn, ops); err != nil {
			t.Fatalf("%v\n%s", err, show(stmts))
		}
		probe(t, d, conn, ops[0], dialect.Applied)
		if table, _ := inspect(t, d, conn).Table("t"); len(table.Columns) != 1 || table.PrimaryKey.Parts[0].Column != "a" {
			t.Errorf("%+v", table)
		}
	})
}

// TestTriggerKeepsItsPlace: another definition of the first of two triggers
// leaves it the first.
func TestTriggerKeepsItsPlace(t *testing.T) {
	each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
		conn := pin(t, d, db)
		exec(t, conn, "CREATE TABLE t (a int)", "CREATE TRIGGER one BEFORE INSERT ON t FOR EACH ROW SET NEW.a = NEW.a + 1",
			"CREATE TRIGGER two BEFORE INSERT ON t FOR EACH ROW SET NEW.a = NEW.a * 10")
		to := object(schema.Trigger, "one", "t", "CREATE TRIGGER `one` BEFORE INSERT ON `t` FOR EACH ROW SET NEW.a = NEW.a + 2")
		from, _ := inspect(t, d, conn).Object(to.ID())
		stmts, err := change(t, d, conn, []op.Op{op.AlterObject{From: from, To: to}})
		if err != nil {
			t.Fatalf("%v\n%s", err, show(stmts))
		}
		exec(t, conn, "INSERT INTO t VALUES (1)")
		if got := column1(t, conn, "SELECT a FROM t"); got[0] != "30" {
			t.Errorf("%v\n%s", got, show(stmts))
		}
	})
}

// TestLockOfPlainUser: who may only work in one database can lock it, and is
// told who holds it as far as he may know.
func TestLockOfPlainUser(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		if s.Dialect != schema.MySQL && s.Dialect != schema.MariaDB {
			return
		}
		address := s.URL(t)
		db := s.Open(t, address)
		d := open(t, db)
		name, as := s.Role(t, address)
		exec(t, db, "GRANT ALL ON "+quoteIdent(d.settings.database)+".* TO "+name+"@'%'")
		mine := s.Open(t, as)
		unlock, err := d.Lock(t.Context(), connOf(t, mine), 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := unlock(t.Context()); err != nil {
			t.Fatal(err)
		}
		pin(t, d, db)
		var locked *dialect.LockedError
		if _, err := d.Lock(t.Context(), connOf(t, mine), 0); !errors.As(err, &locked) || !strings.Contains(locked.Holder, "connection ") {
			t.Error(err)
		}
	})
}
