package postgres

import (
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

// What no table and no object holds, because it is on the copy that a partition
// has of something, or on what belongs to a column, is named.
func TestBesideTheSchema(t *testing.T) {
	const script = `
		CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
		CREATE TABLE r (id integer PRIMARY KEY);
		CREATE TABLE p (id integer NOT NULL, n integer, r_id integer REFERENCES r) PARTITION BY RANGE (id);
		CREATE INDEX pn ON p ((n + 1), id) WITH (fillfactor = 80);
		CREATE TRIGGER touched BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION touch();
		CREATE TRIGGER off BEFORE UPDATE ON p FOR EACH ROW EXECUTE FUNCTION touch();
		CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);
		CREATE TABLE p2 PARTITION OF p DEFAULT;
		ALTER TABLE p DISABLE TRIGGER off;
		CREATE TABLE i (id integer GENERATED ALWAYS AS IDENTITY);`
	each(t, func(t *testing.T, s *dbtest.Server) {
		db, d := database(t, s, script)
		told := func() []string {
			var out []string
			for _, u := range mustInspect(t, d, db).Unsupported {
				out = append(out, u.Kind+" "+u.Name+": "+u.Why)
			}
			slices.Sort(out)
			return out
		}
		if got := told(); len(got) > 0 {
			t.Errorf("nothing is unusual: %q", got)
		}
		mustExec(t, db, `
			ALTER TABLE p1 DISABLE TRIGGER touched;
			ALTER TABLE p2 ENABLE ALWAYS TRIGGER off;
			COMMENT ON INDEX p1_expr_id_idx IS 'mine';
			ALTER INDEX p2_expr_id_idx SET (fillfactor = 70);
			ALTER INDEX p2_expr_id_idx ALTER COLUMN 1 SET STATISTICS 50;
			COMMENT ON SEQUENCE i_id_seq IS 'counts';
			ALTER TABLE r DISABLE TRIGGER ALL;`)
		want := []string{
			"foreign key trigger on r: it is not enabled",
			"index p1_expr_id_idx: a partition has it from its parent, but for its comment",
			"index p2_expr_id_idx: a partition has it from its parent, but for its options",
			"index p2_expr_id_idx: a partition has it from its parent, but for its statistics",
			"sequence i_id_seq: of the identity i.id, and has a comment",
			"trigger off on p2: a partition has it from its parent, where it is not enabled in the same way",
			"trigger touched on p1: a partition has it from its parent, where it is not enabled in the same way",
		}
		if d.version.Compare(dialect.Version{15}) >= 0 {
			mustExec(t, db, `CREATE UNLOGGED TABLE u (id integer GENERATED ALWAYS AS IDENTITY); ALTER SEQUENCE i_id_seq SET UNLOGGED`)
			want = slices.Insert(want, 5, "sequence i_id_seq: of the identity i.id, and unlogged, which its table is not")
		}
		if diff := gocmp.Diff(want, told()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		for _, x := range mustInspect(t, d, db).Tables {
			if x.Unsupported != "" {
				t.Errorf("table %s: %s", x.Name, x.Unsupported)
			}
		}
	})
}

// The statistics of an index of a materialized view are part of the view.
func TestStatisticsOfViewIndex(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server) {
		db, d := database(t, s, `CREATE TABLE t (id integer, n integer); CREATE MATERIALIZED VIEW mv AS SELECT id, n FROM t;
			CREATE INDEX mvi ON mv (id, (n + 1)); ALTER INDEX mvi ALTER COLUMN 2 SET STATISTICS 77`)
		o, _ := mustInspect(t, d, db).Object(schema.ObjectID{Kind: schema.MaterializedView, Name: "mv"})
		if text := o.Definition.For(schema.Postgres); !strings.HasSuffix(text, ";\nALTER INDEX \"mvi\" ALTER COLUMN 2 SET STATISTICS 77") {
			t.Error(text)
		}
		identity(t, d, db)
	})
}

// The name of a NOT NULL constraint is compared, as other names are.
func TestNotNullNames(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server) {
		db, d := database(t, s, "CREATE TABLE t (id integer PRIMARY KEY, a integer CONSTRAINT one NOT NULL, b integer NOT NULL, c integer NOT NULL)")
		if !d.Flavor().Can(dialect.NamedNotNull) {
			return
		}
		before := mustInspect(t, d, db)
		mustExec(t, db, "ALTER TABLE t RENAME CONSTRAINT one TO two; ALTER TABLE t RENAME CONSTRAINT t_b_not_null TO b_is_there")
		ops, noise := scratch.Compare(d, before, mustInspect(t, d, db))
		want := []string{"NOT NULL of t.a: named two, not one", "NOT NULL of t.b: named b_is_there, not (no name)"}
		if !slices.Equal(noise, want) || len(ops) > 0 {
			t.Errorf("noise %q, operations %v", noise, ops)
		}
	})
}
