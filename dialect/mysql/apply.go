package mysql

import (
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// apply applies o to the state, after taking out of it what this dialect would
// not see: a schema read from a database keeps there what the database has.
func (c *compiler) apply(o op.Op) (op.Op, error) {
	switch o := o.(type) {
	case op.AlterColumn:
		return c.applyAlterColumn(o)
	case op.AlterTable:
		return c.applyAlterTable(o)
	default:
		return c.state.Apply(o)
	}
}

func (c *compiler) applyAlterColumn(o op.AlterColumn) (op.Op, error) {
	t, _ := c.state.Table(o.Table)
	if col, ok := t.Column(o.To.Name); !ok || col == o.From {
		return c.state.Apply(o)
	}
	if _, err := c.state.Apply(c.d.visible(o)); err != nil {
		return c.state.Apply(o) // for the error, which speaks of the operation as it was written
	}
	return o, nil
}

// visible returns o with every property equal on both sides that this dialect
// writes the same.
func (d Dialect) visible(o op.AlterColumn) op.AlterColumn {
	name := d.flavor.Dialect
	from, to := &o.From, o.To
	if d.typeText(from.Type) == d.typeText(to.Type) {
		from.Type = to.Type
	}
	if d.defaultText(*from) == d.defaultText(to) {
		from.Default = to.Default
	}
	if from.Generated.Stored == to.Generated.Stored && from.Generated.Expr.For(name) == to.Generated.Expr.For(name) {
		from.Generated = to.Generated
	}
	if from.Collation.On(name) == to.Collation.On(name) {
		from.Collation = to.Collation
	}
	if from.Options.On(name) == to.Options.On(name) {
		from.Options = to.Options
	}
	from.Identity, from.Storage, from.Compression = to.Identity, to.Storage, to.Compression
	from.NotNullConflict, from.NotNullName = to.NotNullConflict, to.NotNullName
	return o
}

// applyAlterTable changes only the options that differ between the two sides:
// what somebody has set by hand beside them stays.
func (c *compiler) applyAlterTable(o op.AlterTable) (op.Op, error) {
	before, _ := c.state.Table(o.Table)
	full, err := c.state.Apply(o) // a strict state accepts only its own options as From
	if err != nil || before.Options == o.From {
		return full, err
	}
	to := mergeOptions(before.Options, o.From, o.To)
	_, err = c.state.Apply(op.AlterTable{Table: o.Table, From: o.To, To: to})
	return full, err
}

// mergeOptions returns live with what differs between from and to set to what
// it is in to.
func mergeOptions(live, from, to schema.TableOptions) schema.TableOptions {
	merge := func(live *string, from, to string) {
		if from != to {
			*live = to
		}
	}
	merge(&live.Comment, from.Comment, to.Comment)
	merge(&live.MySQL.Engine, from.MySQL.Engine, to.MySQL.Engine)
	merge(&live.MySQL.RowFormat, from.MySQL.RowFormat, to.MySQL.RowFormat)
	merge(&live.MySQL.Charset, from.MySQL.Charset, to.MySQL.Charset)
	merge(&live.MySQL.Collation, from.MySQL.Collation, to.MySQL.Collation)
	merge(&live.MySQL.PartitionBy, from.MySQL.PartitionBy, to.MySQL.PartitionBy)
	merge(&live.MySQL.Options, from.MySQL.Options, to.MySQL.Options)
	return live
}
