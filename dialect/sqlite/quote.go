package sqlite

import "strings"

// quoteIdent returns name as an identifier. It always quotes: a name that is
// plain today may be a keyword of a later SQLite.
func quoteIdent(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// quoteString returns value as a string constant.
func quoteString(value string) string {
	return "'" + strings.ReplaceAll(value, "'", "''") + "'"
}

// quoteIdents returns names as a list of identifiers.
func quoteIdents(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = quoteIdent(n)
	}
	return strings.Join(quoted, ", ")
}

// wordOrQuoted returns a name bare where that is safe, for the places where
// people expect a word: COLLATE NOCASE.
func wordOrQuoted(name string) string {
	if isPlainWord(name) && keywordClass(name) == notKeyword {
		return name
	}
	return quoteIdent(name)
}

// isPlainWord reports whether name, unquoted, is one word to every SQLite.
func isPlainWord(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

// fold returns name as SQLite compares it: ASCII letters without case, and
// nothing else. (strings.ToLower would make names equal that SQLite tells
// apart.)
func fold(name string) string {
	for i := range len(name) {
		if c := name[i]; 'A' <= c && c <= 'Z' {
			b := []byte(name)
			for ; i < len(b); i++ {
				if c := b[i]; 'A' <= c && c <= 'Z' {
					b[i] = c + 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return name
}

// sameName reports whether two names are the same to SQLite.
func sameName(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
