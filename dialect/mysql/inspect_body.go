package mysql

import (
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// What information_schema tells of the body of a trigger, a routine or an event
// is not always what it is. Characters outside of the basic plane are lost, and
// so are escapes in strings: 'it”s \\ x' is 'it's \ x' on MySQL 9.7, and
// 'it”s \ x' on MariaDB 10.11. Where that may be so, SHOW CREATE is asked.
func (in *inspector) lossy(body string) bool {
	if in.mysql() {
		return mangled(body) || strings.ContainsAny(body, `'"`)
	}
	return mangled(body) || strings.Contains(body, `\`)
}

// bodyIn finds a body that was told with losses at the end of the statement
// that SHOW CREATE returned, where it begins in a line of its own.
func (in *inspector) bodyIn(statement, told string) (string, bool) {
	for i := range statement {
		if statement[i] == '\n' && sameTold(in.name(), statement[i+1:], told) {
			return statement[i+1:], true
		}
	}
	return "", false
}

// sameTold reports whether a server tells a body like that, white space apart.
func sameTold(d schema.Dialect, body, told string) bool {
	rest := dense(told)
	for _, r := range dense(unescaped(d, body)) {
		lost, ok := "", r > 0xffff
		if ok {
			if lost = "????"; d == schema.MySQL || !strings.HasPrefix(rest, lost) {
				lost = "?"
			}
		}
		if rest, ok = strings.CutPrefix(rest, lost); ok && lost != "" {
			continue
		}
		if rest, ok = strings.CutPrefix(rest, string(r)); !ok {
			return false
		}
	}
	return rest == ""
}

// unescaped returns SQL as information_schema tells a body.
func unescaped(d schema.Dialect, sql string) string {
	var b strings.Builder
	for _, t := range tokenize(sql) {
		switch {
		case t.kind != tokString || len(t.text) < 2:
			b.WriteString(t.text)
		case d == schema.MySQL:
			b.WriteString(t.text[:1] + stringValue(t.text) + t.text[:1])
		default:
			b.WriteString(fewerEscapes.Replace(t.text))
		}
	}
	return b.String()
}

// fewerEscapes is what MariaDB does to a string.
var fewerEscapes = strings.NewReplacer(`\\`, `\`, `\'`, `''`)

// dense returns text without white space.
func dense(text string) string { return strings.Join(strings.Fields(text), "") }
