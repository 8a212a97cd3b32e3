package mysql

import (
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// createText returns the CREATE TABLE statement of t. Constraints are written
// at table level, so that reading the statement back gives the same fields
// whatever the original looked like.
func (c *compiler) createText(t schema.Table) string {
	if text := c.verbatim(t.Verbatim); text != "" {
		return text
	}
	var lines []string
	for _, col := range t.Columns {
		lines = append(lines, c.d.columnDef(t, col))
	}
	if len(t.PrimaryKey.Parts) > 0 {
		lines = append(lines, c.primaryKeyText(t.PrimaryKey))
	}
	for _, u := range t.Uniques {
		lines = append(lines, c.uniqueText(u))
	}
	for _, i := range t.Indexes {
		lines = append(lines, c.indexText(i))
	}
	for _, k := range t.Checks {
		lines = append(lines, c.checkConstraint(k))
	}
	for _, f := range t.ForeignKeys {
		lines = append(lines, c.foreignKeyText(t.Name, f))
	}
	s := "CREATE TABLE " + quoteName(t.Name) + " (\n  " + strings.Join(lines, ",\n  ") + "\n)"
	return s + c.optionsText(t.Options)
}

// verbatim returns the text of this very server: what MySQL wrote is not what
// MariaDB takes.
func (c *compiler) verbatim(v schema.Variants) string {
	if c.name == schema.MariaDB {
		return v.MariaDB
	}
	return v.MySQL
}

// optionsText returns what stands behind the columns of CREATE TABLE.
func (c *compiler) optionsText(o schema.TableOptions) string {
	m := o.MySQL
	s := " ENGINE=" + engine(m)
	if m.RowFormat != "" {
		s += " ROW_FORMAT=" + m.RowFormat
	}
	if m.Charset != "" {
		s += " DEFAULT CHARSET=" + m.Charset
	}
	if m.Collation != "" {
		s += " COLLATE=" + m.Collation
	}
	if o.Comment != "" {
		s += " COMMENT=" + quoteString(o.Comment)
	}
	if m.Options != "" {
		s += " " + m.Options
	}
	if m.PartitionBy != "" {
		s += "\n" + partitionText(m.PartitionBy)
	}
	return s
}

func engine(m schema.MySQLTable) string {
	if m.Engine == "" {
		return "InnoDB"
	}
	return m.Engine
}

func partitionText(by string) string {
	if toks := significant(by); len(toks) > 0 && toks[0].isWord("partition") {
		return by
	}
	return "PARTITION BY " + by
}

func (c *compiler) primaryKeyText(k schema.PrimaryKey) string {
	s := "PRIMARY KEY (" + c.partsText(k.Parts) + ")"
	if method := k.Method.On(c.name); method != "" {
		s += " USING " + strings.ToUpper(method)
	}
	return s + constraintOptions(k.ConstraintOptions)
}

func (c *compiler) uniqueText(u schema.Unique) string {
	return "UNIQUE KEY " + named(u.Name) + "(" + c.partsText(u.Parts) + ")" + constraintOptions(u.ConstraintOptions)
}

func constraintOptions(o schema.ConstraintOptions) string {
	if o.Comment == "" {
		return ""
	}
	return " COMMENT " + quoteString(o.Comment)
}

func named(name string) string {
	if name == "" {
		return ""
	}
	return quoteIdent(name) + " "
}

// indexText returns an index as CREATE TABLE and ALTER TABLE … ADD take it.
func (c *compiler) indexText(i schema.Index) string {
	method := i.Method.On(c.name)
	kind, using := "KEY ", ""
	switch strings.ToLower(method) {
	case "":
	case "fulltext", "spatial", "vector":
		kind = strings.ToUpper(method) + " KEY "
	default:
		using = " USING " + strings.ToUpper(method)
	}
	if i.Unique {
		kind = "UNIQUE KEY "
	}
	s := kind + named(i.Name) + "(" + c.partsText(i.Parts) + ")" + using
	if i.Storage != "" {
		s += " " + i.Storage
	}
	if i.Comment != "" {
		s += " COMMENT " + quoteString(i.Comment)
	}
	if i.Invisible {
		s += " " + c.invisibleWord()
	}
	return s
}

func (c *compiler) invisibleWord() string {
	if c.name == schema.MariaDB {
		return "IGNORED"
	}
	return "INVISIBLE"
}

func (c *compiler) partsText(parts []schema.Part) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		if p.Column != "" {
			texts[i] = quoteIdent(p.Column)
		} else {
			texts[i] = "(" + endLine(p.Expr.For(c.name)) + ")"
		}
		if p.Length > 0 {
			texts[i] += fmt.Sprintf("(%d)", p.Length)
		}
		if p.Desc {
			texts[i] += " DESC"
		}
	}
	return strings.Join(texts, ", ")
}

func (c *compiler) checkConstraint(k schema.Check) string {
	s := constraintName(k.Name) + "CHECK (" + endLine(k.Expr.For(c.name)) + ")"
	if k.NotEnforced {
		s += " NOT ENFORCED"
	}
	return s
}

func constraintName(name string) string {
	if name == "" {
		return ""
	}
	return "CONSTRAINT " + quoteIdent(name) + " "
}

// foreignKeyText returns a foreign key of table. The servers want the columns
// that it refers to by name.
func (c *compiler) foreignKeyText(table string, f schema.ForeignKey) string {
	s := constraintName(f.Name) + "FOREIGN KEY (" + quoteIdents(f.Columns) + ") REFERENCES " + quoteName(f.RefTable) +
		" (" + quoteIdents(c.refColumns(table, f)) + ")"
	if f.OnDelete != schema.NoAction {
		s += " ON DELETE " + string(f.OnDelete)
	}
	if f.OnUpdate != schema.NoAction {
		s += " ON UPDATE " + string(f.OnUpdate)
	}
	return s
}

// refColumns returns the columns that a foreign key refers to: those of the
// primary key, unless it says otherwise.
func (c *compiler) refColumns(table string, f schema.ForeignKey) []string {
	if len(f.RefColumns) > 0 {
		return f.RefColumns
	}
	parent, ok := c.state.Table(f.RefTable)
	if !ok && f.RefTable == table {
		parent, _ = c.state.Table(table)
	}
	var names []string
	for _, p := range parent.PrimaryKey.Parts {
		names = append(names, p.Column)
	}
	return names
}
