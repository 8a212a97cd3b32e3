package mysql

import "github.com/whimbreldb/whimbrel/op"

// apply applies o to the state, after taking out of it what this dialect would
// not see: a schema read from a database keeps there what the database has.
func (c *compiler) apply(o op.Op) (op.Op, error) {
	if o, ok := o.(op.AlterColumn); ok {
		return c.applyAlterColumn(o)
	}
	return c.state.Apply(o)
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
