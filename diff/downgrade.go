package diff

import (
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// Downgrade returns the operations that undo ops. A NOT NULL column without
// default that comes back gets the zero value of its type in the rows that
// exist: its own values went with the upgrade.
func Downgrade(ops []op.Op) ([]op.Op, bool) {
	out, ok := op.InvertAll(ops)
	for i, o := range out {
		if add, is := o.(op.AddColumn); is {
			c := add.Column
			if c.NotNull && c.Default.IsZero() && c.Generated.Expr.IsZero() && !c.AutoIncrement {
				add.Fill = zero(c.Type)
				out[i] = add
			}
		}
	}
	typesFirst(out)
	return out, ok
}

// typesFirst moves changes of types in front of the columns that take part, as
// [Diff] has them: a default may need a value that the type is about to get.
func typesFirst(ops []op.Op) {
	for i, o := range ops {
		alter, ok := o.(op.AlterObject)
		if !ok || alter.To.Kind != schema.Enum && alter.To.Kind != schema.Domain && alter.To.Kind != schema.CompositeType {
			continue
		}
		j := i
		for ; j > 0; j-- {
			switch ops[j-1].(type) {
			case op.AlterColumn, op.AddColumn, op.DropColumn, op.AlterTable, op.AlterPrimaryKey:
				continue
			default:
			}
			break
		}
		copy(ops[j+1:i+1], ops[j:i])
		ops[j] = o
	}
}
