package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// Ask returns the operations that turn from into to, as the answers say.
//
// It decides nothing that could lose data. What is open comes back as an
// *OpenError with every question that can be asked now: a table or column that
// may have been renamed is asked about before what became of it is looked at.
// An answer that fits no question is an *AnswerError.
func Ask(from, to schema.Schema, a Answers) ([]op.Op, error) {
	s := &session{answers: a, used: map[string]bool{}, asked: map[string]bool{}}
	state := op.NewState(from)

	ops, err := s.renameTables(state, to)
	if err != nil {
		return nil, err
	}
	tables := len(s.open) == 0
	if tables {
		renames, err := s.renameColumns(state, to)
		if err != nil {
			return nil, err
		}
		rest := Diff(state.Schema(), follow(from, to, state))
		if err := s.decide(rest); err != nil {
			return nil, err
		}
		ops = aroundObjects(from, slices.Concat(ops, renames), rest)
	}
	// Where tables are open, an answer about a column may find its question
	// later. Everything else has been asked.
	if err := s.unused(); err != nil && tables {
		return nil, err
	}
	if len(s.open) > 0 {
		return nil, &OpenError{s.open}
	}
	return ops, nil
}

// follow returns to with those objects that are the same in from as they are
// after the renames: the database renames in them by itself.
func follow(from, to schema.Schema, state *op.State) schema.Schema {
	after := state.Schema()
	objects := slices.Clone(to.Objects)
	for i, o := range objects {
		if was, ok := from.Object(o.ID()); ok && was.Equal(o) {
			if is, ok := after.Object(o.ID()); ok {
				objects[i] = is
			}
		}
	}
	to.Objects = objects
	return to
}

// aroundObjects puts renames and the rest together. A view or trigger that is
// dropped goes before the renames: then the way back renames first, and makes
// it again when the names that it uses are there.
func aroundObjects(from schema.Schema, renames, rest []op.Op) []op.Op {
	if len(renames) == 0 {
		return rest
	}
	before := map[string]string{} // the names of renamed tables
	for _, o := range renames {
		if r, ok := o.(op.RenameTable); ok {
			before[r.To] = r.From
		}
	}
	var drops []op.Op
	rest = slices.DeleteFunc(rest, func(o op.Op) bool {
		d, ok := o.(op.DropObject)
		if ok {
			id := d.Object.ID()
			id.Table = cmp.Or(before[id.Table], id.Table)
			if was, found := from.Object(id); found {
				d.Object = was
			}
			drops = append(drops, d)
		}
		return ok
	})
	return slices.Concat(drops, renames, rest)
}

type session struct {
	answers Answers
	used    map[string]bool // answers that found their question: "flag value"
	asked   map[string]bool // subjects of open questions, and what they could be renamed to
	open    []Question
}

// value finds the answer "subject=value" of one flag.
func (s *session) value(flag string, values []string, subject string) (string, bool) {
	for _, v := range values {
		if rest, ok := strings.CutPrefix(v, subject+"="); ok {
			s.used[flag+" "+v] = true
			return rest, true
		}
	}
	return "", false
}

func (s *session) has(flag string, values []string, subject string) bool {
	if slices.Contains(values, subject) {
		s.used[flag+" "+subject] = true
		return true
	}
	return false
}

func (s *session) renamed(subject string) (string, bool) {
	return s.value("rename", s.answers.Rename, subject)
}

// dropped reports whether a person has said that subject shall go: as a drop,
// or as no rename.
func (s *session) dropped(subject string) bool {
	drop := s.has("drop", s.answers.Drop, subject)
	return s.has("no-rename", s.answers.NoRename, subject) || drop
}

func (s *session) ask(q Question) { s.open = append(s.open, q) }

// decide finds the open questions among ops, and puts the answers in.
func (s *session) decide(ops []op.Op) error {
	created := map[string]bool{}
	for i, o := range ops {
		switch o := o.(type) {
		case op.CreateTable:
			created[o.Table.Name] = true
		case op.DropTable:
			s.drop("table", o.Table.Name)
		case op.DropColumn:
			s.drop("column", o.Table+"."+o.Column.Name)
		case op.AddColumn:
			c := o.Column
			if created[o.Table] || !c.NotNull || !c.Default.IsZero() || c.AutoIncrement || !c.Generated.Expr.IsZero() {
				continue
			}
			fill, err := s.fill(o.Table, c, false)
			if err != nil {
				return err
			}
			o.Fill = fill
			ops[i] = o
		case op.AlterColumn:
			if o.From.NotNull || !o.To.NotNull || !o.To.Generated.Expr.IsZero() {
				continue
			}
			fill, err := s.fill(o.Table, o.To, true)
			if err != nil {
				return err
			}
			o.Fill = fill
			ops[i] = o
		case op.RenameTable, op.AlterTable, op.RenameColumn, op.AlterPrimaryKey, op.AddUnique, op.DropUnique,
			op.AddForeignKey, op.DropForeignKey, op.AddCheck, op.DropCheck, op.CreateIndex, op.DropIndex,
			op.CreateObject, op.DropObject, op.AlterObject, op.Exec, op.Run:
		default:
			panic(fmt.Sprintf("diff: unhandled %T", o))
		}
	}
	return nil
}

func (s *session) drop(kind, subject string) {
	if s.dropped(subject) || s.asked[subject] {
		return
	}
	s.ask(Question{
		Kind:    DropQuestion,
		Subject: subject,
		Text:    kind + " " + subject + " is gone from the models: drop it with its data?",
		Flags:   []string{flag("drop", subject)},
	})
}

// unused reports the first answer that found no question.
func (s *session) unused() error {
	for _, f := range []struct {
		flag   string
		values []string
	}{
		{"rename", s.answers.Rename},
		{"no-rename", s.answers.NoRename},
		{"default", s.answers.Default},
		{"drop", s.answers.Drop},
	} {
		for _, v := range f.values {
			if !s.used[f.flag+" "+v] {
				return &AnswerError{f.flag, v, "there is no such question"}
			}
		}
	}
	return nil
}
