package whimbrel_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestDriftOfAnotherDefiner: a function whose text this user may not read is
// not compared, which is another thing than not there.
func TestDriftOfAnotherDefiner(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		if s.Dialect != schema.MySQL && s.Dialect != schema.MariaDB {
			t.Skip("whose function it is decides on MySQL only")
		}
		address := s.URL(t)
		role, as := s.Role(t, address)
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		const text = "CREATE FUNCTION `f`() RETURNS int\n    DETERMINISTIC\nRETURN 1"
		root := s.Open(t, address)
		for _, q := range []string{text, "GRANT ALL ON " + strings.TrimPrefix(u.Path, "/") + ".* TO " + role + "@'%'"} {
			if _, err := root.ExecContext(t.Context(), q); err != nil {
				t.Fatal(err)
			}
		}
		f := schema.Object{Kind: schema.Function, Name: "f", Definition: schema.SQL{}.On(schema.MySQL, text).On(schema.MariaDB, text)}
		h := history(rev("aaa1", "", func(m *op.Script) { m.Add(op.CreateObject{Object: f}) }, nil))
		db := s.Open(t, as)
		p, err := whimbrel.Open(whimbrel.Config{History: h, DB: db, Dialect: speaks(t, s, db), Dir: folder(t)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Stamp(t.Context(), "aaa1", true); err != nil {
			t.Fatal(err)
		}
		r, err := p.Drift(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Ops) > 0 || r.Foreign != nil || len(r.Unsupported) != 1 || !strings.HasPrefix(r.Unsupported[0], "function f: ") {
			t.Errorf("%q\nforeign %q", r.Lines(), r.Foreign)
		}
	})
}

// TestDriftWithoutCreate: a role of PostgreSQL that may not create schemas is
// told by name what it cannot compare, and what it can is compared.
func TestDriftWithoutCreate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *dbtest.Server) {
		if s.Dialect != schema.Postgres {
			return
		}
		view := schema.Object{
			Kind: schema.MaterializedView, Name: "mv",
			Definition: schema.SQL{}.On(schema.Postgres, `CREATE MATERIALIZED VIEW mv AS SELECT id FROM plain`),
		}
		h := history(rev("aaa1", "", func(m *op.Script) {
			m.CreateTable("plain", schema.Int("id").NotNull().PrimaryKey(), schema.String("name", 9))
			m.CreateTable("quick", schema.Int("id").NotNull().PrimaryKey(), schema.TableOptions{Postgres: schema.PostgresTable{Unlogged: true}})
			m.CreateObject(view)
		}, nil))
		address := s.URL(t)
		owner := s.Open(t, address)
		p, err := whimbrel.Open(whimbrel.Config{History: h, DB: owner, Dialect: speaks(t, s, owner), Dir: folder(t)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Upgrade(t.Context(), "head"); err != nil {
			t.Fatal(err)
		}
		role, as := s.Role(t, address)
		for _, q := range []string{"GRANT SELECT ON whimbrel_version, whimbrel_journal TO " + role, "ALTER TABLE plain ADD extra int", "ALTER TABLE quick ADD extra int"} {
			if _, err := owner.ExecContext(t.Context(), q); err != nil {
				t.Fatal(err)
			}
		}
		db := s.Open(t, as)
		if p, err = whimbrel.Open(whimbrel.Config{History: h, DB: db, Dialect: speaks(t, s, db), Dir: folder(t)}); err != nil {
			t.Fatal(err)
		}
		r, err := p.Drift(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Join(r.Lines(), "\n")
		for _, want := range []string{
			"column plain.extra is in the database and not in the revisions\n",
			"\nnot compared: table quick: this role may not create", "\nnot compared: materialized view mv: ",
		} {
			if !strings.Contains(lines, want) {
				t.Errorf("%q is not in\n%s", want, lines)
			}
		}
		if len(r.NotCompared) != 2 || len(r.Ops) != 1 {
			t.Error(lines)
		}
	})
}
