package mysql

import (
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/internal/dbtest"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// TestTypeChanges: a change of type that would change a value stops before
// anything has happened, by a check of ours or by the server's; one that keeps
// all values goes through.
func TestTypeChanges(t *testing.T) {
	for _, tt := range []struct {
		from, to   string
		lost, kept string // values, in SQL
	}{
		{"decimal(10,4)", "decimal(10,2)", "1.2345", "1.2300"},
		{"decimal(10,4)", "int", "1.5", "7"},
		{"double", "int", "1.5", "7"},
		{"double", "decimal(10,1)", "1.25", "1.5"},
		{"float", "decimal(10,2)", "1.125", "1.1"},
		{"bigint", "double", "9007199254740993", "9007199254740992"},
		{"decimal(20,10)", "double", "123456789.1234567891", "1.1"},
		{"double", "float", "16777217", "1.1"},
		{"datetime(6)", "datetime", "'2020-01-01 10:00:00.5'", "'2020-01-01 10:00:00'"},
		{"datetime(6)", "datetime(3)", "'2020-01-01 10:00:00.1234'", "'2020-01-01 10:00:00.123'"},
		{"timestamp(3) null", "timestamp null", "'2020-01-01 10:00:00.5'", "'2020-01-01 10:00:00'"},
		{"time(6)", "time(2)", "'10:00:00.125'", "'10:00:00.12'"},
		{"datetime", "date", "'2020-01-01 10:00:00'", "'2020-01-01'"},
		{"datetime", "time", "'2020-01-01 10:00:00'", "NULL"},
		{"date", "time", "'2020-01-01'", "NULL"},
		{"time", "datetime", "'10:00:00'", "NULL"},
		{"datetime(3)", "bigint", "'2020-01-01 10:00:00.5'", "'2020-01-01 10:00:00'"},
		{"enum('a','b')", "int", "'b'", "NULL"},
		{"int", "enum('a','b')", "1", "NULL"},
		{"enum('a','b','c')", "enum('c','a')", "'b'", "'c'"},
		{"set('a','b')", "set('a')", "'a,b'", "'a'"},
		{"varchar(20)", "int", "'1.7'", "' 12'"},
		{"varchar(20)", "decimal(5,1)", "'1.75'", "'1.5'"},
		{"varchar(20)", "varchar(3)", "'abcd'", "'abc'"},
		{"varchar(20)", "char(20)", "'abc '", "'abc'"},
		{"varbinary(20)", "char(20)", "'abc '", "'abc'"},
		{"varchar(20)", "binary(5)", "'abc'", "'abcde'"},
		{"varchar(30)", "date", "'2020-01-01 10:00:00'", "'2020-01-01'"},
		{"varchar(30)", "datetime", "'2020-01-01 10:00:00.5'", "'2020-01-01 10:00:00'"},
		{"int", "tinyint", "300", "100"},
		{"int", "int unsigned", "-1", "1"},
		{"int", "year", "20", "2020"},
		{"int", "varchar(2)", "300", "30"},
		{"text", "json", "'{'", "'{}'"},
	} {
		t.Run(tt.from+" to "+tt.to, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
				conn := pin(t, d, db)
				exec(t, conn, "CREATE TABLE t (c "+tt.from+")", "INSERT INTO t VALUES ("+tt.lost+")")
				was := schema.Native("c", strings.TrimSuffix(tt.from, " null"))
				ops := []op.Op{op.AlterColumn{Table: "t", From: was.Column(), To: schema.Native("c", strings.TrimSuffix(tt.to, " null")).Column()}}
				before := column1(t, conn, "SELECT c FROM t")
				stmts, err := change(t, d, conn, ops)
				if err == nil || !errors.Is(err, errGuard) && d.Classify(err) != dialect.Refused {
					t.Errorf("%v\n%s", err, show(stmts))
				}
				if after := column1(t, conn, "SELECT c FROM t"); !slices.Equal(before, after) {
					t.Errorf("%s became %s", before, after)
				}
				exec(t, conn, "DELETE FROM t", "INSERT INTO t VALUES ("+tt.kept+"), (NULL)")
				if stmts, err := change(t, d, conn, ops); err != nil {
					t.Errorf("%v\n%s", err, show(stmts))
				}
			})
		})
	}
}

// TestGuards: what would lose rows or values stops, and nothing has changed.
func TestGuards(t *testing.T) {
	for _, tt := range []struct {
		name  string
		only  schema.Dialect
		setup []string
		op    op.Op
		says  string
		fix   string // after which it goes through
	}{
		{
			"new NOT NULL column", "", nil,
			op.AddColumn{Table: "t", Column: schema.Int("c").NotNull().Column()},
			`table "t" has rows`, "DELETE FROM t",
		},
		{
			"becomes NOT NULL", "", nil,
			op.AlterColumn{Table: "t", From: schema.Int("b").Column(), To: schema.Int("b").NotNull().Column()},
			"has NULLs", "UPDATE t SET b = 1",
		},
		{
			"becomes part of the key", "",
			[]string{"ALTER TABLE t DROP PRIMARY KEY"},
			op.AlterPrimaryKey{Table: "t", To: schema.PrimaryKey{Parts: schema.Columns("b")}},
			"has NULLs", "DELETE FROM t WHERE b IS NULL",
		},
		{
			"becomes generated", "",
			nil,
			op.AlterColumn{Table: "t", From: schema.Int("b").Column(), To: schema.Int("b").Generated(schema.Expr("id + 1")).Column()},
			"other values than the expression", "UPDATE t SET b = id + 1",
		},
		{
			"becomes generated and stored", "",
			nil,
			op.AlterColumn{Table: "t", From: schema.Int("b").Column(), To: schema.Int("b").GeneratedStored(schema.Expr("id + 1")).Column()},
			"other values than the expression", "UPDATE t SET b = id + 1",
		},
		{
			"history goes", schema.MariaDB,
			[]string{"ALTER TABLE t ADD SYSTEM VERSIONING", "UPDATE t SET b = 9"},
			op.AlterTable{Table: "t", From: schema.TableOptions{MySQL: schema.MySQLTable{Options: "WITH SYSTEM VERSIONING"}}},
			"has history", "DELETE HISTORY FROM t",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
				if tt.only != "" && tt.only != d.flavor.Dialect {
					return
				}
				conn := pin(t, d, db)
				exec(t, conn, "CREATE TABLE t (id int PRIMARY KEY, b int)", "INSERT INTO t VALUES (1, 5), (2, NULL)")
				exec(t, conn, tt.setup...)
				before := inspect(t, d, conn)
				if _, err := change(t, d, conn, []op.Op{tt.op}); !errors.Is(err, errGuard) || !strings.Contains(err.Error(), tt.says) {
					t.Fatal(err)
				}
				if diff := unlike(d, before, inspect(t, d, conn)); diff != "" {
					t.Error(diff)
				}
				exec(t, conn, tt.fix)
				if stmts, err := change(t, d, conn, []op.Op{tt.op}); err != nil {
					t.Errorf("%v\n%s", err, show(stmts))
				}
			})
		})
	}
}

// TestVirtualBecomesPlain: a column that was computed keeps its values, its
// place and its indexes.
func TestVirtualBecomesPlain(t *testing.T) {
	each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
		conn := pin(t, d, db)
		exec(t, conn, "CREATE TABLE t (id int PRIMARY KEY, v int AS (id + 1) VIRTUAL, z int, KEY k (v, z))", "INSERT INTO t (id) VALUES (1), (2)")
		ops := []op.Op{op.AlterColumn{Table: "t", From: schema.Int("v").Generated(schema.Expr("id + 1")).Column(), To: schema.Int("v").Column()}}
		if stmts, err := change(t, d, conn, ops); err != nil {
			t.Fatalf("%v\n%s", err, show(stmts))
		}
		table, _ := inspect(t, d, conn).Table("t")
		if table.Columns[1].Name != "v" || isGenerated(table.Columns[1], d.flavor.Dialect) || len(table.Indexes) != 1 || len(table.Indexes[0].Parts) != 2 {
			t.Errorf("%+v", table)
		}
		if got := column1(t, conn, "SELECT v FROM t ORDER BY id"); !slices.Equal(got, []string{"2", "3"}) {
			t.Error(got)
		}
	})
}

// TestGuardsComeFirst: a value that stops a revision stops it before its first
// statement that changes something, be it under another name by then.
func TestGuardsComeFirst(t *testing.T) {
	was, is := schema.Native("n", "int").Column(), schema.Native("n", "int").NotNull().Column()
	renamed := func(c schema.Column, name string) schema.Column {
		c.Name = name
		return c
	}
	for name, tt := range map[string]struct {
		setup string
		ops   []op.Op
	}{
		"null": {"INSERT INTO t (id) VALUES (1)", []op.Op{
			op.CreateTable{Table: schema.NewTable("u", schema.Int("id"))},
			op.AlterColumn{Table: "t", From: was, To: is},
		}},
		"renamed": {"INSERT INTO t (id) VALUES (1)", []op.Op{
			op.RenameTable{From: "t", To: "u"},
			op.RenameColumn{Table: "u", From: "n", To: "m"},
			op.AlterColumn{Table: "u", From: renamed(was, "m"), To: renamed(is, "m")},
		}},
		"type": {"INSERT INTO t (x) VALUES (1.5)", []op.Op{
			op.AddColumn{Table: "t", Column: schema.Int("o").Column()},
			op.AlterColumn{Table: "t", From: schema.Native("x", "double").Column(), To: schema.Int("x").Column()},
		}},
		"rows": {"INSERT INTO t (id) VALUES (1)", []op.Op{
			op.AddColumn{Table: "t", Column: schema.Int("o").Column()},
			op.AddColumn{Table: "t", Column: schema.Int("p").NotNull().Column()},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
				conn := pin(t, d, db)
				exec(t, conn, "CREATE TABLE t (id int, n int, x double)", tt.setup)
				before := inspect(t, d, conn)
				if stmts, err := change(t, d, conn, tt.ops); !errors.Is(err, errGuard) {
					t.Errorf("%v\n%s", err, show(stmts))
				}
				if diff := unlike(d, before, inspect(t, d, conn)); diff != "" {
					t.Error(diff)
				}
				exec(t, conn, "DELETE FROM t")
				if stmts, err := change(t, d, conn, tt.ops); err != nil {
					t.Errorf("%v\n%s", err, show(stmts))
				}
			})
		})
	}
	t.Run("rows of this revision", func(t *testing.T) {
		each(t, func(t *testing.T, _ *dbtest.Server, db *sql.DB, d Dialect) {
			conn := pin(t, d, db)
			exec(t, conn, "CREATE TABLE t (id int, n int)", "INSERT INTO t (id) VALUES (1)")
			ops := op.Record(func(m *op.Script) { m.Exec("UPDATE t SET n = 1") })
			if stmts, err := change(t, d, conn, append(ops, op.AlterColumn{Table: "t", From: was, To: is})); err != nil {
				t.Errorf("%v\n%s", err, show(stmts))
			}
		})
	})
}
