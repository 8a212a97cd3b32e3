package mysql

import (
	"strings"

	"github.com/whimbreldb/whimbrel/schema"
)

// body returns the body of a trigger, a routine or an event, told by
// information_schema, as it really is; none where this user may not read it.
//
// Characters outside of the basic plane are lost there. MySQL 9.7 tells strings
// without their escapes. MariaDB 10.11 writes those of routines anew, with
// other escapes, line ends among them, and without the character set in front.
// Where any of that may be so, SHOW CREATE is asked.
func (in *inspector) body(kind schema.ObjectKind, name, told string) (string, error) {
	if !mangled(told) && !strings.ContainsAny(told, `'"\`) {
		return told, nil
	}
	k := createdKinds[kind]
	text, err := in.showCreate(k.word, name, k.column)
	if err != nil {
		return "", err
	}
	return k.body(text.sql), nil
}

// createdKinds says how SHOW CREATE is asked for what has a body, which column
// of the answer is the statement, and where the body is in it.
var createdKinds = map[schema.ObjectKind]struct {
	word, column string
	body         func(sql string) string
}{
	schema.Trigger:   {"TRIGGER", "SQL Original Statement", triggerBody},
	schema.Function:  {"FUNCTION", "Create Function", routineBody},
	schema.Procedure: {"PROCEDURE", "Create Procedure", routineBody},
	schema.Event:     {"EVENT", "Create Event", eventBody},
}

// triggerBody returns what stands behind FOR EACH ROW, and behind the place in
// the order where a person wrote one.
func triggerBody(sql string) string {
	toks := significant(sql)
	for i := range toks {
		if i+3 < len(toks) && toks[i].isWord("FOR") && toks[i+1].isWord("EACH") && toks[i+2].isWord("ROW") {
			next := i + 3
			if toks[next].isWord("FOLLOWS", "PRECEDES") && next+2 < len(toks) {
				next += 2
			}
			return sql[toks[next].pos:]
		}
	}
	return ""
}

// eventBody returns what stands behind the DO of an event: the first one, since
// what is before it are words of the schedule and strings.
func eventBody(sql string) string {
	toks := significant(sql)
	for i, t := range toks[:max(len(toks)-1, 0)] {
		if t.isWord("DO") && i > 3 {
			return sql[toks[i+1].pos:]
		}
	}
	return ""
}

// routineBody returns what stands behind the properties of a routine. The
// servers write these anew, what a function returns in the line of the
// parameters, and each other one in a line of its own with four spaces before
// it; the body they begin with its first word.
func routineBody(sql string) string {
	toks := significant(sql)
	i := 0
	for i < len(toks) && !toks[i].is("(") {
		i++
	}
	if i == len(toks) {
		return ""
	}
	for i = closing(toks, i) + 1; i < len(toks); i++ {
		before := sql[toks[i-1].pos+len(toks[i-1].text) : toks[i].pos]
		if strings.Contains(before, "\n") && !strings.HasSuffix(before, "\n    ") {
			return sql[toks[i].pos:]
		}
	}
	return ""
}
