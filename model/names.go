package model

import (
	"slices"
	"strings"
	"unicode"

	"github.com/whimbreldb/whimbrel/internal/near"
)

// snake writes a Go name in snake case. Capitals that stand together are one
// word, of which the last begins the next one: HTTPPort is http_port.
func snake(name string) string {
	var b strings.Builder
	rs := []rune(name)
	for i, r := range rs {
		if i > 0 && unicode.IsUpper(r) && rs[i-1] != '_' &&
			(!unicode.IsUpper(rs[i-1]) || i+1 < len(rs) && unicode.IsLower(rs[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// plural returns a word in the plural, by the rules that most words follow.
func plural(word string) string {
	for _, ending := range [...]string{"s", "x", "z", "ch", "sh"} {
		if strings.HasSuffix(word, ending) {
			return word + "es"
		}
	}
	if before, ok := strings.CutSuffix(word, "y"); ok && before != "" && !strings.ContainsAny(before[len(before)-1:], "aeiou") {
		return before + "ies"
	}
	return word + "s"
}

// meant asks for the one of some names that a wrong one is most like, or says
// nothing.
func meant(wrong string, names []string) string {
	slices.Sort(names)
	best, found := 3, ""
	for _, n := range names {
		if d := near.Distance(strings.ToLower(wrong), n, 2); d < best && d < len(n) {
			best, found = d, n
		}
	}
	if found == "" {
		return ""
	}
	return ": did you mean \"" + found + "\"?"
}
