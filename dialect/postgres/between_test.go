package postgres

import (
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

// From one schema to another and back, by what the comparison of the two says.
func TestBetween(t *testing.T) {
	for name, tt := range map[string][2]string{
		"a sequence whose table goes": {
			"CREATE SEQUENCE s; CREATE TABLE t (id bigint DEFAULT nextval('s')); ALTER SEQUENCE s OWNED BY t.id; CREATE TABLE other (id bigint)",
			"CREATE SEQUENCE s; CREATE TABLE other (id bigint DEFAULT nextval('s'))",
		},
		"a sequence that changes its table": {
			"CREATE SEQUENCE s; CREATE TABLE t (id bigint DEFAULT nextval('s')); ALTER SEQUENCE s OWNED BY t.id",
			"CREATE SEQUENCE s; CREATE TABLE u (id bigint DEFAULT nextval('s')); ALTER SEQUENCE s OWNED BY u.id",
		},
		"a sequence whose column goes": {
			"CREATE SEQUENCE s; CREATE TABLE t (id bigint DEFAULT nextval('s'), a int); ALTER SEQUENCE s OWNED BY t.id",
			"CREATE SEQUENCE s; CREATE TABLE t (a int)",
		},
		"a sequence in a namespace whose table goes": {
			"CREATE SCHEMA x; CREATE SEQUENCE x.s; CREATE TABLE x.t (id bigint DEFAULT nextval('x.s')); ALTER SEQUENCE x.s OWNED BY x.t.id",
			"CREATE SCHEMA x; CREATE SEQUENCE x.s",
		},
		"the sequence of a serial whose table goes": {
			"CREATE TABLE t (id bigserial)",
			"CREATE SEQUENCE t_id_seq; CREATE TABLE other (id bigint DEFAULT nextval('t_id_seq'))",
		},
		"what is called as a type": {
			`CREATE TABLE a (t text, i integer)`,
			`CREATE DOMAIN public.text AS varchar(9); CREATE TYPE public.integer AS ENUM ('x'); CREATE TABLE a (t text, i integer); CREATE TABLE b (t public.text, i public.integer, ts public.text[]); CREATE TABLE public.date (d date); CREATE TABLE c (d public.date)`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, s *dbtest.Server) {
				db, d := database(t, s, tt[0])
				wanted, _ := database(t, s, tt[1])
				a, b := mustInspect(t, d, db), mustInspect(t, d, wanted)
				identity(t, d, wanted)
				if strings.Contains(name, "sequence") {
					mustExec(t, db, "SELECT setval(c.oid, 77) FROM pg_class c WHERE relkind = 'S'")
				}
				is := a
				for i, want := range []schema.Schema{b, a} {
					ops := diff.Diff(is, want)
					stmts, err := d.Compile(ops, op.LiveState(is))
					if err != nil {
						for _, o := range ops {
							t.Log(op.Describe(o))
						}
						t.Fatal(err)
					}
					for _, st := range stmts {
						if st.Kind == 0 {
							mustExec(t, db, st.SQL)
						}
					}
					is = mustInspect(t, d, db)
					if ops, noise := scratch.Compare(d, want, is); len(ops)+len(noise) > 0 {
						t.Errorf("way %d leaves %v %v", i, ops, noise)
					}
				}
				if strings.HasPrefix(name, "a sequence") { // it was there all the time
					if last, err := one[int](t.Context(), db, "SELECT coalesce(min(pg_sequence_last_value(oid)), 0) FROM pg_class WHERE relkind = 'S'"); err != nil || last != 77 {
						t.Errorf("the sequence is at %d, %v", last, err)
					}
				}
			})
		})
	}
}
