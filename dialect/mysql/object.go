package mysql

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// dropWords are what stands behind CREATE and DROP, for the objects that these
// servers have.
var dropWords = map[schema.ObjectKind]string{
	schema.View: "VIEW", schema.Trigger: "TRIGGER", schema.Function: "FUNCTION", schema.Procedure: "PROCEDURE",
	schema.Sequence: "SEQUENCE", schema.Event: "EVENT",
}

// possibleObject says why this server cannot have an object.
func (c *compiler) possibleObject(o schema.Object) error {
	if dropWords[o.Kind] == "" {
		return c.cannot(o.String(), "has none; where only other dialects shall have it, give its definition for those: schema.SQL{}.On(…)")
	}
	if o.Kind == schema.Sequence {
		if err := c.needs(dialect.Sequences, o.String(), "sequences"); err != nil {
			return err
		}
	}
	if o.Kind == schema.View || o.Kind == schema.Sequence { // which are tables to the server
		if err := c.checkCase(o.String(), o.Name); err != nil {
			return err
		}
	}
	return checkQualified(o.String(), o.Name)
}

func (c *compiler) createObject(o op.CreateObject) error {
	definition := o.Object.Definition.For(c.name)
	if definition != "" {
		if err := c.possibleObject(o.Object); err != nil {
			return err
		}
	}
	if _, err := c.apply(o); err != nil {
		return err
	}
	if definition != "" {
		settings, statement := splitSettings(definition)
		c.define(o.Object.Name, settings, statement)
	}
	return nil
}

// define carries out the statement of a definition, in the session that it
// wants. It is one statement to the server, however many stand between BEGIN
// and END.
func (c *compiler) define(object, settings, statement string) {
	statement = strings.TrimRight(strings.TrimSpace(statement), "; \t\r\n")
	if settings == "" {
		c.emit(object, statement)
		return
	}
	c.session(object, strings.TrimSuffix(strings.TrimSpace(settings), ";"))
	c.emit(object, statement)
	back := "SET sql_mode = " + quoteString(c.d.sessionMode()) + ", time_zone = '" + sessionZone + "'"
	if strings.Contains(settings, "collation_connection = ") {
		back += ", collation_connection = '" + sessionCollation + "'"
	}
	c.session(object, back)
}

// session adds a statement that changes nothing but the session.
func (c *compiler) session(object, sql string) {
	c.out = append(c.out, dialect.Stmt{SQL: sql, Op: c.index, Object: object, Session: true})
}

func (c *compiler) dropObject(o op.DropObject) error {
	if c.foreign(o.Object) {
		return nil
	}
	full, err := c.apply(o)
	if err != nil {
		return err
	}
	object := full.(op.DropObject).Object
	if object.Definition.For(c.name) == "" {
		return nil
	}
	c.emit(object.Name, "DROP "+dropWords[object.Kind]+" "+quoteName(object.Name))
	return nil
}

// foreign reports whether an object is one of other dialects only, which a
// state that was read from a database does not have.
func (c *compiler) foreign(ob schema.Object) bool {
	_, there := c.state.Schema().Object(ob.ID())
	return !there && !ob.Definition.IsZero() && ob.Definition.For(c.name) == ""
}

// alterObject puts another definition in the place of an object.
func (c *compiler) alterObject(o op.AlterObject) error {
	if c.foreign(o.From) {
		return c.createObject(op.CreateObject{Object: o.To})
	}
	full, err := c.apply(o)
	if err != nil {
		return err
	}
	o = full.(op.AlterObject)
	from, to := o.From.Definition.For(c.name), o.To.Definition.For(c.name)
	switch {
	case to == "" && from == "", to == from:
		return nil
	case to == "":
		c.emit(o.From.Name, "DROP "+dropWords[o.From.Kind]+" "+quoteName(o.From.Name))
		return nil
	}
	if err := c.possibleObject(o.To); err != nil {
		return err
	}
	if from == "" {
		settings, statement := splitSettings(to)
		c.define(o.To.Name, settings, statement)
		return nil
	}
	c.redefine(o.To, from, to)
	return nil
}

// redefine replaces an object: at once where the server can, which also keeps
// who may use it. A sequence keeps its place.
func (c *compiler) redefine(o schema.Object, from, definition string) {
	settings, statement := splitSettings(definition)
	if o.Kind == schema.Trigger {
		statement = c.inPlace(o, statement)
	}
	switch {
	case o.Kind == schema.Sequence:
		statement = alterSequence(statement)
	case o.Kind == schema.View, c.d.can(dialect.ReplaceObjects):
		statement = orReplace(statement)
	default:
		c.emit(o.Name, "DROP "+dropWords[o.Kind]+" "+quoteName(o.Name))
	}
	c.define(o.Name, settings, statement)
	if was, is := asTable(from), asTable(definition); o.Kind == schema.Sequence && was != is {
		c.emit(o.Name, "ALTER TABLE "+quoteName(o.Name)+" "+is) // ALTER SEQUENCE does not take it
	}
}

// orReplace makes CREATE OR REPLACE of CREATE.
func orReplace(definition string) string {
	toks := significant(definition)
	if len(toks) < 2 || !toks[0].isWord("create") || toks[1].isWord("or") {
		return definition
	}
	end := toks[0].pos + len(toks[0].text)
	return definition[:end] + " OR REPLACE" + definition[end:]
}

// alterSequence makes ALTER SEQUENCE of CREATE SEQUENCE: to create it again
// would give out its values again.
func alterSequence(definition string) string {
	var b strings.Builder
	toks := tokenize(definition)
	create, skip := true, 0
	for _, t := range toks {
		switch {
		case skip > 0 && t.is("="):
		case skip > 0 && t.kind != tokSpace:
			skip--
		case skip > 0:
		case create && t.isWord("create"):
			b.WriteString("ALTER")
			create = false
		case t.isWord("engine", "comment"): // of the table, see asTable
			skip = 1
		case t.isWord("or"):
			skip = 1
		default:
			b.WriteString(t.text)
		}
	}
	text := strings.TrimSpace(b.String())
	// What the definition does not say is as it is when a sequence is made.
	has := func(words ...string) bool {
		return slices.ContainsFunc(toks, func(t token) bool { return t.isWord(words...) })
	}
	for _, clause := range []struct{ word, usual string }{
		{"increment", "INCREMENT BY 1"}, {"minvalue", "NO MINVALUE"}, {"maxvalue", "NO MAXVALUE"}, {"cycle", "NOCYCLE"},
	} {
		if !has(clause.word, "no"+clause.word) {
			text += " " + clause.usual
		}
	}
	if !has("cache", "nocache") {
		text += " CACHE 1000"
	}
	return text
}

// asTable returns what the definition of a sequence says of the table that it
// is, as ALTER TABLE takes it.
func asTable(definition string) string {
	engine, comment := "InnoDB", "''"
	toks := significant(definition)
	for i, t := range toks {
		value := i + 1
		if value < len(toks) && toks[value].is("=") {
			value++
		}
		switch {
		case value >= len(toks):
		case t.isWord("engine"):
			engine = toks[value].text
		case t.isWord("comment"):
			comment = toks[value].text
		}
	}
	return "ENGINE = " + engine + ", COMMENT = " + comment
}

// inPlace returns the definition of a trigger that keeps its place among those
// on the same event: made again, it would be the last of them. Those behind the
// first say whom they follow.
func (c *compiler) inPlace(o schema.Object, definition string) string {
	toks := significant(definition)
	for i := range toks {
		if i+3 >= len(toks) || !toks[i].isWord("for") || !toks[i+1].isWord("each") || !toks[i+2].isWord("row") {
			continue
		}
		if toks[i+3].isWord("follows", "precedes") {
			return definition
		}
		for _, other := range c.state.Objects() {
			if other.Kind == schema.Trigger && other.Table == o.Table && follows(other.Definition.For(c.name), o.Name) {
				at := toks[i+3].pos
				return definition[:at] + "PRECEDES " + quoteName(other.Name) + " " + definition[at:]
			}
		}
		break
	}
	return definition
}

// follows reports whether a trigger says that it follows the named one.
func follows(definition, name string) bool {
	_, local := schema.Split(name)
	toks := significant(definition)
	for i, t := range toks {
		if t.isWord("follows") && i > 0 && toks[i-1].isWord("row") && i+1 < len(toks) {
			return toks[i+1].name() == local
		}
	}
	return false
}
