package op

import (
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
	s.Text = renameIdent(s.Text, from, to, kind)
	v := &s.Variants
	for _, text := range []*string{&v.SQLite, &v.Postgres, &v.MySQL, &v.MariaDB} {
		*text = renameIdent(*text, from, to, kind)
	}
	return s
}

// renameIdent replaces the identifier from wherever it stands in text as a
// word or between identifier quotes, never inside a string or a comment. Every
// other byte stays. A bare word is compared as SQL does, without case. A word
// that touches a string is its prefix (x'00'), not a name.
func renameIdent(text, from, to string, kind nameKind) string {
	if quotes := "\"`"; !containsFold(text, from) && !strings.ContainsAny(from, quotes) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\'':
			j := quotedEnd(text, i, '\'')
			b.WriteString(text[i:j])
			i = j
		case c == '"' || c == '`':
			j := quotedEnd(text, i, c)
			if unquote(text[i:j], c) == from {
				b.WriteString(quote(to, c))
			} else {
				b.WriteString(text[i:j])
			}
			i = j
		case c == '[':
			j := i + 1 + strings.IndexByte(text[i:]+"]", ']')
			j = min(j, len(text))
			if text[i:j] == "["+from+"]" {
				b.WriteString(quote(to, '"'))
			} else {
				b.WriteString(text[i:j])
			}
			i = j
		case strings.HasPrefix(text[i:], "--"):
			j := i + strings.IndexByte(text[i:]+"\n", '\n')
			b.WriteString(text[i:j])
			i = j
		case strings.HasPrefix(text[i:], "/*"):
			j := len(text)
			if k := strings.Index(text[i+2:], "*/"); k >= 0 {
				j = i + 2 + k + 2
			}
			b.WriteString(text[i:j])
			i = j
		case wordByte(c):
			j := i
			for j < len(text) && wordByte(text[j]) {
				j++
			}
			if strings.EqualFold(text[i:j], from) && !notAName(text[j:], kind) {
				b.WriteString(plainOrQuoted(to))
			} else {
				b.WriteString(text[i:j])
			}
			i = j
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String()
}

// notAName reports whether rest, which stands behind a bare word, says that the
// word is no name of that kind.
func notAName(rest string, kind nameKind) bool {
	return strings.HasPrefix(rest, "'") ||
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

func plainOrQuoted(name string) string {
	for i := range len(name) {
		if !wordByte(name[i]) || name[i] >= 0x80 || (i == 0 && name[i] >= '0' && name[i] <= '9') {
			return quote(name, '"')
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
