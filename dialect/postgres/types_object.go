package postgres

import (
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// A domainDef is the definition of a domain, taken apart. Texts are as they are
// written.
type domainDef struct {
	base      string // the type, with its collation
	value     string // of DEFAULT
	notNull   bool
	checks    []schema.Check
	collation string
}

// parseDomain takes CREATE DOMAIN apart.
func parseDomain(definition string) (d domainDef, ok bool) {
	toks := significant(tokenize(head(definition)))
	i := slices.IndexFunc(toks, func(t token) bool { return t.word("domain") })
	if i < 0 {
		return d, false
	}
	for i++; i < len(toks) && !toks[i].word("as"); i++ {
		if _, name := toks[i].name(); !name && !toks[i].is(".") {
			return d, false
		}
	}
	i++
	clause := func(t token) bool {
		return t.word("default") || t.word("constraint") || t.word("not") || t.word("null") || t.word("check") || t.word("collate")
	}
	// span takes the tokens up to the next clause outside parentheses.
	span := func(from int) (string, int) {
		depth, j := 0, from
		var texts []string
		for ; j < len(toks); j++ {
			switch {
			case toks[j].is("("):
				depth++
			case toks[j].is(")"):
				depth--
			case depth == 0 && clause(toks[j]) && j > from:
				return glue(texts), j
			}
			texts = append(texts, toks[j].text)
		}
		return glue(texts), j
	}
	d.base, i = span(i)
	name := ""
	for i < len(toks) {
		switch t := toks[i]; {
		case t.word("collate"):
			d.collation, i = span(i + 1)
		case t.word("default"):
			d.value, i = span(i + 1)
		case t.word("constraint") && i+1 < len(toks):
			name, _ = toks[i+1].name()
			i += 2
		case t.word("not") && i+1 < len(toks) && toks[i+1].word("null"):
			d.notNull, name = true, ""
			i += 2
		case t.word("null"):
			i++
		case t.word("check"):
			var text string
			text, i = span(i + 1)
			notValid := false
			if i+1 < len(toks) && toks[i].word("not") && toks[i+1].word("valid") {
				notValid = true
				i += 2
			}
			d.checks = append(d.checks, schema.Check{Name: name, Expr: schema.Expr(text), NotValid: notValid})
			name = ""
		default:
			return d, false
		}
	}
	return d, d.base != ""
}

// glue joins the texts of tokens with blanks where words would run together.
func glue(texts []string) string {
	var b strings.Builder
	for i, t := range texts {
		if i > 0 && t != "(" && t != ")" && t != "," && t != "." && t != "[" && t != "]" && t != "::" &&
			texts[i-1] != "(" && texts[i-1] != "." && texts[i-1] != "[" && texts[i-1] != "::" {
			b.WriteByte(' ')
		}
		b.WriteString(t)
	}
	return b.String()
}

// alterDomain changes a domain in place; its type it cannot change so.
func (c *compiler) alterDomain(from, to schema.Object) error {
	was, ok := parseDomain(from.Definition.For(schema.Postgres))
	is, also := parseDomain(to.Definition.For(schema.Postgres))
	if !ok || !also || !sameType(was.base, is.base) || was.collation != is.collation {
		return c.replaceType(from, to, nil)
	}
	same := func(k schema.Check) func(schema.Check) bool {
		return func(l schema.Check) bool {
			return k.Name == l.Name && sameTokens(k.Expr.Text, l.Expr.Text) && k.NotValid == l.NotValid
		}
	}
	tighter := is.notNull && !was.notNull || slices.ContainsFunc(is.checks, func(k schema.Check) bool {
		return !k.NotValid && !slices.ContainsFunc(was.checks, same(k))
	})
	if tighter && c.withinValues(from) {
		return c.replaceType(from, to, nil)
	}
	c.untrail(from, to)
	name := "ALTER DOMAIN " + c.d.objectRef(to) + " "
	for _, k := range was.checks {
		if slices.ContainsFunc(is.checks, same(k)) {
			continue
		}
		if k.Name == "" {
			k.Name = automaticName(from.Name, "", "check")
		}
		c.emit(to.Name, name+"DROP CONSTRAINT "+quoteIdent(k.Name))
	}
	if was.value != is.value {
		if is.value == "" {
			c.emit(to.Name, name+"DROP DEFAULT")
		} else {
			c.emit(to.Name, name+"SET DEFAULT "+c.d.sql(is.value))
		}
	}
	if was.notNull != is.notNull {
		word := "DROP NOT NULL"
		if is.notNull {
			word = "SET NOT NULL"
		}
		c.emit(to.Name, name+word)
	}
	for _, k := range is.checks {
		if slices.ContainsFunc(was.checks, same(k)) {
			continue
		}
		s := name + "ADD " + constraintName(k.Name) + "CHECK " + c.d.sql(k.Expr.Text)
		if k.NotValid {
			s += " NOT VALID"
		}
		c.emit(to.Name, s)
	}
	c.trail(from, to)
	return nil
}

// withinValues reports whether values of a domain are within those of columns,
// in arrays or composite values: there the server does not look at them.
func (c *compiler) withinValues(domain schema.Object) bool {
	types, _ := c.madeOfType(domain)
	return slices.ContainsFunc(types, func(t schema.Object) bool {
		return slices.ContainsFunc(c.columnsOf(t.Name), func(u columnUse) bool { return u.array || t.Kind == schema.CompositeType })
	})
}

// alterComposite changes the attributes of a composite type.
func (c *compiler) alterComposite(from, to schema.Object) error {
	was, ok := attributesOf(from.Definition.For(schema.Postgres))
	is, also := attributesOf(to.Definition.For(schema.Postgres))
	if !ok || !also {
		return unsupported(to.String(), "its definition is not CREATE TYPE … AS (…)")
	}
	var drop, retype, add []string
	for _, a := range was {
		if !slices.ContainsFunc(is, func(b attribute) bool { return a.name == b.name }) {
			drop = append(drop, "DROP ATTRIBUTE "+quoteIdent(a.name))
		}
	}
	var order []string // what there is after the changes in place
	var parts []string // what was there already, as it shall be
	for _, a := range was {
		i := slices.IndexFunc(is, func(b attribute) bool { return a.name == b.name })
		if i < 0 {
			continue
		}
		order = append(order, a.name)
		parts = append(parts, quoteIdent(a.name)+" "+is[i].text)
		if !sameTokens(a.text, is[i].text) {
			retype = append(retype, "ALTER ATTRIBUTE "+quoteIdent(a.name)+" TYPE "+c.d.sql(is[i].text))
		}
	}
	for _, b := range is {
		if !slices.ContainsFunc(was, func(a attribute) bool { return a.name == b.name }) {
			order = append(order, b.name)
			add = append(add, "ADD ATTRIBUTE "+quoteIdent(b.name)+" "+c.d.sql(b.text))
		}
	}
	if !slices.EqualFunc(order, is, func(name string, a attribute) bool { return name == a.name }) {
		// The order of its attributes is what a composite value is.
		return c.recreate(from, to)
	}
	alter := func(actions ...string) {
		if len(actions) > 0 {
			c.emit(to.Name, "ALTER TYPE "+c.d.objectRef(to)+" "+strings.Join(actions, ", "))
		}
	}
	if len(retype) == 0 || len(c.columnsOf(from.Name)) == 0 {
		alter(slices.Concat(drop, retype, add)...)
		c.trailing(from, to)
		return nil
	}
	// Of a type that a column has, the server does not change the type of an
	// attribute.
	alter(drop...)
	name := quoteIdent(ownName(to))
	if namespace, local := schema.Split(to.Name); namespace != "" {
		name = quoteIdent(namespace) + "." + quoteIdent(local)
	}
	between := to
	between.Definition = schema.SQL{}.On(schema.Postgres, "CREATE TYPE "+name+" AS ("+strings.Join(parts, ", ")+")")
	if err := c.replaceType(from, between, nil); err != nil {
		return err
	}
	alter(add...)
	c.emit(to.Name, c.d.definition(to)[1:]...)
	return nil
}

type attribute struct{ name, text string }

// attributesOf returns the attributes of a composite type, in order.
func attributesOf(definition string) (out []attribute, ok bool) {
	toks := significant(tokenize(head(definition)))
	i := slices.IndexFunc(toks, func(t token) bool { return t.is("(") })
	if i < 1 || !toks[i-1].word("as") {
		return nil, false
	}
	depth := 0
	var current []string
	var name string
	for _, t := range toks[i+1:] {
		switch {
		case depth == 0 && (t.is(",") || t.is(")")):
			if name != "" {
				out = append(out, attribute{name, glue(current)})
			}
			name, current = "", nil
			if t.is(")") {
				return out, true
			}
			continue
		case t.is("("):
			depth++
		case t.is(")"):
			depth--
		}
		if name == "" {
			if name, ok = t.name(); !ok {
				return nil, false
			}
			continue
		}
		current = append(current, t.text)
	}
	return nil, false
}

// alterExtension brings an extension to a version, or into a schema.
func (c *compiler) alterExtension(from, to schema.Object) {
	value := func(ob schema.Object, word string) string {
		toks := significant(tokenize(head(ob.Definition.For(schema.Postgres))))
		i := slices.IndexFunc(toks, func(t token) bool { return t.word(word) })
		if i < 0 || i+1 >= len(toks) {
			return ""
		}
		return toks[i+1].text
	}
	name := "ALTER EXTENSION " + quoteIdent(to.Name)
	if s := value(to, "schema"); s != "" && s != value(from, "schema") {
		c.emit(to.Name, name+" SET SCHEMA "+c.d.sql(s))
	}
	if v := value(to, "version"); v != value(from, "version") {
		s := name + " UPDATE"
		if v != "" {
			s += " TO " + v
		}
		c.emit(to.Name, s)
	}
	c.trailing(from, to)
}
