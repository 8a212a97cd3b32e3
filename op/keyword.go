package op

import "strings"

// isKeyword reports whether a bare word cannot be the name of a column, because
// it means something to the grammar of SQLite or PostgreSQL: as a name it has
// to be quoted.
//
// Sources: the words that SQLite 3.53 and PostgreSQL 15 reserve, by their
// manuals, and those that are operators or constants in an expression.
func isKeyword(word string) bool {
	return keywords[strings.ToLower(word)]
}

var keywords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`
		add all alter analyse analyze and any array as asc asymmetric authorization autoincrement between binary both case
		cast check collate collation column commit concurrently constraint create cross current_catalog current_date
		current_role current_schema current_time current_timestamp current_user default deferrable delete desc distinct
		do drop else end escape except exists false fetch for foreign freeze from full glob grant group having ilike in
		index initially inner insert intersect into is isnull join lateral leading left like limit localtime
		localtimestamp match natural not nothing notnull null offset on only or order outer overlaps placing primary
		raise references regexp returning right select session_user set similar some symmetric table tablesample then to
		trailing transaction true union unique update user using values variadic verbose when where window with`) {
		m[w] = true
	}
	return m
}()
