package conformance

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// valid returns s without what hangs in the air: parts of columns that are not
// there, references to nothing, and what the server does not take. It is how
// both the generator and the shrinker may take things away as they like.
func (r rules) valid(s schema.Schema) schema.Schema {
	s = clone(s)
	enums := enumerations(s)
	s.Tables = slices.DeleteFunc(s.Tables, func(t schema.Table) bool { return len(t.Columns) == 0 })
	for i := range s.Tables {
		r.validTable(&s.Tables[i], enums)
	}
	s.Tables = slices.DeleteFunc(s.Tables, func(t schema.Table) bool { return len(t.Columns) == 0 })
	r.validReferences(&s)
	s.Objects = slices.DeleteFunc(s.Objects, func(o schema.Object) bool { return !r.validObject(s, o) })
	return s
}

func (r rules) validTable(t *schema.Table, enums map[string][]string) {
	t.Columns = slices.DeleteFunc(t.Columns, func(c schema.Column) bool {
		if !r.postgres() || !strings.HasPrefix(c.Type.Text, `"`) {
			return false // not an enumeration
		}
		_, ok := enums[c.Type.Text]
		return !ok
	})
	has := func(name string) bool { _, ok := t.Column(name); return ok }
	known := func(expr string) bool {
		return !slices.ContainsFunc(r.quoted(expr), func(name string) bool { return !has(name) })
	}
	// Twice: a generated column may be made of one that goes.
	for range 2 {
		t.Columns = slices.DeleteFunc(t.Columns, func(c schema.Column) bool {
			return !c.Generated.Expr.IsZero() && (!known(c.Generated.Expr.Text) || !r.fits(*t, c.Generated.Expr.Text))
		})
	}
	if !slices.ContainsFunc(t.Columns, func(c schema.Column) bool { return c.Generated.Expr.IsZero() }) {
		t.Columns = nil
		return
	}
	parts := func(ps []schema.Part) bool {
		for _, p := range ps {
			c, ok := t.Column(p.Column)
			switch {
			case p.Column == "":
				if !known(p.Expr.Text) || !r.fits(*t, p.Expr.Text) {
					return false
				}
			case !ok || p.Length == 0 && !kindOf(r, c.Type, enums).key || p.Length > 0 && c.Type.Kind != schema.KindText:
				return false
			}
		}
		return len(ps) > 0
	}
	if !parts(t.PrimaryKey.Parts) {
		t.PrimaryKey = schema.PrimaryKey{}
	}
	t.Uniques = slices.DeleteFunc(t.Uniques, func(u schema.Unique) bool { return !parts(u.Parts) })
	t.Indexes = slices.DeleteFunc(t.Indexes, func(i schema.Index) bool {
		return !parts(i.Parts) || !i.Where.IsZero() && (!known(i.Where.Text) || !r.fits(*t, i.Where.Text))
	})
	t.Checks = slices.DeleteFunc(t.Checks, func(c schema.Check) bool { return !known(c.Expr.Text) || !r.fits(*t, c.Expr.Text) })
	if len(t.PrimaryKey.Parts) == 0 {
		t.Options.WithoutRowID = false
	}
	if t.Options.Postgres.Unlogged && len(t.ForeignKeys) > 0 {
		t.Options.Postgres.Unlogged = false // what it refers to would have to be, too
	}
	counters := 0
	for i := range t.Columns {
		c := &t.Columns[i]
		if !r.sqlite() && slices.ContainsFunc(t.PrimaryKey.Parts, func(p schema.Part) bool { return p.Column == c.Name }) {
			// The server says so; whether it was so before the key came, it has
			// forgotten when the key goes.
			c.NotNull = true
		}
		if t.Options.MySQL.Charset != "" && c.Default.Kind == schema.StringDefault && strings.ContainsAny(c.Default.Text, "日ï") {
			c.Default = schema.Default{}
		}
		if !c.AutoIncrement {
			continue
		}
		first := len(t.PrimaryKey.Parts) > 0 && t.PrimaryKey.Parts[0].Column == c.Name
		alone := first && len(t.PrimaryKey.Parts) == 1
		counters++
		if r.mysql() && !first || r.sqlite() && (!alone || t.Options.WithoutRowID) || counters > 1 && !r.postgres() || !c.Default.IsZero() {
			c.AutoIncrement, c.Identity = false, schema.Identity{}
		} else if !r.sqlite() {
			c.NotNull = true
		}
	}
	for i := range t.Columns {
		if c := &t.Columns[i]; c.NotNull && c.Default == schema.Literal("null") {
			c.Default = schema.Default{}
		}
	}
}

// fits reports whether the columns in an expression still have a type that the
// expression was made for.
func (r rules) fits(t schema.Table, expr string) bool {
	for _, name := range r.quoted(expr) {
		c, ok := t.Column(name)
		if !ok {
			return false
		}
		rest := strings.ReplaceAll(expr, r.d.Quote(name), "")
		number := strings.ContainsAny(rest, "/+") || strings.Contains(rest, "BETWEEN") || strings.Contains(rest, "42") || strings.Contains(rest, "(43") || strings.Contains(rest, "THEN") || strings.Contains(rest, "0.5")
		text := strings.Contains(rest, "'")
		switch {
		case c.AutoIncrement && r.mysql(), !c.Generated.Expr.IsZero():
			return false
		case number && text: // of two columns
			return isInt(c.Type) || c.Type.Kind == schema.KindDecimal || c.Type.Kind == schema.KindString && c.Type.Size > 0 || c.Type.Kind == schema.KindDate
		case number:
			if !isInt(c.Type) && c.Type.Kind != schema.KindDecimal {
				return false
			}
		case strings.Contains(rest, "2000-02-02"):
			if c.Type.Kind != schema.KindDate {
				return false
			}
		case text || strings.Contains(rest, "length") || strings.Contains(rest, "lower"):
			if c.Type.Kind != schema.KindString || c.Type.Size == 0 {
				return false
			}
		}
	}
	return true
}

// validReferences takes away foreign keys to nothing.
func (r rules) validReferences(s *schema.Schema) {
	for i := range s.Tables {
		t := &s.Tables[i]
		t.ForeignKeys = slices.DeleteFunc(t.ForeignKeys, func(f schema.ForeignKey) bool {
			ref, ok := s.Table(f.RefTable)
			if !ok || !slices.ContainsFunc(keysOf(ref), func(k []string) bool { return slices.Equal(k, f.RefColumns) }) {
				return true
			}
			for n, name := range f.Columns {
				a, ok := t.Column(name)
				b, _ := ref.Column(f.RefColumns[n])
				if !ok || a.Type != b.Type || a.Collation != b.Collation || !a.Generated.Expr.IsZero() {
					return true
				}
				if a.NotNull && (f.OnDelete == schema.SetNull || f.OnUpdate == schema.SetNull) {
					return true
				}
				if r.mysql() && (t.Options.MySQL.Charset != ref.Options.MySQL.Charset || r.mentioned(*t, name)) {
					return true
				}
			}
			if r.postgres() && (t.Options.Postgres.Unlogged != ref.Options.Postgres.Unlogged) {
				return true
			}
			return false
		})
	}
}

// mentioned reports whether an expression of the table uses the column.
func (r rules) mentioned(t schema.Table, column string) bool {
	in := func(s schema.SQL) bool { return slices.Contains(r.quoted(s.Text), column) }
	return slices.ContainsFunc(t.Checks, func(c schema.Check) bool { return in(c.Expr) }) ||
		slices.ContainsFunc(t.Columns, func(c schema.Column) bool { return in(c.Generated.Expr) }) ||
		slices.ContainsFunc(t.Indexes, func(i schema.Index) bool {
			return slices.ContainsFunc(i.Parts, func(p schema.Part) bool { return in(p.Expr) })
		})
}

// validObject reports whether everything that the definition names is there.
func (r rules) validObject(s schema.Schema, o schema.Object) bool {
	if o.Kind.Early() {
		return true
	}
	names := r.quoted(o.Definition.For(r.name))
	columns := map[string]bool{}
	other := map[string]bool{}
	tables := 0
	local := func(name string) string {
		if r.sqlite() {
			return name
		}
		_, l := schema.Split(name)
		return l
	}
	for _, t := range s.Tables {
		if !slices.Contains(names, local(t.Name)) {
			continue
		}
		tables++
		other[local(t.Name)] = true
		for _, c := range t.Columns {
			columns[c.Name] = true
		}
		for _, n := range names {
			if c, ok := t.Column(n); ok && strings.Contains(o.Definition.For(r.name), " WHERE ") && !r.fits(schema.Table{Columns: []schema.Column{c}}, r.d.Quote(n)+condition(o.Definition.For(r.name))) {
				return false
			}
		}
	}
	if o.Table != "" && !s.Has(o.Table) || tables == 0 {
		return false
	}
	other[local(o.Name)] = true
	for _, f := range s.Objects {
		if f.Kind == schema.Function {
			name, _, _ := strings.Cut(local(f.Name), "(")
			other[name] = true
			other[strings.TrimSuffix(local(f.Name), "()")] = true
		}
	}
	return !slices.ContainsFunc(names, func(n string) bool { return !columns[n] && !other[n] })
}

func condition(definition string) string {
	_, c, _ := strings.Cut(definition, " WHERE ")
	return c
}

// quoted returns the quoted identifiers in SQL.
func (r rules) quoted(text string) []string {
	q := r.d.Quote("x")[0]
	var out []string
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\'' && text[i] != q:
			for i++; i < len(text) && text[i] != '\''; i++ {
			}
		case text[i] == q:
			var b strings.Builder
			for i++; i < len(text); i++ {
				if text[i] != q {
					b.WriteByte(text[i])
				} else if i+1 < len(text) && text[i+1] == q {
					i++
					b.WriteByte(q)
				} else {
					break
				}
			}
			out = append(out, b.String())
		}
	}
	return out
}

// together makes a trial of two schemas: both valid, and without what rows
// stand in the way of, such as a unique constraint over columns that are new
// and get the same value in every row.
func (r rules) together(from, to schema.Schema) trial {
	from, to = r.valid(from), r.valid(to)
	for range 2 {
		r.clear(&to, from)
		r.clear(&from, to) // the way back
		from, to = r.valid(from), r.valid(to)
	}
	return trial{from: from, to: to}
}

// clear takes from s what rows that come from other cannot fulfil.
func (r rules) clear(s *schema.Schema, other schema.Schema) {
	for i := range s.Tables {
		t := &s.Tables[i]
		old, ok := other.Table(t.Name)
		if !ok {
			continue
		}
		filled := func(name string) bool { // with one value for all rows
			c, _ := t.Column(name)
			_, was := old.Column(name)
			return !was && (c.NotNull || !c.Default.IsZero())
		}
		bad := func(parts []schema.Part) bool {
			for _, p := range parts {
				if p.Column != "" && !filled(p.Column) {
					return false
				}
			}
			return true
		}
		inKey := map[string]bool{}
		for _, p := range t.PrimaryKey.Parts {
			inKey[p.Column] = true
		}
		if _, was := old.Column(firstOf(t.PrimaryKey.Parts)); len(t.PrimaryKey.Parts) > 0 && (!was || bad(t.PrimaryKey.Parts)) {
			t.PrimaryKey = schema.PrimaryKey{}
			for j := range t.Columns {
				t.Columns[j].AutoIncrement, t.Columns[j].Identity = false, schema.Identity{}
			}
		}
		t.Uniques = slices.DeleteFunc(t.Uniques, func(u schema.Unique) bool { return bad(u.Parts) || u.NullsNotDistinct && isNew(old, u.Parts) })
		t.Indexes = slices.DeleteFunc(t.Indexes, func(x schema.Index) bool { return x.Unique && bad(x.Parts) })
		t.ForeignKeys = slices.DeleteFunc(t.ForeignKeys, func(f schema.ForeignKey) bool {
			if slices.ContainsFunc(f.Columns, filled) {
				return true
			}
			ref, ok := other.Table(f.RefTable)
			there := ok && !slices.ContainsFunc(f.RefColumns, func(name string) bool { _, ok := ref.Column(name); return !ok })
			return !there && slices.ContainsFunc(f.Columns, func(name string) bool { c, _ := t.Column(name); return c.NotNull || inKey[name] })
		})
		for j := range t.Columns {
			c := &t.Columns[j]
			was, ok := old.Column(c.Name)
			if !ok {
				continue
			}
			if c.NotNull && !was.NotNull && (inForeignKey(*t, c.Name) || inForeignKey(old, c.Name)) {
				c.NotNull = false
			}
			if was.Generated.Expr.IsZero() != c.Generated.Expr.IsZero() {
				*c = was
			}
		}
	}
}

func firstOf(parts []schema.Part) string {
	if len(parts) == 0 {
		return ""
	}
	return parts[0].Column
}

func isNew(old schema.Table, parts []schema.Part) bool {
	return slices.ContainsFunc(parts, func(p schema.Part) bool { _, ok := old.Column(p.Column); return !ok })
}

func inForeignKey(t schema.Table, column string) bool {
	return slices.ContainsFunc(t.ForeignKeys, func(f schema.ForeignKey) bool { return slices.Contains(f.Columns, column) })
}
