package sqlite

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/whimbreldb/whimbrel/schema"
)

func native(name, text string) schema.ColumnDef { return schema.Native(name, text) }

func TestParseTable(t *testing.T) {
	key := func(names ...string) schema.PrimaryKey { return schema.PrimaryKey{Parts: schema.Columns(names...)} }
	nocase := schema.Variants{SQLite: "nocase"}
	tests := []struct {
		name, sql string
		want      schema.Table
	}{
		{
			"the tutorial", "CREATE TABLE `products` (`id` integer PRIMARY KEY AUTOINCREMENT,`name` text)",
			schema.NewTable("products", native("id", "integer").AutoIncrement().PrimaryKey(), native("name", "text")),
		},
		{
			"head", `create temp table if not exists main."a b" ("x y");`,
			schema.NewTable("a b", native("x y", "")),
		},
		{
			"options", `CREATE TABLE t(a INT PRIMARY KEY) WITHOUT ROWID, STRICT`,
			schema.NewTable("t", native("a", "INT").PrimaryKey(), schema.TableOptions{WithoutRowID: true, Strict: true}),
		},
		{
			"types", "CREATE TABLE t(a, b UNSIGNED BIG INT, c decimal( 10 , 2 ), d varchar(+30), e \"my type\"(1), f 'x' [y] z)",
			schema.NewTable("t", native("a", ""), native("b", "UNSIGNED BIG INT"), native("c", "decimal( 10 , 2 )"),
				native("d", "varchar(+30)"), native("e", `"my type"(1)`), native("f", "'x' [y] z")),
		},
		{
			"names that are keywords", "CREATE TABLE action(key text, \"order\" int, end, left int, 'from' x)",
			schema.NewTable("action", native("key", "text"), native("order", "int"), native("end", ""), native("left", "int"), native("from", "x")),
		},
		{
			"not null", "CREATE TABLE t(a int CONSTRAINT nn NOT NULL ON CONFLICT IGNORE, b NULL NOT NULL ON CONFLICT ABORT, c NULL ON CONFLICT FAIL)",
			schema.NewTable("t", native("a", "int").NotNullNamed("nn").NotNullConflict("IGNORE"), native("b", "").NotNull(), native("c", "")),
		},
		{
			"defaults", `CREATE TABLE t(a DEFAULT 1, b DEFAULT - 1.5, c DEFAULT +0x10, d DEFAULT 'it''s', e DEFAULT "x", f DEFAULT word,
			g DEFAULT null, h DEFAULT TRUE, i DEFAULT current_timestamp, j DEFAULT ( 1 + (2) ), k DEFAULT x'00', l DEFAULT [y z], m DEFAULT 1 DEFAULT 2)`,
			schema.NewTable("t",
				native("a", "").Default(1), col("b", schema.Literal("-1.5")), col("c", schema.Literal("+0x10")),
				native("d", "").Default("it's"), native("e", "").Default("x"), native("f", "").Default("word"),
				col("g", schema.Literal("null")), col("h", schema.Literal("TRUE")), native("i", "").DefaultExpr("current_timestamp"),
				native("j", "").DefaultExpr("1 + (2)"), native("k", "").DefaultExpr("x'00'"), native("l", "").Default("y z"), native("m", "").Default(2)),
		},
		{
			"generated", "CREATE TABLE t(a int, b int GENERATED ALWAYS AS (a + 1) STORED, c AS (a*2), d int AS (a) VIRTUAL NOT NULL, e int generated always)",
			schema.NewTable("t", native("a", "int"), native("b", "int").GeneratedStored(schema.Expr("a + 1")),
				native("c", "").Generated(schema.Expr("a*2")), native("d", "int").Generated(schema.Expr("a")).NotNull(), native("e", "int")),
		},
		{
			"collation", `CREATE TABLE t(a text COLLATE nocase, b COLLATE "rtrim")`,
			schema.NewTable("t", native("a", "text").Collate(schema.SQLite, "nocase"), native("b", "").Collate(schema.SQLite, "rtrim")),
		},
		{
			"keys", "CREATE TABLE t(a, b, CONSTRAINT pk PRIMARY KEY (B DESC, 'a' COLLATE nocase) ON CONFLICT REPLACE, CONSTRAINT u UNIQUE ((a), b) ON CONFLICT FAIL, UNIQUE (a))",
			schema.NewTable("t", native("a", ""), native("b", ""),
				schema.PrimaryKey{Name: "pk", Conflict: "REPLACE", Parts: []schema.Part{{Column: "b", Desc: true}, {Column: "a", Collation: nocase}}},
				schema.Unique{Name: "u", Conflict: "FAIL", Parts: schema.Columns("a", "b")}, schema.Unique{Parts: schema.Columns("a")}),
		},
		{
			"column keys", "CREATE TABLE t(a text CONSTRAINT pk PRIMARY KEY ASC ON CONFLICT FAIL, b CONSTRAINT u UNIQUE ON CONFLICT IGNORE UNIQUE UNIQUE)",
			schema.NewTable("t", native("a", "text"), native("b", ""),
				schema.PrimaryKey{Name: "pk", Conflict: "FAIL", Parts: schema.Columns("a")},
				schema.Unique{Name: "u", Conflict: "IGNORE", Parts: schema.Columns("b")}, schema.Unique{Parts: schema.Columns("b")}),
		},
		{
			"autoincrement at table level", "CREATE TABLE t(id INTEGER NOT NULL, PRIMARY KEY(id AUTOINCREMENT))",
			schema.NewTable("t", native("id", "INTEGER").NotNull().AutoIncrement(), key("id")),
		},
		{
			"the rowid has no order at table level", "CREATE TABLE t(id INTEGER, PRIMARY KEY(id COLLATE nocase DESC))",
			schema.NewTable("t", native("id", "INTEGER"), key("id")),
		},
		{
			"inline, DESC means that it is not the rowid", "CREATE TABLE t(id INTEGER PRIMARY KEY DESC)",
			schema.NewTable("t", native("id", "INTEGER"), schema.PrimaryKey{Parts: []schema.Part{{Column: "id", Desc: true}}}),
		},
		{
			"without rowid, the order stays", "CREATE TABLE t(id INTEGER, PRIMARY KEY(id DESC)) WITHOUT ROWID",
			schema.NewTable("t", native("id", "INTEGER"), schema.PrimaryKey{Parts: []schema.Part{{Column: "id", Desc: true}}}, schema.TableOptions{WithoutRowID: true}),
		},
		{
			"checks", "CREATE TABLE t(a int CONSTRAINT c1 CHECK (a > (0)) CHECK(a<9), CONSTRAINT c2 CHECK (a <> ')') ON CONFLICT IGNORE CHECK (1), CONSTRAINT x CONSTRAINT y CHECK(2))",
			schema.NewTable("t", native("a", "int"), schema.Check{Name: "c1", Expr: schema.Expr("a > (0)")}, schema.Check{Expr: schema.Expr("a<9")},
				schema.Check{Name: "c2", Expr: schema.Expr("a <> ')'")}, schema.Check{Expr: schema.Expr("1")}, schema.Check{Name: "y", Expr: schema.Expr("2")}),
		},
		{
			"foreign keys", `CREATE TABLE t(a int CONSTRAINT fk REFERENCES p ON DELETE SET NULL ON UPDATE NO ACTION MATCH full DEFERRABLE INITIALLY DEFERRED,
			b REFERENCES p(x) ON INSERT CASCADE NOT DEFERRABLE INITIALLY DEFERRED, c REFERENCES p DEFERRABLE,
			FOREIGN KEY (A, "b") REFERENCES "p q"(x, y) ON DELETE CASCADE ON UPDATE RESTRICT DEFERRABLE INITIALLY IMMEDIATE
			CONSTRAINT f2 FOREIGN KEY (a) REFERENCES p ON DELETE SET DEFAULT)`,
			schema.NewTable("t", native("a", "int"), native("b", ""), native("c", ""),
				schema.ForeignKey{Name: "fk", Columns: []string{"a"}, RefTable: "p", OnDelete: schema.SetNull, Match: "FULL", Deferrable: true, InitiallyDeferred: true},
				schema.ForeignKey{Columns: []string{"b"}, RefTable: "p", RefColumns: []string{"x"}},
				schema.ForeignKey{Columns: []string{"c"}, RefTable: "p", Deferrable: true},
				schema.ForeignKey{Columns: []string{"a", "b"}, RefTable: "p q", RefColumns: []string{"x", "y"}, OnDelete: schema.Cascade, OnUpdate: schema.Restrict, Deferrable: true},
				schema.ForeignKey{Name: "f2", Columns: []string{"a"}, RefTable: "p", OnDelete: schema.SetDefault}),
		},
		{
			"deferrable is about the key read last", "CREATE TABLE t(a REFERENCES p, b DEFERRABLE INITIALLY DEFERRED)",
			schema.NewTable("t", native("a", ""), native("b", ""),
				schema.ForeignKey{Columns: []string{"a"}, RefTable: "p", Deferrable: true, InitiallyDeferred: true}),
		},
		{
			"comments", "CREATE /* x */ TABLE t -- CHECK (no)\n(a /* CHECK (no) */ int -- ,b\n, c DEFAULT /* 1 */ 2) /* end",
			schema.NewTable("t", native("a", "int"), native("c", "").Default(2)),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseTable(tt.sql)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func col(name string, d schema.Default) schema.ColumnDef {
	return schema.FromColumn(schema.Column{Name: name, Type: schema.NativeType(""), Default: d})
}

func TestParseTableRefuses(t *testing.T) {
	for sql, want := range map[string]string{
		"":                                                             "line 1, column 1: the statement ends where it should have CREATE",
		"CREATE VIEW v AS SELECT 1":                                    `column 8: unexpected "VIEW", want TABLE`,
		"CREATE TABLE t AS SELECT 1":                                   "a table made of a query",
		"CREATE TABLE t(a int":                                         "the statement ends where it should have",
		"CREATE TABLE t(\n a int CHECK (1":                             "line 2, column 14: this parenthesis is never closed",
		"CREATE TABLE t(a int,)":                                       `unexpected ")", want the name of a column`,
		"CREATE TABLE t(a int frob(1,2) nix)":                          `unexpected "nix"`,
		"CREATE TABLE t(a varchar(max))":                               `unexpected "max" in a type`,
		"CREATE TABLE t(a int) WITH ROWID":                             `unexpected "WITH", want WITHOUT ROWID or STRICT`,
		"CREATE TABLE t(a int, UNIQUE (b))":                            `column "b", which the table does not have`,
		"CREATE TABLE t(a int, UNIQUE (a+1))":                          `"a+1" in a key is not a column`,
		"CREATE TABLE t(a int PRIMARY KEY, PRIMARY KEY (a))":           "two primary keys",
		"CREATE TABLE t(a int); DROP TABLE t":                          `unexpected "DROP", want the end`,
		"CREATE TABLE t(a int REFERENCES p ON DELETE EXPLODE)":         "the action of a foreign key",
		"CREATE TABLE t(a int NOT NULL ON CONFLICT EXPLODE)":           "want ROLLBACK",
		"CREATE TABLE t(a int CHECK ('open))":                          "unrecognized token",
		"CREATE TABLE t(a int DEFAULT)":                                "want a default",
		"CREATE TABLE t(a int, EXCLUDE USING gist (a WITH &&), b)":     `unexpected "USING"`,
		"CREATE TABLE t(a int, CONSTRAINT c)  WITHOUT ROWID, , STRICT": "want WITHOUT ROWID or STRICT",
	} {
		_, err := parseTable(sql)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("parseTable(%q) = %v, want %s", sql, err, want)
		}
	}
}

func TestParseIndex(t *testing.T) {
	columns := newNames([]schema.Column{{Name: "a"}, {Name: "B"}, {Name: "desc"}})
	nocase := schema.Variants{SQLite: "nocase"}
	tests := []struct {
		sql  string
		want schema.Index
	}{
		{"CREATE INDEX i ON t(a)", schema.Index{Name: "i", Parts: schema.Columns("a")}},
		{
			`create unique index if not exists main."i j" on "t"(A desc, b ASC, desc) where a > 1 /* x */ and b;`,
			schema.Index{
				Name: "i j", Unique: true, Where: schema.Expr("a > 1 /* x */ and b"),
				Parts: []schema.Part{{Column: "a", Desc: true}, {Column: "B"}, {Column: "desc"}},
			},
		},
		{
			`CREATE INDEX i ON t('a' COLLATE nocase DESC, ((b COLLATE nocase)), "nope", a + b COLLATE nocase, (a || b) COLLATE nocase, lower(a) COLLATE nocase, coalesce(a, b))`,
			schema.Index{Name: "i", Parts: []schema.Part{
				{Column: "a", Desc: true, Collation: nocase},
				{Column: "B", Collation: nocase},
				{Expr: schema.Expr(`"nope"`)},
				{Expr: schema.Expr("a + b COLLATE nocase")},
				{Expr: schema.Expr("(a || b)"), Collation: nocase},
				{Expr: schema.Expr("lower(a)"), Collation: nocase},
				{Expr: schema.Expr("coalesce(a, b)")},
			}},
		},
	}
	for _, tt := range tests {
		table, got, err := parseIndex(tt.sql, columns)
		if err != nil {
			t.Errorf("%s: %v", tt.sql, err)
			continue
		}
		if d := cmp.Diff(tt.want, got); d != "" || table != "t" {
			t.Errorf("%s: on %q (-want +got)\n%s", tt.sql, table, d)
		}
		_, again, err := parseIndex(createIndex("t", got), columns)
		if err != nil || !again.Equal(got) {
			t.Errorf("%s becomes %s, and that becomes %v, %v", tt.sql, createIndex("t", got), again, err)
		}
	}
	for _, sql := range []string{"CREATE INDEX i ON t()", "CREATE INDEX i ON t(a,)", "CREATE INDEX i ON t(a) WHERE", "CREATE INDEX i ON t(a) b"} {
		if _, _, err := parseIndex(sql, columns); err == nil {
			t.Errorf("%s: no error", sql)
		}
	}
}

func TestParseObject(t *testing.T) {
	tests := []struct {
		sql                 string
		kind                schema.ObjectKind
		name, table, module string
	}{
		{"CREATE VIEW v AS SELECT 1", schema.View, "v", "", ""},
		{`create temp view if not exists main."v w" (a, b) as select 1, 2`, schema.View, "v w", "", ""},
		{"CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END", schema.Trigger, "tr", "t", ""},
		{`CREATE TRIGGER before BEFORE UPDATE OF a, "b" ON main.[t u] BEGIN SELECT 1; END`, schema.Trigger, "before", "t u", ""},
		{"CREATE TRIGGER 'x' INSTEAD OF DELETE ON v BEGIN SELECT 1; END", schema.Trigger, "x", "v", ""},
		{"CREATE TRIGGER x DELETE ON v BEGIN SELECT 1; END", schema.Trigger, "x", "v", ""},
		{"CREATE VIRTUAL TABLE f USING FTS5(a, b, tokenize = 'porter ascii')", schema.VirtualTable, "f", "", "fts5"},
		{"CREATE VIRTUAL TABLE IF NOT EXISTS f USING dbstat", schema.VirtualTable, "f", "", "dbstat"},
	}
	for _, tt := range tests {
		o, module, err := parseObject(tt.sql)
		if err != nil || o.Kind != tt.kind || o.Name != tt.name || o.Table != tt.table || module != tt.module {
			t.Errorf("%s: %+v, %q, %v", tt.sql, o, module, err)
		}
		if o.Definition.For(schema.SQLite) != tt.sql {
			t.Errorf("%s: the definition is %q", tt.sql, o.Definition.For(schema.SQLite))
		}
	}
	for _, sql := range []string{"", "CREATE", "CREATE TABLE t(a)", "CREATE TRIGGER x ON t", "CREATE VIRTUAL TABLE f", "CREATE VIEW v"} {
		if _, _, err := parseObject(sql); err == nil {
			t.Errorf("%q: no error", sql)
		}
	}
}

// Parsing never panics, and what it understood it understands again, alike.
func FuzzParse(f *testing.F) {
	for _, s := range awkwardTables {
		f.Add(s)
	}
	f.Add(`CREATE TABLE A(""PRIMARY KEY)`) // became PRIMARY KEY ()
	f.Fuzz(func(t *testing.T, sql string) {
		parseObject(sql)
		splitStatements(sql)
		if table, x, err := parseIndex(sql, nil); err == nil {
			once := createIndex(table, x)
			table2, y, err := parseIndex(once, nil)
			if err != nil {
				t.Fatalf("%q became %q: %v", sql, once, err)
			}
			if twice := createIndex(table2, y); twice != once {
				t.Fatalf("%q became %q, and that became %q", sql, once, twice)
			}
		}
		a, err := parseTable(sql)
		if err != nil {
			return
		}
		once := createTable(a)
		b, err := parseTable(once)
		if err != nil {
			t.Fatalf("%q became %q: %v", sql, once, err)
		}
		if !equalTables(normalTable(a), normalTable(b)) {
			t.Fatalf("%q became %q, which is another table\n%s", sql, once, cmp.Diff(normalTable(a), normalTable(b)))
		}
	})
}
