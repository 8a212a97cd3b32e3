package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

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

// nullMeans is the answer for a column that has no NULL in it already: the
// upgrade then stops if it finds one.
const nullMeans = "NULL"

func (s *session) fill(table string, c schema.Column, altered bool) (schema.Default, error) {
	subject := table + "." + c.Name
	text, ok := s.value("default", s.answers.Default, subject)
	if !ok && s.asked[subject] {
		return schema.Default{}, nil // perhaps it is renamed, and has its values
	}
	if !ok {
		q := Question{
			Kind:    FillQuestion,
			Subject: subject,
			Text:    "column " + subject + " is NOT NULL without default: what do the rows get that exist already?",
			Flags:   []string{flag("default", subject+"="+cmp.Or(zero(c.Type).Text, "VALUE"))},
		}
		if altered {
			q.Text = "column " + subject + " becomes NOT NULL: what replaces the NULLs in it? (NULL: there are none; the upgrade stops if it finds one)"
			q.Flags = append(q.Flags, flag("default", subject+"="+nullMeans))
		}
		s.ask(q)
		return schema.Default{}, nil
	}
	if altered && strings.EqualFold(text, nullMeans) {
		return schema.Default{}, nil
	}
	d, why := parseFill(c.Type, text)
	if why != "" {
		return d, &AnswerError{"default", subject + "=" + text, why}
	}
	return d, nil
}

// parseFill reads a value as it is typed in a flag.
func parseFill(t schema.Type, text string) (_ schema.Default, why string) {
	if strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") {
		return schema.Expression(text), ""
	}
	if strings.EqualFold(text, nullMeans) {
		return schema.Default{}, "a NOT NULL column cannot be filled with NULL; NULL is an answer only for a column that is there and has none"
	}
	switch {
	case t.Kind == schema.KindBool:
		if b, err := strconv.ParseBool(strings.ToLower(text)); err == nil {
			return schema.Literal(strconv.FormatBool(b)), ""
		}
		return schema.Default{}, "a bool is true or false"
	case family(t) == "number":
		if _, err := strconv.ParseFloat(text, 64); err == nil && !strings.ContainsAny(text, "xXnNpP_") {
			return schema.Literal(text), ""
		}
		return schema.Default{}, "a number is wanted, or SQL in parentheses"
	}
	return schema.StringValue(text), ""
}

// zero is the neutral value of a type, for a column that a downgrade brings
// back NOT NULL and without values.
func zero(t schema.Type) schema.Default {
	switch t.Kind {
	case schema.KindBool:
		return schema.Literal("false")
	case schema.KindTinyInt, schema.KindSmallInt, schema.KindInt, schema.KindBigInt, schema.KindFloat,
		schema.KindDouble, schema.KindDecimal:
		return schema.Literal("0")
	case schema.KindDate:
		return schema.StringValue("1970-01-01")
	case schema.KindTime:
		return schema.StringValue("00:00:00")
	case schema.KindDateTime, schema.KindLocalDateTime:
		return schema.StringValue("1970-01-01 00:00:00")
	case schema.KindJSON:
		return schema.StringValue("{}")
	case schema.KindUUID:
		return schema.StringValue("00000000-0000-0000-0000-000000000000")
	case schema.KindString, schema.KindChar, schema.KindText, schema.KindBytes:
		return schema.StringValue("")
	case schema.KindNative:
		return nativeZero(t.Text)
	}
	return schema.StringValue("")
}

// nativeZero is zero for a type as a database spells it: by the word that it
// begins with, which means the same wherever it is one. Of any other type the
// empty string is tried.
func nativeZero(text string) schema.Default {
	word := text
	if i := strings.IndexFunc(text, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }); i >= 0 {
		word = text[:i]
	}
	switch {
	case strings.HasSuffix(text, "[]"):
		return schema.StringValue("{}")
	case strings.HasSuffix(word, "range"): // a multirange too, where {} is what is meant
		return schema.StringValue(map[bool]string{true: "{}", false: "empty"}[strings.HasSuffix(word, "multirange")])
	}
	switch word = strings.ToLower(word); word {
	case "boolean", "bool":
		return zero(schema.Type{Kind: schema.KindBool})
	case "int", "integer", "tinyint", "smallint", "mediumint", "bigint", "serial", "smallserial", "bigserial",
		"numeric", "decimal", "float", "double", "real", "money", "oid", "bit":
		return schema.Literal("0")
	case "date", "time", "uuid", "json", "jsonb":
		return zero(schema.Type{Kind: schema.Kind(strings.TrimSuffix(word, "b"))})
	case "datetime", "timestamp", "timestamptz": // MySQL's begin with the second of 1970, in every zone
		return schema.StringValue("1970-01-02 00:00:00")
	case "interval":
		return schema.StringValue("0")
	case "year":
		return schema.Literal("1970")
	case "point", "linestring", "polygon", "geometry", "multipoint", "multilinestring", "multipolygon", "geometrycollection", "geomcollection":
		return zeroShape(word, text)
	case "inet", "cidr", "inet4", "inet6", "macaddr", "macaddr8", "pg_lsn", "box", "circle", "jsonpath":
		return schema.StringValue(map[string]string{
			"inet": "0.0.0.0", "cidr": "0.0.0.0/0", "inet4": "0.0.0.0", "inet6": "::", "macaddr": "00:00:00:00:00:00", "macaddr8": "00:00:00:00:00:00:00:00",
			"pg_lsn": "0/0", "box": "(0,0),(0,0)", "circle": "<(0,0),0>", "jsonpath": "$",
		}[word])
	case "enum":
		if _, rest, ok := strings.Cut(text, "'"); ok {
			value, _, _ := strings.Cut(strings.ReplaceAll(rest, "''", "\x00"), "'")
			return schema.StringValue(strings.ReplaceAll(value, "\x00", "'"))
		}
	}
	return schema.StringValue("")
}

// zeroShape is zero for a geometry of MySQL, in the system of reference that its
// column has. PostgreSQL has types of its own by two of these names.
func zeroShape(word, text string) schema.Default {
	shape := map[string]string{
		"linestring": "LINESTRING(0 0,1 1)", "polygon": "POLYGON((0 0,1 0,1 1,0 0))", "multipoint": "MULTIPOINT(0 0)",
		"multilinestring": "MULTILINESTRING((0 0,1 1))", "multipolygon": "MULTIPOLYGON(((0 0,1 0,1 1,0 0)))",
		"geometrycollection": "GEOMETRYCOLLECTION EMPTY", "geomcollection": "GEOMETRYCOLLECTION EMPTY",
	}[word]
	fields := strings.Fields(strings.ToLower(text))
	system := ""
	if i := slices.Index(fields, "srid"); i >= 0 && i+1 < len(fields) {
		system = ", " + fields[i+1]
	}
	zero := schema.StringValue(map[string]string{"point": "(0,0)", "polygon": "((0,0))"}[word])
	zero.Variants.MySQL = "ST_GeomFromText('" + cmp.Or(shape, "POINT(0 0)") + "'" + system + ")"
	return zero
}

// Downgrade returns the operations that undo ops. A NOT NULL column without
// default that comes back gets the zero value of its type in the rows that
// exist: its own values went with the upgrade.
func Downgrade(ops []op.Op) ([]op.Op, bool) {
	out, ok := op.InvertAll(ops)
	for i, o := range out {
		if add, is := o.(op.AddColumn); is {
			c := add.Column
			if c.NotNull && c.Default.IsZero() && c.Generated.Expr.IsZero() && !c.AutoIncrement {
				add.Fill = zero(c.Type)
				out[i] = add
			}
		}
	}
	typesFirst(out)
	return out, ok
}

// typesFirst moves changes of types in front of the columns that take part, as
// [Diff] has them: a default may need a value that the type is about to get.
func typesFirst(ops []op.Op) {
	for i, o := range ops {
		alter, ok := o.(op.AlterObject)
		if !ok || alter.To.Kind != schema.Enum && alter.To.Kind != schema.Domain && alter.To.Kind != schema.CompositeType {
			continue
		}
		j := i
		for ; j > 0; j-- {
			switch ops[j-1].(type) {
			case op.AlterColumn, op.AddColumn, op.DropColumn, op.AlterTable, op.AlterPrimaryKey:
				continue
			default:
			}
			break
		}
		copy(ops[j+1:i+1], ops[j:i])
		ops[j] = o
	}
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

// flag writes a flag as it can be pasted into a shell.
func flag(name, value string) string {
	if strings.IndexFunc(value, func(r rune) bool { return !shellSafe(r) }) >= 0 || value == "" {
		value = "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
	}
	return "--" + name + " " + value
}

func shellSafe(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("._-=/:,@%+", r)
}
