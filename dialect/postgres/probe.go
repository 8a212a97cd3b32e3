package postgres

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// Probe looks whether the database is as o leaves it, at the one object that o
// is about, in one round trip. The queries are on one catalog each, so that
// planning them costs next to nothing.
//
// Things are known by what they are, not by their names: a column by its type
// and its NOT NULL, a constraint by its columns and whether it is valid, an
// index by its columns and whether it can be used.
func (d Dialect) Probe(ctx context.Context, q dialect.Queryer, o op.Op) (dialect.Outcome, error) {
	p := prober{ctx, q, d}
	switch o := o.(type) {
	case op.CreateTable:
		return p.table(o.Table)
	case op.DropTable:
		return p.gone(p.relation(o.Table.Name))
	case op.RenameTable:
		return p.renamed(o.From, o.To)
	case op.AlterTable:
		return p.options(o)
	case op.AddColumn:
		return p.column(o.Table, o.Column)
	case op.DropColumn:
		return p.gone("(SELECT attname FROM pg_attribute WHERE attrelid = " + p.relation(o.Table) + " AND attnum > 0 AND NOT attisdropped AND attname = " +
			quoteString(o.Column.Name) + ")")
	case op.RenameColumn:
		return p.renamedColumn(o)
	case op.AlterColumn:
		return p.altered(o)
	case op.AlterPrimaryKey:
		return p.primaryKey(o)
	case op.AddUnique:
		return p.constraint(o.Table, uniqueShape(o.Unique))
	case op.DropUnique:
		return inverse(p.constraint(o.Table, uniqueShape(o.Unique)))
	case op.AddForeignKey:
		return p.constraint(o.Table, p.foreignShape(o.ForeignKey))
	case op.DropForeignKey:
		return inverse(p.constraint(o.Table, p.foreignShape(o.ForeignKey)))
	case op.AddCheck:
		return p.check(o.Table, o.Check)
	case op.DropCheck:
		return inverse(p.check(o.Table, o.Check))
	case op.CreateIndex:
		return p.index(o.Table, o.Index)
	case op.DropIndex:
		namespace, _ := schema.Split(o.Table)
		return p.gone("to_regclass(" + quoteString(quoteIn(d, namespace, o.Index.Name)) + ")")
	case op.CreateObject:
		return p.object(o.Object)
	case op.DropObject:
		if o.Object.Definition.For(schema.Postgres) == "" && !o.Object.Definition.IsZero() {
			return dialect.Applied, nil
		}
		return inverse(p.object(o.Object))
	case op.AlterObject:
		return p.alteredObject(o)
	case op.Exec, op.Run:
		return dialect.Unknown, nil
	}
	panic(fmt.Sprintf("unhandled %T", o))
}

// inverse turns the outcome of an operation into that of its inverse. What is
// there in another form is there.
func inverse(o dialect.Outcome, err error) (dialect.Outcome, error) {
	switch o {
	case dialect.Applied:
		return dialect.Absent, err
	case dialect.Absent:
		return dialect.Applied, err
	case dialect.Other, dialect.Unknown:
	}
	return o, err
}

type prober struct {
	ctx context.Context
	q   dialect.Queryer
	d   Dialect
}

// relation finds a table by its name. It is NULL when there is none.
func (p prober) relation(name string) string {
	return "to_regclass(" + quoteString(quoteName(p.d, name)) + ")"
}

// rows reads rows of texts; NULL is "".
func (p prober) rows(query string, columns int, each func(v []string)) error {
	rows, err := p.q.QueryContext(p.ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	values, pointers := make([]*string, columns), make([]any, columns)
	for i := range values {
		pointers[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(pointers...); err != nil {
			return err
		}
		v := make([]string, columns)
		for i := range values {
			if values[i] != nil {
				v[i] = *values[i]
			}
		}
		each(v)
	}
	return rows.Err()
}

// texts reads the first row of a query.
func (p prober) texts(query string, columns int) (v []string, err error) {
	err = p.rows(query, columns, func(r []string) {
		if v == nil {
			v = r
		}
	})
	return v, err
}

// gone is Applied when an expression is NULL.
func (p prober) gone(expr string) (dialect.Outcome, error) {
	v, err := p.texts("SELECT ("+expr+" IS NULL)::text", 1)
	switch {
	case err != nil:
		return dialect.Unknown, err
	case v[0] == "true":
		return dialect.Applied, nil
	}
	return dialect.Absent, nil
}

// columnQuery reads the columns of a table as columnFact has them.
const columnQuery = `SELECT attname, format_type(atttypid, atttypmod), attnotnull::text, atthasdef::text, attidentity::text, attgenerated::text FROM pg_attribute`

// A columnFact is what a probe looks at of a column.
type columnFact struct{ name, base, notNull, hasDefault, identity, generated string }

func factOf(v []string) columnFact {
	return columnFact{v[0], v[1], v[2], v[3], v[4], v[5]}
}

func boolText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// wanted is what the catalog would say of a column.
func wanted(c schema.Column, key bool) columnFact {
	f := columnFact{name: c.Name, base: storedType(c)}
	f.notNull = boolText(c.NotNull || key || isSerial(c) || isIdentity(c))
	f.hasDefault = boolText(defaultText(c) != "" || isSerial(c) || isGenerated(c))
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

// table looks at the columns of a table, how many checks it has, and whether its
// keys and indexes are there by their names, which the server has at hand: this
// is the probe that a run of a thousand revisions asks a thousand times, and
// reading pg_constraint and pg_index for it would be a third of the whole run.
func (p prober) table(t schema.Table) (dialect.Outcome, error) {
	namespace, _ := schema.Split(t.Name)
	there := []string{"true"}
	relation := func(name string) {
		if name != "" {
			there = append(there, "to_regclass("+quoteString(quoteIn(p.d, namespace, name))+") IS NOT NULL")
		}
	}
	relation(t.PrimaryKey.Name)
	for _, u := range t.Uniques {
		relation(u.Name)
	}
	for _, i := range t.Indexes {
		relation(i.Name)
	}
	oid := p.relation(t.Name)
	var facts []columnFact
	var rest []string
	err := p.rows("SELECT attname, format_type(atttypid, atttypmod), attnotnull::text, atthasdef::text, attidentity::text, attgenerated::text, "+
		"(SELECT ("+strings.Join(there, " AND ")+")::text), (SELECT relchecks::text FROM pg_class WHERE oid = "+oid+
		") FROM pg_attribute WHERE attrelid = "+oid+" AND attnum > 0 AND NOT attisdropped ORDER BY attnum", 8, func(v []string) {
		facts, rest = append(facts, factOf(v)), v[6:]
	})
	switch {
	case err != nil:
		return dialect.Unknown, err
	case len(facts) == 0:
		return dialect.Absent, nil
	case rest[0] != "true":
		return dialect.Other, nil
	}
	if checks, err := strconv.Atoi(rest[1]); err != nil || checks < len(t.Checks) {
		return dialect.Other, err
	}
	if t.Options.HasParent() { // its own columns stand somewhere among others
		for _, c := range t.Columns {
			if !slices.ContainsFunc(facts, func(f columnFact) bool { return f.name == c.Name }) {
				return dialect.Other, nil
			}
		}
		return dialect.Applied, nil
	}
	if len(facts) != len(t.Columns) {
		return dialect.Other, nil
	}
	for i, c := range t.Columns {
		key := slices.ContainsFunc(t.PrimaryKey.Parts, func(k schema.Part) bool { return k.Column == c.Name })
		if !facts[i].is(wanted(c, key)) {
			return dialect.Other, nil
		}
	}
	return dialect.Applied, nil
}

// facts reads the columns of a table that fit a condition.
func (p prober) facts(table, condition string) (facts []columnFact, err error) {
	err = p.rows(columnQuery+" WHERE attrelid = "+p.relation(table)+" AND attnum > 0 AND NOT attisdropped AND "+condition, 6,
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

func (p prober) renamed(from, to string) (dialect.Outcome, error) {
	v, err := p.texts("SELECT ("+p.relation(from)+" IS NOT NULL)::text, ("+p.relation(to)+" IS NOT NULL)::text", 2)
	switch {
	case err != nil:
		return dialect.Unknown, err
	case v[0] == v[1]:
		return dialect.Other, nil
	case v[1] == "true":
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
		compression = "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' ELSE '' END"
	}
	query := `SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text, a.atthasdef::text, a.attidentity::text, a.attgenerated::text,
		coalesce(col_description(a.attrelid, a.attnum), ''),
		(EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey)))::text, coalesce(pg_get_expr(d.adbin, d.adrelid), ''),
		a.attstorage::text, ` + compression + `, coalesce((SELECT collname FROM pg_collation WHERE oid = a.attcollation AND oid <> 100), '')
		FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
		WHERE a.attrelid = ` + p.relation(o.Table) + " AND a.attnum > 0 AND NOT a.attisdropped AND a.attname = " + quoteString(o.To.Name)
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

// options looks at what of a table's options a catalog has in plain sight.
func (p prober) options(o op.AlterTable) (dialect.Outcome, error) {
	v, err := p.texts(`SELECT c.relpersistence::text, c.relrowsecurity::text, c.relforcerowsecurity::text, c.relispartition::text,
		(SELECT array_to_string(array_agg(x ORDER BY x), ',') FROM unnest(c.reloptions) x), obj_description(c.oid, 'pg_class'), c.relreplident::text,
		(SELECT count(*)::text FROM pg_inherits i WHERE i.inhrelid = c.oid)
		FROM pg_class c WHERE c.oid = `+p.relation(o.Table), 8)
	switch {
	case err != nil:
		return dialect.Unknown, err
	case v == nil:
		return dialect.Other, nil
	}
	is := func(t, other schema.TableOptions) bool {
		a, b := t.Postgres, other.Postgres
		same := func(differs bool, got, want string) bool { return !differs || got == want }
		var storage []string
		for _, s := range splitStorage(a.Storage) {
			if !strings.HasPrefix(s.key, "toast.") { // those are the TOAST table's
				storage = append(storage, plainParameter(s.text))
			}
		}
		slices.Sort(storage)
		persistence := "p"
		if a.Unlogged {
			persistence = "u"
		}
		identity := "d"
		switch {
		case a.ReplicaIdentity == "FULL":
			identity = "f"
		case a.ReplicaIdentity == "NOTHING":
			identity = "n"
		case a.ReplicaIdentity != "":
			identity = "i"
		}
		return same(a.Unlogged != b.Unlogged, v[0], persistence) &&
			same(a.RowSecurity != b.RowSecurity, v[1]+v[2], boolText(a.RowSecurity != "")+boolText(a.RowSecurity == "FORCED")) &&
			same(a.PartitionOf != b.PartitionOf, v[3], boolText(a.PartitionOf != "")) &&
			same(a.Storage != b.Storage, v[4], strings.Join(storage, ",")) &&
			same(t.Comment != other.Comment, v[5], t.Comment) &&
			same(a.ReplicaIdentity != b.ReplicaIdentity, v[6], identity) &&
			same(a.Inherits != b.Inherits, v[7], fmt.Sprint(len(inherits(a).Parents())))
	}
	switch {
	case is(o.To, o.From):
		return dialect.Applied, nil
	case is(o.From, o.To):
		return dialect.Absent, nil
	}
	return dialect.Other, nil
}

// plainParameter returns key=value as pg_class has it.
func plainParameter(text string) string {
	key, value, ok := strings.Cut(text, "=")
	if !ok {
		return foldWord(strings.TrimSpace(key)) + "=true"
	}
	value = strings.TrimSpace(value)
	if toks := tokenize(value); len(toks) == 1 {
		if v, ok := stringValue(toks[0]); ok {
			value = v
		}
	}
	return foldWord(strings.TrimSpace(key)) + "=" + value
}
