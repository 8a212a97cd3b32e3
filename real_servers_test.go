package whimbrel_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/dialect/mysql"
	"github.com/whimbreldb/whimbrel/dialect/postgres"
	"github.com/whimbreldb/whimbrel/dialect/sqlite"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/journal"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

// TestRealSchemasOnServers takes databases from the field through a baseline:
// an empty database upgraded from it is the same in every kind of object. The
// files are given by WHIM_REAL_SCHEMAS, the servers by WHIM_TEST_DATABASES.
func TestRealSchemasOnServers(t *testing.T) {
	if os.Getenv("WHIM_REAL_SCHEMAS") == "" {
		t.Skip("WHIM_REAL_SCHEMAS names no folder") // asked for by make test-real only
	}
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		for _, file := range realFiles(t, s) {
			t.Run(stem(file), func(t *testing.T) { realOnServer(t, s, file) })
		}
	})
}

func realOnServer(t *testing.T, s *dbtest.Server, file string) {
	ctx := context.Background()
	url := s.URL(t)
	real := s.Open(t, url)
	fillFrom(t, s, real, url, file)
	project := func(db *sql.DB, h *op.History) *whimbrel.Project {
		p, err := whimbrel.Open(whimbrel.Config{History: h, DB: db, Dialect: speaks(t, s, db), Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	b, err := project(real, history()).Baseline(ctx, whimbrel.BaselineOptions{FromDB: true})
	if err != nil {
		t.Fatalf("baseline: %v\n%s", err, strings.Join(b.Drift.Lines(), "\n"))
	}
	baseline := rev(b.ID, "", func(m *op.Script) { m.Add(b.Changes.Ops...) }, nil)

	empty := s.Database(t)
	if steps, err := project(empty, history(baseline)).Upgrade(ctx, "head"); err != nil {
		t.Fatalf("upgrade: %v (%d steps)", err, len(steps))
	}
	for name, db := range map[string]*sql.DB{"the real database": real, "the upgraded one": empty} {
		r, err := project(db, history(baseline)).Drift(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Empty() || r.Noise != nil || r.Foreign != nil {
			t.Errorf("drift of %s:\n%s\nnoise %q\nforeign %q", name, strings.Join(r.Lines(), "\n"), r.Noise, r.Foreign)
		}
	}
	is, want := inspected(t, s, empty), inspected(t, s, real)
	ops, noise := scratch.Compare(speaks(t, s, real), want, is)
	for _, o := range ops {
		t.Errorf("difference: %s", fmt.Sprint(op.Describe(o)))
	}
	if noise != nil {
		t.Errorf("noise: %q", noise)
	}
	t.Log(counts(want))
}

// TestRealPairs turns each real schema into each other one of its dialect, and
// back: everything that a database can hold goes, and something else comes.
func TestRealPairs(t *testing.T) {
	if os.Getenv("WHIM_REAL_SCHEMAS") == "" {
		t.Skip("WHIM_REAL_SCHEMAS names no folder") // asked for by make test-real only
	}
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		files := realFiles(t, s)
		schemas := make([]schema.Schema, len(files))
		for i, f := range files {
			url := s.URL(t)
			db := s.Open(t, url)
			fillFrom(t, s, db, url, f)
			schemas[i] = inspected(t, s, db)
		}
		for i, from := range schemas {
			for j, to := range schemas {
				if i != j {
					t.Run(fmt.Sprintf("%s to %s", stem(files[i]), stem(files[j])), func(t *testing.T) { realPair(t, s, from, to) })
				}
			}
		}
	})
}

func realPair(t *testing.T, s *dbtest.Server, from, to schema.Schema) {
	ctx := context.Background()
	db := s.Database(t)
	d := speaks(t, s, db)
	there := diff.Diff(from, to)
	back, ok := diff.Downgrade(there)
	if !ok {
		t.Fatal("a diff must be invertible")
	}
	h := history(
		rev("from", "", func(m *op.Script) { m.Add(diff.Diff(schema.Schema{}, from)...) }, nil),
		rev("to", "from", func(m *op.Script) { m.Add(there...) }, func(m *op.Script) { m.Add(back...) }),
	)
	p, err := whimbrel.Open(whimbrel.Config{History: h, DB: db, Dialect: d, Dir: folder(t)})
	if err != nil {
		t.Fatal(err)
	}
	same := func(when string, want schema.Schema) {
		t.Helper()
		ops, noise := scratch.Compare(d, want, inspected(t, s, db))
		for _, o := range ops {
			t.Errorf("%s: difference: %s", when, fmt.Sprint(op.Describe(o)))
		}
		if noise != nil {
			t.Errorf("%s: noise: %q", when, noise)
		}
	}
	for range 2 {
		if _, err := p.Upgrade(ctx, "head"); err != nil {
			t.Fatalf("upgrade: %v", err)
		}
		same("after the upgrade", to)
		if _, err := p.Downgrade(ctx, "-1"); err != nil {
			t.Fatalf("downgrade: %v", err)
		}
		same("after the downgrade", from)
	}
}

// realFiles returns the schemas of a dialect. What belongs to another file is
// not among them.
func realFiles(t *testing.T, s *dbtest.Server) []string {
	t.Helper()
	folder := map[schema.Dialect]string{schema.Postgres: "postgres", schema.MySQL: "mysql", schema.MariaDB: "mysql"}[s.Dialect]
	if folder == "" {
		return nil // TestRealSchemas has SQLite
	}
	files, err := filepath.Glob(filepath.Join(os.Getenv("WHIM_REAL_SCHEMAS"), folder, "*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no schemas of %s (%v)", folder, err)
	}
	return slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_objects.sql") })
}

func stem(file string) string { return strings.TrimSuffix(filepath.Base(file), ".sql") }

// fillFrom runs a dump, and the file of objects that belongs to it.
func fillFrom(t *testing.T, s *dbtest.Server, db *sql.DB, url, file string) {
	t.Helper()
	files := []string{file}
	if more := strings.TrimSuffix(file, ".sql") + "_objects.sql"; exists(more) {
		files = append(files, more)
	}
	for _, f := range files {
		if s.Dialect == schema.Postgres {
			psql(t, url, f)
		} else {
			load(t, db, f)
		}
	}
}

// folder is where no revision file is written: what stands in it would have to
// be registered.
func folder(t *testing.T) string { return filepath.Join(t.TempDir(), "migrations") }

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func speaks(t *testing.T, s *dbtest.Server, db *sql.DB) (d dialect.Dialect) {
	t.Helper()
	var err error
	switch s.Dialect {
	case schema.SQLite:
		var version string
		err = db.QueryRowContext(t.Context(), "SELECT sqlite_version()").Scan(&version)
		d = sqlite.New(version)
	case schema.Postgres:
		d, err = postgres.Open(context.Background(), db)
	default:
		d, err = mysql.Open(context.Background(), db)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func inspected(t *testing.T, s *dbtest.Server, db *sql.DB) schema.Schema {
	t.Helper()
	got, err := speaks(t, s, db).Inspect(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	got.Tables = slices.DeleteFunc(got.Tables, func(t schema.Table) bool { return journal.Owns(t.Name) })
	return got
}

// load runs a dump on one connection, as the client of the server would.
func load(t *testing.T, db *sql.DB, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, q := range delimited(string(text)) {
		if _, err := conn.ExecContext(ctx, q); err != nil {
			t.Fatalf("%s: %.200s: %v", filepath.Base(file), q, err)
		}
	}
}

// psql runs a dump as people do. A statement that fails, for want of rows that
// the dump does not have, of an extension or of a newer server, is passed over
// as psql does, and told.
func psql(t *testing.T, url, file string) {
	t.Helper()
	out, err := exec.Command("psql", "-X", "-q", "-d", url, "-f", file).CombinedOutput()
	if err != nil {
		t.Fatalf("psql: %v\n%s", err, out)
	}
	if n := strings.Count(string(out), "ERROR:"); n > 0 {
		_, first, _ := strings.Cut(string(out), "ERROR:")
		line, _, _ := strings.Cut(first, "\n")
		t.Logf("%d statements of the dump failed; the first:%s", n, line)
	}
}

// delimited splits a script at its delimiters, as they stand at the ends of
// lines.
func delimited(script string) (out []string) {
	delimiter, statement := ";", ""
	for line := range strings.Lines(script) {
		trimmed := strings.TrimSpace(line)
		if word, d, _ := strings.Cut(trimmed, " "); strings.EqualFold(word, "delimiter") {
			delimiter = strings.TrimSpace(d)
			continue
		}
		if statement == "" && (trimmed == "" || strings.HasPrefix(trimmed, "--")) {
			continue
		}
		statement += line
		if rest, ok := strings.CutSuffix(strings.TrimSpace(statement), delimiter); ok {
			out = append(out, rest)
			statement = ""
		}
	}
	return out
}

// counts says how many there are of each kind.
func counts(s schema.Schema) string {
	n := map[string]int{"table": len(s.Tables)}
	for _, t := range s.Tables {
		n["column"] += len(t.Columns)
		n["index"] += len(t.Indexes)
		n["foreign key"] += len(t.ForeignKeys)
		n["unique constraint"] += len(t.Uniques)
		n["check"] += len(t.Checks)
	}
	for _, o := range s.Objects {
		n[string(o.Kind)]++
	}
	var out []string
	for kind, count := range n {
		out = append(out, fmt.Sprintf("%d %s", count, kind))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}
