package whimbrel

import (
	"errors"
	"fmt"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/diff"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// models returns M.
func (p *Project) models() (model.Models, error) {
	all, err := p.loaded()
	if err != nil {
		return all, err
	}
	all.Schema = without(all.Schema, p.ignored)
	if all.Schema.Tables, err = merged(all.Schema.Tables); err != nil {
		return all, err
	}
	// Models that do not fit together are found here, before anything is
	// compared or written.
	state := op.NewState(schema.Schema{})
	for _, t := range all.Schema.Tables {
		if err := checkNames(t, p.dialect()); err != nil {
			return all, err
		}
		if _, err := state.Apply(op.CreateTable{Table: t}); err != nil {
			return all, &Error{
				Code: BadModels, Msg: err.Error(), Err: err,
				Hint: []string{"Look at the model of that table."},
			}
		}
	}
	for _, o := range all.Schema.Objects {
		if err := checkObjectName(o, p.dialect()); err != nil {
			return all, err
		}
	}
	return all, p.distinct(all.Schema)
}

// loaded returns what the sources of models say, all together.
func (p *Project) loaded() (all model.Models, err error) {
	told := len(p.cfg.Models) > 0 // which types they are
	for i, source := range p.cfg.Models {
		m, err := source.Load()
		if err != nil {
			e := &Error{Code: BadModels, Msg: "the models cannot be read", Detail: []string{err.Error()}, Err: err}
			var cause *Error
			if errors.As(err, &cause) {
				e.Hint = cause.Hint
			}
			return all, e
		}
		all.Schema.Tables = append(all.Schema.Tables, m.Schema.Tables...)
		for _, o := range m.Schema.Objects {
			if o.Kind == schema.Namespace {
				if _, there := all.Schema.Object(o.ID()); there {
					continue // two sources have tables in it
				}
			}
			all.Schema.Objects = append(all.Schema.Objects, o)
		}
		all.Keep = append(all.Keep, m.Keep...)
		all.Warnings = append(all.Warnings, m.Warnings...)
		all.Types = append(all.Types, m.Types...)
		if i > 0 && (m.Dialects == nil || all.Dialects == nil) {
			all.Dialects = nil
		} else {
			all.Dialects = append(all.Dialects, m.Dialects...)
		}
		told = told && m.Types != nil
	}
	if told {
		all.Warnings = append(all.Warnings, p.unregistered(all.Types)...)
	}
	return all, nil
}

// merged returns the tables, those of one name once. Two sources may have a
// table in common: a belongs-to brings the other table with it.
func merged(tables []schema.Table) ([]schema.Table, error) {
	at := map[string]int{}
	var out []schema.Table
	for _, t := range tables {
		i, twice := at[t.Name]
		if !twice {
			at[t.Name] = len(out)
			out = append(out, t)
			continue
		}
		one, two := schema.Schema{Tables: out[i : i+1]}, schema.Schema{Tables: []schema.Table{t}}
		if rest := diff.Diff(one, two); len(rest) > 0 {
			_, object := op.Describe(rest[0])
			return nil, &Error{
				Code: BadModels, Msg: fmt.Sprintf("two sources of models have table %s, and do not agree on it", t.Name),
				Detail: []string{object}, Hint: []string{"Give all models to one call, or the same model to both."},
			}
		}
	}
	return out, nil
}

// distinct refuses names that the database takes for the same.
func (p *Project) distinct(s schema.Schema) error {
	if p.cfg.Dialect == nil {
		return nil
	}
	f := p.cfg.Dialect.Flavor()
	fold := strings.ToLower
	if f.Can(dialect.CaseSensitiveNames) {
		fold = func(name string) string { return name }
	}
	indexes := map[string]string{}
	for _, t := range s.Tables {
		namespace, _ := schema.Split(t.Name)
		for _, i := range t.Indexes {
			name := fold(schema.Qualify(namespace, i.Name))
			other, ok := indexes[name]
			if ok && !f.Can(dialect.IndexNamesPerTable) {
				return &Error{
					Code: BadName, Msg: fmt.Sprintf("index %s is on table %s and on table %s", i.Name, other, t.Name),
					Hint: []string{"The name of an index belongs to one table: give each a name of its own."},
				}
			}
			indexes[name] = t.Name
		}
		columns := map[string]string{}
		for _, c := range t.Columns {
			other, ok := columns[fold(c.Name)]
			if ok {
				return &Error{
					Code: BadName, Msg: fmt.Sprintf("columns %s and %s of table %s differ in case only, which is no difference here", other, c.Name, t.Name),
					Hint: []string{"Rename one of them in the model."},
				}
			}
			columns[fold(c.Name)] = c.Name
		}
	}
	return nil
}
