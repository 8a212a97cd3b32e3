package mysql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// createTable creates a table with everything in it, in one statement. A
// foreign key to a table that does not exist yet follows when it does.
func (c *compiler) createTable(o op.CreateTable) error {
	if err := c.possibleTable(o.Table); err != nil {
		return err
	}
	if _, err := c.apply(o); err != nil {
		return err
	}
	for _, f := range o.Table.ForeignKeys {
		c.refer(o.Table.Name, f)
	}
	t := o.Table.Clone()
	later := func(f schema.ForeignKey) bool { return !c.exists(f.RefTable) }
	if slices.ContainsFunc(t.ForeignKeys, later) {
		for _, f := range t.ForeignKeys {
			if later(f) {
				c.pending = append(c.pending, foreignKeyOf{t.Name, f, c.index})
			}
		}
		t.ForeignKeys = slices.DeleteFunc(t.ForeignKeys, later)
		t.Verbatim = schema.Variants{} // which has them all
	}
	// The key or the type of a column that one refers to may come yet.
	changes := func(f schema.ForeignKey) bool {
		return f.Name != "" && f.RefTable != t.Name && c.refersToComing(t.Name, f)
	}
	for _, f := range t.ForeignKeys {
		if changes(f) {
			c.relink = append(c.relink, foreignKeyOf{t.Name, f, c.index})
			t.Verbatim = schema.Variants{}
		}
	}
	t.ForeignKeys = slices.DeleteFunc(slices.Clone(t.ForeignKeys), changes)
	c.emit(t.Name, c.createText(t))
	c.pendingTo(t.Name)
	return nil
}

// exists reports whether a foreign key can refer to the table now.
func (c *compiler) exists(table string) bool {
	if _, ok := c.state.Table(table); ok {
		return true
	}
	namespace, _ := schema.Split(table)
	return namespace != "" // a schema read from one database does not list those of another
}

// pendingTo adds the foreign keys that waited for a table.
func (c *compiler) pendingTo(table string) {
	index := c.index
	c.pending = slices.DeleteFunc(c.pending, func(p foreignKeyOf) bool {
		if p.key.RefTable != table {
			return false
		}
		c.index = p.index
		c.emit(p.table, c.alterText(p.table, "ADD "+c.foreignKeyText(p.table, p.key)))
		return true
	})
	c.index = index
}

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

// possibleTable says why this server cannot have such a table.
func (c *compiler) possibleTable(t schema.Table) error {
	object := fmt.Sprintf("table %q", t.Name)
	if err := checkQualified(object, t.Name); err != nil {
		return err
	}
	if err := c.checkCase(object, t.Name); err != nil {
		return err
	}
	if err := c.checkText(object+": its comment", t.Options.Comment); err != nil {
		return err
	}
	if err := c.possibleOptions(object, t.Options); err != nil {
		return err
	}
	if t.Options.HasParent() {
		return c.cannot(object, "has no tables that inherit their columns")
	}
	for _, col := range t.Columns {
		if err := c.possibleColumn(t.Name, col); err != nil {
			return err
		}
	}
	if err := c.possibleParts("primary key of "+t.Name, t.PrimaryKey.Parts); err != nil {
		return err
	}
	if err := c.possibleConstraint("primary key of "+t.Name, t.PrimaryKey.ConstraintOptions); err != nil {
		return err
	}
	for _, u := range t.Uniques {
		if err := c.possibleUnique(t.Name, u); err != nil {
			return err
		}
	}
	for _, i := range t.Indexes {
		if err := c.possibleIndex(t.Name, i); err != nil {
			return err
		}
	}
	for _, k := range t.Checks {
		if err := c.possibleCheck(t.Name, k); err != nil {
			return err
		}
	}
	for _, f := range t.ForeignKeys {
		if err := c.possibleForeignKey(t.Name, f); err != nil {
			return err
		}
	}
	return nil
}

func (c *compiler) possibleOptions(object string, o schema.TableOptions) error {
	if versioned(o) {
		return c.needs(dialect.SystemVersioning, object, "system-versioned tables")
	}
	return nil
}

func (c *compiler) possibleUnique(table string, u schema.Unique) error {
	object := "unique constraint " + table + "." + u.Name
	if u.NullsNotDistinct {
		return c.cannot(object, "lets rows with NULLs be equal in no unique constraint")
	}
	if err := c.possibleConstraint(object, u.ConstraintOptions); err != nil {
		return err
	}
	if u.Name != "" {
		if err := checkName(object, u.Name); err != nil {
			return err
		}
	}
	return c.possibleParts(object, u.Parts)
}

// possibleConstraint: columns that are only stored, and where, are a matter of
// speed, so they are left to the servers that know them.
func (c *compiler) possibleConstraint(object string, o schema.ConstraintOptions) error {
	switch {
	case o.Deferrable || o.InitiallyDeferred:
		return c.cannot(object, "checks every constraint at once: none is deferrable")
	case o.WithoutOverlaps:
		return c.cannot(object, "has no constraint WITHOUT OVERLAPS")
	}
	return c.checkText(object+": its comment", o.Comment)
}

func (c *compiler) possibleIndex(table string, i schema.Index) error {
	object := "index " + table + "." + i.Name
	if err := checkName(object, i.Name); err != nil {
		return err
	}
	if err := c.checkText(object+": its comment", i.Comment); err != nil {
		return err
	}
	if i.Where.For(c.name) != "" {
		return c.cannot(object, "has no partial indexes; give the condition for the dialects that do: schema.SQL{}.On(…)")
	}
	if i.NullsNotDistinct {
		return c.cannot(object, "lets rows with NULLs be equal in no unique index")
	}
	return c.possibleParts(object, i.Parts)
}

func (c *compiler) possibleParts(object string, parts []schema.Part) error {
	for _, p := range parts {
		if p.Column == "" {
			if err := c.needs(dialect.ExpressionIndexes, object, "indexes on expressions: use a generated column"); err != nil {
				return err
			}
		}
		if p.Desc {
			if err := c.needs(dialect.DescendingIndexes, object, "descending indexes"); err != nil {
				return err
			}
		}
		if p.Nulls != "" && (p.Nulls == "FIRST") == p.Desc {
			return c.cannot(object, "puts NULLs before everything else")
		}
	}
	return nil
}

func (c *compiler) possibleCheck(table string, k schema.Check) error {
	object := "check " + table + "." + k.Name
	if k.Name != "" {
		if err := checkName(object, k.Name); err != nil {
			return err
		}
	}
	if k.NotEnforced {
		if err := c.needs(dialect.NotEnforced, object, "constraints that are not enforced"); err != nil {
			return err
		}
	}
	return c.needs(dialect.EnforcedChecks, object, "check constraints: it reads them and forgets them")
}

func (c *compiler) possibleForeignKey(table string, f schema.ForeignKey) error {
	object := "foreign key " + table + "." + f.Name
	if f.Name != "" {
		if err := checkName(object, f.Name); err != nil {
			return err
		}
	}
	switch {
	case f.Deferrable || f.InitiallyDeferred:
		return c.cannot(object, "checks every constraint at once: none is deferrable")
	case f.NotEnforced:
		return c.cannot(object, "has no foreign key that is not enforced")
	case f.Match != "" && !strings.EqualFold(f.Match, "SIMPLE"):
		return c.cannot(object, "knows MATCH SIMPLE only: with any other word it forgets the actions")
	case f.Period:
		return c.cannot(object, "has no foreign key over periods")
	case len(f.SetColumns) > 0:
		return c.cannot(object, "sets all columns to NULL, or none")
	}
	return nil
}
