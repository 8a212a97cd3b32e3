package postgres

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// mention wants an error that says all of the words.
func mention(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q is not in: %v", w, err)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	long := strings.Repeat("n", 64)
	wide := strings.Repeat("ä", 32) // 64 bytes
	options := func(p schema.PostgresTable) schema.TableOptions { return schema.TableOptions{Postgres: p} }
	for _, tt := range []struct {
		name    string
		version string
		setup   func(*op.Script)
		ops     func(*op.Script)
		want    []string
	}{
		{"a table with 64 bytes", "", nil, func(m *op.Script) { m.CreateTable(long, schema.Int("a")) }, []string{long, "64 bytes", "63"}},
		{"a column with 64 bytes", "", nil, func(m *op.Script) { m.CreateTable("x", schema.Int(wide)) }, []string{"column", wide, "64 bytes"}},
		{"an index with 64 bytes", "", nil, func(m *op.Script) { m.CreateIndex("t", schema.Index{Name: long, Parts: schema.Columns("a")}) }, []string{"index", "64 bytes"}},
		{"a constraint with 64 bytes", "", nil, func(m *op.Script) { m.AddCheck("t", schema.Check{Name: wide, Expr: schema.Expr("a > 0")}) }, []string{"constraint", "64 bytes"}},
		{"a new name with 64 bytes", "", nil, func(m *op.Script) { m.RenameTable("t", long) }, []string{"64 bytes"}},
		{"an object with 64 bytes", "", nil, func(m *op.Script) {
			m.CreateObject(object(schema.View, "v", "CREATE VIEW v AS SELECT a AS "+long+" FROM t"))
		}, []string{long, "64 bytes"}},
		{"no name", "", nil, func(m *op.Script) { m.CreateTable("x", schema.Int("")) }, []string{"empty"}},
		{"a zero byte", "", nil, func(m *op.Script) { m.CreateTable("x", schema.Int("a\x00")) }, []string{"zero byte"}},
		{"partitions of an ordinary table", "", nil, func(m *op.Script) {
			m.AlterTable("t", schema.TableOptions{}, options(schema.PostgresTable{PartitionBy: "RANGE (a)"}))
		}, []string{`"t"`, "partition"}},
		{"an access method before 15", "14", nil, func(m *op.Script) {
			m.AlterTable("t", schema.TableOptions{}, options(schema.PostgresTable{AccessMethod: "other"}))
		}, []string{"access method", "14"}},
		{"a virtual column before 18", "17", nil, func(m *op.Script) { m.AddColumn("t", schema.Int("g").Generated(schema.Expr("a"))) }, []string{"virtual", "17"}},
		{"NULLS NOT DISTINCT before 15", "14", nil, func(m *op.Script) {
			m.AddUnique("t", schema.Unique{Name: "u", Parts: schema.Columns("a"), NullsNotDistinct: true})
		}, []string{"NULLS NOT DISTINCT", "14"}},
		{"NOT ENFORCED before 18", "17", nil, func(m *op.Script) {
			m.AddCheck("t", schema.Check{Name: "u", Expr: schema.Expr("a > 0"), NotEnforced: true})
		}, []string{"NOT ENFORCED", "17"}},
		{"PERIOD before 18", "17", nil, func(m *op.Script) {
			m.AddForeignKey("t", schema.ForeignKey{Name: "f", Columns: []string{"a"}, RefTable: "t", Period: true})
		}, []string{"PERIOD", "17"}},
		{"some columns set before 15", "14", nil, func(m *op.Script) {
			m.AddForeignKey("t", schema.ForeignKey{Name: "f", Columns: []string{"a"}, RefTable: "t", SetColumns: []string{"a"}, OnDelete: schema.SetNull})
		}, []string{"sets some", "14"}},
		{"COMPRESSION before 14", "13", nil, func(m *op.Script) {
			col := schema.Text("z").Column()
			col.Compression = "lz4"
			m.AddColumn("t", schema.FromColumn(col))
		}, []string{"COMPRESSION", "13"}},
		{"a column in a check", "", nil, func(m *op.Script) { m.DropColumn("t", "b") }, []string{`"b"`, `check "k"`}},
		{"a column in an expression", "", nil, func(m *op.Script) { m.DropColumn("t", "c") }, []string{`"c"`, `index "e"`}},
		{"a column in statistics", "", func(m *op.Script) {
			m.CreateObject(onTable(schema.Statistics, "st", "t", "CREATE STATISTICS st ON a, d FROM t"))
		}, func(m *op.Script) { m.DropColumn("t", "d") }, []string{`"d"`, `statistics "st"`}},
		{"a partitioned table's index", "", func(m *op.Script) {
			m.CreateTable("part", schema.Int("a"), options(schema.PostgresTable{PartitionBy: "RANGE (a)"}))
		}, func(m *op.Script) {
			m.CreateIndex("part", schema.Index{Name: "pi", Parts: schema.Columns("a")}, op.Concurrently)
		}, []string{"partitioned", "concurrently"}},
		{"the type of a partition key", "", func(m *op.Script) {
			m.CreateTable("log", schema.Int("at"), schema.TableOptions{Postgres: schema.PostgresTable{PartitionBy: "RANGE (at)"}})
		}, func(m *op.Script) {
			m.AlterColumn("log", schema.Int("at"), schema.BigInt("at"))
		}, []string{"log", "partition key"}},
		{"an enum in a range", "", func(m *op.Script) {
			m.CreateObject(object(schema.Enum, "mood", "CREATE TYPE mood AS ENUM ('a', 'b')"))
			m.CreateObject(object(schema.RangeType, "good", "CREATE TYPE good AS RANGE (SUBTYPE = mood)"))
		}, func(m *op.Script) {
			m.AlterObject(object(schema.Enum, "mood", "CREATE TYPE mood AS ENUM ('a', 'b')"), object(schema.Enum, "mood", "CREATE TYPE mood AS ENUM ('a')"))
		}, []string{"enum mood", "range type good"}},
		{"a default that is no value any more", "", func(m *op.Script) {
			m.CreateObject(object(schema.Enum, "mood", "CREATE TYPE mood AS ENUM ('a', 'b')"))
			m.AddColumn("t", schema.Native("m", "mood").DefaultExpr("'b'::mood"))
		}, func(m *op.Script) {
			m.AlterObject(object(schema.Enum, "mood", "CREATE TYPE mood AS ENUM ('a', 'b')"), object(schema.Enum, "mood", "CREATE TYPE mood AS ENUM ('a')"))
		}, []string{`"m"`, "'b'"}},
		{"a view over a column that was renamed just now", "", func(m *op.Script) {
			m.CreateObject(object(schema.View, "v", "CREATE VIEW v AS SELECT a, b FROM t"))
		}, func(m *op.Script) {
			m.RenameColumn("t", "b", "bb")
			m.AlterColumn("t", schema.Int("a"), schema.BigInt("a"))
		}, []string{"view v", "renamed"}},
		{"a virtual table", "", nil, func(m *op.Script) {
			m.CreateObject(object(schema.VirtualTable, "f", "CREATE VIRTUAL TABLE f USING fts5(x)"))
		}, []string{"virtual table f"}},
		{"an expression in a key", "", nil, func(m *op.Script) {
			m.AddUnique("t", schema.Unique{Name: "u", Parts: []schema.Part{{Expr: schema.Expr("lower(d)")}}})
		}, []string{"expression"}},
		{"COMMIT", "", nil, func(m *op.Script) { m.Exec("DELETE FROM t; COMMIT; DELETE FROM t") }, []string{"COMMIT", "transaction"}},
		{"a string without end", "", nil, func(m *op.Script) { m.Exec("SELECT 'x") }, []string{"never closed"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			state := op.NewState(schema.Schema{})
			setup := record(func(m *op.Script) {
				m.CreateTable("t", schema.Int("a"), schema.Int("b"), schema.Int("c"), schema.Text("d"), schema.Check{Name: "k", Expr: schema.Expr("a > b")},
					schema.Index{Name: "e", Parts: []schema.Part{{Expr: schema.Expr("c + 1")}}})
				if tt.setup != nil {
					tt.setup(m)
				}
			})
			for _, o := range setup {
				if _, err := state.Apply(o); err != nil {
					t.Fatal(err)
				}
			}
			version := tt.version
			if version == "" {
				version = "18"
			}
			_, err := New(version).Compile(record(tt.ops), state)
			mention(t, err, tt.want...)
			var unsupported *dialect.UnsupportedError
			var statement *dialect.StatementError
			if !errors.As(err, &unsupported) && !errors.As(err, &statement) {
				t.Errorf("the error is a %T", err)
			}
		})
	}
}

// TestCompileUnsupported: a table that is not understood can be dropped, and
// nothing else.
func TestCompileUnsupported(t *testing.T) {
	table := schema.NewTable("t", schema.Int("a"), schema.Int("b"))
	table.Unsupported = "it has a thing that nobody knows"
	for _, o := range record(func(m *op.Script) {
		m.RenameTable("t", "u")
		m.RenameColumn("t", "a", "c")
		m.AddColumn("t", schema.Int("c"))
		m.AlterTable("t", schema.TableOptions{}, schema.TableOptions{Comment: "x"})
		m.CreateIndex("t", schema.Index{Name: "i", Parts: schema.Columns("a")})
	}) {
		_, err := New("").Compile([]op.Op{o}, op.LiveState(schema.Schema{Tables: []schema.Table{table}}))
		var unsupported *dialect.UnsupportedError
		if !errors.As(err, &unsupported) || unsupported.Why != table.Unsupported {
			t.Errorf("%T: %v", o, err)
		}
	}
	stmts, err := New("").Compile(record(func(m *op.Script) { m.DropTable("t") }), op.LiveState(schema.Schema{Tables: []schema.Table{table}}))
	if err != nil || len(stmts) != 1 {
		t.Errorf("drop: %v, %v", stmts, err)
	}
}

// TestNothingIsLost: a change that would lose something of a value stops, says
// which, and leaves everything as it was.
func TestNothingIsLost(t *testing.T) {
	enum := func(labels string) schema.Object {
		return object(schema.Enum, "mood", "CREATE TYPE mood AS ENUM ("+labels+")")
	}
	each(t, func(t *testing.T, s *dbtest.Server) {
		db := openSimple(t, s)
		for _, tt := range []struct {
			name     string
			from, to schema.ColumnDef
			value    string
			want     string // in the evidence
		}{
			{"numeric scale", schema.Decimal("c", 10, 2), schema.Decimal("c", 10, 1), "1.25", "1.25"},
			{"numeric to int", schema.Decimal("c", 0, 0), schema.Int("c"), "1.5", "1.5"},
			{"float to int", schema.Double("c"), schema.Int("c"), "1.5", "1.5"},
			{"float to real", schema.Double("c"), schema.Float("c"), "0.1", "0.1"},
			{"bigint to float", schema.BigInt("c"), schema.Double("c"), "9007199254740993", "9007199254740993"},
			{"bigint to int", schema.BigInt("c"), schema.Int("c"), "3000000000", "22003"},
			{"timestamptz to date", schema.DateTime("c"), schema.Date("c"), "'2024-01-02 03:04Z'", "2024-01-02"},
			{"timestamp precision", schema.LocalDateTime("c"), schema.LocalDateTime("c").Precision(3), "'2024-01-02 03:04:05.123456'", "2024-01-02"},
			{"timestamp to time", schema.LocalDateTime("c"), schema.Time("c"), "'2024-01-02 03:04'", "2024-01-02"},
			{"varchar shorter", schema.String("c", 10), schema.String("c", 3), "'abcd'", "abcd"},
			{"varchar shorter by blanks", schema.String("c", 10), schema.String("c", 3), "'abc  '", "abc"},
			{"text to varchar", schema.Text("c"), schema.String("c", 3), "'abcd'", "abcd"},
			{"varchar to char", schema.String("c", 5), schema.Char("c", 5), "'ab '", "ab"},
			{"text to numeric", schema.Text("c"), schema.Decimal("c", 10, 1), "'1.25'", "1.25"},
			{"text to date", schema.Text("c"), schema.Date("c"), "'2024-01-02 03:04'", "2024-01-02 03:04"},
			{"text to int", schema.Text("c"), schema.Int("c"), "'x'", "22P02"},
			{"int to bool", schema.Int("c"), schema.Bool("c"), "7", "7"},
			{"array", schema.Native("c", "numeric(10,2)[]"), schema.Native("c", "numeric(10,1)[]"), "'{1.25}'", "1.25"},
			{"inet to cidr", schema.Native("c", "inet"), schema.Native("c", "cidr"), "'10.1.2.3/8'", "10.1.2.3"},
			{"a computed column", schema.Int("c"), schema.Int("c").GeneratedStored(schema.Expr("id * 2")), "7", "7"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				defer empty(t, db)
				l := newLive(t, db)
				l.do(record(func(m *op.Script) { m.CreateTable("t", schema.Int("id"), tt.from) }), op.NewState(schema.Schema{}))
				must(t, l.conn, "INSERT INTO t VALUES (1, NULL), (2, "+tt.value+")")
				l.stops(record(func(m *op.Script) { m.AddColumn("t", schema.Int("first")); m.AlterColumn("t", tt.from, tt.to) }), tt.want)
			})
		}
		t.Run("a value of an enum", func(t *testing.T) {
			defer empty(t, db)
			l := newLive(t, db)
			l.do(record(func(m *op.Script) {
				m.CreateObject(enum("'a', 'b'"))
				m.CreateTable("t", schema.Int("id"), schema.Native("c", "mood"), schema.Native("cs", "mood[]"))
			}), op.NewState(schema.Schema{}))
			must(t, l.conn, "INSERT INTO t VALUES (1, 'a', '{a}'), (2, 'b', NULL), (3, 'b', NULL)")
			l.stops(record(func(m *op.Script) { m.AlterObject(enum("'a', 'b'"), enum("'a'")) }), "b, 2")
			must(t, l.conn, "UPDATE t SET c = 'a', cs = '{b}'")
			l.stops(record(func(m *op.Script) { m.AlterObject(enum("'a', 'b'"), enum("'a'")) }), "{b}, 3")
		})
		t.Run("NULL where NULL is forbidden", func(t *testing.T) {
			defer empty(t, db)
			l := newLive(t, db)
			l.do(record(func(m *op.Script) { m.CreateTable("t", schema.Int("id"), schema.Int("c")) }), op.NewState(schema.Schema{}))
			must(t, l.conn, "INSERT INTO t VALUES (1, NULL)")
			l.stops(record(func(m *op.Script) { m.AlterColumn("t", schema.Int("c"), schema.Int("c").NotNull()) }), "23502")
		})
	})
}

func newLive(t *testing.T, db *sql.DB) live {
	t.Helper()
	d, err := Open(context.Background(), db)
	if err != nil {
		t.Fatal(err)
	}
	return live{t, d, pin(t, db)}
}

// stops wants operations to fail, with some evidence, and to leave nothing.
func (l live) stops(ops []op.Op, evidence string) {
	l.t.Helper()
	before, rows := l.inspect(), l.query([]string{"SELECT * FROM t ORDER BY 1"})
	stmts, err := l.d.Compile(ops, op.LiveState(before))
	if err != nil {
		l.t.Fatal(err)
	}
	mention(l.t, perform(l.d, l.conn, stmts), evidence)
	l.same("something has changed", before, l.inspect())
	if got := l.query([]string{"SELECT * FROM t ORDER BY 1"}); got[0] != rows[0] {
		l.t.Errorf("the rows were %s, and are %s", rows, got)
	}
}
