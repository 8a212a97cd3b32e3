package gormmodel

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/migrator"
	gs "gorm.io/gorm/schema"

	"github.com/whimbreldb/whimbrel/internal/tables"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/schema"
)

// Models returns the source that the given models are: pointers to structs, as
// AutoMigrate takes them. db is the application's own, for its naming
// strategy, its settings and its driver; it is not changed, and nothing is
// asked of the database behind it. SetupJoinTable must have been called on it
// before the source is loaded.
//
// Without [Source.For], the models are mapped for the dialect of db alone.
func Models(db *gorm.DB, models ...any) Source {
	return Source{db: db, models: slices.Clone(models)}
}

// A Source is a set of models that can be mapped to a schema. It is a value:
// its methods return a changed copy.
type Source struct {
	db         *gorm.DB
	models     []any
	dialects   []schema.Dialect
	dialectors []gorm.Dialector
}

var _ model.Source = Source{}

// Load maps the models. All that is wrong with them is in one error.
func (s Source) Load() (model.Models, error) {
	if s.db == nil {
		return model.Models{}, errors.New("gorm models: there is no *gorm.DB")
	}
	if s.db.Error != nil {
		return model.Models{}, fmt.Errorf("gorm models: %w", s.db.Error)
	}
	// GORM 1.25 makes a statement after a failure too.
	if s.db.Config == nil || s.db.Dialector == nil || s.db.Statement == nil || s.db.ConnPool == nil {
		return model.Models{}, errors.New("gorm models: the *gorm.DB is not open: gorm.Open has returned an error, or was not called")
	}
	heard, stop := collect()
	defer stop()
	targets, err := s.targets()
	if err != nil {
		return model.Models{}, fmt.Errorf("gorm models: %w", err)
	}
	l := newLoader(s.db, targets)
	if err := l.parse(s.models); err != nil {
		return model.Models{}, err
	}
	for _, sc := range l.order {
		l.table(sc)
	}
	if err := errors.Join(l.errs...); err != nil {
		return model.Models{}, err
	}
	l.warnings = append(l.warnings, heard.said()...)
	return l.result(), nil
}

// A loader maps one set of models.
type loader struct {
	db      *gorm.DB           // a session of its own, which cannot query
	base    migrator.Migrator  // for what the dialect's own migrator hides
	targets []target           // what the schema is for; the first decides what is not a matter of dialect
	short   *gs.NamingStrategy // the one with names that PostgreSQL takes, where the application's has longer ones
	options string             // what the application has GORM append to CREATE TABLE

	order     []*gs.Schema // as AutoMigrate would create them
	member    map[string]bool
	reachable map[string]bool
	joins     []join

	tables   map[string]*schema.Table
	keep     []string
	warnings []model.Warning
	errs     []error
}

func newLoader(app *gorm.DB, targets []target) *loader {
	db := session(app, nil)
	options, _ := app.Get("gorm:table_options")
	text, _ := options.(string)
	l := &loader{
		options: text,
		db:      db,
		targets: targets,
		base:    migrator.Migrator{Config: migrator.Config{DB: db, Dialector: db.Dialector}},
		member:  map[string]bool{}, reachable: map[string]bool{},
		tables: map[string]*schema.Table{},
	}
	if l.speaks(schema.Postgres) {
		l.short = shorter(db.NamingStrategy)
	}
	return l
}

// parse has GORM read every model before anything is mapped, since a relation
// on one model changes a column type of another, and finds the tables.
func (l *loader) parse(models []any) error {
	var listed []*gs.Schema
	for _, m := range models {
		// First, because GORM does not say which field it is, and prints it.
		if errs := badDefaults(m); len(errs) > 0 {
			l.addErrors(errs)
			continue
		}
		stmt := &gorm.Statement{DB: l.db}
		if err := parseModel(stmt, m); err != nil {
			l.addErrors(l.parseErrors(stmt.Schema, m, err))
			continue
		}
		listed = append(listed, stmt.Schema)
	}
	if len(l.errs) > 0 {
		return errors.Join(l.errs...)
	}
	l.reach(listed)
	l.lintJoins(listed)
	// GORM's own order decides which side of a many2many relation its join
	// table is made from, and with that the order of its key.
	for _, m := range l.base.ReorderModels(models, true) {
		stmt := &gorm.Statement{DB: l.db}
		if err := parseModel(stmt, m); err != nil {
			return fmt.Errorf("%s: %w", modelName(reflect.TypeOf(m)), err)
		}
		if table := l.tableName(stmt.Schema); l.reachable[table] {
			l.order = append(l.order, stmt.Schema)
			l.member[table] = true
		}
	}
	// Of two models of one table, GORM migrates the last only.
	for _, s := range listed {
		if !slices.Contains(l.order, s) {
			l.order = append(l.order, s)
		}
	}
	return nil
}

// addErrors leaves out what was said already: a mistake in one model is one in
// every model that refers to it.
func (l *loader) addErrors(errs []error) {
	for _, e := range errs {
		if !slices.ContainsFunc(l.errs, func(o error) bool { return o.Error() == e.Error() }) {
			l.errs = append(l.errs, e)
		}
	}
}

// parseModel is Statement.Parse, which panics on what is no model at all.
func parseModel(stmt *gorm.Statement, m any) (err error) {
	t := reflect.TypeOf(m)
	for t != nil && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice) {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return errors.New("a model is a pointer to a struct")
	}
	if err := stmt.Parse(m); err != nil {
		return err
	}
	if stmt.Schema.Table == "" {
		return errors.New("the model has no table name")
	}
	return nil
}

// reach finds the tables that belong to the listed models: what they refer
// to and their join tables. What refers to them (a has-many of a model that is
// not listed) does not count, although GORM adds it when that model happens to
// have been parsed in the same process: the answer must not depend on what ran
// before.
func (l *loader) reach(listed []*gs.Schema) {
	queue := slices.Clone(listed)
	seen := map[*gs.Schema]bool{}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		if s == nil || seen[s] {
			continue
		}
		seen[s] = true
		l.reachable[l.tableName(s)] = true
		if l.db.IgnoreRelationshipsWhenMigrating {
			continue
		}
		for name, rel := range s.Relationships.Relations {
			if rel.Field.IgnoreMigration || strings.HasPrefix(name, "_") {
				continue
			}
			if c := rel.ParseConstraint(); c != nil && c.Schema == s {
				queue = append(queue, c.ReferenceSchema)
			}
			if rel.JoinTable != nil {
				queue = append(queue, rel.JoinTable, rel.FieldSchema)
				l.joins = append(l.joins, join{modelName(s.ModelType), rel.Name, rel.JoinTable})
			}
		}
	}
}

// result puts everything in an order that does not depend on the order of the
// models, nor on the maps that GORM keeps.
func (l *loader) result() model.Models {
	all := tables.Order(l.tables)
	out := model.Models{Schema: schema.Schema{Tables: all}}
	for _, t := range l.targets {
		out.Dialects = append(out.Dialects, t.dialect)
	}
	if l.speaks(schema.Postgres) {
		out.Schema.Objects = tables.Namespaces(all)
	}
	for _, sc := range l.order {
		if sc.ModelType.Name() != "" { // GORM makes that of a join table itself
			out.Types = append(out.Types, model.TypeName(sc.ModelType))
		}
	}
	slices.Sort(out.Types)
	slices.Sort(l.keep)
	out.Keep = slices.Compact(l.keep)
	slices.SortFunc(l.warnings, func(a, b model.Warning) int {
		return cmp.Or(cmp.Compare(a.Model, b.Model), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Text, b.Text))
	})
	out.Warnings = slices.Compact(l.warnings)
	return out
}

func (l *loader) warn(model, field, format string, args ...any) {
	l.warnings = append(l.warnings, warning(model, field, format, args...))
}

func warning(m, field, format string, args ...any) model.Warning {
	return model.Warning{Model: m, Field: field, Text: fmt.Sprintf(format, args...)}
}

// fail adds an error. What is wrong on two dialects in the same way is one.
func (l *loader) fail(model, field, format string, args ...any) {
	l.addErrors([]error{fieldError(model, field, format, args...)})
}

func fieldError(model, field, format string, args ...any) error {
	where := model
	if field != "" {
		where += "." + field
	}
	return fmt.Errorf("%s: %w", where, fmt.Errorf(format, args...))
}

// modelName returns the name of a model as a person writes it: models.Product.
func modelName(t reflect.Type) string {
	if t == nil {
		return "nil"
	}
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Name() == "" {
		return "(a struct without a name)"
	}
	return t.String()
}

var errOffline = errors.New("models are mapped without a database: no query is possible here")

// offlinePool is a connection that runs nothing. Types that look at the database
// to choose their column type get an error instead of a query.
type offlinePool struct{}

func (offlinePool) PrepareContext(context.Context, string) (*sql.Stmt, error) { return nil, errOffline }

func (offlinePool) ExecContext(context.Context, string, ...any) (sql.Result, error) {
	return nil, errOffline
}

func (offlinePool) QueryContext(context.Context, string, ...any) (*sql.Rows, error) {
	return nil, errOffline
}

// QueryRowContext returns a row whose Scan is an error: an empty *sql.Row
// would make Scan panic.
func (offlinePool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	db := sql.OpenDB(connector{})
	defer db.Close()
	return db.QueryRowContext(ctx, query, args...)
}
