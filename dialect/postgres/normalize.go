package postgres

import (
	"math/big"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// normalize returns s in the canonical spelling, for comparing only. Both sides
// of a comparison were written by the same server, so there is little to do:
// numbers are compared by value, and names that the server gives by itself, and
// keeps when a table or column gets another one, do not count. Nor does whether
// a table that inherits has a column from itself as well as from its parent,
// which no ALTER TABLE can change back.
func normalize(s schema.Schema) schema.Schema {
	out := schema.Schema{Objects: s.Objects}
	var find func(string) (schema.Table, bool)
	for _, t := range s.Tables {
		if t.Options.Postgres.Inherits != "" {
			if find == nil {
				find = s.Finder()
			}
			t = t.Join(t.Options, find)
		} else {
			t = t.Clone()
		}
		for i := range t.Columns {
			c := &t.Columns[i]
			// In a table with a parent it may be the parent's; with a number at
			// its end the server has given it, where the first one was taken.
			if t.Options.HasParent() || strings.TrimRight(c.NotNullName, "0123456789") == automaticName(t.Name, c.Name, "not_null") {
				c.NotNullName = ""
			}
			c.Identity.Options = withoutName(c.Identity.Options)
			if c.Default != schema.Literal("null") {
				c.Default = normalDefault(c.Default, c.Type.Text)
			} else if !t.Options.HasParent() { // there it stands against the default of the parent
				c.Default = schema.Default{}
			}
		}
		t.Needs, t.Unsupported = nil, ""
		out.Tables = append(out.Tables, t)
	}
	return out
}

// withoutName takes the name of its sequence from the options of an identity.
func withoutName(options string) string {
	rest, ok := strings.CutPrefix(options, sequenceName)
	if !ok {
		return options
	}
	toks := tokenize(rest)
	i := 0
	for i < len(toks) && toks[i].kind != tokSpace {
		i++
	}
	return strings.TrimSpace(join(toks[i:]))
}

// normalDefault compares numbers by value, whether they stand in quotes or not.
func normalDefault(d schema.Default, columnType string) schema.Default {
	if d.Kind != schema.LiteralDefault && d.Kind != schema.StringDefault || d.Variants != (schema.Variants{}) {
		return d
	}
	word, _, _, _ := typeParts(columnType)
	switch word {
	case "smallint", "integer", "bigint", "numeric", "real", "double precision":
	default:
		return d
	}
	// An exponent stays: the value of 1e999999999 fills a memory.
	const digits = 100
	if strings.Trim(d.Text, "-+0123456789.") != "" || len(d.Text) > digits {
		return d
	}
	r, ok := new(big.Rat).SetString(d.Text)
	switch {
	case !ok:
		return d
	case r.IsInt():
		return schema.Literal(r.RatString())
	}
	return schema.Literal(strings.TrimRight(r.FloatString(digits), "0"))
}
