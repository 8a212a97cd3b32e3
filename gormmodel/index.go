package gormmodel

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	gs "gorm.io/gorm/schema"

	"github.com/whimbreldb/whimbrel/internal/coltype"
	"github.com/whimbreldb/whimbrel/schema"
)

// parsedIndex is an index in the form that every version of GORM gives.
type parsedIndex = gs.Index

// parseIndexes returns the indexes of a model in the order of their names.
// GORM returned a map by value until 1.26 and returns a list of pointers since.
func parseIndexes(s *gs.Schema) []parsedIndex {
	var out []parsedIndex
	switch v := any(s.ParseIndexes()).(type) {
	case map[string]gs.Index:
		out = slices.Collect(maps.Values(v))
	case []*gs.Index:
		for _, ix := range v {
			out = append(out, *ix)
		}
	}
	slices.SortFunc(out, func(a, b parsedIndex) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func (l *loader) indexes(s *gs.Schema, t *schema.Table) {
	for _, ix := range parseIndexes(s) {
		var fields []*gs.Field
		for _, o := range ix.Fields {
			fields = append(fields, o.Field)
		}
		if l.migrated(s, "index", ix.Name, fields...) {
			t.Indexes = append(t.Indexes, l.index(s, ix))
		}
	}
}

func (l *loader) index(s *gs.Schema, ix parsedIndex) schema.Index {
	model := modelName(s.ModelType)
	out := schema.Index{Name: l.indexName(s, ix), Where: l.where(ix.Where), Comment: ix.Comment}
	if l.speaks(schema.Postgres) && !l.speaks(schema.MySQL) {
		out.Comment = "" // GORM writes it on MySQL alone
	}
	switch class := strings.ToUpper(strings.TrimSpace(ix.Class)); class {
	case "":
	case "UNIQUE":
		out.Unique = true
	default: // FULLTEXT, SPATIAL: what MySQL calls an index class
		out.Method = out.Method.With(schema.MySQL, strings.ToLower(class))
		if !l.only(schema.MySQL) {
			l.warn(model, ix.Fields[0].Name, "index %q: the class %s exists on MySQL only", ix.Name, class)
		}
	}
	if ix.Type != "" {
		l.indexType(model, ix, &out)
	}
	if o := strings.TrimSpace(ix.Option); o != "" && !strings.EqualFold(o, "CONCURRENTLY") {
		l.warn(model, ix.Fields[0].Name, "index %q: the option %q is not part of the schema", ix.Name, o)
	}
	for _, o := range ix.Fields {
		out.Parts = append(out.Parts, l.part(s, o))
	}
	return out
}

// where returns the condition of a partial index. MySQL has none: GORM drops
// the condition there, and lintMySQLIndex says so.
func (l *loader) where(text string) schema.SQL {
	text = strings.TrimSpace(text)
	if text == "" || !l.speaks(schema.MySQL) {
		return schema.Expr(text)
	}
	var where schema.SQL
	for _, t := range l.targets {
		if t.dialect != schema.MySQL {
			where = where.On(t.dialect, text)
		}
	}
	return where
}

// indexType maps the type of an index. GORM gives it to PostgreSQL; on MySQL it
// is left out where the index comes with its table, as it does here.
func (l *loader) indexType(model string, ix parsedIndex, out *schema.Index) {
	if l.speaks(schema.Postgres) {
		out.Method = out.Method.With(schema.Postgres, ix.Type)
	}
	for _, t := range l.targets {
		switch t.dialect {
		case schema.SQLite:
			if l.only(schema.SQLite) {
				l.warn(model, ix.Fields[0].Name, "index %q: sqlite has no index types, type:%s is left out", ix.Name, ix.Type)
			}
		case schema.MySQL, schema.MariaDB:
			l.warn(model, ix.Fields[0].Name, "index %q: GORM leaves out type:%s on MySQL when it makes the table", ix.Name, ix.Type)
		case schema.Postgres:
		}
	}
}

func (l *loader) part(s *gs.Schema, o gs.IndexOption) schema.Part {
	p := schema.Part{Column: o.DBName, Length: o.Length}
	expr, collation, nulls, desc := coltype.Tail(o.Expression)
	if l.speaks(schema.Postgres) {
		if rest, class := coltype.OpClass(expr); class != "" {
			p.OpClass = class
			expr, collation, _, _ = coltype.Tail(rest)
		}
	}
	if f := s.FieldsByDBName[expr]; f != nil && p.OpClass != "" {
		p.Column = f.DBName
	} else if expr != "" {
		p.Column, p.Length, p.Expr = "", 0, schema.Expr(expr)
	}
	if o.Collate != "" {
		collation = strings.Trim(o.Collate, "\"`")
	}
	if o.Sort != "" {
		_, _, nulls, desc = coltype.Tail("x " + o.Sort)
	}
	p.Desc, p.Nulls = desc, nulls
	for _, t := range l.targets {
		p.Collation = l.collation(p.Collation, t.dialect, collation, modelName(s.ModelType), fieldPath(o.Field))
	}
	return p
}

// collation adds the collation of a column or an index part on a dialect. A tag
// has one for all of them; where there are several, it is that of the dialect
// that has such names.
func (l *loader) collation(have schema.Variants, d schema.Dialect, name, model, field string) schema.Variants {
	if name == "" {
		return have
	}
	if len(l.targets) > 1 && !l.collates(d, name) {
		l.warn(model, field, "the collation %s is not one of %s: there the default one is used", name, d)
		return have
	}
	return have.With(d, name)
}

// collates reports whether a collation is one of a dialect, by its name.
func (l *loader) collates(d schema.Dialect, name string) bool {
	name = strings.ToLower(name)
	lite := name == "nocase" || name == "rtrim" || name == "binary"
	charset, _, _ := strings.Cut(name, "_")
	my := slices.Contains(charsets, charset)
	switch d {
	case schema.SQLite:
		return lite || !my && !l.speaks(schema.Postgres)
	case schema.Postgres:
		return !lite && !my
	case schema.MySQL, schema.MariaDB:
		return my
	}
	return true
}

// charsets are what the names of MySQL's collations begin with. MariaDB has
// some without (uca1400).
var charsets = []string{
	"armscii8", "ascii", "big5", "binary", "cp1250", "cp1251", "cp1256", "cp1257", "cp850", "cp852", "cp866", "cp932", "dec8", "eucjpms",
	"euckr", "gb18030", "gb2312", "gbk", "geostd8", "greek", "hebrew", "hp8", "keybcs2", "koi8r", "koi8u", "latin1", "latin2", "latin5",
	"latin7", "macce", "macroman", "sjis", "swe7", "tis620", "uca1400", "ucs2", "ujis", "utf16", "utf16le", "utf32", "utf8", "utf8mb3", "utf8mb4",
}
