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
// A view depends on things through its rule, a column through its default, and
// on an array instead of its element. These are looked up for the rows that
// remain, which is cheaper than to join them: pg_depend has some forty rows for
// every table, and none of those is left.
func (in *inspector) readNeeds() error {
	const (
		view    = `(SELECT w.ev_class FROM pg_catalog.pg_rewrite w WHERE w.oid = d.objid AND w.rulename = '_RETURN')`
		table   = `(SELECT a.adrelid FROM pg_catalog.pg_attrdef a WHERE a.oid = d.objid)`
		element = `(SELECT t.typelem FROM pg_catalog.pg_type t WHERE t.oid = d.refobjid AND t.typelem <> 0 AND t.typinput = 'pg_catalog.array_in'::pg_catalog.regproc)`
	)
	var all []dependency
	var d dependency
	var relation int64
	err := in.query(`SELECT d.classid, d.objid,
		CASE d.classid WHEN 'pg_catalog.pg_rewrite'::pg_catalog.regclass THEN coalesce(`+view+`, 0) WHEN 'pg_catalog.pg_attrdef'::pg_catalog.regclass THEN coalesce(`+table+`, 0) ELSE 0 END,
		d.refclassid, CASE d.refclassid WHEN 'pg_catalog.pg_type'::pg_catalog.regclass THEN coalesce(`+element+`, d.refobjid) ELSE d.refobjid END, d.refobjsubid, d.deptype
		FROM pg_catalog.pg_depend d
		WHERE {path} AND d.objid >= 16384 AND d.refobjid >= 16384 AND d.deptype IN ('n', 'a', 'e') AND (d.deptype = 'e'
			OR d.refclassid IN ('pg_catalog.pg_type'::pg_catalog.regclass, 'pg_catalog.pg_proc'::pg_catalog.regclass,
				'pg_catalog.pg_collation'::pg_catalog.regclass, 'pg_catalog.pg_opclass'::pg_catalog.regclass)
			OR d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND (d.classid IN ('pg_catalog.pg_rewrite'::pg_catalog.regclass,
				'pg_catalog.pg_policy'::pg_catalog.regclass, 'pg_catalog.pg_proc'::pg_catalog.regclass)
				OR d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.deptype = 'n'))`,
		[]any{&d.from.class, &d.from.id, &relation, &d.to.class, &d.to.id, &d.to.sub, &d.kind}, func() error {
			one := d
			if relation != 0 {
				one.from = address{classRelation, relation, 0}
			}
			all = append(all, one)
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
