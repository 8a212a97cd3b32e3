package bunmodel

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	bs "github.com/uptrace/bun/schema"

	"github.com/whimbreldb/whimbrel/internal/tables"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/schema"
)

// A loader makes one schema of what Bun has written for each dialect.
type loader struct {
	targets []*made

	tables   map[string]*schema.Table
	order    []string
	objects  map[schema.ObjectID]*schema.Object
	ids      []schema.ObjectID
	keep     []string
	warnings []model.Warning
	errs     []error
	models   map[string]string // the model of each table
}

// on returns what was written for a dialect.
func (l *loader) on(d schema.Dialect) (*made, bool) {
	for _, m := range l.targets {
		if m.dialect == d {
			return m, true
		}
	}
	return nil, false
}

func (l *loader) warn(model, field, format string, args ...any) {
	l.warnings = append(l.warnings, warning(model, field, format, args...))
}

func (l *loader) fail(model, field, format string, args ...any) {
	if field != "" {
		model += "." + field
	}
	l.addErrors([]error{fmt.Errorf("%s: %w", model, fmt.Errorf(format, args...))})
}

// addErrors leaves out what was said already: what is wrong on two dialects in
// the same way is one.
func (l *loader) addErrors(errs []error) {
	for _, e := range errs {
		if !slices.ContainsFunc(l.errs, func(o error) bool { return o.Error() == e.Error() }) {
			l.errs = append(l.errs, e)
		}
	}
}

// model maps one model.
func (l *loader) model(i int) {
	first := l.targets[0]
	bt, w := first.bun[i], first.models[i]
	name := modelName(bt.Type)
	l.lint(i)
	t := &schema.Table{Name: tableName(first.dialect, w.namespace, w.name)}
	l.checkName(name, w)
	if !l.sameShape(i, name) {
		return
	}
	for at, c := range w.columns {
		l.column(i, at, t)
		l.checkLength(name, "column", c.name)
	}
	l.key(i, t)
	t.Options.Comment = w.comment
	if pg, ok := l.on(schema.Postgres); ok {
		t.Options.Postgres.PartitionBy = pg.models[i].partitionBy
		t.Options.Postgres.Tablespace = pg.models[i].tablespace
	}
	if my, ok := l.on(schema.MySQL); ok {
		t.Options.MySQL.PartitionBy = my.models[i].partitionBy
	}
	t.Uniques = append(t.Uniques, w.uniques...)
	for n, c := range w.checks {
		for _, m := range l.targets[1:] {
			if other := m.models[i].checks; len(other) == len(w.checks) && other[n].Expr != c.Expr {
				c.Expr = c.Expr.On(m.dialect, other[n].Expr.Text)
			}
		}
		t.Checks = append(t.Checks, c)
	}
	t.ForeignKeys = append(t.ForeignKeys, w.foreignKeys...)
	l.indexes(i, t)
	tables.Name(t)
	l.scanOnly(bt, t)
	l.add(name, t)
}

// add adds a table. A second model of the same table adds what the first one does
// not have.
func (l *loader) add(model string, t *schema.Table) {
	have, again := l.tables[t.Name]
	if !again {
		l.tables[t.Name] = t
		l.order = append(l.order, t.Name)
		if l.models == nil {
			l.models = map[string]string{}
		}
		l.models[t.Name] = model
		return
	}
	for _, c := range t.Columns {
		if old, ok := have.Column(c.Name); ok && old != c {
			l.warn(model, "", "another model of the table has column %q too, and another definition of it, which is used", c.Name)
		}
	}
	tables.Merge(have, t)
}

// checkName refuses the name of a table that a dialect reads otherwise.
func (l *loader) checkName(model string, w *written) {
	l.checkLength(model, "table", w.name)
	for _, m := range l.targets {
		if m.dialect == schema.SQLite && w.namespace != "" && !strings.EqualFold(w.namespace, "main") {
			l.fail(model, "", "the table name \"%s.%s\" has a dot: on SQLite that is table %q of another database, %q; name the table without one",
				w.namespace, w.name, w.name, w.namespace)
		}
	}
	for _, m := range l.targets[1:] {
		here, there := tableName(l.targets[0].dialect, w.namespace, w.name), tableName(m.dialect, w.namespace, w.name)
		if here != there {
			l.fail(model, "", "the table is %q on %s and %q on %s: name it without a schema", here, l.targets[0].dialect, there, m.dialect)
		}
	}
}

// checkLength refuses the name of a table or a column that a server does not
// take. PostgreSQL would cut it, so that what it has is called otherwise.
func (l *loader) checkLength(model, what, name string) {
	_, pg := l.on(schema.Postgres)
	_, my := l.on(schema.MySQL)
	switch {
	case pg && len(name) > tables.LongestName:
		l.fail(model, "", "the name of the %s %q is longer than the %d bytes that PostgreSQL takes", what, name, tables.LongestName)
	case my && utf8.RuneCountInString(name) > 64:
		l.fail(model, "", "the name of the %s %q is longer than the 64 letters that MySQL takes", what, name)
	}
}

// sameShape refuses a table that a hook makes with other parts on one dialect
// than on another: a history has one table for all of them.
func (l *loader) sameShape(i int, model string) bool {
	parts := func(w *written) string {
		var s []string
		for _, c := range w.columns {
			s = append(s, c.name)
		}
		for _, u := range w.uniques {
			s = append(s, fmt.Sprint("unique", u.Parts))
		}
		for _, f := range w.foreignKeys {
			s = append(s, fmt.Sprint("foreign key", f.Columns, f.RefTable, f.RefColumns))
		}
		return strings.Join(append(s, fmt.Sprint(len(w.checks), " checks")), ", ")
	}
	for _, m := range l.targets[1:] {
		if here, there := parts(l.targets[0].models[i]), parts(m.models[i]); here != there {
			l.fail(model, "", "the table is made of other parts on %s (%s) than on %s (%s): a hook adds some on one of them only",
				l.targets[0].dialect, here, m.dialect, there)
			return false
		}
	}
	return true
}

// key sets the primary key, which is that of the first dialect: the tag says it.
func (l *loader) key(i int, t *schema.Table) {
	w := l.targets[0].models[i]
	if len(w.key) > 0 {
		t.PrimaryKey.Parts = schema.Columns(w.key...)
		return
	}
	for _, c := range w.columns {
		if c.PrimaryKey {
			t.PrimaryKey.Parts = append(t.PrimaryKey.Parts, schema.Part{Column: c.name})
		}
	}
}

// scanOnly keeps the columns that are only read: there may be one of that name
// which somebody else has made.
func (l *loader) scanOnly(bt *bs.Table, t *schema.Table) {
	for _, f := range bt.FieldMap {
		if _, ok := t.Column(f.Name); !ok && f.Tag.HasOption("scanonly") {
			l.keep = append(l.keep, t.Name+"."+f.Name)
		}
	}
}

// checkReferences refuses a foreign key to a table that is not there.
func (l *loader) checkReferences() {
	for _, name := range l.order {
		for _, f := range l.tables[name].ForeignKeys {
			if _, ok := l.tables[f.RefTable]; !ok {
				l.fail(l.models[name], "", "the foreign key over %s refers to the table %q, whose model is not listed",
					strings.Join(f.Columns, ", "), f.RefTable)
			}
		}
	}
}

// result puts everything in an order that does not depend on the order of the
// models, nor on the maps that Bun keeps.
func (l *loader) result() model.Models {
	out := model.Models{Schema: schema.Schema{Tables: tables.Order(l.tables)}}
	for _, m := range l.targets {
		out.Dialects = append(out.Dialects, m.dialect)
	}
	for _, t := range l.targets[0].bun {
		out.Types = append(out.Types, model.TypeName(t.Type))
	}
	slices.Sort(out.Types)
	if _, ok := l.on(schema.Postgres); ok {
		made := func(o schema.Object) bool { _, ok := l.objects[o.ID()]; return ok } // by a hook
		out.Schema.Objects = slices.DeleteFunc(tables.Namespaces(out.Schema.Tables), made)
	}
	for _, id := range l.ids {
		out.Schema.Objects = append(out.Schema.Objects, *l.objects[id])
	}
	slices.Sort(l.keep)
	out.Keep = slices.Compact(l.keep)
	for _, m := range l.targets {
		l.warnings = append(l.warnings, m.left...)
	}
	slices.SortFunc(l.warnings, func(a, b model.Warning) int {
		return cmp.Or(cmp.Compare(a.Model, b.Model), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Text, b.Text))
	})
	out.Warnings = slices.Compact(l.warnings)
	return out
}

// fieldName returns the name of a field as seen from its model.
func fieldName(model reflect.Type, f *bs.Field) string {
	var path []string
	t := model
	for _, i := range f.Index {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || i >= t.NumField() {
			return f.GoName
		}
		sf := t.Field(i)
		path = append(path, sf.Name)
		t = sf.Type
	}
	return strings.Join(path, ".")
}
