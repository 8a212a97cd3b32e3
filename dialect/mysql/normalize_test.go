package mysql

import (
	"database/sql"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

// What a schema says one way and a database was made another way, without a
// difference. Each pair is made in the same database, one after the other.
func TestNormalizeSame(t *testing.T) {
	id := schema.Int("id").NotNull().PrimaryKey()
	parent := schema.NewTable("parent", id)
	key := schema.ForeignKey{Name: "fk_p", Columns: []string{"p"}, RefTable: "parent"}
	for _, tt := range []struct {
		name string
		want schema.Table
		live []string
	}{
		{
			"a unique constraint is a unique index",
			schema.NewTable("t", id, schema.String("a", 9), schema.Unique{Name: "uni_a", Parts: schema.Columns("a")}),
			[]string{"CREATE TABLE t (id int PRIMARY KEY, a varchar(9))", "CREATE UNIQUE INDEX uni_a ON t (a)"},
		},
		{
			"a unique index is a unique constraint",
			schema.NewTable("t", id, schema.String("a", 9), schema.Index{Name: "uni_a", Unique: true, Parts: schema.Columns("a")}),
			[]string{"CREATE TABLE t (id int PRIMARY KEY, a varchar(9), CONSTRAINT uni_a UNIQUE (a))"},
		},
		{
			"the index of a foreign key, made by the server",
			schema.NewTable("t", id, schema.Int("p"), key),
			[]string{"CREATE TABLE t (id int PRIMARY KEY, p int, CONSTRAINT fk_p FOREIGN KEY (p) REFERENCES parent (id))"},
		},
		{
			"the index of a foreign key, made by a person",
			schema.NewTable("t", id, schema.Int("p"), key),
			[]string{"CREATE TABLE t (id int PRIMARY KEY, p int, KEY fk_p (p), CONSTRAINT fk_p FOREIGN KEY (p) REFERENCES parent (id))"},
		},
		{
			"an index that serves a foreign key",
			schema.NewTable("t", id, schema.Int("p"), key, schema.Index{Name: "idx_p", Parts: schema.Columns("p", "id")}),
			[]string{
				"CREATE TABLE t (id int PRIMARY KEY, p int, CONSTRAINT fk_p FOREIGN KEY (p) REFERENCES parent (id))",
				"CREATE INDEX idx_p ON t (p, id)",
			},
		},
		{
			"RESTRICT is no action",
			schema.NewTable("t", id, schema.Int("p"), schema.ForeignKey{
				Name: "fk_p", Columns: []string{"p"}, RefTable: "parent", OnDelete: schema.Restrict, OnUpdate: schema.NoAction,
			}),
			[]string{"CREATE TABLE t (id int PRIMARY KEY, p int, CONSTRAINT fk_p FOREIGN KEY (p) REFERENCES parent (id) ON UPDATE NO ACTION)"},
		},
		{
			"spellings of types and defaults",
			schema.NewTable("t", id, schema.Bool("b").Default(true), schema.BigInt("c").Unsigned().Default(1), schema.Decimal("d", 5, 2).DefaultLiteral("1.5"),
				schema.DateTime("e").DefaultExpr("CURRENT_TIMESTAMP"), schema.DateTime("f").Precision(3).DefaultExpr("now()"), schema.JSON("j"), schema.UUID("u")),
			[]string{"CREATE TABLE t (id integer PRIMARY KEY, b boolean DEFAULT 1, c int8 UNSIGNED DEFAULT '1', d numeric(5,2) DEFAULT 1.50," +
				" e datetime DEFAULT now(), f datetime(3) DEFAULT current_timestamp(3), j json, u character(36)) ENGINE=InnoDB ROW_FORMAT=DYNAMIC"},
		},
		{
			"widths of integers",
			schema.NewTable("t", id, schema.Native("a", "int(7)"), schema.TinyInt("b"), schema.Native("y", "year")),
			[]string{"CREATE TABLE t (id int(11) PRIMARY KEY, a int, b tinyint(3), y year(4))"},
		},
		{
			"a check of a column",
			schema.NewTable("t", id, schema.Int("a"), schema.Check{Name: "a", Expr: schema.Expr("a > 0")}),
			[]string{"CREATE TABLE t (id int PRIMARY KEY, a int, CONSTRAINT a CHECK (`a` > 0))"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
				exec(t, db, "CREATE TABLE parent (id int PRIMARY KEY)")
				exec(t, db, tt.live...)
				compared(t, d, db, schema.Schema{Tables: []schema.Table{parent, tt.want}})
			})
		})
	}
}

// compared holds the database to a schema: nothing differs.
func compared(t *testing.T, d dialect.Dialect, db *sql.DB, want schema.Schema) {
	t.Helper()
	got, err := scratch.Run(t.Context(), d, db, schema.Schema{}, diff.Diff(schema.Schema{}, want))
	if err != nil {
		t.Fatal(err)
	}
	live, err := d.Inspect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	ops, noise := scratch.Compare(d, got, live)
	for _, o := range ops {
		verb, object := op.Describe(o)
		t.Errorf("%s %s", verb, object)
	}
	if len(noise) > 0 {
		t.Error(noise)
	}
}

// A primary key that MySQL makes by itself is nobody's.
func TestNormalizeGeneratedKey(t *testing.T) {
	each(t, func(t *testing.T, s *dbtest.Server, db *sql.DB, d Dialect) {
		if s.Dialect != schema.MySQL {
			return
		}
		conn, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer discard(conn)
		exec(t, conn, "SET sql_generate_invisible_primary_key = 1", "CREATE TABLE t (a int)")
		live, _ := inspect(t, d, db).Table("t")
		if len(live.Columns) != 2 || !live.Columns[0].Invisible || !live.Columns[0].AutoIncrement || len(live.PrimaryKey.Parts) != 1 {
			t.Errorf("read: %+v", live)
		}
		compared(t, d, db, schema.Schema{Tables: []schema.Table{schema.NewTable("t", schema.Int("a"))}})
	})
}

// What an explicit index is besides serving a foreign key must be seen.
func TestNormalizeKeepsIndexes(t *testing.T) {
	d := New(schema.MariaDB, "10.11.1")
	key := schema.ForeignKey{Name: "fk_p", Columns: []string{"p"}, RefTable: "parent"}
	for _, tt := range []struct {
		index schema.Index
		keep  bool
	}{
		{schema.Index{Name: "fk_p", Parts: schema.Columns("p")}, false},
		{schema.Index{Name: "p", Parts: schema.Columns("p")}, false}, // the key had no name
		{schema.Index{Name: "idx_p", Parts: schema.Columns("p")}, true},
		{schema.Index{Name: "fk_p", Parts: schema.Columns("p", "q")}, true},
		{schema.Index{Name: "fk_p", Unique: true, Parts: schema.Columns("p")}, true},
		{schema.Index{Name: "fk_p", Parts: schema.Columns("p"), Comment: "mine"}, true},
	} {
		table := schema.NewTable("t", schema.Int("p"), schema.Int("q"), key, tt.index)
		got := d.Normalize(schema.Schema{Tables: []schema.Table{table}}).Tables[0]
		if keep := len(got.Indexes) == 1; keep != tt.keep {
			t.Errorf("%+v is kept: %v", tt.index, keep)
		}
	}
	second := schema.NewTable("t", schema.Int("p"), key, schema.Index{Name: "fk_p", Parts: schema.Columns("p")}, schema.Index{Name: "other", Parts: schema.Columns("p", "q")})
	if got := d.Normalize(schema.Schema{Tables: []schema.Table{second}}).Tables[0]; len(got.Indexes) != 2 {
		t.Errorf("an index that the key does not need is gone: %+v", got.Indexes)
	}
}

func TestWithoutStrictness(t *testing.T) {
	for definition, want := range map[string]string{
		"CREATE TRIGGER t":                                             "CREATE TRIGGER t",
		"SET sql_mode = '';\nCREATE TRIGGER t":                         "CREATE TRIGGER t",
		"SET sql_mode = 'ANSI_QUOTES';\nCREATE TRIGGER t":              "SET sql_mode = 'ANSI_QUOTES';\nCREATE TRIGGER t",
		"SET sql_mode = 'NO_ZERO_DATE', time_zone = 'SYSTEM';\nCREATE": "SET time_zone = 'SYSTEM';\nCREATE",
		"SET time_zone = 'SYSTEM';\nCREATE EVENT e":                    "SET time_zone = 'SYSTEM';\nCREATE EVENT e",
	} {
		if got := withoutStrictness(definition); got != want {
			t.Errorf("%q became %q, want %q", definition, got, want)
		}
	}
}

// Whatever becomes neutral is the same table on the server that it came from.
func TestNeutral(t *testing.T) {
	for text, want := range map[string]schema.Type{
		"tinyint(1)":               {Kind: schema.KindBool},
		"tinyint(4)":               {Kind: schema.KindTinyInt},
		"tinyint":                  {Kind: schema.KindTinyInt},
		"tinyint(3) unsigned":      {Kind: schema.KindTinyInt, Unsigned: true},
		"smallint(6)":              {Kind: schema.KindSmallInt},
		"int(11)":                  {Kind: schema.KindInt},
		"int(10) unsigned":         {Kind: schema.KindInt, Unsigned: true},
		"int(5)":                   schema.NativeType("int(5)"),
		"int(5) unsigned zerofill": schema.NativeType("int(5) unsigned zerofill"),
		"mediumint":                schema.NativeType("mediumint"),
		"bigint(20) unsigned":      {Kind: schema.KindBigInt, Unsigned: true},
		"float":                    {Kind: schema.KindFloat},
		"float(7,3)":               schema.NativeType("float(7,3)"),
		"double":                   {Kind: schema.KindDouble},
		"decimal(10,2)":            {Kind: schema.KindDecimal, Precision: 10, Scale: 2},
		"decimal(5,0) unsigned":    {Kind: schema.KindDecimal, Precision: 5, Unsigned: true},
		"varchar(50)":              {Kind: schema.KindString, Size: 50},
		"varchar(0)":               schema.NativeType("varchar(0)"),
		"char(36)":                 {Kind: schema.KindChar, Size: 36},
		"text":                     schema.NativeType("text"),
		"longtext":                 {Kind: schema.KindText},
		"varbinary(16)":            {Kind: schema.KindBytes, Size: 16},
		"longblob":                 {Kind: schema.KindBytes},
		"date":                     {Kind: schema.KindDate},
		"time(2)":                  {Kind: schema.KindTime, Precision: 2},
		"datetime(6)":              {Kind: schema.KindDateTime, Precision: 6},
		"timestamp":                schema.NativeType("timestamp"),
		"json":                     {Kind: schema.KindJSON},
		"enum('1','2')":            schema.NativeType("enum('1','2')"),
		"year(4)":                  schema.NativeType("year(4)"),
	} {
		if got := neutral(text); got != want {
			t.Errorf("%s became %+v, want %+v", text, got, want)
		}
	}
	each(t, func(t *testing.T, s *dbtest.Server, db *sql.DB, d Dialect) {
		makeKinds(t, s, db)
		live := supported(inspect(t, d, db))
		want := schema.Schema{Objects: live.Objects}
		for _, table := range live.Tables {
			want.Tables = append(want.Tables, d.Neutral(table))
		}
		got, err := scratch.Run(t.Context(), d, db, schema.Schema{}, diff.Diff(schema.Schema{}, want))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(sorted(live), sorted(got)); d != "" {
			t.Errorf("from neutral types (-live +scratch)\n%s", d)
		}
	})
}
