package mysql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// alterPrimaryKey adds, replaces or drops the primary key, in one statement:
// apart, a column that gives out values would be without its key.
func (c *compiler) alterPrimaryKey(o op.AlterPrimaryKey) error {
	object := "primary key of " + o.Table
	if err := c.possibleParts(object, o.To.Parts); err != nil {
		return err
	}
	if err := c.possibleConstraint(object, o.To.ConstraintOptions); err != nil {
		return err
	}
	before, _ := c.state.Table(o.Table)
	if _, err := c.apply(o); err != nil {
		return err
	}
	after, _ := c.state.Table(o.Table)
	was, is := before.PrimaryKey, after.PrimaryKey
	if slices.Equal(was.Parts, is.Parts) && was.Comment == is.Comment && was.Method.On(c.name) == is.Method.On(c.name) {
		return nil // the key has no name here
	}
	if err := c.possiblePrimaryKey(after, is); err != nil {
		return err
	}
	if err := c.keysStay(before, after); err != nil {
		return err
	}
	var clauses []string
	if len(was.Parts) > 0 {
		clauses = append(clauses, "DROP PRIMARY KEY")
	}
	if col, ok := generatedKey(before); ok && !inParts(is.Parts, col.Name) { // which goes with its column, or not at all
		clauses = append(clauses, "DROP COLUMN "+quoteIdent(col.Name))
		if _, err := c.state.Apply(op.DropColumn{Table: o.Table, Column: col}); err != nil {
			return err
		}
		after, _ = c.state.Table(o.Table)
	}
	for _, col := range after.Columns {
		// Out of the key, a column stays NOT NULL unless it is told.
		if inParts(was.Parts, col.Name) && !mustBeNotNull(after, col) {
			clauses = append(clauses, "MODIFY COLUMN "+c.d.columnDef(after, col))
		}
		// In the key it becomes NOT NULL, and NULLs in it become 0 or ''.
		if was, _ := before.Column(col.Name); inParts(is.Parts, col.Name) && !mustBeNotNull(before, was) && !isGenerated(col, c.name) {
			c.noNulls(o.Table, col.Name, "becomes part of the primary key")
		}
	}
	if len(is.Parts) > 0 {
		clauses = append(clauses, "ADD "+c.primaryKeyText(is))
	}
	c.alter(o.Table, append(clauses, c.automaticIndexes(before, after)...)...)
	return nil
}

// noNulls demands that a column has no NULL.
func (c *compiler) noNulls(table, column, why string) {
	c.none(table, column, func(t, col string) string { return "SELECT 1 FROM " + t + " WHERE " + col + " IS NULL LIMIT 1" },
		fmt.Sprintf("column %q of table %q has NULLs, and %s: give with op.Fill(…) a value for them", column, table, why))
}

func (c *compiler) addUnique(o op.AddUnique) error {
	if err := c.possibleUnique(o.Table, o.Unique); err != nil {
		return err
	}
	t, _ := c.state.Table(o.Table)
	if err := c.possibleUniqueKey(t, o.Unique); err != nil {
		return err
	}
	c.uniqueEarly(o.Table, o.Unique.Parts)
	return c.addKey(o, o.Table, o.Unique.Name, "ADD "+c.uniqueText(o.Unique))
}

func (c *compiler) createIndex(o op.CreateIndex) error {
	if err := c.possibleIndex(o.Table, o.Index); err != nil {
		return err
	}
	t, _ := c.state.Table(o.Table)
	if err := c.possibleIndexKey(t, o.Index); err != nil {
		return err
	}
	if f, ok := c.automaticOf(t, o.Index.Name); ok && plainIndex(o.Index, f.Columns) {
		_, err := c.apply(o) // the server has made it with the foreign key
		return err
	}
	if o.Index.Unique {
		c.uniqueEarly(o.Table, o.Index.Parts)
	}
	return c.addKey(o, o.Table, o.Index.Name, "ADD "+c.indexText(o.Index))
}

// addKey adds an index, and takes away those that the server made for foreign
// keys which the new one serves as well: one that was made in another statement
// than its key stays otherwise.
func (c *compiler) addKey(o op.Op, table, name, clause string) error {
	before, _ := c.state.Table(table)
	if _, err := c.apply(o); err != nil {
		return err
	}
	after, _ := c.state.Table(table)
	var clauses []string
	for _, f := range before.ForeignKeys {
		made, was := c.automatic(before, f)
		if _, is := c.automatic(after, f); was && (!is || sameName(made.Name, name)) && !c.waits(table, f) {
			clauses = append(clauses, "DROP INDEX "+quoteIdent(made.Name))
		}
	}
	c.alter(table, append(clauses, clause)...)
	return nil
}

func (c *compiler) dropUnique(o op.DropUnique) error {
	before, _ := c.state.Table(o.Table)
	full, err := c.apply(o)
	if err != nil {
		return err
	}
	u := full.(op.DropUnique).Unique
	return c.dropKey(before, u.Name, "unique constraint")
}

func (c *compiler) dropIndex(o op.DropIndex) error {
	before, _ := c.state.Table(o.Table)
	full, err := c.apply(o)
	if err != nil {
		return err
	}
	return c.dropKey(before, full.(op.DropIndex).Index.Name, "index")
}

// dropKey drops an index, which is gone from the state already.
func (c *compiler) dropKey(before schema.Table, name, kind string) error {
	if name == "" {
		return &dialect.UnsupportedError{Object: kind + " of " + before.Name, Why: "it has no name, and only the server knows which it gave it"}
	}
	after, _ := c.state.Table(before.Name)
	if err := c.keysStay(before, after); err != nil {
		return err
	}
	clauses := c.automaticIndexes(before, after)
	if _, again := c.automaticOf(after, name); again {
		was, _ := before.Index(name)
		if f, _ := c.automaticOf(after, name); plainIndex(was, f.Columns) {
			return nil // a foreign key of that name needs it as it is
		}
	}
	c.alter(before.Name, append([]string{"DROP INDEX " + quoteIdent(name)}, clauses...)...)
	return nil
}

// automaticIndexes returns the clauses that add the indexes which foreign keys
// need and no longer have: as the server makes them itself, when it adds one.
func (c *compiler) automaticIndexes(before, after schema.Table) []string {
	var clauses []string
	for _, f := range after.ForeignKeys {
		if _, was := c.automatic(before, f); was || c.isGone(after.Name, f) {
			continue
		}
		if i, is := c.automatic(after, f); is {
			clauses = append(clauses, "ADD "+c.indexText(i))
		}
	}
	return clauses
}

// automatic returns the index that the server makes for a foreign key of t, and
// whether it does: it needs one that begins with the columns of the key, and
// makes one of the name of the key where there is none.
func automatic(t schema.Table, f schema.ForeignKey) (schema.Index, bool) {
	return schema.Index{Name: f.Name, Parts: schema.Columns(f.Columns...)}, f.Name != "" && !coveredBy(keys(t), f.Columns)
}

// automatic is that index by the name that it was seen to have: a key that
// nobody named has one of the name of its first column.
func (c *compiler) automatic(t schema.Table, f schema.ForeignKey) (schema.Index, bool) {
	x, ok := automatic(t, f)
	if name, seen := c.made[t.Name+"\x00"+f.Name]; seen {
		x.Name = name
	}
	return x, ok
}

// automaticOf returns the foreign key of t whose automatic index has that name.
func (c *compiler) automaticOf(t schema.Table, name string) (schema.ForeignKey, bool) {
	for _, f := range t.ForeignKeys {
		if made, ok := c.automatic(t, f); ok && sameName(made.Name, name) {
			return f, true
		}
	}
	return schema.ForeignKey{}, false
}

// coveredBy reports whether one of the keys begins with the columns, in their
// order.
func coveredBy(keys [][]schema.Part, columns []string) bool {
	return slices.ContainsFunc(keys, func(parts []schema.Part) bool {
		if len(parts) < len(columns) {
			return false
		}
		for i, c := range columns {
			if parts[i].Length > 0 || !sameName(parts[i].Column, c) {
				return false
			}
		}
		return true
	})
}

// plainIndex reports whether an index is what the server makes for a foreign
// key on the columns.
func plainIndex(i schema.Index, columns []string) bool {
	i.Verbatim = schema.Variants{}
	return i.Same(schema.Index{Parts: schema.Columns(columns...)})
}

// keysStay refuses to take away the key that a foreign key of another table
// refers to, unless that goes later.
func (c *compiler) keysStay(before, after schema.Table) error {
	for _, child := range append(c.children(before.Name), c.tableOf(before.Name)...) {
		for _, f := range child.ForeignKeys {
			if f.RefTable != before.Name || c.isGone(child.Name, f) {
				continue
			}
			ref := f.RefColumns
			if len(ref) == 0 {
				for _, p := range before.PrimaryKey.Parts {
					ref = append(ref, p.Column)
				}
			}
			if coveredBy(keys(before), ref) && !coveredBy(keys(after), ref) {
				if c.dropsLater(child.Name, f) {
					c.dropAhead(child.Name, f)
					continue
				}
				return &dialect.UnsupportedError{
					Object: fmt.Sprintf("table %q", before.Name),
					Why:    fmt.Sprintf("foreign key %s of table %q needs the key that goes: drop that first", f.Name, child.Name),
				}
			}
		}
	}
	return nil
}

func (c *compiler) addCheck(o op.AddCheck) error {
	if err := c.possibleCheck(o.Table, o.Check); err != nil {
		return err
	}
	if _, err := c.apply(o); err != nil {
		return err
	}
	c.checkEarly(o.Table, o.Check)
	c.alter(o.Table, "ADD "+c.checkConstraint(o.Check))
	return nil
}

func (c *compiler) dropCheck(o op.DropCheck) error {
	full, err := c.apply(o)
	if err != nil {
		return err
	}
	k := full.(op.DropCheck).Check
	if k.Name == "" {
		return &dialect.UnsupportedError{Object: "check of " + o.Table, Why: "it has no name, and only the server knows which it gave it"}
	}
	c.alter(o.Table, c.dropCheckText(k.Name))
	return nil
}

// dropCheckText: DROP CONSTRAINT is in MySQL since 8.0.19, DROP CHECK as long as
// there are checks; MariaDB has only the former.
func (c *compiler) dropCheckText(name string) string {
	if c.name == schema.MariaDB {
		return "DROP CONSTRAINT " + quoteIdent(name)
	}
	return "DROP CHECK " + quoteIdent(name)
}

// joinClauses joins the clauses of one ALTER TABLE.
func joinClauses(clauses []string) string { return strings.Join(clauses, ", ") }

// generatedKey returns the invisible column that MySQL ≥ 8.0.30 makes for a
// table without primary key, where sql_generate_invisible_primary_key says so.
func generatedKey(t schema.Table) (schema.Column, bool) {
	col, ok := t.Column("my_row_id")
	return col, ok && col.Invisible && col.AutoIncrement && inParts(t.PrimaryKey.Parts, col.Name)
}
