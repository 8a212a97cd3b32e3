package scratch

import (
	"context"
	"database/sql"
	"slices"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// rounds is how often both sides are built again. Three is more than any
// expression has been seen to need.
const rounds = 3

// Settle is [Compare] for a server whose texts are not stable: PostgreSQL
// writes an expression one way when it was typed, and another way when what it
// wrote itself is given to it again, as a restored dump does. Where the two
// sides differ, both are built again from what they are, and read once more.
func Settle(ctx context.Context, d dialect.Dialect, db *sql.DB, want, live schema.Schema) (ops []op.Op, noise []string, err error) {
	ops, noise = Compare(d, want, live)
	for range rounds {
		if len(ops) == 0 || !d.Flavor().Can(dialect.UnstableText) {
			break
		}
		again := func(s schema.Schema) (schema.Schema, error) {
			built := withoutForeignKeys(s)
			return Run(ctx, d, db, schema.Schema{}, diff.Diff(schema.Schema{}, built))
		}
		w, err := again(want)
		l, err2 := schema.Schema{}, err
		if err == nil {
			l, err2 = again(live)
		}
		if class := d.Classify(err2); class == dialect.Interrupted || class == dialect.Lost {
			return nil, nil, err2
		}
		if err2 != nil {
			break // it can be built only beside what is not compared: what was found stands
		}
		settled, more := Compare(d, w, l)
		// Only a text can differ for no reason. Anything else was read from the
		// database, and building it anew could hide it: an index that is not
		// valid, for instance.
		settled = slices.Concat(
			slices.DeleteFunc(slices.Clone(ops), textual),
			slices.DeleteFunc(settled, func(o op.Op) bool { return !textual(o) }))
		if len(settled) >= len(ops) {
			break
		}
		ops, want, live = settled, w, l
		noise = append(noise, more...)
	}
	slices.Sort(noise)
	return ops, slices.Compact(noise), nil
}

// withoutForeignKeys returns s without foreign keys, which have no texts that
// could differ, and whose tables need not be in s.
func withoutForeignKeys(s schema.Schema) schema.Schema {
	s.Tables = slices.Clone(s.Tables)
	for i := range s.Tables {
		s.Tables[i].ForeignKeys = nil
	}
	s.Unsupported = nil
	return s
}

// textual reports whether o can be about nothing but the way in which an
// expression or a definition is written.
func textual(o op.Op) bool {
	text := func(i schema.Index) bool {
		return !i.Invalid && (!i.Where.IsZero() || slices.ContainsFunc(i.Parts, func(p schema.Part) bool { return !p.Expr.IsZero() }))
	}
	switch o := o.(type) {
	case op.AlterColumn:
		o.From.Default, o.From.Generated.Expr = o.To.Default, o.To.Generated.Expr
		return o.From == o.To
	case op.AddCheck, op.DropCheck, op.CreateObject, op.DropObject, op.AlterObject:
		return true
	case op.CreateIndex:
		return text(o.Index)
	case op.DropIndex:
		return text(o.Index)
	case op.CreateTable, op.DropTable, op.RenameTable, op.AlterTable, op.AddColumn, op.DropColumn, op.RenameColumn,
		op.AlterPrimaryKey, op.AddUnique, op.DropUnique, op.AddForeignKey, op.DropForeignKey, op.Exec, op.Run:
	}
	return false
}
