package postgres

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestStress takes a schema with everything in it, and those of the folder that
// WHIM_REAL_SCHEMAS names, and builds it in an empty database; changes the type
// of every column for which there is an obvious wider one, there and back; and
// drops everything, one by one.
func TestStress(t *testing.T) {
	files := map[string]string{"everything": ""}
	if root := os.Getenv("WHIM_REAL_SCHEMAS"); root != "" {
		paths, err := filepath.Glob(filepath.Join(root, "postgres", "*.sql"))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no %s/postgres/*.sql (%v)", root, err)
		}
		for _, p := range paths {
			files[strings.TrimSuffix(filepath.Base(p), ".sql")] = p
		}
	}
	each(t, func(t *testing.T, s *dbtest.Server) {
		for name, path := range files {
			t.Run(name, func(t *testing.T) { stress(t, s, path) })
		}
	})
}

func stress(t *testing.T, s *dbtest.Server, path string) {
	address := s.URL(t)
	d, err := Open(t.Context(), s.Open(t, address))
	if err != nil {
		t.Fatal(err)
	}
	text := everything(t, d)
	if path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text = string(data)
	}
	load(t, s.Open(t, address), text)
	source := live{t, d, pin(t, s.Open(t, address))}
	want := source.inspect()

	l := live{t, d, pin(t, openSimple(t, s))}
	empty := l.inspect()
	l.do(diff.Diff(empty, want), op.LiveState(empty))
	built := l.inspect()
	l.same("what was built is not what was read", unsupportedAside(want), unsupportedAside(built))

	changed := 0
	for _, table := range built.Tables {
		if table.Unsupported != "" {
			continue
		}
		for _, col := range table.Columns {
			to := wider(col)
			if to == col {
				continue
			}
			change := op.AlterColumn{Table: table.Name, From: col, To: to}
			if why := l.try(change); why != "" {
				// That of a partition key, that of a column from a parent, and
				// one that a view gives to a function or a period to a key has to stay.
				if !strings.Contains(why, "partition key") && !strings.Contains(why, "inherited column") && !strings.Contains(why, "42883") && !strings.Contains(why, "42804") {
					t.Errorf("%s.%s: %s", table.Name, col.Name, why)
				}
				continue
			}
			changed++
		}
	}
	again := l.inspect()
	for _, op := range diff.Diff(normal(built), normal(again)) {
		t.Errorf("there and back is not where it was: %s", gocmp.Diff(nil, op, cmpopts.EquateEmpty()))
	}
	t.Logf("%d types changed, there and back", changed)
	l.do(diff.Diff(again, empty), op.LiveState(again))
	l.same("something is left", empty, l.inspect())
}

func normal(s schema.Schema) schema.Schema { return New("").Normalize(s) }

func unsupportedAside(s schema.Schema) schema.Schema {
	s.Unsupported = nil
	return s
}

// try carries out a change and its inverse.
func (l live) try(o op.AlterColumn) string {
	for _, o := range []op.Op{o, op.AlterColumn{Table: o.Table, From: o.To, To: o.From}} {
		stmts, err := l.d.Compile([]op.Op{o}, op.LiveState(l.inspect()))
		if err == nil {
			err = perform(l.d, l.conn, stmts)
		}
		if err != nil {
			return err.Error() + "\n" + show(stmts)
		}
	}
	return ""
}

// wider returns a column with a type that takes every value that it can have.
func wider(c schema.Column) schema.Column {
	if isSerial(c) || isGenerated(c) {
		return c
	}
	switch t := parseType(c.Type.Text); {
	case t.array || t.named:
	case t.base == "smallint":
		c.Type.Text = "integer"
	case t.base == "integer":
		c.Type.Text = "bigint"
	case t.base == "character varying" && len(t.mods) > 0:
		c.Type.Text = "text"
	case t.base == "timestamp without time zone":
		c.Type.Text = "timestamp with time zone"
	case t.base == "date":
		c.Type.Text = "timestamp without time zone"
	}
	return c
}
