package diff

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// link finds what each thing needs among the others. Where an inspector has
// asked the database, that is known; else a name that stands in a text is
// taken for a need, which at worst puts two things into an order that neither
// needs.
func link(things []*thing) {
	known := map[schema.Ref]*thing{}
	names := map[string][]*thing{} // by the last part of the name, folded
	for _, t := range things {
		known[t.ref()] = t
		names[t.word()] = append(names[t.word()], t)
	}
	for _, t := range things {
		need := func(n *thing) {
			if n != nil && n != t && !slices.Contains(t.needs, n) {
				t.needs = append(t.needs, n)
			}
		}
		for _, r := range t.refs() {
			r.Column = ""
			need(known[r])
		}
		if t.unasked() {
			t.words(func(word string) {
				for _, n := range names[word] {
					need(n)
				}
			})
		}
		for _, f := range t.table.ForeignKeys {
			if r := known[schema.Ref{Name: f.RefTable}]; r != nil && r != t {
				t.refers = append(t.refers, r)
			}
		}
	}
}

// neededBy returns those objects among things that s needs.
func neededBy(s schema.Schema, things []*thing) map[*thing]bool {
	needed := map[*thing]bool{}
	if !slices.ContainsFunc(things, func(t *thing) bool { return !t.isTable() }) {
		return needed
	}
	var all []*thing
	for _, t := range s.Tables {
		all = append(all, &thing{table: t})
	}
	for _, o := range s.Objects {
		all = append(all, &thing{object: o})
	}
	stay := len(all)
	byObject := map[*thing]*thing{} // of the copies, which are linked anew
	for _, t := range things {
		if !t.isTable() {
			copied := &thing{object: t.object}
			byObject[copied] = t
			all = append(all, copied)
		}
	}
	link(all)
	for _, t := range all[:stay] {
		for _, n := range t.needs {
			if t := byObject[n]; t != nil {
				needed[t] = true
			}
		}
	}
	return needed
}

func (t *thing) ref() schema.Ref {
	if t.isTable() {
		return schema.Ref{Name: t.table.Name}
	}
	return schema.Ref{Kind: t.object.Kind, Name: t.object.Name}
}

// word is the name as it stands in SQL, without namespace and arguments.
func (t *thing) word() string {
	_, local := schema.Split(t.ref().Name)
	if !t.isTable() {
		local, _, _ = strings.Cut(local, "(")
	}
	return strings.ToLower(local)
}

// refs are the needs that are known for sure.
func (t *thing) refs() []schema.Ref {
	refs := slices.Concat(t.table.Needs, t.object.Needs)
	if parent := t.table.Options.Postgres.PartitionOf; parent != "" {
		refs = append(refs, schema.Ref{Name: parent})
	}
	if on := t.object.Table; on != "" {
		for _, kind := range []schema.ObjectKind{"", schema.View, schema.MaterializedView, schema.VirtualTable} {
			refs = append(refs, schema.Ref{Kind: kind, Name: on})
		}
	}
	name := t.table.Name
	if !t.isTable() {
		name = t.object.Name
	}
	if namespace, _ := schema.Split(name); namespace != "" {
		refs = append(refs, schema.Ref{Kind: schema.Namespace, Name: namespace})
	}
	return refs
}

// unasked reports whether nobody has asked the database what t needs.
func (t *thing) unasked() bool { return t.table.Needs == nil && t.object.Needs == nil }

// words calls f with each word in the texts of t that may be a name, folded.
func (t *thing) words(f func(string)) {
	if !t.isTable() {
		body := t.object.Kind == schema.Function || t.object.Kind == schema.Procedure
		sqlWords(t.object.Definition, body, f)
		return
	}
	for _, c := range t.table.Columns {
		sqlWords(schema.SQL{Text: c.Type.Text, Variants: c.Type.Variants}, false, f)
		if c.Default.Kind == schema.ExpressionDefault || c.Default.Variants != (schema.Variants{}) {
			sqlWords(schema.SQL{Text: c.Default.Text, Variants: c.Default.Variants}, false, f)
		}
		sqlWords(c.Generated.Expr, false, f)
	}
	for _, c := range t.table.Checks {
		sqlWords(c.Expr, false, f)
	}
	for _, i := range t.table.Indexes {
		sqlWords(i.Where, false, f)
		for _, p := range i.Parts {
			sqlWords(p.Expr, false, f)
		}
	}
	words(t.table.Options.Postgres.Inherits, false, f)
}

func sqlWords(s schema.SQL, body bool, f func(string)) {
	for _, text := range []string{s.Text, s.Variants.SQLite, s.Variants.Postgres, s.Variants.MySQL, s.Variants.MariaDB} {
		words(text, body, f)
	}
}

// words calls f with the words and quoted identifiers of a text. The body of a
// function is looked up when it runs, so what stands in it is no need.
func words(text string, body bool, f func(string)) {
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\'' || c == '"' || c == '`':
			quoted, rest, _ := strings.Cut(text[i+1:], text[i:i+1])
			if c != '\'' {
				f(strings.ToLower(quoted))
			}
			i = len(text) - len(rest)
		case c == '$' && body:
			n := strings.IndexByte(text[i+1:], '$')
			if n < 0 {
				return
			}
			tag := text[i : i+n+2]
			end := strings.Index(text[i+len(tag):], tag)
			if end < 0 {
				return
			}
			i += len(tag) + end + len(tag)
		case wordByte(c):
			j := i
			for j < len(text) && wordByte(text[j]) {
				j++
			}
			f(strings.ToLower(text[i:j]))
			i = j
		default:
			i++
		}
	}
}

func wordByte(c byte) bool {
	return c == '_' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
