package postgres

import (
	"slices"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

// temporaryScript makes what a role without CREATE on the database compares as
// temporary objects.
const temporaryScript = `
CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE DOMAIN price AS numeric(9, 2) CHECK (VALUE > 0);
CREATE TYPE pair AS (a integer, b text);
CREATE TYPE span AS RANGE (subtype = integer);
CREATE SEQUENCE lone START 5;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE FUNCTION twice(i integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2 * i';
CREATE PROCEDURE nothing() LANGUAGE sql AS 'SELECT 1';
CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m mood DEFAULT 'a', p price, c citext, n serial,
	g integer GENERATED ALWAYS AS (n + 1) STORED, CONSTRAINT positive CHECK (twice(n) > 0));
CREATE INDEX t_lower ON t (lower(c::text)) WHERE n > 0;
CREATE STATISTICS both_of ON n, p FROM t;
CREATE VIEW v AS SELECT id, twice(n) AS n2 FROM t WHERE m = 'a';
CREATE TRIGGER touched BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION touch();
CREATE RULE quiet AS ON DELETE TO t DO INSTEAD NOTHING;
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON t USING (id > 0);
CREATE TABLE parts (id integer, n integer, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (10);
CREATE TABLE parts_x PARTITION OF parts DEFAULT;
CREATE TABLE base (id integer);
CREATE TABLE heir (more text) INHERITS (base);
CREATE TABLE child (id integer PRIMARY KEY, t_id integer REFERENCES t ON DELETE CASCADE);
COMMENT ON TABLE child IS 'of t';
`

// refusedScript makes what can be no temporary object, or is on one that cannot.
const refusedScript = `
CREATE UNLOGGED TABLE quick (id integer PRIMARY KEY, n integer);
CREATE INDEX quick_n ON quick (n);
CREATE TRIGGER quick_touched BEFORE INSERT ON quick FOR EACH ROW EXECUTE FUNCTION touch();
CREATE MATERIALIZED VIEW mv AS SELECT id FROM t;
CREATE UNIQUE INDEX mv_id ON mv (id);
CREATE VIEW of_mv AS SELECT id FROM mv;
CREATE SCHEMA sales;
CREATE TABLE sales.far (id integer PRIMARY KEY);
CREATE TABLE near (id integer PRIMARY KEY, far_id integer CONSTRAINT to_far REFERENCES sales.far);
CREATE VIEW of_far AS SELECT id FROM sales.far;
`

var refusedNames = []string{
	"schema sales", "table quick", "table sales.far", "trigger quick_touched", "materialized view mv",
	"view of_far", // nobody may look into the schema
}

// A role without CREATE on the database compares what temporary objects can be,
// and the rest is named.
func TestScratchTemporary(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server) {
		address := s.URL(t)
		owner := s.Open(t, address)
		mustExec(t, owner, temporaryScript+refusedScript)
		_, as := s.Role(t, address)
		db := s.Open(t, as)
		d, err := Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		live := mustInspect(t, d, db)
		compare := func(live schema.Schema, steps ...[]op.Op) ([]op.Op, []string, []string) {
			t.Helper()
			got, err := scratch.Run(t.Context(), d, db, schema.Schema{}, steps...)
			if err != nil {
				t.Fatal(err)
			}
			var not []string
			for _, u := range got.Unsupported {
				not = append(not, u.Kind+" "+u.Name)
				if !strings.HasPrefix(u.Why, "this role may not create a schema to try it in, ") {
					t.Errorf("%s %s: %s", u.Kind, u.Name, u.Why)
				}
			}
			slices.Sort(not)
			ops, noise, err := scratch.Settle(t.Context(), d, db, got, live)
			if err != nil {
				t.Fatal(err)
			}
			return ops, noise, not
		}
		want := slices.Sorted(slices.Values(refusedNames))
		all := diff.Diff(schema.Schema{}, live)
		ops, noise, not := compare(live, all)
		for _, o := range ops {
			verb, object := op.Describe(o)
			t.Errorf("%s %s", verb, object)
		}
		if len(noise) > 0 || !slices.Equal(not, want) {
			t.Errorf("noise %q, not compared:\n%q, want\n%q", noise, not, want)
		}
		// In steps, with a rename, it is the same.
		rename := []op.Op{op.RenameTable{From: "t", To: "t9"}, op.RenameTable{From: "quick", To: "quick9"}, op.RenameColumn{Table: "quick9", From: "n", To: "n9"}}
		mustExec(t, owner, "ALTER TABLE t RENAME TO t9; ALTER TABLE quick RENAME TO quick9; ALTER TABLE quick9 RENAME n TO n9; ALTER SEQUENCE t_n_seq RENAME TO t9_n_seq")
		ops, _, not = compare(mustInspect(t, d, db), all, rename)
		for _, o := range ops {
			verb, object := op.Describe(o)
			t.Errorf("after renames: %s %s", verb, object)
		}
		for i := range want {
			want[i] = strings.Replace(want[i], "table quick", "table quick9", 1)
		}
		if !slices.Equal(not, want) {
			t.Errorf("not compared after renames:\n%q, want\n%q", not, want)
		}
		mustExec(t, owner, "ALTER TABLE t9 RENAME TO t; ALTER TABLE quick9 RENAME TO quick; ALTER TABLE quick RENAME n9 TO n; ALTER SEQUENCE t9_n_seq RENAME TO t_n_seq")
		// What somebody did is found, beside what is not compared.
		mustExec(t, owner, "ALTER TABLE child ADD extra integer; DROP VIEW of_mv; ALTER TABLE quick ADD extra integer; ALTER TABLE near ADD extra integer")
		ops, _, _ = compare(mustInspect(t, d, db), all)
		var told []string
		for _, o := range ops {
			verb, object := op.Describe(o)
			told = append(told, verb+" "+object)
		}
		if got := strings.Join(slices.Sorted(slices.Values(told)), "; "); got != "add column child.extra; add column near.extra; drop view of_mv" {
			t.Errorf("found: %s", got)
		}
		if left := leftovers(t, owner); left != "sales" {
			t.Errorf("left behind: %s", left)
		}
	})
}
