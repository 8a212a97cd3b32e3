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
// direction than it is written; and those that the dialect d cannot carry.
// Anything else is quoted, and works.
func checkNames(t schema.Table, d schema.Dialect) error {
	if journal.Owns(t.Name) {
		return &Error{Code: BadName, Msg: fmt.Sprintf("a table cannot be named %q: the name is ours", t.Name)}
	}
	if len(t.Name) >= len(reservedPrefix) && strings.EqualFold(t.Name[:len(reservedPrefix)], reservedPrefix) {
		return &Error{Code: BadName, Msg: fmt.Sprintf("a table cannot be named %q: SQLite keeps names that begin with %s for itself", t.Name, reservedPrefix)}
	}
	if err := checkQualified("table", t.Name, d); err != nil {
		return err
	}
	if _, local := schema.Split(t.Name); (d == schema.MySQL || d == schema.MariaDB) && bytesOfFile(local) > 255 {
		return unusable("table", t.Name, "the name of its file would be longer than 255 bytes, and MySQL and MariaDB keep each table in a file of its name")
	}
	for _, c := range t.Columns {
		if err := checkName("column of "+t.Name, c.Name, false, d); err != nil {
			return err
		}
	}
	if err := checkName("primary key of "+t.Name, t.PrimaryKey.Name, true, d); err != nil {
		return err
	}
	for _, u := range t.Uniques {
		if err := checkName("unique constraint of "+t.Name, u.Name, true, d); err != nil {
			return err
		}
	}
	for _, f := range t.ForeignKeys {
		if err := checkName("foreign key of "+t.Name, f.Name, true, d); err != nil {
			return err
		}
	}
	for _, c := range t.Checks {
		if err := checkName("check of "+t.Name, c.Name, true, d); err != nil {
			return err
		}
	}
	for _, i := range t.Indexes {
		if err := checkName("index of "+t.Name, i.Name, false, d); err != nil {
			return err
		}
	}
	return nil
}

// checkObjectName is checkNames for an object, where the dialect has it.
func checkObjectName(o schema.Object, d schema.Dialect) error {
	if o.Definition.For(d) == "" {
		return nil
	}
	name, _, _ := strings.Cut(o.Name, "(") // the arguments of a routine
	return checkQualified(string(o.Kind), name, d)
}

// checkQualified is checkName for a name that may have a namespace.
func checkQualified(what, name string, d schema.Dialect) error {
	namespace, local := schema.Split(name)
	if err := checkName("namespace of a "+what, namespace, true, d); err != nil {
		return err
	}
	return checkName(what, local, false, d)
}

func checkName(what, name string, mayBeEmpty bool, d schema.Dialect) error {
	why := ""
	switch {
	case name == "" && !mayBeEmpty:
		why = "it is empty"
	case !utf8.ValidString(name):
		why = "it is not UTF-8"
	default:
		why = tooMuch(name, d)
	}
	for _, r := range name {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			why = fmt.Sprintf("it has the control character %U", r)
		}
	}
	if why == "" {
		return nil
	}
	return unusable(what, name, why)
}

func unusable(what, name, why string) error {
	return &Error{
		Code: BadName, Msg: fmt.Sprintf("the name %q of a %s cannot be used: %s", name, what, why),
		Hint: []string{"Give it another name in the model."},
	}
}

// What servers carry. PostgreSQL cuts a longer name in silence, so that two
// names may become one.
const (
	bytesOfPostgres   = 63
	charactersOfMySQL = 64
)

// bytesOfFile returns how long the name of the file of a table is on MySQL and
// MariaDB, where a letter without a place in ASCII is written as three bytes,
// any other character as five. A letter that is not known here to be one
// counts three: only what surely does not work is refused.
func bytesOfFile(table string) int {
	n := len(".ibd")
	for _, r := range table {
		switch {
		case r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_'):
			n++
		case r >= 0x2000 && r < 0xff00 && !unicode.IsNumber(r), r < 0x80:
			n += 5
		default:
			n += 3
		}
	}
	return n
}

// tooMuch says why a dialect cannot carry a name.
func tooMuch(name string, d schema.Dialect) string {
	switch d {
	case schema.Postgres:
		if n := len(name); n > bytesOfPostgres {
			return fmt.Sprintf("it has %d bytes, and PostgreSQL takes %d", n, bytesOfPostgres)
		}
	case schema.MySQL, schema.MariaDB:
		if n := utf8.RuneCountInString(name); n > charactersOfMySQL {
			return fmt.Sprintf("it has %d characters, and MySQL and MariaDB take %d", n, charactersOfMySQL)
		}
		if strings.HasSuffix(name, " ") {
			return "it ends with a space, which MySQL and MariaDB do not take"
		}
		for _, r := range name {
			if r > 0xffff {
				return fmt.Sprintf("it has the character %q, which needs four bytes, and MySQL and MariaDB take three", r)
			}
		}
	case schema.SQLite:
	}
	return ""
}
