package gormmodel

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	gs "gorm.io/gorm/schema"

	"github.com/whimbreldb/whimbrel/internal/tables"
	"github.com/whimbreldb/whimbrel/schema"
)

// table maps one parsed model. A second model of the same table adds what the
// first one does not have.
func (l *loader) table(s *gs.Schema) {
	l.checkTableName(s)
	t := &schema.Table{Name: l.tableName(s)}
	l.tableOptions(s, t)
	l.columns(s, t)
	l.indexes(s, t)
	l.uniques(s, t)
	l.checks(s, t)
	l.foreignKeys(s, t)
	l.lint(s)

	first, again := l.tables[t.Name]
	if !again {
		l.tables[t.Name] = t
		return
	}
	for _, c := range t.Columns {
		l.checkCase(s, s.FieldsByDBName[c.Name], first.Columns)
		if have, ok := first.Column(c.Name); ok && have != c {
			l.warn(modelName(s.ModelType), "", "another model of the table has column %q too, and another definition of it, which is used", c.Name)
		}
	}
	tables.Merge(first, t)
}

func sortByName[T interface{ GetName() string }](items []T) {
	slices.SortFunc(items, func(a, b T) int { return cmp.Compare(a.GetName(), b.GetName()) })
}

func (l *loader) columns(s *gs.Schema, t *schema.Table) {
	inType := map[schema.Dialect]string{} // the column that is the key by its type
	for _, name := range s.DBNames {
		f := s.FieldsByDBName[name]
		if f.IgnoreMigration {
			l.keep = append(l.keep, t.Name+"."+name)
			continue
		}
		c, on := l.column(s, f)
		l.checkLength(modelName(s.ModelType), fieldPath(f), "column", name)
		l.checkCase(s, f, t.Columns)
		l.checkCounting(s, f, c, on)
		t.Columns = append(t.Columns, c)
		for _, d := range on {
			if d.PrimaryKey {
				inType[d.dialect] = name
			}
		}
		l.clauses(s, f, on[0], t)
	}
	if len(inType) == len(l.targets) {
		t.PrimaryKey.Parts = schema.Columns(inType[l.targets[0].dialect])
	} else {
		for _, f := range s.PrimaryFields {
			t.PrimaryKey.Parts = append(t.PrimaryKey.Parts, schema.Part{Column: f.DBName})
		}
	}
	if len(inType) > 0 && len(s.PrimaryFields) > 1 {
		l.warn(modelName(s.ModelType), s.PrimaryFields[0].Name,
			"this driver makes column %q alone the primary key, because it counts up; the tag autoIncrement:false makes all %d fields the key",
			slices.Sorted(maps.Values(inType))[0], len(s.PrimaryFields))
	}
}

// clauses adds the constraints that a type tag has smuggled in.
func (l *loader) clauses(s *gs.Schema, f *gs.Field, d definition, t *schema.Table) {
	if d.Unique {
		t.Uniques = append(t.Uniques, schema.Unique{Name: l.uniqueName(s.Table, f.DBName), Parts: schema.Columns(f.DBName)})
	}
	for _, expr := range d.Checks {
		name := l.namer().CheckerName(s.Table, f.DBName)
		t.Checks = append(t.Checks, schema.Check{Name: name, Expr: schema.Expr(expr)})
	}
}

func (l *loader) uniqueName(table, column string) string {
	return l.namer().UniqueName(table, column)
}

func (l *loader) uniques(s *gs.Schema, t *schema.Table) {
	for _, u := range s.ParseUniqueConstraints() {
		if u.Field.DBName == "" {
			continue // on a relation: lintField says so
		}
		if l.migrated(s, "unique constraint", u.Name, u.Field) {
			name := l.name(s, u.Field, u.Name, func(n gs.Namer) string { return n.UniqueName(s.Table, u.Field.DBName) })
			t.Uniques = append(t.Uniques, schema.Unique{Name: name, Parts: schema.Columns(u.Field.DBName)})
		}
	}
	sortByName(t.Uniques)
}

// migrated reports whether the columns of a key, a constraint or an index are
// part of the schema. Where one is not (-:migration), the whole is left out.
func (l *loader) migrated(s *gs.Schema, what, name string, fields ...*gs.Field) bool {
	for _, f := range fields {
		if f.IgnoreMigration {
			l.warn(modelName(s.ModelType), f.Name, "the %s %q is left out: its column is not migrated", what, name)
			return false
		}
	}
	return true
}

func (l *loader) foreignKeys(s *gs.Schema, t *schema.Table) {
	if l.db.DisableForeignKeyConstraintWhenMigrating || l.db.IgnoreRelationshipsWhenMigrating {
		return
	}
	rels := s.Relationships.Relations
	for _, name := range slices.Sorted(maps.Keys(rels)) {
		rel := rels[name]
		if rel.Field.IgnoreMigration {
			continue
		}
		c := rel.ParseConstraint()
		if c == nil || c.Schema != s || !l.member[l.tableName(c.ReferenceSchema)] {
			continue
		}
		if !l.migrated(s, "foreign key", c.Name, c.ForeignKeys...) {
			continue
		}
		owner := modelName(rel.Schema.ModelType)
		f := schema.ForeignKey{
			Name:     l.name(s, rel.Field, c.Name, func(n gs.Namer) string { return n.RelationshipFKName(*rel) }),
			RefTable: l.tableName(c.ReferenceSchema),
			OnDelete: l.action(owner, rel.Name, "OnDelete", c.OnDelete),
			OnUpdate: l.action(owner, rel.Name, "OnUpdate", c.OnUpdate),
		}
		for _, k := range c.ForeignKeys {
			f.Columns = append(f.Columns, k.DBName)
		}
		for _, k := range c.References {
			f.RefColumns = append(f.RefColumns, k.DBName)
		}
		if i := slices.IndexFunc(t.ForeignKeys, func(g schema.ForeignKey) bool { return g.Name == f.Name }); i >= 0 {
			// A struct embedded twice: GORM names both after the field, and the
			// database takes one.
			if !t.ForeignKeys[i].Same(f) {
				l.warn(owner, rel.Name, "two relations want the foreign key name %q: only one of them gets a foreign key", f.Name)
			}
			continue
		}
		t.ForeignKeys = append(t.ForeignKeys, f)
	}
	sortByName(t.ForeignKeys)
}

// action reads the rule of a foreign key.
func (l *loader) action(model, field, key, text string) schema.Action {
	switch a := strings.ToUpper(strings.Join(strings.Fields(text), " ")); a {
	case "", "NO ACTION":
		return schema.NoAction
	case "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT":
		return schema.Action(a)
	}
	l.fail(model, field, "the constraint rule %s:%s is none: the rules are CASCADE, RESTRICT, SET NULL, SET DEFAULT, NO ACTION", key, text)
	return schema.NoAction
}
