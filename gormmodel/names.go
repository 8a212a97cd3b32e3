package gormmodel

import (
	"slices"
	"strings"

	gs "gorm.io/gorm/schema"

	"github.com/whimbreldb/whimbrel/internal/coltype"
	"github.com/whimbreldb/whimbrel/schema"
)

// tableName returns the name that a model's table has in the database. GORM
// writes a.b as two names, schema and table. To SQLite main is the database
// file itself, without case; PostgreSQL's default schema is public, unless
// somebody has changed the search path.
func (l *loader) tableName(s *gs.Schema) string {
	before, after, ok := strings.Cut(s.Table, ".")
	switch {
	case !ok || before == "" || after == "" || strings.Contains(after, "."):
		return s.Table
	case l.only(schema.SQLite) && strings.EqualFold(before, "main"), l.only(schema.Postgres) && before == "public":
		return after
	case l.speaks(schema.SQLite):
		return s.Table
	}
	return schema.Qualify(before, after)
}

func (l *loader) checkTableName(s *gs.Schema) {
	name := l.tableName(s)
	namespace, local := schema.Split(name)
	at, in := l.owner(s)
	l.checkLength(at, in, "table", local)
	if !l.speaks(schema.SQLite) && namespace != "" && !strings.Contains(local, ".") || name != "" && !strings.Contains(name, ".") {
		return
	}
	before, after, _ := strings.Cut(s.Table, ".")
	l.fail(at, in, "the table name %q has a dot: GORM would query table %q of schema %q; name the table without one",
		s.Table, after, before)
}

// owner says where a person finds a model: a join table of GORM's own making
// is a field of another one.
func (l *loader) owner(s *gs.Schema) (model, field string) {
	for _, j := range l.joins {
		if j.table == s && s.ModelType.Name() == "" {
			return j.model, j.field
		}
	}
	return modelName(s.ModelType), ""
}

// checkCase refuses a column that differs from another one in case alone,
// where the database has one column for the two.
func (l *loader) checkCase(s *gs.Schema, f *gs.Field, have []schema.Column) {
	for _, t := range l.targets {
		for _, c := range have {
			if c.Name != f.DBName && fold(t.dialect, c.Name) == fold(t.dialect, f.DBName) {
				l.fail(modelName(s.ModelType), fieldPath(f), "column %q and column %q differ in case alone: %s has one column for both",
					f.DBName, c.Name, t.dialect)
				return
			}
		}
	}
}

// fold returns what a database compares in place of a column name: SQLite
// folds ASCII letters, MySQL all of them.
func fold(d schema.Dialect, name string) string {
	switch d {
	case schema.SQLite:
		return strings.Map(func(r rune) rune {
			if 'A' <= r && r <= 'Z' {
				return r + 'a' - 'A'
			}
			return r
		}, name)
	case schema.MySQL, schema.MariaDB:
		return strings.ToLower(name)
	case schema.Postgres: // quoted, as GORM writes every name, it is what it is
	}
	return name
}

// checkCounting looks at a field that is to count up and is not the key. GORM's
// own SQLite driver (1.6.0 seen) makes it the key of the table, and MySQL
// refuses the table.
func (l *loader) checkCounting(s *gs.Schema, f *gs.Field, c schema.Column, on []definition) {
	_, tagged := f.TagSettings["AUTOINCREMENT"]
	if !f.AutoIncrement || !tagged {
		return
	}
	model := modelName(s.ModelType)
	for _, d := range on {
		switch own := coltype.Parse(f.TagSettings["TYPE"]).PrimaryKey; {
		case d.PrimaryKey && !own && !f.PrimaryKey:
			l.fail(model, fieldPath(f), "autoIncrement on a field that is not the key: this driver makes column %q the primary key; "+
				"leave it out, or tag the field primaryKey", f.DBName)
		case d.dialect == schema.SQLite && !c.AutoIncrement && !d.PrimaryKey:
			l.warn(model, fieldPath(f), "autoIncrement does nothing: SQLite counts up a key of one integer column only")
		}
	}
}

// fieldPath returns the name of a field as seen from its model.
func fieldPath(f *gs.Field) string { return strings.Join(f.BindNames, ".") }

// checks maps the check constraints. GORM collects them by name and in the
// order of a map, so that chance decides which of two with one name is left;
// here it is the last one.
func (l *loader) checks(s *gs.Schema, t *schema.Table) {
	model := modelName(s.ModelType)
	for name, c := range s.ParseCheckConstraints() {
		expr, field := c.Constraint, c.Field
		if fields := l.fieldsOfCheck(s, name); len(fields) > 1 {
			field = fields[len(fields)-1]
			_, expr = l.checkTag(s, field)
			for _, f := range fields[:len(fields)-1] {
				l.warn(model, fieldPath(f), "the check %q is lost: field %s has one of the same name, and GORM keeps one", name, fieldPath(field))
			}
		}
		if field != nil {
			l.checkCondition(model, field, expr)
			if !l.migrated(s, "check", name, field) {
				continue
			}
		}
		if field != nil {
			name = l.name(s, field, name, func(n gs.Namer) string { return n.CheckerName(s.Table, field.DBName) })
		}
		t.Checks = append(t.Checks, schema.Check{Name: name, Expr: schema.Expr(strings.TrimSpace(expr))})
	}
	sortByName(t.Checks)
}

// fieldsOfCheck returns the columns whose check has a name, in their order.
func (l *loader) fieldsOfCheck(s *gs.Schema, name string) (fields []*gs.Field) {
	for _, column := range s.DBNames {
		f := s.FieldsByDBName[column]
		if f.TagSettings["CHECK"] == "" {
			continue
		}
		if n, _ := l.checkTag(s, f); n == name {
			fields = append(fields, f)
		}
	}
	return fields
}

// checkTag reads a check as GORM does.
func (l *loader) checkTag(s *gs.Schema, f *gs.Field) (name, expr string) {
	tag := f.TagSettings["CHECK"]
	before, after, comma := strings.Cut(tag, ",")
	switch {
	case comma && isConstraintName(before):
		return before, after
	case comma && before == "":
		tag = after
	}
	return l.db.NamingStrategy.CheckerName(s.Table, f.DBName), tag
}

// checkCondition refuses a check that no database takes, because GORM makes
// its name part of its condition or has no condition for it.
func (l *loader) checkCondition(model string, f *gs.Field, expr string) {
	switch {
	case strings.TrimSpace(expr) == "":
		l.fail(model, fieldPath(f), "the check %q has no condition", f.TagSettings["CHECK"])
	case coltype.IsList(expr):
		l.fail(model, fieldPath(f), "the check %q is no condition: GORM takes what is before a comma for a name "+
			"only if it is made of letters, digits, _ and -, and otherwise for SQL", expr)
	}
}

// isConstraintName reports whether GORM takes a text before a comma for the
// name of a constraint.
func isConstraintName(text string) bool {
	return text != "" && !slices.ContainsFunc([]byte(text), func(c byte) bool {
		return c != '_' && c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
	})
}
