package sqlite

import (
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// twice demands that no rows of a table are the same where a new key wants them
// to differ. SQLite refuses them too, and does not say which they are (3.53);
// in a rebuild it names a table that nobody knows. A key on expressions is left
// to it.
func twice(table string, parts []schema.Part, where schema.SQL) (dialect.Stmt, bool) {
	var names, groups, there []string
	for _, p := range parts {
		if p.Column == "" || !p.Expr.IsZero() {
			return dialect.Stmt{}, false
		}
		name := quoteIdent(p.Column)
		there = append(there, name+" IS NOT NULL")
		names = append(names, p.Column)
		if p.Collation.SQLite != "" {
			name += " COLLATE " + wordOrQuoted(p.Collation.SQLite)
		}
		groups = append(groups, name)
	}
	if len(parts) == 0 {
		return dialect.Stmt{}, false
	}
	if text := where.For(schema.SQLite); text != "" {
		there = append(there, "("+endLine(text)+")")
	}
	list := strings.Join(groups, ", ")
	return dialect.Stmt{
		SQL: "SELECT " + list + ", count(*) FROM " + quoteIdent(table) + " WHERE " + strings.Join(there, " AND ") +
			" GROUP BY " + list + " HAVING count(*) > 1 LIMIT 5",
		Kind: dialect.None, Object: table,
		Must: fmt.Sprintf("rows of table %q have the same %s", table, strings.Join(names, ", ")),
	}, true
}

// differ demands of the old table what the unique constraints of the new one
// want, where its columns have the values already that they will have.
func (r *rebuild) differ() {
	for _, u := range r.after.Uniques {
		if r.hadUnique(u) || u.Conflict != "" {
			continue
		}
		same := true
		for _, p := range u.Parts {
			col, _ := r.after.Column(p.Column)
			was, ok := r.source(col)
			f, filled := r.fills[p.Column]
			same = same && ok && !isGenerated(col) && (!filled || !f.nulls) && was.Collation.SQLite == col.Collation.SQLite &&
				affinityOf(r.before, was) == affinityOf(r.after, col)
		}
		if s, ok := twice(r.before.Name, u.Parts, schema.SQL{}); ok && same {
			r.stmt(s)
		}
	}
}

func (r *rebuild) hadUnique(u schema.Unique) bool {
	for _, was := range r.before.Uniques {
		if was.Same(u) {
			return true
		}
	}
	return false
}
