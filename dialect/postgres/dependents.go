package postgres

import (
	"slices"

	"github.com/whimbreldb/whimbrel/schema"
)

// What is made of a column stands in the way when its type changes: the server
// refuses for the sake of views, rules, policies, triggers, generated columns
// and functions whose body is SQL (0A000). It makes plain indexes, keys, checks,
// exclusion constraints and statistics anew by itself.

// around carries out a change of the type of a column with everything out of
// the way that the server would refuse it for. What is dropped comes back when
// no more such changes follow.
func (c *compiler) around(table, column string, change func() error) error {
	t, _ := c.state.Table(table)
	var generated []schema.Column
	for _, col := range t.Columns {
		if col.Name != column && mentions(col.Generated.Expr.For(schema.Postgres), column) {
			generated = append(generated, col)
		}
	}
	refs := []schema.Ref{{Name: table, Column: column}}
	for _, child := range c.children(table) {
		refs = append(refs, schema.Ref{Name: child, Column: column})
	}
	for _, g := range generated {
		refs = append(refs, schema.Ref{Name: table, Column: g.Name})
	}
	if err := c.takeAway(c.needing(append(refs, schema.Ref{Name: table}), c.stopping(refs))); err != nil {
		return err
	}
	var removed []removedColumn
	for _, g := range generated {
		removed = append(removed, c.removeColumn(t, g))
	}
	if err := change(); err != nil {
		return err
	}
	for _, r := range removed {
		c.addAgain(r)
		c.restore(r)
	}
	c.restoreTargets(refs)
	return nil
}

// restoreTargets sets again how much statistics objects collect: the server,
// which makes them anew when the type of a column changes, forgets it (15).
func (c *compiler) restoreTargets(refs []schema.Ref) {
	for _, ob := range c.state.Objects() {
		if ob.Kind != schema.Statistics || !slices.ContainsFunc(refs, func(r schema.Ref) bool { return c.needs(ob, r) }) {
			continue
		}
		for _, sql := range c.d.definition(ob) {
			if toks := significant(tokenize(sql)); len(toks) > 0 && toks[0].word("alter") {
				c.emit(ob.Name, sql)
			}
		}
	}
}

// children returns the tables that have their columns from a table, and theirs.
func (c *compiler) children(table string) []string {
	var out []string
	for _, t := range c.state.Schema().Tables {
		if slices.Contains(t.Options.Parents(), table) {
			out = append(append(out, t.Name), c.children(t.Name)...)
		}
	}
	return out
}

// stopsRetype reports whether the server refuses to change the type of a
// column for the sake of ob.
func stopsRetype(ob schema.Object) bool {
	return oneOf(ob, schema.View, schema.MaterializedView, schema.Rule, schema.Policy, schema.Trigger) ||
		oneOf(ob, schema.Function, schema.Procedure) && sqlBody(ob)
}

// stopping returns a function that reports whether the server refuses to change
// the type of columns for the sake of ob. Of a routine whose body is SQL it is
// enough that it takes rows of the table (15; not 18).
func (c *compiler) stopping(columns []schema.Ref) func(ob schema.Object) bool {
	return func(ob schema.Object) bool {
		return stopsRetype(ob) && (isRoutine(ob.Kind) || slices.ContainsFunc(columns, func(r schema.Ref) bool { return c.needs(ob, r) }))
	}
}

func oneOf(ob schema.Object, kinds ...schema.ObjectKind) bool { return slices.Contains(kinds, ob.Kind) }

// needing returns the objects that are made of what refs name, and those that
// are made of them in turn, in the order in which they can be created. Only
// such objects count as fits says; whatever is made of one of them does.
func (c *compiler) needing(refs []schema.Ref, fits func(schema.Object) bool) []schema.Object {
	all := c.state.Objects()
	found := make([]bool, len(all))
	var order []schema.Object
	for more := true; more; {
		more = false
		for i, ob := range all {
			if found[i] || ob.Definition.For(schema.Postgres) == "" {
				continue
			}
			direct := fits(ob) && slices.ContainsFunc(refs, func(r schema.Ref) bool { return c.needs(ob, r) })
			if direct || slices.ContainsFunc(order, func(o schema.Object) bool { return c.madeOf(ob, o) }) {
				found[i], more = true, true
				order = append(order, ob)
			}
		}
	}
	return c.inOrder(order)
}

// madeOf reports whether a is made of b, or is on it.
func (c *compiler) madeOf(a, b schema.Object) bool {
	if a.ID() == b.ID() {
		return false
	}
	relation := b.Kind == schema.View || b.Kind == schema.MaterializedView
	if relation && a.Table == b.Name {
		return true
	}
	if a.Needs != nil {
		return slices.ContainsFunc(a.Needs, func(r schema.Ref) bool { return r.Name == b.Name && r.Kind == b.Kind })
	}
	if oneOf(b, schema.Trigger, schema.Rule, schema.Policy, schema.Exclusion, schema.Statistics) {
		return false // nothing is made of them
	}
	_, local, _ := objectName(b)
	return namesTable(a.Definition.For(schema.Postgres), local)
}

// needs reports whether an object is made of a table, a column, or an object.
// Where nobody has asked the server, a name in its text is taken for that.
func (c *compiler) needs(ob schema.Object, r schema.Ref) bool {
	text := ob.Definition.For(schema.Postgres)
	if ob.Needs != nil {
		// What is on a table dies with it, so nobody asks for its columns.
		return slices.Contains(ob.Needs, r) || ob.Table != "" && ob.Table == r.Name && r.Column != "" && mentions(text, r.Column)
	}
	_, local, _ := objectName(schema.Object{Kind: r.Kind, Name: r.Name})
	if r.Kind != "" {
		return namesTable(text, local)
	}
	return (ob.Table == r.Name || namesTable(text, local)) && (r.Column == "" || mentions(text, r.Column))
}

func (c *compiler) needsColumn(ob schema.Object, table, column string) bool {
	return c.needs(ob, schema.Ref{Name: table, Column: column})
}

// namesTable reports whether a text has a name in it, also one in front of a
// parenthesis.
func namesTable(text, name string) bool {
	return slices.ContainsFunc(tokenize(text), func(t token) bool {
		n, ok := t.name()
		return ok && n == name
	})
}

// inOrder sorts objects so that each stands behind those that it is made of.
func (c *compiler) inOrder(objects []schema.Object) []schema.Object {
	out := make([]schema.Object, 0, len(objects))
	seen := map[schema.ObjectID]bool{}
	var visit func(ob schema.Object)
	visit = func(ob schema.Object) {
		if seen[ob.ID()] {
			return
		}
		seen[ob.ID()] = true
		for _, other := range objects {
			if c.madeOf(ob, other) {
				visit(other)
			}
		}
		out = append(out, ob)
	}
	for _, ob := range objects {
		visit(ob)
	}
	return out
}

// takeAway drops objects that will come back, the last first, with their
// owners and grants remembered.
func (c *compiler) takeAway(objects []schema.Object) error {
	for _, ob := range slices.Backward(objects) {
		if slices.ContainsFunc(c.away, func(o schema.Object) bool { return o.ID() == ob.ID() }) {
			continue
		}
		if err := c.stale(ob); err != nil {
			return err
		}
		c.letGo(ob)
		c.keepGrants(ob)
		c.emit(ob.Name, c.d.dropText(ob))
		c.away = append(c.away, ob)
	}
	return nil
}

// letGo takes away what calls a routine in tables, until it is back.
func (c *compiler) letGo(ob schema.Object) {
	if !isRoutine(ob.Kind) {
		return
	}
	for _, t := range c.state.Schema().Tables {
		if p, _ := c.uses(t, ob); p != nil {
			c.dropPieces([]*pieces{p})
			c.users = append(c.users, p)
		}
	}
}

// callsAway reports whether a text calls a routine that is away.
func (c *compiler) callsAway(text string) bool {
	return text != "" && slices.ContainsFunc(c.away, func(ob schema.Object) bool {
		_, local, _ := objectName(ob)
		return isRoutine(ob.Kind) && namesTable(text, local)
	})
}

// stale refuses to create an object again from a text that speaks of a column
// by a name that it had until a moment ago: the server has rewritten its own
// text, and nobody has read it since.
func (c *compiler) stale(ob schema.Object) error {
	for table, columns := range c.renamed {
		for _, column := range columns {
			if c.needsColumn(ob, table, column) {
				return unsupported(ob.String(), "it has to be created again after a column of %q was renamed: put the rename into a revision of its own", table)
			}
		}
	}
	return nil
}

// bringBack creates again what was taken away.
func (c *compiler) bringBack() {
	if len(c.away) == 0 {
		return
	}
	objects := c.inOrder(c.away)
	c.away = nil
	for _, ob := range objects {
		c.emit(ob.Name, c.d.definition(ob)...)
		c.restoreGrants(ob)
	}
	users := c.users
	c.users = nil
	for _, p := range users { // a default may be another one meanwhile
		t, _ := c.state.Table(p.table)
		p.columns = slices.DeleteFunc(p.columns, func(u columnUse) bool { _, ok := t.Column(u.column.Name); return !ok })
		for i, u := range p.columns {
			p.columns[i].column, _ = t.Column(u.column.Name)
		}
	}
	_ = c.addPieces(users, nil) // it fails for values that go from a type only
}
