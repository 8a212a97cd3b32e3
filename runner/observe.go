package runner

import (
	"context"
	"slices"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// observe asks the database whether the operations happened. What one did may
// be gone again by a later one: so of several on one table or object only the
// last is asked about, none from before a rename (its names are old ones), and
// no dropped constraint that has an equal one left.
func (r *Run) observe(ctx context.Context, ops []filledOp) error {
	later, brought := map[string]bool{}, false
	made := map[string]bool{} // by later operations
	for _, f := range slices.Backward(ops) {
		o := f.op
		if renames(o) && len(ops) > 1 {
			return nil
		}
		subject := "table " + op.TableOf(o)
		switch o := o.(type) {
		case op.CreateObject:
			subject = o.Object.String()
			made[o.Object.Name] = true
		case op.DropTable:
			if made[o.Table.Name] {
				continue // a view, perhaps, that took its name
			}
		case op.DropObject:
			subject = o.Object.String()
			if made[o.Object.Name] {
				continue
			}
			if o.Object.Kind == schema.Sequence && brought {
				continue // a column that counts by itself may have one of that name
			}
		case op.CreateTable:
			brought, made[o.Table.Name] = true, true
		case op.AddColumn, op.AlterColumn:
			brought = true
		case op.AlterObject:
			subject = o.To.String()
		default:
		}
		seen := later[subject]
		later[subject] = true
		if seen || !f.known || r.equalLeft(o) {
			continue
		}
		outcome, err := r.Dialect.Probe(ctx, r.Conn, o)
		if err != nil {
			return err
		}
		if outcome == dialect.Absent || outcome == dialect.Other {
			return &NotObservedError{o, outcome}
		}
	}
	return nil
}

func renames(o op.Op) bool {
	_, table := o.(op.RenameTable)
	_, column := o.(op.RenameColumn)
	return table || column
}

// equalLeft reports whether o drops a constraint, and the table still has one
// that does the same.
func (r *Run) equalLeft(o op.Op) bool {
	t, ok := r.State.Table(op.TableOf(o))
	if !ok {
		return false
	}
	switch o := o.(type) {
	case op.DropUnique:
		return slices.ContainsFunc(t.Uniques, o.Unique.Same)
	case op.DropForeignKey:
		return slices.ContainsFunc(t.ForeignKeys, o.ForeignKey.Same)
	case op.DropCheck:
		return slices.ContainsFunc(t.Checks, o.Check.Same)
	default:
		return false
	}
}

// A filledOp is an operation with what its script left out; known says that the
// state had it. What an earlier operation of the same step brought, and a later one
// takes away again by its name alone, was never there to be known.
type filledOp struct {
	op    op.Op
	known bool
}

func filled(s *op.State, ops []op.Op) []filledOp {
	out := make([]filledOp, len(ops))
	for i, o := range ops {
		out[i] = filledOp{o, false}
		if full, ok := s.Fill(o); ok {
			out[i] = filledOp{full, true}
		}
	}
	return out
}
