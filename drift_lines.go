package whimbrel

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"

	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

// A Difference is one thing that somebody did to the database.
type Difference struct {
	// Verb is "add", "drop" or "alter", or another word of op.Describe.
	Verb   string
	Object string   // "column products.colour"
	How    []string // what is changed: "unique no to yes"
}

// String says it in one line.
func (d Difference) String() string {
	object := d.Object
	if len(d.How) > 0 {
		object += ": " + strings.Join(d.How, ", ")
	}
	switch d.Verb {
	case "add":
		return object + " is in the database and not in the revisions"
	case "drop":
		return object + " is in the revisions and not in the database"
	}
	return object + " in the database"
}

// Differences are what Ops do, each thing once: what is dropped and made again
// is in both places, and altered. What is the same in both places, and makes way
// for something else only, is none.
func (r DriftReport) Differences() []Difference {
	dropped := map[string][]op.Op{} // by what it is, in the order of ops
	again := map[int]op.Op{}        // by the place of the operation that makes it: the one that drops it
	for i, o := range r.Ops {
		switch verb, object := op.Describe(o); verb {
		case "drop":
			dropped[object] = append(dropped[object], o)
		case "add":
			if was := dropped[object]; len(was) > 0 {
				again[i], dropped[object] = was[0], was[1:]
			}
		}
	}
	var out []Difference
	for i, o := range r.Ops {
		verb, object := op.Describe(o)
		d := Difference{Verb: verb, Object: object}
		switch verb {
		case "add":
			if was, ok := again[i]; ok {
				d.Verb, d.How = "alter", changes(subject(was), subject(o))
				if len(d.How) == 0 {
					continue
				}
			}
		case "drop":
			// The first ones of a name are those that are made again.
			left := dropped[object]
			if len(left) == 0 || !reflect.DeepEqual(left[0], o) {
				continue
			}
			dropped[object] = left[1:]
		default:
			if o, ok := o.(op.AlterObject); ok {
				d.How = changes(o.From, o.To)
			}
		}
		out = append(out, d)
	}
	return out
}

// subject returns what an operation makes or drops.
func subject(o op.Op) any {
	switch o := o.(type) {
	case op.CreateTable:
		return o.Table
	case op.DropTable:
		return o.Table
	case op.AddColumn:
		return o.Column
	case op.DropColumn:
		return o.Column
	case op.AddUnique:
		return o.Unique
	case op.DropUnique:
		return o.Unique
	case op.AddForeignKey:
		return o.ForeignKey
	case op.DropForeignKey:
		return o.ForeignKey
	case op.AddCheck:
		return o.Check
	case op.DropCheck:
		return o.Check
	case op.CreateIndex:
		return o.Index
	case op.DropIndex:
		return o.Index
	case op.CreateObject:
		return o.Object
	case op.DropObject:
		return o.Object
	case op.RenameTable, op.AlterTable, op.RenameColumn, op.AlterColumn, op.AlterPrimaryKey, op.AlterObject, op.Exec, op.Run:
	}
	return nil
}

// changes names the properties in which two things of one type differ, as
// op.Changes does for columns.
func changes(from, to any) []string {
	if c, ok := from.(schema.Column); ok {
		return op.Changes(c, to.(schema.Column))
	}
	return changedFields(reflect.ValueOf(from), reflect.ValueOf(to))
}

func changedFields(from, to reflect.Value) []string {
	var out []string
	for i := range from.NumField() {
		f := from.Type().Field(i)
		was, is := from.Field(i), to.Field(i)
		if f.Anonymous {
			out = append(out, changedFields(was, is)...)
			continue
		}
		empty := was.Kind() == reflect.Slice && was.Len() == 0 && is.Len() == 0
		if empty || f.Name == "Needs" || reflect.DeepEqual(was.Interface(), is.Interface()) {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		name = strings.ReplaceAll(cmp.Or(name, strings.ToLower(f.Name)), "_", " ")
		if name == "parts" { // the parentheses say it
			name = ""
		}
		a, b := valueText(was.Interface()), valueText(is.Interface())
		if a != b {
			name += " " + cmp.Or(a, "none") + " to " + cmp.Or(b, "none")
		} else if name == "" {
			name = "the way its columns are written"
		}
		out = append(out, strings.TrimSpace(name))
	}
	return out
}

// valueText writes a property in a few words, and as nothing what takes more,
// such as the columns of a table.
func valueText(v any) string {
	switch v := v.(type) {
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v]
	case int:
		return fmt.Sprint(v)
	case string:
		return brief(v)
	case schema.Action:
		return string(v)
	case schema.Variants:
		return brief(cmp.Or(v.SQLite, v.Postgres, v.MySQL, v.MariaDB))
	case schema.SQL:
		return brief(cmp.Or(v.Text, valueText(v.Variants)))
	case []string:
		return "(" + strings.Join(v, ", ") + ")"
	case []schema.Part:
		texts := make([]string, len(v))
		for i, p := range v {
			texts[i] = partText(p)
		}
		return "(" + strings.Join(texts, ", ") + ")"
	}
	return ""
}

func partText(p schema.Part) string {
	text := p.Column
	if text == "" {
		text = "(" + valueText(p.Expr) + ")"
	}
	if p.Length > 0 {
		text += fmt.Sprintf("(%d)", p.Length)
	}
	if c := valueText(p.Collation); c != "" {
		text += " COLLATE " + c
	}
	if p.OpClass != "" {
		text += " " + p.OpClass
	}
	if p.Desc {
		text += " DESC"
	}
	if p.Nulls != "" {
		text += " NULLS " + p.Nulls
	}
	return text
}

// brief returns the beginning of a text, in one line.
func brief(text string) string {
	const limit = 60
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > limit {
		return string(r[:limit-1]) + "…"
	}
	return text
}
