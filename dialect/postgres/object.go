package postgres

import (
	"slices"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// words are what stands behind DROP and COMMENT ON, for the objects that
// PostgreSQL has.
var words = map[schema.ObjectKind]string{
	schema.View: "VIEW", schema.MaterializedView: "MATERIALIZED VIEW", schema.Trigger: "TRIGGER", schema.Function: "FUNCTION",
	schema.Procedure: "PROCEDURE", schema.Aggregate: "AGGREGATE", schema.Sequence: "SEQUENCE", schema.Namespace: "SCHEMA",
	schema.Extension: "EXTENSION", schema.Enum: "TYPE", schema.Domain: "DOMAIN", schema.CompositeType: "TYPE", schema.RangeType: "TYPE",
	schema.Collation: "COLLATION", schema.Exclusion: "CONSTRAINT", schema.Rule: "RULE", schema.Policy: "POLICY", schema.Statistics: "STATISTICS",
}

// objectRef returns the name of an object as it is written in SQL: a routine's
// with the types of its arguments.
func (d Dialect) objectRef(ob schema.Object) string {
	namespace, local, args := objectName(ob)
	switch {
	case ob.Kind == schema.Namespace:
		local = ownName(ob)
		if real := d.scratch.namespace(local); real != "" {
			return quoteIdent(real)
		}
		return quoteIdent(local)
	case oneOf(ob, schema.Trigger, schema.Rule, schema.Policy, schema.Exclusion, schema.Extension):
		return quoteIdent(ownName(ob)) // of the table, or of the database
	}
	return quoteIn(d, namespace, local) + d.sql(args)
}

// ownName returns the name of an object that is in no namespace. A name with a
// dot that nobody has quoted is such a name too.
func ownName(ob schema.Object) string {
	if namespace, local := schema.Split(ob.Name); namespace == "" {
		return local
	}
	return ob.Name
}

// dropText returns the statement that drops an object.
func (d Dialect) dropText(ob schema.Object) string {
	name := d.objectRef(ob)
	switch {
	case ob.Kind == schema.Exclusion:
		return "ALTER TABLE " + quoteName(d, ob.Table) + " DROP CONSTRAINT " + name
	case oneOf(ob, schema.Trigger, schema.Rule, schema.Policy):
		return "DROP " + words[ob.Kind] + " " + name + " ON " + quoteName(d, ob.Table)
	case oneOf(ob, schema.Domain, schema.Enum, schema.CompositeType, schema.RangeType) && !d.scratch.active() && hidden(ob.Name):
		// The bare name is that of the server's own type, and which namespace is
		// the first one only the server knows.
		return "DO $$ BEGIN EXECUTE format('DROP " + words[ob.Kind] + " %I.%I', current_schema(), " + quoteString(ob.Name) + "); END $$"
	}
	return "DROP " + words[ob.Kind] + " " + name
}

// definition returns the statements that create an object.
func (d Dialect) definition(ob schema.Object) []string {
	statements, err := splitStatements(ob.Definition.For(schema.Postgres))
	if err != nil {
		return []string{d.sql(ob.Definition.For(schema.Postgres))} // the server says better what is wrong with it
	}
	for i, s := range statements {
		statements[i] = d.sql(s)
	}
	if ob.Kind == schema.Extension && len(statements) > 0 {
		statements[0] = ifNotExists(statements[0])
	}
	return statements
}

// ifNotExists makes CREATE EXTENSION take what is there: who installs
// extensions is often somebody else, who was here before.
func ifNotExists(sql string) string {
	toks := tokenize(sql)
	sig := significant(toks)
	if len(sig) < 3 || !sig[0].word("create") || !sig[1].word("extension") || sig[2].word("if") {
		return sql
	}
	seen := 0
	for i, t := range toks {
		if !t.blank() {
			seen++
		}
		if seen == 2 {
			return join(toks[:i+1]) + " IF NOT EXISTS" + join(toks[i+1:])
		}
	}
	return sql
}

func (c *compiler) createObject(o op.CreateObject) error {
	if _, err := c.state.Apply(o); err != nil {
		return err
	}
	if o.Object.Definition.For(schema.Postgres) == "" {
		return nil
	}
	if words[o.Object.Kind] == "" {
		return unsupported(o.Object.String(), "PostgreSQL has none; where only other dialects shall have it, give its definition for those: schema.SQL{}.On(…)")
	}
	if o.Object.Kind == schema.Sequence {
		if c.takeOver(o.Object) {
			return nil
		}
		if then := c.makeWay(o.Object); then != "" {
			c.define(o.Object, c.d.definition(o.Object))
			c.emit(o.Object.Name, then)
			return nil
		}
	}
	c.define(o.Object, c.d.definition(o.Object))
	c.restoreGrants(o.Object)
	return nil
}

// define emits the statements that an object is made of.
func (c *compiler) define(ob schema.Object, statements []string) {
	for _, sql := range statements {
		if table, column, ok := c.ownerComes(ob, sql); ok {
			c.waiting = append(c.waiting, waiting{op: c.at, table: table, column: column, sequence: sql})
			continue
		}
		c.emit(ob.Name, sql)
	}
}

func (c *compiler) dropObject(o op.DropObject) error {
	if now, ok := c.replaced[o.Object.ID()]; ok {
		delete(c.replaced, o.Object.ID())
		if now != nil {
			c.emit(o.Object.Name, c.d.dropText(*now))
		}
		return nil
	}
	if o.Object.Kind == schema.Sequence && c.wentAlong(o.Object) || c.foreign(o.Object) {
		return nil
	}
	full, err := c.state.Apply(o)
	if err != nil {
		return err
	}
	ob := full.(op.DropObject).Object
	if ob.Definition.For(schema.Postgres) == "" {
		return nil
	}
	if c.comesBack(ob) {
		c.keepGrants(ob)
	}
	c.emit(ob.Name, c.d.dropText(ob))
	return nil
}

// foreign reports whether an object is one of other dialects only, which a
// state that was read from a server does not have.
func (c *compiler) foreign(ob schema.Object) bool {
	_, there := c.state.Schema().Object(ob.ID())
	return !there && !ob.Definition.IsZero() && ob.Definition.For(schema.Postgres) == ""
}

// comesBack reports whether a later operation creates the object again.
func (c *compiler) comesBack(ob schema.Object) bool {
	return slices.ContainsFunc(c.later(), func(o op.Op) bool {
		create, ok := o.(op.CreateObject)
		return ok && create.Object.ID() == ob.ID()
	})
}

// alterObject changes an object in place where the server can; else it is
// dropped and created again, and with it what is made of it.
func (c *compiler) alterObject(o op.AlterObject) error {
	if c.foreign(o.From) {
		return c.createObject(op.CreateObject{Object: o.To})
	}
	full, err := c.state.Apply(o)
	if err != nil {
		return err
	}
	from, to := full.(op.AlterObject).From, o.To
	if to.Kind == schema.Sequence && c.disowned[to.Name] {
		delete(c.disowned, to.Name)
		from = withoutOwner(from)
	}
	was, is := from.Definition.For(schema.Postgres), to.Definition.For(schema.Postgres)
	switch {
	case was == is:
		return nil
	case was == "":
		c.emit(to.Name, c.d.definition(to)...)
		return nil
	case is == "":
		c.emit(from.Name, c.d.dropText(from))
		return nil
	}
	if sameTokens(head(was), head(is)) {
		if !c.undoable(from, to) {
			return c.recreate(from, to)
		}
		c.trailing(from, to)
		return nil
	}
	switch {
	case to.Kind == schema.Enum:
		return c.alterEnum(from, to)
	case to.Kind == schema.Domain:
		return c.alterDomain(from, to)
	case to.Kind == schema.CompositeType:
		return c.alterComposite(from, to)
	case to.Kind == schema.Sequence:
		return c.alterSequence(from, to)
	case to.Kind == schema.Extension:
		c.alterExtension(from, to)
		return nil
	case oneOf(to, schema.Function, schema.Procedure) && sameSignature(was, is):
		c.emit(to.Name, orReplace(c.d.sql(head(is))))
		c.trailing(from, to)
		return nil
	}
	return c.recreate(from, to)
}

// recreate drops an object and creates it as it shall be, with everything
// around it that is made of it.
func (c *compiler) recreate(from, to schema.Object) error {
	if from.Kind == schema.Collation {
		if user := c.userOfCollation(from); user != "" {
			return unsupported(from.String(), "%s uses it", user)
		}
	}
	c.bringBack()
	refs := []schema.Ref{{Kind: from.Kind, Name: from.Name}}
	var users []*pieces
	for _, t := range c.state.Schema().Tables {
		p, user := c.uses(t, from)
		if user != "" {
			return unsupported(from.String(), "it cannot be changed in place, and %s uses it", user)
		}
		if p != nil {
			users = append(users, p)
			for _, col := range p.computed {
				refs = append(refs, schema.Ref{Name: t.Name, Column: col.Name})
			}
		}
	}
	around := c.needing(refs, func(ob schema.Object) bool {
		return ob.ID() != from.ID() && ob.ID() != to.ID() && (!oneOf(ob, schema.Exclusion, schema.Statistics) || c.needs(ob, refs[0]))
	})
	around = slices.DeleteFunc(around, func(ob schema.Object) bool { return ob.ID() == to.ID() })
	if i := slices.IndexFunc(around, func(ob schema.Object) bool { return ob.Kind.Early() && !isRoutine(ob.Kind) }); i >= 0 {
		return unsupported(from.String(), "it cannot be changed in place, and %s is made of it", around[i])
	}
	if err := c.takeAway(around); err != nil {
		return err
	}
	c.dropPieces(users)
	c.keepGrants(from)
	c.emit(from.Name, c.d.dropText(from))
	c.emit(to.Name, c.d.definition(to)...)
	c.restoreGrants(from)
	if err := c.addPieces(users, nil); err != nil {
		return err
	}
	c.bringBack()
	return nil
}

func (c *compiler) userOfCollation(ob schema.Object) string {
	for _, t := range c.state.Schema().Tables {
		for _, col := range t.Columns {
			if col.Collation.Postgres == ob.Name {
				return "column " + t.Name + "." + col.Name
			}
		}
	}
	return ""
}
