package postgres

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
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
			suffix = strconv.Itoa(n)
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
