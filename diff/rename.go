package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

func (s *session) renameTables(state *op.State, to schema.Schema) ([]op.Op, error) {
	gone, added, _ := match(state.Schema().Tables, to.Tables)
	var ops []op.Op
	taken := map[string]bool{}
	for _, t := range gone {
		if name, ok := s.renamed(t.Name); ok {
			if !slices.ContainsFunc(added, func(a schema.Table) bool { return a.Name == name }) || taken[name] {
				return nil, badRename(t.Name, name, names(added))
			}
			taken[name] = true
			o := op.RenameTable{From: t.Name, To: name}
			if _, err := state.Apply(o); err != nil {
				return nil, err
			}
			ops = append(ops, o)
		}
	}
	for _, t := range gone {
		if _, still := state.Table(t.Name); !still || s.dropped(t.Name) {
			continue
		}
		var candidates []string
		for _, a := range added {
			if !taken[a.Name] && similar(t, a) {
				candidates = append(candidates, a.Name)
			}
		}
		if len(candidates) > 0 {
			s.ask(renameQuestion("table ", t.Name, candidates))
		}
	}
	return ops, nil
}

// similar reports whether a table could be another one under a new name: at
// least half of the columns of the smaller have a namesake of the same kind.
func similar(a, b schema.Table) bool {
	n := 0
	for _, c := range a.Columns {
		if d, ok := b.Column(c.Name); ok && d.Type.Kind == c.Type.Kind {
			n++
		}
	}
	return 2*n >= min(len(a.Columns), len(b.Columns)) && n > 0
}

func (s *session) renameColumns(state *op.State, to schema.Schema) ([]op.Op, error) {
	var ops []op.Op
	_, _, kept := match(state.Schema().Tables, to.Tables)
	for _, t := range kept {
		table := t.to.Name
		gone, added, _ := match(t.from.Columns, t.to.Columns)
		taken := map[string]bool{}
		left := gone[:0:0]
		for _, c := range gone {
			subject := table + "." + c.Name
			name, ok := s.renamed(subject)
			if !ok {
				name, ok = otherCase(c.Name, t.from, t.to)
			}
			if !ok {
				left = append(left, c)
				continue
			}
			if !slices.ContainsFunc(added, func(a schema.Column) bool { return a.Name == name }) || taken[name] {
				return nil, badRename(subject, name, names(added))
			}
			taken[name] = true
			o := op.RenameColumn{Table: table, From: c.Name, To: name}
			if _, err := state.Apply(o); err != nil {
				return nil, err
			}
			ops = append(ops, o)
		}
		for _, c := range left {
			subject := table + "." + c.Name
			if s.dropped(subject) {
				continue
			}
			var candidates []string
			for _, a := range added {
				if !taken[a.Name] && convertible(c.Type, a.Type) {
					candidates = append(candidates, a.Name)
				}
			}
			if len(candidates) > 0 {
				s.ask(renameQuestion("column ", subject, candidates))
				s.asked[subject] = true
				for _, name := range candidates {
					s.asked[table+"."+name] = true
				}
			}
		}
	}
	return ops, nil
}

// convertible reports whether a column of one type could have become one of
// the other under a new name.
func convertible(a, b schema.Type) bool {
	fa, fb := family(a), family(b)
	return fa == fb || fa == "" || fb == ""
}

// family groups the kinds between which values carry over. A native type can
// be anything.
func family(t schema.Type) string {
	switch t.Kind {
	case schema.KindTinyInt, schema.KindSmallInt, schema.KindInt, schema.KindBigInt, schema.KindFloat,
		schema.KindDouble, schema.KindDecimal, schema.KindBool:
		return "number"
	case schema.KindString, schema.KindChar, schema.KindText, schema.KindJSON, schema.KindUUID:
		return "text"
	case schema.KindDate, schema.KindTime, schema.KindDateTime, schema.KindLocalDateTime:
		return "time"
	case schema.KindBytes:
		return "bytes"
	case schema.KindNative:
		return ""
	}
	return ""
}

func renameQuestion(kind, subject string, candidates []string) Question {
	q := Question{Kind: RenameQuestion, Subject: subject, Candidates: candidates}
	q.Text = fmt.Sprintf("%s%s is gone and %s is new: was it renamed? If not, it is dropped with its data.",
		kind, subject, strings.Join(candidates, " or "))
	for _, c := range candidates {
		q.Flags = append(q.Flags, flag("rename", subject+"="+c))
	}
	q.Flags = append(q.Flags, flag("no-rename", subject))
	return q
}

func badRename(subject, name string, added []string) error {
	why := fmt.Sprintf("%q is not new", name)
	if len(added) > 0 {
		why += "; new are " + strings.Join(added, ", ")
	}
	return &AnswerError{"rename", subject + "=" + name, why}
}

func names[T interface{ GetName() string }](items []T) []string {
	out := make([]string, len(items))
	for i, it := range items {
		out[i] = it.GetName()
	}
	return out
}
