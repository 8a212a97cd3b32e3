package mysql

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// Probe looks whether the database is as o leaves it, at the one object that o
// is about.
func (d Dialect) Probe(ctx context.Context, q dialect.Queryer, o op.Op) (dialect.Outcome, error) {
	p := prober{ctx: ctx, q: q, d: d, name: d.flavor.Dialect}
	switch o := o.(type) {
	case op.CreateTable:
		return p.table(o.Table)
	case op.DropTable:
		return gone(p.exists(o.Table.Name))
	case op.RenameTable:
		return renamed(p.exists(o.From))(p.exists(o.To))
	case op.AlterTable:
		return p.options(o)
	case op.AddColumn:
		return p.column(o.Table, o.Column)
	case op.DropColumn:
		return gone(p.hasColumn(o.Table, o.Column.Name))
	case op.RenameColumn:
		if sameName(o.From, o.To) {
			return p.renamedCase(o)
		}
		return renamed(p.hasColumn(o.Table, o.From))(p.hasColumn(o.Table, o.To))
	case op.AlterColumn:
		return p.changed(o)
	case op.AlterPrimaryKey:
		return p.primaryKey(o)
	case op.AddUnique:
		return p.index(o.Table, schema.Index{Name: o.Unique.Name, Unique: true, Parts: o.Unique.Parts})
	case op.DropUnique:
		return gone(p.hasIndex(o.Table, o.Unique.Name))
	case op.AddForeignKey:
		return p.foreignKey(o.Table, o.ForeignKey)
	case op.DropForeignKey:
		return gone(p.hasConstraint(o.Table, o.ForeignKey.Name, "FOREIGN KEY"))
	case op.AddCheck:
		return p.check(o.Table, o.Check)
	case op.DropCheck:
		return gone(p.hasConstraint(o.Table, o.Check.Name, "CHECK"))
	case op.CreateIndex:
		return p.index(o.Table, o.Index)
	case op.DropIndex:
		if needed, err := p.hasConstraint(o.Table, o.Index.Name, "FOREIGN KEY"); err != nil || needed {
			return dialect.Applied, err // the index that is there now is the foreign key's own
		}
		return gone(p.hasIndex(o.Table, o.Index.Name))
	case op.CreateObject:
		return p.object(o.Object)
	case op.DropObject:
		if o.Object.Definition.For(p.name) == "" {
			return dialect.Applied, nil
		}
		return gone(p.hasObject(o.Object))
	case op.AlterObject:
		if o.To.Definition.For(p.name) == "" {
			return gone(p.hasObject(o.To))
		}
		return p.altered(o)
	case op.Exec, op.Run:
		return dialect.Unknown, nil
	}
	panic(fmt.Sprintf("unhandled %T", o))
}

type prober struct {
	ctx  context.Context
	q    dialect.Queryer
	d    Dialect
	name schema.Dialect
}

// gone is the outcome of an operation that takes something away.
func gone(there bool, err error) (dialect.Outcome, error) {
	switch {
	case err != nil:
		return dialect.Unknown, err
	case there:
		return dialect.Absent, nil
	}
	return dialect.Applied, nil
}

// renamed is the outcome of a rename, from whether the old name is there and
// whether the new one is.
func renamed(old bool, err error) func(bool, error) (dialect.Outcome, error) {
	return func(is bool, failed error) (dialect.Outcome, error) {
		switch {
		case err != nil:
			return dialect.Unknown, err
		case failed != nil:
			return dialect.Unknown, failed
		case is && !old:
			return dialect.Applied, nil
		case old && !is:
			return dialect.Absent, nil
		}
		return dialect.Other, nil
	}
}

// place is the condition for a table in information_schema, whose columns begin
// with prefix.
func place(prefix, table string) string {
	namespace, local := schema.Split(table)
	database := "DATABASE()"
	if namespace != "" {
		database = quoteString(namespace)
	}
	return prefix + "SCHEMA = " + database + " AND " + prefix + "NAME = " + quoteString(local)
}

// in is place for the lists of what tables have.
func in(table string) string { return place("table_", table) }

// counts reports whether a query that begins behind SELECT counts anything.
func (p prober) counts(from string) (bool, error) {
	n, err := dialect.One[int](p.ctx, p.q, "SELECT count(*) FROM information_schema."+from)
	return n > 0, err
}

func (p prober) exists(table string) (bool, error) { return p.counts("tables WHERE " + in(table)) }

func (p prober) hasColumn(table, column string) (bool, error) {
	return p.counts("columns WHERE " + in(table) + " AND column_name = " + quoteString(column))
}

func (p prober) hasIndex(table, index string) (bool, error) {
	return p.counts("statistics WHERE " + in(table) + " AND index_name = " + quoteString(index))
}

func (p prober) hasConstraint(table, name, kind string) (bool, error) {
	return p.counts("table_constraints WHERE " + in(table) + " AND constraint_name = " + quoteString(name) + " AND constraint_type = '" + kind + "'")
}

func (p prober) table(want schema.Table) (dialect.Outcome, error) {
	is, err := p.columns(want.Name)
	if err != nil || len(is) == 0 {
		return dialect.Absent, err
	}
	made := false // a key that nobody asked for
	if len(want.PrimaryKey.Parts) == 0 && len(is) == len(want.Columns)+1 && isGeneratedKey(is[0]) {
		has, err := p.hasPrimaryKey(want.Name)
		if err != nil {
			return dialect.Unknown, err
		}
		if made = !has; made {
			is = is[1:]
		}
	}
	if len(is) != len(want.Columns) {
		return dialect.Other, nil
	}
	for i, c := range want.Columns {
		if !sameName(is[i].Name, c.Name) || p.sameColumn(is[i], c, inParts(want.PrimaryKey.Parts, c.Name)) == differs {
			return dialect.Other, nil
		}
	}
	names := map[string]bool{}
	rows, err := p.q.QueryContext(p.ctx, "SELECT DISTINCT index_name FROM information_schema.statistics WHERE "+in(want.Name)+
		" UNION SELECT constraint_name FROM information_schema.table_constraints WHERE "+in(want.Name))
	if err != nil {
		return dialect.Unknown, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return dialect.Unknown, err
		}
		names[strings.ToLower(name)] = true
	}
	has := func(name string) bool { return name == "" || names[strings.ToLower(name)] }
	lacks := slices.ContainsFunc(want.Uniques, func(u schema.Unique) bool { return !has(u.Name) }) ||
		slices.ContainsFunc(want.Indexes, func(i schema.Index) bool { return !has(i.Name) }) ||
		slices.ContainsFunc(want.Checks, func(c schema.Check) bool { return !has(c.Name) })
	if lacks || len(want.PrimaryKey.Parts) > 0 != (names["primary"] && !made) {
		return dialect.Other, rows.Err()
	}
	return dialect.Applied, rows.Err()
}

// options compares the options of a table that an operation changes.
func (p prober) options(o op.AlterTable) (dialect.Outcome, error) {
	rows, err := p.q.QueryContext(p.ctx, "SELECT table_type, coalesce(engine, ''), coalesce(table_collation, ''), coalesce(create_options, ''), table_comment"+
		" FROM information_schema.tables WHERE "+in(o.Table))
	if err != nil {
		return dialect.Unknown, err
	}
	defer rows.Close()
	var kind, engineName, collation, options, comment string
	found := false
	for rows.Next() {
		found = true
		if err := rows.Scan(&kind, &engineName, &collation, &options, &comment); err != nil {
			return dialect.Unknown, err
		}
	}
	if rows.Err() != nil || !found {
		return dialect.Other, rows.Err()
	}
	from, to := o.From, o.To
	is := func(side, other schema.TableOptions) bool {
		m, n := side.MySQL, other.MySQL
		return (side.Comment == other.Comment || side.Comment == comment) &&
			(engine(m) == engine(n) || strings.EqualFold(engine(m), engineName)) &&
			(m.Collation == n.Collation || m.Collation == "" || strings.EqualFold(m.Collation, collation)) &&
			(m.Charset == n.Charset || m.Charset == "" || strings.EqualFold(m.Charset, charset(collation))) &&
			(m.RowFormat == n.RowFormat || hasOption(options, "row_format", m.RowFormat)) &&
			((m.PartitionBy == "") == (n.PartitionBy == "") || (m.PartitionBy != "") == strings.Contains(options, "partitioned")) &&
			(versioned(side) == versioned(other) || versioned(side) == (kind == "SYSTEM VERSIONED"))
	}
	isTo, isFrom := is(to, from), is(from, to)
	switch {
	case isTo && !isFrom, from == to:
		return dialect.Applied, nil
	case isFrom && !isTo:
		return dialect.Absent, nil
	case isTo && isFrom: // what differs is in no table that says so
		return dialect.Unknown, nil
	}
	return dialect.Other, nil
}

// hasOption: a row format that is the default is not listed everywhere.
func hasOption(options, name, value string) bool {
	for _, o := range parseOptions(options) {
		if strings.EqualFold(o.name, name) {
			return strings.EqualFold(o.value, value) || value == "" || strings.EqualFold(value, "default")
		}
	}
	return value == "" || strings.EqualFold(value, "default") || strings.EqualFold(value, "dynamic")
}
