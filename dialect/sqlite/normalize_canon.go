package sqlite

import (
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// The canonical spelling of pieces of SQL. Two pieces that differ in spelling
// alone become equal; two that differ in what they do never may. Where that
// cannot be told from the tokens, they stay different.

// canonType returns a declared type in lower case, with single blanks.
func canonType(text string) string {
	var b strings.Builder
	prevWord := false
	for _, t := range significant(tokenize(declaredType(text))) {
		word := !t.is("(") && !t.is(")") && !t.is(",")
		if word && prevWord {
			b.WriteByte(' ')
		}
		b.WriteString(fold(t.text))
		prevWord = word
	}
	return sameType(b.String())
}

// sameType takes the spellings of a type that SQLite has no word for as one:
// to it they are all NUMERIC, ours is boolean, and GORM's own driver writes
// numeric (1.6.0 seen).
func sameType(text string) string {
	switch text {
	case "bool", "boolean":
		return "numeric"
	}
	return text
}

// canonDefault returns a default with its constant, if it is one, told from
// its expression.
func canonDefault(d schema.Default) schema.Default {
	return canonDefaultText(defaultText(d))
}

func canonDefaultText(text string) schema.Default {
	if text == "" {
		return schema.Default{}
	}
	toks := unwrap(significant(tokenize(text)))
	if len(toks) == 1 {
		d, ok := constant(toks[0])
		switch {
		case ok && d.Kind == schema.StringDefault:
			return d
		case ok && d.Kind == schema.LiteralDefault && toks[0].kind == tokNumber:
			return schema.Literal(canonNumber(d.Text))
		case ok && d.Kind == schema.LiteralDefault && sameName(d.Text, "null"):
			return schema.Default{}
		case ok && d.Kind == schema.LiteralDefault:
			return schema.Literal(fold(d.Text))
		}
	}
	if len(toks) == 2 && toks[1].kind == tokNumber && (toks[0].is("-") || toks[0].is("+")) {
		return schema.Literal(toks[0].text + canonNumber(toks[1].text))
	}
	// No column can be named here, so "x" is a string wherever it stands.
	return schema.Expression(canonTokens(toks, exprNames{columns: nameMap{}}))
}

// canonExpr returns an expression over the columns of a table.
func canonExpr(text string, columns nameMap) string {
	return canonTokens(unwrap(significant(tokenize(text))), exprNames{columns: columns})
}

// unwrap drops parentheses around everything.
func unwrap(toks []token) []token {
	for isParenthesized(toks) {
		toks = toks[1 : len(toks)-1]
	}
	return toks
}

// canonNumber drops what has no effect in a number: digit separators, zeros at
// the end of a fraction, the case of letters. 1.0 stays a real.
func canonNumber(text string) string {
	n := strings.ReplaceAll(fold(text), "_", "")
	if strings.HasPrefix(n, "0x") {
		return n
	}
	mantissa, exponent, hasExponent := strings.Cut(n, "e")
	if whole, fraction, ok := strings.Cut(mantissa, "."); ok {
		fraction = strings.TrimRight(fraction, "0")
		if fraction == "" {
			fraction = "0"
		}
		if whole == "" {
			whole = "0"
		}
		mantissa = whole + "." + fraction
	}
	if hasExponent {
		return mantissa + "e" + strings.TrimPrefix(exponent, "+")
	}
	return mantissa
}

// exprNames says what the names in a piece of SQL can be.
type exprNames struct {
	// columns are all names that identifiers can have. In an expression over
	// one table, "x" is a string if it is none of them.
	columns nameMap
	// open is for whole statements, where aliases make further names: a name
	// that is not known keeps its case and its quotes.
	open bool
}

// canonTokens spells tokens with single blanks, or none where nobody writes
// any.
func canonTokens(toks []token, n exprNames) string {
	var b strings.Builder
	for i, t := range toks {
		if i > 0 && blankBetween(toks[i-1], t) {
			b.WriteByte(' ')
		}
		b.WriteString(n.canon(toks, i))
	}
	return b.String()
}

func blankBetween(a, b token) bool {
	switch {
	case a.is("(") || b.is(")") || b.is(",") || a.is(".") || b.is("."):
		return false
	case b.is("("):
		return a.kind != tokWord || keywordClass(a.text) != notKeyword
	}
	return true
}

// canon returns the canonical spelling of one token among others.
func (n exprNames) canon(toks []token, i int) string {
	t := toks[i]
	switch t.kind {
	case tokNumber:
		return canonNumber(t.text)
	case tokBlob:
		return fold(t.text)
	case tokWord:
		if n.open && keywordClass(t.text) == notKeyword && !n.folds(toks, i) {
			return t.text
		}
		return fold(t.text)
	case tokQuoted:
		name := t.name()
		if !n.folds(toks, i) {
			if n.open {
				return quoteIdent(name)
			}
			if t.text[0] == '"' {
				return quoteString(name)
			}
		}
		name = fold(name)
		if isWord(name) && keywordClass(name) == notKeyword {
			return name
		}
		return quoteIdent(name)
	}
	return t.text
}

// folds reports whether the token is surely an identifier whose case has no
// effect.
func (n exprNames) folds(toks []token, i int) bool {
	if i > 0 && toks[i-1].isWord("as") && n.open {
		return false // the name of a column of a result
	}
	if i+1 < len(toks) && (toks[i+1].is(".") || toks[i+1].is("(")) || i > 0 && toks[i-1].is(".") {
		return true
	}
	name := toks[i].name()
	if _, known := n.columns.declared(name); known {
		return true
	}
	return !n.open && len(n.columns) > 0 && isRowidName(name)
}

// isRowidName reports whether a name is one of the rowid, in a table without a
// column of that name.
func isRowidName(name string) bool {
	return sameName(name, "rowid") || sameName(name, "oid") || sameName(name, "_rowid_")
}

// isWord reports whether the tokenizer takes name for one word.
func isWord(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := c == '_' || c >= 0x80 || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c != '$' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != ""
}

// A nameMap finds columns by any spelling of their name.
type nameMap map[string]string

func newNames(columns []schema.Column) nameMap {
	n := make(nameMap, len(columns))
	for _, c := range columns {
		n[fold(c.Name)] = c.Name
	}
	return n
}

// declared returns the name as the table has it.
func (n nameMap) declared(name string) (string, bool) {
	if d, ok := n[name]; ok {
		return d, true
	}
	d, ok := n[fold(name)]
	return d, ok
}
