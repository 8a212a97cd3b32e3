package postgres

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A serial column and an identity have a sequence of a name that the server
// gives. Where such a column and a sequence object of that name change places,
// one of them is still there when the other one comes: an object takes over
// the sequence of a serial, and a column that of an object, with its value.

// standardSequence returns the name that the sequence of a serial column, or of
// an identity, has by itself.
func standardSequence(table, column string) string {
	namespace, _ := schema.Split(table)
	return schema.Qualify(namespace, automaticName(table, column, "seq"))
}

// leaving finds the column with the sequence of that name, where a later
// operation takes the sequence away from it.
func (c *compiler) leaving(sequence string) (table string, col schema.Column, ok bool) {
	for _, o := range c.later() {
		column := ""
		switch o := o.(type) {
		case op.AlterColumn:
			if !isSerial(o.To) && (!isIdentity(o.To) || o.To.Identity.Options != "") {
				table, column = o.Table, o.To.Name
			}
		case op.DropColumn:
			table, column = o.Table, o.Column.Name
		default:
		}
		if column == "" || standardSequence(table, column) != sequence {
			continue
		}
		t, _ := c.state.Table(table)
		if col, ok = t.Column(column); ok && col.AutoIncrement && !strings.Contains(col.Identity.Options, sequenceName) {
			return table, col, true
		}
	}
	return "", schema.Column{}, false
}

// takeOver makes the sequence of a serial column, which will not have it any
// more, the object ob. It reports whether there was one.
func (c *compiler) takeOver(ob schema.Object) bool {
	table, col, ok := c.leaving(ob.Name)
	if !ok || !isSerial(col) {
		return false
	}
	if t, column, owned := ownedBy(ob); !owned || t != table || column != col.Name {
		c.emit(ob.Name, "ALTER SEQUENCE "+c.d.objectRef(ob)+" OWNED BY NONE")
	}
	c.changeSequence(plainSequence(ob, storedType(col)), ob)
	c.define(ob, c.d.definition(ob)[1:])
	c.released[partOf{table, col.Name}] = true
	return true
}

// makeWay gives the sequence of an identity, which cannot be taken from it,
// another name. It returns what gives its value to the one that comes instead.
func (c *compiler) makeWay(ob schema.Object) (then string) {
	if _, col, ok := c.leaving(ob.Name); !ok || !isIdentity(col) {
		return ""
	}
	old := c.stepAside(ob)
	return "SELECT setval(" + quoteString(c.d.objectRef(ob)) + ", o.last) FROM (SELECT pg_sequence_last_value(" +
		quoteString(c.d.objectRef(old)) + "::regclass) AS last) o WHERE o.last IS NOT NULL"
}

// stepAside gives a sequence a name that is in nobody's way.
func (c *compiler) stepAside(ob schema.Object) schema.Object {
	namespace, local := schema.Split(ob.Name)
	aside := cutRune("_whim_old_"+local, maxName)
	c.emit(ob.Name, "ALTER SEQUENCE "+c.d.objectRef(ob)+" RENAME TO "+quoteIdent(aside))
	ob.Name = schema.Qualify(namespace, aside)
	return ob
}

// plainSequence is a sequence as serial makes it for a type.
func plainSequence(ob schema.Object, typ string) schema.Object {
	ob.Definition = schema.SQL{}.On(schema.Postgres, "CREATE SEQUENCE s AS "+typ)
	return ob
}

// afterRelease is a column that was a serial, whose sequence is an object now.
func (c *compiler) afterRelease(table string, col schema.Column) schema.Column {
	if !c.released[partOf{table, col.Name}] || !isSerial(col) {
		return col
	}
	delete(c.released, partOf{table, col.Name})
	col.Default = schema.Expression("nextval(" + quoteString(c.d.serialSequence(table, col.Name)) + "::regclass)")
	col.Type, col.AutoIncrement, col.NotNull = schema.NativeType(storedType(col)), false, true
	return col
}

// takeIn makes a sequence object of the standard name, which a later operation
// drops, the sequence of a column that becomes a serial or an identity. It
// returns the column as it is then. One that cannot be that steps aside.
func (c *compiler) takeIn(table string, before, after schema.Column) (schema.Column, error) {
	auto := func(col schema.Column) bool { return isSerial(col) || isIdentity(col) }
	name := standardSequence(table, after.Name)
	if auto(before) || !auto(after) || strings.Contains(after.Identity.Options, sequenceName) {
		return before, nil
	}
	ob, ok := c.state.Schema().Object(schema.ObjectID{Kind: schema.Sequence, Name: name})
	if !ok || !slices.ContainsFunc(c.later(), func(o op.Op) bool { d, ok := o.(op.DropObject); return ok && d.Object.ID() == ob.ID() }) {
		return before, nil
	}
	if _, err := c.state.Apply(op.DropObject{Object: ob}); err != nil {
		return before, err
	}
	options := sequenceOptionsOf(ob)
	typ := storedType(before)
	if serialOf(typ) == "" || !before.NotNull || options["MINVALUE"] != "" || options["MAXVALUE"] != "" || strings.Contains(options["INCREMENT"], "-") {
		old := c.stepAside(ob)
		c.replaced[ob.ID()] = &old
		return before, nil
	}
	c.replaced[ob.ID()] = nil
	seq, column := c.d.objectRef(ob), quoteIdent(after.Name)
	plain := plainSequence(ob, typ)
	c.changeSequence(ob, plain)
	c.trailing(ob, plain)
	c.emit(table, "ALTER SEQUENCE "+seq+" OWNED BY "+quoteName(c.d, table)+"."+column)
	if next := "nextval(" + quoteString(seq) + "::regclass)"; c.d.sql(defaultText(before)) != next {
		c.alter(table, "ALTER COLUMN "+column+" SET DEFAULT "+next)
		c.emit(table, "SELECT setval("+quoteString(seq)+", greatest(o.last_value, m.highest), o.is_called OR coalesce(m.highest >= o.last_value, false)) FROM "+
			seq+" o, (SELECT max("+column+") AS highest FROM "+quoteName(c.d, table)+") m")
	}
	before.Type, before.Default, before.AutoIncrement = schema.NativeType(serialOf(typ)), schema.Default{}, true
	return before, nil
}

// changeSequence changes the options of a sequence.
func (c *compiler) changeSequence(from, to schema.Object) {
	if clauses := sequenceChange(sequenceOptionsOf(from), sequenceOptionsOf(to)); len(clauses) > 0 {
		c.emit(to.Name, "ALTER SEQUENCE "+c.d.objectRef(to)+" "+strings.Join(clauses, " "))
	}
}

// alterSequence changes the options of a sequence, never its value.
func (c *compiler) alterSequence(from, to schema.Object) error {
	if was, is := isUnlogged(from), isUnlogged(to); was != is {
		if !c.d.Flavor().Can(dialect.UnloggedSequence) {
			return unsupported(to.String(), "PostgreSQL %d has no unlogged sequences", c.d.version[0])
		}
		word := "SET LOGGED"
		if is {
			word = "SET UNLOGGED"
		}
		c.emit(to.Name, "ALTER SEQUENCE "+c.d.objectRef(to)+" "+word)
	}
	c.changeSequence(from, to)
	c.trailing(from, to)
	return nil
}

func isUnlogged(sequence schema.Object) bool {
	toks := significant(tokenize(head(sequence.Definition.For(schema.Postgres))))
	return len(toks) > 1 && toks[1].word("unlogged")
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
