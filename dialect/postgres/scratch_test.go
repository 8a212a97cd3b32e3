package postgres

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/runner"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

// Who looks for these methods takes a dialect with others for one without.
var (
	_ scratch.Modeller = Dialect{}
	_ runner.Foreseer  = Dialect{}
	_ runner.Foreseer  = scratchDialect{}
)

// Names go where the place has them, and nothing else does.
func TestScratchSQL(t *testing.T) {
	place := func() scratchNames {
		return scratchNames{&place{
			real: "public", namespace: "P_0", id: "P", spaces: map[string]string{"sales": "P_1", "person": "P_2", "odd name": "P_3"}, extension: map[string]bool{},
			known: map[string]bool{
				"sales.orders": true, "sales.total": true, "sales.state": true, "person.person": true, "person.address": true, "sales.order_seq": true, "odd name.t": true,
			},
		}}
	}
	for _, tt := range []struct{ text, want string }{
		{"a > 0", "a > 0"},
		{"SELECT 1 FROM sales.orders", `SELECT 1 FROM "P_1".orders`},
		{"SELECT 1 FROM SALES.Orders", `SELECT 1 FROM "P_1".Orders`},
		{`SELECT 1 FROM "odd name".t`, `SELECT 1 FROM "P_3".t`},
		{"sales.total(1) > 0", `"P_1".total(1) > 0`},
		{"'new'::sales.state", `'new'::"P_1".state`},
		{"'new'::sales.state[]", `'new'::"P_1".state[]`},
		{"nextval('sales.order_seq'::regclass)", `nextval('"P_1".order_seq'::regclass)`},
		{"nextval('sales.order_seq')", `nextval('"P_1".order_seq')`},
		{"'sales.orders' || x", "'sales.orders' || x"},
		{"-- sales.orders\nx", "-- sales.orders\nx"},
		{"$$ SELECT sales.orders $$", "$$ SELECT sales.orders $$"},
		{"sales.only_live(1)", "sales.only_live(1)"},
		{"other.orders", "other.orders"},
		{"pg_catalog.lower(x)", "pg_catalog.lower(x)"},
		{"SELECT public.f(a) FROM public.t", "SELECT f(a) FROM t"},
		{"CREATE VIEW sales.new AS SELECT 1", `CREATE VIEW "P_1".new AS SELECT 1`},
		{"CREATE OR REPLACE FUNCTION sales.f(a sales.state) RETURNS sales.orders AS $$ sales.orders $$", `CREATE OR REPLACE FUNCTION "P_1".f(a "P_1".state) RETURNS "P_1".orders AS $$ sales.orders $$`},
		{"COMMENT ON COLUMN orders.id IS 'x'", "COMMENT ON COLUMN orders.id IS 'x'"},
		{"COMMENT ON COLUMN sales.orders.id IS 'sales.orders'", `COMMENT ON COLUMN "P_1".orders.id IS 'sales.orders'`},
		{"CREATE SCHEMA sales", `CREATE SCHEMA IF NOT EXISTS "P_1"`},
		{"COMMENT ON SCHEMA sales IS 'x'", `COMMENT ON SCHEMA "P_1" IS 'x'`},
		{"CREATE EXTENSION IF NOT EXISTS x WITH SCHEMA sales", `CREATE EXTENSION IF NOT EXISTS x WITH SCHEMA "P_1"`},
		// A table may have the name of a namespace, and a column that of a table.
		{
			"SELECT person.person, person.address, p.person FROM person.person JOIN person.address a ON (a.x = person.person)",
			`SELECT person.person, person.address, p.person FROM "P_2".person JOIN "P_2".address a ON (a.x = person.person)`,
		},
		{
			"SELECT x.id FROM ((person.person x JOIN person.address y ON ((x.id = y.id))) LEFT JOIN sales.orders ON ((orders.id = x.id))) WHERE sales.orders.id > 0",
			`SELECT x.id FROM (("P_2".person x JOIN "P_2".address y ON ((x.id = y.id))) LEFT JOIN "P_1".orders ON ((orders.id = x.id))) WHERE "P_1".orders.id > 0`,
		},
		{"SELECT (SELECT max(person.address) FROM sales.orders person) FROM person.person", `SELECT (SELECT max(person.address) FROM "P_1".orders person) FROM "P_2".person`},
	} {
		if got := place().sql(tt.text); got != tt.want {
			t.Errorf("%s\nbecomes\n%s\nwant\n%s", tt.text, got, tt.want)
		}
		if got := (scratchNames{}).sql(tt.text); got != tt.text {
			t.Errorf("outside a scratch place, %s becomes %s", tt.text, got)
		}
	}
}

func TestScratchRestore(t *testing.T) {
	p := &place{real: "public", namespace: "whim_scratch_x_0", id: "whim_scratch_x", quoted: map[string]string{
		"whim_scratch_x_0": "public.", "whim_scratch_x_1": "sales.", "whim_scratch_x_10": `"Odd".`,
	}}
	for text, want := range map[string]string{
		"whim_scratch_x_1.t":                      "sales.t",
		"whim_scratch_x_10.t":                     `"Odd".t`,
		"whim_scratch_x_0.t":                      "public.t",
		"nextval('whim_scratch_x_1.s'::regclass)": "nextval('sales.s'::regclass)",
		"x": "x",
	} {
		got := text
		scratchNames{p}.restore([]any{&got, new(int64)})
		if got != want {
			t.Errorf("%s becomes %s, want %s", text, got, want)
		}
	}
	temporary := scratchNames{&place{namespace: "pg_temp", temporary: true, quoted: map[string]string{"pg_temp": "public."}}}
	for text, want := range map[string]string{"pg_temp.t": "public.t", "pg_temp_3.t": "public.t", "a pg_temp b": "a pg_temp b", "pg_temp_12": "pg_temp_12"} {
		got := text
		if temporary.restore([]any{&got}); got != want {
			t.Errorf("%s becomes %s, want %s", text, got, want)
		}
	}
}

// leftovers are the namespaces that are neither the system's nor public.
func leftovers(t *testing.T, db *sql.DB) string {
	t.Helper()
	s, err := one[string](t.Context(), db, "SELECT coalesce(string_agg(nspname, ' '), '') FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What is only in the database is found, what is in the place hides it, and
// what was there stays as it was.
func TestScratchBesideLive(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server) {
		db, d := database(t, s, `CREATE EXTENSION citext; CREATE TYPE mood AS ENUM ('live'); CREATE FUNCTION f(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1'; CREATE TABLE t (a int)`)
		before := mustInspect(t, d, db)
		enum := schema.Object{Kind: schema.Enum, Name: "mood", Definition: schema.SQL{}.On(schema.Postgres, "CREATE TYPE mood AS ENUM ('a')")}
		more := schema.Object{Kind: schema.Enum, Name: "mood", Definition: schema.SQL{}.On(schema.Postgres, "CREATE TYPE mood AS ENUM ('a', 'b')")}
		got, err := scratch.Run(t.Context(), d, db, schema.Schema{}, []op.Op{
			op.CreateObject{Object: enum},
			op.CreateTable{Table: schema.NewTable("t", schema.Native("m", "mood").Default("a"), schema.Native("c", "citext"), schema.Int("i").DefaultExpr("public.f(1)"))},
		}, []op.Op{op.AlterObject{From: enum, To: more}}, []op.Op{
			op.CreateTable{Table: schema.NewTable("x.u", schema.Native("m", "public.mood").Default("b"))},
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []schema.Column{native("m", "mood").Default("a").Column(), native("c", "citext").Column(), native("i", "integer").DefaultExpr("f(1)").Column()}
		table, _ := got.Table("t")
		if d := gocmp.Diff(want, table.Columns); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		table, _ = got.Table("x.u")
		if d := gocmp.Diff([]schema.Column{native("m", "mood").Default("b").Column()}, table.Columns); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		if _, ok := got.Object(schema.ObjectID{Kind: schema.Extension, Name: "citext"}); ok {
			t.Error("an extension that nobody asked for is in the scratch place")
		}
		if after := mustInspect(t, d, db); gocmp.Diff(before, after) != "" || leftovers(t, db) != "" {
			t.Errorf("left behind: %s\n%s", leftovers(t, db), gocmp.Diff(before, after))
		}
	})
}

// Where the default namespace is another one, everything goes there.
func TestScratchDefaultNamespace(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server) {
		address := s.URL(t)
		mustExec(t, s.Open(t, address), `CREATE SCHEMA app; CREATE EXTENSION citext;
			CREATE TABLE app.t (a citext PRIMARY KEY, b int); CREATE TABLE public.t (a public.citext REFERENCES app.t, b serial); CREATE VIEW app.v AS SELECT t.a, u.b FROM app.t, public.t u;
			CREATE VIEW public.v AS SELECT * FROM app.v; CREATE FUNCTION app.f(public.t) RETURNS app.t LANGUAGE sql AS 'SELECT NULL::app.t'`)
		for _, path := range []string{"app", "app,public", "public", "none", "public,app"} {
			t.Run(path, func(t *testing.T) {
				db := s.Open(t, address+"&search_path="+path)
				d, err := Open(t.Context(), db)
				if err != nil {
					t.Fatal(err)
				}
				identity(t, d, db)
			})
		}
	})
}

// A role that may not create anything gets temporary tables, and is told where it
// does not even get those.
func TestScratchWithoutRights(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server) {
		address := s.URL(t)
		owner := s.Open(t, address)
		mustExec(t, owner, "CREATE TYPE sad AS ENUM ('x')")
		name, as := s.Role(t, address)
		db := s.Open(t, as)
		d, err := Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		want := schema.Schema{Tables: []schema.Table{
			schema.NewTable("t", native("id", "bigserial").NotNull().AutoIncrement(), native("a", "text").NotNull().Default("x"), native("b", "sad"), native("p", "bigint"),
				schema.PrimaryKey{Name: "t_pkey", Parts: schema.Columns("id")}, schema.Check{Name: "c", Expr: schema.Expr("a <> ''::text")},
				schema.ForeignKey{Name: "f", Columns: []string{"p"}, RefTable: "t", RefColumns: []string{"id"}}, schema.Index{Name: "i", Parts: []schema.Part{{Expr: schema.Expr("lower(a)")}}}),
		}}
		got, err := scratch.Run(t.Context(), d, db, schema.Schema{}, []op.Op{op.CreateTable{Table: want.Tables[0]}})
		if err != nil {
			t.Fatal(err)
		}
		got.Tables[0].Needs = nil
		if d := gocmp.Diff(want, got); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		var temporary *TemporaryError
		mustExec(t, owner, "REVOKE TEMPORARY ON DATABASE "+quoteIdent(databaseName(t, owner))+" FROM PUBLIC")
		if _, err = scratch.Run(t.Context(), d, db, schema.Schema{}, []op.Op{op.CreateTable{Table: want.Tables[0]}}); !errors.As(err, &temporary) || !strings.Contains(err.Error(), "may not create schemas") {
			t.Errorf("%s, who may nothing, got %v", name, err)
		}
	})
}

func databaseName(t *testing.T, db *sql.DB) string {
	t.Helper()
	name, err := one[string](t.Context(), db, "SELECT current_database()")
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// Whatever ends it, nothing is left behind.
func TestScratchLeavesNothing(t *testing.T) {
	create := []op.Op{op.CreateTable{Table: schema.NewTable("x.t", schema.Int("a"))}}
	build := func(ctx context.Context, conn *sql.Conn, d dialect.Dialect) error {
		stmts, err := d.Compile(create, op.NewState(schema.Schema{}))
		for _, s := range stmts {
			if err == nil {
				_, err = conn.ExecContext(ctx, s.SQL)
			}
		}
		return err
	}
	failed := errors.New("failed")
	each(t, func(t *testing.T, s *dbtest.Server) {
		db, d := database(t, s)
		db.SetMaxOpenConns(3)
		for name, f := range map[string]func(context.Context, *sql.Conn, dialect.Dialect) error{
			"done": build,
			"error": func(ctx context.Context, conn *sql.Conn, d dialect.Dialect) error {
				return errors.Join(build(ctx, conn, d), failed)
			},
			"a statement fails": func(ctx context.Context, conn *sql.Conn, d dialect.Dialect) error {
				_, err := conn.ExecContext(ctx, "SELECT 1/0")
				return errors.Join(build(ctx, conn, d), err)
			},
			"killed": func(ctx context.Context, conn *sql.Conn, d dialect.Dialect) error {
				pid, err := one[int](ctx, conn, "SELECT pg_backend_pid()")
				if err := errors.Join(err, build(ctx, conn, d)); err != nil {
					return err
				}
				mustExec(t, db, "SELECT pg_terminate_backend("+strconv.Itoa(pid)+")")
				_, err = d.Inspect(ctx, conn)
				return err
			},
			"cancelled": func(ctx context.Context, conn *sql.Conn, d dialect.Dialect) error {
				ctx, cancel := context.WithCancel(ctx)
				err := build(ctx, conn, d)
				cancel()
				return errors.Join(err, ctx.Err())
			},
		} {
			t.Run(name, func(t *testing.T) {
				err := d.Scratch(t.Context(), db, f)
				if (err == nil) != (name == "done") {
					t.Errorf("error %v", err)
				}
				if left := leftovers(t, db); left != "" {
					t.Errorf("left behind: %s", left)
				}
				for range 3 { // every connection that is left is one like new
					path, err := one[string](t.Context(), db, "SHOW search_path")
					if err != nil || path != `"$user", public` {
						t.Errorf("search path %s, error %v", path, err)
					}
				}
			})
		}
		// A panic too.
		func() {
			defer func() { _ = recover() }()
			_ = d.Scratch(t.Context(), db, func(ctx context.Context, conn *sql.Conn, d dialect.Dialect) error {
				if err := build(ctx, conn, d); err != nil {
					t.Error(err)
				}
				panic("for a test")
			})
		}()
		if left := leftovers(t, db); left != "" {
			t.Errorf("after a panic: %s", left)
		}
	})
}

// An extension that the server has already is taken as created.
func TestScratchExtension(t *testing.T) {
	extension := schema.Object{Kind: schema.Extension, Name: "citext", Definition: schema.SQL{}.On(schema.Postgres, `CREATE EXTENSION IF NOT EXISTS "citext"`)}
	ops := []op.Op{op.CreateObject{Object: extension}, op.CreateTable{Table: schema.NewTable("t", native("a", "citext"))}}
	each(t, func(t *testing.T, s *dbtest.Server) {
		for _, script := range []string{"", "CREATE EXTENSION citext"} {
			db, d := database(t, s, script)
			got, err := scratch.Run(t.Context(), d, db, schema.Schema{}, ops)
			if err != nil {
				t.Fatal(err)
			}
			found, _ := got.Object(extension.ID())
			if d := gocmp.Diff(extension.Definition, found.Definition); d != "" || len(got.Objects) != 1 {
				t.Errorf("%q: %d objects (-want +got):\n%s", script, len(got.Objects), d)
			}
			if table, _ := got.Table("t"); table.Columns[0].Type.Text != "citext" {
				t.Errorf("%q: the type is %s", script, table.Columns[0].Type)
			}
		}
	})
}

func one[T any](ctx context.Context, q dialect.Queryer, query string) (T, error) {
	return dialect.One[T](ctx, q, query)
}
