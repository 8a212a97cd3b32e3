package gormmodel

import (
	"slices"
	"strings"

	gs "gorm.io/gorm/schema"

	"github.com/whimbreldb/whimbrel/internal/coltype"
	"github.com/whimbreldb/whimbrel/schema"
)

// lint warns about what a parsed model does not do although it seems to.
func (l *loader) lint(s *gs.Schema) {
	if s.ModelType.Name() == "" { // a join table of GORM's own making
		return
	}
	l.lintTags(s.ModelType)
	l.lintHooks(s)
	for _, f := range s.Fields {
		l.lintField(s, f)
	}
	for _, ix := range parseIndexes(s) {
		l.lintIndex(s, ix)
	}
	for name, rel := range s.Relationships.Relations {
		if !strings.HasPrefix(name, "_") {
			l.lintRelation(s, rel)
		}
	}
}

func (l *loader) lintField(s *gs.Schema, f *gs.Field) {
	model := modelName(s.ModelType)
	if f.DBName == "" || f.IgnoreMigration {
		return
	}
	if g, ok := f.TagSettings["GENERATED"]; ok {
		l.lintGenerated(model, f, g)
	}
	if v, ok := f.DefaultValueInterface.(string); ok && strings.Contains(v, "''") {
		l.warn(model, f.Name, "the default is the value %q, with both quotes: in a tag a quote is not doubled", v)
	}
}

// lintGenerated says so when a driver makes an ordinary column of a
// generated one: mysql 1.6.0 and sqlite 1.6.0 do not know the tag.
func (l *loader) lintGenerated(model string, f *gs.Field, tag string) {
	for _, t := range l.targets {
		full := strings.ToUpper(t.db.Migrator().FullDataTypeOf(f).SQL)
		if strings.Contains(full, "GENERATED") || strings.Contains(full, "IDENTITY") {
			continue
		}
		if (t.dialect == schema.SQLite || t.dialect == schema.MySQL) && strings.HasPrefix(strings.ToLower(tag), "identity") {
			continue // an integer key counts up anyway
		}
		l.warn(model, f.Name, "this driver ignores generated: the column is an ordinary one; write type:… GENERATED ALWAYS AS (…) STORED")
	}
}

func (l *loader) lintIndex(s *gs.Schema, ix parsedIndex) {
	model := modelName(s.ModelType)
	for i, o := range ix.Fields {
		twin := slices.ContainsFunc(ix.Fields[:i], func(p gs.IndexOption) bool {
			return p.Field != o.Field && p.StructField.Name == o.StructField.Name && p.Tag == o.Tag &&
				len(p.BindNames) > 1 && len(o.BindNames) > 1
		})
		if twin {
			l.warn(model, strings.Join(o.BindNames, "."),
				"index %q covers the columns of two embedded structs together: the prefix of an embedded struct is not part of index names", ix.Name)
		}
		if o.DBName == "" && o.Expression == "" {
			l.fail(model, o.Name, "index %q is on a field that is no column", ix.Name)
		}
		l.lintMySQLIndex(model, ix, o)
	}
}

func (l *loader) lintMySQLIndex(model string, ix parsedIndex, o gs.IndexOption) {
	my, ok := l.on(schema.MySQL)
	if !ok {
		return
	}
	switch unique := strings.EqualFold(ix.Class, "UNIQUE"); {
	case ix.Where != "" && unique:
		l.warn(model, o.Name, "index %q: MySQL has no partial indexes, the index covers every row: what is unique among some of them must be so among all", ix.Name)
	case ix.Where != "":
		l.warn(model, o.Name, "index %q: MySQL has no partial indexes, the index covers every row", ix.Name)
	}
	switch {
	case o.Expression != "":
		l.warn(model, o.Name, "index %q: MariaDB has no indexes over expressions", ix.Name)
	case o.Length == 0 && !strings.EqualFold(ix.Class, "FULLTEXT") && isLong(coltype.Parse(my.base.DataTypeOf(o.Field)).Type):
		l.warn(model, o.Name, "index %q: MySQL cannot index a text without a length: give the field a size", ix.Name)
	}
}

// isLong reports whether a type of MySQL is one whose values an index takes in
// part only.
func isLong(text string) bool {
	text = strings.ToLower(text)
	return strings.HasSuffix(text, "text") || strings.HasSuffix(text, "blob")
}

func (l *loader) lintRelation(s *gs.Schema, rel *gs.Relationship) {
	model := modelName(s.ModelType)
	if rel.Field.Unique {
		l.warn(model, rel.Name, "unique on a relation makes no constraint: put it on the column of the key")
	}
	rules, ok := rel.Field.TagSettings["CONSTRAINT"]
	if !ok || rules == "-" || rel.Type != gs.BelongsTo || rel.ParseConstraint() != nil {
		return
	}
	l.warn(model, rel.Name, "the constraint %q is ignored: %s declares the same relation, and its side gives name and rules to the foreign key",
		rules, modelName(rel.FieldSchema.ModelType))
}
