package sqlite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// inspect reads the main database: what is in TEMP or attached is not part of
// it. It asks five queries, whatever the size. What a table is comes from the
// parser, since the pragmas do not know checks, names, conflict clauses or
// AUTOINCREMENT; what the pragmas do know must agree with it (see facts.check).
//
// The queries see one state only if nobody changes the schema between them: q
// should be one connection, inside a transaction or with the lock held.
func inspect(ctx context.Context, q dialect.Queryer) (schema.Schema, error) {
	facts, err := readFacts(ctx, q)
	if err != nil {
		return schema.Schema{}, err
	}
	in := &inspector{facts: facts, tables: map[string]int{}}
	in.again.columns = make([]schema.Column, 0, 64)
	for _, e := range facts.entries {
		if e.kind == "table" && !isInternal(e.name) && !in.isShadow(e.name) {
			in.table(e)
		}
	}
	for _, e := range facts.entries {
		switch {
		case e.kind == "index" && e.sql != "":
			in.index(e)
		case e.kind == "view" || e.kind == "trigger":
			if err := in.object(e); err != nil {
				return schema.Schema{}, err
			}
		}
	}
	in.resolveReferences()
	for i := range in.out.Tables {
		t := &in.out.Tables[i]
		if t.Unsupported == "" {
			t.Unsupported = facts.check(*t)
		}
		if t.Unsupported == "" {
			t.Unsupported = in.selfCheck(*t, in.columns[i])
		}
	}
	return in.out, nil
}

// An inspector puts a schema together.
type inspector struct {
	*facts
	read    reader
	again   reader // for definitions built again, which nobody keeps
	out     schema.Schema
	tables  map[string]int // by folded name
	columns []nameMap      // of each table
}

// isInternal reports whether a name is reserved for SQLite itself.
func isInternal(name string) bool {
	return len(name) >= 7 && sameName(name[:7], "sqlite_")
}

// isShadow reports whether a table is where a virtual table keeps its content.
func (in *inspector) isShadow(name string) bool {
	if in.list != nil {
		return in.list[name].kind == "shadow"
	}
	return in.shadows[fold(name)]
}

func (in *inspector) table(e entry) {
	if e.virtual {
		o := schema.Object{Kind: schema.VirtualTable, Name: e.name}
		o.Definition.Variants.SQLite = e.sql
		in.out.Objects = append(in.out.Objects, o)
		return
	}
	t, err := in.read.table(e.sql)
	if err == nil && !sameName(t.Name, e.name) {
		err = fmt.Errorf("the statement is about %q", t.Name)
	}
	if err != nil {
		t = in.bareTable(e.name)
		t.Unsupported = "its CREATE TABLE statement is not understood: " + err.Error()
	}
	t.Name = e.name
	t.Verbatim.SQLite = e.sql
	in.tables[fold(e.name)] = len(in.out.Tables)
	in.out.Tables = append(in.out.Tables, t)
	in.columns = append(in.columns, newNames(t.Columns))
}

// index adds an index to its table. (Indexes of shadow tables go with them.)
func (in *inspector) index(e entry) {
	i, ok := in.tables[fold(e.table)]
	if !ok {
		return
	}
	t := &in.out.Tables[i]
	_, x, err := in.read.index(e.sql, in.columns[i])
	if err != nil {
		unsupported(t, fmt.Sprintf("the statement of index %q is not understood: %v", e.name, err))
	}
	x.Name = e.name
	x.Verbatim.SQLite = e.sql
	t.Indexes = append(t.Indexes, x)
}

// unsupported gives the reason, unless there is one already.
func unsupported(t *schema.Table, why string) {
	if t.Unsupported == "" {
		t.Unsupported = why
	}
}

func (in *inspector) object(e entry) error {
	o, _, err := parseObject(e.sql)
	if err != nil {
		return fmt.Errorf("%s %q: its statement is not understood: %w", e.kind, e.name, err)
	}
	o.Name = e.name
	if o.Kind == schema.Trigger {
		o.Table = e.table
	}
	in.out.Objects = append(in.out.Objects, o)
	return nil
}

// resolveReferences spells referenced tables and columns as they are declared.
func (in *inspector) resolveReferences() {
	for i := range in.out.Tables {
		for j := range in.out.Tables[i].ForeignKeys {
			f := &in.out.Tables[i].ForeignKeys[j]
			k, ok := in.tables[fold(f.RefTable)]
			if !ok {
				continue
			}
			f.RefTable = in.out.Tables[k].Name
			for n, name := range f.RefColumns {
				if declared, ok := in.columns[k].declared(name); ok {
					f.RefColumns[n] = declared
				}
			}
		}
	}
}

// selfCheck builds the table's definition from its fields and reads it back.
// It returns what got lost on the way, or "".
func (in *inspector) selfCheck(t schema.Table, columns nameMap) string {
	verbatim := t.Verbatim
	t.Verbatim = schema.Variants{}
	back, err := in.again.table(createTable(t))
	if err != nil {
		return "its definition, built again, is not understood: " + err.Error()
	}
	back.Indexes = make([]schema.Index, 0, len(t.Indexes))
	for _, x := range t.Indexes {
		x.Verbatim = schema.Variants{}
		_, y, err := in.again.index(createIndex(t.Name, x), columns)
		if err != nil {
			return fmt.Sprintf("index %q, built again, is not understood: %v", x.Name, err)
		}
		back.Indexes = append(back.Indexes, y)
	}
	if equalTables(t, back) {
		return ""
	}
	a, b := normalTable(t), normalTable(back)
	if equalTables(a, b) {
		return ""
	}
	return fmt.Sprintf("its definition, built again, would be another one: %s, and the database has %s",
		createTable(b), verbatim.SQLite)
}

// equalTables compares everything but the texts that are kept verbatim.
func equalTables(a, b schema.Table) bool {
	return a.Name == b.Name && a.Options == b.Options &&
		slices.Equal(a.Columns, b.Columns) && a.PrimaryKey.Equal(b.PrimaryKey) &&
		slices.EqualFunc(a.Uniques, b.Uniques, schema.Unique.Equal) &&
		slices.EqualFunc(a.ForeignKeys, b.ForeignKeys, schema.ForeignKey.Equal) &&
		slices.Equal(a.Checks, b.Checks) &&
		slices.EqualFunc(a.Indexes, b.Indexes, schema.Index.Equal)
}

// query runs one query and gives each row to row, which scans it.
func query(ctx context.Context, q dialect.Queryer, sql string, dest []any, row func()) (err error) {
	rows, err := q.QueryContext(ctx, sql)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		row()
	}
	return rows.Err()
}

// isMissing reports whether a query failed because this SQLite is too old to
// have the table that it reads.
func isMissing(err error) bool {
	return err != nil && strings.Contains(err.Error(), "no such table")
}
