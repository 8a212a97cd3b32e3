package schema

import (
	"slices"
	"strings"
)

// Parents returns the names of the tables that a table with these options gets
// columns from, on PostgreSQL: the one that it is a partition of, or those that
// it inherits from.
func (o TableOptions) Parents() []string {
	if p := o.Postgres.PartitionOf; p != "" {
		return []string{p}
	}
	return parents(o.Postgres.Inherits)
}

// RenameParent gives a parent its new name.
func (o *TableOptions) RenameParent(from, to string) {
	if o.Postgres.PartitionOf == from {
		o.Postgres.PartitionOf = to
	}
	all := parents(o.Postgres.Inherits)
	if i := slices.Index(all, from); i >= 0 {
		all[i] = to
		for i, name := range all {
			all[i] = identifier(name)
		}
		o.Postgres.Inherits = strings.Join(all, ", ")
	}
}

// identifier writes the name of a table as SQL does, in quotes where it may
// need them.
func identifier(name string) string {
	namespace, local := Split(name)
	quote := func(s string) string {
		if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_") == "" {
			return s
		}
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	if namespace == "" {
		return quote(local)
	}
	return quote(namespace) + "." + quote(local)
}

// parents takes identifiers with commas between them apart.
func parents(text string) (names []string) {
	var parts []string
	var word strings.Builder
	quoted, some := false, false
	part := func() {
		if some {
			parts = append(parts, word.String())
		}
		word.Reset()
		some = false
	}
	name := func() {
		part()
		switch len(parts) {
		case 1:
			names = append(names, Qualify("", parts[0]))
		case 2:
			names = append(names, Qualify(parts[0], parts[1]))
		}
		parts = nil
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"' && quoted && strings.HasPrefix(text[i+1:], `"`):
			word.WriteByte(c)
			i++
		case c == '"':
			quoted, some = !quoted, true
		case quoted:
			word.WriteByte(c)
		case c == ',':
			name()
		case c == '.':
			part()
		case c != ' ':
			word.WriteString(strings.ToLower(text[i : i+1]))
			some = true
		}
	}
	name()
	return names
}

// Leave returns the table without its parents, and with what it had from them,
// as PostgreSQL's DETACH PARTITION and NO INHERIT leave it. A parent that find
// does not have gave nothing. What the server finds a name for has the one that
// it gives where no other has it.
func (t Table) Leave(find func(string) (Table, bool)) Table {
	return t.leave(find, []string{t.Name})
}

func (t Table) leave(find func(string) (Table, bool), below []string) Table {
	all := givers(t.Options, find, below)
	t = t.Clone()
	partition := t.Options.Postgres.PartitionOf != ""
	var columns []Column
	seen := map[string]bool{}
	for _, p := range all {
		for _, c := range p.Columns {
			if seen[c.Name] {
				continue
			}
			seen[c.Name] = true
			own, _ := t.Column(c.Name)
			columns = append(columns, own.with(c.given(p.Name)))
		}
		for _, c := range p.Checks {
			if !c.NoInherit && !slices.ContainsFunc(t.Checks, c.Same) {
				c.Comment = ""
				t.Checks = append(t.Checks, c)
			}
		}
		if partition {
			t.takeKeys(p)
		}
	}
	for _, c := range t.Columns {
		if !seen[c.Name] {
			columns = append(columns, c)
		}
	}
	t.Columns = columns
	t.Needs = slices.DeleteFunc(t.Needs, func(r Ref) bool { return r.Kind == "" && slices.Contains(t.Options.Parents(), r.Name) })
	t.Verbatim = Variants{}
	t.Options = t.Options.alone()
	return t
}

// Join returns the table as one with the parents that o names: it lists only
// what they do not give it. It is the opposite of Leave.
func (t Table) Join(o TableOptions, find func(string) (Table, bool)) Table {
	t = t.Clone()
	p := o.Postgres
	for _, parent := range givers(o, find, []string{t.Name}) {
		var columns []Column
		for _, c := range t.Columns {
			given, ok := parent.Column(c.Name)
			if ok {
				c, ok = c.over(given.given(parent.Name), p.PartitionOf != "")
			}
			if !ok {
				columns = append(columns, c)
			}
		}
		t.Columns = columns
		t.Checks = slices.DeleteFunc(t.Checks, func(c Check) bool {
			return slices.ContainsFunc(parent.Checks, func(other Check) bool {
				other.Comment = ""
				return !other.NoInherit && other == c
			})
		})
		if p.PartitionOf != "" {
			t.giveKeys(parent)
		}
	}
	for _, name := range o.Parents() {
		if need := (Ref{Name: name}); t.Needs != nil && !slices.Contains(t.Needs, need) {
			t.Needs = append(t.Needs, need)
		}
	}
	t.Verbatim = Variants{}
	t.Options.Postgres.PartitionOf, t.Options.Postgres.Bound, t.Options.Postgres.Inherits = p.PartitionOf, p.Bound, p.Inherits
	return t
}

// alone returns o without parents.
func (o TableOptions) alone() TableOptions {
	o.Postgres.PartitionOf, o.Postgres.Bound, o.Postgres.Inherits = "", "", ""
	return o
}

// givers returns the parents, each with what it has from its own. A table is not
// above itself, whatever a script says.
func givers(o TableOptions, find func(string) (Table, bool), below []string) (all []Table) {
	for _, name := range o.Parents() {
		if p, ok := find(name); ok && !slices.Contains(below, name) {
			options := p.Options
			p = p.leave(find, append(below, name))
			p.Options = options
			all = append(all, p)
		}
	}
	return all
}

// given returns the column that a child has where its parent has c.
func (c Column) given(table string) Column {
	c.Comment, c.Options, c.NotNullName = "", Variants{}, ""
	if c.AutoIncrement {
		// The numbers of an identity are its table's own, but the default of a
		// serial column is handed on.
		integer, serial := strings.CutSuffix(c.Type.Text, "serial")
		if integer, ok := serials[integer]; serial && ok {
			namespace, local := Split(table)
			sequence := local + "_" + c.Name + "_seq"
			if namespace != "" {
				sequence = namespace + "." + sequence
			}
			c.Type.Text, c.Default = integer, Expression("nextval('"+sequence+"'::regclass)")
		}
		c.AutoIncrement, c.Identity, c.NotNull = false, Identity{}, true
	}
	return c
}

var serials = map[string]string{"small": "smallint", "": "integer", "big": "bigint"}

// noDefault is what a column has that has none although its parent does.
var noDefault = Literal("null")

// with returns the column that a child has of what it is given, where it lists c
// for it: c says only what is different.
func (c Column) with(given Column) Column {
	switch {
	case c.Default == noDefault && !given.Default.IsZero():
		given.Default = Default{}
	case !c.Default.IsZero():
		given.Default = c.Default
	}
	given.NotNull = given.NotNull || c.NotNull
	if c.AutoIncrement {
		given.AutoIncrement, given.Identity, given.Default = true, c.Identity, Default{}
	}
	set(&given.Generated, c.Generated)
	set(&given.Storage, c.Storage)
	set(&given.Compression, c.Compression)
	set(&given.Comment, c.Comment)
	set(&given.Options, c.Options)
	set(&given.NotNullName, c.NotNullName)
	return given
}

func set[T comparable](v *T, other T) {
	var zero T
	if other != zero {
		*v = other
	}
}

// over returns what a child lists for a column, and whether it need not: it is
// what it is given. A partition does not repeat a type.
func (c Column) over(given Column, partition bool) (own Column, same bool) {
	own = c
	if given.NotNull {
		own.NotNull = false
	}
	own.NotNullName = ""
	switch {
	case own.Default == given.Default:
		own.Default = Default{}
	case own.Default.IsZero() && !own.AutoIncrement:
		own.Default = noDefault
	}
	unset(&own.Generated, given.Generated)
	unset(&own.Storage, given.Storage)
	unset(&own.Compression, given.Compression)
	bare := own
	bare.Type, bare.Collation = Type{}, Variants{}
	if bare == (Column{Name: c.Name}) {
		return c, true
	}
	if partition {
		own.Type, own.Collation = NativeType(""), Variants{}
	}
	return own, false
}

func unset[T comparable](v *T, given T) {
	if *v == given {
		var zero T
		*v = zero
	}
}

// takeKeys adds what a partition has a copy of: keys, foreign keys and indexes.
func (t *Table) takeKeys(p Table) {
	_, local := Split(t.Name)
	named := func(was, kind string, parts []Part, include []string) string {
		if was == "" {
			return ""
		}
		words := []string{local}
		for _, part := range parts {
			if part.Column == "" {
				part.Column = "expr"
			}
			words = append(words, part.Column)
		}
		return strings.Join(slices.Concat(words, include, []string{kind}), "_")
	}
	if len(t.PrimaryKey.Parts) == 0 && len(p.PrimaryKey.Parts) > 0 {
		t.PrimaryKey = p.PrimaryKey
		t.PrimaryKey.Name, t.PrimaryKey.Comment = named(p.PrimaryKey.Name, "pkey", nil, nil), ""
	}
	for _, u := range p.Uniques {
		u.Name, u.Comment = named(u.Name, "key", u.Parts, u.Include), ""
		t.Uniques = append(t.Uniques, u)
	}
	for _, f := range p.ForeignKeys {
		f.Comment = ""
		t.ForeignKeys = append(t.ForeignKeys, f)
	}
	for _, i := range p.Indexes {
		i.Name, i.Comment, i.Verbatim = named(i.Name, "idx", i.Parts, i.Include), "", Variants{}
		t.Indexes = append(t.Indexes, i)
	}
}

// giveKeys takes away what a partition has from its parent.
func (t *Table) giveKeys(p Table) {
	p = p.Clone()
	p.PrimaryKey.Comment = ""
	for i := range p.Uniques {
		p.Uniques[i].Comment = ""
	}
	for i := range p.ForeignKeys {
		p.ForeignKeys[i].Comment = ""
	}
	for i := range p.Indexes {
		p.Indexes[i].Comment = ""
	}
	if len(p.PrimaryKey.Parts) > 0 && p.PrimaryKey.Same(t.PrimaryKey) {
		t.PrimaryKey = PrimaryKey{}
	}
	t.Uniques = without(t.Uniques, p.Uniques, Unique.Same)
	t.ForeignKeys = without(t.ForeignKeys, p.ForeignKeys, ForeignKey.Same)
	t.Indexes = without(t.Indexes, p.Indexes, Index.Same)
}

// without returns items without one for each of others that is the same.
func without[T any](items, others []T, same func(a, b T) bool) []T {
	for _, o := range others {
		if i := slices.IndexFunc(items, func(it T) bool { return same(it, o) }); i >= 0 {
			items = slices.Delete(items, i, i+1)
		}
	}
	return items
}
