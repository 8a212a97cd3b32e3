package postgres

import (
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// readRoutines reads functions, procedures and aggregates.
func (in *inspector) readRoutines() error {
	var (
		oid, namespace                                       int64
		local, kind, types, arguments, definition, aggregate string
	)
	// The functions of an aggregate as CREATE AGGREGATE takes them. What is
	// there by itself is left out.
	option := func(name, value, unset string) string {
		return `CASE WHEN ` + value + ` IS DISTINCT FROM ` + unset + ` THEN ', ` + name + ` = ' || ` + value + ` ELSE '' END`
	}
	function := func(name, column string) string {
		return option(name, "a."+column+"::pg_catalog.text", "'-'")
	}
	modify := func(name, column string) string {
		usual := "(CASE WHEN a.aggkind = 'n' THEN 'READ_ONLY' ELSE 'READ_WRITE' END)"
		return option(name, "(CASE a."+column+" WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END)", usual)
	}
	flag := func(name, condition string) string {
		return `CASE WHEN ` + condition + ` THEN ', ` + name + `' ELSE '' END`
	}
	parts := strings.Join([]string{
		`'SFUNC = ' || a.aggtransfn::pg_catalog.text || ', STYPE = ' || pg_catalog.format_type(a.aggtranstype, NULL)`,
		option("SSPACE", "a.aggtransspace::pg_catalog.text", "'0'"), function("FINALFUNC", "aggfinalfn"), flag("FINALFUNC_EXTRA", "a.aggfinalextra"), modify("FINALFUNC_MODIFY", "aggfinalmodify"),
		function("COMBINEFUNC", "aggcombinefn"), function("SERIALFUNC", "aggserialfn"), function("DESERIALFUNC", "aggdeserialfn"),
		option("INITCOND", "pg_catalog.quote_literal(a.agginitval)", "NULL"),
		function("MSFUNC", "aggmtransfn"), function("MINVFUNC", "aggminvtransfn"), flag("MSTYPE = ' || pg_catalog.format_type(a.aggmtranstype, NULL) || '", "a.aggmtranstype <> 0"),
		option("MSSPACE", "a.aggmtransspace::pg_catalog.text", "'0'"), function("MFINALFUNC", "aggmfinalfn"), flag("MFINALFUNC_EXTRA", "a.aggmfinalextra"),
		`CASE WHEN a.aggmtransfn = 0 THEN '' ELSE ` + modify("MFINALFUNC_MODIFY", "aggmfinalmodify") + ` END`,
		option("MINITCOND", "pg_catalog.quote_literal(a.aggminitval)", "NULL"),
		`CASE WHEN a.aggsortop = 0 THEN '' ELSE ', SORTOP = ' || (SELECT 'OPERATOR(' || pg_catalog.quote_ident(n.nspname) || '.' || s.oprname || ')'
			FROM pg_catalog.pg_operator s JOIN pg_catalog.pg_namespace n ON n.oid = s.oprnamespace WHERE s.oid = a.aggsortop) END`,
		`CASE p.proparallel WHEN 's' THEN ', PARALLEL = SAFE' WHEN 'r' THEN ', PARALLEL = RESTRICTED' ELSE '' END`,
		flag("HYPOTHETICAL", "a.aggkind = 'h'"),
	}, " || ")
	return in.query(`SELECT p.oid, p.pronamespace, p.proname, p.prokind, pg_catalog.oidvectortypes(p.proargtypes), pg_catalog.pg_get_function_identity_arguments(p.oid),
		CASE WHEN p.prokind IN ('f', 'p', 'w') THEN coalesce(pg_catalog.pg_get_functiondef(p.oid), '') ELSE '' END,
		CASE WHEN p.prokind = 'a' THEN coalesce(`+parts+`, '') ELSE '' END
		FROM pg_catalog.pg_proc p LEFT JOIN pg_catalog.pg_aggregate a ON p.prokind = 'a' AND a.aggfnoid = p.oid
		WHERE {path} AND p.pronamespace IN ({spaces}) AND `+notExtension("pg_proc", "p.oid")+`
		AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'i')
		ORDER BY p.oid`,
		[]any{&oid, &namespace, &local, &kind, &types, &arguments, &definition, &aggregate}, func() error {
			name, quoted := in.name(namespace, local)
			word, o := "", schema.Object{Name: name + "(" + types + ")"}
			switch kind {
			case "f", "w":
				word, o.Kind = "FUNCTION", schema.Function
			case "p":
				word, o.Kind = "PROCEDURE", schema.Procedure
			case "a":
				word, o.Kind = "AGGREGATE", schema.Aggregate
				types = arguments
				if arguments == "" {
					types = "*"
				}
				o.Name = name + "(" + types + ")"
				definition = "CREATE AGGREGATE " + quoted + "(" + types + ") (" + aggregate + ")"
			default:
				in.unsupported("routine of kind "+kind, o.Name, "")
				return nil
			}
			if kind != "a" {
				definition = in.unqualify(definition, "CREATE OR REPLACE "+word+" ", namespace)
			}
			made := in.add(classProc, oid, o, strings.TrimRight(definition, "\n"))
			in.comment(made, classProc, oid, word+" "+quoted+"("+types+")")
			return nil
		})
}

// unqualify takes the default namespace away from the name behind what a text
// begins with: some functions of the server write it whatever the search path
// is.
func (in *inspector) unqualify(text, begin string, namespace int64) string {
	s := in.spaces[namespace]
	if s.name != "" {
		return text
	}
	if rest, ok := strings.CutPrefix(text, begin+s.prefix); ok {
		return begin + rest
	}
	return text
}

// unqualifyAt does the same behind the first place where before stands in the
// text.
func (in *inspector) unqualifyAt(text, before string, namespace int64) string {
	s := in.spaces[namespace]
	if s.name != "" {
		return text
	}
	return strings.Replace(text, before+s.prefix, before, 1)
}
