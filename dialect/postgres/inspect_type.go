package postgres

import (
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// A domainConstraint is a constraint of a domain.
type domainConstraint struct {
	oid              int64
	name, text, kind string
}

// A typeRow is a row of pg_type that is not the type of a table, nor an array.
type typeRow struct {
	oid, namespace, relation, collation int64
	local, kind, base, def, labels      string
	notNull, ownCollation, owned        bool
	subtype, class, canonical, diff     string
	rangeCollation                      int64
	multirange                          string
}

// readTypes reads the types that somebody made.
func (in *inspector) readTypes() error {
	multirange := "''"
	if in.d.version[0] >= 14 {
		multirange = "CASE WHEN r.rngmultitypid = 0 THEN '' ELSE (SELECT m.typname FROM pg_catalog.pg_type m WHERE m.oid = r.rngmultitypid) END"
	}
	var t typeRow
	return in.query(`SELECT t.oid, t.typnamespace, t.typname, t.typtype, t.typrelid,
		CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod) ELSE '' END, t.typcollation, t.typtype = 'd' AND t.typcollation <> b.typcollation,
		t.typnotnull, CASE WHEN t.typtype = 'd' THEN coalesce(pg_catalog.pg_get_expr(t.typdefaultbin, 0), '') ELSE '' END,
		CASE WHEN t.typtype = 'e' THEN coalesce((SELECT pg_catalog.string_agg(pg_catalog.quote_literal(l.enumlabel), ', ' ORDER BY l.enumsortorder)
			FROM pg_catalog.pg_enum l WHERE l.enumtypid = t.oid), '') ELSE '' END,
		coalesce(pg_catalog.format_type(r.rngsubtype, NULL), ''), coalesce(CASE WHEN o.opcdefault THEN '' ELSE
			(CASE WHEN pg_catalog.pg_opclass_is_visible(o.oid) THEN '' ELSE (SELECT pg_catalog.quote_ident(n.nspname) || '.' FROM pg_catalog.pg_namespace n WHERE n.oid = o.opcnamespace) END)
			|| pg_catalog.quote_ident(o.opcname) END, ''),
		coalesce(nullif(r.rngcanonical::pg_catalog.text, '-'), ''), coalesce(nullif(r.rngsubdiff::pg_catalog.text, '-'), ''),
		coalesce(CASE WHEN r.rngcollation <> s.typcollation THEN r.rngcollation END, 0), coalesce(`+multirange+`, ''), `+ofExtension("pg_type", "t.oid")+`
		FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
		LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
		LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid LEFT JOIN pg_catalog.pg_type s ON s.oid = r.rngsubtype LEFT JOIN pg_catalog.pg_opclass o ON o.oid = r.rngsubopc
		WHERE {path} AND t.typnamespace IN ({spaces}) AND t.typtype <> 'm' AND (t.typtype <> 'c' OR c.relkind = 'c')
		AND NOT (t.typtype = 'b' AND t.typelem <> 0 AND t.typinput = 'pg_catalog.array_in'::pg_catalog.regproc)
		ORDER BY t.oid`,
		[]any{
			&t.oid, &t.namespace, &t.local, &t.kind, &t.relation, &t.base, &t.collation, &t.ownCollation, &t.notNull, &t.def, &t.labels,
			&t.subtype, &t.class, &t.canonical, &t.diff, &t.rangeCollation, &t.multirange, &t.owned,
		}, func() error {
			if !t.owned {
				in.typ(t)
			}
			return nil
		})
}

func (in *inspector) typ(t typeRow) {
	name, quoted := in.name(t.namespace, t.local)
	switch t.kind {
	case "e":
		o := in.add(classType, t.oid, schema.Object{Kind: schema.Enum, Name: name}, "CREATE TYPE "+quoted+" AS ENUM ("+t.labels+")")
		in.comment(o, classType, t.oid, "TYPE "+quoted)
	case "d":
		in.domain(t, name, quoted)
	case "c":
		in.composite(t, name, quoted)
	case "r":
		in.rangeType(t, name, quoted)
	case "b":
		in.unsupported("base type", name, "")
	case "p":
		in.unsupported("shell type", name, "")
	default:
		in.unsupported("type of kind "+t.kind, name, "")
	}
}

func (in *inspector) domain(t typeRow, name, quoted string) {
	text := "CREATE DOMAIN " + quoted + " AS " + t.base
	if t.ownCollation {
		text += in.collate(t.collation)
	}
	if t.def != "" {
		text += " DEFAULT " + t.def
	}
	notNull := ""
	if t.notNull {
		notNull = " NOT NULL"
	}
	var comments []domainConstraint
	var later []string // what CREATE DOMAIN cannot say
	checks := ""
	for _, c := range in.domainConstraints[t.oid] {
		constraint := "CONSTRAINT " + quoteIdent(c.name) + " "
		switch {
		case c.kind == "n": // PostgreSQL ≥ 17 keeps a row, and a name
			// The server adds a number where the name was taken, as it is while a
			// domain replaces another.
			if strings.TrimRight(c.name, "0123456789") != automaticName(schema.Qualify("", t.local), "", "not_null") {
				notNull = " " + constraint + "NOT NULL"
			}
		case strings.HasSuffix(c.text, " NOT VALID"):
			later = append(later, "ALTER DOMAIN "+quoted+" ADD "+constraint+c.text)
		default:
			checks += " " + constraint + c.text
		}
		comments = append(comments, c)
	}
	o := in.add(classType, t.oid, schema.Object{Kind: schema.Domain, Name: name}, text+notNull+checks)
	o.statements = append(o.statements, later...)
	in.comment(o, classType, t.oid, "DOMAIN "+quoted)
	for _, c := range comments {
		in.know(classConstraint, c.oid, o)
		in.comment(o, classConstraint, c.oid, "CONSTRAINT "+quoteIdent(c.name)+" ON DOMAIN "+quoted)
	}
}

func (in *inspector) composite(t typeRow, name, quoted string) {
	r := in.relations[t.relation]
	if r == nil {
		return
	}
	var parts []string
	for _, c := range r.columns {
		part := quoteIdent(c.Name) + " " + c.Type.Text
		if c.Column.Collation.Postgres != "" {
			part += in.collate(c.collation)
		}
		parts = append(parts, part)
	}
	o := in.add(classType, t.oid, schema.Object{Kind: schema.CompositeType, Name: name}, "CREATE TYPE "+quoted+" AS ("+strings.Join(parts, ", ")+")")
	in.know(classRelation, r.oid, o)
	r.object = o
	in.comment(o, classType, t.oid, "TYPE "+quoted)
	in.columnComments(o, r)
}

// columnComments adds the comments on the columns of something that is no
// table.
func (in *inspector) columnComments(o *thing, r *relation) {
	for _, c := range r.columns {
		if c.Comment != "" {
			o.add("COMMENT ON COLUMN " + r.quoted + "." + quoteIdent(c.Name) + " IS " + quoteString(c.Comment))
		}
	}
}

func (in *inspector) rangeType(t typeRow, name, quoted string) {
	options := []string{"subtype = " + t.subtype}
	for _, o := range [][2]string{{"subtype_opclass", t.class}, {"canonical", t.canonical}, {"subtype_diff", t.diff}} {
		if o[1] != "" {
			options = append(options, o[0]+" = "+o[1])
		}
	}
	if t.rangeCollation != 0 {
		options = append(options, "collation = "+quoteName(Dialect{}, in.collations[t.rangeCollation]))
	}
	if t.multirange != "" && t.multirange != usualMultirange(t.local) {
		_, m := in.name(t.namespace, t.multirange)
		options = append(options, "multirange_type_name = "+m)
	}
	o := in.add(classType, t.oid, schema.Object{Kind: schema.RangeType, Name: name}, "CREATE TYPE "+quoted+" AS RANGE ("+strings.Join(options, ", ")+")")
	in.comment(o, classType, t.oid, "TYPE "+quoted)
}

// usualMultirange is the name that the server makes from that of a range type.
func usualMultirange(name string) string {
	if i := strings.Index(name, "range"); i >= 0 {
		return cutRune(name[:i]+"multirange"+name[i+len("range"):], maxName)
	}
	return cutRune(name, maxName-len("_multirange")) + "_multirange"
}
