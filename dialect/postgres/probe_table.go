package postgres

import (
	"slices"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

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
	err := p.rows(columnFacts+", (SELECT ("+strings.Join(there, " AND ")+")::text), (SELECT relchecks::text FROM pg_class WHERE oid = "+oid+
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
			same(a.RowSecurity != b.RowSecurity, v[1]+v[2], strconv.FormatBool(a.RowSecurity != "")+strconv.FormatBool(a.RowSecurity == "FORCED")) &&
			same(a.PartitionOf != b.PartitionOf, v[3], strconv.FormatBool(a.PartitionOf != "")) &&
			same(a.Storage != b.Storage, v[4], strings.Join(storage, ",")) &&
			same(t.Comment != other.Comment, v[5], t.Comment) &&
			same(a.ReplicaIdentity != b.ReplicaIdentity, v[6], identity) &&
			same(a.Inherits != b.Inherits, v[7], strconv.Itoa(len(inherits(a).Parents())))
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
