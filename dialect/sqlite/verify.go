package sqlite

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// A foreignKeyCheck is a table whose foreign keys a rebuild can have broken.
type foreignKeyCheck struct {
	table  string
	before bool // what is violated already can be known, and is no fault of the rebuild
}

// foreignKeyChecks returns the tables to check: the table itself, and those of
// kids whose foreign key meets something that changes.
func (r *rebuild) foreignKeyChecks(kids []schema.Table) []foreignKeyCheck {
	var out []foreignKeyCheck
	own := foreignKeyCheck{table: r.after.Name, before: true}
	changed := false
	for _, f := range r.after.ForeignKeys {
		parent, ok := r.schema.Table(f.RefTable)
		if sameName(f.RefTable, r.after.Name) {
			parent, ok = r.after, true
		}
		switch {
		case !slices.ContainsFunc(r.before.ForeignKeys, f.Same), slices.ContainsFunc(f.Columns, r.changes):
			changed = true
		case sameName(f.RefTable, r.after.Name) && r.keyChanges(f):
			changed = true
		}
		// A foreign key to no key is an error to foreign_key_check, not a row.
		if sameName(f.RefTable, r.after.Name) && !isKey(r.before, f) || ok && !isKey(parent, f) {
			own.before = false
		}
	}
	if changed {
		out = append(out, own)
	}
	for _, kid := range kids {
		check, met := foreignKeyCheck{table: kid.Name, before: true}, false
		for _, f := range kid.ForeignKeys {
			if !sameName(f.RefTable, r.after.Name) {
				continue
			}
			met = met || r.keyChanges(f)
			check.before = check.before && isKey(r.before, f)
		}
		if met {
			out = append(out, check)
		}
	}
	return out
}

// changes reports whether a column of the new table can compare otherwise than
// it did in the old.
func (r *rebuild) changes(column string) bool {
	is, _ := columnOf(r.after, column)
	was, ok := r.source(is)
	_, filled := r.fills[is.Name]
	return !ok || filled || affinityOf(r.before, was) != affinityOf(r.after, is) ||
		!sameName(was.Collation.SQLite, is.Collation.SQLite) || isGenerated(was) != isGenerated(is)
}

// keyChanges reports whether the key that f refers to is not what it was.
func (r *rebuild) keyChanges(f schema.ForeignKey) bool {
	return isKey(r.before, f) != isKey(r.after, f) || slices.ContainsFunc(referred(r.after, f), r.changes)
}

// referred returns the columns that f refers to.
func referred(parent schema.Table, f schema.ForeignKey) []string {
	if len(f.RefColumns) > 0 {
		return f.RefColumns
	}
	var out []string
	for _, p := range parent.PrimaryKey.Parts {
		out = append(out, p.Column)
	}
	return out
}

// isKey reports whether f refers to something that SQLite accepts as a key.
func isKey(parent schema.Table, f schema.ForeignKey) bool {
	want := referred(parent, f)
	covers := func(parts []schema.Part) bool {
		if len(parts) != len(want) || len(parts) == 0 {
			return false
		}
		for _, p := range parts {
			if !slices.ContainsFunc(want, func(c string) bool { return sameName(c, p.Column) }) {
				return false
			}
		}
		return true
	}
	if covers(parent.PrimaryKey.Parts) {
		return true
	}
	for _, u := range parent.Uniques {
		if covers(u.Parts) {
			return true
		}
	}
	for _, i := range parent.Indexes {
		if i.Unique && i.Where.IsZero() && covers(i.Parts) {
			return true
		}
	}
	return false
}

func columnOf(t schema.Table, name string) (schema.Column, bool) {
	i := slices.IndexFunc(t.Columns, func(c schema.Column) bool { return sameName(c.Name, name) })
	if i < 0 {
		return schema.Column{}, false
	}
	return t.Columns[i], true
}

// violations is the query for the rows of a table that refer to no row. It
// names the columns of the foreign key, because the number that SQLite gives it
// is another after the list of foreign keys changed. The rows are numbered,
// because those of a WITHOUT ROWID table cannot be told apart: a known one must
// not hide a new one.
func violations(table string) string {
	name := quoteString(table)
	return `SELECT *, row_number() OVER (PARTITION BY rowid, parent, columns) FROM (SELECT v.rowid AS rowid, v.parent AS parent, ` +
		`(SELECT group_concat("from", ', ') FROM pragma_foreign_key_list(` + name +
		`) WHERE id = v.fkid) AS columns FROM pragma_foreign_key_check(` + name + `) v)`
}

// compiles makes the database compile every view and trigger that needs the
// table. EXPLAIN compiles a statement with the triggers that it would fire, and
// runs nothing.
func (r *rebuild) compiles() {
	needs := users(r.schema.Objects, r.after.Name)
	for _, o := range needs {
		if o.Kind == schema.View && o.Definition.For(schema.SQLite) != "" {
			r.stmt(dialect.Stmt{
				SQL: "SELECT * FROM " + quoteIdent(o.Name) + " LIMIT 0", Kind: dialect.None,
				Must: "the view returns rows where there can be none", Object: o.Name,
			})
		}
	}
	seen := map[string]bool{}
	for _, o := range slices.Concat(r.triggers, needs) {
		if o.Kind != schema.Trigger {
			continue
		}
		if sql := r.fire(o); sql != "" && !seen[sql] {
			seen[sql] = true
			r.stmt(dialect.Stmt{SQL: sql, Object: o.Name})
		}
	}
}

// fire returns a statement that compiles a trigger, or "" where none is known:
// UPDATE of a view needs a column, and only the database knows those.
func (r *rebuild) fire(o schema.Object) string {
	head := readTrigger(o.Definition.For(schema.SQLite))
	on := quoteIdent(o.Table)
	switch head.event {
	case "insert":
		return "EXPLAIN INSERT INTO " + on + " DEFAULT VALUES"
	case "delete":
		return "EXPLAIN DELETE FROM " + on
	case "update":
		columns := head.columns
		for _, t := range r.schema.Tables {
			if !sameName(t.Name, o.Table) {
				continue
			}
			// A generated column cannot be updated; a trigger may name one.
			columns = nil
			for _, c := range t.Columns {
				named := func(n string) bool { return sameName(n, c.Name) }
				if !isGenerated(c) && (len(head.columns) == 0 || slices.ContainsFunc(head.columns, named)) {
					columns = append(columns, c.Name)
				}
			}
		}
		if len(columns) == 0 {
			return ""
		}
		sets := make([]string, len(columns))
		for i, c := range columns {
			sets[i] = quoteIdent(c) + " = " + quoteIdent(c)
		}
		return "EXPLAIN UPDATE " + on + " SET " + strings.Join(sets, ", ")
	}
	return ""
}

// A triggerHead is what stands before the body of a trigger.
type triggerHead struct {
	text    string   // the definition from the name on
	event   string   // insert, update or delete
	columns []string // UPDATE OF
}

// readTrigger reads CREATE [TEMP] TRIGGER [IF NOT EXISTS] [schema.]name
// [BEFORE | AFTER | INSTEAD OF] event [OF columns] ON table.
func readTrigger(sql string) (h triggerHead) {
	toks := significant(tokenize(sql))
	i := slices.IndexFunc(toks, func(t token) bool { return t.isWord("trigger") }) + 1
	if i+2 < len(toks) && toks[i].isWord("if") && toks[i+1].isWord("not") {
		i += 3
	}
	if i+1 < len(toks) && toks[i+1].is(".") {
		i += 2
	}
	if i >= len(toks) {
		return h
	}
	last := toks[len(toks)-1]
	for n := len(toks) - 1; n > i && last.is(";"); n-- {
		last = toks[n-1]
	}
	h.text = sql[toks[i].pos:last.end()]
	of := false
	for _, t := range toks[i+1:] {
		switch {
		case t.isWord("on"):
			return h
		case t.isWord("insert"), t.isWord("delete"), t.isWord("update"):
			h.event = fold(t.text)
		case t.isWord("of") && h.event != "":
			of = true
		case of && !t.is(","):
			h.columns = append(h.columns, t.name())
		}
	}
	return h
}

// storedTrigger is what SQLite keeps of the definition of a trigger.
func storedTrigger(sql string) string { return "CREATE TRIGGER " + readTrigger(sql).text }
