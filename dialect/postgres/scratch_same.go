package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// Tables returns those of live that the server would make of tables, without
// making them: where the statements that create a table are, word for word,
// those that create the one in live, the server has nothing to add. (A table
// with a key and three indexes takes PostgreSQL 15 about 5 ms.) Of the texts of
// checks only the server can tell; it is shown them on tables that have no more
// than the columns in them.
//
// left are the other tables, with those that they refer to.
func (d Dialect) Tables(ctx context.Context, db *sql.DB, tables []schema.Table, live schema.Schema) (got schema.Schema, left []schema.Table, err error) {
	if len(live.Tables) == 0 {
		return got, tables, nil
	}
	there := tablesByName(live.Tables)
	var open []schema.Table
	same := map[string]bool{}
	broken := func(i schema.Index) bool { return i.Invalid } // which no statement says
	for _, t := range tables {
		l, ok := there[t.Name]
		switch {
		case !ok || l.Unsupported != "" || slices.ContainsFunc(l.Indexes, broken):
		case t.Options.HasParent() || t.Options.Postgres.PartitionBy != "":
		case d.sameStatements(t, l):
			same[t.Name] = true
		case len(t.Checks) == len(l.Checks) && d.sameStatements(withoutChecks(t), withoutChecks(l)):
			open = append(open, t)
		}
	}
	if len(open) > 0 {
		shown, err := d.showChecks(ctx, db, open)
		if class := d.Classify(err); class == dialect.Interrupted || class == dialect.Lost {
			return got, nil, err
		}
		for _, t := range shown { // none, where the server does not take one
			same[t.Name] = d.sameStatements(t, there[t.Name])
		}
	}
	build := map[string]schema.Table{}
	all := tablesByName(tables)
	for _, t := range tables {
		if same[t.Name] {
			got.Tables = append(got.Tables, there[t.Name])
		} else {
			above(t, all, build)
		}
	}
	return got, slices.SortedFunc(maps.Values(build), func(a, b schema.Table) int { return strings.Compare(a.Name, b.Name) }), nil
}

func tablesByName(tables []schema.Table) map[string]schema.Table {
	m := make(map[string]schema.Table, len(tables))
	for _, t := range tables {
		m[t.Name] = t
	}
	return m
}

// above adds a table to those that are made, with what has to be there for it.
func above(t schema.Table, all, made map[string]schema.Table) {
	if _, ok := made[t.Name]; ok {
		return
	}
	made[t.Name] = t
	names := t.Options.Parents()
	for _, f := range t.ForeignKeys {
		names = append(names, f.RefTable)
	}
	for _, name := range names {
		if other, ok := all[name]; ok {
			above(other, all, made)
		}
	}
}

// sameStatements reports whether two tables are created by the same statements.
// What stands in them in another order, or has the name that the server gives
// it, is the same.
func (d Dialect) sameStatements(a, b schema.Table) bool {
	a, b = inNames(a), inNames(b)
	return d.createTable(a) == d.createTable(b) && slices.Equal(d.afterCreate(a), d.afterCreate(b))
}

// inNames returns a table with every name said, and in the order of names.
func inNames(t schema.Table) schema.Table {
	t = t.Clone()
	for i := range t.Columns {
		t.Columns[i].Identity.Options = withoutName(t.Columns[i].Identity.Options)
	}
	t.PrimaryKey.Name = keyName(t)
	for i, u := range t.Uniques {
		t.Uniques[i].Name = uniqueName(t.Name, u)
	}
	for i, f := range t.ForeignKeys {
		t.ForeignKeys[i].Name = foreignKeyName(t.Name, f)
	}
	for i, c := range t.Checks {
		t.Checks[i].Name = checkName(t, c)
	}
	sortByName(t.Columns)
	sortByName(t.Uniques)
	sortByName(t.ForeignKeys)
	sortByName(t.Checks)
	sortByName(t.Indexes)
	return t
}

func sortByName[T interface{ GetName() string }](items []T) {
	slices.SortStableFunc(items, func(a, b T) int { return strings.Compare(a.GetName(), b.GetName()) })
}

func withoutChecks(t schema.Table) schema.Table {
	t.Checks = nil
	return t
}

// showChecks returns tables with the expressions of their checks as the server
// writes them.
func (d Dialect) showChecks(ctx context.Context, db *sql.DB, tables []schema.Table) (shown []schema.Table, err error) {
	var ops []op.Op
	for _, t := range tables {
		ops = append(ops, op.CreateTable{Table: onlyChecks(t)})
	}
	err = d.Scratch(ctx, db, func(ctx context.Context, conn *sql.Conn, d dialect.Dialect) error {
		stmts, err := d.Compile(ops, op.NewState(schema.Schema{}))
		if err != nil {
			return err
		}
		if _, err := d.Begin(ctx, conn, stmts); err != nil { // where there is a transaction already
			return err
		}
		for _, s := range stmts {
			if _, err := conn.ExecContext(ctx, s.SQL); err != nil {
				return err
			}
		}
		s, err := d.Inspect(ctx, conn)
		if err != nil {
			return err
		}
		written := tablesByName(s.Tables)
		for _, t := range tables {
			w := written[t.Name]
			t = t.Clone()
			for i := range t.Checks {
				t.Checks[i].Name = checkName(tables[len(shown)], t.Checks[i])
				for _, c := range w.Checks {
					if c.Name == placeholder(i) {
						t.Checks[i].Expr = c.Expr
					}
				}
			}
			shown = append(shown, t)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return shown, nil
}

// onlyChecks returns a table with the checks of t, and the columns in them.
func onlyChecks(t schema.Table) schema.Table {
	lean := schema.Table{Name: t.Name}
	for i, c := range t.Checks {
		lean.Checks = append(lean.Checks, schema.Check{Name: placeholder(i), Expr: c.Expr})
	}
	for _, c := range t.Columns {
		if slices.ContainsFunc(t.Checks, func(k schema.Check) bool { return mentions(k.Expr.For(schema.Postgres), c.Name) }) {
			lean.Columns = append(lean.Columns, schema.Column{Name: c.Name, Type: c.Type, Collation: c.Collation})
		}
	}
	if lean.Columns == nil {
		lean.Columns = []schema.Column{{Name: "x", Type: schema.NativeType("integer")}}
	}
	return lean
}

func placeholder(i int) string { return fmt.Sprintf("whim_%d", i) }
