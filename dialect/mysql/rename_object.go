package mysql

import (
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// renameColumnInObjects returns the objects that have the column in their
// texts, as they are with its new name. No server renames there: a view is
// broken after it, a trigger fails when it is fired. What cannot be renamed for
// sure is refused by name.
func (c *compiler) renameColumnInObjects(o op.RenameColumn) ([]schema.Object, error) {
	_, table := schema.Split(o.Table)
	var out []schema.Object
	for _, ob := range c.state.Objects() {
		text := ob.Definition.For(c.name)
		own := ob.Kind == schema.Trigger && ob.Table == o.Table
		if !mentions(text, o.From) || !mentions(text, table) && !own {
			continue
		}
		renamed, sure := "", false
		switch {
		case ob.Kind == schema.View:
			renamed, sure = renameColumnInView(text, table, o)
		case own:
			renamed, sure = renameInTrigger(text, table, o)
		}
		if !sure {
			return nil, &dialect.UnsupportedError{
				Object: "column " + o.Table + "." + o.From,
				Why:    fmt.Sprintf("%s has the name in its text, and may mean the column: drop it before and create it after, or alter it", ob.String()),
			}
		}
		if renamed != text {
			is := ob.Clone()
			is.Definition = is.Definition.On(c.name, renamed)
			out = append(out, is)
		}
	}
	return out, nil
}

// renameColumnInView renames a column of a table where its name stands behind
// that of the table, or behind the name that the table has in this query. It
// reports false where a bare name may be the column, too.
func renameColumnInView(text, table string, o op.RenameColumn) (string, bool) {
	toks := tokenize(text)
	at := significantIndexes(toks)
	aliases := map[string]bool{}
	others := map[string]bool{} // what other tables are called
	named := map[string]bool{}  // AS name
	for i, t := range toks {
		n, ok := at[i]
		if !ok || !t.isName() {
			continue
		}
		if n.before.isWord("as") {
			named[strings.ToLower(t.name())] = true
		}
		if isTablePlace(schema.View, nil, nil, n) && !n.after.is(".") {
			alias := aliasAfter(toks, at, i)
			if sameName(t.name(), table) {
				aliases[strings.ToLower(alias)] = true
			} else {
				others[strings.ToLower(alias)] = true
			}
		}
	}
	var b strings.Builder
	for i, t := range toks {
		n, ok := at[i]
		if !ok || !t.isName() || !sameName(t.name(), o.From) {
			b.WriteString(t.text)
			continue
		}
		switch owner := qualifier(toks, at, i); {
		case owner != "" && aliases[owner] && others[owner]:
			return "", false // one name for two tables
		case owner != "" && aliases[owner]:
			b.WriteString(quoteIdent(o.To))
		case owner == "" && !n.before.isWord("as") && !n.after.is(".") && !n.after.is("(") && !named[strings.ToLower(o.From)] &&
			!others[strings.ToLower(o.From)] && !aliases[strings.ToLower(o.From)]:
			return "", false
		default:
			b.WriteString(t.text)
		}
	}
	return b.String(), true
}

// qualifier returns what stands in front of a name and a dot, in lower case.
func qualifier(toks []token, at map[int]neighbours, i int) string {
	if !at[i].before.is(".") {
		return ""
	}
	name := ""
	for j := i - 1; j >= 0; j-- {
		if _, ok := at[j]; ok && toks[j].isName() {
			name = strings.ToLower(toks[j].name())
			break
		}
	}
	return name
}

// aliasAfter returns the name that a query gives to the table at i: what
// follows it, with AS or without, or its own.
func aliasAfter(toks []token, at map[int]neighbours, i int) string {
	as := false
	for j := i + 1; j < len(toks); j++ {
		t := toks[j]
		switch _, ok := at[j]; {
		case !ok:
		case t.isWord("as") && !as:
			as = true
		case t.kind == tokQuoted, t.kind == tokWord && as, t.kind == tokWord && !clauseWords[strings.ToLower(t.text)]:
			return t.name()
		default:
			return toks[i].name()
		}
	}
	return toks[i].name()
}

// clauseWords are what can stand behind a table and is not its alias.
var clauseWords = map[string]bool{
	"where": true, "join": true, "inner": true, "cross": true, "left": true, "right": true, "natural": true, "straight_join": true, "on": true,
	"using": true, "group": true, "order": true, "having": true, "limit": true, "union": true, "except": true, "intersect": true, "for": true,
	"use": true, "force": true, "ignore": true, "with": true, "window": true, "procedure": true, "into": true, "lock": true, "partition": true,
}

// renameInTrigger renames a column of the trigger's own table behind NEW and
// OLD. It reports false where the name stands anywhere else, and the trigger
// uses the table there.
func renameInTrigger(text, table string, o op.RenameColumn) (string, bool) {
	toks := tokenize(text)
	at := significantIndexes(toks)
	var b strings.Builder
	elsewhere, tables := false, 0
	for i, t := range toks {
		if _, ok := at[i]; ok && t.isName() && sameName(t.name(), table) {
			tables++
		}
		if _, ok := at[i]; !ok || !t.isName() || !sameName(t.name(), o.From) {
			b.WriteString(t.text)
			continue
		}
		switch qualifier(toks, at, i) {
		case "new", "old":
			b.WriteString(inStyle(t, o.To))
		default:
			elsewhere = true
			b.WriteString(t.text)
		}
	}
	return b.String(), !elsewhere || tables <= 1 // the one behind ON
}

// unusedTable refuses to drop a table that a view, or a trigger of another
// table, is made of: the servers let it go, and these break. One that goes or
// changes later stands in nobody's way.
func (c *compiler) unusedTable(table string) error {
	_, name := schema.Split(table)
	for _, ob := range c.state.Objects() {
		if ob.Kind != schema.View && ob.Kind != schema.Trigger || ob.Table == table {
			continue
		}
		if _, n := renameTableIn(ob.Kind, ob.Definition.For(c.name), name, "x"); n == 0 || c.changesLater(ob, table) {
			continue
		}
		return &dialect.UnsupportedError{
			Object: fmt.Sprintf("table %q", table),
			Why:    fmt.Sprintf("%s uses it: drop that first", ob.String()),
		}
	}
	return nil
}

// changesLater reports whether a later operation drops an object, makes another
// of it, or brings back the table that it is made of.
func (c *compiler) changesLater(ob schema.Object, table string) bool {
	for _, o := range c.ops[c.index+1:] {
		switch o := o.(type) {
		case op.DropObject:
			if o.Object.Kind == ob.Kind && o.Object.Name == ob.Name {
				return true
			}
		case op.AlterObject:
			if o.To.ID() == ob.ID() {
				return true
			}
		case op.DropTable:
			if o.Table.Name == ob.Table {
				return true
			}
		case op.CreateTable:
			if o.Table.Name == table {
				return true
			}
		default:
		}
	}
	return false
}

// inStyle writes a name that stands behind a dot, where any word is a name, in
// quotes or without as the old one was.
func inStyle(old token, name string) string {
	plain := name != "" && !isDigit(name[0])
	for i := range len(name) {
		plain = plain && isWordByte(name[i]) && name[i] < 0x80
	}
	if plain && old.kind == tokWord {
		return name
	}
	return quoteIdent(name)
}
