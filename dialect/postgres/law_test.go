package postgres

import (
	"cmp"
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

// inNameOrder returns s in an order that does not depend on who made it.
func inNameOrder(s schema.Schema) schema.Schema {
	s.Tables, s.Objects, s.Unsupported = slices.Clone(s.Tables), slices.Clone(s.Objects), nil
	slices.SortFunc(s.Tables, byName)
	slices.SortFunc(s.Objects, func(a, b schema.Object) int {
		return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Table, b.Table), strings.Compare(a.Name, b.Name))
	})
	for i := range s.Tables {
		t := s.Tables[i].Clone()
		slices.SortFunc(t.Uniques, byName)
		slices.SortFunc(t.ForeignKeys, byName)
		slices.SortFunc(t.Checks, byName)
		slices.SortFunc(t.Indexes, byName)
		s.Tables[i] = t
	}
	return s
}

func byName[T interface{ GetName() string }](a, b T) int {
	return strings.Compare(a.GetName(), b.GetName())
}

// identity holds that what a schema compiles to, built in a scratch place, is
// read as the same schema, letter for letter and with the same needs.
func identity(t *testing.T, d Dialect, db *sql.DB) schema.Schema {
	t.Helper()
	live := mustInspect(t, d, db)
	again, err := scratch.Run(t.Context(), d, db, schema.Schema{}, diff.Diff(schema.Schema{}, live))
	if err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff(inNameOrder(live), inNameOrder(again), cmpopts.EquateEmpty()); d != "" {
		t.Errorf("(-live +scratch):\n%s", d)
	}
	return live
}

var sinceLine = regexp.MustCompile(`^-- since (\d+)`)

// everything returns the script that makes one of everything that a server can
// hold.
func everything(t testing.TB, d Dialect) string {
	t.Helper()
	text, err := os.ReadFile("testdata/everything.sql")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	use := true
	for line := range strings.Lines(string(text)) {
		if m := sinceLine.FindStringSubmatch(line); m != nil {
			version, err := strconv.Atoi(m[1])
			if err != nil {
				t.Fatal(err)
			}
			use = d.version[0] >= version
		} else if use {
			b.WriteString(line)
		}
	}
	return b.String()
}

// Everything is read, nothing is unsupported, and it builds again.
func TestIdentity(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server) {
		db, d := database(t, s)
		if _, err := db.ExecContext(t.Context(), everything(t, d)); err != nil {
			t.Fatal(err)
		}
		// These are apart because PostgreSQL does not alter a table whose row
		// type is that of a column.
		mustExec(t, db, "CREATE TABLE rows_a (a int); CREATE TABLE of_rows (l rows_a[], r rows_a, m mood[], v simple)")
		live := identity(t, d, db)
		if live.Unsupported != nil {
			t.Errorf("unsupported: %v", live.Unsupported)
		}
		kinds := map[schema.ObjectKind]bool{}
		for _, o := range live.Objects {
			kinds[o.Kind] = true
		}
		for _, k := range []schema.ObjectKind{
			schema.View, schema.Trigger, schema.Function, schema.Procedure, schema.Sequence, schema.Namespace, schema.Extension, schema.Enum, schema.Domain,
			schema.CompositeType, schema.RangeType, schema.Collation, schema.Aggregate, schema.MaterializedView, schema.Exclusion, schema.Rule, schema.Policy, schema.Statistics,
		} {
			if !kinds[k] {
				t.Errorf("there is no %s", k)
			}
		}
		for _, table := range live.Tables {
			if table.Unsupported != "" {
				t.Errorf("%s: %s", table.Name, table.Unsupported)
			}
		}
	})
}

// TestRealSchemas holds the same for databases from the field, given by
// WHIM_REAL_SCHEMAS: a folder with postgres/*.sql. A statement that a server
// refuses, for the lack of an extension or because it is too old for it, is
// left out.
func TestRealSchemas(t *testing.T) {
	root := os.Getenv("WHIM_REAL_SCHEMAS")
	if root == "" {
		t.Skip("WHIM_REAL_SCHEMAS names no folder") // asked for by make test-real only
	}
	files, err := filepath.Glob(filepath.Join(root, "postgres", "*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no %s/postgres/*.sql (%v)", root, err)
	}
	each(t, func(t *testing.T, s *dbtest.Server) {
		for _, file := range files {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".sql"), func(t *testing.T) {
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				address := s.URL(t)
				refused := load(t, s.Open(t, address), string(text))
				db := s.Open(t, address) // without the settings of the script
				d, err := Open(t.Context(), db)
				if err != nil {
					t.Fatal(err)
				}
				live := identity(t, d, db)
				unsupported := len(live.Unsupported)
				for _, table := range live.Tables {
					if table.Unsupported != "" {
						unsupported++
					}
				}
				t.Logf("%d tables, %d objects, %d unsupported; %d statements refused", len(live.Tables), len(live.Objects), unsupported, refused)
			})
		}
	})
}

// load carries out a script on one connection, and counts what is refused.
func load(t *testing.T, db *sql.DB, text string) (refused int) {
	t.Helper()
	statements, err := splitStatements(regexp.MustCompile(`(?m)^\\.*$`).ReplaceAllString(text, ""))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for _, statement := range statements {
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			refused++
		}
	}
	return refused
}
