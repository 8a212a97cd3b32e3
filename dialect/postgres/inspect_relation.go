package postgres

import (
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// A relation is a row of pg_class that is no index, with what belongs to it.
type relation struct {
	oid, namespace int64
	typ            int64 // of its rows
	local, kind    string
	name, quoted   string // as a schema and as SQL names it
	options        schema.TableOptions
	identity       string
	partition      bool
	extension      bool // an extension owns it
	parents        []int64
	definition     string // of a view
	with           string // of a view: what stands in WITH (…)
	object         *thing

	columns     []*column
	byNumber    []*column
	table       schema.Table // keys, constraints and indexes
	needs       refs
	unsupported string
}

func (r *relation) isTable() bool { return !r.extension && (r.kind == "r" || r.kind == "p") }

// refuse says why the table is not understood, unless there is a reason
// already.
func (r *relation) refuse(format string, args ...any) {
	if r.unsupported == "" {
		r.unsupported = fmt.Sprintf(format, args...)
	}
}

// readRelations reads tables, views, sequences and composite types, as far as
// pg_class knows them.
func (in *inspector) readRelations() error {
	var r relation
	var persistence, storage, toast, tablespace, method, parents, security, identity string
	postgres := &r.options.Postgres
	return in.query(`SELECT c.oid, c.reltype, c.relnamespace, c.relname, c.relkind, c.relpersistence, c.relispartition, `+ofExtension("pg_class", "c.oid")+`,
		CASE WHEN c.reloptions IS NULL THEN '' ELSE coalesce(`+options("c.reloptions")+`, '') END,
		CASE WHEN t.reloptions IS NULL THEN '' ELSE coalesce(`+optionsOf("toast.", "t.reloptions")+`, '') END,
		coalesce(s.spcname, ''), coalesce(am.amname, ''),
		(CASE WHEN c.relrowsecurity THEN 'e' ELSE '' END) || (CASE WHEN c.relforcerowsecurity THEN 'f' ELSE '' END), c.relreplident,
		CASE WHEN c.reloftype = 0 THEN '' ELSE c.reloftype::pg_catalog.regtype::pg_catalog.text END,
		CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) ELSE '' END,
		CASE WHEN c.relispartition THEN pg_catalog.pg_get_expr(c.relpartbound, c.oid) ELSE '' END,
		coalesce(h.parents, ''),
		CASE WHEN c.relkind IN ('v', 'm') AND `+notExtension("pg_class", "c.oid")+` THEN coalesce(pg_catalog.pg_get_viewdef(c.oid), '') ELSE '' END
		FROM pg_catalog.pg_class c
		LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid AND t.reloptions IS NOT NULL
		LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
		LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam AND am.amname <> 'heap'
		LEFT JOIN (SELECT inhrelid, pg_catalog.string_agg(inhparent::pg_catalog.text, ' ' ORDER BY inhseqno) AS parents
			FROM pg_catalog.pg_inherits GROUP BY inhrelid) h ON h.inhrelid = c.oid
		WHERE {path} AND c.relnamespace IN ({spaces}) AND c.relkind NOT IN ('i', 'I', 't') ORDER BY c.oid`,
		[]any{
			&r.oid, &r.typ, &r.namespace, &r.local, &r.kind, &persistence, &r.partition, &r.extension, &storage, &toast, &tablespace, &method, &security, &identity,
			&postgres.OfType, &postgres.PartitionBy, &postgres.Bound, &parents, &r.definition,
		}, func() (err error) {
			own := r
			own.name, own.quoted = in.name(r.namespace, r.local)
			if own.parents, err = numbers(parents); err != nil {
				return err
			}
			o := &own.options.Postgres
			o.Unlogged = persistence == "u"
			o.Storage, o.Tablespace, o.AccessMethod = joinOptions(storage, toast), tablespace, method
			own.with, own.identity = o.Storage, identity
			own.options.Comment = in.comments[address{classRelation, r.oid, 0}]
			switch security {
			case "e":
				o.RowSecurity = "ENABLED"
			case "ef":
				o.RowSecurity = "FORCED"
			case "f":
				own.refuse("row security is forced and not enabled")
			}
			in.relation(&own)
			return nil
		})
}

func joinOptions(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + ", " + b
}

// relation files a row of pg_class, and makes the objects that it is.
func (in *inspector) relation(r *relation) {
	in.relations[r.oid] = r
	in.ordered = append(in.ordered, r)
	if r.extension {
		return
	}
	switch r.kind {
	case "r", "p":
		in.made[address{classRelation, r.oid, 0}] = made{relation: r}
		in.made[address{classType, r.typ, 0}] = made{relation: r}
	case "v":
		with := ""
		if r.with != "" {
			with = " WITH (" + r.with + ")"
		}
		r.object = in.add(classRelation, r.oid, schema.Object{Kind: schema.View, Name: r.name},
			"CREATE VIEW "+r.quoted+with+" AS\n"+viewQuery(r.definition))
		in.know(classType, r.typ, r.object)
		in.comment(r.object, classRelation, r.oid, "VIEW "+r.quoted)
	case "m":
		o, with := r.options.Postgres, ""
		if o.AccessMethod != "" {
			with += " USING " + quoteIdent(o.AccessMethod)
		}
		if r.with != "" {
			with += " WITH (" + r.with + ")"
		}
		if o.Tablespace != "" {
			with += " TABLESPACE " + quoteIdent(o.Tablespace)
		}
		r.object = in.add(classRelation, r.oid, schema.Object{Kind: schema.MaterializedView, Name: r.name},
			"CREATE MATERIALIZED VIEW "+r.quoted+with+" AS\n"+viewQuery(r.definition))
		in.know(classType, r.typ, r.object)
		in.comment(r.object, classRelation, r.oid, "MATERIALIZED VIEW "+r.quoted)
	case "S", "c": // readSequences, readTypes
	case "f":
		in.unsupported("foreign table", r.name, "")
	default:
		in.unsupported("relation of kind "+r.kind, r.name, "")
	}
}

// viewQuery is what pg_get_viewdef returns, without what it puts around.
func viewQuery(text string) string {
	return strings.TrimSuffix(strings.TrimSpace(text), ";")
}

// table returns the table that a relation is, once everything is read.
func (in *inspector) table(r *relation) schema.Table {
	t := r.table
	t.Name, t.Options = r.name, r.options
	o := &t.Options.Postgres
	switch r.identity {
	case "n":
		o.ReplicaIdentity = "NOTHING"
	case "f":
		o.ReplicaIdentity = "FULL"
	}
	inherited := in.inherited(r)
	t.Columns = make([]schema.Column, 0, len(r.columns))
	switch {
	case r.partition && len(r.parents) == 1:
		if p := in.relations[r.parents[0]]; p != nil {
			o.PartitionOf = p.name
			r.needs.add(schema.Ref{Name: p.name})
		} else {
			r.refuse("it is a partition of a table that is not in this schema")
		}
	case len(r.parents) > 0:
		var names []string
		for _, oid := range r.parents {
			if p := in.relations[oid]; p != nil {
				names = append(names, p.quoted)
				r.needs.add(schema.Ref{Name: p.name})
			} else {
				r.refuse("it inherits from a table that is not in this schema")
			}
		}
		o.Inherits = strings.Join(names, ", ")
	}
	for _, c := range r.columns {
		if col, own := in.tableColumn(r, c, inherited); own {
			t.Columns = append(t.Columns, col)
		}
	}
	t.Needs = r.needs.list()
	t.Unsupported = r.unsupported
	return t
}

// inherited returns the columns that a table has from elsewhere, by name.
func (in *inspector) inherited(r *relation) map[string]*column {
	if len(r.parents) == 0 {
		return nil
	}
	out := map[string]*column{}
	for _, oid := range r.parents {
		if p := in.relations[oid]; p != nil {
			for _, c := range p.columns {
				out[c.Name] = c
			}
		}
	}
	return out
}

// viewColumns adds to a view what its columns have.
func (in *inspector) viewColumns(r *relation) {
	view := "VIEW "
	if r.kind == "m" {
		view = "MATERIALIZED VIEW "
	}
	for _, c := range r.columns {
		alter := "ALTER " + view + r.quoted + " ALTER COLUMN " + quoteIdent(c.Name) + " "
		if c.text != "" {
			r.object.add(alter + "SET DEFAULT " + c.text)
		}
		if c.Storage != "" && r.kind == "m" {
			r.object.add(alter + "SET STORAGE " + c.Storage)
		}
		if c.Compression != "" && r.kind == "m" {
			r.object.add(alter + "SET COMPRESSION " + c.Compression)
		}
		for line := range strings.Lines(c.Options.Postgres) {
			r.object.add(alter + strings.TrimSuffix(line, "\n"))
		}
	}
	in.columnComments(r.object, r)
}
