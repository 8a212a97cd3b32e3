package whimbrel

import (
	"fmt"
	"path"
	"slices"

	"github.com/whimbreldb/whimbrel/journal"
	"github.com/whimbreldb/whimbrel/model"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
	"github.com/whimbreldb/whimbrel/script"
)

// replay returns H: the schema that the revisions ids make, which must be
// closed (with all they follow) and in order.
func (p *Project) replay(ids []string) (*op.State, error) {
	state := op.NewState(schema.Schema{})
	for _, id := range ids {
		if err := p.replayOne(state, id); err != nil {
			return nil, err
		}
	}
	return state, nil
}

func (p *Project) replayOne(state *op.State, id string) error {
	for i, o := range op.Record(p.byID[id].Upgrade) {
		if _, err := state.Apply(o); err != nil {
			return badReplay(err, i, p.revision(id))
		}
	}
	return nil
}

func badReplay(err error, operation int, r Revision) error {
	return &Error{
		Code:   BadReplay,
		Msg:    err.Error(),
		Detail: []string{fmt.Sprintf("operation %d of revision %s, %s", operation+1, r.ID, r.Source)},
		Hint:   []string{"The revisions before it make another schema: was one of them edited?"},
		Err:    err,
	}
}

// replayed is replay as a schema.
func (p *Project) replayed(ids []string) (schema.Schema, error) {
	state, err := p.replay(ids)
	if err != nil {
		return schema.Schema{}, err
	}
	return state.Schema(), nil
}

func (p *Project) hash(id string) string {
	return script.Hash(op.Record(p.byID[id].Upgrade))
}

// named returns every table that the history ever named.
func (p *Project) named() map[string]bool {
	out := map[string]bool{}
	for _, r := range p.byID {
		for _, o := range slices.Concat(op.Record(r.Upgrade), op.Record(r.Downgrade)) {
			out[op.TableOf(o)] = true
			if rename, ok := o.(op.RenameTable); ok {
				out[rename.To] = true
			}
		}
	}
	return out
}

// ignored reports whether a table is nobody's business here.
func (p *Project) ignored(table string) bool {
	return journal.Owns(table) || slices.ContainsFunc(p.cfg.History.Ignore, func(pattern string) bool {
		ok, err := path.Match(pattern, table)
		return ok && err == nil
	})
}

// without returns s without the tables that drop says, and without what
// belongs to them.
func without(s schema.Schema, drop func(table string) bool) schema.Schema {
	var out schema.Schema
	for _, t := range s.Tables {
		if !drop(t.Name) {
			out.Tables = append(out.Tables, t)
		}
	}
	for _, o := range s.Objects {
		if !drop(o.Name) && (o.Table == "" || !drop(o.Table)) {
			out.Objects = append(out.Objects, o)
		}
	}
	return out
}

// dialect returns the dialect that is configured; "" for none.
func (p *Project) dialect() schema.Dialect {
	if p.cfg.Dialect == nil {
		return ""
	}
	return p.cfg.Dialect.Flavor().Dialect
}

// wanted returns what M and H are compared as: M, and those things of H that
// models have no words for.
//
// An app without models wants what its revisions say.
func (p *Project) wanted(m model.Models, h schema.Schema) schema.Schema {
	if len(p.cfg.Models) == 0 {
		return h
	}
	want := m.Schema
	for _, t := range h.Tables {
		if p.ignored(t.Name) {
			want.Tables = append(want.Tables, t)
		}
	}
	want.Objects = slices.Clone(want.Objects)
	at := make(map[schema.ObjectID]int, len(want.Objects))
	for i, o := range want.Objects {
		at[o.ID()] = i
	}
	for _, o := range h.Objects {
		if i, ok := at[o.ID()]; !ok {
			want.Objects = append(want.Objects, o)
		} else if o.Kind == schema.Namespace { // it is its name, however it was made
			want.Objects[i] = o
		}
	}
	for i, t := range want.Tables {
		old, ok := h.Table(t.Name)
		if !ok {
			continue
		}
		t.Options = t.Options.Or(old.Options)
		for _, c := range old.Columns {
			if _, has := t.Column(c.Name); !has && slices.Contains(m.Keep, t.Name+"."+c.Name) {
				t.Columns = append(slices.Clip(t.Columns), c)
			}
		}
		want.Tables[i] = keysAsBefore(t, old, m.Dialects)
	}
	// What is on a table goes with it, and a view of the history stays.
	return schema.Schema{Tables: want.Tables, Objects: slices.DeleteFunc(want.Objects, func(o schema.Object) bool {
		return o.Table != "" && !want.Has(o.Table)
	})}
}

// keysAsBefore returns t with NOT NULL of the columns that are in its primary
// key as old has it, where that makes no difference: such a column never is
// NULL, whatever is said. On SQLite it can be, unless it is the rowid or the
// table has none.
func keysAsBefore(t, old schema.Table, dialects []schema.Dialect) schema.Table {
	in := func(k schema.PrimaryKey, column string) bool {
		return slices.ContainsFunc(k.Parts, func(p schema.Part) bool { return p.Column == column })
	}
	everywhere := t.Options.WithoutRowID && old.Options.WithoutRowID || dialects != nil && !slices.Contains(dialects, schema.SQLite)
	t.Columns = slices.Clone(t.Columns)
	for i, c := range t.Columns {
		was, ok := old.Column(c.Name)
		rowid := c.AutoIncrement && was.AutoIncrement && len(t.PrimaryKey.Parts) == 1 && len(old.PrimaryKey.Parts) == 1
		if ok && (everywhere || rowid) && in(t.PrimaryKey, c.Name) && in(old.PrimaryKey, c.Name) &&
			c.NotNullName == was.NotNullName && c.NotNullConflict == was.NotNullConflict {
			t.Columns[i].NotNull = was.NotNull
		}
	}
	return t
}
