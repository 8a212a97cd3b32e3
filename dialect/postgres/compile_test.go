package postgres

import (
	"cmp"
	"context"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
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

var update = flag.Bool("update", false, "write the golden files")

// A compileCase is a change of a database, whose statements are in
// testdata/compile/<name>.golden. The setup is operations too, so that the
// statements can be compiled without a server, on the state that a history
// describes; on each server they are compiled once more, on the state that was
// read, and carried out, there and back.
type compileCase struct {
	name  string
	setup []op.Op
	rows  []string // SQL behind the setup
	ops   []op.Op
	since int      // the oldest PostgreSQL that the case is for
	stays bool     // the operations have no inverse that brings everything back
	after []string // queries whose result is the same before, after, and after the way back
	noop  bool     // the probe cannot tell before from after
}

func record(f func(m *op.Script)) []op.Op { return op.Record(f) }

func compileCases() []compileCase {
	return slices.Concat(tableCases(), columnCases(), typeCases(), objectCases())
}

// versions are those for which statements are compiled without a server.
var versions = []string{"13", "15", "18"}

// TestCompileGolden compiles each case on the state that its history describes.
func TestCompileGolden(t *testing.T) {
	for _, c := range compileCases() {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			last := ""
			for _, v := range versions {
				d := New(v)
				if d.version[0] < c.since {
					continue
				}
				state := op.NewState(schema.Schema{})
				for _, o := range c.setup {
					if _, err := state.Apply(o); err != nil {
						t.Fatal(err)
					}
				}
				stmts, err := d.Compile(c.ops, state)
				text := show(stmts)
				if err != nil {
					text = "error: " + err.Error() + "\n"
				}
				if text != last {
					fmt.Fprintf(&b, "-- PostgreSQL %s\n%s", v, text)
				}
				last = text
			}
			golden(t, filepath.Join("testdata", "compile", c.name+".golden"), b.String())
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), got); diff != "" {
		t.Errorf("statements (-want +got):\n%s", diff)
	}
}

// show prints statements as a person reads them.
func show(stmts []dialect.Stmt) string {
	var b strings.Builder
	for _, s := range stmts {
		mark := ""
		if s.NoTx {
			mark = ", alone"
		}
		fmt.Fprintf(&b, "[%d%s] ", s.Op, mark)
		if s.Kind == dialect.None {
			fmt.Fprintf(&b, "none, or: %s\n", s.Must)
		}
		b.WriteString(s.SQL + ";\n")
	}
	if b.Len() == 0 {
		return "(nothing)\n"
	}
	return b.String()
}

// TestCompileLive carries the cases out on every server that is asked for: what
// is there then is what the same operations make in a scratch place; each probe
// sees its operation before and after; the way back leaves what was there
// before, rows included.
func TestCompileLive(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server) {
		db := openSimple(t, s)
		for _, c := range compileCases() {
			t.Run(c.name, func(t *testing.T) {
				defer empty(t, db)
				liveCase(t, db, c)
			})
		}
	})
}

// openSimple opens a new database in the way in which migrations are run: no
// statement is prepared, so that none remembers how a table was.
func openSimple(t *testing.T, s *dbtest.Server) *sql.DB {
	t.Helper()
	address := s.URL(t)
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	return s.Open(t, address+separator+"default_query_exec_mode=simple_protocol")
}

// empty takes everything out of a database: a new one for each case takes
// longer than the case.
func empty(t *testing.T, db *sql.DB) {
	t.Helper()
	_, err := db.ExecContext(context.Background(), `DO $$ DECLARE n text; BEGIN
		FOR n IN SELECT quote_ident(extname) FROM pg_extension WHERE extname <> 'plpgsql' LOOP EXECUTE 'DROP EXTENSION ' || n || ' CASCADE'; END LOOP;
		FOR n IN SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP EXECUTE 'DROP SCHEMA ' || n || ' CASCADE'; END LOOP;
		CREATE SCHEMA public; GRANT ALL ON SCHEMA public TO PUBLIC; COMMENT ON SCHEMA public IS 'standard public schema'; END $$`)
	if err != nil {
		t.Fatal(err)
	}
}

func liveCase(t *testing.T, db *sql.DB, c compileCase) {
	ctx := context.Background()
	d, err := Open(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	if d.version[0] < c.since {
		t.Skipf("it is for PostgreSQL %d", c.since)
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	l := live{t, d, conn}
	l.do(c.setup, op.NewState(schema.Schema{}))
	for _, sql := range c.rows {
		if _, err := conn.ExecContext(ctx, sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	before, queries := l.inspect(), l.query(c.after)
	ops, ok := l.filled(before, c.ops)
	l.probe(ops, dialect.Absent, c.noop)
	l.do(c.ops, op.LiveState(before))
	after := l.inspect()
	l.probe(ops, dialect.Applied, c.noop)
	if diff := gocmp.Diff(queries, l.query(c.after)); diff != "" {
		t.Errorf("not kept (-before +after):\n%s", diff)
	}
	l.same("the database is not what the operations make of nothing", l.scratch(db, c.setup, c.rows, c.ops), after)

	back, invertible := op.InvertAll(ops)
	if !ok || !invertible || c.stays {
		return
	}
	l.do(back, op.LiveState(after))
	l.same("the way back does not lead back", before, l.inspect())
	if diff := gocmp.Diff(queries, l.query(c.after)); diff != "" {
		t.Errorf("not kept on the way back (-before +after):\n%s", diff)
	}
}

// A live is a database of a test.
type live struct {
	t    *testing.T
	d    Dialect
	conn *sql.Conn
}

func (l live) inspect() schema.Schema {
	l.t.Helper()
	s, err := l.d.Inspect(context.Background(), l.conn)
	if err != nil {
		l.t.Fatal(err)
	}
	return s
}

// filled returns the operations as replay completes them.
func (l live) filled(s schema.Schema, ops []op.Op) (out []op.Op, ok bool) {
	l.t.Helper()
	state := op.LiveState(s)
	for _, o := range ops {
		full, err := state.Apply(o)
		if err != nil {
			return ops, false
		}
		out = append(out, full)
	}
	return out, true
}

func (l live) do(ops []op.Op, state *op.State) {
	l.t.Helper()
	stmts, err := l.d.Compile(ops, state)
	if err != nil {
		l.t.Fatal(err)
	}
	if err := perform(l.d, l.conn, stmts); err != nil {
		l.t.Fatalf("%v\n%s", err, show(stmts))
	}
}

// perform carries statements out as the runner does.
func perform(d Dialect, conn *sql.Conn, stmts []dialect.Stmt) (err error) {
	ctx := context.Background()
	var tx dialect.Tx
	end := func() error {
		if tx == nil {
			return nil
		}
		err := tx.Commit(ctx)
		tx = nil
		return err
	}
	defer func() {
		if tx != nil {
			_ = tx.Rollback(ctx)
		}
	}()
	for _, s := range stmts {
		if s.NoTx {
			if err := end(); err != nil {
				return err
			}
		} else if tx == nil {
			if tx, err = d.Begin(ctx, conn, stmts); err != nil {
				return err
			}
		}
		if s.Kind == dialect.None {
			found, err := texts(conn, s.SQL)
			if err != nil {
				return fmt.Errorf("%s: %w", s.SQL, err)
			}
			if len(found) > 0 {
				return fmt.Errorf("%s: %s", s.Must, strings.Join(found, "; "))
			}
			continue
		}
		if _, err := conn.ExecContext(ctx, s.SQL); err != nil {
			return fmt.Errorf("%s: %w", s.SQL, err)
		}
	}
	return end()
}

func (l live) query(queries []string) (out []string) {
	l.t.Helper()
	for _, q := range queries {
		rows, err := texts(l.conn, q)
		if err != nil {
			l.t.Fatalf("%s: %v", q, err)
		}
		out = append(out, q+": "+strings.Join(rows, "; "))
	}
	return out
}

// texts returns the rows of a query as texts.
func texts(q dialect.Queryer, query string) (out []string, err error) {
	rows, err := q.QueryContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values, pointers := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		pointers[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(pointers...); err != nil {
			return nil, err
		}
		var parts []string
		for _, v := range values {
			if b, ok := v.([]byte); ok {
				v = string(b)
			}
			parts = append(parts, fmt.Sprint(v))
		}
		out = append(out, strings.Join(parts, ", "))
	}
	return out, rows.Err()
}

// probe asks about each operation. With several, what one did may be gone again
// by another, so only a single one is asked about.
func (l live) probe(ops []op.Op, want dialect.Outcome, noop bool) {
	l.t.Helper()
	if len(ops) != 1 || noop {
		return
	}
	got, err := l.d.Probe(context.Background(), l.conn, ops[0])
	if err != nil {
		l.t.Fatal(err)
	}
	if verb, object := op.Describe(ops[0]); got != want && got != dialect.Unknown {
		l.t.Errorf("probe of %s %s: outcome %d, want %d", verb, object, got, want)
	}
}

// scratch returns what the operations make in a scratch place, compiled on the
// state that the history describes.
func (l live) scratch(db *sql.DB, setup []op.Op, rows []string, ops []op.Op) (got schema.Schema) {
	l.t.Helper()
	ctx := context.Background()
	err := l.d.Scratch(ctx, db, func(ctx context.Context, conn *sql.Conn, d dialect.Dialect) error {
		state := op.NewState(schema.Schema{})
		for _, part := range [][]op.Op{setup, ops} {
			stmts, err := d.Compile(part, state)
			if err != nil {
				return err
			}
			for _, s := range stmts {
				if s.Kind != dialect.Exec {
					continue
				}
				if _, err := conn.ExecContext(ctx, s.SQL); err != nil {
					return fmt.Errorf("%s: %w", s.SQL, err)
				}
			}
		}
		var err error
		got, err = d.Inspect(ctx, conn)
		return err
	})
	if err != nil {
		l.t.Fatalf("in a scratch place: %v", err)
	}
	return got
}

// same compares two schemas as a comparison would, without the order of things.
func (l live) same(what string, want, got schema.Schema) {
	l.t.Helper()
	want, got = ordered(l.d.Normalize(want)), ordered(l.d.Normalize(got))
	if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(schema.Table{}, "Needs"), cmpopts.IgnoreFields(schema.Object{}, "Needs")); diff != "" {
		l.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func ordered(s schema.Schema) schema.Schema {
	s.Tables, s.Objects = slices.Clone(s.Tables), slices.Clone(s.Objects)
	slices.SortFunc(s.Tables, func(a, b schema.Table) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(s.Objects, func(a, b schema.Object) int { return strings.Compare(a.String(), b.String()) })
	for i, t := range s.Tables {
		t = t.Clone()
		slices.SortFunc(t.Columns, func(a, b schema.Column) int { return cmp.Compare(a.Name, b.Name) })
		slices.SortFunc(t.Indexes, func(a, b schema.Index) int { return cmp.Compare(a.Name, b.Name) })
		slices.SortFunc(t.Checks, func(a, b schema.Check) int { return cmp.Compare(a.Name, b.Name) })
		slices.SortFunc(t.Uniques, func(a, b schema.Unique) int { return cmp.Compare(a.Name, b.Name) })
		slices.SortFunc(t.ForeignKeys, func(a, b schema.ForeignKey) int { return cmp.Compare(a.Name, b.Name) })
		s.Tables[i] = t
	}
	return s
}
