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

// take takes words, all or none.
func (p *parser) take(words ...string) bool {
	for n, w := range words {
		if p.word(n) != w {
			return false
		}
	}
	p.i += len(words)
	return true
}

func (p *parser) next() Token {
	p.i++
	return p.toks[p.i-1]
}

func (p *parser) clause() {
	from, behind := p.offset(), p.kind(1)
	switch {
	case p.take("NULL"):
	case p.take("NOT", "NULL"):
		p.d.NotNull = true
	case p.take("PRIMARY", "KEY"):
		p.d.PrimaryKey = true
	case p.take("UNIQUE"):
		p.d.Unique = true
	case p.take("AUTOINCREMENT"), p.take("AUTO_INCREMENT"):
		p.d.AutoIncrement = true
	case p.take("DEFAULT"):
		p.defaultValue()
	case (behind == Word || behind == Quoted) && p.take("COLLATE"):
		p.d.Collation = unquote(p.next().Text)
	case behind == Quoted && p.take("COMMENT"):
		p.d.Comment = unquote(p.next().Text)
	case behind == Group && p.take("CHECK"):
		p.d.Checks = append(p.d.Checks, Inner(p.next().Text))
	case behind == Group && p.take("AS"), p.kind(3) == Group && p.take("GENERATED", "ALWAYS", "AS"):
		p.generated()
	case p.take("GENERATED", "ALWAYS", "AS", "IDENTITY"):
		p.d.Identity = "ALWAYS"
	case p.take("GENERATED", "BY", "DEFAULT", "AS", "IDENTITY"):
		p.d.Identity = "BY DEFAULT"
	default:
		p.d.Unknown = strings.TrimSpace(p.text[from:])
	}
}

// generated reads (expr) [STORED | VIRTUAL].
func (p *parser) generated() {
	p.d.Generated = Inner(p.next().Text)
	switch {
	case p.take("STORED"), p.take("PERSISTENT"):
		p.d.Stored = true
	default:
		p.take("VIRTUAL")
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
