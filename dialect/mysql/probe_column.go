package mysql

import (
	"database/sql"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/dialect"
	"github.com/whimbreldb/whimbrel/op"
	"github.com/whimbreldb/whimbrel/schema"
)

func (p prober) renamedCase(o op.RenameColumn) (dialect.Outcome, error) {
	is, err := dialect.One[string](p.ctx, p.q, "SELECT column_name FROM information_schema.columns WHERE "+in(o.Table)+" AND column_name = "+quoteString(o.To))
	switch {
	case err != nil:
		return dialect.Unknown, err
	case is == o.To:
		return dialect.Applied, nil
	case is == o.From:
		return dialect.Absent, nil
	}
	return dialect.Other, nil
}

// columns returns the columns of a table, as far as they can be compared.
func (p prober) columns(table string) ([]schema.Column, error) {
	var out []schema.Column
	rows, err := p.q.QueryContext(p.ctx, "SELECT column_name, column_type, is_nullable, column_default, extra, generation_expression, column_comment,"+
		" collation_name FROM information_schema.columns WHERE "+in(table)+" ORDER BY ordinal_position")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	reader := newInspector(p.ctx, p.d, p.q)
	for rows.Next() {
		var name, typ, nullable, extra string
		var value, expr, comment, collation sql.NullString
		if err := rows.Scan(&name, &typ, &nullable, &value, &extra, &expr, &comment, &collation); err != nil {
			return nil, err
		}
		c := schema.Column{Name: name, Type: schema.NativeType(typ), NotNull: nullable == "NO", Comment: comment.String}
		generated, _ := reader.extra(&c, extra)
		c.Generated.Expr.Text = reader.expr(expr.String, ignore)
		if value.Valid && expr.String == "" {
			c.Default = reader.columnDefault(typ, value.String, generated, ignore)
		}
		if collation.Valid {
			c.Collation = schema.Variants{}.With(p.name, collation.String)
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// A match says whether two definitions are one. Expressions are written in
// another way by each server, so of two that differ only in those nobody can
// say.
type match int

const (
	differs match = iota
	perhaps
	equal
)

// sameColumn compares a column as it is with one as it was wanted, in a table
// whose primary key has it or not.
func (p prober) sameColumn(is, want schema.Column, key bool) match {
	wantType, isType := canonType(p.d.typeText(want.Type)), canonType(is.Type.Text)
	if p.name == schema.MariaDB && wantType == "json" {
		wantType = "longtext"
	}
	collation := want.Collation.On(p.name)
	switch {
	case wantType != isType && !strings.HasPrefix(wantType, isType+" "), // CHARACTER SET …
		p.notNullDiffers(is, want, key),
		is.AutoIncrement != want.AutoIncrement, is.Invisible != want.Invisible, is.Comment != want.Comment,
		collation != "" && !strings.EqualFold(collation, is.Collation.On(p.name)),
		isGenerated(is, p.name) != isGenerated(want, p.name), isGenerated(want, p.name) && is.Generated.Stored != want.Generated.Stored,
		(is.OnUpdate == "") != (want.OnUpdate == ""):
		return differs
	}
	if isGenerated(want, p.name) {
		return sameText(is.Generated.Expr.For(p.name), want.Generated.Expr.For(p.name))
	}
	want.Type = is.Type
	return p.sameDefault(p.d.defaultText(is), p.d.defaultText(want))
}

func (p prober) sameDefault(is, want string) match {
	none := func(s string) bool { return s == "" || strings.EqualFold(s, "NULL") }
	if none(is) || none(want) {
		if none(is) && none(want) {
			return equal
		}
		return differs
	}
	a, b := bareTokens(is), bareTokens(want)
	if isConstant(a) && isConstant(b) {
		return sameConstant(a, b)
	}
	if isConstant(a) != isConstant(b) {
		return differs
	}
	return sameText(is, want)
}

// bareTokens returns the tokens without the parentheses around them.
func bareTokens(text string) []token {
	toks := significant(text)
	for isParenthesized(toks) {
		toks = toks[1 : len(toks)-1]
	}
	if len(toks) == 2 && toks[0].kind == tokWord && toks[1].kind == tokString && strings.HasPrefix(strings.ToLower(toks[0].text), "_utf8") {
		toks = toks[1:]
	}
	return toks
}

func sameConstant(a, b []token) match {
	value := func(toks []token) string {
		s := ""
		for _, t := range toks {
			switch {
			case t.kind == tokString:
				s += stringValue(t.text)
			case t.isWord("true"):
				s += "1"
			case t.isWord("false"):
				s += "0"
			case t.is("+"):
			default:
				s += strings.ToLower(t.text)
			}
		}
		return trimNumber(s)
	}
	if value(a) == value(b) {
		return equal
	}
	return perhaps // b'1' and 1, '2020-1-1' and '2020-01-01'
}

// trimNumber takes off zeros behind a decimal point: 1.50 is 1.5.
func trimNumber(s string) string {
	if strings.Trim(s, "-0123456789.") == "" && strings.Count(s, ".") == 1 {
		return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// sameText compares expressions without what a server adds or takes away:
// parentheses, quotes of names, introducers, the case of words.
func sameText(is, want string) match {
	words := func(text string) []string {
		var out []string
		for _, t := range significant(text) {
			switch {
			case t.is("("), t.is(")"), t.kind == tokWord && strings.HasPrefix(t.text, "_utf8"):
			case t.isName():
				out = append(out, strings.ToLower(t.name()))
			default:
				out = append(out, strings.ToLower(t.text))
			}
		}
		return out
	}
	if slices.Equal(words(is), words(want)) {
		return equal
	}
	return perhaps
}

func (p prober) find(table, column string) (schema.Column, bool, error) {
	all, err := p.columns(table)
	for _, c := range all {
		if sameName(c.Name, column) {
			return c, true, err
		}
	}
	return schema.Column{}, false, err
}

func (p prober) column(table string, want schema.Column) (dialect.Outcome, error) {
	is, ok, err := p.find(table, want.Name)
	if err != nil || !ok {
		return dialect.Absent, err
	}
	if p.sameColumn(is, want, is.NotNull && !want.NotNull && want.AutoIncrement) == differs {
		return dialect.Other, nil
	}
	return dialect.Applied, nil
}

// changed compares a column with both sides of a change, as far as the sides
// differ.
func (p prober) changed(o op.AlterColumn) (dialect.Outcome, error) {
	o = p.d.visible(o)
	is, ok, err := p.find(o.Table, o.To.Name)
	if err != nil || !ok {
		return dialect.Other, err
	}
	if o.From.NotNull != o.To.NotNull {
		key, err := p.counts("statistics WHERE " + in(o.Table) + " AND index_name = 'PRIMARY' AND column_name = " + quoteString(o.To.Name))
		if err != nil {
			return dialect.Unknown, err
		}
		if key { // it is NOT NULL whatever is said
			o.From.NotNull = o.To.NotNull
		}
	}
	as := func(from, to schema.Column) match {
		if was, now := from.Collation.On(p.name), to.Collation.On(p.name); was != now && now == "" && strings.EqualFold(was, is.Collation.On(p.name)) {
			return differs // the collation of the table is not asked for
		}
		// What is the same on both sides is as it is, whatever that may be.
		return p.sameColumn(is, op.Merge(is, from, to), is.NotNull && from.NotNull == to.NotNull)
	}
	if o.From == o.To {
		return dialect.Applied, nil
	}
	to, from := as(o.From, o.To), as(o.To, o.From)
	switch {
	case to == equal, to == perhaps && from == differs:
		return dialect.Applied, nil
	case from == equal, from == perhaps && to == differs:
		return dialect.Absent, nil
	case to == differs && from == differs:
		return dialect.Other, nil
	}
	return dialect.Unknown, nil
}

// notNullDiffers: a member of the primary key is NOT NULL whatever was wanted.
func (p prober) notNullDiffers(is, want schema.Column, key bool) bool {
	if key && is.NotNull {
		return false
	}
	return is.NotNull != (want.NotNull || want.AutoIncrement)
}
