package mysql

import (
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

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
	if err := c.possibleKeys(t, ""); err != nil {
		return err
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

// possibleColumn says why this server cannot have such a column.
func (c *compiler) possibleColumn(table string, col schema.Column) error {
	what := "column " + table + "." + col.Name
	if err := checkName(what, col.Name); err != nil {
		return err
	}
	if err := c.checkText(what+": its comment", col.Comment); err != nil {
		return err
	}
	if col.Invisible {
		if err := c.needs(dialect.InvisibleColumns, what, "invisible columns"); err != nil {
			return err
		}
	}
	if text := c.d.defaultText(col); strings.HasPrefix(text, "(") {
		if err := c.needs(dialect.ExpressionDefaults, what, "defaults that are expressions"); err != nil {
			return err
		}
	}
	if col.NotNull && isGenerated(col, c.name) && c.name == schema.MariaDB {
		return c.cannot(what, "has no NOT NULL of generated columns: use a check constraint")
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
