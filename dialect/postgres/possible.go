package postgres

import (
	"fmt"
	"slices"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// possible says why this PostgreSQL cannot have such a table.
func (c *compiler) possible(t schema.Table) error {
	can := c.d.Flavor().Can
	what := tableObject(t.Name)
	no := func(thing string) error {
		return unsupported(what, "it has %s, which PostgreSQL %d does not know", thing, c.d.version[0])
	}
	for _, col := range t.Columns {
		if err := c.possibleColumn(t.Name, col); err != nil {
			return err
		}
	}
	keys := []schema.ConstraintOptions{t.PrimaryKey.ConstraintOptions}
	parts := slices.Clone(t.PrimaryKey.Parts)
	for _, u := range t.Uniques {
		keys, parts = append(keys, u.ConstraintOptions), append(parts, u.Parts...)
		if u.NullsNotDistinct && !can(dialect.NullsNotDistinct) {
			return no("a unique constraint with NULLS NOT DISTINCT")
		}
	}
	if slices.ContainsFunc(parts, func(p schema.Part) bool { return p.Column == "" }) {
		return unsupported(what, "a key of it has an expression, which only an index can have")
	}
	if slices.ContainsFunc(keys, func(k schema.ConstraintOptions) bool { return k.WithoutOverlaps }) && !can(dialect.TemporalConstraints) {
		return no("a key WITHOUT OVERLAPS")
	}
	for _, i := range t.Indexes {
		if i.NullsNotDistinct && !can(dialect.NullsNotDistinct) {
			return no("an index with NULLS NOT DISTINCT")
		}
	}
	for _, f := range t.ForeignKeys {
		switch {
		case f.Period && !can(dialect.TemporalConstraints):
			return no("a foreign key with PERIOD")
		case f.NotEnforced && !can(dialect.NotEnforced):
			return no("a foreign key that is NOT ENFORCED")
		case len(f.SetColumns) > 0 && !can(dialect.SetNullColumns):
			return no("a foreign key that sets some of its columns")
		}
	}
	for _, k := range t.Checks {
		if k.NotEnforced && !can(dialect.NotEnforced) {
			return no("a check that is NOT ENFORCED")
		}
	}
	return nil
}

func (c *compiler) possibleColumn(table string, col schema.Column) error {
	can := c.d.Flavor().Can
	no := func(thing string) error {
		return unsupported(fmt.Sprintf("column %q of table %q", col.Name, table), "it is %s, which PostgreSQL %d does not know", thing, c.d.version[0])
	}
	if isGenerated(col) && !col.Generated.Stored && !can(dialect.VirtualColumns) {
		return no("a virtual generated column")
	}
	if col.Compression != "" && !can(dialect.ColumnCompression) {
		return no("one with a COMPRESSION of its own")
	}
	return nil
}
