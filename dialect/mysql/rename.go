package mysql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// renameTable renames a table, and in everything that has its name in a text:
// the servers take along foreign keys and the table's own triggers, and leave
// views, routines, events and what triggers do with a name that is nobody's.
func (c *compiler) renameTable(o op.RenameTable) error {
	if err := checkQualified(fmt.Sprintf("table %q", o.To), o.To); err != nil {
		return err
	}
	if err := c.checkCase(fmt.Sprintf("table %q", o.To), o.To); err != nil {
		return err
	}
	before := c.state.Objects()
	if _, err := c.apply(o); err != nil {
		return err
	}
	c.refers = nil
	for _, list := range [][]foreignKeyOf{c.pending, c.relink, c.gone} {
		for i := range list {
			if list[i].table == o.From {
				list[i].table = o.To
			}
			if list[i].key.RefTable == o.From {
				list[i].key.RefTable = o.To
			}
		}
	}
	c.emit(o.From, "RENAME TABLE "+quoteName(o.From)+" TO "+quoteName(o.To))
	if err := c.renameGiven(o); err != nil {
		return err
	}
	_, from := schema.Split(o.From)
	for _, was := range before {
		is := was.Clone()
		if is.Table == o.From {
			is.Table = o.To
		}
		text, n := renameTableIn(was.Kind, was.Definition.For(c.name), from, quoteName(o.To))
		if n > 0 {
			is.Definition = is.Definition.On(c.name, text)
		}
		if err := c.setObject(is); err != nil {
			return err
		}
		moved := was.Kind == schema.Trigger && was.Table == o.From && n == 1 // the one behind ON
		if n > 0 && !moved {
			c.redefine(is, text, text)
		}
	}
	return nil
}

// setObject makes an object of the state what it is here, whatever the state
// made of its text when a table was renamed.
func (c *compiler) setObject(is schema.Object) error {
	for _, now := range c.state.Objects() {
		if now.ID() != is.ID() {
			continue
		}
		is.Needs = now.Needs
		if now.Definition == is.Definition {
			return nil
		}
		_, err := c.state.Apply(op.AlterObject{From: now, To: is})
		return err
	}
	return nil // the state has none: it went with something else
}

// renameGiven follows the servers in renaming the constraints that got their
// names from the table: t_chk_1, t_ibfk_1.
func (c *compiler) renameGiven(o op.RenameTable) error {
	_, from := schema.Split(o.From)
	_, to := schema.Split(o.To)
	given := func(name, kind string) (string, bool) {
		rest, ok := strings.CutPrefix(name, from+kind)
		return to + kind + rest, ok && rest != "" && strings.Trim(rest, "0123456789") == ""
	}
	t, _ := c.state.Table(o.To)
	for _, k := range t.Checks {
		if name, ok := given(k.Name, "_chk_"); ok && c.name == schema.MySQL {
			if _, err := c.state.Apply(op.DropCheck{Table: o.To, Check: k}); err != nil {
				return err
			}
			k.Name = name
			if _, err := c.state.Apply(op.AddCheck{Table: o.To, Check: k}); err != nil {
				return err
			}
		}
	}
	for _, f := range t.ForeignKeys {
		if name, ok := given(f.Name, "_ibfk_"); ok {
			if _, err := c.state.Apply(op.DropForeignKey{Table: o.To, ForeignKey: f}); err != nil {
				return err
			}
			f.Name = name
			if _, err := c.state.Apply(op.AddForeignKey{Table: o.To, ForeignKey: f}); err != nil {
				return err
			}
		}
	}
	return nil
}

// renameTableIn renames a table in the text of an object, and says how often. A
// name is that of a table where a column follows it, or where a statement
// names one: behind FROM, JOIN, INTO, UPDATE, TABLE and ON, in a view also
// behind a parenthesis or a comma, since a server wrote that text and gives
// every column its table.
func renameTableIn(kind schema.ObjectKind, text, from, to string) (string, int) {
	if !strings.Contains(strings.ToLower(text), strings.ToLower(strings.ReplaceAll(from, "`", "``"))) {
		return text, 0
	}
	var b strings.Builder
	n := 0
	toks := tokenize(text)
	at := significantIndexes(toks)
	for i, t := range toks {
		if place, ok := at[i]; ok && t.isName() && t.name() == from && isTablePlace(kind, toks, at, place) {
			b.WriteString(to)
			n++
			continue
		}
		b.WriteString(t.text)
	}
	return b.String(), n
}

// A neighbours is the tokens around one, without white space and comments.
type neighbours struct{ before, after token }

// significantIndexes returns, for each token that says something, those around
// it.
func significantIndexes(toks []token) map[int]neighbours {
	at := map[int]neighbours{}
	last := -1
	for i, t := range toks {
		if t.kind == tokSpace || t.kind == tokComment {
			continue
		}
		n := neighbours{}
		if last >= 0 {
			n.before = toks[last]
			l := at[last]
			l.after = t
			at[last] = l
		}
		at[i] = n
		last = i
	}
	return at
}

func isTablePlace(kind schema.ObjectKind, _ []token, _ map[int]neighbours, n neighbours) bool {
	switch {
	case n.before.is("."):
		return false
	case n.after.is("."):
		return true
	case n.before.isWord("from", "join", "into", "update", "table", "on", "straight_join", "ignore", "describe", "lock", "tables"):
		return true
	}
	return kind == schema.View && (n.before.is("(") || n.before.is(","))
}

// renameColumn renames a column. MariaDB takes along what the table is made
// of; MySQL refuses where a check, a generated column or the expression of an
// index has the name (3959, 3108, 3837), so these go and come in the same
// statement.
func (c *compiler) renameColumn(o op.RenameColumn) error {
	if err := checkName("column "+o.Table+"."+o.To, o.To); err != nil {
		return err
	}
	before, _ := c.state.Table(o.Table)
	if err := c.renamable(before, o); err != nil {
		return err
	}
	objects, err := c.renameColumnInObjects(o)
	if err != nil {
		return err
	}
	if _, err := c.apply(o); err != nil {
		return err
	}
	if err := c.renameInOptions(o); err != nil {
		return err
	}
	after, _ := c.state.Table(o.Table)
	after = c.expressions(before, after, o)
	clauses := []string{"RENAME COLUMN " + quoteIdent(o.From) + " TO " + quoteIdent(o.To)}
	if c.name == schema.MySQL {
		made := c.madeOf(before, o.From)
		drops, adds := c.again(before, after, made, append([]string{o.From}, made...))
		clauses = append(append(drops, clauses...), adds...)
	}
	c.alter(o.Table, clauses...)
	for _, is := range objects {
		now, _ := c.state.Schema().Object(is.ID())
		if _, err := c.state.Apply(op.AlterObject{From: now, To: is}); err != nil {
			return err
		}
		c.redefine(is, is.Definition.For(c.name), is.Definition.For(c.name))
	}
	return nil
}

// renamable refuses where the servers would, or would break the table: the
// column in a default (MySQL 3766) or in the partitioning.
func (c *compiler) renamable(t schema.Table, o op.RenameColumn) error {
	for _, col := range t.Columns {
		if c.name == schema.MySQL && mentions(c.d.defaultText(col), o.From) && strings.HasPrefix(c.d.defaultText(col), "(") {
			return &dialect.UnsupportedError{
				Object: "column " + o.Table + "." + o.From,
				Why:    fmt.Sprintf("the default of column %q uses it: drop that first", col.Name),
			}
		}
	}
	if c.name == schema.MySQL && mentions(t.Options.MySQL.PartitionBy, o.From) {
		return &dialect.UnsupportedError{Object: "column " + o.Table + "." + o.From, Why: "the table is partitioned by it: remove the partitioning first"}
	}
	return nil
}

// renameInOptions follows MariaDB in what the state keeps as text: the check of
// a column, the partitioning.
func (c *compiler) renameInOptions(o op.RenameColumn) error {
	t, _ := c.state.Table(o.Table)
	for _, col := range t.Columns {
		is := col
		if text := col.Options.On(c.name); mentions(text, o.From) {
			is.Options = is.Options.With(c.name, renameNames(text, o.From, o.To))
		}
		if text := c.d.defaultText(col); strings.HasPrefix(text, "(") && mentions(text, o.From) {
			is.Default = schema.Expression(renameNames(text, o.From, o.To))
		}
		if is != col {
			if _, err := c.state.Apply(op.AlterColumn{Table: o.Table, From: col, To: is}); err != nil {
				return err
			}
		}
	}
	if by := t.Options.MySQL.PartitionBy; mentions(by, o.From) {
		to := t.Options
		to.MySQL.PartitionBy = renameNames(by, o.From, o.To)
		_, err := c.state.Apply(op.AlterTable{Table: o.Table, From: t.Options, To: to})
		return err
	}
	return nil
}

// expressions returns the table with its expressions as they are after the rename,
// in the quotes of this dialect.
func (c *compiler) expressions(before, after schema.Table, o op.RenameColumn) schema.Table {
	after = after.Clone()
	renamed := func(was schema.SQL) schema.SQL { return schema.Expr(renameNames(was.For(c.name), o.From, o.To)) }
	for i, k := range before.Checks {
		after.Checks[i].Expr = renamed(k.Expr)
	}
	for i, col := range before.Columns {
		if !col.Generated.Expr.IsZero() {
			after.Columns[i].Generated.Expr = renamed(col.Generated.Expr)
		}
	}
	for i, x := range before.Indexes {
		for j, p := range x.Parts {
			if p.Column == "" {
				after.Indexes[i].Parts[j].Expr = renamed(p.Expr)
			}
		}
	}
	return after
}

// mentions reports whether a text has a name in it, quoted or bare.
func mentions(text, name string) bool {
	if text == "" || !strings.Contains(strings.ToLower(text), strings.ToLower(strings.ReplaceAll(name, "`", "``"))) {
		return false
	}
	return slices.ContainsFunc(significant(text), func(t token) bool { return t.isName() && sameName(t.name(), name) })
}

// renameNames replaces a name wherever it stands in an expression of a table.
func renameNames(text, from, to string) string {
	var b strings.Builder
	for _, t := range tokenize(text) {
		if t.isName() && sameName(t.name(), from) {
			b.WriteString(quoteIdent(to))
		} else {
			b.WriteString(t.text)
		}
	}
	return b.String()
}
