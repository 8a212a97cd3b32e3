package postgres

import (
	"fmt"
	"strings"
)

// readOthers reads the names of what a schema cannot hold, but for what belongs
// to something that it can (the cast of a range type to its multirange). What has a namespace
// is looked for in ours only; what has none belongs to the database, and is
// left out in a scratch place.
func (in *inspector) readOthers() error {
	// What, catalog, name, and the namespace where it has one.
	others := [][4]string{
		{"operator", "pg_operator", "o.oprname || ' (' || CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE pg_catalog.format_type(o.oprleft, NULL) END || ', ' || pg_catalog.format_type(o.oprright, NULL) || ')'", "o.oprnamespace"},
		{"operator class", "pg_opclass", "o.opcname", "o.opcnamespace"},
		{"operator family", "pg_opfamily", "o.opfname", "o.opfnamespace"},
		{"text search configuration", "pg_ts_config", "o.cfgname", "o.cfgnamespace"},
		{"text search dictionary", "pg_ts_dict", "o.dictname", "o.dictnamespace"},
		{"text search parser", "pg_ts_parser", "o.prsname", "o.prsnamespace"},
		{"text search template", "pg_ts_template", "o.tmplname", "o.tmplnamespace"},
		{"conversion", "pg_conversion", "o.conname", "o.connamespace"},
	}
	if in.d.scratch.place == nil {
		others = append(others,
			[4]string{"event trigger", "pg_event_trigger", "o.evtname"},
			[4]string{"cast", "pg_cast", "pg_catalog.format_type(o.castsource, NULL) || ' AS ' || pg_catalog.format_type(o.casttarget, NULL)"},
			[4]string{"language", "pg_language", "o.lanname"},
			[4]string{"transform", "pg_transform", "pg_catalog.format_type(o.trftype, NULL)"},
			[4]string{"access method", "pg_am", "o.amname"},
			[4]string{"foreign-data wrapper", "pg_foreign_data_wrapper", "o.fdwname"},
			[4]string{"foreign server", "pg_foreign_server", "o.srvname"},
			[4]string{"publication", "pg_publication", "o.pubname"},
		)
	}
	var queries []string
	for _, o := range others {
		where := ""
		name := o[2]
		namespace := "0"
		if o[3] != "" {
			where, namespace = " AND "+o[3]+" IN ({spaces})", o[3]
		}
		queries = append(queries, fmt.Sprintf(`SELECT '%s'::pg_catalog.text, (%s)::pg_catalog.text, %s::pg_catalog.int8 FROM pg_catalog.%s o WHERE {path} AND o.oid >= 16384%s
			AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.%s'::pg_catalog.regclass AND d.objid = o.oid AND d.deptype IN ('e', 'i'))`,
			o[0], name, namespace, o[1], where, o[1]))
	}
	if in.d.scratch.place == nil {
		queries = append(queries, `SELECT 'subscription', o.subname::pg_catalog.text, 0 FROM pg_catalog.pg_subscription o
			WHERE {path} AND o.subdbid = (SELECT b.oid FROM pg_catalog.pg_database b WHERE b.datname = pg_catalog.current_database())`)
	}
	var kind, name string
	var namespace int64
	return in.query(strings.Join(queries, " UNION ALL ")+" ORDER BY 1, 2", []any{&kind, &name, &namespace}, func() error {
		if s := in.spaces[namespace]; s.name != "" {
			name = s.name + "." + name
		}
		in.unsupported(kind, name, "")
		return nil
	})
}
