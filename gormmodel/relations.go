package gormmodel

import (
	"cmp"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"

	gs "gorm.io/gorm/schema"
)

// A join is a many2many relation of a model.
type join struct {
	model, field string
	table        *gs.Schema
}

// lintJoins warns where two relations have one join table, each with columns of
// its own: GORM makes the table for one of them. A model that has them all,
// and is listed, serves both.
func (l *loader) lintJoins(listed []*gs.Schema) {
	slices.SortFunc(l.joins, func(a, b join) int { return cmp.Or(cmp.Compare(a.model, b.model), cmp.Compare(a.field, b.field)) })
	first := map[string]join{}
	for _, j := range l.joins {
		table := l.tableName(j.table)
		other, again := first[table]
		if !again {
			first[table] = j
			continue
		}
		here, there := slices.Sorted(slices.Values(j.table.DBNames)), slices.Sorted(slices.Values(other.table.DBNames))
		served := slices.ContainsFunc(listed, func(s *gs.Schema) bool {
			return l.tableName(s) == table && hasColumns(s, here) && hasColumns(s, there)
		})
		if !slices.Equal(here, there) && !served {
			l.warn(j.model, j.field, "the join table %q has the columns %s here, and %s for %s.%s: GORM makes it for one of the two",
				table, strings.Join(here, ", "), strings.Join(there, ", "), other.model, other.field)
		}
	}
}

func hasColumns(s *gs.Schema, names []string) bool {
	return !slices.ContainsFunc(names, func(n string) bool { return s.FieldsByDBName[n] == nil })
}

// parseErrors says what is wrong with a model that GORM cannot parse. Of a
// field that can be no column GORM gives an address in memory.
func (l *loader) parseErrors(s *gs.Schema, m any, err error) []error {
	if !errors.Is(err, gs.ErrUnsupportedDataType) {
		return []error{fieldError(modelName(reflect.TypeOf(m)), "", "%w", err)}
	}
	var out []error
	l.withoutType(s, map[reflect.Type]bool{}, &out)
	if len(out) == 0 {
		out = append(out, fieldError(modelName(reflect.TypeOf(m)), "", "GORM has no column type for one of its fields"))
	}
	return out
}

// withoutType finds the fields that GORM can neither make a column nor a
// relation of, in a model and in those that it refers to.
func (l *loader) withoutType(s *gs.Schema, seen map[reflect.Type]bool, out *[]error) {
	if s == nil || seen[s.ModelType] {
		return
	}
	seen[s.ModelType] = true
	for _, f := range s.Fields {
		if f.DataType != "" || f.GORMDataType != "" || !f.Creatable && !f.Updatable && !f.Readable {
			continue
		}
		t := f.IndirectFieldType
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			*out = append(*out, fieldError(modelName(s.ModelType), fieldPath(f),
				`GORM has no column type for %s: give the field a type and a serializer, or the tag "-"`, f.FieldType))
			continue
		}
		// A store of its own: in that of the application a model that cannot be
		// parsed is not kept.
		related, _ := gs.Parse(reflect.New(t).Interface(), &sync.Map{}, l.db.NamingStrategy)
		l.withoutType(related, seen, out)
	}
}
