package postgres

import (
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// quoteIdent returns name as an identifier. It always quotes: a name that is
// plain today may be a keyword of a later PostgreSQL.
func quoteIdent(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// quoteName returns the name of a table or an object, which may have a
// namespace, as it is written in SQL: where d really puts it.
func quoteName(d Dialect, name string) string {
	namespace, local := schema.Split(name)
	return quoteIn(d, namespace, local)
}

// quoteIn is quoteName for a name in two parts. The default namespace is not
// written: it is where the search path of the session leads.
func quoteIn(d Dialect, namespace, local string) string {
	if namespace = d.scratch.namespace(namespace); namespace == "" {
		return quoteIdent(local)
	}
	return quoteIdent(namespace) + "." + quoteIdent(local)
}

// quoteString returns value as a string constant. One with a backslash is
// written so that it means the same with standard_conforming_strings off.
func quoteString(value string) string {
	quoted := "'" + strings.ReplaceAll(value, "'", "''") + "'"
	if strings.Contains(value, `\`) {
		return "E" + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
}

// quoteIdents returns names as a list of identifiers.
func quoteIdents(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = quoteIdent(n)
	}
	return strings.Join(quoted, ", ")
}
