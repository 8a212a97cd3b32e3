package postgres

import (
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// readCollations reads the names of all collations, and the definitions of
// those that are ours. Then it gives the columns the names of theirs.
func (in *inspector) readCollations() error {
	locale, rules := "''", "''" // before 15, what ICU is told is in collcollate
	switch v := in.d.version[0]; {
	case v >= 17:
		locale, rules = "c.colllocale", "c.collicurules"
	case v == 16:
		locale, rules = "c.colliculocale", "c.collicurules"
	case v == 15:
		locale = "c.colliculocale"
	}
	var (
		oid, namespace                                               int64
		name, space, provider, collate, ctype, localeText, rulesText string
		visible, deterministic, owned                                bool
	)
	err := in.query(`SELECT c.oid, c.collname, c.collnamespace, n.nspname, n.nspname = 'pg_catalog' OR pg_catalog.pg_collation_is_visible(c.oid), c.collprovider, c.collisdeterministic,
		coalesce(c.collcollate, ''), coalesce(c.collctype, ''), coalesce(`+locale+`, ''), coalesce(`+rules+`, ''),
		c.oid >= 16384 AND `+ofExtension("pg_collation", "c.oid")+`
		FROM pg_catalog.pg_collation c JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace WHERE {path} ORDER BY c.oid`,
		[]any{&oid, &name, &namespace, &space, &visible, &provider, &deterministic, &collate, &ctype, &localeText, &rulesText, &owned}, func() error {
			_, ours := in.spaces[namespace]
			if !ours {
				in.collations[oid] = schema.Qualify(space, name)
				if visible {
					in.collations[oid] = schema.Qualify("", name)
				}
				return nil
			}
			full, quoted := in.name(namespace, name)
			in.collations[oid] = full
			if owned {
				return nil
			}
			if localeText == "" {
				localeText = collate
			}
			var options []string
			switch provider {
			case "i":
				options = []string{"provider = icu", "locale = " + quoteString(localeText)}
			case "b":
				options = []string{"provider = builtin", "locale = " + quoteString(localeText)}
			case "c":
				options = []string{"provider = libc", "lc_collate = " + quoteString(collate), "lc_ctype = " + quoteString(ctype)}
			default:
				in.unsupported("collation", full, "it has a provider "+provider)
				return nil
			}
			if !deterministic {
				options = append(options, "deterministic = false")
			}
			if rulesText != "" {
				options = append(options, "rules = "+quoteString(rulesText))
			}
			o := in.add(classCollation, oid, schema.Object{Kind: schema.Collation, Name: full},
				"CREATE COLLATION "+quoted+" ("+strings.Join(options, ", ")+")")
			in.comment(o, classCollation, oid, "COLLATION "+quoted)
			return nil
		})
	for _, r := range in.ordered {
		for _, c := range r.columns {
			if c.Collation.Postgres != "" {
				c.Collation.Postgres = in.collations[c.collation]
			}
		}
	}
	return err
}

// collate is how SQL names a collation behind an expression.
func (in *inspector) collate(oid int64) string {
	return " COLLATE " + quoteName(Dialect{}, in.collations[oid])
}
