package postgres

import (
	"slices"

	"github.com/whimbreldb/whimbrel/schema"
)

// neutralTable returns t, as the inspector read it, with neutral types where
// the type of a column is exactly what a neutral kind compiles to. A serial
// column stays one on PostgreSQL, and is a number that the database gives out
// everywhere else.
func neutralTable(t schema.Table) schema.Table {
	t.Columns = slices.Clone(t.Columns)
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Type.Kind != schema.KindNative || c.Type.Variants != (schema.Variants{}) {
			continue
		}
		if word := c.Type.Text; c.AutoIncrement && serials[word] != "" {
			c.Type = neutral(serials[word])
			c.Type.Variants.Postgres = word
			continue
		}
		c.Type = neutral(c.Type.Text)
	}
	return t
}
