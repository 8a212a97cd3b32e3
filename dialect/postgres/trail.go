package postgres

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// The first statement of a definition is what the object is. The statements
// behind it, its trail, are of it: comments, an owner, statistics.

// head returns the first statement of a definition.
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
