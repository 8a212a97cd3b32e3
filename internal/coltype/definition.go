// Package coltype takes the SQL apart that ORMs and people write for a column:
// its type, its default, the clauses behind them. It knows no table and no
// database, and tells which neutral type a text stands for, and which texts are
// one type to a server. Start at [Parse] and [FromText].
//
// The modules gormmodel and bunmodel use it too, of another version perhaps: the
// signatures stay.
package coltype

import "strings"

// A Definition is a column definition in parts: a type, and the clauses that
// ORMs and people write behind it.
type Definition struct {
	Type          string
	NotNull       bool
	PrimaryKey    bool
	Unique        bool
	AutoIncrement bool
	Default       string // SQL, as written; "" where there is no DEFAULT
	Collation     string
	Generated     string // the expression, without its parentheses
	Stored        bool
	Identity      string // ALWAYS or BY DEFAULT; "" where it is no identity column
	Checks        []string
	Comment       string
	Rest          string // from the first clause on, as written
	Unknown       string // the first part that was not understood
}

// Parse takes a column definition apart. The text is what stands after the
// name of the column.
func Parse(text string) Definition {
	p := parser{text: text, toks: Scan(text)}
	for p.i < len(p.toks) && !p.atClause() {
		p.i++
	}
	end := p.offset()
	p.d.Type, p.d.Rest = strings.TrimSpace(text[:end]), strings.TrimSpace(text[end:])
	for p.i < len(p.toks) && p.d.Unknown == "" {
		p.clause()
	}
	return p.d
}

type parser struct {
	text string
	toks []Token
	i    int
	d    Definition
}

// offset is where the current Token starts, or the end of the text.
func (p *parser) offset() int {
	if p.i < len(p.toks) {
		return p.toks[p.i].Pos
	}
	return len(p.text)
}

func (p *parser) word(ahead int) string {
	if p.i+ahead < len(p.toks) && p.toks[p.i+ahead].Kind == Word {
		return strings.ToUpper(p.toks[p.i+ahead].Text)
	}
	return ""
}

func (p *parser) kind(ahead int) Kind {
	if p.i+ahead < len(p.toks) {
		return p.toks[p.i+ahead].Kind
	}
	return End
}

// atClause reports whether a clause starts here. Words that types contain
// ("varying", "with time zone", "unsigned") start none.
func (p *parser) atClause() bool {
	switch p.word(0) {
	case "NULL", "UNIQUE", "DEFAULT", "COLLATE", "GENERATED", "CHECK", "REFERENCES", "CONSTRAINT",
		"AUTOINCREMENT", "AUTO_INCREMENT", "COMMENT":
		return true
	case "NOT":
		return p.word(1) == "NULL"
	case "PRIMARY":
		return p.word(1) == "KEY"
	case "ON":
		return p.word(1) == "CONFLICT" || p.word(1) == "UPDATE"
	case "AS":
		return p.kind(1) == Group
	}
	return false
}

func (p *parser) clause() {
	from := p.offset()
	switch p.word(0) {
	case "NULL":
		p.i++
		return
	case "NOT":
		if p.word(1) == "NULL" {
			p.d.NotNull = true
			p.i += 2
			return
		}
	case "PRIMARY":
		if p.word(1) == "KEY" {
			p.d.PrimaryKey = true
			p.i += 2
			return
		}
	case "UNIQUE":
		p.d.Unique = true
		p.i++
		return
	case "AUTOINCREMENT", "AUTO_INCREMENT":
		p.d.AutoIncrement = true
		p.i++
		return
	case "COLLATE":
		if k := p.kind(1); k == Word || k == Quoted {
			p.d.Collation = unquote(p.toks[p.i+1].Text)
			p.i += 2
			return
		}
	case "CHECK":
		if p.kind(1) == Group {
			p.d.Checks = append(p.d.Checks, Inner(p.toks[p.i+1].Text))
			p.i += 2
			return
		}
	case "DEFAULT":
		p.i++
		p.defaultValue()
		return
	case "COMMENT":
		if p.kind(1) == Quoted {
			p.d.Comment = unquote(p.toks[p.i+1].Text)
			p.i += 2
			return
		}
	case "GENERATED":
		if p.word(1) == "ALWAYS" && p.word(2) == "AS" && p.kind(3) == Group {
			p.i += 2
			p.generated()
			return
		}
		if p.identity() {
			return
		}
	case "AS":
		if p.kind(1) == Group {
			p.generated()
			return
		}
	}
	p.d.Unknown = strings.TrimSpace(p.text[from:])
}

// identity reads GENERATED ALWAYS | BY DEFAULT AS IDENTITY.
func (p *parser) identity() bool {
	mode, n := p.word(1), 2
	if mode == "BY" && p.word(2) == "DEFAULT" {
		mode, n = "BY DEFAULT", 3
	}
	if mode != "ALWAYS" && mode != "BY DEFAULT" || p.word(n) != "AS" || p.word(n+1) != "IDENTITY" {
		return false
	}
	p.d.Identity = mode
	p.i += n + 2
	return true
}

// generated reads AS (expr) [STORED | VIRTUAL].
func (p *parser) generated() {
	p.d.Generated = Inner(p.toks[p.i+1].Text)
	p.i += 2
	switch p.word(0) {
	case "STORED", "PERSISTENT":
		p.d.Stored = true
		p.i++
	case "VIRTUAL":
		p.i++
	}
}

// defaultValue takes everything up to the next clause. The first Token belongs
// to the value whatever it is: DEFAULT NULL.
func (p *parser) defaultValue() {
	from := p.offset()
	if p.i < len(p.toks) {
		p.i++
	}
	for p.i < len(p.toks) && !p.atClause() {
		p.i++
	}
	p.d.Default = strings.TrimSpace(p.text[from:p.offset()])
}

// A Kind is what a [Token] is.
type Kind uint8

// The kinds of token.
const (
	End    Kind = iota
	Word        // letters, digits, underscores
	Quoted      // 'x', "x" or `x`
	Group       // ( … ) with everything in it
	Other       // one character
)

// A Token is a part of a text of SQL.
type Token struct {
	Kind Kind
	Pos  int // of its first byte
	Text string
}

// Scan splits a text. White space is left out.
func Scan(text string) []Token {
	var toks []Token
	for i := 0; i < len(text); {
		c := text[i]
		from, k := i, Other
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
			continue
		case isWordByte(c):
			for k = Word; i < len(text) && isWordByte(text[i]); i++ {
			}
		case c == '\'' || c == '"' || c == '`':
			k, i = Quoted, skipQuoted(text, i)
		case c == '(':
			k, i = Group, skipGroup(text, i)
		default:
			i++
		}
		toks = append(toks, Token{k, from, text[from:i]})
	}
	return toks
}

func isWordByte(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// skipQuoted returns the offset behind the quoted text that starts at i. A
// doubled quote is a quote.
func skipQuoted(text string, i int) int {
	q := text[i]
	for i++; i < len(text); i++ {
		if text[i] != q {
			continue
		}
		if i+1 < len(text) && text[i+1] == q {
			i++
			continue
		}
		return i + 1
	}
	return i
}

// skipGroup returns the offset behind the parenthesis that closes the one at i.
func skipGroup(text string, i int) int {
	depth := 0
	for i < len(text) {
		switch text[i] {
		case '\'', '"', '`':
			i = skipQuoted(text, i)
			continue
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return i
}

// Balanced reports whether every parenthesis and every quote in an expression
// is closed.
func Balanced(expr string) bool {
	depth := 0
	for i := 0; i < len(expr); {
		switch c := expr[i]; c {
		case '\'', '"', '`':
			j := skipQuoted(expr, i)
			if j-i < 2 || expr[j-1] != c {
				return false
			}
			i = j
			continue
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return false
			}
		}
		i++
	}
	return depth == 0
}

// Inner returns what is between the parentheses of a group.
func Inner(text string) string {
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(text, "("), ")"))
}

func unquote(text string) string {
	if s, ok := Unquote(text); ok {
		return s
	}
	return text
}

// Unquote returns what a text that is one quoted constant stands for.
func Unquote(text string) (string, bool) {
	if len(text) < 2 {
		return "", false
	}
	q := text[0]
	if q != '\'' && q != '"' && q != '`' || skipQuoted(text, 0) != len(text) || text[len(text)-1] != q {
		return "", false
	}
	return strings.ReplaceAll(text[1:len(text)-1], string([]byte{q, q}), string(q)), true
}

// Tail takes the words COLLATE x, ASC, DESC and NULLS FIRST or LAST off the
// end of an index part.
func Tail(expr string) (rest, collation, nulls string, desc bool) {
	toks := Scan(expr)
	n := len(toks)
	at := func(back int) string {
		if n-back >= 0 && toks[n-back].Kind == Word {
			return strings.ToUpper(toks[n-back].Text)
		}
		return ""
	}
	if last := at(1); (last == "FIRST" || last == "LAST") && at(2) == "NULLS" {
		nulls, n = last, n-2
	}
	if last := at(1); last == "DESC" || last == "ASC" {
		desc, n = last == "DESC", n-1
	}
	if at(2) == "COLLATE" {
		collation, n = unquote(toks[n-1].Text), n-2
	}
	if n <= 0 {
		return "", collation, nulls, desc
	}
	last := toks[n-1]
	return strings.TrimSpace(expr[:last.Pos+len(last.Text)]), collation, nulls, desc
}

// OpClass takes the name of an operator class off the end of an index part.
// PostgreSQL's own end in _ops.
func OpClass(expr string) (rest, class string) {
	toks := Scan(expr)
	n := len(toks)
	if n < 2 || toks[n-1].Kind != Word || !strings.HasSuffix(strings.ToLower(toks[n-1].Text), "_ops") {
		return expr, ""
	}
	return strings.TrimSpace(expr[:toks[n-1].Pos]), toks[n-1].Text
}

// IsList reports whether an expression is several.
func IsList(expr string) bool { return len(List(expr)) > 1 }

// List splits a list at the commas that no parenthesis, bracket or quote is
// around.
func List(text string) (items []string) {
	depth, from := 0, 0
	for _, t := range Scan(text) {
		switch t.Text {
		case "[":
			depth++
		case "]":
			depth--
		case ",":
			if depth == 0 {
				items = append(items, strings.TrimSpace(text[from:t.Pos]))
				from = t.Pos + 1
			}
		}
	}
	return append(items, strings.TrimSpace(text[from:]))
}
