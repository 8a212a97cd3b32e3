package mysql

import (
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// quoteIdent returns name as an identifier. Backticks work in every sql_mode;
// double quotes only under ANSI_QUOTES. It always quotes: a name that is plain
// today may be a keyword of a later server.
func quoteIdent(name string) string {
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}

// quoteName returns the name of a table or object, with its namespace where it
// has one.
func quoteName(name string) string {
	namespace, local := schema.Split(name)
	if namespace == "" {
		return quoteIdent(local)
	}
	return quoteIdent(namespace) + "." + quoteIdent(local)
}

// quoteIdents returns names as a list of identifiers.
func quoteIdents(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = quoteIdent(n)
	}
	return strings.Join(quoted, ", ")
}

// stringEscapes writes a string constant for a session in which the backslash
// escapes. A quote is doubled, which is right in every mode.
var stringEscapes = strings.NewReplacer(`'`, `''`, `\`, `\\`, "\x00", `\0`)

// quoteString returns value as a string constant.
func quoteString(value string) string { return "'" + stringEscapes.Replace(value) + "'" }

// endLine ends a text that closes with a line comment, which would otherwise
// swallow what is written after it.
func endLine(text string) string {
	if toks := tokenize(text); len(toks) > 0 {
		if last := toks[len(toks)-1]; last.kind == tokComment && !strings.HasPrefix(last.text, "/*") {
			return text + "\n"
		}
	}
	return text
}
