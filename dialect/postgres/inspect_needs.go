package postgres

import "github.com/whimbreldb/whimbrel/schema"

// A dependency is a row of pg_depend: from what is made of something to what it
// is made of.
type dependency struct {
	from, to address
	kind     string
}

// readNeeds reads from pg_depend what each thing is made of. Only what could be
// a need is asked for: of the rows for a plain table, none.
//
// A view depends on things through its rule, a column through its default; an
// array and the row type of a table are the element and the table.
func (in *inspector) readNeeds() error {
	var all []dependency
	var d dependency
	err := in.query(`SELECT CASE WHEN w.rulename = '_RETURN' OR a.oid IS NOT NULL THEN 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid ELSE d.classid END,
		CASE WHEN w.rulename = '_RETURN' THEN w.ev_class WHEN a.oid IS NOT NULL THEN a.adrelid ELSE d.objid END,
		CASE WHEN t.typrelid <> 0 AND c.relkind <> 'c' OR e.typrelid <> 0 AND ec.relkind <> 'c' THEN 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid ELSE d.refclassid END,
		CASE WHEN e.typrelid <> 0 AND ec.relkind <> 'c' THEN e.typrelid WHEN e.oid IS NOT NULL THEN e.oid WHEN t.typrelid <> 0 AND c.relkind <> 'c' THEN t.typrelid ELSE d.refobjid END,
		d.refobjsubid, d.deptype
		FROM pg_catalog.pg_depend d
		LEFT JOIN pg_catalog.pg_rewrite w ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND w.oid = d.objid
		LEFT JOIN pg_catalog.pg_attrdef a ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND a.oid = d.objid
		LEFT JOIN pg_catalog.pg_type t ON d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass AND t.oid = d.refobjid
		LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
		LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typinput = 'pg_catalog.array_in'::pg_catalog.regproc
		LEFT JOIN pg_catalog.pg_class ec ON ec.oid = e.typrelid
		WHERE {path} AND d.objid >= 16384 AND d.refobjid >= 16384 AND d.deptype IN ('n', 'a', 'e') AND (d.deptype = 'e'
			OR d.refclassid IN ('pg_catalog.pg_type'::pg_catalog.regclass, 'pg_catalog.pg_proc'::pg_catalog.regclass,
				'pg_catalog.pg_collation'::pg_catalog.regclass, 'pg_catalog.pg_opclass'::pg_catalog.regclass)
			OR d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND (d.classid IN ('pg_catalog.pg_rewrite'::pg_catalog.regclass,
				'pg_catalog.pg_policy'::pg_catalog.regclass, 'pg_catalog.pg_proc'::pg_catalog.regclass)
				OR d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.deptype = 'n'))`,
		[]any{&d.from.class, &d.from.id, &d.to.class, &d.to.id, &d.to.sub, &d.kind}, func() error {
			all = append(all, d)
			return nil
		})
	for _, d := range all {
		if d.kind == "e" { // a thing of an extension stands for the extension
			if x, ok := in.made[address{d.to.class, d.to.id, 0}]; ok {
				in.made[d.from] = x
			}
		}
	}
	for _, d := range all {
		if d.kind != "e" {
			in.need(d)
		}
	}
	return err
}

func (in *inspector) need(d dependency) {
	from, ok := in.made[d.from]
	if !ok {
		return
	}
	to, ok := in.made[address{d.to.class, d.to.id, 0}]
	if !ok || to == from {
		return
	}
	var ref schema.Ref
	if to.relation != nil {
		ref.Name = to.relation.name
	} else {
		ref.Kind, ref.Name = to.object.Kind, to.object.Name
	}
	if r := in.relations[d.to.id]; d.to.class == classRelation && d.to.sub > 0 && r != nil {
		if c := r.number(d.to.sub); c != nil {
			ref.Column = c.Name
		}
	}
	if from.relation != nil {
		from.relation.needs.add(ref)
		return
	}
	if ref.Name == from.object.Table && ref.Column == "" {
		return // what it is on
	}
	from.object.needs.add(ref)
}
