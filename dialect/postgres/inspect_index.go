package postgres

import (
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// An index says what an index is for that a constraint has made.
type index struct {
	key    *schema.ConstraintOptions // of a primary key
	unique int                       // which of the table's unique constraints, from 1
	object *thing                    // an exclusion constraint
}

// An opClass is an operator class.
type opClass struct {
	text    string // how SQL names it
	method  int64
	typ     int64
	def     bool
	generic bool // for any type of a family: anyarray, anyenum
}

// readOpClasses reads the operator classes: an index names those that are not
// what the server takes by itself for the type of the column.
func (in *inspector) readOpClasses() error {
	in.opClasses = map[int64]opClass{}
	in.defaultOpClasses = map[[2]int64]bool{}
	var oid int64
	var c opClass
	return in.query(`SELECT o.oid, CASE WHEN pg_catalog.pg_opclass_is_visible(o.oid) THEN '' ELSE pg_catalog.quote_ident(n.nspname) || '.' END || pg_catalog.quote_ident(o.opcname),
		o.opcmethod, o.opcintype, o.opcdefault, t.typtype = 'p'
		FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_namespace n ON n.oid = o.opcnamespace JOIN pg_catalog.pg_type t ON t.oid = o.opcintype WHERE {path}`,
		[]any{&oid, &c.text, &c.method, &c.typ, &c.def, &c.generic}, func() error {
			in.opClasses[oid] = c
			if c.def {
				in.defaultOpClasses[[2]int64{c.method, c.typ}] = true
			}
			return nil
		})
}

// opClass returns the operator class of a part, or "" for the usual one. The
// usual one is the default for just this type, else the default for a type that
// this one can be taken for.
func (in *inspector) opClass(oid, typ int64) string {
	c := in.opClasses[oid]
	if c.def && (typ == 0 || c.typ == typ || !in.defaultOpClasses[[2]int64{c.method, typ}]) {
		return ""
	}
	return c.text
}

// A rawIndex is a row of pg_index.
type rawIndex struct {
	oid, relation                                          int64
	name, method                                           string
	unique, valid, identity, clustered, notDistinct, local bool
	keyCount                                               int
	parent                                                 int64 // of an index of a partition
	keys, options, classes, collations                     string
	storage, tablespace, where, expressions, definition    string
}

// readIndexes reads the indexes. Those of constraints add to them; those of a
// partition that belong to an index of its parent are not its own.
func (in *inspector) readIndexes() error {
	notDistinct := "false"
	if in.d.version[0] >= 15 {
		notDistinct = "i.indnullsnotdistinct"
	}
	var x rawIndex
	var copied []rawIndex
	storage := map[int64]string{}
	err := in.query(`SELECT i.indexrelid, i.indrelid, c.relname, CASE c.relam WHEN 403 THEN 'btree' ELSE (SELECT m.amname FROM pg_catalog.pg_am m WHERE m.oid = c.relam) END, i.indisunique, i.indisvalid, i.indisreplident, i.indisclustered, `+notDistinct+`, NOT c.relispartition,
		CASE WHEN c.relispartition THEN coalesce((SELECT h.inhparent FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid), 0) ELSE 0 END,
		i.indnkeyatts, i.indkey::pg_catalog.text, i.indoption::pg_catalog.text, i.indclass::pg_catalog.text, i.indcollation::pg_catalog.text,
		CASE WHEN c.reloptions IS NULL THEN '' ELSE coalesce(`+options("c.reloptions")+`, '') END, CASE c.reltablespace WHEN 0 THEN '' ELSE (SELECT s.spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = c.reltablespace) END,
		CASE WHEN i.indpred IS NULL THEN '' ELSE coalesce(pg_catalog.pg_get_expr(i.indpred, i.indrelid), '') END,
		CASE WHEN i.indexprs IS NULL THEN '' ELSE coalesce((SELECT pg_catalog.string_agg(pg_catalog.pg_get_indexdef(i.indexrelid, k, false), E'\x1f' ORDER BY k)
			FROM pg_catalog.generate_series(1, i.indnkeyatts::pg_catalog.int4) k WHERE i.indkey[k - 1] = 0), '') END,
		CASE WHEN i.indrelid IN (SELECT v.oid FROM pg_catalog.pg_class v WHERE v.relkind = 'm') THEN coalesce(pg_catalog.pg_get_indexdef(i.indexrelid), '') ELSE '' END
		FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
		WHERE {path} AND c.relnamespace IN ({spaces}) ORDER BY i.indexrelid`,
		[]any{
			&x.oid, &x.relation, &x.name, &x.method, &x.unique, &x.valid, &x.identity, &x.clustered, &x.notDistinct, &x.local, &x.parent,
			&x.keyCount, &x.keys, &x.options, &x.classes, &x.collations, &x.storage, &x.tablespace, &x.where, &x.expressions, &x.definition,
		}, func() error {
			storage[x.oid] = x.storage
			if x.parent != 0 {
				copied = append(copied, x)
			}
			return in.index(x)
		})
	for _, x := range copied {
		in.copiedIndex(x, storage[x.parent])
	}
	return err
}

// copiedIndex names what the index of a partition has otherwise than that of its
// parent, whose options are given.
func (in *inspector) copiedIndex(x rawIndex, options string) {
	r := in.relations[x.relation]
	if r == nil || r.extension {
		return
	}
	name, _ := in.name(r.namespace, x.name)
	but := func(what string) {
		in.unsupported("index", name, "a partition has it from its parent, but for its "+what)
	}
	if in.comments[address{classRelation, x.oid, 0}] != "" {
		but("comment")
	}
	if x.storage != options {
		but("options")
	}
	for n := range x.keyCount {
		if in.indexOptions[address{classAttribute, x.oid, n + 1}] != in.indexOptions[address{classAttribute, x.parent, n + 1}] {
			but("statistics")
			break
		}
	}
}

func (in *inspector) index(x rawIndex) error {
	r := in.relations[x.relation]
	if r == nil || r.extension {
		return nil
	}
	if x.identity && r.identity == "i" {
		r.options.Postgres.ReplicaIdentity = "USING INDEX " + quoteIdent(x.name)
	}
	if !x.local {
		return nil
	}
	parts, include, err := in.parts(r, x)
	if err != nil {
		return err
	}
	if made := in.indexes[x.oid]; made != nil {
		in.constraintIndex(r, made, x, include)
		return nil
	}
	if _, ok := in.keys[x.oid]; ok {
		return nil // of a constraint that the table has from its parent
	}
	if r.kind == "m" {
		in.viewIndex(r, x)
		return nil
	}
	in.made[address{classRelation, x.oid, 0}] = made{relation: r}
	i := schema.Index{
		Name: x.name, Unique: x.unique, Parts: parts, Include: include, NullsNotDistinct: x.notDistinct,
		Where: schema.Expr(strip(x.where)), Storage: x.storage, Tablespace: x.tablespace, Invalid: !x.valid,
		Comment: in.comments[address{classRelation, x.oid, 0}],
	}
	if x.method != "btree" {
		i.Method.Postgres = quoteWord(x.method)
	}
	for n := range parts {
		if in.indexOptions[address{classAttribute, x.oid, n + 1}] != "" {
			r.refuse("index %q has statistics of its own for a column", x.name)
		}
	}
	if x.clustered {
		in.clustered(r, x.name)
	}
	r.table.Indexes = append(r.table.Indexes, i)
	return nil
}

// clustered notes the index that CLUSTER goes by.
func (in *inspector) clustered(r *relation, index string) {
	r.options.Postgres.ClusterOn = index
}

// constraintIndex adds to a constraint what its index knows.
func (in *inspector) constraintIndex(r *relation, made *index, x rawIndex, include []string) {
	if x.clustered {
		in.clustered(r, x.name)
	}
	if made.object != nil {
		in.know(classRelation, x.oid, made.object)
		if x.tablespace != "" {
			_, quoted := in.name(r.namespace, x.name)
			made.object.add("ALTER INDEX " + quoted + " SET TABLESPACE " + quoteIdent(x.tablespace))
		}
		return
	}
	key := made.key
	if made.unique > 0 {
		u := &r.table.Uniques[made.unique-1]
		u.NullsNotDistinct = x.notDistinct
		key = &u.ConstraintOptions
	}
	key.Include, key.Storage, key.Tablespace = include, x.storage, x.tablespace
	if !x.valid {
		r.refuse("the index of constraint %q is not valid", x.name)
	}
	if comment := in.comments[address{classRelation, x.oid, 0}]; comment != "" {
		r.refuse("the index of constraint %q has a comment", x.name)
	}
}

// viewIndex makes an index of a materialized view a part of its definition.
func (in *inspector) viewIndex(r *relation, x rawIndex) {
	in.know(classRelation, x.oid, r.object)
	at := " ON " + in.spaces[r.namespace].prefix
	text := strings.Replace(x.definition, at, " ON ", 1)
	if in.spaces[r.namespace].name != "" {
		text = x.definition
	}
	r.object.add(text)
	_, quoted := in.name(r.namespace, x.name)
	in.comment(r.object, classRelation, x.oid, "INDEX "+quoted)
	for n := range x.keyCount {
		if target := in.indexOptions[address{classAttribute, x.oid, n + 1}]; target != "" {
			r.object.add("ALTER INDEX " + quoted + " ALTER COLUMN " + strconv.Itoa(n+1) + " SET STATISTICS " + target)
		}
	}
	if x.clustered {
		r.object.add("ALTER MATERIALIZED VIEW " + r.quoted + " CLUSTER ON " + quoteIdent(x.name))
	}
}

// parts returns the members of an index, and the columns that it only stores.
func (in *inspector) parts(r *relation, x rawIndex) (parts []schema.Part, include []string, err error) {
	var keys, options, classes, collations []int64
	for _, v := range []struct {
		to   *[]int64
		text string
	}{{&keys, x.keys}, {&options, x.options}, {&classes, x.classes}, {&collations, x.collations}} {
		if *v.to, err = numbers(v.text); err != nil {
			return nil, nil, err
		}
	}
	expressions := strings.Split(x.expressions, "\x1f")
	for n, key := range keys {
		column := r.number(int(key))
		if n >= x.keyCount {
			if column != nil {
				include = append(include, column.Name)
			}
			continue
		}
		var p schema.Part
		var typ, collation int64
		switch {
		case column != nil:
			p.Column, typ, collation = column.Name, column.typeOID, column.collation
		case key == 0 && len(expressions) > 0:
			p.Expr = schema.Expr(strip(strip(expressions[0])))
			expressions = expressions[1:]
			collation = defaultCollation
		default:
			r.refuse("index %q is on a system column", x.name)
		}
		p.Desc = options[n]&1 != 0
		if first := options[n]&2 != 0; first != p.Desc {
			p.Nulls = "LAST"
			if first {
				p.Nulls = "FIRST"
			}
		}
		if collations[n] != 0 && collations[n] != collation {
			p.Collation.Postgres = in.collations[collations[n]]
		}
		p.OpClass = in.opClass(classes[n], typ)
		if o := in.indexOptions[address{classRelation, x.oid, n + 1}]; o != "" {
			if p.OpClass == "" {
				p.OpClass = in.opClasses[classes[n]].text
			}
			p.OpClass += " (" + o + ")"
		}
		parts = append(parts, p)
	}
	return parts, include, nil
}

// defaultCollation is the oid of the one that stands for the database's own.
const defaultCollation = 100

// quoteWord quotes a name only where it is none without.
func quoteWord(name string) string {
	if t := tokenize(name); len(t) == 1 && t[0].kind == tokWord && foldWord(name) == name {
		return name
	}
	return quoteIdent(name)
}
