package postgres

import (
	"strconv"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A columnFact is what a probe looks at of a column.
type columnFact struct{ name, base, notNull, hasDefault, identity, generated string }

// columnFacts reads a columnFact from pg_attribute.
const columnFacts = "SELECT attname, format_type(atttypid, atttypmod), attnotnull::text, atthasdef::text, attidentity::text, attgenerated::text"

func factOf(v []string) columnFact {
	return columnFact{v[0], v[1], v[2], v[3], v[4], v[5]}
}

// wanted is what the catalog would say of a column.
func wanted(c schema.Column, key bool) columnFact {
	f := columnFact{name: c.Name, base: storedType(c)}
	f.notNull = strconv.FormatBool(c.NotNull || key || isSerial(c) || isIdentity(c))
	f.hasDefault = strconv.FormatBool(defaultText(c) != "" || isSerial(c) || isGenerated(c))
	if isNull(c.Default) {
		f.hasDefault = "" // a varchar(5) keeps DEFAULT NULL, with a cast, and a text does not (PostgreSQL 15 and 18)
	}
	if isIdentity(c) {
		f.identity = "d"
		if c.Identity.Always {
			f.identity = "a"
		}
	}
	if isGenerated(c) {
		f.generated = "v"
		if c.Generated.Stored {
			f.generated = "s"
		}
	}
	return f
}

// is reports whether a column is what is wanted. The name of a type that is not
// built in depends on the search path, and a domain brings its own NOT NULL.
func (f columnFact) is(want columnFact) bool {
	if want.hasDefault == "" {
		f.hasDefault = ""
	}
	got, asked := parseType(f.base), parseType(want.base)
	switch {
	case want.base == "": // a partition has the type from its parent
		f.base = ""
	case asked.named && got.named:
		if lastName(f.base) != lastName(want.base) {
			return false
		}
		f.base = want.base
	case sameType(f.base, want.base):
		f.base = want.base
	}
	return f == want
}

// lastName returns the last identifier in the text of a type.
func lastName(text string) string {
	last := ""
	for _, t := range tokenize(text) {
		if n, ok := t.name(); ok {
			last = n
		}
	}
	return last
}

// facts reads the columns of a table that fit a condition.
func (p prober) facts(table, condition string) (facts []columnFact, err error) {
	err = p.rows(columnFacts+" FROM pg_attribute WHERE attrelid = "+p.relation(table)+" AND attnum > 0 AND NOT attisdropped AND "+condition, 6,
		func(v []string) { facts = append(facts, factOf(v)) })
	return facts, err
}

func (p prober) column(table string, c schema.Column) (dialect.Outcome, error) {
	facts, err := p.facts(table, "attname = "+quoteString(c.Name))
	switch {
	case err != nil:
		return dialect.Unknown, err
	case len(facts) == 0:
		return dialect.Absent, nil
	}
	want := wanted(c, false)
	if want.notNull == "false" {
		want.notNull = facts[0].notNull // a key that was added meanwhile makes it so
	}
	if facts[0].is(want) {
		return dialect.Applied, nil
	}
	return dialect.Other, nil
}

func (p prober) renamedColumn(o op.RenameColumn) (dialect.Outcome, error) {
	facts, err := p.facts(o.Table, "attname IN ("+quoteString(o.From)+", "+quoteString(o.To)+")")
	switch {
	case err != nil:
		return dialect.Unknown, err
	case len(facts) != 1:
		return dialect.Other, nil
	case facts[0].name == o.To:
		return dialect.Applied, nil
	}
	return dialect.Absent, nil
}

// altered looks at what the operation changes of a column, and nothing else.
// Where that is only what the server writes in its own way, or what is in
// another place, the outcome is not known.
func (p prober) altered(o op.AlterColumn) (dialect.Outcome, error) {
	o = p.d.visible(o)
	compression := "''"
	if p.d.Flavor().Can(dialect.ColumnCompression) {
		compression = "CASE attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' ELSE '' END"
	}
	query := columnFacts + `, coalesce(col_description(attrelid, attnum), ''),
		(EXISTS (SELECT FROM pg_index i WHERE i.indrelid = attrelid AND i.indisprimary AND attnum = ANY (i.indkey)))::text, coalesce(pg_get_expr(adbin, adrelid), ''),
		attstorage::text, ` + compression + `, coalesce((SELECT collname FROM pg_collation c WHERE c.oid = attcollation AND c.oid <> 100), '')
		FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
		WHERE attrelid = ` + p.relation(o.Table) + " AND attnum > 0 AND NOT attisdropped AND attname = " + quoteString(o.To.Name)
	v, err := p.texts(query, 12)
	switch {
	case err != nil:
		return dialect.Unknown, err
	case v == nil:
		return dialect.Other, nil
	}
	got, comment := factOf(v), v[6]
	key := v[7] == "true"
	if key { // it is NOT NULL whatever is said
		if o.From.NotNull = o.To.NotNull; o.From == o.To {
			return dialect.Applied, nil
		}
	}
	is := func(side, other schema.Column) bool {
		want, not := wanted(side, key), wanted(other, key)
		if want.notNull == not.notNull { // what does not change may be as it likes
			want.notNull = got.notNull
		}
		if want.hasDefault == not.hasDefault {
			want.hasDefault = got.hasDefault
		}
		if sameType(want.base, not.base) {
			want.base = got.base
		}
		if want.identity == not.identity {
			want.identity = got.identity
		}
		if want.generated == not.generated {
			want.generated = got.generated
		}
		_, collation := schema.Split(side.Collation.Postgres)
		return got.is(want) && (side.Comment == other.Comment || comment == side.Comment) && defaultIs(side, other, v[8]) &&
			(side.Storage == other.Storage || side.Storage == "" || storages[v[9]] == side.Storage) &&
			(side.Compression == other.Compression || v[10] == side.Compression) &&
			(side.Collation.Postgres == other.Collation.Postgres || v[11] == collation)
	}
	switch {
	case is(o.To, o.From) && is(o.From, o.To):
		return dialect.Unknown, nil
	case is(o.To, o.From):
		return dialect.Applied, nil
	case is(o.From, o.To):
		return dialect.Absent, nil
	}
	return dialect.Other, nil
}

// defaultIs reports whether the text of a default can be that of one side. It
// is sure only of constants: the server writes expressions in its own way.
func defaultIs(side, other schema.Column, text string) bool {
	want, not := defaultText(side), defaultText(other)
	if want == not || isSerial(side) || isGenerated(side) {
		return true
	}
	constant := func(s string) (string, bool) {
		toks := significant(tokenize(bareConstant(s)))
		if len(toks) == 2 && toks[0].is("-") && toks[1].kind == tokNumber {
			return "-" + toks[1].text, true
		}
		if len(toks) != 1 {
			return "", false
		}
		if v, ok := stringValue(toks[0]); ok {
			return v, true
		}
		return foldWord(toks[0].text), toks[0].kind == tokNumber || toks[0].kind == tokWord
	}
	a, ok := constant(want)
	b, also := constant(text)
	if ok && also {
		return a == b
	}
	if c, sure := constant(not); sure && also {
		return c != b
	}
	return true
}
