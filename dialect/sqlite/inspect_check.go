package sqlite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// check compares a table that the parser read with what the pragmas say about
// it. It returns the first difference, in words, or "".
func (f *facts) check(t schema.Table) string {
	if f.list != nil {
		l := f.list[t.Name]
		if l.withoutRowID != t.Options.WithoutRowID || l.strict != t.Options.Strict {
			return fmt.Sprintf("SQLite says WITHOUT ROWID %t, STRICT %t, and its statement was read as %t, %t",
				l.withoutRowID, l.strict, t.Options.WithoutRowID, t.Options.Strict)
		}
	}
	if why := checkColumns(t, f.columns[t.Name]); why != "" {
		return why
	}
	if why := checkForeignKeys(t.ForeignKeys, f.keys[t.Name]); why != "" {
		return why
	}
	return checkIndexes(t, f.indexes[t.Name])
}

// keyImpliesNotNull reports whether SQLite makes column i of the primary key
// NOT NULL by itself.
func keyImpliesNotNull(t schema.Table, i int) bool {
	return t.Options.WithoutRowID || t.Options.Strict && i != rowidColumn(t)
}

func checkColumns(t schema.Table, columns []columnFact) string {
	if len(columns) != len(t.Columns) {
		return fmt.Sprintf("SQLite says it has %d columns, and its statement was read as having %d",
			len(columns), len(t.Columns))
	}
	for i, fact := range columns {
		c := t.Columns[i]
		pk := 1 + slices.IndexFunc(t.PrimaryKey.Parts, func(p schema.Part) bool { return p.Column == c.Name })
		implied := pk > 0 && keyImpliesNotNull(t, i)
		want := columnFact{name: c.Name, declared: c.Type.Text, notNull: c.NotNull || implied, pk: pk}
		if !c.Generated.Expr.IsZero() {
			want.hidden = 2
			if c.Generated.Stored {
				want.hidden = 3
			}
		}
		if why := differentColumn(fact, want, c.Default); why != "" {
			return fmt.Sprintf("column %q: %s", c.Name, why)
		}
	}
	return ""
}

// differentColumn says in what SQLite and the parser disagree.
func differentColumn(fact, want columnFact, d schema.Default) string {
	say := func(what string, a, b any) string {
		return fmt.Sprintf("SQLite says %s %v, and the statement was read as %v", what, a, b)
	}
	switch {
	case fact.name != want.name:
		return say("its name is", fact.name, want.name)
	case !sameName(fact.declared, want.declared) && canonType(fact.declared) != canonType(want.declared):
		return say("its type is", fact.declared, want.declared)
	case fact.notNull != want.notNull:
		return say("NOT NULL is", fact.notNull, want.notNull)
	case fact.pk != want.pk:
		return say("its place in the primary key is", fact.pk, want.pk)
	case fact.hidden != want.hidden:
		return say("its kind (2: virtual, 3: stored) is", fact.hidden, want.hidden)
	case fact.dflt.Valid == d.IsZero():
		return say("that it has a default is", fact.dflt.Valid, !d.IsZero())
	}
	if fact.dflt.Valid && fact.dflt.String != defaultText(d) {
		// SQLite leaves out the parentheses.
		if a, b := canonDefaultText(fact.dflt.String), canonDefault(d); a != b {
			return say("its default is", fact.dflt.String, defaultText(d))
		}
	}
	return ""
}

// checkForeignKeys compares the foreign keys. The pragma lists them backwards.
func checkForeignKeys(keys []schema.ForeignKey, found []keyFact) string {
	if len(keys) != len(found) {
		return fmt.Sprintf("SQLite says it has %d foreign keys, and its statement was read as having %d",
			len(found), len(keys))
	}
	for i, k := range keys {
		f := found[len(found)-1-i]
		if !sameName(f.table, k.RefTable) || !slices.EqualFunc(f.from, k.Columns, sameName) ||
			!slices.EqualFunc(f.to, k.RefColumns, sameName) ||
			f.onDelete != actionText(k.OnDelete) || f.onUpdate != actionText(k.OnUpdate) {
			return fmt.Sprintf("SQLite says a foreign key is %v to %q %v on delete %s on update %s, and the statement was read as %s",
				f.from, f.table, f.to, f.onDelete, f.onUpdate, foreignKeyText(k))
		}
	}
	return ""
}

func actionText(a schema.Action) string {
	if a == schema.NoAction {
		return "NO ACTION"
	}
	return string(a)
}

// checkIndexes compares the indexes, and the constraints that are indexes.
func checkIndexes(t schema.Table, found []indexFact) string {
	if len(found) == 0 && len(t.Indexes) == 0 && len(t.Uniques) == 0 && (len(t.PrimaryKey.Parts) == 0 || rowidColumn(t) >= 0) {
		return ""
	}
	collations := map[string]string{}
	for _, c := range t.Columns {
		if c.Collation.SQLite != "" {
			collations[c.Name] = c.Collation.SQLite
		}
	}
	var constraints [][]schema.Part
	for _, u := range t.Uniques {
		constraints = append(constraints, u.Parts)
	}
	if len(t.PrimaryKey.Parts) > 0 && rowidColumn(t) < 0 {
		constraints = append(constraints, t.PrimaryKey.Parts)
	}
	seen := 0
	for _, f := range found {
		matches := func(parts []schema.Part) bool { return sameParts(parts, f.parts, collations, true) }
		if f.constraint {
			if !slices.ContainsFunc(constraints, matches) {
				return fmt.Sprintf("SQLite has a unique constraint on %s that was not found in its statement", partNames(f.parts))
			}
			continue
		}
		x, ok := t.Index(f.name)
		if !ok {
			return fmt.Sprintf("SQLite has an index %q that has no statement", f.name)
		}
		seen++
		if x.Unique != f.unique || x.Where.IsZero() == f.partial {
			x.Verbatim = schema.Variants{}
			return fmt.Sprintf("SQLite says index %q is unique %t, partial %t, and its statement was read as %s",
				f.name, f.unique, f.partial, createIndex(t.Name, x))
		}
	}
	if seen != len(t.Indexes) {
		return fmt.Sprintf("SQLite says it has %d indexes, and %d statements were read", seen, len(t.Indexes))
	}
	for _, parts := range constraints {
		// Of two constraints on the same columns SQLite makes one index, even
		// where one of them says DESC.
		if !slices.ContainsFunc(found, func(f indexFact) bool {
			return f.constraint && sameParts(parts, f.parts, collations, false)
		}) {
			return fmt.Sprintf("its statement was read as having a unique constraint on (%s), and SQLite has none", partsText(parts))
		}
	}
	return ""
}

func sameParts(parts []schema.Part, facts []partFact, collations map[string]string, order bool) bool {
	return slices.EqualFunc(parts, facts, func(p schema.Part, f partFact) bool {
		if p.Column != f.column || order && p.Desc != f.desc {
			return false
		}
		if p.Column == "" {
			return true // its collation may come from anywhere inside
		}
		want := p.Collation.SQLite
		if want == "" {
			want = collations[p.Column]
		}
		if want == "" {
			want = "BINARY"
		}
		return sameName(want, f.coll)
	})
}

func partNames(parts []partFact) string {
	var list []string
	for _, p := range parts {
		switch {
		case p.column == "":
			list = append(list, "an expression")
		case p.desc:
			list = append(list, p.column+" DESC")
		default:
			list = append(list, p.column)
		}
	}
	return "(" + strings.Join(list, ", ") + ")"
}
