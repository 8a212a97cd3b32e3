package sqlite

import (
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// apply applies o to the state, after taking out of it what SQLite would not
// see. On a schema read from a database this keeps what the database has:
// string(50) to string(100) is text to text here, and must not turn a column
// that somebody declared as varchar(50) into text.
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
	if _, err := c.state.Apply(visible(o)); err != nil {
		return c.state.Apply(o) // for the error, which speaks of the operation as it was written
	}
	return o, nil
}

// visible returns o with every property equal on both sides that SQLite writes
// the same.
func visible(o op.AlterColumn) op.AlterColumn {
	from, to := &o.From, o.To
	if typeText(from.Type) == typeText(to.Type) {
		from.Type = to.Type
	}
	if defaultText(from.Default) == defaultText(to.Default) {
		from.Default = to.Default
	}
	if from.Generated.Stored == to.Generated.Stored &&
		from.Generated.Expr.For(schema.SQLite) == to.Generated.Expr.For(schema.SQLite) {
		from.Generated = to.Generated
	}
	if from.Collation.SQLite == to.Collation.SQLite {
		from.Collation = to.Collation
	}
	from.Comment = to.Comment
	return o
}
