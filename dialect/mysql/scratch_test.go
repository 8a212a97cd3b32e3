package mysql

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

// rebuilt creates everything that Inspect has found in db a second time, in an
// empty database of the same server, and holds the two to each other: by what
// Inspect says, and by what SHOW CREATE says.
func rebuilt(t *testing.T, s *dbtest.Server, db *sql.DB, d Dialect) {
	t.Helper()
	first := inspect(t, d, db)
	other := s.Database(t)
	charset := oneText(t, db, "SELECT concat(@@character_set_database, ' COLLATE ', @@collation_database)")
	exec(t, other, "ALTER DATABASE CHARACTER SET "+charset)
	there := open(t, other)
	conn, err := other.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	unlock, err := there.Lock(t.Context(), conn, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock(context.WithoutCancel(t.Context()))
	stmts, err := there.Compile(diff.Diff(schema.Schema{}, supported(first)), op.NewState(schema.Schema{}))
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range stmts {
		if st.Kind == dialect.Exec {
			exec(t, conn, st.SQL)
		}
	}
	second := inspect(t, there, other)
	if d := cmp.Diff(sorted(supported(first)), sorted(second)); d != "" {
		t.Errorf("built again (-is +became)\n%s", d)
	}
	for _, table := range second.Tables {
		_, name := schema.Split(table.Name)
		a, b := showTable(t, d, db, name), showTable(t, there, other, name)
		if a != b {
			t.Errorf("built again, table %s\n%s\nwas\n%s", name, b, a)
		}
	}
}

func oneText(t testing.TB, db *sql.DB, query string) (s string) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), query).Scan(&s); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return s
}

// supported leaves out the tables that are never altered.
func supported(s schema.Schema) schema.Schema {
	s.Tables = slices.DeleteFunc(slices.Clone(s.Tables), func(t schema.Table) bool { return t.Unsupported != "" })
	s.Unsupported = nil
	return s
}

func sorted(s schema.Schema) schema.Schema {
	s.Objects = slices.Clone(s.Objects)
	slices.SortFunc(s.Objects, func(a, b schema.Object) int { return strings.Compare(a.String(), b.String()) })
	return s
}

// showTable returns SHOW CREATE TABLE, its lines in an order that does not
// depend on which index came first, and without what is data.
func showTable(t testing.TB, d Dialect, db *sql.DB, name string) string {
	t.Helper()
	in := newInspector(t.Context(), d, db)
	text, err := in.showCreate("TABLE", name, "Create Table")
	if err != nil || text.denied != "" {
		t.Fatal(name, err, text.denied)
	}
	lines := strings.Split(text.sql, "\n")
	for i, l := range lines {
		if before, rest, ok := strings.Cut(l, " AUTO_INCREMENT="); ok {
			lines[i] = before + strings.TrimLeft(rest, "0123456789")
		}
		lines[i] = strings.TrimSuffix(lines[i], ",")
		// MariaDB shows NO ACTION where it was written, and does what it does
		// where it was not.
		lines[i] = strings.NewReplacer(" ON DELETE NO ACTION", "", " ON UPDATE NO ACTION", "").Replace(lines[i])
	}
	slices.SortStableFunc(lines, func(a, b string) int {
		key := func(l string) string {
			if strings.Contains(l, "KEY ") || strings.Contains(l, "CONSTRAINT") {
				return "~" + l
			}
			return ""
		}
		return strings.Compare(key(a), key(b))
	})
	return strings.Join(lines, "\n")
}

// same holds a database to what scratch makes of its own schema.
func same(t *testing.T, d dialect.Dialect, db *sql.DB, live schema.Schema) {
	t.Helper()
	got, err := scratch.Run(t.Context(), d, db, diff.Diff(schema.Schema{}, supported(live)))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(sorted(supported(live)), sorted(got)); d != "" {
		t.Errorf("in scratch (-live +scratch)\n%s", d)
	}
	ops, noise := scratch.Compare(d, got, supported(live))
	if len(ops) > 0 || len(noise) > 0 {
		t.Errorf("compared: %v %v", ops, noise)
	}
}

// TestRealSchemas takes databases from the field there and back. The files are
// given by WHIM_REAL_SCHEMAS.
func TestRealSchemas(t *testing.T) {
	root := os.Getenv("WHIM_REAL_SCHEMAS")
	if root == "" {
		t.Skip("WHIM_REAL_SCHEMAS names no folder") // asked for by make test-real only
	}
	files, err := filepath.Glob(filepath.Join(root, "mysql", "*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no %s/mysql/*.sql (%v)", root, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".sql"), func(t *testing.T) {
			script, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			each(t, func(t *testing.T, s *dbtest.Server, db *sql.DB, d Dialect) {
				load(t, db, string(script))
				live := inspect(t, d, db)
				agrees(t, d, db, live)
				same(t, d, db, live)
				rebuilt(t, s, db, d)
				counts := map[schema.ObjectKind]int{"table": len(live.Tables)}
				for _, o := range live.Objects {
					counts[o.Kind]++
				}
				for _, table := range live.Tables {
					counts["column"] += len(table.Columns)
					counts["foreign key"] += len(table.ForeignKeys)
					counts["index"] += len(table.Indexes)
				}
				if len(live.Unsupported) > 0 {
					t.Errorf("unsupported: %v", live.Unsupported)
				}
				t.Log(counts)
			})
		})
	}
}

// load carries out a script as the mysql client does, DELIMITER included.
func load(t testing.TB, db *sql.DB, script string) {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	delimiter, pending := ";", ""
	for line := range strings.Lines(script) {
		if words := strings.Fields(line); len(words) == 2 && strings.EqualFold(words[0], "delimiter") {
			delimiter = words[1]
			continue
		}
		if strings.HasPrefix(strings.TrimSpace(line), "source ") {
			continue
		}
		pending += line
		before, ok := strings.CutSuffix(strings.TrimRight(pending, " \t\r\n"), delimiter)
		if !ok {
			continue
		}
		pending = ""
		if len(significant(before)) > 0 {
			exec(t, conn, before)
		}
	}
}

var _ = errors.New
