package postgres

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// replaceType makes a type anew where the server cannot alter it: the old one
// steps aside under another name, the columns go over to the new one by way of
// their text, and the old one goes. What holds on to the type meanwhile
// (defaults, expressions with constants of the type in them, views, routines)
// goes before and comes back after.
func (c *compiler) replaceType(from, to schema.Object, removed []string) error {
	c.bringBack()
	types, why := c.madeOfType(from)
	if why != "" {
		return unsupported(from.String(), "it cannot be changed in place, and %s is made of it", why)
	}
	is := func(ob schema.Object) bool {
		return slices.ContainsFunc(types, func(t schema.Object) bool { return t.ID() == ob.ID() })
	}
	var columns []columnUse
	var refs []schema.Ref
	for _, t := range types {
		refs = append(refs, schema.Ref{Kind: t.Kind, Name: t.Name})
		columns = append(columns, c.columnsOf(t.Name)...)
	}
	for _, u := range columns {
		refs = append(refs, schema.Ref{Name: u.table, Column: u.column.Name})
	}
	if err := c.guardLabels(columns, removed); err != nil {
		return err
	}
	rows := slices.Clone(refs)
	for table := range byTable(columns) {
		rows = append(rows, schema.Ref{Name: table})
	}
	stops := c.stopping(refs)
	objects := c.needing(rows, func(ob schema.Object) bool {
		return !is(ob) && (stops(ob) || isRoutine(ob.Kind) || ob.Kind == schema.Exclusion || ob.Kind == schema.Statistics)
	})
	if err := c.takeAway(slices.DeleteFunc(objects, is)); err != nil {
		return err
	}
	pieces := c.piecesOf(columns)
	c.dropPieces(pieces)

	var old []schema.Object
	for _, t := range types {
		namespace, local := schema.Split(t.Name)
		aside := cutRune("_whim_old_"+local, maxName)
		c.keepGrants(t)
		c.emit(t.Name, "ALTER "+words[t.Kind]+" "+c.d.objectRef(t)+" RENAME TO "+quoteIdent(aside))
		old = append(old, schema.Object{Kind: t.Kind, Name: schema.Qualify(namespace, aside)})
		c.freeNames(t, old[len(old)-1])
	}
	types[0] = to
	for _, t := range types {
		c.emit(t.Name, c.d.definition(t)...)
		c.restoreGrants(t)
	}
	for table, uses := range byTable(columns) {
		var actions []string
		for _, u := range uses {
			actions = append(actions, "ALTER COLUMN "+quoteIdent(u.column.Name)+" TYPE "+c.d.sql(typeText(u.column.Type))+" USING "+u.viaText(c.d))
		}
		c.alter(table, actions...)
	}
	if err := c.addPieces(pieces, removed); err != nil {
		return err
	}
	for i, t := range slices.Backward(old) {
		c.emit(types[i].Name, c.d.dropText(t))
	}
	c.bringBack()
	return nil
}

// freeNames takes the constraints without a name of their own from a domain that
// has stepped aside: those of the new one shall have the same names again.
func (c *compiler) freeNames(domain, aside schema.Object) {
	def, ok := parseDomain(domain.Definition.For(schema.Postgres))
	if domain.Kind != schema.Domain || !ok {
		return
	}
	alter := "ALTER DOMAIN " + c.d.objectRef(aside) + " "
	if def.notNull && c.d.Flavor().Can(dialect.NamedNotNull) {
		c.emit(domain.Name, alter+"DROP NOT NULL")
	}
	suffix := ""
	n := 0
	for _, k := range def.checks {
		if k.Name == "" {
			c.emit(domain.Name, alter+"DROP CONSTRAINT "+quoteIdent(automaticName(domain.Name, "", "check")+suffix))
			n++
			suffix = itoa(n)
		}
	}
}

// A columnUse is a column of a type.
type columnUse struct {
	table  string
	column schema.Column
	array  bool
}

// viaText converts the column by way of its text.
func (u columnUse) viaText(d Dialect) string {
	name := quoteIdent(u.column.Name)
	if u.array {
		return name + "::text[]::" + d.sql(typeText(u.column.Type))
	}
	return name + "::text::" + d.sql(typeText(u.column.Type))
}

// columnsOf returns the columns of a type, or of arrays of it. Those of a
// partition change with the table that it is a part of.
func (c *compiler) columnsOf(name string) []columnUse {
	var out []columnUse
	for _, t := range c.state.Schema().Tables {
		if t.Options.Postgres.PartitionOf != "" {
			continue
		}
		for _, col := range t.Columns {
			text := typeText(col.Type)
			if text != "" && c.isNamed(text, name) {
				out = append(out, columnUse{t.Name, col, parseType(text).array})
			}
		}
	}
	return out
}

// byTable groups columns by their table, and yields them in order.
func byTable(columns []columnUse) func(yield func(string, []columnUse) bool) {
	return func(yield func(string, []columnUse) bool) {
		var done []string
		for _, u := range columns {
			if slices.Contains(done, u.table) {
				continue
			}
			done = append(done, u.table)
			var uses []columnUse
			for _, v := range columns {
				if v.table == u.table {
					uses = append(uses, v)
				}
			}
			if !yield(u.table, uses) {
				return
			}
		}
	}
}

// madeOfType returns a type and those that are made of it, domains and
// composite types, in the order in which they can be created; or says what else
// is made of one of them, which cannot be made anew.
func (c *compiler) madeOfType(ob schema.Object) (types []schema.Object, why string) {
	types = []schema.Object{ob}
	for i := 0; i < len(types); i++ {
		for _, other := range c.state.Objects() {
			if slices.ContainsFunc(types, func(t schema.Object) bool { return t.ID() == other.ID() }) || !c.madeOf(other, types[i]) {
				continue
			}
			switch {
			case oneOf(other, schema.Domain, schema.CompositeType):
				types = append(types, other)
			case oneOf(other, schema.RangeType, schema.Aggregate):
				return nil, other.String()
			}
		}
		for _, t := range c.state.Schema().Tables {
			if of := t.Options.Postgres.OfType; of != "" && c.isNamed(of, types[i].Name) {
				return nil, "table " + t.Name
			}
		}
	}
	return append(types[:1], c.inOrder(types[1:])...), ""
}

// guardLabels finds the rows that hold a value that the type will not have.
func (c *compiler) guardLabels(columns []columnUse, removed []string) error {
	if len(removed) == 0 {
		return nil
	}
	quoted := make([]string, len(removed))
	for i, l := range removed {
		quoted[i] = quoteString(l)
	}
	list := strings.Join(quoted, ", ")
	for _, u := range columns {
		name := quoteIdent(u.column.Name)
		where := name + "::text IN (" + list + ")"
		if u.array {
			where = name + "::text[] && ARRAY[" + list + "]"
		}
		if isGenerated(u.column) {
			continue // it is computed anew
		}
		c.none(u.table, fmt.Sprintf("rows of %s have a value in %s that the type will not have", u.table, u.column.Name),
			"SELECT "+shown(name)+", count(*) FROM "+quoteName(c.d, u.table)+" WHERE "+where+" GROUP BY 1 LIMIT 6")
	}
	return nil
}

// Pieces are the parts of a table in which the server keeps the type by what it
// is, not by its name.
type pieces struct {
	table     string
	columns   []columnUse
	checks    []schema.Check
	indexes   []schema.Index
	generated []removedColumn
	computed  []schema.Column
}

func (c *compiler) piecesOf(columns []columnUse) []*pieces {
	var out []*pieces
	for table, uses := range byTable(columns) {
		t, _ := c.state.Table(table)
		p := &pieces{table: table, columns: uses}
		has := func(f func(column string) bool) bool {
			return slices.ContainsFunc(uses, func(u columnUse) bool { return f(u.column.Name) })
		}
		for _, k := range t.Checks {
			if has(func(column string) bool { return mentions(k.Expr.For(schema.Postgres), column) }) {
				p.checks = append(p.checks, k)
			}
		}
		for _, i := range t.Indexes {
			if has(func(column string) bool { return indexMentions(i, column) }) {
				p.indexes = append(p.indexes, i)
			}
		}
		for _, col := range t.Columns {
			if has(func(column string) bool {
				return column != col.Name && mentions(col.Generated.Expr.For(schema.Postgres), column)
			}) {
				p.computed = append(p.computed, col)
			}
		}
		out = append(out, p)
	}
	return out
}

func (c *compiler) dropPieces(all []*pieces) {
	for _, p := range all {
		t, _ := c.state.Table(p.table)
		c.notAway(p)
		for _, i := range p.indexes {
			c.dropIndexNow(p.table, i.Name, false)
		}
		var actions []string
		for _, k := range p.checks {
			actions = append(actions, "DROP CONSTRAINT "+quoteIdent(checkName(t, k)))
		}
		for _, u := range p.columns {
			if defaultText(u.column) != "" {
				actions = append(actions, "ALTER COLUMN "+quoteIdent(u.column.Name)+" DROP DEFAULT")
			}
		}
		c.alter(p.table, actions...)
		for _, col := range p.computed {
			p.generated = append(p.generated, c.removeColumn(t, col))
		}
	}
}

// notAway leaves out of pieces what is away already.
func (c *compiler) notAway(p *pieces) {
	for _, q := range c.users {
		if q.table != p.table {
			continue
		}
		p.checks = slices.DeleteFunc(p.checks, func(k schema.Check) bool {
			return slices.ContainsFunc(q.checks, func(l schema.Check) bool { return l.Equal(k) })
		})
		p.indexes = slices.DeleteFunc(p.indexes, func(i schema.Index) bool {
			return slices.ContainsFunc(q.indexes, func(j schema.Index) bool { return j.Name == i.Name })
		})
		p.computed = slices.DeleteFunc(p.computed, func(col schema.Column) bool { return slices.Contains(q.computed, col) })
		p.columns = slices.DeleteFunc(p.columns, func(u columnUse) bool {
			return slices.ContainsFunc(q.columns, func(v columnUse) bool { return v.column.Name == u.column.Name })
		})
	}
}

func (c *compiler) addPieces(all []*pieces, removed []string) error {
	for _, p := range all {
		var actions []string
		for _, u := range p.columns {
			text := bareConstant(defaultText(u.column))
			if text == "" {
				continue
			}
			toks := significant(tokenize(text))
			if len(toks) == 1 {
				if value, ok := stringValue(toks[0]); ok && slices.Contains(removed, value) {
					if !c.changesLater(p.table, u.column.Name) {
						return unsupported(fmt.Sprintf("column %q of table %q", u.column.Name, p.table), "its default is %s, which the type will not have", text)
					}
					c.lost[p.table+"\x00"+u.column.Name] = true
					continue
				}
			}
			actions = append(actions, "ALTER COLUMN "+quoteIdent(u.column.Name)+" SET DEFAULT "+c.d.sql(text))
		}
		c.alter(p.table, actions...)
		for _, r := range p.generated {
			c.addAgain(r)
			c.restore(r)
		}
		c.restore(removedColumn{parts: tableParts{Table: schema.Table{Name: p.table, Checks: p.checks, Indexes: p.indexes}}})
	}
	return nil
}

// changesLater reports whether a later operation changes or drops a column.
func (c *compiler) changesLater(table, column string) bool {
	return slices.ContainsFunc(c.later(), func(o op.Op) bool {
		switch o := o.(type) {
		case op.AlterColumn:
			return o.Table == table && o.To.Name == column
		case op.DropColumn:
			return o.Table == table && o.Column.Name == column
		case op.DropTable:
			return o.Table.Name == table
		default:
			return false
		}
	})
}
