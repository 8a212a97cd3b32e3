package whimbrel

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/whimbreldb/whimbrel/journal"
	"github.com/whimbreldb/whimbrel/schema"
)

const reservedPrefix = "sqlite_"

// checkNames refuses the names in a table that no database should have to
// carry: empty ones, control characters, and text that reads in another
// direction than it is written. Anything else is quoted, and works.
func checkNames(t schema.Table) error {
	if journal.Owns(t.Name) {
		return &Error{Code: BadName, Msg: fmt.Sprintf("a table cannot be named %q: the name is ours", t.Name)}
	}
	if len(t.Name) >= len(reservedPrefix) && strings.EqualFold(t.Name[:len(reservedPrefix)], reservedPrefix) {
		return &Error{Code: BadName, Msg: fmt.Sprintf("a table cannot be named %q: SQLite keeps names that begin with %s for itself", t.Name, reservedPrefix)}
	}
	if err := checkName("table", t.Name, false); err != nil {
		return err
	}
	for _, c := range t.Columns {
		if err := checkName("column of "+t.Name, c.Name, false); err != nil {
			return err
		}
	}
	for _, u := range t.Uniques {
		if err := checkName("unique constraint of "+t.Name, u.Name, true); err != nil {
			return err
		}
	}
	for _, f := range t.ForeignKeys {
		if err := checkName("foreign key of "+t.Name, f.Name, true); err != nil {
			return err
		}
	}
	for _, c := range t.Checks {
		if err := checkName("check of "+t.Name, c.Name, true); err != nil {
			return err
		}
	}
	for _, i := range t.Indexes {
		if err := checkName("index of "+t.Name, i.Name, false); err != nil {
			return err
		}
	}
	return nil
}

func checkName(what, name string, mayBeEmpty bool) error {
	why := ""
	switch {
	case name == "" && !mayBeEmpty:
		why = "it is empty"
	case !utf8.ValidString(name):
		why = "it is not UTF-8"
	}
	for _, r := range name {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			why = fmt.Sprintf("it has the control character %U", r)
		}
	}
	if why == "" {
		return nil
	}
	return &Error{Code: BadName, Msg: fmt.Sprintf("the name %q of a %s cannot be used: %s", name, what, why)}
}
