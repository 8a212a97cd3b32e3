package postgres

import (
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// sql returns a text in SQL (an expression, a definition) with the names in it
// where they are really put.
//
// A word before a dot is a namespace only where what follows is something that
// the schema has there, or is what the statement creates: a table may have the
// name of a namespace too, and then "person.name" is its column. In a text
// where a table goes by such a name, position decides.
//
// The default namespace is taken away instead, so that the search path decides:
// what is in the place hides what is really there, and the rest is found. What
// stands in strings is left alone, but for the names of sequences and types
// that are written so: 'sales.order_id_seq'::regclass. The body of a function
// in dollars is a string.
func (n scratchNames) sql(text string) string {
	if n.place == nil || !strings.ContainsAny(text, ".") && !strings.Contains(foldWord(text), "schema") {
		return text
	}
	w := rewriter{place: n, toks: tokenize(text)}
	for i := range w.toks {
		if !w.toks[i].blank() {
			w.at = append(w.at, i)
		}
	}
	return w.run()
}

// A rewriter puts the names of one text where they are.
type rewriter struct {
	place   scratchNames
	toks    []token
	at      []int           // the tokens that mean something
	aliases map[string]bool // what tables are called in the text
	from    []bool          // whether a list of tables goes on, for each open parenthesis
}

// tok returns the n-th token that means something.
func (w *rewriter) tok(n int) token {
	if n < 0 || n >= len(w.at) {
		return token{}
	}
	return w.toks[w.at[n]]
}

func (w *rewriter) run() string {
	w.collectAliases()
	w.from = []bool{false}
	target := w.target()
	for n := 0; n < len(w.at); n++ {
		t := w.tok(n)
		w.follow(n)
		switch {
		case t.word("schema"):
			w.schemaName(n + 1)
		case t.kind == tokString && (w.tok(n+1).is("::") && regTypes[foldWord(w.tok(n+2).text)] || sequenceFunctions[foldWord(w.tok(n-2).text)] && w.tok(n-1).is("(")):
			if value, ok := stringValue(t); ok {
				w.toks[w.at[n]].text = quoteString(w.place.sql(value))
			}
		default:
			if name, ok := t.name(); ok && w.tok(n+1).is(".") && !w.tok(n-1).is(".") {
				w.qualifier(n, name, n == target)
				n++ // what follows the dot is no qualifier
			}
		}
	}
	return join(w.toks)
}

// regTypes are the types whose constants are names.
var regTypes = map[string]bool{"regclass": true, "regtype": true, "regproc": true, "regprocedure": true}

var sequenceFunctions = map[string]bool{"nextval": true, "currval": true, "setval": true}

// schemaName puts a namespace that stands alone, behind the word SCHEMA.
func (w *rewriter) schemaName(n int) {
	for w.tok(n).word("if") || w.tok(n).word("not") || w.tok(n).word("exists") {
		n++
	}
	name, ok := w.tok(n).name()
	if !ok || w.tok(n+1).is(".") || w.tok(n).word("to") {
		return
	}
	p := w.place.place
	to := w.place.namespace(name)
	switch {
	case to == "" && p.temporary:
		to = "pg_temp"
	case to == "":
		to = p.namespace
	}
	w.toks[w.at[n]].text = quoteIdent(to)
	if w.tok(n - 2).word("create") {
		w.toks[w.at[n]].text = "IF NOT EXISTS " + quoteIdent(to) // Compile has seen to it
	}
}

// qualifier puts the namespace name, where it is one.
func (w *rewriter) qualifier(n int, name string, target bool) {
	local, ok := w.tok(n + 2).name()
	p := w.place.place
	if !ok || name != p.real && p.spaces[name] == "" && !p.known[schema.Qualify(name, local)] && (!target || strings.HasPrefix(name, "pg_")) {
		return
	}
	there := p.known[schema.Qualify(name, local)] || name == p.real || target
	if !there || w.aliases[name] && !target && !w.position(n) {
		return
	}
	to := w.place.namespace(name)
	if to == "" && hidden(local) && p.known[local] {
		to = p.namespace // the bare name would be that of the server's own type
	}
	if to != "" {
		w.toks[w.at[n]].text = quoteIdent(to)
		return
	}
	w.toks[w.at[n]].text = ""
	w.toks[w.at[n+1]].text = ""
}

// target is the place of the name that a statement is about, or -1: what
// stands behind CREATE, ALTER, DROP or COMMENT ON and the words for the kind of
// thing.
func (w *rewriter) target() int {
	switch {
	case w.tok(0).word("create"), w.tok(0).word("alter"), w.tok(0).word("drop"), w.tok(0).word("comment"):
	default:
		return -1
	}
	for n := 1; n < len(w.at); n++ {
		if w.tok(n + 1).is(".") {
			if w.tok(n-1).word("column") && !w.tok(n+3).is(".") {
				return -1 // a table and its column
			}
			return n
		}
		if t := w.tok(n); t.kind != tokWord || !beforeTarget[foldWord(t.text)] {
			return -1 // it is the name, without a namespace
		}
	}
	return -1
}

// beforeTarget are the words that may stand before the name of the thing that
// a statement is about.
var beforeTarget = map[string]bool{
	"or": true, "replace": true, "temp": true, "temporary": true, "unlogged": true, "recursive": true, "materialized": true, "unique": true,
	"concurrently": true, "on": true, "if": true, "not": true, "exists": true, "only": true, "column": true, "table": true, "view": true, "sequence": true,
	"function": true, "procedure": true, "routine": true, "aggregate": true, "type": true, "domain": true, "collation": true, "index": true,
	"statistics": true, "constraint": true, "trigger": true, "rule": true, "policy": true, "foreign": true,
}

// collectAliases finds what tables are called in the text: by their own name
// where no other one is given.
func (w *rewriter) collectAliases() {
	w.aliases = map[string]bool{}
	w.from = []bool{false}
	for n := range w.at {
		w.follow(n)
		name, ok := w.tok(n).name()
		if !ok || !w.position(n) || !w.inFrom(n) {
			continue
		}
		end := n + 1
		if w.tok(n + 1).is(".") {
			name, _ = w.tok(n + 2).name()
			end = n + 3
		}
		if w.tok(end).word("as") {
			end++
		}
		if alias, ok := w.tok(end).name(); ok && !afterTable[foldWord(w.tok(end).text)] {
			name = alias
		}
		w.aliases[name] = true
	}
}

// afterTable are the words that may follow a table and are no name for it.
var afterTable = map[string]bool{
	"where": true, "group": true, "order": true, "having": true, "limit": true, "offset": true, "fetch": true, "for": true, "union": true, "except": true,
	"intersect": true, "join": true, "inner": true, "left": true, "right": true, "full": true, "cross": true, "natural": true, "on": true, "using": true,
	"window": true, "returning": true, "set": true, "values": true, "select": true, "default": true, "tablesample": true, "do": true, "with": true,
}

// follow keeps account of whether token n stands in a list of tables.
func (w *rewriter) follow(n int) {
	top := len(w.from) - 1
	t := w.tok(n)
	switch {
	case t.is("("):
		// Parentheses around joins go on; those of a function or of a
		// subquery do not.
		_, called := w.tok(n - 1).name()
		called = called && !w.tok(n-1).word("from") && !w.tok(n-1).word("join")
		w.from = append(w.from, w.from[top] && !called && !w.tok(n+1).word("select"))
	case t.is(")"):
		if top > 0 {
			w.from = w.from[:top]
		}
	case t.word("from"), t.word("join"), t.word("using") && w.tok(0).word("delete"):
		w.from[top] = true
	case t.kind == tokWord && fromEnds[foldWord(t.text)]:
		w.from[top] = false
	}
}

var fromEnds = map[string]bool{
	"where": true, "group": true, "order": true, "having": true, "limit": true, "offset": true, "union": true, "except": true, "intersect": true,
	"select": true, "window": true, "returning": true, "on": true, "set": true, "values": true,
}

// inFrom reports whether token n begins a member of a list of tables.
func (w *rewriter) inFrom(n int) bool {
	before := w.tok(n - 1)
	return before.word("from") || before.word("join") || before.word("only") ||
		w.from[len(w.from)-1] && (before.is(",") || before.is("("))
}

// position reports whether token n stands where only a table, a type or a
// function can: there a qualifier is a namespace.
func (w *rewriter) position(n int) bool {
	before := w.tok(n - 1)
	if w.inFrom(n) || before.is("::") {
		return true
	}
	if w.tok(n+1).is(".") && (w.tok(n+3).is("(") || w.tok(n+3).is(".")) {
		return true // a function, or a column with all of its names
	}
	return before.kind == tokWord && beforeTable[foldWord(before.text)]
}

var beforeTable = map[string]bool{
	"into": true, "update": true, "table": true, "references": true, "view": true, "sequence": true, "function": true, "procedure": true, "type": true, "domain": true, "of": true,
}
