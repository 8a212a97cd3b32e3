package mysql

import (
	"cmp"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// object adds an object that only this dialect has.
func (in *inspector) object(o schema.Object, definition string) {
	o.Definition = schema.SQL{}.On(in.name(), definition)
	if o.Needs == nil {
		o.Needs = []schema.Ref{}
	}
	in.out.Objects = append(in.out.Objects, o)
}

func (in *inspector) unsupported(kind, name, why string) {
	in.out.Unsupported = append(in.out.Unsupported, schema.Unsupported{Kind: kind, Name: schema.Qualify("", name), Why: why})
}

// readViews reads views.
//
// What the definer is, another user cannot keep, and no second database has
// him: he is like an owner, and not part of the schema.
func (in *inspector) readViews() error {
	if len(in.views) == 0 {
		return nil
	}
	if in.mysql() {
		return in.readMySQLViews()
	}
	var look []string
	needs := map[string][]schema.Ref{}
	err := in.rows("SELECT TABLE_NAME, VIEW_DEFINITION, CHECK_OPTION, SECURITY_TYPE, ALGORITHM FROM information_schema.VIEWS"+
		" WHERE TABLE_SCHEMA = "+in.here(), func(r row) {
		name, text := r.text(0), r.text(1)
		switch {
		case text == "":
			in.unsupported("view", name, "this user may not read its definition")
		case mangled(text):
			look = append(look, name)
			_, needs[name] = in.viewBody(text)
		default:
			v := view{name: name, algorithm: r.text(4), invoker: string(r.values[3]) == "INVOKER", body: text}
			if check := r.text(2); check != "NONE" {
				v.check = check
			}
			in.view(v)
		}
	})
	if err != nil {
		return err
	}
	if err := in.lookAtViews(look); err != nil {
		return err
	}
	in.viewsNeed(needs)
	return nil
}

// readMySQLViews asks for each view by itself: information_schema of MySQL 9.7
// knows neither its algorithm nor the names of its columns, and leaves out what
// character set a string has.
func (in *inspector) readMySQLViews() error {
	names := make([]string, 0, len(in.views))
	for name := range in.views {
		names = append(names, name)
	}
	slices.Sort(names)
	if err := in.lookAtViews(names); err != nil {
		return err
	}
	return in.readUsage()
}

// A view is what a view is made of.
type view struct {
	name, algorithm, columns, body, check string
	invoker                               bool
}

// viewBody returns the body of a view, and what it tells that the view needs:
// MariaDB has the current database in front of everything of it.
func (in *inspector) viewBody(text string) (string, []schema.Ref) {
	needs := []schema.Ref{}
	body := in.canonical(text, func(name string) {
		if ref := in.ref(name); !slices.Contains(needs, ref) {
			needs = append(needs, ref)
		}
	})
	return body, needs
}

// view adds a view.
func (in *inspector) view(v view) {
	o := schema.Object{Kind: schema.View, Name: schema.Qualify("", v.name)}
	body, needs := in.viewBody(v.body)
	o.Needs = needs
	var b strings.Builder
	b.WriteString("CREATE ")
	if v.algorithm != "" && v.algorithm != "UNDEFINED" {
		b.WriteString("ALGORITHM = " + v.algorithm + " ")
	}
	if v.invoker {
		b.WriteString("SQL SECURITY INVOKER ")
	}
	b.WriteString("VIEW " + quoteIdent(v.name) + v.columns + " AS " + body)
	if v.check != "" {
		b.WriteString(" WITH " + v.check + " CHECK OPTION")
	}
	in.object(o, b.String())
}

// ref returns the reference to what a view uses.
func (in *inspector) ref(name string) schema.Ref {
	ref := schema.Ref{Name: schema.Qualify("", name)}
	switch {
	case in.views[name]:
		ref.Kind = schema.View
	case slices.Contains(in.sequences, name):
		ref.Kind = schema.Sequence
	default:
		if _, table := in.tables[name]; !table {
			ref.Kind = schema.Function // or what is not there any more
		}
	}
	return ref
}

// lookAtViews reads views with SHOW CREATE VIEW.
func (in *inspector) lookAtViews(names []string) error {
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
		in.view(v)
	}
	return nil
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

// readUsage asks MySQL what each view needs: its text there does not have the
// database in front of names.
func (in *inspector) readUsage() error {
	if !in.mysql() || len(in.views) == 0 || in.dialect.flavor.Version.Compare([3]int{8, 0, 13}) < 0 {
		return nil
	}
	needs := map[string][]schema.Ref{}
	add := func(r row) {
		if sameDatabase(r.text(1), in.database, in.dialect.settings.lowerCase) {
			needs[r.text(0)] = append(needs[r.text(0)], in.ref(r.text(2)))
		}
	}
	err := in.rows("SELECT VIEW_NAME, TABLE_SCHEMA, TABLE_NAME FROM information_schema.VIEW_TABLE_USAGE WHERE VIEW_SCHEMA = "+in.here(), add)
	if err != nil {
		return err
	}
	err = in.rows("SELECT TABLE_NAME, SPECIFIC_SCHEMA, SPECIFIC_NAME FROM information_schema.VIEW_ROUTINE_USAGE WHERE TABLE_SCHEMA = "+in.here(), add)
	if err != nil {
		return err
	}
	in.viewsNeed(needs)
	return nil
}

// viewsNeed adds to what views need.
func (in *inspector) viewsNeed(needs map[string][]schema.Ref) {
	for i := range in.out.Objects {
		o := &in.out.Objects[i]
		if o.Kind != schema.View {
			continue
		}
		_, name := schema.Split(o.Name)
		o.Needs = append(o.Needs, needs[name]...)
		slices.SortFunc(o.Needs, func(a, b schema.Ref) int {
			return cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
		})
		o.Needs = slices.Compact(o.Needs)
	}
}

func (in *inspector) isOwn(name string) bool {
	_, table := in.tables[name]
	return table || in.views[name]
}
