package postgres

import (
	"slices"
	"strings"

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

// ownerComes reports whether a statement gives a sequence to a column that is
// not there yet: the column needs the sequence first.
func (c *compiler) ownerComes(ob schema.Object, sql string) (table, column string, ok bool) {
	if ob.Kind != schema.Sequence || !strings.HasPrefix(sql, "ALTER") {
		return "", "", false
	}
	table, column, owned := ownedBy(ob)
	if !owned || c.hasColumn(table, column) {
		return "", "", false
	}
	return table, column, slices.ContainsFunc(c.later(), func(o op.Op) bool {
		add, is := o.(op.AddColumn)
		return makesTable(o) == table || is && add.Table == table && add.Column.Name == column
	})
}

func (c *compiler) hasColumn(table, column string) bool {
	t, ok := c.state.Table(table)
	if ok {
		_, ok = t.Column(column)
	}
	return ok
}

// withoutOwner returns a sequence that goes with no column.
func withoutOwner(ob schema.Object) schema.Object {
	statements, err := splitStatements(ob.Definition.For(schema.Postgres))
	if err != nil {
		return ob
	}
	var stay []string
	for n, s := range statements {
		toks := tokenize(s)
		i := slices.IndexFunc(toks, func(t token) bool { return t.word("owned") })
		switch {
		case i < 0:
			stay = append(stay, s)
		case n == 0: // CREATE SEQUENCE s OWNED BY t.c CYCLE
			end := i + 1
			for end < len(toks) && (toks[end].blank() || toks[end].is(".") || toks[end].word("by") || toks[end-1].is(".") || toks[end-2].word("by")) {
				end++
			}
			stay = append(stay, strings.TrimSpace(join(toks[:i])+join(toks[end:])))
		}
	}
	ob.Definition = ob.Definition.On(schema.Postgres, strings.Join(stay, ";\n"))
	return ob
}

// ownedBy returns the column that a sequence goes with.
func ownedBy(ob schema.Object) (table, column string, ok bool) {
	toks := significant(tokenize(ob.Definition.For(schema.Postgres)))
	i := slices.IndexFunc(toks, func(t token) bool { return t.word("owned") })
	if i < 0 || i+2 >= len(toks) || !toks[i+1].word("by") || toks[i+2].word("none") && toks[i+2].kind == tokWord {
		return "", "", false
	}
	var parts []string
	for _, t := range toks[i+2:] {
		n, isName := t.name()
		if !isName && !t.is(".") {
			break
		}
		if isName {
			parts = append(parts, n)
		}
	}
	switch len(parts) {
	case 2:
		return schema.Qualify("", parts[0]), parts[1], true
	case 3:
		return schema.Qualify(parts[0], parts[1]), parts[2], true
	}
	return "", "", false
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

// wentAlong reports whether a sequence is gone with the column that owned it.
// The operation that drops it comes from a schema in which it stands alone.
func (c *compiler) wentAlong(ob schema.Object) bool {
	_, there := c.state.Schema().Object(ob.ID())
	table, _, owned := ownedBy(ob)
	if there || !owned {
		return false
	}
	return slices.ContainsFunc(c.ops[:c.at], func(o op.Op) bool {
		switch o := o.(type) {
		case op.DropTable:
			return o.Table.Name == table
		case op.DropColumn:
			return o.Table == table
		case op.AlterColumn:
			return o.Table == table
		default:
			return false
		}
	})
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

// head returns the first statement of a definition: what the object is.
// Comments and the like come behind it.
func head(definition string) string {
	statements, err := splitStatements(definition)
	if err != nil || len(statements) == 0 {
		return definition
	}
	return statements[0]
}

// trailing carries out what changes behind the first statement.
func (c *compiler) trailing(from, to schema.Object) {
	c.untrail(from, to)
	c.trail(from, to)
}

// untrail takes back what stands behind the first statement no more.
func (c *compiler) untrail(from, to schema.Object) {
	is := c.d.definition(to)
	for _, s := range behind(c.d.definition(from)) {
		if !slices.Contains(is, s) {
			sql, _ := c.undo(from, s, is)
			c.emit(to.Name, sql...)
		}
	}
}

// trail carries out what stands behind the first statement now.
func (c *compiler) trail(from, to schema.Object) {
	was := c.d.definition(from)
	c.define(to, slices.DeleteFunc(slices.Clone(behind(c.d.definition(to))), func(s string) bool { return slices.Contains(was, s) }))
}

// behind returns the statements behind the first.
func behind(statements []string) []string { return statements[min(1, len(statements)):] }

// undoable reports whether everything that stands behind the first statement no
// more can be taken back.
func (c *compiler) undoable(from, to schema.Object) bool {
	is := c.d.definition(to)
	return !slices.ContainsFunc(behind(c.d.definition(from)), func(s string) bool {
		_, ok := c.undo(from, s, is)
		return !ok && !slices.Contains(is, s)
	})
}

// undo returns what takes back one of the statements behind a definition: nothing
// where another one sets the same thing.
func (c *compiler) undo(ob schema.Object, sql string, others []string) (back []string, ok bool) {
	toks := tokenize(sql)
	sig := significant(toks)
	if len(sig) < 4 {
		return nil, false
	}
	find := func(word string) int { return slices.IndexFunc(sig, func(t token) bool { return t.word(word) }) }
	before := func(word string) string {
		return join(toks[:slices.IndexFunc(toks, func(t token) bool { return t.word(word) })])
	}
	unless := func(subject, back string) ([]string, bool) {
		if slices.ContainsFunc(others, func(o string) bool { return strings.HasPrefix(o, subject) }) {
			return nil, true
		}
		return []string{subject + back}, true
	}
	switch first, second := sig[0], sig[1]; {
	case first.word("comment"):
		return unless(sql[:strings.LastIndex(sql[:len(sql)-len(lastConstant(sql))], "IS")], "IS NULL")
	case first.word("create") && (second.word("index") || second.word("unique")):
		if i := find("index"); i+1 < len(sig) {
			if name, ok := sig[i+1].name(); ok {
				return []string{"DROP INDEX " + c.d.indexName(ob.Name, name)}, true
			}
		}
	case !first.word("alter"):
	case second.word("sequence") && find("owned") > 0:
		return unless(before("owned"), "OWNED BY NONE")
	case second.word("statistics") && find("set") > 0:
		return unless(before("set"), "SET STATISTICS -1")
	case second.word("domain") && find("add") > 0 && find("constraint") > 0:
		if i := find("constraint"); i+1 < len(sig) {
			if name, ok := sig[i+1].name(); ok {
				return []string{before("add") + "DROP CONSTRAINT " + quoteIdent(name)}, true
			}
		}
	case second.word("view") && find("default") > 0:
		return unless(before("set"), "DROP DEFAULT")
	}
	return nil, false
}

// lastConstant returns the constant at the end of a statement.
func lastConstant(sql string) string {
	toks := tokenize(sql)
	return toks[len(toks)-1].text
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

// uses returns the parts of a table that call a routine, which can go and come
// back, or says which column has the type.
func (c *compiler) uses(t schema.Table, ob schema.Object) (*pieces, string) {
	if !ob.Kind.Early() {
		return nil, ""
	}
	_, local, _ := objectName(ob)
	calls := func(s schema.SQL) bool { return !s.IsZero() && namesTable(s.For(schema.Postgres), local) }
	p, found := &pieces{table: t.Name}, false
	for _, col := range t.Columns {
		if !isRoutine(ob.Kind) && c.isNamed(typeText(col.Type), ob.Name) {
			return nil, "column " + t.Name + "." + col.Name
		}
		if calls(schema.Expr(defaultText(col))) {
			p.columns, found = append(p.columns, columnUse{table: t.Name, column: col}), true
		}
		if calls(col.Generated.Expr) {
			p.computed, found = append(p.computed, col), true
		}
	}
	for _, k := range t.Checks {
		if calls(k.Expr) {
			p.checks, found = append(p.checks, k), true
		}
	}
	for _, i := range t.Indexes {
		if calls(i.Where) || slices.ContainsFunc(i.Parts, func(p schema.Part) bool { return calls(p.Expr) }) {
			p.indexes, found = append(p.indexes, i), true
		}
	}
	if !found {
		return nil, ""
	}
	return p, ""
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

// sameSignature reports whether CREATE OR REPLACE can turn one routine into
// another: arguments with their names, and the result, are the same.
func sameSignature(a, b string) bool {
	return slices.Equal(signature(a), signature(b))
}

// signature returns what stands between the name of a routine and the rest.
func signature(text string) []string {
	toks := significant(tokenize(text))
	open := slices.IndexFunc(toks, func(t token) bool { return t.is("(") })
	if open < 0 {
		return nil
	}
	var out []string
	depth := 0
	for i, t := range toks[open:] {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		case depth == 0 && t.kind == tokWord && attributes[foldWord(t.text)]:
			return out
		case depth == 0 && t.word("returns") && open+i+1 < len(toks) && toks[open+i+1].word("null"):
			return out
		}
		if t.kind == tokWord {
			t.text = foldWord(t.text)
		}
		out = append(out, t.text)
	}
	return out
}

// attributes are the words that begin what follows the signature.
var attributes = map[string]bool{
	"language": true, "transform": true, "window": true, "immutable": true, "stable": true, "volatile": true, "not": true,
	"leakproof": true, "called": true, "strict": true, "security": true, "external": true, "parallel": true, "cost": true,
	"rows": true, "support": true, "set": true, "as": true, "begin": true, "return": true,
}

// orReplace makes CREATE OR REPLACE of CREATE.
func orReplace(sql string) string {
	toks := tokenize(sql)
	sig := significant(toks)
	if len(sig) > 1 && sig[0].word("create") && !sig[1].word("or") {
		i := slices.IndexFunc(toks, func(t token) bool { return t.word("create") })
		return join(toks[:i+1]) + " OR REPLACE" + join(toks[i+1:])
	}
	return sql
}
