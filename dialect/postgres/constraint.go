package postgres

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

func constraintName(name string) string {
	if name == "" {
		return ""
	}
	return "CONSTRAINT " + quoteIdent(name) + " "
}

// notNullName is what stands in front of NOT NULL. Before 18 the server takes
// a name there and forgets it.
func (d Dialect) notNullName(c schema.Column) string {
	if c.NotNullName == "" || !d.Flavor().Can(dialect.NamedNotNull) {
		return ""
	}
	return " CONSTRAINT " + quoteIdent(c.NotNullName)
}

func (d Dialect) primaryKeyText(k schema.PrimaryKey) string {
	return constraintName(k.Name) + "PRIMARY KEY (" + keyColumns(k.Parts, k.WithoutOverlaps) + ")" + keyOptions(k.ConstraintOptions)
}

func (d Dialect) uniqueText(u schema.Unique) string {
	s := constraintName(u.Name) + "UNIQUE "
	if u.NullsNotDistinct {
		s += "NULLS NOT DISTINCT "
	}
	return s + "(" + keyColumns(u.Parts, u.WithoutOverlaps) + ")" + keyOptions(u.ConstraintOptions)
}

// keyColumns are the columns of a key. Their order (DESC) means nothing in a
// key, and PostgreSQL does not take it there.
func keyColumns(parts []schema.Part, withoutOverlaps bool) string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = quoteIdent(p.Column)
	}
	s := strings.Join(names, ", ")
	if withoutOverlaps {
		s += " WITHOUT OVERLAPS"
	}
	return s
}

func keyOptions(o schema.ConstraintOptions) string {
	s := ""
	if len(o.Include) > 0 {
		s += " INCLUDE (" + quoteIdents(o.Include) + ")"
	}
	if o.Storage != "" {
		s += " WITH (" + o.Storage + ")"
	}
	if o.Tablespace != "" {
		s += " USING INDEX TABLESPACE " + quoteIdent(o.Tablespace)
	}
	return s + deferrable(o.Deferrable, o.InitiallyDeferred)
}

func deferrable(deferrable, initially bool) string {
	switch {
	case initially:
		return " DEFERRABLE INITIALLY DEFERRED"
	case deferrable:
		return " DEFERRABLE"
	}
	return ""
}

func (d Dialect) checkText(c schema.Check) string {
	s := constraintName(c.Name) + "CHECK (" + endLine(d.sql(c.Expr.For(schema.Postgres))) + ")"
	if c.NoInherit {
		s += " NO INHERIT"
	}
	return s + notValid(c.NotValid, c.NotEnforced)
}

// notValid is what stands at the end. What is not enforced is not valid either,
// and the server does not want to be told.
func notValid(notValid, notEnforced bool) string {
	switch {
	case notEnforced:
		return " NOT ENFORCED"
	case notValid:
		return " NOT VALID"
	}
	return ""
}

func (d Dialect) foreignKeyText(f schema.ForeignKey) string {
	columns := func(names []string) string {
		s := quoteIdents(names)
		if f.Period {
			i := strings.LastIndex(s, quoteIdent(names[len(names)-1]))
			s = s[:i] + "PERIOD " + s[i:]
		}
		return s
	}
	s := constraintName(f.Name) + "FOREIGN KEY (" + columns(f.Columns) + ") REFERENCES " + quoteName(d, f.RefTable)
	if len(f.RefColumns) > 0 {
		s += " (" + columns(f.RefColumns) + ")"
	}
	if f.Match != "" && f.Match != "SIMPLE" {
		s += " MATCH " + f.Match
	}
	if f.OnDelete != schema.NoAction {
		s += " ON DELETE " + string(f.OnDelete)
		if len(f.SetColumns) > 0 {
			s += " (" + quoteIdents(f.SetColumns) + ")"
		}
	}
	if f.OnUpdate != schema.NoAction {
		s += " ON UPDATE " + string(f.OnUpdate)
	}
	return s + deferrable(f.Deferrable, f.InitiallyDeferred) + notValid(f.NotValid, f.NotEnforced)
}

// createIndex returns the CREATE INDEX statement of i.
func (d Dialect) createIndex(table string, i schema.Index, concurrently bool) string {
	s := "CREATE "
	if i.Unique {
		s += "UNIQUE "
	}
	s += "INDEX "
	if concurrently {
		s += "CONCURRENTLY "
	}
	if i.Name != "" {
		s += quoteIdent(i.Name) + " "
	}
	s += "ON " + quoteName(d, table)
	if m := i.Method.On(schema.Postgres); m != "" {
		s += " USING " + m
	}
	s += " (" + d.indexParts(i.Parts) + ")"
	if len(i.Include) > 0 {
		s += " INCLUDE (" + quoteIdents(i.Include) + ")"
	}
	if i.NullsNotDistinct {
		s += " NULLS NOT DISTINCT"
	}
	if i.Storage != "" {
		s += " WITH (" + i.Storage + ")"
	}
	if i.Tablespace != "" {
		s += " TABLESPACE " + quoteIdent(i.Tablespace)
	}
	if where := i.Where.For(schema.Postgres); where != "" {
		s += " WHERE " + endLine(d.sql(where))
	}
	return s
}

func (d Dialect) indexParts(parts []schema.Part) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		text := quoteIdent(p.Column)
		if p.Column == "" {
			text = "(" + endLine(d.sql(p.Expr.For(schema.Postgres))) + ")"
		}
		if p.Collation.Postgres != "" {
			text += " COLLATE " + quoteName(d, p.Collation.Postgres)
		}
		if p.OpClass != "" {
			text += " " + d.sql(p.OpClass)
		}
		if p.Desc {
			text += " DESC"
		}
		if p.Nulls != "" && (p.Nulls == "FIRST") != p.Desc { // else it is what the server does anyway
			text += " NULLS " + p.Nulls
		}
		texts[i] = text
	}
	return strings.Join(texts, ", ")
}

// What follows are the names that the server gives to constraints without one,
// for the states that no server has named: a history that is replayed.

func keyName(t schema.Table) string {
	if t.PrimaryKey.Name != "" {
		return t.PrimaryKey.Name
	}
	return automaticName(t.Name, "", "pkey")
}

func uniqueName(table string, u schema.Unique) string {
	if u.Name != "" {
		return u.Name
	}
	var names []string
	for _, p := range u.Parts {
		names = append(names, p.Column)
	}
	return automaticName(table, strings.Join(names, "_"), "key")
}

func foreignKeyName(table string, f schema.ForeignKey) string {
	if f.Name != "" {
		return f.Name
	}
	return automaticName(table, strings.Join(f.Columns, "_"), "fkey")
}

// checkName: the column is part of the name when there is only one in the
// expression.
func checkName(t schema.Table, c schema.Check) string {
	if c.Name != "" {
		return c.Name
	}
	var names []string
	for _, col := range t.Columns {
		if mentions(c.Expr.For(schema.Postgres), col.Name) {
			names = append(names, col.Name)
		}
	}
	if len(names) != 1 {
		names = nil
	}
	return automaticName(t.Name, strings.Join(names, ""), "check")
}

// automaticName joins the parts as the server does: the longer of the first
// two is cut until all fit into 63 bytes. The table may have a namespace.
func automaticName(table, columns, label string) string {
	_, table = schema.Split(table)
	room := maxName - len(label) - 1
	if columns != "" {
		room--
	}
	a, b := len(table), len(columns)
	for a+b > room {
		if a > b {
			a--
		} else {
			b--
		}
	}
	parts := []string{cutRune(table, a)}
	if columns != "" {
		parts = append(parts, cutRune(columns, b))
	}
	return strings.Join(slices.Concat(parts, []string{label}), "_")
}

// cutRune cuts s to at most n bytes, never within a character.
func cutRune(s string, n int) string {
	if n >= len(s) {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
