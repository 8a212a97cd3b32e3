package conformance

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGoldenDDL holds what every case of the table is compiled to without a
// server, there and back. A change of these files is a change of what users
// run: read it.
func TestGoldenDDL(t *testing.T) {
	for _, d := range everyDialect() {
		f := d.Flavor()
		if f.Version == (dialect.Version{15, 20}) && f.Dialect == schema.Postgres {
			continue // one version of each is enough to read
		}
		t.Run(string(f.Dialect), func(t *testing.T) {
			var b strings.Builder
			for _, c := range samples(rulesOf(d)) {
				fmt.Fprintf(&b, "== %s ==\n%s\n", c.name, ddl(d, c.trial))
			}
			path := filepath.Join("testdata", string(f.Dialect)+".golden")
			if *update {
				if err := os.MkdirAll("testdata", 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if d := gocmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); d != "" {
				t.Errorf("not what is in %s; if it shall be, run with -update (-want +got)\n%s", path, d)
			}
		})
	}
}

// ddl returns the statements of a case, as a person reads them.
func ddl(d dialect.Dialect, c trial) string {
	ops := c.ops
	if ops == nil {
		var err error
		if ops, err = answered(d, c.from, c.to); err != nil {
			return err.Error()
		}
	}
	full, to, err := replay(c.from, ops)
	if err != nil {
		return err.Error()
	}
	undo := c.down
	if undo == nil {
		undo, _ = diff.Downgrade(full)
	}
	return "-- up\n" + statements(d, c.from, ops) + "-- down\n" + statements(d, to, undo)
}

func statements(d dialect.Dialect, from schema.Schema, ops []op.Op) string {
	var b strings.Builder
	state := op.NewState(from)
	var run []op.Op
	flush := func() {
		stmts, err := d.Compile(run, state)
		if err != nil {
			fmt.Fprintf(&b, "refused: %v\n", err)
		}
		for _, s := range stmts {
			if s.Kind != dialect.Exec {
				fmt.Fprintf(&b, "check: ")
			}
			b.WriteString(s.SQL + ";\n")
		}
		run = nil
	}
	for _, o := range ops {
		if g, ok := o.(op.Run); ok {
			flush()
			fmt.Fprintf(&b, "Go: %s\n", g.Name)
			continue
		}
		run = append(run, o)
	}
	flush()
	return b.String()
}
