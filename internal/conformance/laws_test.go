package conformance

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/scratch"
)

// A trial is what the laws are tried on.
type trial struct {
	from, to schema.Schema
	// ops lead from one to the other; nil: what diff.Ask says, with every
	// question answered. down undoes them; nil: what diff.Downgrade says.
	ops, down []op.Op
	// rows are statements that fill the tables of from; nil: rows that both
	// schemas can hold are made up.
	rows []string
	// inspected says that both schemas are taken as the inspector reads them:
	// types as the server spells them, and known needs.
	inspected bool
	// forgets says that the way back cannot restore everything, and why.
	forgets string
}

// hold holds a server to the laws. The error says which one is broken.
func (w *world) hold(ctx context.Context, c trial) error {
	nothing := schema.Schema{}
	create := diff.Diff(nothing, c.from)
	if err := w.upgrade(ctx, "a", create); err != nil {
		return broken("the schema to begin with can be made", err)
	}
	before, err := w.inspect(ctx)
	if err != nil {
		return err
	}
	if key := told(c.from); !w.known[key] { // many cases begin with the same
		if err := w.asSaid(ctx, c.from, before, nothing); err != nil {
			return broken("what we said is what the server has (to begin with)", err)
		}
		if err := w.identities(ctx, before); err != nil {
			return err
		}
		w.known[key] = true
	}

	if c.inspected {
		c.from = before
		if c.to, err = scratch.Run(ctx, w.d, w.db, nothing, diff.Diff(nothing, c.to)); err != nil {
			return broken("the schema to end with can be made", err)
		}
	}
	ops := c.ops
	if ops == nil {
		if ops, err = answered(w.d, c.from, c.to); err != nil {
			return broken("every question has an answer", err)
		}
	}
	full, to, err := replay(c.from, ops)
	if err != nil {
		return broken("the operations fit the schema", err)
	}
	if c.ops == nil {
		if err := empty(diff.Diff(to, c.to)); err != nil {
			return broken("a second diff is empty", err)
		}
	}
	undo := c.down
	if undo == nil {
		var ok bool
		if undo, ok = diff.Downgrade(full); !ok {
			return errors.New("the operations have no inverse, and the case does not say how to undo them")
		}
	}
	if err := throughJSON(full, op.Marshal, op.Unmarshal); err != nil {
		return broken("operations → JSON → back is the identity", err)
	}

	rows := c.rows
	if rows == nil {
		rows = fill(w.d, c.from, to, ops)
	}
	if err := w.exec(ctx, rows); err != nil {
		return broken("the rows fit (or the generator of rows is wrong)", err)
	}
	watches := survivors(w.server.Dialect, c.from, to, ops)
	old, err := w.read(ctx, watches, false)
	if err != nil {
		return err
	}

	up := func(when string) (schema.Schema, error) {
		if err := w.upgrade(ctx, "b", ops); err != nil {
			return nothing, broken("the upgrade works"+when, err)
		}
		after, err := w.inspect(ctx)
		if err != nil {
			return nothing, err
		}
		rows, err := w.read(ctx, watches, true)
		if err != nil {
			return nothing, err
		}
		if err := equalRows(watches, old, rows); err != nil {
			return nothing, broken("rows survive the upgrade"+when, err)
		}
		return after, nil
	}
	after, err := up("")
	if err != nil {
		return err
	}
	if err := w.asSaid(ctx, to, after, before); err != nil {
		return broken("what we said is what the server has", err)
	}
	if err := w.identities(ctx, after); err != nil {
		return err
	}

	if err := w.downgrade(ctx, "b", undo); err != nil {
		return broken("the downgrade works", err)
	}
	back, err := w.inspect(ctx)
	if err != nil {
		return err
	}
	if err := w.same(ctx, before, back); err != nil && c.forgets == "" {
		return broken("the downgrade restores the schema", err)
	}
	rowsBack, err := w.read(ctx, watches, false)
	if err != nil {
		return err
	}
	if err := equalRows(watches, old, rowsBack); err != nil {
		return broken("rows survive the downgrade", err)
	}

	again, err := up(" again")
	if err != nil {
		return err
	}
	if err := w.same(ctx, after, again); err != nil && c.forgets == "" {
		return broken("the second upgrade makes what the first one made", err)
	}

	drop, _ := diff.Downgrade(create)
	if err := w.run(ctx, down("b", undo), down("a", drop)); err != nil {
		return broken("everything can be undone and dropped", err)
	}
	rest, err := w.inspect(ctx)
	if err != nil {
		return err
	}
	if err := w.same(ctx, nothing, rest); err != nil {
		return broken("nothing is left when everything is dropped", err)
	}
	return nil
}

func broken(law string, err error) error { return fmt.Errorf("broken: %s:\n%w", law, err) }

// asSaid holds that the database is what the same server makes of what we
// said, names included, and that nothing is taken for that which only looks
// like it: neither what is there now nor what was there before.
func (w *world) asSaid(ctx context.Context, said, live, before schema.Schema) error {
	want, err := scratch.Run(ctx, w.d, w.db, schema.Schema{}, diff.Diff(schema.Schema{}, said))
	if err != nil {
		return fmt.Errorf("scratch: %w", err)
	}
	if err := w.alike(ctx, said, want, live); err != nil {
		return err
	}
	for _, there := range []schema.Schema{live, before} {
		told, err := scratch.Run(ctx, w.d, w.db, there, diff.Diff(schema.Schema{}, said))
		if err != nil {
			return fmt.Errorf("scratch beside what there is: %w", err)
		}
		if err := w.alike(ctx, said, want, told); err != nil {
			return fmt.Errorf("taken for another: %w", err)
		}
	}
	return nil
}

// alike holds that two schemas are the same, and so are the names that were
// said.
func (w *world) alike(ctx context.Context, said, want, got schema.Schema) error {
	ops, noise, err := scratch.Settle(ctx, w.d, w.db, want, got)
	if err != nil {
		return err
	}
	if err := empty(ops); err != nil {
		return err
	}
	// A name that the server gave may depend on what was there before.
	if len(noise) > 0 && !nameless(said) {
		return fmt.Errorf("other names: %s", strings.Join(noise, "\n"))
	}
	return nil
}

// nameless reports whether the server has to find names.
func nameless(s schema.Schema) bool {
	for _, t := range s.Tables {
		if len(t.PrimaryKey.Parts) > 0 && t.PrimaryKey.Name == "" || slices.ContainsFunc(t.Uniques, func(u schema.Unique) bool { return u.Name == "" }) ||
			slices.ContainsFunc(t.ForeignKeys, func(f schema.ForeignKey) bool { return f.Name == "" }) ||
			slices.ContainsFunc(t.Checks, func(c schema.Check) bool { return c.Name == "" }) ||
			slices.ContainsFunc(t.Columns, func(c schema.Column) bool { return c.NotNull && c.NotNullName == "" }) {
			return true
		}
	}
	return false
}

// identities holds that what was inspected can be made again, and told.
func (w *world) identities(ctx context.Context, live schema.Schema) error {
	if err := throughJSON(live, func(s schema.Schema) ([]byte, error) { return json.Marshal(s) }, func(b []byte) (s schema.Schema, err error) {
		err = json.Unmarshal(b, &s)
		return s, err
	}); err != nil {
		return broken("inspect → JSON → back is the identity", err)
	}
	if err := w.madeAgain(ctx, live, live); err != nil {
		return broken("inspect → DDL → inspect is the identity", err)
	}
	neutral := live
	neutral.Tables = slices.Clone(live.Tables)
	changed := false
	for i, t := range neutral.Tables {
		neutral.Tables[i] = w.d.Neutral(t)
		neutral.Tables[i].Verbatim = schema.Variants{} // which would hide the types
		changed = changed || !gocmp.Equal(t, neutral.Tables[i], cmpopts.EquateEmpty())
	}
	if changed {
		if err := w.madeAgain(ctx, neutral, live); err != nil {
			return broken("inspect → neutral types → DDL → inspect is the identity", err)
		}
	}
	return nil
}

// madeAgain holds that the database makes the same of s as it has.
func (w *world) madeAgain(ctx context.Context, s, live schema.Schema) error {
	again, err := scratch.Run(ctx, w.d, w.db, schema.Schema{}, diff.Diff(schema.Schema{}, s))
	if err != nil {
		return err
	}
	ops, noise, err := scratch.Settle(ctx, w.d, w.db, live, again)
	if err != nil {
		return err
	}
	if len(noise) > 0 {
		return fmt.Errorf("other names: %s", strings.Join(noise, "\n"))
	}
	return empty(ops)
}

func throughJSON[T any](v T, marshal func(T) ([]byte, error), unmarshal func([]byte) (T, error)) error {
	text, err := marshal(v)
	if err != nil {
		return err
	}
	back, err := unmarshal(text)
	if err != nil {
		return err
	}
	if d := gocmp.Diff(v, back, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(op.Run{}, "Func")); d != "" {
		return errors.New(d)
	}
	return nil
}

// same holds that two results of the inspector are equal, up to what has no
// order and to the letters of statements that are kept beside what they mean.
// A server that may write one expression in two ways is asked whether it did.
func (w *world) same(ctx context.Context, a, b schema.Schema) error {
	d := gocmp.Diff(sorted(w.d.Normalize(a)), sorted(w.d.Normalize(b)), cmpopts.EquateEmpty(), cmpopts.IgnoreFields(schema.Table{}, "Verbatim", "Needs"),
		cmpopts.IgnoreFields(schema.Index{}, "Verbatim"), cmpopts.IgnoreFields(schema.Object{}, "Needs"))
	if d == "" {
		return nil
	}
	if w.d.Flavor().Can(dialect.UnstableText) {
		ops, noise, err := scratch.Settle(ctx, w.d, w.db, a, b)
		if err != nil {
			return err
		}
		if len(ops) == 0 && len(noise) == 0 && gocmp.Equal(a.Unsupported, b.Unsupported, cmpopts.EquateEmpty()) {
			return nil
		}
	}
	return errors.New("(-before +after)\n" + d)
}

// sorted returns s with everything in the order of its names.
func sorted(s schema.Schema) schema.Schema {
	out := schema.Schema{Objects: slices.Clone(s.Objects), Unsupported: slices.Clone(s.Unsupported)}
	for _, t := range s.Tables {
		t = t.Clone()
		byName(t.Columns)
		byName(t.Uniques)
		byName(t.ForeignKeys)
		byName(t.Checks)
		byName(t.Indexes)
		out.Tables = append(out.Tables, t)
	}
	byName(out.Tables)
	slices.SortFunc(out.Objects, func(a, b schema.Object) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Table, b.Table))
	})
	slices.SortFunc(out.Unsupported, func(a, b schema.Unsupported) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return out
}

func byName[T interface{ GetName() string }](items []T) {
	slices.SortStableFunc(items, func(a, b T) int {
		return cmp.Or(cmp.Compare(a.GetName(), b.GetName()), cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)))
	})
}

// empty is an error that tells ops, unless there are none.
func empty(ops []op.Op) error {
	if len(ops) == 0 {
		return nil
	}
	return errors.New(describe(ops))
}

func describe(ops []op.Op) string {
	var b strings.Builder
	for _, o := range ops {
		verb, object := op.Describe(o)
		fmt.Fprintf(&b, "  %s %s\n", verb, object)
		switch o := o.(type) { // what their description leaves out
		case op.AlterColumn:
			fmt.Fprintf(&b, "    %s\n", gocmp.Diff(o.From, o.To))
		case op.AlterTable:
			fmt.Fprintf(&b, "    %s\n", gocmp.Diff(o.From, o.To))
		case op.AlterObject:
			fmt.Fprintf(&b, "    %s\n", gocmp.Diff(o.From, o.To))
		case op.AlterPrimaryKey:
			fmt.Fprintf(&b, "    %s\n", gocmp.Diff(o.From, o.To))
		case op.AddUnique, op.DropUnique, op.AddCheck, op.DropCheck, op.AddForeignKey, op.DropForeignKey, op.CreateIndex, op.DropIndex,
			op.CreateObject, op.DropObject, op.AddColumn:
			fmt.Fprintf(&b, "    %+v\n", o)
		}
	}
	return b.String()
}

// replay applies ops to a schema in memory.
func replay(from schema.Schema, ops []op.Op) ([]op.Op, schema.Schema, error) {
	state := op.NewState(from)
	full := make([]op.Op, len(ops))
	for i, o := range ops {
		var err error
		if full[i], err = state.Apply(o); err != nil {
			return nil, schema.Schema{}, err
		}
	}
	return full, state.Schema(), nil
}
