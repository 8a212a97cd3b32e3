// Package shellword writes words for a shell, in commands that people are told
// to paste.
package shellword

import (
	"runtime"
	"strings"
)

// Quote returns s as one word of a shell, quoted where it needs it: in double
// quotes where those keep it as it is, because every shell knows them.
func Quote(s string) string {
	safe := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:=@%+,", r) ||
			r == '\\' && runtime.GOOS == "windows" // of a path
	}
	if s != "" && strings.TrimFunc(s, safe) == "" {
		return s
	}
	if !strings.ContainsAny(s, "\"$`\\!\n") {
		return `"` + s + `"`
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
