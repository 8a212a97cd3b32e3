package postgres

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// object looks whether an object of that kind and name is there. Its text it
// does not compare: how the server writes it, only a comparison in a scratch
// place knows. The values of an enum are no text.
func (p prober) object(ob schema.Object) (dialect.Outcome, error) {
	if ob.Definition.For(schema.Postgres) == "" && !ob.Definition.IsZero() {
		return dialect.Applied, nil
	}
	query := p.exists(ob)
	if query == "" {
		return dialect.Unknown, nil
	}
	v, err := p.texts("SELECT ("+query+")::text", 1)
	switch {
	case err != nil:
		return dialect.Unknown, err
	case v[0] == "true":
		return dialect.Applied, nil
	case v[0] == "":
		return dialect.Unknown, nil
	}
	return dialect.Absent, nil
}

// exists returns a condition that is true when an object is there.
func (p prober) exists(ob schema.Object) string {
	name := quoteString(p.d.objectRef(ob))
	local := quoteString(ownName(ob))
	relation := func(kind string) string {
		return "EXISTS (SELECT FROM pg_class WHERE oid = to_regclass(" + name + ") AND relkind = '" + kind + "')"
	}
	typ := func(kind string) string {
		return "EXISTS (SELECT FROM pg_type WHERE oid = to_regtype(" + name + ") AND typtype = '" + kind + "')"
	}
	on := func(catalog, column, table string) string {
		return "EXISTS (SELECT FROM " + catalog + " WHERE " + column + " = " + local + " AND " + table + " = " + p.relation(ob.Table) + ")"
	}
	switch ob.Kind {
	case schema.View:
		return relation("v")
	case schema.MaterializedView:
		return relation("m")
	case schema.Sequence:
		// That of an identity is no object. One that goes with a column may be
		// what makes it a serial, or an object that the column owns: NULL.
		return "SELECT CASE max(deptype) WHEN 'i' THEN false WHEN 'a' THEN NULL ELSE count(oid) > 0 END FROM pg_class LEFT JOIN pg_depend ON classid = 'pg_class'::regclass AND objid = oid" +
			" AND refclassid = 'pg_class'::regclass AND refobjsubid > 0 AND deptype IN ('a', 'i') WHERE oid = to_regclass(" + name + ") AND relkind = 'S'"
	case schema.Enum:
		return typ("e")
	case schema.Domain:
		return typ("d")
	case schema.CompositeType:
		return typ("c")
	case schema.RangeType:
		return typ("r")
	case schema.Trigger:
		return on("pg_trigger", "NOT tgisinternal AND tgname", "tgrelid")
	case schema.Rule:
		return on("pg_rewrite", "rulename", "ev_class")
	case schema.Policy:
		return on("pg_policy", "polname", "polrelid")
	case schema.Exclusion:
		return on("pg_constraint", "contype = 'x' AND conname", "conrelid")
	case schema.Function, schema.Procedure, schema.Aggregate:
		return p.routine(ob)
	case schema.Namespace:
		return "EXISTS (SELECT FROM pg_namespace WHERE '\"' || replace(nspname, '\"', '\"\"') || '\"' = " + name + ")"
	case schema.Extension:
		return "EXISTS (SELECT FROM pg_extension WHERE extname = " + local + ")"
	case schema.Collation:
		return "to_regcollation(" + name + ") IS NOT NULL"
	case schema.Statistics:
		namespace, stat := schema.Split(ob.Name)
		where := "stxnamespace = current_schema()::regnamespace"
		if real := p.d.scratch.namespace(namespace); real != "" {
			where = "stxnamespace = to_regnamespace(" + quoteString(quoteIdent(real)) + ")"
		}
		return "EXISTS (SELECT FROM pg_statistic_ext WHERE stxname = " + quoteString(stat) + " AND " + where + ")"
	case schema.VirtualTable, schema.Event:
	}
	return ""
}

// routine finds a routine by the types of its arguments, or by its name alone
// where they are not known.
func (p prober) routine(ob schema.Object) string {
	namespace, local, args := objectName(ob)
	name := quoteIn(p.d, namespace, local)
	switch {
	case args == "":
		return "to_regproc(" + quoteString(name) + ") IS NOT NULL"
	case strings.Contains(args, "*") || strings.Contains(foldWord(args), "order by"):
		// An aggregate over anything, or over what is sorted.
		where := "pronamespace = current_schema()::regnamespace"
		if real := p.d.scratch.namespace(namespace); real != "" {
			where = "pronamespace = to_regnamespace(" + quoteString(quoteIdent(real)) + ")"
		}
		return "EXISTS (SELECT FROM pg_proc WHERE proname = " + quoteString(local) + " AND prokind = 'a' AND " + where + ")"
	}
	// Before PostgreSQL 16, to_regprocedure fails where the type of an argument
	// is not there: the row type of a table that is gone, for instance.
	args = p.d.sql(args)
	var there []string
	for _, t := range argumentTypes(args) {
		there = append(there, "to_regtype("+quoteString(t)+") IS NOT NULL")
	}
	exists := "to_regprocedure(" + quoteString(name+args) + ") IS NOT NULL"
	if len(there) == 0 {
		return exists
	}
	return "CASE WHEN " + strings.Join(there, " AND ") + " THEN " + exists + " ELSE false END"
}

// argumentTypes takes the types of "(integer, numeric(8,2))" apart.
func argumentTypes(args string) []string {
	var out []string
	var current []token
	flush := func() {
		if s := strings.TrimSpace(join(current)); s != "" {
			out = append(out, s)
		}
		current = nil
	}
	depth := 0
	for _, t := range tokenize(args) {
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		}
		switch {
		case depth == 0, depth == 1 && t.is("(") && len(current) == 0 && len(out) == 0:
		case depth == 1 && t.is(","):
			flush()
		default:
			current = append(current, t)
		}
	}
	flush()
	return out
}

// alteredObject knows of a changed object only what is no text: the values of
// an enum.
func (p prober) alteredObject(o op.AlterObject) (dialect.Outcome, error) {
	if o.From.Kind != schema.Enum {
		return p.object(o.To)
	}
	was, ok := enumLabels(o.From.Definition.For(schema.Postgres))
	is, also := enumLabels(o.To.Definition.For(schema.Postgres))
	if !ok || !also {
		return p.object(o.To)
	}
	var labels []string
	err := p.rows("SELECT enumlabel FROM pg_enum WHERE enumtypid = to_regtype("+quoteString(p.d.objectRef(o.To))+") ORDER BY enumsortorder", 1,
		func(v []string) { labels = append(labels, v[0]) })
	switch {
	case err != nil:
		return dialect.Unknown, err
	case slices.Equal(labels, is):
		return dialect.Applied, nil
	case slices.Equal(labels, was):
		return dialect.Absent, nil
	}
	return dialect.Other, nil
}
