package schema

import "strings"

// Qualify returns the name of a table or an object in a namespace, which is a
// schema on PostgreSQL and a database on MySQL: "sales.orders". In the default
// namespace, "", the name stands alone. A part that has a dot or a double quote
// in it is written in double quotes, so that Split finds the parts again.
//
// SQLite has no namespaces: there a name is taken letter for letter.
func Qualify(namespace, name string) string {
	if namespace == "" {
		return part(name)
	}
	return part(namespace) + "." + part(name)
}

func part(name string) string {
	if strings.ContainsAny(name, `."`) {
		return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	return name
}

// Split returns the parts of a name that Qualify made. The arguments in the
// name of a routine belong to its second part. A name that Qualify cannot have
// made is one part.
func Split(name string) (namespace, local string) {
	first, rest, ok := cutPart(name)
	switch {
	case !ok:
		return "", name
	case rest == "" || rest[0] == '(':
		return "", first + rest
	}
	second, rest, ok := cutPart(rest[1:])
	if !ok || second == "" || rest != "" && rest[0] != '(' {
		return "", name
	}
	return first, second + rest
}

// cutPart returns the first part of a name, and what follows it: nothing, a
// dot and more, or the arguments of a routine.
func cutPart(name string) (first, rest string, ok bool) {
	if !strings.HasPrefix(name, `"`) {
		i := strings.IndexAny(name, ".(")
		if i < 0 {
			return name, "", true
		}
		return name[:i], name[i:], i > 0
	}
	var b strings.Builder
	for i := 1; i < len(name); i++ {
		if name[i] != '"' {
			b.WriteByte(name[i])
			continue
		}
		if i+1 < len(name) && name[i+1] == '"' {
			b.WriteByte('"')
			i++
			continue
		}
		rest = name[i+1:]
		return b.String(), rest, rest == "" || rest[0] == '.' || rest[0] == '('
	}
	return "", "", false
}
