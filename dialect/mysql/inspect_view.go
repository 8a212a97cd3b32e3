package mysql

import (
	"cmp"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/schema"
)

// object adds an object that only this dialect has. What it needs is known,
// unless it is a view of a server that does not say.
func (in *inspector) object(o schema.Object, definition string) {
	o.Definition = schema.SQL{}.On(in.name(), definition)
	if o.Needs == nil && (o.Kind != schema.View || !in.mysql() || in.dialect.flavor.Version.Compare(viewUsage) >= 0) {
		o.Needs = []schema.Ref{}
	}
	in.out.Objects = append(in.out.Objects, o)
}

func (in *inspector) unsupported(kind, name, why string) {
	in.out.Unsupported = append(in.out.Unsupported, schema.Unsupported{Kind: kind, Name: schema.Qualify("", name), Why: why})
}

// readViews reads views, each with a SHOW CREATE VIEW: information_schema of
// both servers leaves out what character set a string has, so that _binary'x'
// becomes 'x', and that of MySQL 9.7 knows neither the algorithm nor the names
// of the columns.
//
// What the definer is, another user cannot keep, and no second database has
// him: he is like an owner, and not part of the schema.
func (in *inspector) readViews() error {
	if len(in.views) == 0 {
		return nil
	}
	needs, err := in.viewNeeds()
	if err != nil {
		return err
	}
	names := make([]string, 0, len(in.views))
	for name := range in.views {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		text, err := in.showCreate("VIEW", name, "Create View")
		if err != nil {
			return err
		}
		if text.denied != "" {
			in.unsupported("view", name, text.denied)
			continue
		}
		v, ok := in.parseView(text.sql)
		if !ok {
			in.unsupported("view", name, "its definition is not understood: "+text.sql)
			continue
		}
		v.name = name
		in.view(v, needs[name])
	}
	return nil
}

// viewNeeds returns what each view is made of. MySQL has tables that say so.
// The text of MariaDB's information_schema has the current database in front
// of whatever is in it.
func (in *inspector) viewNeeds() (map[string][]schema.Ref, error) {
	needs := map[string][]schema.Ref{}
	add := func(view, name string) {
		if ref := in.ref(name); !slices.Contains(needs[view], ref) {
			needs[view] = append(needs[view], ref)
		}
	}
	if !in.mysql() {
		return needs, in.rows("SELECT TABLE_NAME, VIEW_DEFINITION FROM information_schema.VIEWS WHERE TABLE_SCHEMA = "+in.here(), func(r row) {
			view := r.text(0)
			in.canonical(r.text(1), func(name string) { add(view, name) })
		})
	}
	if in.dialect.flavor.Version.Compare(viewUsage) < 0 {
		return needs, nil
	}
	use := func(r row) {
		if sameDatabase(r.text(1), in.database, in.dialect.settings.lowerCase) {
			add(r.text(0), r.text(2))
		}
	}
	err := in.rows("SELECT VIEW_NAME, TABLE_SCHEMA, TABLE_NAME FROM information_schema.VIEW_TABLE_USAGE WHERE VIEW_SCHEMA = "+in.here(), use)
	if err != nil {
		return nil, err
	}
	return needs, in.rows("SELECT TABLE_NAME, SPECIFIC_SCHEMA, SPECIFIC_NAME FROM information_schema.VIEW_ROUTINE_USAGE WHERE TABLE_SCHEMA = "+in.here(), use)
}

// viewUsage is the first MySQL that says what a view is made of.
var viewUsage = dialect.Version{8, 0, 13}

// A view is what a view is made of.
type view struct {
	name, algorithm, columns, body, check string
	invoker                               bool
}

// view adds a view. Where nobody could be asked, needs is nil.
func (in *inspector) view(v view, needs []schema.Ref) {
	slices.SortFunc(needs, func(a, b schema.Ref) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name)) })
	var b strings.Builder
	b.WriteString("CREATE ")
	if v.algorithm != "" && v.algorithm != "UNDEFINED" {
		b.WriteString("ALGORITHM = " + v.algorithm + " ")
	}
	if v.invoker {
		b.WriteString("SQL SECURITY INVOKER ")
	}
	b.WriteString("VIEW " + quoteIdent(v.name) + v.columns + " AS " + in.canonical(v.body, ignore))
	if v.check != "" {
		b.WriteString(" WITH " + v.check + " CHECK OPTION")
	}
	in.object(schema.Object{Kind: schema.View, Name: schema.Qualify("", v.name), Needs: needs}, b.String())
}

// ref returns the reference to what a view uses.
func (in *inspector) ref(name string) schema.Ref {
	ref := schema.Ref{Name: schema.Qualify("", name)}
	switch {
	case in.views[name]:
		ref.Kind = schema.View
	case slices.ContainsFunc(in.sequences, func(s sequence) bool { return s.name == name }):
		ref.Kind = schema.Sequence
	default:
		if _, table := in.tables[name]; !table {
			ref.Kind = schema.Function // or what is not there any more
		}
	}
	return ref
}

// parseView reads
//
//	CREATE ALGORITHM=… DEFINER=… SQL SECURITY … VIEW `x` (…) AS … WITH … CHECK OPTION
//
// The parts come with single spaces between them; the body is kept as it is.
func (in *inspector) parseView(sql string) (v view, ok bool) {
	sql = in.plain(sql)
	toks := significant(sql)
	i := 0
	word := func(words ...string) bool {
		if i < len(toks) && toks[i].isWord(words...) {
			i++
			return true
		}
		return false
	}
	if !word("CREATE") {
		return v, false
	}
	for i < len(toks) && !toks[i].isWord("VIEW") {
		switch {
		case word("ALGORITHM"):
			i++ // =
			v.algorithm = toks[min(i, len(toks)-1)].text
			i++
		case word("DEFINER"):
			for i < len(toks) && !toks[i].isWord("SQL") {
				i++
			}
		case word("SQL"):
			i++ // SECURITY
			v.invoker = i < len(toks) && toks[i].isWord("INVOKER")
			i++
		default:
			return v, false
		}
	}
	i++ // VIEW
	for i < len(toks) && !toks[i].isWord("AS") {
		if toks[i].is("(") {
			end := closing(toks, i)
			v.columns = " (" + in.canonical(sql[toks[i].pos+1:toks[end].pos], ignore) + ")"
			i = end
		}
		i++
	}
	if i >= len(toks)-1 {
		return v, false
	}
	start, end := toks[i+1].pos, len(sql)
	if n := len(toks); n > 4 && toks[n-1].isWord("OPTION") && toks[n-2].isWord("CHECK") && toks[n-4].isWord("WITH") {
		v.check, end = strings.ToUpper(toks[n-3].text), toks[n-4].pos
	}
	v.body = strings.TrimSpace(sql[start:end])
	return v, true
}

// closing returns the index of the parenthesis that closes the one at i, or of
// the last token.
func closing(toks []token, i int) int {
	depth := 0
	for ; i < len(toks); i++ {
		if toks[i].is("(") {
			depth++
		}
		if toks[i].is(")") {
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(toks) - 1
}

func (in *inspector) isOwn(name string) bool {
	_, table := in.tables[name]
	return table || in.views[name]
}
