package postgres

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// alterEnum changes the values of an enum. Values that come are added in place.
// Where one goes or moves, the type is made anew; and also where something
// later in the revision may use a value that comes, because the server does not
// allow that in the transaction that added it (55P04).
func (c *compiler) alterEnum(from, to schema.Object) error {
	was, ok := enumLabels(from.Definition.For(schema.Postgres))
	is, also := enumLabels(to.Definition.For(schema.Postgres))
	if !ok || !also {
		return unsupported(to.String(), "its definition is not CREATE TYPE … AS ENUM with plain strings")
	}
	for _, l := range is {
		if len(l) > maxName {
			return unsupported(to.String(), "the value %q has %d bytes, and PostgreSQL takes %d", l, len(l), maxName)
		}
	}
	var added, removed []string
	for _, l := range is {
		if !slices.Contains(was, l) {
			added = append(added, l)
		}
	}
	kept := slices.DeleteFunc(slices.Clone(is), func(l string) bool { return slices.Contains(added, l) })
	for _, l := range was {
		if !slices.Contains(is, l) {
			removed = append(removed, l)
		}
	}
	if !slices.Equal(kept, was) || c.uses55P04(to, added) {
		return c.replaceType(from, to, removed)
	}
	name := c.d.objectRef(to)
	for i, l := range is {
		if !slices.Contains(added, l) {
			continue
		}
		s := "ALTER TYPE " + name + " ADD VALUE " + quoteString(l)
		switch {
		case i > 0 && i < len(is)-1: // at the end there is no need to say where
			s += " AFTER " + quoteString(is[i-1])
		case i == 0 && len(was) > 0:
			s += " BEFORE " + quoteString(was[0])
			was = append([]string{l}, was...)
		}
		c.emit(to.Name, s)
	}
	c.trailing(from, to)
	return nil
}

// uses55P04 reports whether a later operation may use a value that is new. In a
// scratch place all revisions are one transaction, so any may.
func (c *compiler) uses55P04(enum schema.Object, added []string) bool {
	if c.d.scratch.active() {
		return true
	}
	names := func(texts ...string) bool {
		for _, text := range texts {
			for _, t := range tokenize(text) {
				if v, ok := stringValue(t); ok && slices.ContainsFunc(added, func(l string) bool { return strings.Contains(v, l) }) {
					return true
				}
			}
		}
		return false
	}
	column := func(col schema.Column) bool {
		return names(defaultText(col), col.Generated.Expr.For(schema.Postgres))
	}
	table := func(t schema.Table) bool {
		return slices.ContainsFunc(t.Columns, column) ||
			slices.ContainsFunc(t.Checks, func(k schema.Check) bool { return names(k.Expr.For(schema.Postgres)) }) ||
			slices.ContainsFunc(t.Indexes, func(i schema.Index) bool {
				return names(i.Where.For(schema.Postgres)) || slices.ContainsFunc(i.Parts, func(p schema.Part) bool { return names(p.Expr.For(schema.Postgres)) })
			})
	}
	return slices.ContainsFunc(slices.Concat(c.later(), c.then), func(o op.Op) bool {
		switch o := o.(type) {
		case op.Run:
			return true // nobody knows what is in it
		case op.CreateTable:
			return table(o.Table)
		case op.AddColumn:
			return column(o.Column) || names(defaultText(schema.Column{Default: o.Fill}))
		case op.AlterColumn: // also one from text, whose rows may have the value
			return column(o.To) || names(defaultText(schema.Column{Default: o.Fill})) ||
				c.isNamed(typeText(o.To.Type), enum.Name) && typeText(o.From.Type) != typeText(o.To.Type)
		case op.AddCheck:
			return names(o.Check.Expr.For(schema.Postgres))
		case op.CreateIndex:
			return table(schema.Table{Indexes: []schema.Index{o.Index}})
		case op.CreateObject:
			return names(o.Object.Definition.For(schema.Postgres))
		case op.AlterObject:
			return names(o.To.Definition.For(schema.Postgres))
		case op.Exec:
			return o.SQL.For(schema.Postgres) != ""
		default:
			return false
		}
	})
}

// enumLabels returns the values of an enum, in order.
func enumLabels(definition string) (labels []string, ok bool) {
	toks := significant(tokenize(head(definition)))
	i := slices.IndexFunc(toks, func(t token) bool { return t.word("enum") })
	if i < 0 || i+1 >= len(toks) || !toks[i+1].is("(") {
		return nil, false
	}
	for _, t := range toks[i+2:] {
		switch {
		case t.is(")"):
			return labels, true
		case t.is(","):
		default:
			v, plain := stringValue(t)
			if !plain {
				return nil, false
			}
			labels = append(labels, v)
		}
	}
	return nil, false
}
