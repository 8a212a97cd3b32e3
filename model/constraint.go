package model

import (
	"slices"
	"strconv"
	"strings"

	"github.com/whimbreldb/whimbrel/internal/coltype"
	"github.com/whimbreldb/whimbrel/internal/tables"
	"github.com/whimbreldb/whimbrel/schema"
)

// checkName returns a name for a check of a column.
func (m *mapper) checkName(column string) string {
	for n := 0; ; n++ {
		label := "check"
		if n > 0 {
			label += strconv.Itoa(n)
		}
		name := tables.Constraint(m.table.Name, column, label)
		if !slices.ContainsFunc(m.table.Checks, func(k schema.Check) bool { return k.Name == name }) {
			return name
		}
	}
}

// unique adds a column to a unique constraint: one of its own, or that of a name.
func (m *mapper) unique(column, field, name string) {
	if name != "" && !isName(name) {
		m.fail(field, "unique(%s): the name of a constraint is one word", name)
		return
	}
	if i := slices.IndexFunc(m.table.Uniques, func(u schema.Unique) bool { return name != "" && u.Name == name }); i >= 0 {
		m.table.Uniques[i].Parts = append(m.table.Uniques[i].Parts, schema.Part{Column: column})
		return
	}
	m.table.Uniques = append(m.table.Uniques, schema.Unique{Name: name, Parts: schema.Columns(column)})
}

// index adds a column to an index: one of its own, or that of a name.
func (m *mapper) index(column, field, arg string) {
	args := coltype.List(arg)
	name := args[0]
	if !isName(name) && arg != "" {
		m.fail(field, "index(%s): the name of an index is one word, and stands first", arg)
		return
	}
	i := slices.IndexFunc(m.table.Indexes, func(x schema.Index) bool { return name != "" && x.Name == name })
	if i < 0 {
		i = len(m.table.Indexes)
		m.table.Indexes = append(m.table.Indexes, schema.Index{Name: name})
	}
	ix := &m.table.Indexes[i]
	p := schema.Part{Column: column}
	for _, a := range args[1:] {
		word, rest, _ := strings.Cut(a, " ")
		switch strings.ToLower(word) {
		case "unique":
			ix.Unique = true
		case "desc":
			p.Desc = true
		case "where":
			if !ix.Where.IsZero() && ix.Where.Text != strings.TrimSpace(rest) {
				m.fail(field, "index %q has two conditions", name)
			}
			ix.Where = schema.Expr(strings.TrimSpace(rest))
		default:
			m.fail(field, "index(%s): behind the name stand unique, desc, and where with a condition, not %q", arg, a)
		}
	}
	ix.Parts = append(ix.Parts, p)
}

// isName reports whether a text is a name that needs no quotes.
func isName(text string) bool {
	toks := coltype.Scan(text)
	return len(toks) == 1 && toks[0].Kind == coltype.Word
}

// references adds a column to a foreign key: one of its own, or that of a name.
func (m *mapper) references(column, field, arg string) {
	args := coltype.List(arg)
	dot := strings.LastIndexByte(args[0], '.')
	if dot <= 0 || dot == len(args[0])-1 || strings.ContainsAny(args[0], " ()") {
		m.fail(field, "references(%s): what is referred to is written table.column", arg)
		return
	}
	f := schema.ForeignKey{Columns: []string{column}, RefTable: args[0][:dot], RefColumns: []string{args[0][dot+1:]}}
	for _, a := range args[1:] {
		words := strings.Fields(strings.ToLower(a))
		switch {
		case len(words) == 2 && words[0] == "name":
			f.Name = strings.Fields(a)[1]
		case len(words) > 2 && words[0] == "on" && words[1] == "delete" && action(words[2:], &f.OnDelete):
		case len(words) > 2 && words[0] == "on" && words[1] == "update" && action(words[2:], &f.OnUpdate):
		default:
			m.fail(field, "references(%s): behind the column stand on delete and on update with cascade, restrict, set null, set default or "+
				"no action, and name with a name, not %q", arg, a)
			return
		}
	}
	m.foreign = append(m.foreign, foreign{m.name, field, f.RefTable, f.RefColumns[0]})
	at := slices.IndexFunc(m.table.ForeignKeys, func(g schema.ForeignKey) bool { return f.Name != "" && g.Name == f.Name })
	if at < 0 {
		m.table.ForeignKeys = append(m.table.ForeignKeys, f)
		return
	}
	g := &m.table.ForeignKeys[at]
	if g.RefTable != f.RefTable {
		m.fail(field, "the foreign key %q refers to the tables %q and %q", f.Name, g.RefTable, f.RefTable)
		return
	}
	g.Columns, g.RefColumns = append(g.Columns, column), append(g.RefColumns, f.RefColumns[0])
	if f.OnDelete != schema.NoAction {
		g.OnDelete = f.OnDelete
	}
	if f.OnUpdate != schema.NoAction {
		g.OnUpdate = f.OnUpdate
	}
}

// action reads the rule of a foreign key.
func action(words []string, to *schema.Action) bool {
	switch a := strings.ToUpper(strings.Join(words, " ")); a {
	case "NO ACTION":
		*to = schema.NoAction
	case "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT":
		*to = schema.Action(a)
	default:
		return false
	}
	return true
}
