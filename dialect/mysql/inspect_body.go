package mysql

import "strings"

// lossy reports whether the body of a trigger, a routine or an event may be
// another one than the information_schema tells: MySQL 9.7 tells strings without
// their escapes, 'it”s' as 'it's'. Then SHOW CREATE is asked.
func (in *inspector) lossy(body string) bool {
	return mangled(body) || in.mysql() && strings.ContainsAny(body, `'"`)
}

// bodyIn finds a body that was told with losses at the end of the statement
// that SHOW CREATE returned, where it begins in a line of its own.
func bodyIn(statement, told string) (string, bool) {
	for i := range statement {
		if statement[i] == '\n' && sameTold(statement[i+1:], told) {
			return statement[i+1:], true
		}
	}
	return "", false
}

// sameTold reports whether a body is told like that, white space apart.
func sameTold(body, told string) bool {
	a, b := []rune(dense(unescaped(body))), []rune(dense(told))
	if len(a) != len(b) {
		return false
	}
	for i, r := range b {
		if r != a[i] && r != '?' { // a lost character
			return false
		}
	}
	return true
}

// unescaped returns SQL as MySQL tells a body.
func unescaped(sql string) string {
	var b strings.Builder
	for _, t := range tokenize(sql) {
		if t.kind == tokString && len(t.text) > 1 {
			b.WriteString(t.text[:1] + stringValue(t.text) + t.text[:1])
		} else {
			b.WriteString(t.text)
		}
	}
	return b.String()
}

// dense returns text without white space.
func dense(text string) string { return strings.Join(strings.Fields(text), "") }
