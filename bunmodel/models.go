package bunmodel

import (
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/uptrace/bun"
	bs "github.com/uptrace/bun/schema"

	"github.com/whimbreldb/whimbrel/bunmodel/internal/offline"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/schema"
)

// Models returns the source that the given models are: pointers to structs, as
// RegisterModel takes them, in any order. db is the application's own, for its
// dialect; nothing is asked of the database behind it, and nothing is registered
// on it: the models of many-to-many tables are the application's to register
// before it queries.
//
// The hooks BeforeCreateTable and AfterCreateTable of a model are called, and
// what they run on the query's own DB is recorded. A hook that uses another
// *bun.DB reaches the database behind that.
//
// Without [Source.For], the models are mapped for the dialect of db alone.
func Models(db *bun.DB, models ...any) Source {
	return Source{db: db, models: slices.Clone(models)}
}

// A Source is a set of models that can be mapped to a schema. It is a value:
// its methods return a changed copy.
type Source struct {
	db          *bun.DB
	models      []any
	dialects    []schema.Dialect
	own         []func() bs.Dialect
	foreignKeys bool
}

var _ model.Source = Source{}

// For names every dialect that the history shall run on, that of db included.
// Where Bun writes another column type on one of them than the neutral type
// compiles to, the column says so for that dialect. The answer is the same
// whichever of the databases is open, so it is what an application with several
// must call. MySQL and MariaDB are one dialect to Bun: naming either is naming
// both.
func (s Source) For(dialects ...schema.Dialect) Source {
	s.dialects = slices.Concat(s.dialects, dialects)
	return s
}

// With gives dialects of the application's own in the place of those assumed
// here, which write what Bun's own of version 1.3.0 do. Each function is called
// for a new value at each Load, since models are registered on it:
//
//	With(func() schema.Dialect { return pgdialect.New() })
func (s Source) With(dialects ...func() bs.Dialect) Source {
	s.own = slices.Concat(s.own, dialects)
	return s
}

// WithForeignKeys makes the foreign keys of the relations part of the schema:
// those that Bun's CreateTableQuery.WithForeignKeys writes.
func (s Source) WithForeignKeys() Source {
	s.foreignKeys = true
	return s
}

// Load maps the models. All that is wrong with them is in one error.
func (s Source) Load() (model.Models, error) {
	if s.db == nil || s.db.Dialect() == nil {
		return model.Models{}, errors.New("bun models: there is no *bun.DB")
	}
	if f, ok := s.db.Dialect().(failedDialect); ok {
		return model.Models{}, fmt.Errorf("bun models: %w", f.err)
	}
	families, dialects, err := s.targets()
	if err != nil {
		return model.Models{}, fmt.Errorf("bun models: %w", err)
	}
	models, err := inOrder(s.models, offline.For(families[0]))
	if err != nil {
		return model.Models{}, err
	}
	l := &loader{tables: map[string]*schema.Table{}, objects: map[schema.ObjectID]*schema.Object{}}
	for i, d := range dialects {
		m, errs := s.write(families[i], d, models)
		l.addErrors(errs)
		l.targets = append(l.targets, m)
	}
	if len(l.errs) > 0 {
		return model.Models{}, errors.Join(l.errs...)
	}
	for i := range models {
		l.model(i)
	}
	l.hookObjects()
	l.checkReferences()
	if err := errors.Join(l.errs...); err != nil {
		return model.Models{}, err
	}
	return l.result(), nil
}

// targets returns the dialects in the order of schema.Dialects, so that the
// answer does not depend on the order in which they were named.
func (s Source) targets() (families []schema.Dialect, dialects []bs.Dialect, err error) {
	open, known := nameOf(s.db.Dialect())
	if !known {
		return nil, nil, fmt.Errorf("the dialect %s is not one of SQLite, PostgreSQL, MySQL and MariaDB", s.db.Dialect().Name())
	}
	var named []schema.Dialect
	for _, d := range s.dialects {
		if !slices.Contains(schema.Dialects[:], d) {
			return nil, nil, fmt.Errorf("no dialect is called %q", d)
		}
		named = append(named, bunFamily(d))
	}
	own := map[schema.Dialect]bs.Dialect{}
	for _, f := range s.own {
		if f == nil {
			return nil, nil, errors.New("a dialect is nil")
		}
		d := f()
		if d == nil {
			return nil, nil, errors.New("a dialect is nil")
		}
		family, ok := nameOf(d)
		if !ok {
			return nil, nil, fmt.Errorf("the dialect %s is not one of SQLite, PostgreSQL, MySQL and MariaDB", d.Name())
		}
		own[family] = quiet{d}
		if len(s.dialects) > 0 || family != open {
			named = append(named, family)
		}
	}
	switch {
	case len(s.dialects) == 0 && len(named) == 0:
		named = []schema.Dialect{open}
	case !slices.Contains(named, open):
		words := make([]string, len(named))
		for i, d := range named {
			words[i] = string(d)
		}
		return nil, nil, fmt.Errorf("the database is one of %s, and the models are for %s: name every dialect that the application uses",
			open, strings.Join(words, ", "))
	}
	for _, d := range schema.Dialects {
		if !slices.Contains(named, d) {
			continue
		}
		families = append(families, d)
		if own[d] == nil {
			own[d] = offline.For(d)
		}
		dialects = append(dialects, own[d])
	}
	return families, dialects, nil
}

// A quiet dialect asks no server when it is opened.
type quiet struct{ bs.Dialect }

func (quiet) Init(*sql.DB) {}

// A listed is one of the given models.
type listed struct {
	typ   reflect.Type // of the struct
	value any          // a pointer to one
}

// inOrder checks the models, and puts those first that are many-to-many tables:
// Bun must know those before the models that have the relation.
func inOrder(models []any, d bs.Dialect) ([]listed, error) {
	var out []listed
	var errs []error
	joins := map[string]bool{}
	for _, m := range models {
		t := reflect.TypeOf(m)
		for t != nil && t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t == nil || t.Kind() != reflect.Struct || reflect.TypeOf(m).Kind() != reflect.Pointer {
			errs = append(errs, fmt.Errorf("%s: a model is a pointer to a struct", modelName(reflect.TypeOf(m))))
			continue
		}
		if slices.ContainsFunc(out, func(o listed) bool { return o.typ == t }) {
			continue
		}
		out = append(out, listed{t, reflect.New(t).Interface()})
		findJoins(t, joins, map[reflect.Type]bool{})
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	isJoin := func(m listed) (yes bool) {
		defer func() { _ = recover() }() // what is wrong with a model is said where it is mapped
		return joins[d.Tables().InProgress(m.typ).Name]
	}
	before := map[reflect.Type]bool{}
	for _, m := range out {
		before[m.typ] = isJoin(m)
	}
	slices.SortStableFunc(out, func(a, b listed) int {
		switch {
		case before[a.typ] == before[b.typ]:
			return 0
		case before[a.typ]:
			return -1
		}
		return 1
	})
	return out, nil
}

// findJoins collects the names of the many-to-many tables of a struct.
func findJoins(t reflect.Type, names map[string]bool, seen map[reflect.Type]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	for i := range t.NumField() {
		f := t.Field(i)
		for part := range strings.SplitSeq(f.Tag.Get("bun"), ",") {
			if name, ok := strings.CutPrefix(strings.TrimSpace(part), "m2m:"); ok {
				names[strings.Trim(name, `"`)] = true
			}
		}
		ft := f.Type
		for ft.Kind() == reflect.Pointer {
			ft = ft.Elem()
		}
		if ft.Kind() == reflect.Struct && (f.Anonymous || strings.Contains(f.Tag.Get("bun"), "embed:")) {
			findJoins(ft, names, seen)
		}
	}
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

func warning(m, field, format string, args ...any) model.Warning {
	return model.Warning{Model: m, Field: field, Text: fmt.Sprintf(format, args...)}
}
