package op

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// nameKind says what a name is the name of.
type nameKind int

const (
	tableName nameKind = iota
	// A bare word in front of a parenthesis is a function, not a column:
	// renaming column date must leave date(x) alone. (In INSERT INTO t (…) it
	// is a table.)
	columnName
)

// renameInSQL renames an identifier in the text of an expression, as a
// database does by itself when a column or table is renamed.
func renameInSQL(s schema.SQL, from, to string, kind nameKind) schema.SQL {
	s.Text = renameIdent(s.Text, from, to, kind, '"')
	v := &s.Variants
	for _, text := range []*string{&v.SQLite, &v.Postgres} {
		*text = renameIdent(*text, from, to, kind, '"')
	}
	for _, text := range []*string{&v.MySQL, &v.MariaDB} {
		*text = renameIdent(*text, from, to, kind, '`')
	}
	return s
}

// renameIdent replaces the identifier from wherever it stands in text as a
// word or between identifier quotes, never inside a string or a comment. Every
// other byte stays. Names are compared without case. A bare word is no name
// where it is a keyword, touches a string (x'00'), or stands behind COLLATE or
// AS.
//
// The new name is written between the quotes q. With backticks the text is
// MySQL's, where double quotes are those of a string.
func renameIdent(text, from, to string, kind nameKind, q byte) string {
	if quotes := "\"`"; !containsFold(text, from) && !strings.ContainsAny(from, quotes) {
		return text
	}
	var b strings.Builder
	word := "" // the bare word before, if nothing but white space came after it
	for i := 0; i < len(text); {
		before := word
		if !strings.ContainsRune(" \t\r\n", rune(text[i])) {
			word = ""
		}
		j, renamed := i+1, "" // "": it stays as it is
		switch c := text[i]; {
		case c == '\'' || c == '"' && q == '`':
			j = quotedEnd(text, i, c)
		case c == '"' || c == '`':
			j = quotedEnd(text, i, c)
			if strings.EqualFold(unquote(text[i:j], c), from) {
				if kind == tableName {
					c = q
				}
				renamed = quote(to, c)
			}
		case c == '[':
			j = min(i+1+strings.IndexByte(text[i:]+"]", ']'), len(text))
			if strings.EqualFold(text[i:j], "["+from+"]") {
				renamed = quote(to, '"')
			}
		case strings.HasPrefix(text[i:], "--"):
			j = i + strings.IndexByte(text[i:]+"\n", '\n')
		case strings.HasPrefix(text[i:], "/*"):
			j = len(text)
			if k := strings.Index(text[i+2:], "*/"); k >= 0 {
				j = i + 2 + k + 2
			}
		case wordByte(c):
			for j < len(text) && wordByte(text[j]) {
				j++
			}
			word = text[i:j]
			switch {
			case !strings.EqualFold(word, from) || notAName(before, text[j:], kind) || isKeyword(word):
			case kind == tableName: // in the text of an object, where databases quote
				renamed = quote(to, q)
			default:
				renamed = plainOrQuoted(to, q)
			}
		}
		b.WriteString(cmp.Or(renamed, text[i:j]))
		i = j
	}
	return b.String()
}

// notAName reports whether what stands around a bare word, the word before it
// and the text behind it, says that it is no name of that kind: a collation, a
// type or an alias, a function.
func notAName(before, rest string, kind nameKind) bool {
	return strings.EqualFold(before, "collate") || strings.EqualFold(before, "as") || strings.HasPrefix(rest, "'") ||
		kind == columnName && strings.HasPrefix(strings.TrimLeft(rest, " \t\r\n"), "(")
}

func quotedEnd(text string, i int, q byte) int {
	for j := i + 1; j < len(text); j++ {
		if text[j] == q {
			if j+1 < len(text) && text[j+1] == q {
				j++
				continue
			}
			return j + 1
		}
	}
	return len(text)
}

func unquote(s string, q byte) string {
	s = strings.TrimSuffix(s[1:], string(q))
	return strings.ReplaceAll(s, string([]byte{q, q}), string(q))
}

func quote(s string, q byte) string {
	return string(q) + strings.ReplaceAll(s, string(q), string([]byte{q, q})) + string(q)
}

func plainOrQuoted(name string, q byte) string {
	if isKeyword(name) {
		return quote(name, q)
	}
	for i := range len(name) {
		if !wordByte(name[i]) || name[i] >= 0x80 || (i == 0 && name[i] >= '0' && name[i] <= '9') {
			return quote(name, q)
		}
	}
	return name
}

func wordByte(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func containsFold(text, sub string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(sub))
}

func (s *State) renameColumn(e *entry, o RenameColumn) string {
	i := columnIndex(e.table, o.From)
	if i < 0 {
		return noSuchColumn
	}
	if _, ok := e.table.Column(o.To); ok {
		return fmt.Sprintf("there is a column %q already", o.To)
	}
	t := e.own()
	t.Columns[i].Name = o.To
	renameWithin(t, o)
	if s.refs[o.Table] > 0 {
		for _, other := range s.tables {
			for i, f := range other.table.ForeignKeys {
				if f.RefTable == o.Table && slices.Contains(f.RefColumns, o.From) {
					ot := other.own()
					renameIn(ot.ForeignKeys[i].RefColumns, o)
					ot.Verbatim = schema.Variants{}
				}
			}
		}
	}
	return ""
}

// renameWithin renames a column in everything of its table that names it.
func renameWithin(t *schema.Table, o RenameColumn) {
	sql := func(s *schema.SQL) { *s = renameInSQL(*s, o.From, o.To, columnName) }
	inParts := func(parts []schema.Part) {
		for i := range parts {
			if parts[i].Column == o.From {
				parts[i].Column = o.To
			}
			sql(&parts[i].Expr)
		}
	}
	for i := range t.Columns {
		sql(&t.Columns[i].Generated.Expr)
	}
	inParts(t.PrimaryKey.Parts)
	renameIn(t.PrimaryKey.Include, o)
	for _, u := range t.Uniques {
		inParts(u.Parts)
		renameIn(u.Include, o)
	}
	for i := range t.Checks {
		sql(&t.Checks[i].Expr)
	}
	for i := range t.Indexes {
		ix := &t.Indexes[i]
		inParts(ix.Parts)
		renameIn(ix.Include, o)
		sql(&ix.Where)
		ix.Verbatim = schema.Variants{}
	}
	for i := range t.ForeignKeys {
		renameIn(t.ForeignKeys[i].Columns, o)
		renameIn(t.ForeignKeys[i].SetColumns, o)
	}
}

func renameIn(names []string, o RenameColumn) {
	for i := range names {
		if names[i] == o.From {
			names[i] = o.To
		}
	}
}
