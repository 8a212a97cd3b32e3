package mysql

import (
	"strings"
	"unicode/utf8"

	"github.com/whimbreldb/whimbrel/schema"
)

// expr returns an expression of a table (a check, a generated column, a
// default, a part of an index) as it can be executed again, from the text in
// information_schema. used is told the names that were qualified with the
// current database.
//
// MariaDB 10.11 writes it so, but for names between double quotes in a session
// with ANSI_QUOTES. MySQL 9.7 writes it as it would write it into a string,
// \'x\', and encodes it in UTF-8 twice, ISO 8859-1 to UTF-8 the second time.
// (SHOW CREATE TABLE does neither, and loses what is not in the basic plane.)
func (in *inspector) expr(text string, used func(string)) string {
	if in.mysql() {
		text = unescapeClause(decodeTwice(text))
	}
	return in.canonical(text, used)
}

// decodeTwice undoes the second encoding, if there is one: text that is not
// the outcome of one comes back unchanged.
func decodeTwice(text string) string {
	ascii := true
	for _, r := range text {
		if r > 0xff {
			return text
		}
		ascii = ascii && r < utf8.RuneSelf
	}
	if ascii {
		return text
	}
	once := make([]byte, 0, len(text))
	for _, r := range text {
		once = append(once, byte(r))
	}
	if !utf8.Valid(once) {
		return text
	}
	return string(once)
}

// unescapeClause undoes the escaping of a whole expression. Every backslash of
// the text was written by it.
func unescapeClause(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '\\' && i+1 < len(text) {
			i++
			c = escaped(text[i])
		}
		b.WriteByte(c)
	}
	return b.String()
}

// escaped returns the byte that c behind a backslash stands for.
func escaped(c byte) byte {
	switch c {
	case '0':
		return 0
	case 'b':
		return '\b'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'Z':
		return 26
	}
	return c
}

// stringValue returns what a string constant stands for.
func stringValue(text string) string {
	inner := text[1 : len(text)-1]
	var b strings.Builder
	for i := 0; i < len(inner); i++ {
		c := inner[i]
		if i+1 < len(inner) {
			switch next := inner[i+1]; {
			case c == '\\' && (next == '%' || next == '_'): // kept, for LIKE
				b.WriteByte(c)
				c = next
				i++
			case c == '\\':
				c = escaped(next)
				i++
			case c == text[0]: // doubled
				i++
			}
		}
		b.WriteByte(c)
	}
	return b.String()
}

// canonical returns SQL that the server wrote with every name between
// backticks, without the current database in front of its own tables, and
// without the introducers of Unicode strings, which say what character set the
// client had that created it.
func (in *inspector) canonical(text string, used func(string)) string {
	introducers := in.mysql() && strings.Contains(text, "_utf8")
	quotes := in.ansi && strings.Contains(text, `"`)
	if !introducers && !quotes && !strings.Contains(text, in.database) {
		return text
	}
	toks := tokenize(text)
	name := func(i int) (string, bool) {
		switch {
		case i >= len(toks):
			return "", false
		case toks[i].kind == tokQuoted:
			return toks[i].name(), true
		case in.ansi && toks[i].kind == tokString && toks[i].text[0] == '"':
			return strings.ReplaceAll(toks[i].text[1:len(toks[i].text)-1], `""`, `"`), true
		}
		return "", false
	}
	dot := func(i int) bool { return i >= 0 && i < len(toks) && toks[i].is(".") }
	// Where something in the statement is called as the database is, a name
	// behind it may be a column, and only one that is a table is taken for one.
	alias := false
	for i := range toks {
		n, ok := name(i)
		alias = alias || ok && n == in.database && !dot(i+1) && !dot(i-1)
	}
	var b strings.Builder
	for i := 0; i < len(toks); i++ {
		if introducers && unicodeIntroducer(toks[i]) && i+1 < len(toks) && toks[i+1].kind == tokString {
			continue
		}
		first, ok := name(i)
		if !ok {
			b.WriteString(toks[i].text)
			continue
		}
		if second, two := name(i + 2); first == in.database && two && dot(i+1) && !dot(i-1) {
			if !alias || dot(i+3) || in.isOwn(second) {
				used(second)
				i++ // and with it the dot
				continue
			}
		}
		b.WriteString(quoteIdent(first))
	}
	return b.String()
}

func unicodeIntroducer(t token) bool { return t.isWord("_utf8mb4", "_utf8mb3", "_utf8") }

// columnDefault returns the default of a column from the text in
// information_schema. generated is what MySQL says in EXTRA.
//
// MariaDB 10.11 writes SQL, "NULL" for none included. MySQL 9.7 writes the
// bare value, or SQL where EXTRA has DEFAULT_GENERATED.
func (in *inspector) columnDefault(typ, text string, generated bool, used func(string)) schema.Default {
	switch {
	case !in.mysql():
		return sqlDefault(in.expr(text, used))
	case generated:
		return sqlDefault(wrapDefault(in.expr(text, used)))
	case strings.HasPrefix(text, "b'") && isType(typ, "bit"):
		return sqlDefault(text)
	case isNumeric(typ):
		return schema.Literal(text)
	}
	return schema.StringValue(text)
}

// wrapDefault puts an expression in parentheses, as MySQL wants it: all but
// CURRENT_TIMESTAMP need them.
func wrapDefault(text string) string {
	if toks := significant(text); len(toks) > 0 && toks[0].isWord("CURRENT_TIMESTAMP") && plainCall(toks[1:]) {
		return text
	}
	return "(" + text + ")"
}

// plainCall reports whether toks is nothing, or a pair of parentheses with at
// most a number in it.
func plainCall(toks []token) bool {
	n := len(toks)
	return n == 0 || (n == 2 || n == 3 && toks[1].kind == tokNumber) && toks[0].is("(") && toks[n-1].is(")")
}

// sqlDefault reads what stands behind DEFAULT.
func sqlDefault(text string) schema.Default {
	if text == "NULL" {
		return schema.Default{}
	}
	if text == "" || text[0] != '\'' && text[0] != '-' && text[0] != 'b' && !isDigit(text[0]) {
		return schema.Expression(text)
	}
	toks := significant(text)
	switch {
	case len(toks) == 1 && toks[0].kind == tokString:
		return schema.StringValue(stringValue(text))
	case len(toks) == 1 && toks[0].kind == tokNumber && !strings.HasPrefix(text, "0x"),
		len(toks) == 2 && toks[0].is("-") && toks[1].kind == tokNumber:
		return schema.Literal(text)
	case len(toks) == 2 && toks[0].isWord("b") && toks[1].kind == tokString:
		return schema.Literal(bitNumber(text))
	}
	return schema.Expression(text)
}
