package postgres

import (
	"context"
	"fmt"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// Probe looks whether the database is as o leaves it, at the one object that o
// is about, in one round trip. The queries are on one catalog each, so that
// planning them costs next to nothing.
//
// Things are known by what they are, not by their names: a column by its type
// and its NOT NULL, a constraint by its columns and whether it is valid, an
// index by its columns and whether it can be used.
func (d Dialect) Probe(ctx context.Context, q dialect.Queryer, o op.Op) (dialect.Outcome, error) {
	p := prober{ctx, q, d}
	switch o := o.(type) {
	case op.CreateTable:
		return p.table(o.Table)
	case op.DropTable:
		return p.gone(p.relation(o.Table.Name))
	case op.RenameTable:
		return p.renamed(o.From, o.To)
	case op.AlterTable:
		return p.options(o)
	case op.AddColumn:
		return p.column(o.Table, o.Column)
	case op.DropColumn:
		return p.gone("(SELECT attname FROM pg_attribute WHERE attrelid = " + p.relation(o.Table) + " AND attnum > 0 AND NOT attisdropped AND attname = " +
			quoteString(o.Column.Name) + ")")
	case op.RenameColumn:
		return p.renamedColumn(o)
	case op.AlterColumn:
		return p.altered(o)
	case op.AlterPrimaryKey:
		return p.primaryKey(o)
	case op.AddUnique:
		return p.constraint(o.Table, uniqueShape(o.Unique))
	case op.DropUnique:
		return inverse(p.constraint(o.Table, uniqueShape(o.Unique)))
	case op.AddForeignKey:
		return p.constraint(o.Table, p.foreignShape(o.ForeignKey))
	case op.DropForeignKey:
		return inverse(p.constraint(o.Table, p.foreignShape(o.ForeignKey)))
	case op.AddCheck:
		return p.check(o.Table, o.Check)
	case op.DropCheck:
		return inverse(p.check(o.Table, o.Check))
	case op.CreateIndex:
		return p.index(o.Table, o.Index)
	case op.DropIndex:
		namespace, _ := schema.Split(o.Table)
		return p.gone("to_regclass(" + quoteString(quoteIn(d, namespace, o.Index.Name)) + ")")
	case op.CreateObject:
		return p.object(o.Object)
	case op.DropObject:
		if o.Object.Definition.For(schema.Postgres) == "" && !o.Object.Definition.IsZero() {
			return dialect.Applied, nil
		}
		return inverse(p.object(o.Object))
	case op.AlterObject:
		return p.alteredObject(o)
	case op.Exec, op.Run:
		return dialect.Unknown, nil
	}
	panic(fmt.Sprintf("unhandled %T", o))
}

// inverse turns the outcome of an operation into that of its inverse. What is
// there in another form is there.
func inverse(o dialect.Outcome, err error) (dialect.Outcome, error) {
	switch o {
	case dialect.Applied:
		return dialect.Absent, err
	case dialect.Absent:
		return dialect.Applied, err
	case dialect.Other, dialect.Unknown:
	}
	return o, err
}

type prober struct {
	ctx context.Context
	q   dialect.Queryer
	d   Dialect
}

// relation finds a table by its name. It is NULL when there is none.
func (p prober) relation(name string) string {
	return "to_regclass(" + quoteString(quoteName(p.d, name)) + ")"
}

// rows reads rows of texts; NULL is "".
func (p prober) rows(query string, columns int, each func(v []string)) error {
	rows, err := p.q.QueryContext(p.ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	values, pointers := make([]*string, columns), make([]any, columns)
	for i := range values {
		pointers[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(pointers...); err != nil {
			return err
		}
		v := make([]string, columns)
		for i := range values {
			if values[i] != nil {
				v[i] = *values[i]
			}
		}
		each(v)
	}
	return rows.Err()
}

// texts reads the first row of a query.
func (p prober) texts(query string, columns int) (v []string, err error) {
	err = p.rows(query, columns, func(r []string) {
		if v == nil {
			v = r
		}
	})
	return v, err
}

// gone is Applied when an expression is NULL.
func (p prober) gone(expr string) (dialect.Outcome, error) {
	v, err := p.texts("SELECT ("+expr+" IS NULL)::text", 1)
	switch {
	case err != nil:
		return dialect.Unknown, err
	case v[0] == "true":
		return dialect.Applied, nil
	}
	return dialect.Absent, nil
}
