package postgres

import (
	"fmt"
	"math"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// A sequence is a row of pg_sequence.
type sequence struct {
	oid, owner                                int64 // owner: a table
	column                                    int
	dependency                                string // i: an identity, a: owned
	typ, regclass                             string
	start, increment, minimum, maximum, cache int64
	cycle                                     bool
	persistence                               string
}

// readSequences reads the sequences. One of an identity column is part of the
// column, one that is exactly what serial makes is the type of the column, and
// any other one is an object.
func (in *inspector) readSequences() error {
	var s sequence
	return in.query(`SELECT s.seqrelid, coalesce(d.refobjid, 0), coalesce(d.refobjsubid, 0), coalesce(d.deptype, ''),
		pg_catalog.format_type(s.seqtypid, NULL), c.oid::pg_catalog.regclass::pg_catalog.text,
		s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle, c.relpersistence
		FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
		LEFT JOIN LATERAL (SELECT o.refobjid, o.refobjsubid, o.deptype FROM pg_catalog.pg_depend o
			WHERE o.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND o.objid = s.seqrelid AND o.objsubid = 0
			AND o.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND o.refobjsubid > 0 AND o.deptype IN ('a', 'i') LIMIT 1) d ON true
		WHERE {path} AND c.relnamespace IN ({spaces}) ORDER BY s.seqrelid`,
		[]any{
			&s.oid, &s.owner, &s.column, &s.dependency, &s.typ, &s.regclass,
			&s.start, &s.increment, &s.minimum, &s.maximum, &s.cache, &s.cycle, &s.persistence,
		}, func() error {
			in.sequence(s)
			return nil
		})
}

func (in *inspector) sequence(s sequence) {
	r, owner := in.relations[s.oid], in.relations[s.owner]
	if r == nil || r.extension {
		return
	}
	var column *column
	if owner != nil {
		column = owner.number(s.column)
	}
	if column != nil && s.dependency == "i" {
		in.made[address{classRelation, s.oid, 0}] = made{relation: owner}
		column.Identity.Options = in.identityOptions(s, r, owner, column)
		of := "of the identity " + owner.name + "." + column.Name + ", and "
		if in.comments[address{classRelation, s.oid, 0}] != "" {
			in.unsupported("sequence", r.name, of+"has a comment")
		}
		switch {
		case in.likeItsTable(s, owner):
		case s.persistence == "u":
			in.unsupported("sequence", r.name, of+"unlogged, which its table is not")
		default:
			in.unsupported("sequence", r.name, of+"logged, which its table is not")
		}
		return
	}
	if column != nil && in.isSerial(s, r, owner, column) {
		in.made[address{classRelation, s.oid, 0}] = made{relation: owner}
		column.Type.Text = serialOf(column.Type.Text)
		column.Default = schema.Default{}
		column.AutoIncrement = true
		return
	}
	create := "CREATE "
	if s.persistence == "u" {
		create += "UNLOGGED "
	}
	text := create + "SEQUENCE " + r.quoted
	if s.typ != "bigint" {
		text += " AS " + s.typ
	}
	if o := s.options(); o != "" {
		text += " " + o
	}
	o := in.add(classRelation, s.oid, schema.Object{Kind: schema.Sequence, Name: r.name}, text)
	r.object = o
	if column != nil {
		o.add("ALTER SEQUENCE " + r.quoted + " OWNED BY " + owner.quoted + "." + quoteIdent(column.Name))
	}
	in.comment(o, classRelation, s.oid, "SEQUENCE "+r.quoted)
}

// isSerial reports whether a sequence and the default of its column are what
// serial makes.
func (in *inspector) isSerial(s sequence, r, owner *relation, c *column) bool {
	return s.dependency == "a" && c.NotNull && serialOf(c.Type.Text) != "" && c.Type.Text == s.typ && s.options() == "" &&
		r.namespace == owner.namespace && in.likeItsTable(s, owner) &&
		c.text == "nextval("+quoteString(s.regclass)+"::regclass)" &&
		r.local == automaticName(schema.Qualify("", owner.local), c.Name, "seq") &&
		in.comments[address{classRelation, s.oid, 0}] == ""
}

// likeItsTable reports whether a sequence is logged where its table is. Before
// PostgreSQL 15 there are no others than logged ones.
func (in *inspector) likeItsTable(s sequence, owner *relation) bool {
	return in.d.version[0] < 15 || (s.persistence == "u") == owner.options.Postgres.Unlogged
}

// identityOptions are what an identity says in parentheses. The name of its
// sequence is there where it is not the usual one, as after a renaming.
func (in *inspector) identityOptions(s sequence, r, owner *relation, c *column) string {
	o := s.options()
	if r.namespace != owner.namespace || r.local != automaticName(schema.Qualify("", owner.local), c.Name, "seq") {
		name := r.quoted
		if o != "" {
			name += " "
		}
		o = sequenceName + name + o
	}
	return o
}

// sequenceName is how the options of an identity say the name of its sequence.
const sequenceName = "SEQUENCE NAME "

// options are those that are not the default.
func (s sequence) options() string {
	limits := map[string][2]int64{
		"smallint": {math.MinInt16, math.MaxInt16}, "integer": {math.MinInt32, math.MaxInt32}, "bigint": {math.MinInt64, math.MaxInt64},
	}[s.typ]
	minimum, maximum, start := int64(1), limits[1], s.minimum
	if s.increment < 0 {
		minimum, maximum, start = limits[0], -1, s.maximum
	}
	var out []string
	add := func(word string, is, usual int64) {
		if is != usual {
			out = append(out, fmt.Sprintf("%s %d", word, is))
		}
	}
	add("START WITH", s.start, start)
	add("INCREMENT BY", s.increment, 1)
	add("MINVALUE", s.minimum, minimum)
	add("MAXVALUE", s.maximum, maximum)
	add("CACHE", s.cache, 1)
	if s.cycle {
		out = append(out, "CYCLE")
	}
	return strings.Join(out, " ")
}
