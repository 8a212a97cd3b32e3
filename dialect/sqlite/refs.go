package sqlite

import (
	"fmt"
	"slices"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// mentions reports whether a piece of SQL names something so, as a word or
// quoted. A string counts for nothing: SQLite takes 'x' for a name only where
// no value can stand.
func mentions(sql, name string) bool {
	for _, t := range tokenize(sql) {
		if (t.kind == tokWord || t.kind == tokQuoted) && sameName(t.name(), name) {
			return true
		}
	}
	return false
}

// tables returns the tables and views that the definition of a view or trigger
// reads or writes, folded. A common table expression in it counts as a table:
// who asks wants no table left out.
func tables(sql string) map[string]bool {
	found := map[string]bool{}
	toks := significant(tokenize(sql))
	type region struct{ from, list bool } // inside FROM; a table can come next
	stack := []region{{}}
	header := slices.ContainsFunc(toks[:min(4, len(toks))], func(t token) bool { return t.isWord("trigger") })
	for i, t := range toks {
		top := &stack[len(stack)-1]
		follows := func(word string) bool { return i+1 < len(toks) && toks[i+1].isWord(word) }
		name := t.kind == tokQuoted || t.kind == tokString || t.kind == tokWord && keywordClass(t.text) != reserved
		switch {
		case t.is("("):
			stack = append(stack, region{from: top.from && top.list, list: top.from && top.list})
		case t.is(")"):
			if len(stack) > 1 {
				stack = stack[:len(stack)-1]
			}
			stack[len(stack)-1].list = false
		case t.is(","):
			top.list = top.from
		case t.isWord("from"), t.isWord("join"):
			top.from, top.list = true, true
		case t.isWord("into"), t.isWord("in"), header && t.isWord("on"):
			top.list = true // x IN table; a trigger ON its table
		case t.isWord("update"):
			top.list = !header && !follows("set") // UPDATE OF; DO UPDATE SET
		case t.isWord("or"), i > 0 && toks[i-1].isWord("or"): // OR FAIL
		case t.isWord("begin") && header:
			header, top.list = false, false
		case name && top.list:
			if i+1 < len(toks) && toks[i+1].is(".") {
				continue // the schema: its table comes next
			}
			found[fold(t.name())] = true
			top.list = false
		case t.kind == tokWord && endsFrom(t.text):
			top.from, top.list = false, false
		}
	}
	return found
}

// endsFrom reports whether a keyword ends the list of a FROM.
func endsFrom(word string) bool {
	switch fold(word) {
	case "where", "group", "having", "order", "limit", "union", "except", "intersect", "select", "set", "values",
		"window", "returning", "when":
		return true
	}
	return false
}

// users returns the objects of a kind that need the named table or view,
// through other views too.
func users(objects []schema.Object, name string) []schema.Object {
	var out []schema.Object
	reached := map[string]bool{fold(name): true}
	taken := make([]bool, len(objects))
	for again := true; again; {
		again = false
		for i, o := range objects {
			if taken[i] || o.Kind == schema.VirtualTable {
				continue
			}
			for t := range tables(o.Definition.For(schema.SQLite)) {
				if reached[t] {
					taken[i] = true
				}
			}
			if taken[i] {
				out = append(out, o)
				if o.Kind == schema.View {
					reached[fold(o.Name)] = true
					again = true
				}
			}
		}
	}
	return out
}

// unused refuses to drop a column that something names: a check, a generated
// column, an index, a trigger. The plain columns of keys and indexes are the
// state's business; views are SQLite's, which alone knows what a name in a view
// means.
func (c *compiler) unused(t schema.Table, column string) error {
	by := func(what, name string) error {
		return &dialect.UnsupportedError{
			Object: fmt.Sprintf("column %q of table %q", column, t.Name),
			Why:    fmt.Sprintf("%s %q uses it: drop or change that first", what, name),
		}
	}
	for _, k := range t.Checks {
		if expr := k.Expr.For(schema.SQLite); mentions(expr, column) {
			if k.Name == "" {
				return by("check", expr)
			}
			return by("check", k.Name)
		}
	}
	for _, g := range t.Columns {
		if g.Name != column && mentions(g.Generated.Expr.For(schema.SQLite), column) {
			return by("generated column", g.Name)
		}
	}
	for _, i := range t.Indexes {
		if mentions(i.Where.For(schema.SQLite), column) {
			return by("index", i.Name)
		}
		for _, p := range i.Parts {
			if p.Column == "" && mentions(p.Expr.For(schema.SQLite), column) {
				return by("index", i.Name)
			}
		}
	}
	for _, o := range c.triggers(t.Name) {
		if triggerUses(o.Definition.For(schema.SQLite), column) {
			return by("trigger", o.Name)
		}
	}
	return nil
}

// triggers returns the triggers on a table that SQLite has.
func (c *compiler) triggers(table string) []schema.Object {
	var out []schema.Object
	for _, o := range c.state.Objects() {
		if o.Kind == schema.Trigger && sameName(o.Table, table) && o.Definition.For(schema.SQLite) != "" {
			out = append(out, o)
		}
	}
	return out
}

// triggerUses reports whether a trigger surely uses a column of its own table:
// as NEW.x or OLD.x, or in UPDATE OF. What else it does is seen when the
// database compiles it.
func triggerUses(sql, column string) bool {
	found := false
	ownColumns(significant(tokenize(sql)), func(t *token) {
		found = found || sameName(t.name(), column)
	})
	return found
}

// ownColumns calls f for each token of a trigger that is a column of the
// trigger's own table: after NEW. and OLD., and in UPDATE OF.
func ownColumns(toks []token, f func(*token)) {
	header, of := true, false
	for i := range toks {
		t := &toks[i]
		switch {
		case t.isWord("begin"):
			header, of = false, false
		case header && t.isWord("of") && i > 0 && toks[i-1].isWord("update"):
			of = true
		case header && t.isWord("on"):
			of = false
		case of && !t.is(","):
			f(t)
		case i >= 2 && toks[i-1].is(".") && (sameName(toks[i-2].name(), "new") || sameName(toks[i-2].name(), "old")):
			f(t)
		}
	}
}

// renameInObjects follows SQLite, which renames a column in the triggers and
// views that use it. Only what is sure is renamed here: the columns of the
// trigger's own table, and everything where no other table is about. A rebuild
// that comes later compares what it knows of a trigger with what the database
// has, and stops where they differ.
func (c *compiler) renameInObjects(o op.RenameColumn) error {
	objects := c.state.Objects()
	for _, kind := range [...]schema.ObjectKind{schema.View, schema.Trigger} { // views take their triggers with them
		for _, ob := range objects {
			was := ob.Definition.For(schema.SQLite)
			if ob.Kind != kind || !mentions(was, o.From) {
				continue
			}
			is := renameColumnIn(was, ob, o)
			if is == was {
				continue
			}
			steps := []op.Op{op.DropObject{Object: ob}}
			ob.Definition = ob.Definition.On(schema.SQLite, is)
			steps = append(steps, op.CreateObject{Object: ob})
			for _, tr := range objects {
				if kind == schema.View && tr.Kind == schema.Trigger && tr.Table == ob.Name {
					steps = append(steps, op.CreateObject{Object: tr})
				}
			}
			for _, step := range steps {
				if _, err := c.state.Apply(step); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// renameColumnIn writes the new name where SQLite does, and as SQLite does: in
// double quotes, as the statement has it.
func renameColumnIn(sql string, ob schema.Object, o op.RenameColumn) string {
	toks := significant(tokenize(sql))
	var at []int // positions of tokens
	take := func(t *token) {
		if sameName(t.name(), o.From) && t.kind != tokString && !slices.Contains(at, t.pos) {
			at = append(at, t.pos)
		}
	}
	if ob.Kind == schema.Trigger && sameName(ob.Table, o.Table) {
		ownColumns(toks, take)
	}
	about := tables(sql)
	delete(about, fold(o.Table))
	if len(about) == 0 && tables(sql)[fold(o.Table)] {
		for i := range toks {
			t := &toks[i]
			if t.kind != tokWord && t.kind != tokQuoted {
				continue
			}
			alias := i > 0 && toks[i-1].isWord("as")
			other := i+1 < len(toks) && (toks[i+1].is("(") || toks[i+1].is("."))
			head := sameName(t.name(), ob.Name) || sameName(t.name(), o.Table)
			if !alias && !other && !head {
				take(t)
			}
		}
	}
	slices.Sort(at)
	for _, pos := range slices.Backward(at) {
		_, n := next(sql[pos:])
		sql = sql[:pos] + quoteIdent(o.To) + sql[pos+n:]
	}
	return sql
}

// qualified reports whether an expression names its own table, as in t.a > 0.
// SQLite 3.53.4 can neither rename such a table nor create its copy under
// another name.
func qualified(sql, table string) bool {
	toks := significant(tokenize(sql))
	for i := 0; i+1 < len(toks); i++ {
		if toks[i+1].is(".") && toks[i].kind != tokOp && sameName(toks[i].name(), table) {
			return true
		}
	}
	return false
}
