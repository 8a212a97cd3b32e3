package mysql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// columnDef returns the whole definition of a column of t, as CREATE TABLE,
// ADD COLUMN and MODIFY COLUMN take it. MODIFY drops whatever is not in it.
func (d Dialect) columnDef(t schema.Table, c schema.Column) string {
	return quoteIdent(c.Name) + " " + d.columnText(t, c)
}

// columnText is columnDef without the name.
func (d Dialect) columnText(t schema.Table, c schema.Column) string {
	text := d.typeText(c.Type)
	parts := []string{text}
	add := func(text string) {
		if text != "" {
			parts = append(parts, text)
		}
	}
	ofType, behind := d.columnOptions(c)
	add(ofType)
	if name := c.Collation.On(d.flavor.Dialect); name != "" {
		add("COLLATE " + name)
	}
	if expr := c.Generated.Expr.For(d.flavor.Dialect); expr != "" {
		kind := "VIRTUAL"
		if c.Generated.Stored {
			kind = "STORED"
		}
		add("GENERATED ALWAYS AS (" + endLine(expr) + ") " + kind)
	}
	switch {
	case mustBeNotNull(t, c):
		add("NOT NULL")
	case isTimestamp(text):
		// With explicit_defaults_for_timestamp off, as it is before MariaDB
		// 10.10, a timestamp is NOT NULL unless it says otherwise.
		add("NULL")
	}
	if text := d.defaultText(c); text != "" {
		add("DEFAULT " + text)
	}
	if c.OnUpdate != "" {
		add("ON UPDATE " + d.clockText(c, c.OnUpdate))
	}
	if c.AutoIncrement {
		add("AUTO_INCREMENT")
	}
	if c.Invisible {
		add("INVISIBLE")
	}
	if c.Comment != "" {
		add("COMMENT " + quoteString(c.Comment))
	}
	add(behind)
	return strings.Join(parts, " ")
}

// mustBeNotNull reports whether the column is NOT NULL, by itself or because of
// what else it is: a member of the primary key and a column that gives out
// values are, whether they say so or not.
func mustBeNotNull(t schema.Table, c schema.Column) bool {
	return c.NotNull || c.AutoIncrement || inParts(t.PrimaryKey.Parts, c.Name)
}

func inParts(parts []schema.Part, column string) bool {
	for _, p := range parts {
		if p.Column != "" && sameName(p.Column, column) {
			return true
		}
	}
	return false
}

// columnOptions returns the options of a column: those that belong to the type,
// and those that stand behind everything else.
func (d Dialect) columnOptions(c schema.Column) (ofType, behind string) {
	text := c.Options.On(d.flavor.Dialect)
	first, rest, _ := strings.Cut(text, " ")
	if upper := strings.ToUpper(first); upper == "COMPRESSED" || strings.HasPrefix(upper, "REF_SYSTEM_ID") {
		return first, rest
	}
	return "", text
}

func isGenerated(c schema.Column, d schema.Dialect) bool { return c.Generated.Expr.For(d) != "" }

// addColumn adds a column behind the others.
//
// A NOT NULL column without default would get 0, "" or the first value of an
// enum in the rows that are there, without a word and in every sql_mode: so
// either the operation says what they get, or there must be none.
func (c *compiler) addColumn(o op.AddColumn) error {
	if err := c.possibleColumn(o.Table, o.Column); err != nil {
		return err
	}
	if _, err := c.apply(o); err != nil {
		return err
	}
	t, _ := c.state.Table(o.Table)
	col := o.Column
	add := func(col schema.Column) string { return "ADD COLUMN " + c.d.columnDef(t, col) }
	fill := c.d.defaultText(schema.Column{Type: col.Type, Default: o.Fill})
	value := c.valueText(o.Fill)
	switch noDefault := c.d.hasNoDefault(col); {
	case !noDefault && c.varies(col):
		// Added with it, one value would serve all rows (MariaDB 10.11), or
		// the server refuses (MySQL 9.7, error 1674: unsafe for replicas).
		c.addFilled(t, col, c.valueText(col.Default))
	case !noDefault:
		c.alter(o.Table, add(col))
	case fill == "" || fill == "NULL":
		if mustBeNotNull(t, col) {
			c.none(o.Table, "", func(t, _ string) string { return "SELECT 1 FROM " + t + " LIMIT 1" },
				fmt.Sprintf("table %q has rows, and the new column %q is NOT NULL without default: "+
					"give it a default, or with op.Fill(…) a value for these rows", o.Table, col.Name))
		}
		c.alter(o.Table, add(col))
	case mustBeNotNull(t, col) && isConstant(significant(fill)):
		// As a default the value needs no rewrite of the table.
		with := col
		with.Default = o.Fill
		c.alter(o.Table, add(with))
		c.alter(o.Table, "ALTER COLUMN "+quoteIdent(col.Name)+" DROP DEFAULT")
	default:
		c.addFilled(t, col, value)
	}
	return nil
}

// addFilled adds a column, gives it a value in every row, and makes it what it
// shall be.
func (c *compiler) addFilled(t schema.Table, col schema.Column, value string) {
	plain := col
	plain.NotNull, plain.Default = false, schema.Default{}
	c.alter(t.Name, "ADD COLUMN "+c.d.columnDef(t, plain))
	c.fill(t, col.Name, value)
	if final := c.d.columnDef(t, col); final != c.d.columnDef(t, plain) {
		c.alter(t.Name, "MODIFY COLUMN "+final)
	}
}

// fill replaces the NULLs of a column. Columns that an UPDATE would touch by
// itself keep their values.
func (c *compiler) fill(t schema.Table, column, value string) {
	set := []string{quoteIdent(column) + " = " + value}
	for _, other := range t.Columns {
		if other.OnUpdate != "" && other.Name != column {
			set = append(set, quoteIdent(other.Name)+" = "+quoteIdent(other.Name))
		}
	}
	c.emit(t.Name, "UPDATE "+quoteName(t.Name)+" SET "+strings.Join(set, ", ")+" WHERE "+quoteIdent(column)+" IS NULL")
}

// valueText returns a default as an expression.
func (c *compiler) valueText(v schema.Default) string {
	text := v.Text
	if variant := v.Variants.On(c.name); variant != "" {
		text = variant
	} else if v.Kind == schema.StringDefault {
		return quoteString(text)
	}
	if toks := significant(text); isConstant(toks) || isParenthesized(toks) || isClock(toks) {
		return endLine(text)
	}
	return "(" + endLine(text) + ")"
}

// varies reports whether the default of a column is an expression that has
// another value for each row. A quoted name in it is another column of the row.
func (c *compiler) varies(col schema.Column) bool {
	text := c.d.defaultText(col)
	if !strings.HasPrefix(text, "(") {
		return false
	}
	for _, t := range significant(text) {
		if t.isWord("uuid", "uuid_short", "uuid_v4", "uuid_v7", "sys_guid", "rand", "random_bytes", "nextval", "next", "sysdate",
			"last_insert_id") || t.kind == tokQuoted {
			return true
		}
	}
	return false
}

// dropColumn drops a column. The state refuses one that a key, a constraint or
// an index of the table has: the servers would shrink an index by it.
func (c *compiler) dropColumn(o op.DropColumn) error {
	before, _ := c.state.Table(o.Table)
	if err := c.unusedColumn(before, o.Column.Name); err != nil {
		return err
	}
	if _, err := c.apply(o); err != nil {
		return err
	}
	clauses := []string{"DROP COLUMN " + quoteIdent(o.Column.Name)}
	if c.name == schema.MySQL && len(o.Column.Name) > longName && slices.Contains([]string{"", "InnoDB"}, before.Options.MySQL.Engine) {
		clauses = append(clauses, "ALGORITHM=INPLACE")
	}
	c.alter(o.Table, clauses...)
	return nil
}

// longName is how many bytes the name of a column may have to be dropped by the
// way that MySQL ≥ 8.0.29 takes by itself: it hides the column under a longer
// name, and fails where that is too long (error 3507; seen in 9.7).
const longName = 40

// unusedColumn refuses to drop a column that a check, an index expression or a
// generated column is made of. MariaDB would drop a check of one column with
// it; the rest the servers refuse with less to say.
func (c *compiler) unusedColumn(t schema.Table, column string) error {
	used := ""
	for _, k := range t.Checks {
		if mentions(k.Expr.For(c.name), column) {
			used = "check " + k.Name
		}
	}
	for _, i := range t.Indexes {
		for _, p := range i.Parts {
			if p.Column == "" && mentions(p.Expr.For(c.name), column) {
				used = "index " + i.Name
			}
		}
	}
	for _, other := range t.Columns {
		if other.Name != column && mentions(other.Generated.Expr.For(c.name), column) {
			used = "generated column " + other.Name
		}
	}
	if used == "" {
		return nil
	}
	return &dialect.UnsupportedError{Object: "column " + t.Name + "." + column, Why: used + " uses it: drop that first"}
}
